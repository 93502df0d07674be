"""`torch.special`, and what `torch` has as functions only."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.torch.elementwise import ELEMENTWISE
from nanlint.frameworks.torch.native import native
from nanlint.frameworks.torch.reductions import REDUCTIONS

_SHARED = {**ELEMENTWISE, **REDUCTIONS}
_ALSO_SPECIAL = words("digamma erf erfc erfinv exp2 expm1 log1p logit round sinc xlogy log_softmax logsumexp softmax")

SPECIAL: dict[str, Call | Overload] = {
    **{name: _SHARED[name] for name in _ALSO_SPECIAL},
    "expit": call(Op.SIGMOID),
    "psi": call(Op.DIGAMMA),
    "gammaln": call(Op.LGAMMA),
    "entr": call(Op.ENTR),
    "ndtr": call(Op.NDTR),
    "log_ndtr": call(Op.LOG_NDTR),
    "ndtri": call(Op.OPAQUE),
    "erfcx": call(Op.OPAQUE),
    "i0": call(Op.OPAQUE),
    "i0e": call(Op.OPAQUE),
    "i1": call(Op.OPAQUE),
    "i1e": call(Op.OPAQUE),
    "xlog1py": call(Op.OPAQUE, "input>x other>y"),
    "zeta": call(Op.ZETA, "input>x other>y"),
    "gammainc": call(Op.OPAQUE, "input>x other>y"),
    "gammaincc": call(Op.OPAQUE, "input>x other>y"),
    "polygamma": call(Op.POLYGAMMA, "input>x", "n", order=(1, 0)),
    "multigammaln": call(Op.OPAQUE, "input>x", "p"),
}

_JOIN = native(Op.CONCATENATE, "tensors>x", "dim>axis")
_JOIN_FIXED = native(Op.CONCATENATE, "tensors>x")
_SPREAD_AND_MEAN = "dim>axis unbiased keepdim correction"

FUNCTIONS_ONLY: dict[str, Call | Overload] = {
    "where": native(Op.WHERE, "condition input>x other>y"),
    "cat": _JOIN,
    "concat": _JOIN,
    "concatenate": _JOIN,
    "stack": _JOIN,
    "hstack": _JOIN_FIXED,
    "vstack": _JOIN_FIXED,
    "dstack": _JOIN_FIXED,
    "row_stack": _JOIN_FIXED,
    "column_stack": _JOIN_FIXED,
    "block_diag": call(Op.PAD, "*tensors>x"),
    "atleast_1d": call(Op.RESHAPE, "*tensors>x"),
    "atleast_2d": call(Op.RESHAPE, "*tensors>x"),
    "atleast_3d": call(Op.RESHAPE, "*tensors>x"),
    "broadcast_tensors": call(Op.RESHAPE, "*tensors>x"),
    "meshgrid": call(Op.RESHAPE, "*tensors>x", "indexing"),
    "split": call(Op.SELECT, "tensor>x", "split_size_or_sections dim>axis"),
    "combinations": native(Op.SELECT, options="r with_replacement"),
    "cartesian_prod": call(Op.SELECT, "*tensors>x"),
    "einsum": call(Op.MATMUL, "*operands>x", "equation", order=(1, 0)),
    "tensordot": call(Op.MATMUL, "a>x b>y", "dims"),
    "chain_matmul": call(Op.MATMUL, "*matrices>x"),
    "cdist": call(Op.PAIRWISE_DISTANCE, "x1>x x2>y", "p>ord compute_mode", ord=2.0),
    "std_mean": native(Op.STD, options=_SPREAD_AND_MEAN, correction=1),
    "var_mean": native(Op.VAR, options=_SPREAD_AND_MEAN, correction=1),
    "polygamma": call(Op.POLYGAMMA, "input>x", "n", order=(1, 0)),
    "rsub": call(Op.SUBTRACT, "other>x input>y", "alpha", order=(1, 0, 2)),
    "bucketize": native(Op.OPAQUE, options="boundaries out_int32 right"),
    "searchsorted": call(Op.OPAQUE, "input>x", "sorted_sequence out_int32 right side sorter", order=(1, 0, 2, 3, 4, 5)),
    "isin": native(Op.CONTAINS, "elements>x test_elements>y", "assume_unique invert"),
    "trapz": native(Op.OPAQUE, "y>x", "x>points dx dim>axis"),
    "trapezoid": native(Op.OPAQUE, "y>x", "x>points dx dim>axis"),
    "is_tensor": call(Op.OPAQUE, "obj>x", result=Kind.BOOLEAN),
    "complex": native(Op.OPAQUE, "real>x imag>y"),
    # with fewer or other parameters than their namesakes in torch.nn.functional
    "dropout": native(Op.DROPOUT, options="p train>training"),
    "celu": native(Op.ELU, options="alpha", alpha=1.0),
    "selu": native(Op.SELU),
    "prelu": native(Op.LEAKY_RELU, options="weight>negative_slope"),
    "rrelu": native(Op.OPAQUE, options="lower upper training"),
    "threshold": native(Op.OPAQUE, options="threshold value"),
    "hardshrink": native(Op.OPAQUE, options="lambd"),
    "layer_norm": native(Op.STANDARDIZE, options="normalized_shape weight bias eps cudnn_enable", eps=1e-5),
    "group_norm": native(Op.STANDARDIZE, options="num_groups weight bias eps cudnn_enabled", eps=1e-5),
}
