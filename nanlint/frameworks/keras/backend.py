"""`keras.backend`, customarily `K`: the functions of Keras 1 and 2, which Keras 3 has in `tf.keras` alone."""

from dataclasses import replace

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.keras.ops import LOSSES, OPS

EPSILON = 1e-7

_UNARY = {
    Op.LOG: "log",
    Op.EXP: "exp",
    Op.SQUARE: "square",
    Op.ABSOLUTE: "abs",
    Op.SIGN: "sign",
    Op.SIN: "sin",
    Op.COS: "cos",
    Op.ROUND: "round",
    Op.SIGMOID: "sigmoid",
    Op.HARD_SIGMOID: "hard_sigmoid",
    Op.TANH: "tanh",
    Op.SOFTPLUS: "softplus",
    Op.SOFTSIGN: "softsign",
    Op.RESHAPE: "flatten batch_flatten transpose",
    Op.DETACH: "get_value eval",
}
_BINARY = {
    Op.MAXIMUM: "maximum",
    Op.MINIMUM: "minimum",
    Op.LESS: "less",
    Op.LESS_EQUAL: "less_equal",
    Op.GREATER: "greater",
    Op.GREATER_EQUAL: "greater_equal",
    Op.EQUAL: "equal",
    Op.NOT_EQUAL: "not_equal",
    Op.MATMUL: "dot",
}
_ALONG = "axis keepdims>keepdim"
_REDUCTIONS = {
    "sum": Op.SUM,
    "mean": Op.MEAN,
    "prod": Op.PRODUCT,
    "max": Op.REDUCE_MAX,
    "min": Op.REDUCE_MIN,
    "any": Op.ANY,
    "all": Op.ALL,
    "logsumexp": Op.LOGSUMEXP,
}
_KERNEL = "x kernel>weight"
_CONVOLUTION = "strides>stride padding data_format dilation_rate>dilation"
_POOLED = "pool_size strides>stride padding data_format pool_mode>kind"

