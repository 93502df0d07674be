"""Layers: `torch.nn` classes whose instances, called, perform one operation. Losses have a module of their own."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call

_DIMENSIONS = (1, 2, 3)


def _for_each_dimension(names: str, layer: Call) -> dict[str, Call]:
    return {f"{name}{n}d": layer for name in names.split() for n in _DIMENSIONS}


_CONVOLUTION = "kernel_size stride padding dilation groups bias padding_mode"
_TRANSPOSED = "kernel_size stride padding output_padding groups bias dilation padding_mode"
_BATCH = "eps momentum affine track_running_stats"
_RECURRENT = "input_size hidden_size num_layers bias batch_first dropout bidirectional"

LEARNED = {
    "Linear": call(Op.LINEAR, "input>x", "in_features out_features bias"),
    "LazyLinear": call(Op.LINEAR, "input>x", "out_features bias"),
    "Bilinear": call(Op.LINEAR, "input1>x input2>y", "in1_features in2_features out_features bias"),
    **_for_each_dimension("Conv", call(Op.LINEAR, "input>x", f"in_channels out_channels {_CONVOLUTION}")),
    **_for_each_dimension("LazyConv", call(Op.LINEAR, "input>x", f"out_channels {_CONVOLUTION}")),
    **_for_each_dimension("ConvTranspose", call(Op.LINEAR, "input>x", f"in_channels out_channels {_TRANSPOSED}")),
    **_for_each_dimension("LazyConvTranspose", call(Op.LINEAR, "input>x", f"out_channels {_TRANSPOSED}")),
    "Embedding": call(Op.EMBEDDING, "input>x", "num_embeddings embedding_dim padding_idx max_norm"),
    "EmbeddingBag": call(
        Op.EMBEDDING, "input>x", "num_embeddings embedding_dim max_norm norm_type scale_grad_by_freq mode"
    ),
}

RECURRENT = {
    "RNN": call(Op.RECURRENT, "input>x hx", _RECURRENT),
    "LSTM": call(Op.RECURRENT, "input>x hx", _RECURRENT),
    "GRU": call(Op.RECURRENT, "input>x hx", _RECURRENT),
    "RNNCell": call(Op.RECURRENT, "input>x hx", "input_size hidden_size bias nonlinearity", steps=1),
    "LSTMCell": call(Op.RECURRENT, "input>x hx", "input_size hidden_size bias", steps=1),
    "GRUCell": call(Op.RECURRENT, "input>x hx", "input_size hidden_size bias", steps=1),
}

ATTENTION = {
    "MultiheadAttention": call(
        Op.ATTENTION, "query>x key value key_padding_mask need_weights attn_mask", "embed_dim num_heads dropout bias"
    ),
    "Transformer": call(Op.ATTENTION, "src>x tgt>y", "d_model nhead num_encoder_layers num_decoder_layers"),
    "TransformerEncoder": call(Op.ATTENTION, "src>x", "encoder_layer num_layers norm enable_nested_tensor"),
    "TransformerDecoder": call(Op.ATTENTION, "tgt>x memory>y", "decoder_layer num_layers norm"),
    "TransformerEncoderLayer": call(Op.ATTENTION, "src>x", "d_model nhead dim_feedforward dropout"),
    "TransformerDecoderLayer": call(Op.ATTENTION, "tgt>x memory>y", "d_model nhead dim_feedforward dropout"),
}

NORMALISATION = {
    **_for_each_dimension("BatchNorm", call(Op.STANDARDIZE, "input>x", f"num_features {_BATCH}", eps=1e-5)),
    **_for_each_dimension("InstanceNorm", call(Op.STANDARDIZE, "input>x", f"num_features {_BATCH}", eps=1e-5)),
    **_for_each_dimension("LazyBatchNorm LazyInstanceNorm", call(Op.STANDARDIZE, "input>x", _BATCH, eps=1e-5)),
    "SyncBatchNorm": call(Op.STANDARDIZE, "input>x", f"num_features {_BATCH}", eps=1e-5),
    "LayerNorm": call(Op.STANDARDIZE, "input>x", "normalized_shape eps elementwise_affine bias", eps=1e-5),
    "GroupNorm": call(Op.STANDARDIZE, "input>x", "num_groups num_channels eps affine", eps=1e-5),
    "RMSNorm": call(Op.STANDARDIZE, "x", "normalized_shape eps elementwise_affine"),
    "LocalResponseNorm": call(Op.OPAQUE, "input>x", "size alpha beta k"),
    "CrossMapLRN2d": call(Op.OPAQUE, "input>x", "size alpha beta k"),
    "CosineSimilarity": call(Op.COSINE_SIMILARITY, "x1>x x2>y", "dim>axis eps", axis=1, eps=1e-8),
    "PairwiseDistance": call(Op.PAIRWISE_DISTANCE, "x1>x x2>y", "p>ord eps keepdim", ord=2.0, eps=1e-6),
}

_INPLACE = "inplace"

ACTIVATIONS = {
    "ReLU": call(Op.RELU, "input>x", _INPLACE),
    "ReLU6": call(Op.RELU6, "input>x", _INPLACE),
    "LeakyReLU": call(Op.LEAKY_RELU, "input>x", "negative_slope inplace", negative_slope=0.01),
    "PReLU": call(Op.OPAQUE, "input>x", "num_parameters init"),
    "RReLU": call(Op.OPAQUE, "input>x", "lower upper inplace"),
    "ELU": call(Op.ELU, "input>x", "alpha inplace", alpha=1.0),
    "CELU": call(Op.ELU, "input>x", "alpha inplace", alpha=1.0),
    "SELU": call(Op.SELU, "input>x", _INPLACE),
    "GELU": call(Op.GELU, "input>x", "approximate", approximate="none"),
    "SiLU": call(Op.SILU, "input>x", _INPLACE),
    "Mish": call(Op.MISH, "input>x", _INPLACE),
    "Sigmoid": call(Op.SIGMOID),
    "LogSigmoid": call(Op.LOG_SIGMOID),
    "Hardsigmoid": call(Op.HARD_SIGMOID, "input>x", _INPLACE),
    "Hardtanh": call(
        Op.HARD_TANH, "input>x", "min_val>min max_val>max inplace min_value>min max_value>max", min=-1.0, max=1.0
    ),
    "Hardswish": call(Op.HARD_SWISH, "input>x", _INPLACE),
    "Tanh": call(Op.TANH),
    "Softplus": call(Op.SOFTPLUS, "input>x", "beta threshold", beta=1.0, threshold=20.0),
    "Softsign": call(Op.SOFTSIGN),
    "Softmax": call(Op.SOFTMAX, "input>x", "dim>axis"),
    "Softmax2d": call(Op.SOFTMAX, axis=-3),
    "Softmin": call(Op.SOFTMIN, "input>x", "dim>axis"),
    "LogSoftmax": call(Op.LOG_SOFTMAX, "input>x", "dim>axis"),
    "GLU": call(Op.OPAQUE, "input>x", "dim>axis"),
    "Threshold": call(Op.OPAQUE, "input>x", "threshold value inplace"),
    "Hardshrink": call(Op.OPAQUE, "input>x", "lambd"),
    "Softshrink": call(Op.OPAQUE, "input>x", "lambd"),
    "Tanhshrink": call(Op.OPAQUE),
}

_DROPOUT = call(Op.DROPOUT, "input>x", "p inplace", p=0.5)

DROPOUT = {
    "Dropout": _DROPOUT,
    **_for_each_dimension("Dropout", _DROPOUT),
    "AlphaDropout": call(Op.DROPOUT, "input>x", "p inplace", p=0.5, alpha=True),
    "FeatureAlphaDropout": call(Op.DROPOUT, "input>x", "p inplace", p=0.5, alpha=True),
}

POOLING = {
    **_for_each_dimension(
        "MaxPool",
        call(Op.POOL, "input>x", "kernel_size stride padding dilation return_indices ceil_mode", kind="max"),
    ),
    **_for_each_dimension(
        "AvgPool", call(Op.POOL, "input>x", "kernel_size stride padding ceil_mode count_include_pad", kind="average")
    ),
    **_for_each_dimension("AdaptiveMaxPool", call(Op.POOL, "input>x", "output_size return_indices", kind="max")),
    **_for_each_dimension("AdaptiveAvgPool", call(Op.POOL, "input>x", "output_size", kind="average")),
    **_for_each_dimension("LPPool", call(Op.OPAQUE, "input>x", "norm_type kernel_size stride ceil_mode")),
    **_for_each_dimension("MaxUnpool", call(Op.PAD, "input>x indices", "kernel_size stride padding")),
    "FractionalMaxPool2d": call(Op.POOL, "input>x", "kernel_size output_size output_ratio return_indices", kind="max"),
    "FractionalMaxPool3d": call(Op.POOL, "input>x", "kernel_size output_size output_ratio return_indices", kind="max"),
}

ARRANGEMENT = {
    **_for_each_dimension("ConstantPad", call(Op.PAD, "input>x", "padding>pad value")),
    **_for_each_dimension("ZeroPad", call(Op.PAD, "input>x", "padding>pad", value=0)),
    **_for_each_dimension("ReflectionPad ReplicationPad CircularPad", call(Op.RESHAPE, "input>x", "padding>pad")),
    "Identity": call(Op.COPY),
    "Flatten": call(Op.RESHAPE, "input>x", "start_dim end_dim"),
    "Unflatten": call(Op.RESHAPE, "input>x", "dim>axis unflattened_size>size"),
    "Upsample": call(Op.RESHAPE, "input>x", "size scale_factor mode align_corners"),
    "UpsamplingNearest2d": call(Op.RESHAPE, "input>x", "size scale_factor"),
    "UpsamplingBilinear2d": call(Op.RESHAPE, "input>x", "size scale_factor"),
    "PixelShuffle": call(Op.RESHAPE, "input>x", "upscale_factor"),
    "PixelUnshuffle": call(Op.RESHAPE, "input>x", "downscale_factor"),
    "ChannelShuffle": call(Op.RESHAPE, "input>x", "groups"),
    "Unfold": call(Op.PAD, "input>x", "kernel_size dilation padding stride"),
    "Fold": call(Op.OPAQUE, "input>x", "output_size kernel_size dilation padding stride"),
}

LAYERS: dict[str, Call] = {
    **LEARNED,
    **RECURRENT,
    **ATTENTION,
    **NORMALISATION,
    **ACTIVATIONS,
    **DROPOUT,
    **POOLING,
    **ARRANGEMENT,
}
