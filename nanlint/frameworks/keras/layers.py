"""Layers: `keras.layers` classes whose instances, called, perform one operation, then the activation they name."""

from dataclasses import replace

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call, words

_DIMENSIONS = (1, 2, 3)
_INPUT = "inputs>x"


def _for_each_dimension(names: str, layer: Call, ending: str = "") -> dict[str, Call]:
    return {f"{name}{n}D{ending}": layer for name in names.split() for n in _DIMENSIONS}


_WEIGHTS = "use_bias>bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer"
_STARTING = "filters>out_channels kernel_size strides>stride padding data_format"
_CONVOLUTION = call(Op.LINEAR, _INPUT, f"{_STARTING} dilation_rate>dilation groups activation {_WEIGHTS}")
_TRANSPOSED = call(Op.LINEAR, _INPUT, f"{_STARTING} output_padding dilation_rate>dilation activation {_WEIGHTS}")
_TRANSPOSED_PADDED = call(
    Op.LINEAR,
    _INPUT,
    "filters>out_channels kernel_size strides>stride padding output_padding data_format dilation_rate>dilation"
    f" activation {_WEIGHTS}",
)
_DEPTHWISE = call(
    Op.LINEAR,
    _INPUT,
    "kernel_size strides>stride padding depth_multiplier data_format dilation_rate>dilation activation use_bias>bias",
)
_SEPARABLE = call(Op.LINEAR, _INPUT, f"{_STARTING} dilation_rate>dilation depth_multiplier activation use_bias>bias")

LEARNED = {
    "Dense": call(Op.LINEAR, _INPUT, f"units>out_features activation {_WEIGHTS}"),
    "EinsumDense": call(Op.LINEAR, _INPUT, "equation output_shape activation bias_axes"),
    **_for_each_dimension("Conv Convolution", _CONVOLUTION),
    **_for_each_dimension("Conv Convolution", _TRANSPOSED, "Transpose"),
    **{f"{name}{n}DTranspose": _TRANSPOSED_PADDED for name in ("Conv", "Convolution") for n in (1, 2)},
    "Deconvolution2D": _TRANSPOSED_PADDED,
    **{f"DepthwiseConv{n}D": _DEPTHWISE for n in (1, 2)},
    **{f"Separable{name}{n}D": _SEPARABLE for n in (1, 2) for name in ("Conv", "Convolution")},
    **{f"LocallyConnected{n}D": _CONVOLUTION for n in (1, 2)},
    **dict.fromkeys(
        ("Embedding", "ReversibleEmbedding"),
        call(Op.EMBEDDING, _INPUT, "input_dim>num_embeddings output_dim>embedding_dim"),
    ),
}

_INITIALIZED = "use_bias>bias kernel_initializer recurrent_initializer bias_initializer"
_CELL = f"units>hidden_size activation>nonlinearity recurrent_activation {_INITIALIZED}"
_SIMPLE_CELL = f"units>hidden_size activation>nonlinearity {_INITIALIZED}"
_RESTRICTED = (
    "kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint"
    " recurrent_constraint bias_constraint dropout recurrent_dropout"
)
_RETURNED = "return_sequences return_state"
_CONVOLUTIONAL = (
    "filters>hidden_size kernel_size strides>stride padding data_format dilation_rate>dilation"
    f" activation>nonlinearity recurrent_activation {_INITIALIZED}"
)
_STATES = "inputs>x states"
_SEQUENCES = "sequences>x initial_state"

RECURRENT = {
    "LSTM": call(Op.RECURRENT, _SEQUENCES, f"{_CELL} unit_forget_bias {_RESTRICTED} seed {_RETURNED}"),
    "GRU": call(Op.RECURRENT, _SEQUENCES, f"{_CELL} {_RESTRICTED} seed {_RETURNED}"),
    "CuDNNLSTM": call(Op.RECURRENT, _INPUT, "units>hidden_size kernel_initializer recurrent_initializer"),
    "CuDNNGRU": call(Op.RECURRENT, _INPUT, "units>hidden_size kernel_initializer recurrent_initializer"),
    "SimpleRNN": call(Op.RECURRENT, _SEQUENCES, f"{_SIMPLE_CELL} {_RESTRICTED} {_RETURNED}"),
    "RNN": call(Op.RECURRENT, _SEQUENCES, "cell return_sequences return_state go_backwards"),
    "LSTMCell": call(Op.RECURRENT, _STATES, _CELL),
    "GRUCell": call(Op.RECURRENT, _STATES, _CELL),
    "SimpleRNNCell": call(Op.RECURRENT, "sequence>x states", _SIMPLE_CELL),
    "StackedRNNCells": call(Op.RECURRENT, _STATES, "cells"),
    **_for_each_dimension("ConvLSTM", call(Op.RECURRENT, _SEQUENCES, _CONVOLUTIONAL)),
}

