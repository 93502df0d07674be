"""Annotations and base classes of Keras, and the modules in which older releases have its names."""

from nanlint.frameworks.entries import words
from nanlint.frameworks.keras.losses import LOSSES

TENSOR_TYPES = frozenset({"keras.KerasTensor", "keras.Variable"})

MODEL_BASES = frozenset({"keras.Model", "keras.layers.Layer", "keras.losses.Loss", "keras.metrics.Metric"})

_LAYER_MODULES = words(
    """
    layers.core layers.convolutional layers.recurrent layers.normalization layers.pooling layers.embeddings layers.merge
    layers.advanced_activations layers.wrappers layers.noise layers.local layers.cudnn_recurrent layers.preprocessing
    layers.convolutional_recurrent layers.experimental layers.experimental.preprocessing layers.dense_attention
    engine engine.topology engine.base_layer engine.input_layer engine.training
    """
)
_OPTIMIZER_MODULES = words(
    """
    optimizers.legacy optimizers.experimental optimizer_v2 optimizer_v1 optimizers.optimizer_v2 optimizers.optimizer_v1
    """
)

ALIASES: dict[str, str] = {
    "keras.api": "keras",
    "keras.src": "keras",
    "keras.Layer": "keras.layers.Layer",
    "keras.Loss": "keras.losses.Loss",
    "keras.Metric": "keras.metrics.Metric",
    "keras.Optimizer": "keras.optimizers.Optimizer",
    "keras.Input": "keras.layers.Input",
    "keras.models.Model": "keras.Model",
    "keras.models.Sequential": "keras.Sequential",
    "keras.engine.training.Model": "keras.Model",
    "keras.engine.Model": "keras.Model",
    "keras.engine.topology.Model": "keras.Model",
    **{f"keras.{module}": "keras.layers" for module in _LAYER_MODULES},
    **{f"keras.{module}": "keras.optimizers" for module in _OPTIMIZER_MODULES},
    **{f"keras.optimizers.{name}": f"keras.optimizers.{written}" for name, written in (
        ("adam", "Adam"), ("sgd", "SGD"), ("rmsprop", "RMSprop"), ("adagrad", "Adagrad"), ("adadelta", "Adadelta"),
        ("adamax", "Adamax"), ("nadam", "Nadam"))},
    **{f"keras.optimizers.{name}": "keras.optimizers" for name in (
        "adam_v2", "gradient_descent_v2", "rmsprop_v2", "adagrad_v2", "adadelta_v2", "adamax_v2", "nadam_v2")},
    "keras.objectives": "keras.losses",
    **{f"keras.metrics.{name}": f"keras.losses.{name}" for name, _ in LOSSES},
    "keras.utils.np_utils": "keras.utils",
    "keras.preprocessing.image.load_img": "keras.utils.load_img",
    "keras.preprocessing.image.img_to_array": "keras.utils.img_to_array",
    "keras.preprocessing.image.array_to_img": "keras.utils.array_to_img",
    "keras.preprocessing.image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "keras.preprocessing.image.image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "keras.preprocessing.sequence.pad_sequences": "keras.utils.pad_sequences",
    "keras.mixed_precision.experimental": "keras.mixed_precision",
}  # fmt: skip