BACKEND: dict[str, Call | Overload] = {
    **{name: call(op, "x") for op, names in _UNARY.items() for name in names.split()},
    **{name: call(op, "x y") for op, names in _BINARY.items() for name in names.split()},
    **{name: call(op, "x", _ALONG) for name, op in _REDUCTIONS.items()},
    "sqrt": call(Op.SQRT, "x", clipped=True),
    "std": call(Op.STD, "x", _ALONG, correction=0),
    "var": call(Op.VAR, "x", _ALONG, correction=0),
    "argmax": call(Op.ARGMAX, "x", "axis"),
    "argmin": call(Op.ARGMAX, "x", "axis"),
    "cumsum": call(Op.CUMSUM, "x", "axis"),
    "cumprod": call(Op.CUMPROD, "x", "axis"),
    "pow": call(Op.POWER, "x a>exponent"),
    "clip": call(Op.CLAMP, "x", "min_value>min max_value>max"),
    "softmax": call(Op.SOFTMAX, "x", "axis", axis=-1),
    "relu": replace(
        call(Op.RELU, "x", "alpha>negative_slope max_value threshold"), flag=("negative_slope", Op.LEAKY_RELU)
    ),
    "elu": call(Op.ELU, "x", "alpha", alpha=1.0),
    "l2_normalize": call(Op.NORMALIZE, "x", "axis", ord=2.0, eps=1e-12),
    "batch_normalization": call(Op.STANDARDIZE, "x", "mean var beta gamma axis epsilon>eps", eps=1e-3),
    "dropout": call(Op.DROPOUT, "x", "level>p noise_shape seed"),
    "in_top_k": call(Op.OPAQUE, "predictions>x targets>y", "k"),
    "batch_dot": call(Op.MATMUL, "x y", "axes"),
    "bias_add": call(Op.ADD, "x bias>y", "data_format"),
    **{f"conv{n}d": call(Op.LINEAR, _KERNEL, _CONVOLUTION) for n in (1, 2, 3)},
    "conv2d_transpose": call(Op.LINEAR, _KERNEL, "output_shape strides>stride padding data_format"),
    "depthwise_conv2d": call(Op.LINEAR, "x depthwise_kernel>weight", _CONVOLUTION),
    "separable_conv2d": call(Op.LINEAR, "x depthwise_kernel>weight", f"pointwise_kernel {_CONVOLUTION}"),
    **{f"pool{n}d": call(Op.POOL, "x", _POOLED, kind="max") for n in (2, 3)},
    "binary_crossentropy": LOSSES["binary_crossentropy"],
    "categorical_crossentropy": LOSSES["categorical_crossentropy"],
    "sparse_categorical_crossentropy": LOSSES["sparse_categorical_crossentropy"],
    # takes probabilities, of which it takes the logarithm itself
    "ctc_batch_cost": call(
        Op.PROBABILITY_CTC_LOSS,
        "y_pred>input y_true>target",
        "input_length label_length",
        order=(1, 0, 2, 3),
        reduction="none",
    ),
    "switch": call(Op.WHERE, "condition then_expression>x else_expression>y"),
    "one_hot": call(Op.ONE_HOT, "indices>x", "num_classes", dtype="numpy.float32", below="zeros", above="zeros"),
    "gather": call(Op.SELECT, "reference>x indices"),
    "cast": call(Op.CAST, "x", "dtype"),
    "cast_to_floatx": call(Op.CAST, "x", dtype="numpy.float32"),
    "stop_gradient": call(Op.DETACH, "variables>x"),
    "gradients": call(Op.BACKWARD, "loss>x", "variables>parameters", result=Kind.UNKNOWN),
    "concatenate": call(Op.CONCATENATE, "tensors>x", "axis"),
    "stack": call(Op.CONCATENATE, "x", "axis"),
    "reshape": call(Op.RESHAPE, "x", "shape>size"),
    "permute_dimensions": call(Op.RESHAPE, "x", "pattern"),
    "expand_dims": call(Op.RESHAPE, "x", "axis"),
    "squeeze": call(Op.RESHAPE, "x", "axis"),
    "tile": call(Op.RESHAPE, "x", "n"),
    "repeat": call(Op.RESHAPE, "x", "n"),
    "repeat_elements": call(Op.RESHAPE, "x", "rep axis"),
    "reverse": call(Op.RESHAPE, "x", "axes"),
    "resize_images": call(Op.RESHAPE, "x", "height_factor width_factor data_format interpolation"),
    "temporal_padding": call(Op.PAD, "x", "padding>pad"),
    "spatial_2d_padding": call(Op.PAD, "x", "padding>pad data_format"),
    "spatial_3d_padding": call(Op.PAD, "x", "padding>pad data_format"),
    "shape": call(Op.LENGTH, "x", result=Kind.SEQUENCE),
    "int_shape": call(Op.LENGTH, "x", result=Kind.SEQUENCE),
    "ndim": call(Op.LENGTH, "x", result=Kind.INTEGER),
    "zeros": call(Op.FULL, "", "shape>size dtype name", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype name", value=1),
    "zeros_like": call(Op.LIKE, "x", "dtype name", value=0),
    "ones_like": call(Op.LIKE, "x", "dtype name", value=1),
    "eye": call(Op.EYE, "", "size>n dtype name"),
    "arange": Overload(
        call(Op.ARANGE, "", "start stop>end step dtype", step=1),
        call(Op.ARANGE, "", "start>end stop step dtype", start=0, step=1),
        counted=True,
    ),
    "constant": call(Op.TENSOR, "value>x", "dtype shape name"),
    "variable": call(Op.WEIGHT, "value>x", "dtype name constraint"),
    "placeholder": call(Op.ARGUMENT, "", "shape>size ndim dtype sparse name"),
    "random_normal": call(Op.NORMAL, "", "shape>size mean stddev>std dtype", mean=0.0, std=1.0),
    "truncated_normal": call(Op.NORMAL, "", "shape>size mean stddev>std dtype", mean=0.0, std=1.0),
    "random_uniform": call(Op.UNIFORM, "", "shape>size minval>low maxval>high dtype", low=0.0, high=1.0),
    "random_bernoulli": call(Op.RANDOM_INTEGER, "", "shape>size p dtype seed", low=0, high=2, dtype="numpy.float32"),
    "random_binomial": call(Op.RANDOM_INTEGER, "", "shape>size p dtype seed", low=0, high=2, dtype="numpy.float32"),
    "random_normal_variable": call(Op.NORMAL, "", "shape>size mean scale>std dtype"),
    "random_uniform_variable": call(Op.UNIFORM, "", "shape>size low high dtype"),
    "epsilon": call(Op.FULL, "", value=EPSILON, dtype="numpy.float64", result=Kind.NUMBER),
}
"""By the last word of the name."""

KEPT = frozenset({"epsilon"})
"""What Keras 3 has in `keras.backend` as well."""

FUNCTIONS: dict[str, Call | Overload] = {
    **{f"keras.backend.{name}": entry for name, entry in BACKEND.items()},
    "keras.config.epsilon": BACKEND["epsilon"],
}
REMOVED = frozenset(f"keras.backend.{name}" for name in BACKEND if name not in KEPT)

_FIRST = frozenset({"logsumexp"})  # of the first releases alone
_SHARED = [name for name in BACKEND if f"keras.ops.{name}" in OPS and name not in _FIRST]
FORMER = {
    **{f"keras.ops.{name}": f"keras.backend.{name}" for name in _SHARED},
    "keras.ops.where": "keras.backend.switch",
}
"""What fixes write in files that use `keras.backend`."""