ATTENTION = {
    "MultiHeadAttention": call(Op.ATTENTION, "query>x value key", "num_heads key_dim value_dim dropout use_bias>bias"),
    "GroupQueryAttention": call(
        Op.ATTENTION, "query>x value key", "head_dim num_query_heads num_key_value_heads dropout use_bias>bias"
    ),
    "Attention": call(Op.ATTENTION, _INPUT, "use_scale score_mode dropout seed"),
    "AdditiveAttention": call(Op.ATTENTION, _INPUT, "use_scale dropout"),
}

NORMALISATION = {
    "BatchNormalization": call(Op.STANDARDIZE, _INPUT, "axis momentum epsilon>eps center scale", eps=1e-3),
    "SyncBatchNormalization": call(Op.STANDARDIZE, _INPUT, "axis momentum epsilon>eps center scale", eps=1e-3),
    "LayerNormalization": call(Op.STANDARDIZE, _INPUT, "axis epsilon>eps center scale", eps=1e-3),
    "GroupNormalization": call(Op.STANDARDIZE, _INPUT, "groups axis epsilon>eps center scale", eps=1e-3),
    "RMSNormalization": call(Op.STANDARDIZE, "x", "axis epsilon>eps", eps=1e-6),
    "UnitNormalization": call(Op.NORMALIZE, _INPUT, "axis", axis=-1, ord=2.0, eps=1e-12),
    # the mean and the variance of the data, which `adapt` finds out
    "Normalization": call(Op.STANDARDIZE, _INPUT, "axis mean variance invert"),
}

ACTIVATIONS = {
    "Activation": call(Op.COPY, _INPUT, "activation"),
    "ReLU": replace(
        call(Op.RELU, _INPUT, "max_value negative_slope threshold"), flag=("negative_slope", Op.LEAKY_RELU)
    ),
    # `alpha` up to Keras 2
    "LeakyReLU": call(Op.LEAKY_RELU, _INPUT, "negative_slope alpha>negative_slope", negative_slope=0.3),
    "PReLU": call(Op.OPAQUE, _INPUT, "alpha_initializer alpha_regularizer alpha_constraint shared_axes"),
    "ELU": call(Op.ELU, _INPUT, "alpha", alpha=1.0),
    "ThresholdedReLU": call(Op.RELU, _INPUT, "theta"),
    "Softmax": call(Op.SOFTMAX, _INPUT, "axis", axis=-1),
}

_DROPOUT = call(Op.DROPOUT, _INPUT, "rate>p noise_shape seed")
_SPATIAL = call(Op.DROPOUT, _INPUT, "rate>p")

DROPOUT = {
    "Dropout": _DROPOUT,
    **_for_each_dimension("SpatialDropout", _SPATIAL),
    "AlphaDropout": call(Op.DROPOUT, _INPUT, "rate>p noise_shape seed", alpha=True),
    "GaussianDropout": call(Op.OPAQUE, _INPUT, "rate>p seed"),
    "GaussianNoise": call(Op.OPAQUE, _INPUT, "stddev>std seed"),
}

_POOL = "pool_size strides>stride padding data_format"


def _pools(names: str, kind: str) -> dict[str, Call]:
    return _for_each_dimension(names, call(Op.POOL, _INPUT, _POOL, kind=kind))


def _global_pools(names: str, kind: str) -> dict[str, Call]:
    return _for_each_dimension(names, call(Op.POOL, _INPUT, "data_format keepdims>keepdim", kind=kind))


