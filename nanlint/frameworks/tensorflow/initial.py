"""Initialisers: objects that, called with a shape, draw weights. Their defaults are other ones in each release."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call

_ANY = call(Op.WEIGHT, "", "seed dtype")

_INITIALIZERS: dict[str, Call] = {
    "zeros_initializer": call(Op.FULL, "", value=0),
    "ones_initializer": call(Op.FULL, "", value=1),
    "constant_initializer": call(Op.FULL, "", "value", value=0),
    "random_normal_initializer": call(Op.NORMAL, "", "mean stddev>std seed"),
    "random_uniform_initializer": call(Op.UNIFORM, "", "minval>low maxval>high seed"),
}

_OLD_INITIALIZERS: dict[str, Call] = {
    "truncated_normal_initializer": call(Op.NORMAL, "", "mean stddev>std seed dtype", mean=0.0, std=1.0),
    "uniform_unit_scaling_initializer": call(Op.WEIGHT, "", "factor seed dtype"),
    "variance_scaling_initializer": call(Op.WEIGHT, "", "scale mode distribution seed dtype"),
    "orthogonal_initializer": call(Op.WEIGHT, "", "gain seed dtype"),
    "glorot_uniform_initializer": _ANY,
    "glorot_normal_initializer": _ANY,
    # by the documentation of release 1.15
    "contrib.layers.xavier_initializer": call(Op.WEIGHT, "", "uniform seed dtype"),
    "contrib.layers.xavier_initializer_conv2d": call(Op.WEIGHT, "", "uniform seed dtype"),
    "contrib.layers.variance_scaling_initializer": call(Op.WEIGHT, "", "factor mode uniform seed"),
}

INITIALIZERS = {f"tensorflow.{name}": made for name, made in _INITIALIZERS.items()}
OLD_INITIALIZERS = {f"tensorflow.{name}": made for name, made in _OLD_INITIALIZERS.items()}
