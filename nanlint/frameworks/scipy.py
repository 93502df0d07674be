"""`scipy.special`: what NumPy scripts take their stable functions from."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework, call
from nanlint.frameworks.numpy import FRAMEWORK as NUMPY

_UNARY = {
    "expit": Op.SIGMOID,
    "log_expit": Op.LOG_SIGMOID,
    "logit": Op.LOGIT,
    "log1p": Op.LOG1P,
    "expm1": Op.EXPM1,
    "exp2": Op.EXP2,
    "entr": Op.ENTR,
    "erf": Op.ERF,
    "erfc": Op.ERFC,
    "erfinv": Op.ERFINV,
    "gammaln": Op.LGAMMA,
    "loggamma": Op.LGAMMA,
    "digamma": Op.DIGAMMA,
    "psi": Op.DIGAMMA,
    "ndtr": Op.NDTR,
    "log_ndtr": Op.LOG_NDTR,
    "ndtri": Op.OPAQUE,
    "erfcx": Op.OPAQUE,
    "exprel": Op.OPAQUE,
    "gamma": Op.OPAQUE,
    "i0": Op.OPAQUE,
    "i0e": Op.OPAQUE,
    "i1": Op.OPAQUE,
    "cbrt": Op.OPAQUE,
}

_FUNCTIONS = {
    **{name: call(op, "x") for name, op in _UNARY.items()},
    "xlogy": call(Op.XLOGY, "x y"),
    "xlog1py": call(Op.OPAQUE, "x y"),
    "rel_entr": call(Op.OPAQUE, "x y"),
    "kl_div": call(Op.OPAQUE, "x y"),
    "beta": call(Op.OPAQUE, "a b"),
    "betaln": call(Op.OPAQUE, "a b"),
    # all axes where none is given
    "softmax": call(Op.SOFTMAX, "x", "axis"),
    "log_softmax": call(Op.LOG_SOFTMAX, "x", "axis"),
    "logsumexp": call(Op.LOGSUMEXP, "a>x", "axis b keepdims>keepdim return_sign"),
}

FRAMEWORK = Framework(
    name="scipy",
    roots=("scipy",),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    functions={f"scipy.special.{name}": entry for name, entry in _FUNCTIONS.items()},
    methods=NUMPY.methods,
    attributes=NUMPY.attributes,
    spellings={
        Op.SIGMOID: "[scipy.special.expit]({x})",
        Op.LOG_SIGMOID: "[scipy.special.log_expit]({x})",
        Op.SOFTMAX: "[scipy.special.softmax]({x}, axis={axis})",
        Op.LOG_SOFTMAX: "[scipy.special.log_softmax]({x}, axis={axis})",
        Op.LOGSUMEXP: "[scipy.special.logsumexp]({x}, axis={axis}, keepdims={keepdim})",
        Op.XLOGY: "[scipy.special.xlogy]({x}, {y})",
        Op.LOGIT: "[scipy.special.logit]({x})",
        Op.LOG_NDTR: "[scipy.special.log_ndtr]({x})",
        Op.LGAMMA: "[scipy.special.gammaln]({x})",
        Op.ENTR: "[scipy.special.entr]({x})",
    },
)
