"""NumPy's products of matrices and `numpy.linalg`."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

PRODUCTS: dict[str, Call | Overload] = {
    "matmul": call(Op.MATMUL, "x1>x x2>y"),
    "dot": call(Op.MATMUL, "a>x b>y"),
    "vdot": call(Op.MATMUL, "a>x b>y"),
    "inner": call(Op.MATMUL, "a>x b>y"),
    "outer": call(Op.MULTIPLY, "a>x b>y", outer=True),
    "kron": call(Op.MULTIPLY, "a>x b>y"),
    "tensordot": call(Op.MATMUL, "a>x b>y", "axes"),
    "einsum": call(Op.MATMUL, "*operands>x", "subscripts>equation", order=(1, 0)),
    "convolve": call(Op.MATMUL, "a>x v>y", "mode"),
    "correlate": call(Op.MATMUL, "a>x v>y", "mode"),
    "cross": call(Op.OPAQUE, "a>x b>y", "axisa axisb axisc axis"),
}

LINALG: dict[str, Call | Overload] = {
    "norm": call(Op.NORM, "x", "ord axis keepdims>keepdim", ord=2),
    "vector_norm": call(Op.NORM, "x", "axis keepdims>keepdim ord", ord=2),
    "matrix_norm": call(Op.NORM, "x", "keepdims>keepdim ord", ord="fro"),
    "multi_dot": call(Op.MATMUL, "arrays>x"),
    "inv": call(Op.INVERSE, "a>x"),
    "pinv": call(Op.PSEUDO_INVERSE, "a>x", "rcond hermitian rtol"),
    "solve": call(Op.SOLVE, "a>x b>y"),
    "lstsq": call(Op.OPAQUE, "a>x b>y", "rcond"),
    "det": call(Op.DETERMINANT, "a>x"),
    "slogdet": call(Op.LOG_ABS_DETERMINANT, "a>x"),
    "cholesky": call(Op.CHOLESKY, "a>x"),
    "svd": call(Op.SINGULAR_VECTORS, "a>x", "full_matrices compute_uv hermitian"),
    "svdvals": call(Op.EIGENVALUES, "x"),
    "qr": call(Op.QR, "a>x", "mode"),
    "eig": call(Op.EIGENVECTORS, "a>x"),
    "eigvals": call(Op.EIGENVALUES, "a>x"),
    "eigh": call(Op.EIGENVECTORS, "a>x", "UPLO"),
    "eigvalsh": call(Op.EIGENVALUES, "a>x", "UPLO"),
    "matrix_power": call(Op.OPAQUE, "a>x", "n"),
    "matrix_rank": call(Op.COUNT_NONZERO, "A>x", "tol hermitian rtol"),
    "cond": call(Op.OPAQUE, "x", "p>ord"),
}
