"""How fixes write the canonical operations in TensorFlow, as releases 1.15 and 2 both have them.

A keyword whose field is not given is left out.
"""

from nanlint.domain.vocabulary import Op

SPELLINGS = {
    Op.CAST: "[tensorflow.cast]({x}, {dtype})",
    Op.LOG: "[tensorflow.math.log]({x})",
    Op.EXP: "[tensorflow.exp]({x})",
    Op.SQRT: "[tensorflow.sqrt]({x})",
    Op.ABSOLUTE: "[tensorflow.abs]({x})",
    Op.LOG1P: "[tensorflow.math.log1p]({x})",
    Op.EXPM1: "[tensorflow.math.expm1]({x})",
    Op.TANH: "[tensorflow.tanh]({x})",
    Op.SIGMOID: "[tensorflow.sigmoid]({x})",
    Op.LOG_SIGMOID: "[tensorflow.math.log_sigmoid]({x})",
    Op.SOFTPLUS: "[tensorflow.math.softplus]({x})",
    Op.SOFTMAX: "[tensorflow.nn.softmax]({x}, axis={axis})",
    Op.LOG_SOFTMAX: "[tensorflow.nn.log_softmax]({x}, axis={axis})",
    Op.LOGSUMEXP: "[tensorflow.reduce_logsumexp]({x}, axis={axis}, keepdims={keepdim})",
    Op.LOGCUMSUMEXP: "[tensorflow.math.cumulative_logsumexp]({x}, axis={axis})",
    Op.LOGADDEXP: "[tensorflow.reduce_logsumexp]([tensorflow.stack]([{x}, {y}]), axis=0)",
    Op.XLOGY: "[tensorflow.math.xlogy]({x}, {y})",
    Op.DIVIDE_NO_NAN: "[tensorflow.math.divide_no_nan]({x}, {y})",
    Op.SILU: "[tensorflow.nn.swish]({x})",
    Op.ELU: "[tensorflow.nn.elu]({x})",
    Op.CLAMP: "[tensorflow.clip_by_value]({x}, {min}, {max})",
    Op.MAXIMUM: "[tensorflow.maximum]({x}, {y})",
    Op.MINIMUM: "[tensorflow.minimum]({x}, {y})",
    Op.WHERE: "[tensorflow.where]({condition}, {x}, {y})",
    Op.NORMALIZE: "[tensorflow.nn.l2_normalize]({x}, axis={axis}, epsilon={eps})",
    Op.NORM: "[tensorflow.norm]({x}, ord={ord}, axis={axis}, keepdims={keepdim})",
    Op.STD: "[tensorflow.math.reduce_std]({x}, axis={axis}, keepdims={keepdim})",
    Op.VAR: "[tensorflow.math.reduce_variance]({x}, axis={axis}, keepdims={keepdim})",
    Op.SUM: "[tensorflow.reduce_sum]({x}, axis={axis}, keepdims={keepdim})",
    Op.CUMSUM: "[tensorflow.cumsum]({x}, axis={axis})",
    Op.MEAN: "[tensorflow.reduce_mean]({x}, axis={axis}, keepdims={keepdim})",
    Op.REDUCE_MAX: "[tensorflow.reduce_max]({x}, axis={axis}, keepdims={keepdim})",
    Op.LIKE: "({value()} * [tensorflow.ones_like]({x}))",
    Op.IS_FINITE: "[tensorflow.math.is_finite]({x})",
    Op.IS_NAN: "[tensorflow.math.is_nan]({x})",
    Op.ANY: "[tensorflow.reduce_any]({x})",
    Op.ALL: "[tensorflow.reduce_all]({x})",
    Op.LENGTH: "[tensorflow.size]({x})",
    Op.ATAN2: "[tensorflow.atan2]({y}, {x})",
    Op.LGAMMA: "[tensorflow.math.lgamma]({x})",
    Op.LOG_ABS_DETERMINANT: "[tensorflow.linalg.slogdet]({x}).log_abs_determinant",
    Op.EYE: "[tensorflow.eye]({n}, dtype={dtype})",
    Op.CLIP_GRADIENT: "{gradients}, _ = [tensorflow.clip_by_global_norm]({gradients}, {max_norm})",
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: (
        "[tensorflow.nn.sigmoid_cross_entropy_with_logits](labels={target}, logits={input})"
    ),
}

SAME_SHAPES = frozenset({Op.LOGADDEXP, Op.WHERE})

LOG_COUNTS = {
    False: "[tensorflow.math.log]([tensorflow.cast]([tensorflow.shape]({x})[{axis}], {x()}.dtype))",
    True: "[tensorflow.math.log]([tensorflow.cast]([tensorflow.size]({x}), {x()}.dtype))",
}

LOGIT_LOSSES = {
    Op.CROSS_ENTROPY: "softmax_cross_entropy_with_logits",
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: "sigmoid_cross_entropy_with_logits",
}

MEAN_OR_ZERO = (
    "[tensorflow.math.divide_no_nan]([tensorflow.reduce_sum]({x}),"
    " [tensorflow.cast]([tensorflow.size]({x}), {x()}.dtype))"
)
