"""Products of matrices, norms and factorisations: `torch.linalg` and their older spellings."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.torch.native import native

PRODUCTS = {
    "matmul": "other>y",
    "mm": "mat2>y",
    "bmm": "mat2>y",
    "mv": "vec>y",
    "dot": "tensor>y",
    "vdot": "other>y",
    "inner": "other>y",
}

ADDED_TO = {
    "addmm": "mat1>x mat2>weight input>bias",
    "addmv": "mat>x vec>weight input>bias",
    "addbmm": "batch1>x batch2>weight input>bias",
    "baddbmm": "batch1>x batch2>weight input>bias",
    "addr": "vec1>x vec2>weight input>bias",
}

MATRICES: dict[str, Call | Overload] = {
    **{name: native(Op.MATMUL, f"input>x {other}") for name, other in PRODUCTS.items()},
    "outer": native(Op.MATMUL, "input>x vec2>y", outer=True),
    "ger": native(Op.MATMUL, "input>x vec2>y", outer=True),
    **{name: call(Op.LINEAR, operands, "beta alpha", order=(2, 0, 1, 3, 4)) for name, operands in ADDED_TO.items()},
    "kron": native(Op.MULTIPLY, "input>x other>y"),
    "cross": native(Op.OPAQUE, "input>x other>y", "dim>axis"),
    "inverse": native(Op.INVERSE),
    "pinverse": native(Op.PSEUDO_INVERSE, options="rcond"),
    "det": native(Op.DETERMINANT),
    "logdet": native(Op.LOG_DETERMINANT),
    "slogdet": native(Op.LOG_ABS_DETERMINANT),
    "cholesky": native(Op.CHOLESKY, options="upper"),
    "cholesky_inverse": native(Op.OPAQUE, options="upper"),
    "cholesky_solve": native(Op.OPAQUE, "input>x input2>y", "upper"),
    "svd": native(Op.SINGULAR_VECTORS, options="some compute_uv"),
    "qr": native(Op.QR, options="some"),
    "matrix_power": native(Op.OPAQUE, options="n"),
}

# Some of them name their first parameter `A`, some `input`.
LINALG: dict[str, Call | Overload] = {
    "norm": native(Op.NORM, options="ord dim>axis keepdim dtype", ord=2),
    "vector_norm": native(Op.NORM, options="ord dim>axis keepdim dtype", ord=2),
    "matrix_norm": native(Op.NORM, options="ord dim>axis keepdim dtype", ord="fro"),
    "matmul": native(Op.MATMUL, "input>x other>y"),
    "multi_dot": native(Op.MATMUL, "tensors>x"),
    "vecdot": native(Op.MATMUL, "x y", "dim>axis"),
    "cross": native(Op.OPAQUE, "input>x other>y", "dim>axis"),
    "inv": native(Op.INVERSE, "A>x"),
    "inv_ex": native(Op.INVERSE, "A>x", "check_errors", raises=False),
    "pinv": native(Op.PSEUDO_INVERSE, options="rcond hermitian atol rtol"),
    "solve": native(Op.SOLVE, "A>x B>y", "left"),
    "solve_triangular": native(Op.OPAQUE, "input>x B>y", "upper left unitriangular"),
    "lstsq": native(Op.OPAQUE, "input>x b>y", "rcond driver"),
    "det": native(Op.DETERMINANT, "A>x"),
    "slogdet": native(Op.LOG_ABS_DETERMINANT, "A>x"),
    "solve_ex": native(Op.SOLVE, "A>x B>y", "left check_errors", raises=False),
    "cholesky": native(Op.CHOLESKY, options="upper"),
    "cholesky_ex": native(Op.CHOLESKY, options="upper check_errors", raises=False),
    "svd": native(Op.SINGULAR_VECTORS, "A>x", "full_matrices driver"),
    "svdvals": native(Op.EIGENVALUES, "A>x", "driver"),
    "qr": native(Op.QR, "A>x", "mode"),
    "eig": native(Op.EIGENVECTORS),
    "eigvals": native(Op.EIGENVALUES),
    "eigh": native(Op.EIGENVECTORS, options="UPLO"),
    "eigvalsh": native(Op.EIGENVALUES, options="UPLO"),
    "lu": native(Op.DECOMPOSE, "A>x", "pivot"),
    "matrix_exp": native(Op.OPAQUE),
    "matrix_power": native(Op.OPAQUE, options="n"),
    "cond": native(Op.OPAQUE, options="p>ord"),
    "diagonal": native(Op.SELECT, "A>x", "offset dim1 dim2"),
}
