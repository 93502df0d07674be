"""How fixes write the canonical operations in NumPy; a keyword whose field is not given is left out."""

from nanlint.domain.vocabulary import Op

SPELLINGS = {
    Op.CAST: "{x()}.astype({dtype})",
    Op.LOG: "[numpy.log]({x})",
    Op.LOG2: "[numpy.log2]({x})",
    Op.LOG10: "[numpy.log10]({x})",
    Op.EXP: "[numpy.exp]({x})",
    Op.SQRT: "[numpy.sqrt]({x})",
    Op.ABSOLUTE: "[numpy.abs]({x})",
    Op.LOG1P: "[numpy.log1p]({x})",
    Op.EXPM1: "[numpy.expm1]({x})",
    Op.TANH: "[numpy.tanh]({x})",
    Op.SOFTPLUS: "[numpy.logaddexp](0, {x})",
    Op.LOGADDEXP: "[numpy.logaddexp]({x}, {y})",
    Op.LOGSUMEXP: "[numpy.logaddexp.reduce]({x}, axis={axis!}, keepdims={keepdim})",
    Op.CLAMP: "[numpy.clip]({x}, {min}, {max})",
    Op.MAXIMUM: "[numpy.maximum]({x}, {y})",
    Op.MINIMUM: "[numpy.minimum]({x}, {y})",
    Op.WHERE: "[numpy.where]({condition}, {x}, {y})",
    Op.STD: "[numpy.std]({x}, axis={axis}, ddof={correction}, keepdims={keepdim})",
    Op.VAR: "[numpy.var]({x}, axis={axis}, ddof={correction}, keepdims={keepdim})",
    Op.NORM: "[numpy.linalg.norm]({x}, ord={ord}, axis={axis}, keepdims={keepdim})",
    Op.SUM: "[numpy.sum]({x}, axis={axis}, keepdims={keepdim})",
    Op.CUMSUM: "[numpy.cumsum]({x}, axis={axis})",
    Op.MEAN: "[numpy.mean]({x}, axis={axis}, keepdims={keepdim})",
    Op.REDUCE_MAX: "[numpy.max]({x}, axis={axis}, keepdims={keepdim})",
    Op.LIKE: "[numpy.full_like]({x}, {value})",
    Op.IS_FINITE: "[numpy.isfinite]({x})",
    Op.IS_NAN: "[numpy.isnan]({x})",
    Op.ANY: "[numpy.any]({x})",
    Op.LENGTH: "[numpy.size]({x})",
    Op.ALL: "[numpy.all]({x})",
    Op.ATAN2: "[numpy.arctan2]({y}, {x})",
    Op.LOG_ABS_DETERMINANT: "[numpy.linalg.slogdet]({x}).logabsdet",
    Op.EYE: "[numpy.eye]({n})",
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: "[numpy.logaddexp](0, {input}) - {target()} * {input()}",
}

WITHOUT_AXIS = {Op.LOGSUMEXP: "[numpy.logaddexp.reduce]({x}, axis=None, keepdims={keepdim})"}

LOG_COUNTS = {False: "[numpy.log]([numpy.size]({x}, {axis}))", True: "[numpy.log]([numpy.size]({x}))"}
