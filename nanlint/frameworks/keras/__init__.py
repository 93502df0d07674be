"""Keras, 1 to 3, alone or within TensorFlow."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.keras import activations, losses, optimizers, random
from nanlint.frameworks.keras.activations import ACTIVATIONS
from nanlint.frameworks.keras.backend import FORMER, FUNCTIONS, REMOVED
from nanlint.frameworks.keras.control import CONTROL, GRADIENT_BESIDE
from nanlint.frameworks.keras.data import FOLDERS, GENERATORS, LOADED, UTILITIES
from nanlint.frameworks.keras.layers import LAYERS, MERGING_FUNCTIONS, OLD_LAYERS, WRAPPERS
from nanlint.frameworks.keras.losses import CLASS_OF, LOSS_CLASSES, LOSS_FUNCTIONS, METRICS, OLD_FUNCTIONS
from nanlint.frameworks.keras.names import ALIASES, MODEL_BASES, TENSOR_TYPES
from nanlint.frameworks.keras.ops import OPS
from nanlint.frameworks.keras.optimizers import OPTIMIZERS
from nanlint.frameworks.keras.random import INITIALIZERS, OLD_INITIALIZERS, RANDOM
from nanlint.frameworks.keras.spelling import LOG_COUNTS, LOGIT_LOSSES, MEAN_OR_ZERO, SPELLINGS
from nanlint.frameworks.keras.training import (
    CALLBACKS,
    LOSS_SCALERS,
    OBJECTS,
    POLICIES,
    POLICY_SETTERS,
    PROTOCOL,
    SCHEDULES,
)
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="keras",
    roots=("keras",),
    default_float=Dtype.FLOAT32,
    flushes=True,
    refused_below=frozenset({"momentum"}),
    refused_above=frozenset({"momentum"}),
    result=Kind.TENSOR,
    gradients=True,
    # these facts are of its default backend, TensorFlow
    smooth_at_zero=frozenset({Op.HYPOT}),
    masking=frozenset({Op.RELU, Op.RELU6}),
    quiet_backward=frozenset({Op.SQRT, Op.RSQRT, Op.RECIPROCAL}),
    raising=frozenset({Op.INVERSE, Op.SOLVE, Op.CHOLESKY, Op.REDUCE_MAX, Op.REDUCE_MIN}),
    lowest="-1e9",
    mean_or_zero=MEAN_OR_ZERO,
    channels_last=True,
    identity="keras.layers.Identity",
    loss_classes=CLASS_OF,
    aliases=ALIASES,
    removed=REMOVED
    | {f"keras.losses.{name}" for name in OLD_FUNCTIONS}
    | {f"keras.layers.{name}" for name in OLD_LAYERS}
    | {f"keras.initializers.{name}" for name in OLD_INITIALIZERS}
    | GENERATORS.keys()
    | {"keras.mixed_precision.experimental.LossScaleOptimizer"},
    former=FORMER,
    former_arrays="tensorflow",
    functions={
        **OPS,
        **FUNCTIONS,
        **RANDOM,
        **UTILITIES,
        **SCHEDULES,
        **METRICS,
        **{f"keras.activations.{name}": entry for name, entry in ACTIVATIONS.items()},
        **{f"keras.losses.{name}": entry for name, entry in LOSS_FUNCTIONS.items()},
        **{f"keras.layers.{name}": entry for name, entry in MERGING_FUNCTIONS.items()},
        "keras.Variable": call(Op.WEIGHT, "initializer>x", "shape>size dtype trainable"),
        "keras.layers.Input": call(Op.ARGUMENT, "", "shape>row_size batch_size dtype sparse"),
    },
    layers={
        **{f"keras.layers.{name}": layer for name, layer in LAYERS.items()},
        **{f"keras.losses.{name}": loss for name, loss in LOSS_CLASSES.items()},
        **INITIALIZERS,
        **GENERATORS,
        **CALLBACKS,
    },
    strings={
        "activation": activations.NAMES,
        "loss": losses.NAMES,
        "optimizer": optimizers.NAMES,
        "initializer": random.NAMES,
    },
    getters={
        "keras.activations.get": "activation",
        "keras.losses.get": "loss",
        "keras.optimizers.get": "optimizer",
        "keras.initializers.get": "initializer",
    },
    optimizers={f"keras.optimizers.{name}": made for name, made in OPTIMIZERS.items()},
    protocol=PROTOCOL,
    rate_attributes=frozenset({"lr", "learning_rate"}),
    setters=frozenset({"keras.backend.set_value", ".assign"}),
    objects=OBJECTS,
    model_bases=MODEL_BASES,
    forward="call",
    prepare="build",
    own_step="train_step",
    sequential=frozenset({"keras.Sequential"}),
    graphs=frozenset({"keras.Model"}),
    control=CONTROL,
    loss_scaler="keras.mixed_precision.LossScaleOptimizer",
    wrappers=frozenset(f"keras.layers.{name}" for name in WRAPPERS) | POLICIES | LOSS_SCALERS | GRADIENT_BESIDE,
    gradient_beside=GRADIENT_BESIDE,
    mean_first=frozenset({"moments"}),
    layer_float=Dtype.FLOAT32,
    policy_setters=POLICY_SETTERS,
    loaded_datasets=LOADED,
    image_folders=FOLDERS,
    tensor_types=TENSOR_TYPES,
    spellings=SPELLINGS,
    log_counts=LOG_COUNTS,
    logit_losses=LOGIT_LOSSES,
)
