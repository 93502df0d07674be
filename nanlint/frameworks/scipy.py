"""`scipy.special`, what NumPy scripts take their stable functions from, `scipy.linalg`, `scipy.stats.norm`."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework
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
    "gamma": Op.GAMMA,
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
    "beta": call(Op.BETA, "a>x b>y"),
    "betaln": call(Op.LOG_BETA, "a>x b>y"),
    "zeta": call(Op.ZETA, "x q>y"),
    "polygamma": call(Op.POLYGAMMA, "x", "n", order=(1, 0)),
    # all axes where none is given
    "softmax": call(Op.SOFTMAX, "x", "axis"),
    "log_softmax": call(Op.LOG_SOFTMAX, "x", "axis"),
    "logsumexp": call(Op.LOGSUMEXP, "a>x", "axis b keepdims>keepdim return_sign"),
}

_LINALG = {
    "inv": call(Op.INVERSE, "a>x", "overwrite_a check_finite"),
    "pinv": call(Op.PSEUDO_INVERSE, "a>x"),
    "solve": call(Op.SOLVE, "a>x b>y", "lower overwrite_a overwrite_b check_finite assume_a transposed"),
    "det": call(Op.DETERMINANT, "a>x", "overwrite_a check_finite"),
    "cholesky": call(Op.CHOLESKY, "a>x", "lower overwrite_a check_finite"),
    "cho_factor": call(Op.CHOLESKY, "a>x", "lower overwrite_a check_finite"),
    "eigh": call(Op.EIGENVECTORS, "a>x", "b"),
    "eigvalsh": call(Op.EIGENVALUES, "a>x", "b"),
    "svd": call(Op.SINGULAR_VECTORS, "a>x", "full_matrices compute_uv overwrite_a check_finite lapack_driver"),
}

FRAMEWORK = Framework(
    name="scipy",
    roots=("scipy",),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    arrays="numpy",
    raising=frozenset({Op.INVERSE, Op.SOLVE, Op.CHOLESKY}),
    functions={
        **{f"scipy.special.{name}": entry for name, entry in _FUNCTIONS.items()},
        **{f"scipy.linalg.{name}": entry for name, entry in _LINALG.items()},
        "scipy.stats.norm.cdf": call(Op.NDTR, "x", "loc scale"),
        "scipy.stats.norm.logcdf": call(Op.LOG_NDTR, "x", "loc scale"),
    },
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
        Op.LOG_BETA: "[scipy.special.betaln]({x}, {y})",
        Op.ENTR: "[scipy.special.entr]({x})",
    },
)
