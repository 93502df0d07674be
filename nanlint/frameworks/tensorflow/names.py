"""TensorFlow's names beside its functions: where its modules are found as well, element types, annotations."""

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.frameworks.entries import words

# What stands in `tf.losses` of TensorFlow 2, beside nothing of what stands there in TensorFlow 1.
_KERAS_LOSSES = words(
    """
    BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge
    CosineSimilarity Hinge Huber KLD KLDivergence LogCosh Loss MAE MAPE MSE MSLE MeanAbsoluteError
    MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy
    SquaredHinge binary_crossentropy binary_focal_crossentropy categorical_crossentropy
    categorical_focal_crossentropy categorical_hinge cosine_similarity hinge huber kld kullback_leibler_divergence
    logcosh mae mape mse msle poisson sparse_categorical_crossentropy squared_hinge
    """
)

# Classes of `tf.layers` in TensorFlow 1, beside its functions.
_KERAS_LAYERS = words(
    """
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Conv1D Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose Dense Dropout Flatten InputSpec Layer MaxPooling1D MaxPooling2D MaxPooling3D SeparableConv1D
    SeparableConv2D
    """
)

ALIASES: dict[str, str] = {
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow._api.v2.compat.v1": "tensorflow",
    "tensorflow.dtypes": "tensorflow",
    "tensorflow.manip": "tensorflow",
    "tensorflow.contrib.eager": "tensorflow",
    **{
        f"tensorflow.python.ops.{module}": "tensorflow"
        for module in ("array_ops", "math_ops", "clip_ops", "random_ops", "linalg_ops", "gradients_impl")
    },
    **{f"tensorflow.python.ops.{module}": "tensorflow.nn" for module in ("nn", "nn_ops", "nn_impl", "rnn")},
    **{f"tensorflow.python.ops.{module}": "tensorflow.nn.rnn_cell" for module in ("rnn_cell", "rnn_cell_impl")},
    "tensorflow.contrib.rnn": "tensorflow.nn.rnn_cell",
    **{
        f"tensorflow.nn.rnn_cell.{name}": f"tensorflow.nn.{name}" for name in ("static_rnn", "static_bidirectional_rnn")
    },
    "tensorflow.contrib.slim": "tensorflow.contrib.layers",
    "tf_slim": "tensorflow.contrib.layers",
    "tensorflow.distributions": "tensorflow_probability.distributions",
    "tensorflow.contrib.distributions": "tensorflow_probability.distributions",
    "tensorflow.flags": "absl.flags",
    "tensorflow.app.flags": "absl.flags",
    "tensorflow.python.platform.flags": "absl.flags",
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tensorflow.contrib.keras": "keras",
    "tf_keras": "keras",
    "tensorflow.initializers": "keras.initializers",
    "tensorflow.optimizers": "keras.optimizers",
    "tensorflow.metrics": "keras.metrics",
    **{f"tensorflow.layers.{name}": f"keras.layers.{name}" for name in _KERAS_LAYERS},
    **{f"tensorflow.losses.{name}": f"keras.losses.{name}" for name in _KERAS_LOSSES},
}

_TYPES = {
    Dtype.FLOAT16: "float16 half",
    Dtype.BFLOAT16: "bfloat16",
    Dtype.FLOAT32: "float32",
    Dtype.FLOAT64: "float64 double",
    Dtype.BOOLEAN: "bool",
    Dtype.INTEGER: "int8 int16 int32 int64 uint8 uint16 uint32 uint64",
}

DTYPES = {f"tensorflow.{name}": dtype for dtype, names in _TYPES.items() for name in names.split()}

CONSTANTS = {
    f"{name}.{end}": sign * LIMITS[dtype].max
    for name, dtype in DTYPES.items()
    if dtype.floating
    for end, sign in (("max", 1.0), ("min", -1.0))
}

TENSOR_TYPES = frozenset(
    f"tensorflow.{name}" for name in ("Tensor", "Variable", "RaggedTensor", "SparseTensor", "IndexedSlices")
)
MODEL_BASES = frozenset({"tensorflow.Module"})
