"""`jax.nn`: activations, and initialisers, which are made first and called later."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_PLAIN = {
    "relu": Op.RELU,
    "relu6": Op.RELU6,
    "selu": Op.SELU,
    "silu": Op.SILU,
    "swish": Op.SILU,
    "sigmoid": Op.SIGMOID,
    "log_sigmoid": Op.LOG_SIGMOID,
    "hard_sigmoid": Op.HARD_SIGMOID,
    "hard_swish": Op.HARD_SWISH,
    "hard_silu": Op.HARD_SWISH,
    "soft_sign": Op.SOFTSIGN,
    "softplus": Op.SOFTPLUS,
    "tanh": Op.TANH,
}

ACTIVATIONS: dict[str, Call | Overload] = {
    **{name: call(op, "x") for name, op in _PLAIN.items()},
    "hard_tanh": call(Op.HARD_TANH, "x", min=-1.0, max=1.0),
    "leaky_relu": call(Op.LEAKY_RELU, "x", "negative_slope", negative_slope=0.01),
    "elu": call(Op.ELU, "x", "alpha", alpha=1.0),
    "celu": call(Op.ELU, "x", "alpha", alpha=1.0),
    "gelu": call(Op.GELU, "x", "approximate", approximate=True),
    "glu": call(Op.OPAQUE, "x", "axis"),
    "softmax": call(Op.SOFTMAX, "x", "axis where", axis=-1),
    "log_softmax": call(Op.LOG_SOFTMAX, "x", "axis where", axis=-1),
    "logsumexp": call(Op.LOGSUMEXP, "a>x", "axis b keepdims>keepdim return_sign where"),
    "standardize": call(Op.STANDARDIZE, "x", "axis mean variance epsilon>eps where", axis=-1, eps=1e-5),
    "one_hot": call(Op.ONE_HOT, "x", "num_classes dtype axis", axis=-1, below="zeros", above="zeros"),
}
"""Those that Flax offers under its own name as well."""

FUNCTIONS: dict[str, Call | Overload] = {
    **ACTIVATIONS,
    "mish": call(Op.MISH, "x"),
    "sparse_sigmoid": call(Op.OPAQUE, "x"),
    "identity": call(Op.COPY, "x"),
    "squareplus": call(Op.OPAQUE, "x", "b"),
    "sparse_plus": call(Op.OPAQUE, "x"),
    "log1mexp": call(Op.OPAQUE, "x"),
    "logmeanexp": call(Op.OPAQUE, "x", "axis where keepdims>keepdim"),
    "dot_product_attention": call(Op.ATTENTION, "query>x key value", "bias mask scale is_causal"),
}

_AXES = "in_axis out_axis batch_axis dtype"
_SCALED = words(
    """
    glorot_normal glorot_uniform he_normal he_uniform kaiming_normal kaiming_uniform lecun_normal lecun_uniform
    xavier_normal xavier_uniform
    """
)

INITIALIZERS: dict[str, Call] = {
    **{name: call(Op.WEIGHT, "", _AXES) for name in _SCALED},
    "variance_scaling": call(Op.WEIGHT, "", f"scale mode distribution {_AXES}"),
    "orthogonal": call(Op.WEIGHT, "", "scale column_axis dtype"),
    "delta_orthogonal": call(Op.WEIGHT, "", "scale column_axis dtype"),
    "normal": call(Op.NORMAL, "", "stddev>std dtype", mean=0, std=0.01),
    "truncated_normal": call(Op.NORMAL, "", "stddev>std dtype lower>min upper>max", mean=0, std=0.01),
    "uniform": call(Op.UNIFORM, "", "scale>high dtype", low=0, high=0.01),
    "constant": call(Op.FULL, "", "value dtype"),
}

FILLED: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "key shape>size dtype", value=0),
    "ones": call(Op.FULL, "", "key shape>size dtype", value=1),
}
"""Initialisers that are called as they are."""
