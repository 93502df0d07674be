"""`tf.nn` apart from its losses: activations, normalisation, convolutions, pooling, recurrent cells."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.tensorflow.elementwise import MATH
from nanlint.frameworks.tensorflow.linalg import LINALG
from nanlint.frameworks.tensorflow.reductions import REDUCTIONS

_SWISH = call(Op.SILU, "features>x", "beta")
_LOCAL = call(Op.OPAQUE, "input>x", "depth_radius bias alpha beta")

# Those with a second name under tf.math share their entry, so that a fix finds one through the other.
ACTIVATIONS: dict[str, Call | Overload] = {
    **{name: MATH[name] for name in ("sigmoid", "tanh", "softplus", "softsign")},
    "softmax": call(Op.SOFTMAX, "logits>x", "axis dim>axis", axis=-1),
    "log_softmax": call(Op.LOG_SOFTMAX, "logits>x", "axis dim>axis", axis=-1),
    "relu": call(Op.RELU, "features>x"),
    "relu6": call(Op.RELU6, "features>x"),
    "leaky_relu": call(Op.LEAKY_RELU, "features>x", "alpha>negative_slope", negative_slope=0.2),
    "crelu": call(Op.RELU, "features>x", "axis"),
    "elu": call(Op.ELU, "features>x", alpha=1.0),
    "selu": call(Op.SELU, "features>x"),
    "gelu": call(Op.GELU, "features>x", "approximate", approximate=False),
    "silu": _SWISH,
    "swish": _SWISH,
}

NORMALISATION: dict[str, Call | Overload] = {
    "l2_normalize": LINALG["l2_normalize"],
    "batch_normalization": call(Op.STANDARDIZE, "x", "mean variance offset scale variance_epsilon>eps"),
    "batch_norm_with_global_normalization": call(
        Op.STANDARDIZE, "input>x", "mean variance beta gamma variance_epsilon>eps t>x m>mean v>variance"
    ),
    "moments": call(Op.VAR, "x", "axes>axis shift keepdims>keepdim keep_dims>keepdim", correction=0),
    "lrn": _LOCAL,
    "local_response_normalization": _LOCAL,
    "zero_fraction": REDUCTIONS["zero_fraction"],
    "in_top_k": REDUCTIONS["in_top_k"],
    "top_k": REDUCTIONS["top_k"],
    # by position, TensorFlow 1 takes the share to keep where TensorFlow 2 takes the share to drop
    "dropout": call(Op.DROPOUT, "x", "rate>share noise_shape seed keep_prob>keep rate>p"),
}

_CONVOLUTION = "strides padding data_format dilations filter>weight"
_TRANSPOSED = "output_shape strides padding data_format dilations"
_OLD_TRANSPOSED = f"{_TRANSPOSED} value>x filter>weight"
_POOL = "ksize strides padding data_format"


def _convolution(options: str, operands: str = "input>x filters>weight") -> Call:
    return call(Op.LINEAR, operands, options)


def _pool(kind: str, old: bool = False) -> Call:
    """`old`: the operand had another name in TensorFlow 1."""
    return call(Op.POOL, "input>x", f"{_POOL} value>x" if old else _POOL, kind=kind)


LEARNED: dict[str, Call | Overload] = {
    "bias_add": call(Op.ADD, "value>x bias>y", "data_format"),
    "embedding_lookup": call(Op.EMBEDDING, "ids>x params>weight", "max_norm", order=(1, 0, 2)),
    "embedding_lookup_sparse": call(
        Op.EMBEDDING, "sp_ids>x params>weight", "sp_weights combiner max_norm", order=(1, 0, 2, 3, 4)
    ),
    "conv1d": _convolution("stride padding data_format dilations value>x"),
    "conv2d": _convolution(_CONVOLUTION),
    "conv3d": _convolution(_CONVOLUTION),
    "convolution": _convolution("strides padding data_format dilations filter>weight"),
    "atrous_conv2d": _convolution("rate padding", "value>x filters>weight"),
    "depthwise_conv2d": _convolution("strides padding data_format dilations", "input>x filter>weight"),
    "separable_conv2d": _convolution(
        "pointwise_filter strides padding data_format dilations", "input>x depthwise_filter>weight"
    ),
    "conv_transpose": _convolution(_TRANSPOSED),
    "conv1d_transpose": _convolution(_TRANSPOSED),
    "conv2d_transpose": _convolution(_OLD_TRANSPOSED),
    "conv3d_transpose": _convolution(_OLD_TRANSPOSED),
}

SPATIAL: dict[str, Call | Overload] = {
    "avg_pool": _pool("average", old=True),
    "avg_pool1d": _pool("average"),
    "avg_pool2d": _pool("average", old=True),
    "avg_pool3d": _pool("average"),
    "max_pool": _pool("max", old=True),
    **{f"max_pool{n}d": _pool("max") for n in (1, 2, 3)},
    "max_pool_with_argmax": _pool("max"),
    "pool": call(Op.POOL, "input>x", "window_shape pooling_type>kind strides padding"),
    "depth_to_space": call(Op.RESHAPE, "input>x", "block_size data_format"),
    "space_to_depth": call(Op.RESHAPE, "input>x", "block_size data_format"),
}

_STATE = "cell sequence_length initial_state dtype parallel_iterations"
_BOTH = "cell_fw cell_bw sequence_length initial_state_fw initial_state_bw dtype"

OLD: dict[str, Call | Overload] = {
    "xw_plus_b": call(Op.LINEAR, "x weights>weight biases>bias"),
    "relu_layer": call(Op.RELU, "x", "weights biases"),
    "depthwise_conv2d_native": LEARNED["depthwise_conv2d"],
    "fused_batch_norm": call(Op.STANDARDIZE, "x", "scale offset mean variance epsilon>eps", eps=0.001),
    "max_pool_v2": _pool("max"),
    "avg_pool_v2": _pool("average"),
    "dynamic_rnn": call(Op.RECURRENT, "inputs>x", _STATE, order=(1, 0, 2, 3, 4, 5)),
    "static_rnn": call(Op.RECURRENT, "inputs>x", "cell initial_state dtype sequence_length", order=(1, 0, 2, 3, 4)),
    "rnn": call(Op.RECURRENT, "inputs>x", "cell initial_state dtype sequence_length", order=(1, 0, 2, 3, 4)),
    "bidirectional_dynamic_rnn": call(Op.RECURRENT, "inputs>x", _BOTH, order=(1, 2, 0, 3, 4, 5, 6)),
    "static_bidirectional_rnn": call(
        Op.RECURRENT, "inputs>x", "cell_fw cell_bw initial_state_fw initial_state_bw dtype", order=(1, 2, 0, 3, 4, 5)
    ),
}

_CELL = "inputs>x state"

CELLS: dict[str, Call] = {
    "BasicRNNCell": call(Op.RECURRENT, _CELL, "num_units>hidden_size activation>nonlinearity reuse"),
    "RNNCell": call(Op.RECURRENT, _CELL),
    "BasicLSTMCell": call(
        Op.RECURRENT, _CELL, "num_units>hidden_size forget_bias state_is_tuple activation>nonlinearity reuse"
    ),
    "LSTMCell": call(
        Op.RECURRENT, _CELL, "num_units>hidden_size use_peepholes cell_clip initializer num_proj proj_clip"
    ),
    "GRUCell": call(Op.RECURRENT, _CELL, "num_units>hidden_size activation>nonlinearity reuse"),
    "MultiRNNCell": call(Op.RECURRENT, _CELL, "cells state_is_tuple"),
}

WRAPPED_CELLS = ("DropoutWrapper", "ResidualWrapper", "DeviceWrapper")

NN: dict[str, Call | Overload] = {**ACTIVATIONS, **NORMALISATION, **LEARNED, **SPATIAL}
SHARED_WITH_MATH = ("softmax", "log_softmax", "l2_normalize")
