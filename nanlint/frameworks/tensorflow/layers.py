"""Functions of TensorFlow 1 that make a layer and apply it: `tf.layers`, `tf.contrib.layers`, which is also slim.

None is installed with TensorFlow 2; names, order and defaults are those of the documentation of release 1.15.
"""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_WEIGHTS = "activation use_bias>bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer"
_INPUT = "inputs>x"


_CONVOLUTION = call(Op.LINEAR, _INPUT, f"filters kernel_size strides padding data_format dilation_rate {_WEIGHTS}")
_TRANSPOSED = call(Op.LINEAR, _INPUT, f"filters kernel_size strides padding data_format {_WEIGHTS}")


def _pooling(kind: str) -> Call:
    return call(Op.POOL, _INPUT, "pool_size strides padding data_format", kind=kind)


LAYERS: dict[str, Call | Overload] = {
    "dense": call(Op.LINEAR, _INPUT, f"units>out_features {_WEIGHTS}"),
    **{f"conv{n}d": _CONVOLUTION for n in (1, 2, 3)},
    **{f"conv{n}d_transpose": _TRANSPOSED for n in (2, 3)},
    "separable_conv2d": call(
        Op.LINEAR,
        _INPUT,
        "filters kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias>bias",
    ),
    "batch_normalization": call(
        Op.STANDARDIZE, _INPUT, "axis momentum epsilon>eps center scale", momentum=0.99, eps=0.001
    ),
    "dropout": call(Op.DROPOUT, _INPUT, "rate>p noise_shape seed training", p=0.5, training=False),
    "flatten": call(Op.RESHAPE, _INPUT),
    **{f"average_pooling{n}d": _pooling("average") for n in (1, 2, 3)},
    **{f"max_pooling{n}d": _pooling("max") for n in (1, 2, 3)},
}

_NORMED = "activation_fn>activation normalizer_fn normalizer_params weights_initializer weights_regularizer"
_CONVOLVED = f"num_outputs kernel_size stride padding data_format rate {_NORMED}"
_POOLED = "kernel_size stride padding data_format"
_DENSE = call(Op.LINEAR, _INPUT, f"num_outputs>out_features {_NORMED}", activation="relu")
_LINEAR = call(Op.LINEAR, _INPUT, f"num_outputs>out_features {_NORMED}")
_CONTRIB_CONVOLUTION = call(Op.LINEAR, _INPUT, _CONVOLVED, activation="relu")
_CONVOLUTIONS = words("conv1d conv2d conv3d convolution convolution1d convolution2d convolution3d")
_SEPARABLE = call(
    Op.LINEAR, _INPUT, f"num_outputs kernel_size depth_multiplier stride padding data_format rate {_NORMED}",
    activation="relu",
)  # fmt: skip
_UPCONVOLVED = call(
    Op.LINEAR, _INPUT, f"num_outputs kernel_size stride padding data_format {_NORMED}", activation="relu"
)
_BATCH_NORM = call(
    Op.STANDARDIZE, _INPUT, "decay center scale epsilon>eps activation_fn>activation param_initializers", eps=0.001
)

CONTRIB: dict[str, Call | Overload] = {
    "fully_connected": _DENSE,
    "relu": _DENSE,
    "linear": _LINEAR,
    **dict.fromkeys(_CONVOLUTIONS, _CONTRIB_CONVOLUTION),
    "separable_conv2d": _SEPARABLE,
    "separable_convolution2d": _SEPARABLE,
    "conv2d_transpose": _UPCONVOLVED,
    "convolution2d_transpose": _UPCONVOLVED,
    "batch_norm": _BATCH_NORM,
    "layer_norm": call(Op.STANDARDIZE, _INPUT, "center scale activation_fn>activation"),
    "instance_norm": call(Op.STANDARDIZE, _INPUT, "center scale epsilon>eps activation_fn>activation", eps=1e-06),
    "group_norm": call(
        Op.STANDARDIZE, _INPUT, "groups channels_axis reduction_axes center scale epsilon>eps", eps=1e-06
    ),
    "unit_norm": call(Op.NORMALIZE, _INPUT, "dim>axis epsilon>eps", eps=1e-7),
    # the share to keep
    "dropout": call(Op.DROPOUT, _INPUT, "keep_prob>keep noise_shape is_training>training"),
    "flatten": call(Op.RESHAPE, _INPUT),
    "softmax": call(Op.SOFTMAX, "logits>x", "scope", axis=-1),
    "max_pool2d": call(Op.POOL, _INPUT, _POOLED, kind="max"),
    "avg_pool2d": call(Op.POOL, _INPUT, _POOLED, kind="average"),
    "one_hot_encoding": call(
        Op.ONE_HOT,
        "labels>x",
        "num_classes on_value off_value",
        dtype="tensorflow.float32",
        below="zeros",
        above="zeros",
    ),
    "embed_sequence": call(Op.EMBEDDING, "ids>x", "vocab_size embed_dim"),
}
