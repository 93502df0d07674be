"""Reductions, scans and normalising functions that PyTorch has as functions and as methods."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.torch.native import native

_WITH_DTYPE = "dim>axis keepdim dtype"
_WITH_AXIS = "dim>axis keepdim"
_ALONG = "dim>axis dtype"
_SPREAD = "dim>axis unbiased keepdim correction"
_QUANTILE = "q dim>axis keepdim interpolation"

REDUCTIONS: dict[str, Call | Overload] = {
    "sum": native(Op.SUM, options=_WITH_DTYPE),
    "nansum": native(Op.SUM, options=_WITH_DTYPE),
    "mean": native(Op.MEAN, options=_WITH_DTYPE),
    "nanmean": native(Op.MEAN, options=_WITH_DTYPE),
    "prod": native(Op.PRODUCT, options=_WITH_DTYPE),
    "trace": native(Op.SUM),
    "amax": native(Op.REDUCE_MAX, options=_WITH_AXIS),
    "amin": native(Op.REDUCE_MIN, options=_WITH_AXIS),
    "max": Overload(native(Op.MAXIMUM, "input>x other>y"), native(Op.REDUCE_MAX, options=_WITH_AXIS)),
    "min": Overload(native(Op.MINIMUM, "input>x other>y"), native(Op.REDUCE_MIN, options=_WITH_AXIS)),
    "aminmax": native(Op.SELECT, options=_WITH_AXIS),
    "std": native(Op.STD, options=_SPREAD, correction=1),
    "var": native(Op.VAR, options=_SPREAD, correction=1),
    "norm": call(Op.NORM, options="p>ord dim>axis keepdim dtype", ord=2),
    "logsumexp": native(Op.LOGSUMEXP, options=_WITH_AXIS),
    "any": native(Op.ANY, options=_WITH_AXIS),
    "all": native(Op.ALL, options=_WITH_AXIS),
    "argmax": native(Op.ARGMAX, options=_WITH_AXIS),
    "argmin": native(Op.ARGMAX, options=_WITH_AXIS),
    "argsort": native(Op.ARGMAX, options="dim>axis descending"),
    "argwhere": native(Op.NONZERO),
    "count_nonzero": native(Op.COUNT_NONZERO, options="dim>axis"),
    "bincount": native(Op.COUNT_NONZERO, options="weights minlength"),
    "cumsum": native(Op.CUMSUM, options=_ALONG),
    "cumprod": native(Op.CUMPROD, options=_ALONG),
    "logcumsumexp": native(Op.LOGCUMSUMEXP, options="dim>axis"),
    "cummax": native(Op.SELECT, options="dim>axis"),
    "cummin": native(Op.SELECT, options="dim>axis"),
    "median": native(Op.MEDIAN, options=_WITH_AXIS),
    "nanmedian": native(Op.MEDIAN, options=_WITH_AXIS),
    "mode": native(Op.SELECT, options=_WITH_AXIS),
    "quantile": native(Op.SELECT, options=_QUANTILE),
    "nanquantile": native(Op.SELECT, options=_QUANTILE),
    "kthvalue": native(Op.SELECT, options="k dim>axis keepdim"),
    "softmax": native(Op.SOFTMAX, options=_ALONG),
    "log_softmax": native(Op.LOG_SOFTMAX, options=_ALONG),
    "dist": native(Op.PAIRWISE_DISTANCE, "input>x other>y", "p>ord", ord=2),
    "diff": native(Op.OPAQUE, options="n dim>axis prepend append"),
    "renorm": native(Op.OPAQUE, options="p>ord dim>axis maxnorm"),
    "cov": native(Op.COVARIANCE, options="correction fweights aweights"),
    "corrcoef": native(Op.COVARIANCE),
    "histc": native(Op.COUNT_NONZERO, options="bins min max", dtype="torch.float32"),
}
