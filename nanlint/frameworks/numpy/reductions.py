"""NumPy's reductions and scans, and which of them are methods of an array."""

from dataclasses import replace

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call, parameters, words

_DTYPE_OUT = "axis dtype out keepdims>keepdim"
_TOTAL = f"{_DTYPE_OUT} initial where"
_OUT = "axis out keepdims>keepdim"
_EXTREME = f"{_OUT} initial where"
_SPREAD = "axis dtype out ddof>correction keepdims>keepdim where"
_SCAN = "axis dtype out"
_QUANTILE = "q axis out overwrite_input method keepdims>keepdim"
_MEDIAN = "axis out overwrite_input keepdims>keepdim"

# Each with a variant that leaves out NaN, under the name `nan...`.
_PROPAGATING: dict[str, Call] = {
    "sum": call(Op.SUM, "a>x", _TOTAL),
    "prod": call(Op.PRODUCT, "a>x", _TOTAL),
    "mean": call(Op.MEAN, "a>x", f"{_DTYPE_OUT} where"),
    "std": call(Op.STD, "a>x", _SPREAD, correction=0),
    "var": call(Op.VAR, "a>x", _SPREAD, correction=0),
    "max": call(Op.REDUCE_MAX, "a>x", _EXTREME),
    "min": call(Op.REDUCE_MIN, "a>x", _EXTREME),
    "argmax": call(Op.ARGMAX, "a>x", _OUT),
    "argmin": call(Op.ARGMAX, "a>x", _OUT),
    "cumsum": call(Op.CUMSUM, "a>x", _SCAN),
    "cumprod": call(Op.CUMPROD, "a>x", _SCAN),
    "median": call(Op.MEDIAN, "a>x", _MEDIAN),
    "quantile": call(Op.SELECT, "a>x", _QUANTILE),
    "percentile": call(Op.SELECT, "a>x", _QUANTILE),
}

REDUCTIONS: dict[str, Call] = {
    **_PROPAGATING,
    **{f"nan{name}": entry for name, entry in _PROPAGATING.items()},
    "amax": _PROPAGATING["max"],
    "amin": _PROPAGATING["min"],
    "any": call(Op.ANY, "a>x", _OUT),
    "all": call(Op.ALL, "a>x", _OUT),
    "argsort": call(Op.ARGMAX, "a>x", "axis kind order"),
    "trace": call(Op.SUM, "a>x", "offset axis1 axis2 dtype out"),
    "average": call(Op.MEAN, "a>x", "axis weights returned keepdims>keepdim"),
    "ptp": call(Op.OPAQUE, "a>x", _OUT),
    "count_nonzero": call(Op.COUNT_NONZERO, "a>x", "axis keepdims>keepdim"),
    "nonzero": call(Op.NONZERO, "a>x"),
    "argwhere": call(Op.NONZERO, "a>x"),
    "flatnonzero": call(Op.NONZERO, "a>x"),
    "diff": call(Op.OPAQUE, "a>x", "n axis prepend append"),
    "histogram": call(Op.HISTOGRAM, "a>x", "bins range density weights"),
    "bincount": call(Op.COUNT_NONZERO, "x", "weights minlength"),
    "digitize": call(Op.ARGMAX, "x", "bins right"),
    "searchsorted": call(Op.ARGMAX, "v>x", "a>sorted_sequence side sorter", order=(1, 0, 2, 3)),
    "cov": call(Op.COVARIANCE, "m>x", "y rowvar bias ddof fweights aweights", Kind.TENSOR),
    "corrcoef": call(Op.COVARIANCE, "x", "y rowvar", Kind.TENSOR),
}

_METHODS = words("sum prod mean std var max min any all argmax argmin argsort cumsum cumprod trace nonzero")

REDUCING_METHODS: dict[str, Call] = {
    **{name: replace(REDUCTIONS[name], operands=parameters("self>x")) for name in _METHODS},
    "searchsorted": call(Op.ARGMAX, "v>x", "self>sorted_sequence side sorter", order=(1, 0, 2, 3)),
}

_REDUCE = "axis dtype out keepdims>keepdim initial where"

# `np.logaddexp.reduce(x)` and its like, along the first axis unless told otherwise.
REDUCING_UFUNCS: dict[str, Call] = {
    "add": call(Op.SUM, "array>x", _REDUCE, axis=0),
    "multiply": call(Op.PRODUCT, "array>x", _REDUCE, axis=0),
    "maximum": call(Op.REDUCE_MAX, "array>x", _REDUCE, axis=0),
    "minimum": call(Op.REDUCE_MIN, "array>x", _REDUCE, axis=0),
    "logaddexp": call(Op.LOGSUMEXP, "array>x", _REDUCE, axis=0),
    "logical_and": call(Op.ALL, "array>x", _REDUCE, axis=0),
    "logical_or": call(Op.ANY, "array>x", _REDUCE, axis=0),
}
