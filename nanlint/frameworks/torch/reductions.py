"""Reductions, scans, normalising functions and distances that PyTorch has as functions and as methods."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Call, Overload, call

_WITH_DTYPE = "dim>axis keepdim dtype"
_WITH_AXIS = "dim>axis keepdim"
_ALONG = "dim>axis dtype"
_SPREAD = "dim>axis unbiased keepdim correction"

REDUCTIONS: dict[str, Call | Overload] = {
    "sum": call(Op.SUM, "input>x", _WITH_DTYPE),
    "nansum": call(Op.SUM, "input>x", _WITH_DTYPE),
    "mean": call(Op.MEAN, "input>x", _WITH_DTYPE),
    "nanmean": call(Op.MEAN, "input>x", _WITH_DTYPE),
    "prod": call(Op.PRODUCT, "input>x", _WITH_DTYPE),
    "trace": call(Op.SUM),
    "amax": call(Op.REDUCE_MAX, "input>x", _WITH_AXIS),
    "amin": call(Op.REDUCE_MIN, "input>x", _WITH_AXIS),
    "max": Overload(call(Op.MAXIMUM, "input>x other>y"), call(Op.REDUCE_MAX, "input>x", _WITH_AXIS)),
    "min": Overload(call(Op.MINIMUM, "input>x other>y"), call(Op.REDUCE_MIN, "input>x", _WITH_AXIS)),
    "aminmax": call(Op.SELECT, "input>x", _WITH_AXIS),
    "std": call(Op.STD, "input>x", _SPREAD, correction=1),
    "var": call(Op.VAR, "input>x", _SPREAD, correction=1),
    "norm": call(Op.NORM, "input>x", "p>ord dim>axis keepdim dtype", ord=2),
    "logsumexp": call(Op.LOGSUMEXP, "input>x", _WITH_AXIS),
    "any": call(Op.ANY, "input>x", _WITH_AXIS),
    "all": call(Op.ALL, "input>x", _WITH_AXIS),
    "argmax": call(Op.ARGMAX, "input>x", _WITH_AXIS),
    "argmin": call(Op.ARGMAX, "input>x", _WITH_AXIS),
    "argsort": call(Op.ARGMAX, "input>x", "dim>axis descending"),
    "nonzero": call(Op.ARGMAX),
    "argwhere": call(Op.ARGMAX),
    "count_nonzero": call(Op.COUNT_NONZERO, "input>x", "dim>axis"),
    "bincount": call(Op.COUNT_NONZERO, "input>x", "weights minlength"),
    "cumsum": call(Op.CUMSUM, "input>x", _ALONG),
    "cumprod": call(Op.CUMPROD, "input>x", _ALONG),
    "logcumsumexp": call(Op.LOGCUMSUMEXP, "input>x", "dim>axis"),
    "cummax": call(Op.SELECT, "input>x", "dim>axis"),
    "cummin": call(Op.SELECT, "input>x", "dim>axis"),
    "median": call(Op.SELECT, "input>x", _WITH_AXIS),
    "nanmedian": call(Op.SELECT, "input>x", _WITH_AXIS),
    "mode": call(Op.SELECT, "input>x", _WITH_AXIS),
    "quantile": call(Op.SELECT, "input>x", "q dim>axis keepdim"),
    "nanquantile": call(Op.SELECT, "input>x", "q dim>axis keepdim"),
    "kthvalue": call(Op.SELECT, "input>x", "k dim>axis keepdim"),
    "softmax": call(Op.SOFTMAX, "input>x", _ALONG),
    "log_softmax": call(Op.LOG_SOFTMAX, "input>x", _ALONG),
    "dist": call(Op.PAIRWISE_DISTANCE, "input>x other>y", "p>ord", ord=2),
    "diff": call(Op.OPAQUE, "input>x", "n dim>axis"),
    "renorm": call(Op.OPAQUE, "input>x", "p>ord dim>axis maxnorm", ord=2),
    "cov": call(Op.OPAQUE),
    "corrcoef": call(Op.OPAQUE),
    "histc": call(Op.OPAQUE),
}
