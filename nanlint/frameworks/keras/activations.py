"""Activations: functions of `keras.activations`, which layers also take by name."""

from dataclasses import replace

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call

ACTIVATIONS: dict[str, Call] = {
    "linear": call(Op.COPY, "x"),
    "relu": replace(call(Op.RELU, "x", "negative_slope max_value threshold"), flag=("negative_slope", Op.LEAKY_RELU)),
    "relu6": call(Op.RELU6, "x"),
    "leaky_relu": call(Op.LEAKY_RELU, "x", "negative_slope", negative_slope=0.2),
    "elu": call(Op.ELU, "x", "alpha", alpha=1.0),
    "celu": call(Op.ELU, "x", "alpha", alpha=1.0),
    "selu": call(Op.SELU, "x"),
    "gelu": call(Op.GELU, "x", "approximate"),
    "silu": call(Op.SILU, "x"),
    "swish": call(Op.SILU, "x"),
    "mish": call(Op.MISH, "x"),
    "hard_silu": call(Op.HARD_SWISH, "x"),
    "hard_swish": call(Op.HARD_SWISH, "x"),
    "hard_sigmoid": call(Op.HARD_SIGMOID, "x"),
    "hard_tanh": call(Op.HARD_TANH, "x", min=-1.0, max=1.0),
    "sigmoid": call(Op.SIGMOID, "x"),
    "log_sigmoid": call(Op.LOG_SIGMOID, "x"),
    "tanh": call(Op.TANH, "x"),
    "softmax": call(Op.SOFTMAX, "x", "axis", axis=-1),
    "log_softmax": call(Op.LOG_SOFTMAX, "x", "axis", axis=-1),
    "softplus": call(Op.SOFTPLUS, "x"),
    "softsign": call(Op.SOFTSIGN, "x"),
    "exponential": call(Op.EXP, "x"),
    "glu": call(Op.OPAQUE, "x", "axis"),
    "hard_shrink": call(Op.OPAQUE, "x", "threshold"),
    "soft_shrink": call(Op.OPAQUE, "x", "threshold"),
    "tanh_shrink": call(Op.OPAQUE, "x"),
    "sparse_plus": call(Op.OPAQUE, "x"),
    "sparse_sigmoid": call(Op.OPAQUE, "x"),
    "sparsemax": call(Op.OPAQUE, "x", "axis"),
    "squareplus": call(Op.OPAQUE, "x", "b"),
    "threshold": call(Op.OPAQUE, "x", "threshold default_value"),
}

NAMES = {name: f"keras.activations.{name}" for name in ACTIVATIONS}