POOLING = {
    **_pools("MaxPool MaxPooling", "max"),
    **_pools("AvgPool AveragePooling", "average"),
    **_global_pools("GlobalMaxPool GlobalMaxPooling", "max"),
    **_global_pools("GlobalAvgPool GlobalAveragePooling", "average"),
    **_for_each_dimension("AdaptiveMaxPooling", call(Op.POOL, _INPUT, "output_size data_format", kind="max")),
    **_for_each_dimension("AdaptiveAveragePooling", call(Op.POOL, _INPUT, "output_size data_format", kind="average")),
}

ARRANGEMENT = {
    "Flatten": call(Op.RESHAPE, _INPUT, "data_format"),
    "Reshape": call(Op.RESHAPE, _INPUT, "target_shape>row_size"),
    "Permute": call(Op.RESHAPE, _INPUT, "dims"),
    "RepeatVector": call(Op.RESHAPE, _INPUT, "n"),
    "Identity": call(Op.COPY, _INPUT),
    "InputLayer": call(Op.COPY, _INPUT),
    "ActivityRegularization": call(Op.COPY, _INPUT, "l1 l2"),
    "Masking": call(Op.PAD, _INPUT, "mask_value"),
    **_for_each_dimension("Cropping", call(Op.RESHAPE, _INPUT, "cropping")),
    **_for_each_dimension("ZeroPadding", call(Op.PAD, _INPUT, "padding>pad")),
    **_for_each_dimension("UpSampling", call(Op.RESHAPE, _INPUT, "size>factor")),
}


def _merging(op: Op, options: str = "") -> Call:
    return replace(call(op, _INPUT, options), listed=True)


MERGING = {
    "Add": _merging(Op.ADD),
    "Subtract": _merging(Op.SUBTRACT),
    "Multiply": _merging(Op.MULTIPLY),
    "Maximum": _merging(Op.MAXIMUM),
    "Minimum": _merging(Op.MINIMUM),
    # between the least and the greatest of them
    "Average": call(Op.CONCATENATE, _INPUT),
    "Concatenate": call(Op.CONCATENATE, _INPUT, "axis", axis=-1),
    "Dot": _merging(Op.MATMUL, "axes normalize"),
}
MERGING_FUNCTIONS = {
    name.lower(): replace(made, options=()) for name, made in MERGING.items() if name not in ("Dot", "Concatenate")
} | {
    "concatenate": MERGING["Concatenate"],
    "dot": _merging(Op.MATMUL, "axes"),
}

_MOVED = call(Op.RESHAPE, "data>x")
_RECOLORED = call(Op.RECOLOR, "data>x")

PREPROCESSING = {
    "Rescaling": call(Op.RESCALE, _INPUT, "scale offset", offset=0.0),
    "Resizing": call(Op.RESHAPE, "data>x", "height width interpolation crop_to_aspect_ratio"),
    "CenterCrop": call(Op.RESHAPE, "data>x", "height width data_format"),
    **dict.fromkeys(
        words(
            "RandomCrop RandomFlip RandomRotation RandomZoom RandomTranslation RandomShear RandomHeight RandomWidth"
            " RandomPerspective RandomElasticTransform RandomGaussianBlur RandomGrayscale"
        ),
        _MOVED,
    ),
    **dict.fromkeys(
        words(
            "RandomContrast RandomBrightness RandomHue RandomSaturation RandomSharpness RandomColorJitter"
            " RandomColorDegeneration RandomInvert RandomPosterization AutoContrast Equalization Solarization AugMix"
            " RandAugment RandomErasing CutMix MixUp"
        ),
        _RECOLORED,
    ),
    **dict.fromkeys(
        words("StringLookup IntegerLookup TextVectorization Hashing Discretization"), call(Op.ARGMAX, _INPUT)
    ),
    "CategoryEncoding": call(Op.ONE_HOT, _INPUT, "num_tokens>num_classes output_mode"),
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
    **MERGING,
    **PREPROCESSING,
}

OLD_LAYERS = frozenset(
    words(
        """
        Deconvolution2D LocallyConnected1D LocallyConnected2D CuDNNLSTM CuDNNGRU SyncBatchNormalization ThresholdedReLU
        RandomHeight RandomWidth
        """
    )
)
"""What Keras 3 does not have any more."""

WRAPPERS = frozenset(words("TimeDistributed Bidirectional SpectralNormalization Wrapper Lambda"))
"""Layers that apply another one, or a function, which is their first argument."""
