"""TensorFlow's products of matrices, norms and factorisations: `tf.linalg` and their older spellings."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_NORMALIZE = call(Op.NORMALIZE, "x", "axis epsilon>eps dim>axis", ord=2, eps=1e-12)
_NORM = call(Op.NORM, "tensor>x", "ord axis keepdims>keepdim keep_dims>keepdim", ord=2)
_MATMUL = call(Op.MATMUL, "a>x b>y", "transpose_a transpose_b adjoint_a adjoint_b")
_EYE = call(Op.EYE, "", "num_rows>n num_columns batch_shape dtype", dtype="tensorflow.float32")

LINALG: dict[str, Call | Overload] = {
    "matmul": _MATMUL,
    "matvec": call(Op.MATMUL, "a>x b>y", "transpose_a adjoint_a a_is_sparse b_is_sparse"),
    "tensordot": call(Op.MATMUL, "a>x b>y", "axes"),
    "einsum": call(Op.MATMUL, "*inputs>x", "equation", order=(1, 0)),
    "cross": call(Op.OPAQUE, "a>x b>y"),
    "norm": _NORM,
    "global_norm": call(Op.NORM, "t_list>x", ord=2),
    "l2_normalize": _NORMALIZE,
    "normalize": call(Op.OPAQUE, "tensor>x", "ord axis"),
    "inv": call(Op.INVERSE, "input>x", "adjoint"),
    "pinv": call(Op.PSEUDO_INVERSE, "a>x", "rcond validate_args"),
    "solve": call(Op.SOLVE, "matrix>x rhs>y", "adjoint"),
    "triangular_solve": call(Op.OPAQUE, "matrix>x rhs>y", "lower adjoint"),
    "cholesky_solve": call(Op.OPAQUE, "chol>x rhs>y"),
    "lstsq": call(Op.OPAQUE, "matrix>x rhs>y", "l2_regularizer fast"),
    "det": call(Op.DETERMINANT, "input>x"),
    "logdet": call(Op.LOG_DETERMINANT, "matrix>x"),
    "slogdet": call(Op.LOG_ABS_DETERMINANT, "input>x"),
    "cholesky": call(Op.CHOLESKY, "input>x"),
    "svd": call(Op.SINGULAR_VECTORS, "tensor>x", "full_matrices compute_uv"),
    "qr": call(Op.QR, "input>x", "full_matrices"),
    "eig": call(Op.EIGENVECTORS, "tensor>x"),
    "eigh": call(Op.EIGENVECTORS, "tensor>x"),
    "eigvals": call(Op.EIGENVALUES, "tensor>x"),
    "eigvalsh": call(Op.EIGENVALUES, "tensor>x"),
    "lu": call(Op.DECOMPOSE, "input>x", "output_idx_type"),
    "expm": call(Op.OPAQUE, "input>x"),
    "logm": call(Op.OPAQUE, "input>x"),
    "sqrtm": call(Op.OPAQUE, "input>x"),
    "eye": _EYE,
    "trace": call(Op.SUM, "x"),
    "diag": call(Op.PAD, "diagonal>x", "k num_rows num_cols padding_value>value"),
    "diag_part": call(Op.SELECT, "input>x", "k padding_value>value align"),
    "set_diag": call(Op.STORE, "input>x diagonal>value", "k align", index="diagonal"),
    "tensor_diag": call(Op.PAD, "diagonal>x"),
    "tensor_diag_part": call(Op.SELECT, "input>x"),
    "band_part": call(Op.PAD, "input>x", "num_lower num_upper"),
    "matrix_transpose": call(Op.RESHAPE, "a>x", "conjugate"),
    "adjoint": call(Op.RESHAPE, "matrix>x"),
}

TOP: dict[str, Call | Overload] = {
    **{name: LINALG[name] for name in words("matmul tensordot einsum norm eye eig eigvals")},
    "matrix_square_root": LINALG["sqrtm"],
}

_RENAMED = {
    "cross": "cross",
    "global_norm": "global_norm",
    "matrix_inverse": "inv",
    "matrix_solve": "solve",
    "matrix_triangular_solve": "triangular_solve",
    "matrix_solve_ls": "lstsq",
    "matrix_determinant": "det",
    "log_matrix_determinant": "slogdet",
    "cholesky": "cholesky",
    "cholesky_solve": "cholesky_solve",
    "svd": "svd",
    "qr": "qr",
    "self_adjoint_eig": "eigh",
    "self_adjoint_eigvals": "eigvalsh",
    "trace": "trace",
    "diag": "tensor_diag",
    "diag_part": "tensor_diag_part",
    "matrix_diag": "diag",
    "matrix_diag_part": "diag_part",
    "matrix_set_diag": "set_diag",
    "matrix_band_part": "band_part",
    "matrix_transpose": "matrix_transpose",
}

OLD: dict[str, Call | Overload] = {
    **{old: LINALG[new] for old, new in _RENAMED.items()},
    "batch_matmul": call(Op.MATMUL, "x y", "adj_x adj_y"),
    "sparse_tensor_dense_matmul": call(Op.MATMUL, "sp_a>x b>y", "adjoint_a adjoint_b"),
}
