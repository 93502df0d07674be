"""How fixes write the canonical operations in Keras 3; a keyword whose field is not given is left out."""

from nanlint.domain.vocabulary import Op

SPELLINGS = {
    Op.CAST: '[keras.ops.cast]({x}, "float32")',
    Op.LOG: "[keras.ops.log]({x})",
    Op.LOG2: "[keras.ops.log2]({x})",
    Op.LOG10: "[keras.ops.log10]({x})",
    Op.EXP: "[keras.ops.exp]({x})",
    Op.SQRT: "[keras.ops.sqrt]({x})",
    Op.ABSOLUTE: "[keras.ops.abs]({x})",
    Op.LOG1P: "[keras.ops.log1p]({x})",
    Op.EXPM1: "[keras.ops.expm1]({x})",
    Op.TANH: "[keras.ops.tanh]({x})",
    Op.SIGMOID: "[keras.ops.sigmoid]({x})",
    Op.LOG_SIGMOID: "[keras.ops.log_sigmoid]({x})",
    Op.SOFTPLUS: "[keras.ops.softplus]({x})",
    Op.SOFTMAX: "[keras.ops.softmax]({x}, axis={axis})",
    Op.LOG_SOFTMAX: "[keras.ops.log_softmax]({x}, axis={axis})",
    Op.LOGSUMEXP: "[keras.ops.logsumexp]({x}, axis={axis}, keepdims={keepdim})",
    Op.LOGADDEXP: "[keras.ops.logaddexp]({x}, {y})",
    Op.SILU: "[keras.ops.silu]({x})",
    Op.ELU: "[keras.ops.elu]({x}, alpha={alpha})",
    Op.CLAMP: "[keras.ops.clip]({x}, {min}, {max})",
    Op.MAXIMUM: "[keras.ops.maximum]({x}, {y})",
    Op.MINIMUM: "[keras.ops.minimum]({x}, {y})",
    Op.WHERE: "[keras.ops.where]({condition}, {x}, {y})",
    Op.DIVIDE_NO_NAN: "[keras.ops.divide_no_nan]({x}, {y})",
    Op.NORM: "[keras.ops.norm]({x}, ord={ord}, axis={axis}, keepdims={keepdim})",
    Op.STD: "[keras.ops.std]({x}, axis={axis}, keepdims={keepdim})",
    Op.VAR: "[keras.ops.var]({x}, axis={axis}, keepdims={keepdim})",
    Op.SUM: "[keras.ops.sum]({x}, axis={axis}, keepdims={keepdim})",
    Op.MEAN: "[keras.ops.mean]({x}, axis={axis}, keepdims={keepdim})",
    Op.CUMSUM: "[keras.ops.cumsum]({x}, axis={axis})",
    Op.REDUCE_MAX: "[keras.ops.max]({x}, axis={axis}, keepdims={keepdim})",
    Op.LIKE: "[keras.ops.full_like]({x}, {value})",
    Op.IS_FINITE: "[keras.ops.isfinite]({x})",
    Op.IS_NAN: "[keras.ops.isnan]({x})",
    Op.ANY: "[keras.ops.any]({x})",
    Op.ALL: "[keras.ops.all]({x})",
    Op.LENGTH: "[keras.ops.size]({x})",
    Op.LOG_ABS_DETERMINANT: "[keras.ops.slogdet]({x})[1]",
    Op.ATAN2: "[keras.ops.arctan2]({y}, {x})",
    Op.EYE: "[keras.ops.eye]({n}, dtype={dtype})",
}

LOG_COUNTS = {
    False: "[keras.ops.log]([keras.ops.cast]([keras.ops.shape]({x})[{axis}], {x()}.dtype))",
    True: "[keras.ops.log]([keras.ops.cast]([keras.ops.size]({x}), {x()}.dtype))",
}

LOGIT_LOSSES = {
    Op.CROSS_ENTROPY: "categorical_crossentropy with from_logits=True",
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: "binary_crossentropy with from_logits=True",
}

MEAN_OR_ZERO = "[keras.ops.divide_no_nan]([keras.ops.sum]({x}), [keras.ops.cast]([keras.ops.size]({x}), {x()}.dtype))"
