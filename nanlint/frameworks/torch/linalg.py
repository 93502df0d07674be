"""Products of matrices, norms and factorisations: `torch.linalg` and their older spellings."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Call, Overload, call

PRODUCTS = {
    "matmul": "other>y",
    "mm": "mat2>y",
    "bmm": "mat2>y",
    "mv": "vec>y",
    "dot": "tensor>y",
    "vdot": "other>y",
    "inner": "other>y",
    "outer": "vec2>y",
    "ger": "vec2>y",
}

MATRICES: dict[str, Call | Overload] = {
    **{name: call(Op.MATMUL, f"input>x {other}") for name, other in PRODUCTS.items()},
    "addmm": call(Op.LINEAR, "mat1>x mat2>weight input>bias", "beta alpha", order=(2, 0, 1, 3, 4)),
    "addmv": call(Op.LINEAR, "mat>x vec>weight input>bias", "beta alpha", order=(2, 0, 1, 3, 4)),
    "addbmm": call(Op.LINEAR, "batch1>x batch2>weight input>bias", "beta alpha", order=(2, 0, 1, 3, 4)),
    "baddbmm": call(Op.LINEAR, "batch1>x batch2>weight input>bias", "beta alpha", order=(2, 0, 1, 3, 4)),
    "addr": call(Op.LINEAR, "vec1>x vec2>weight input>bias", "beta alpha", order=(2, 0, 1, 3, 4)),
    "kron": call(Op.MULTIPLY, "input>x other>y"),
    "cross": call(Op.OPAQUE, "input>x other>y", "dim>axis"),
    "inverse": call(Op.INVERSE),
    "pinverse": call(Op.INVERSE, "input>x", "rcond"),
    "det": call(Op.DETERMINANT),
    "logdet": call(Op.LOG_DETERMINANT),
    "slogdet": call(Op.LOG_DETERMINANT),
    "cholesky": call(Op.CHOLESKY, "input>x", "upper"),
    "cholesky_inverse": call(Op.INVERSE, "input>x", "upper"),
    "cholesky_solve": call(Op.OPAQUE, "input>x input2>y", "upper"),
    "svd": call(Op.DECOMPOSE, "input>x", "some compute_uv"),
    "qr": call(Op.DECOMPOSE, "input>x", "some"),
    "matrix_power": call(Op.OPAQUE, "input>x", "n"),
}

_INVERT = call(Op.INVERSE, "A>x")
_DECOMPOSE = call(Op.DECOMPOSE, "A>x")

LINALG: dict[str, Call | Overload] = {
    "norm": call(Op.NORM, "A>x", "ord dim>axis keepdim dtype", ord=2),
    "vector_norm": call(Op.NORM, "x", "ord dim>axis keepdim dtype", ord=2),
    "matrix_norm": call(Op.NORM, "A>x", "ord dim>axis keepdim dtype", ord="fro"),
    "matmul": call(Op.MATMUL, "input>x other>y"),
    "multi_dot": call(Op.MATMUL, "tensors>x"),
    "vecdot": call(Op.MATMUL, "x y", "dim>axis"),
    "cross": call(Op.OPAQUE, "input>x other>y", "dim>axis"),
    "inv": _INVERT,
    "inv_ex": _INVERT,
    "pinv": _INVERT,
    "solve": call(Op.INVERSE, "A>x B>y", "left"),
    "solve_triangular": call(Op.INVERSE, "A>x B>y", "upper left unitriangular"),
    "lstsq": call(Op.OPAQUE, "A>x B>y"),
    "det": call(Op.DETERMINANT, "A>x"),
    "slogdet": call(Op.LOG_DETERMINANT, "A>x"),
    "cholesky": call(Op.CHOLESKY, "A>x", "upper"),
    "cholesky_ex": call(Op.CHOLESKY, "A>x", "upper"),
    "svd": call(Op.DECOMPOSE, "A>x", "full_matrices"),
    "svdvals": _DECOMPOSE,
    "qr": call(Op.DECOMPOSE, "A>x", "mode"),
    "eig": _DECOMPOSE,
    "eigvals": _DECOMPOSE,
    "eigh": call(Op.DECOMPOSE, "A>x", "UPLO"),
    "eigvalsh": call(Op.DECOMPOSE, "A>x", "UPLO"),
    "lu": _DECOMPOSE,
    "matrix_exp": call(Op.OPAQUE, "A>x"),
    "matrix_power": call(Op.OPAQUE, "A>x", "n"),
    "cond": call(Op.OPAQUE, "A>x", "p>ord"),
    "diagonal": call(Op.SELECT, "A>x"),
}
