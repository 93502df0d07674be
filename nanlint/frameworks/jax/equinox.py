"""Equinox: layers that hold their weights, transformations that look through them."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call, words

_DIMENSIONS = (1, 2, 3)
_CONVOLUTION = "in_channels out_channels kernel_size stride padding dilation groups use_bias"
_TRANSPOSED = "in_channels out_channels kernel_size stride output_padding padding dilation groups use_bias"
_POOL = "kernel_size stride padding use_ceil"
_CELL = call(Op.RECURRENT, "input>x hidden", "input_size hidden_size use_bias dtype")

_LAYERS: dict[str, Call] = {
    "Linear": call(Op.LINEAR, "x", "in_features out_features use_bias dtype"),
    "MLP": call(
        Op.LINEAR,
        "x",
        "in_size out_size width_size depth activation>hidden_activation final_activation>activation use_bias",
    ),
    "Conv": call(Op.LINEAR, "x", f"num_spatial_dims {_CONVOLUTION}"),
    "ConvTranspose": call(
        Op.LINEAR, "x", "num_spatial_dims in_channels out_channels kernel_size stride padding output_padding"
    ),
    **{f"Conv{n}d": call(Op.LINEAR, "x", _CONVOLUTION) for n in _DIMENSIONS},
    **{f"ConvTranspose{n}d": call(Op.LINEAR, "x", _TRANSPOSED) for n in _DIMENSIONS},
    "Embedding": call(Op.EMBEDDING, "x", "num_embeddings embedding_size weight dtype"),
    "LSTMCell": _CELL,
    "GRUCell": _CELL,
    "MultiheadAttention": call(
        Op.ATTENTION,
        "query>x key_>key value",
        "num_heads query_size key_size value_size output_size qk_size vo_size",
    ),
    "BatchNorm": call(Op.STANDARDIZE, "x state", "input_size axis_name eps channelwise_affine momentum", eps=1e-5),
    "LayerNorm": call(Op.STANDARDIZE, "x", "shape eps use_weight use_bias", eps=1e-5),
    "GroupNorm": call(Op.STANDARDIZE, "x", "groups channels eps channelwise_affine", eps=1e-5),
    "RMSNorm": call(Op.STANDARDIZE, "x", "shape eps use_weight use_bias", eps=1e-5),
    "Dropout": call(Op.DROPOUT, "x", "p inference", p=0.5),
    "PReLU": call(Op.OPAQUE, "x", "init_alpha"),
    "Identity": call(Op.COPY, "x"),
    **{f"MaxPool{n}d": call(Op.POOL, "x", _POOL, kind="max") for n in _DIMENSIONS},
    **{f"AvgPool{n}d": call(Op.POOL, "x", _POOL, kind="average") for n in _DIMENSIONS},
    **{f"AdaptiveMaxPool{n}d": call(Op.POOL, "x", "target_shape", kind="max") for n in _DIMENSIONS},
    **{f"AdaptiveAvgPool{n}d": call(Op.POOL, "x", "target_shape", kind="average") for n in _DIMENSIONS},
}

LAYERS: dict[str, Call] = {f"equinox.nn.{name}": entry for name, entry in _LAYERS.items()}

SEQUENTIAL = frozenset({"equinox.nn.Sequential"})

CUSTOM_GRADIENTS = frozenset({"equinox.filter_custom_jvp", "equinox.filter_custom_vjp"})

WRAPPERS = CUSTOM_GRADIENTS.union(
    f"equinox.{name}"
    for name in words(
        """
    apply_updates combine filter filter_checkpoint filter_jit filter_pmap filter_shard filter_vmap
    nn.Lambda nn.inference_mode tree_inference
    """
    )
)
