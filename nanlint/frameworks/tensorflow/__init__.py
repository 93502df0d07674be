"""TensorFlow 1 and 2, without Keras."""

from collections.abc import Mapping

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework, Promotion
from nanlint.frameworks.tensorflow import arrangement, elementwise, linalg, reductions
from nanlint.frameworks.tensorflow.checks import ASSERTIONS, CHECK_FUNCTIONS, OLD_CHECK_FUNCTIONS
from nanlint.frameworks.tensorflow.creation import (
    CREATION,
    OLD_CREATION,
    OLD_RANDOM,
    OLD_READERS,
    RANDOM,
    READERS,
    WINDOWS,
)
from nanlint.frameworks.tensorflow.data import CONTROL, FLOWS, SOURCES
from nanlint.frameworks.tensorflow.distributions import DISTRIBUTION_METHODS, DISTRIBUTIONS
from nanlint.frameworks.tensorflow.images import IMAGES, OLD_IMAGES
from nanlint.frameworks.tensorflow.initial import INITIALIZERS, OLD_INITIALIZERS
from nanlint.frameworks.tensorflow.layers import CONTRIB, LAYERS
from nanlint.frameworks.tensorflow.losses import NN_LOSSES, OLD_LOSSES, OLD_NN_LOSSES
from nanlint.frameworks.tensorflow.methods import ATTRIBUTES, METHODS, TELLING
from nanlint.frameworks.tensorflow.names import ALIASES, CONSTANTS, DTYPES, MODEL_BASES, TENSOR_TYPES
from nanlint.frameworks.tensorflow.nn import CELLS, NN, OLD, SHARED_WITH_MATH, WRAPPED_CELLS
from nanlint.frameworks.tensorflow.optim import OPTIMIZERS
from nanlint.frameworks.tensorflow.spelling import LOG_COUNTS, LOGIT_LOSSES, MEAN_OR_ZERO, SAME_SHAPES, SPELLINGS
from nanlint.frameworks.tensorflow.training import (
    GRADIENT_BESIDE,
    OBJECTS,
    OLD_OBJECTS,
    OLD_TRAINING,
    PROTOCOL,
    TRAINING,
    WRAPPERS,
)


def _prefixed(prefix: str, table: Mapping[str, Call | Overload]) -> dict[str, Call | Overload]:
    return {f"{prefix}.{name}": entry for name, entry in table.items()}


_CELLS = {f"tensorflow.nn.rnn_cell.{name}": made for name, made in CELLS.items()}
_WRAPPED_CELLS = {f"tensorflow.nn.rnn_cell.{name}" for name in WRAPPED_CELLS}

_FUNCTIONS = {
    **_prefixed(
        "tensorflow",
        {**elementwise.TOP, **reductions.TOP, **arrangement.TOP, **linalg.TOP, **CREATION, **READERS, **WINDOWS},
    ),
    **_prefixed(
        "tensorflow.math",
        {**elementwise.MATH, **reductions.REDUCTIONS, **{name: NN[name] for name in SHARED_WITH_MATH}},
    ),
    **_prefixed("tensorflow.linalg", linalg.LINALG),
    **_prefixed("tensorflow.nn", {**NN, **NN_LOSSES}),
    **_prefixed("tensorflow.random", RANDOM),
    **_prefixed("tensorflow.image", IMAGES),
    **TRAINING,
    **CHECK_FUNCTIONS,
}

# What TensorFlow 2 has under `tensorflow.compat.v1` alone, or not at all.
_OLD_FUNCTIONS = {
    **_prefixed(
        "tensorflow",
        {
            **elementwise.OLD,
            **reductions.OLD,
            **arrangement.OLD,
            **linalg.OLD,
            **OLD_CREATION,
            **OLD_READERS,
            **OLD_RANDOM,
            **OLD_IMAGES,
        },
    ),
    **_prefixed("tensorflow.nn", {**OLD, **OLD_NN_LOSSES}),
    **_prefixed("tensorflow.losses", OLD_LOSSES),
    **_prefixed("tensorflow.layers", LAYERS),
    **_prefixed("tensorflow.contrib.layers", CONTRIB),
    **OLD_TRAINING,
    **OLD_CHECK_FUNCTIONS,
}

FRAMEWORK = Framework(
    name="tensorflow",
    roots=("tensorflow", "tensorflow_probability"),
    default_float=Dtype.FLOAT32,
    promotion=Promotion.OWN,
    result=Kind.TENSOR,
    gradients=True,
    outputs_last=True,
    flushes=True,
    dtype_limits=True,
    masking=frozenset({Op.RELU, Op.RELU6}),
    quiet_backward=frozenset({Op.SQRT, Op.RSQRT, Op.RECIPROCAL}),
    raising=frozenset({Op.INVERSE, Op.SOLVE}),
    smooth_at_zero=frozenset({Op.XLOGY}),
    mean_or_zero=MEAN_OR_ZERO,
    channels_last=True,
    label_check=(
        "[tensorflow.debugging.assert_non_negative]({labels})\n"
        "[tensorflow.debugging.assert_less]({labels}, {scores}.shape[-1])"
    ),
    aliases=ALIASES,
    removed=frozenset({*_OLD_FUNCTIONS, *_CELLS, *_WRAPPED_CELLS, *OPTIMIZERS, *OLD_OBJECTS, *OLD_INITIALIZERS}),
    functions={**_FUNCTIONS, **_OLD_FUNCTIONS},
    methods=METHODS,
    telling_methods=TELLING,
    attributes=ATTRIBUTES,
    layers={**_CELLS, **INITIALIZERS, **OLD_INITIALIZERS},
    strings={"activation": {"relu": "tensorflow.nn.relu"}},
    optimizers=OPTIMIZERS,
    protocol={**PROTOCOL, **DISTRIBUTION_METHODS},
    distributions=DISTRIBUTIONS,
    objects={**OBJECTS, **OLD_OBJECTS},
    dtypes=DTYPES,
    constants=CONSTANTS,
    model_bases=MODEL_BASES,
    forward="__call__",
    control=CONTROL,
    sources=SOURCES,
    flows=FLOWS,
    pairs=frozenset({"top_k"}),
    mean_first=frozenset({"moments"}),
    assertions=ASSERTIONS,
    loss_scaler="keras.mixed_precision.LossScaleOptimizer",
    wrappers=WRAPPERS | _WRAPPED_CELLS,
    gradient_beside=GRADIENT_BESIDE,
    tensor_types=TENSOR_TYPES,
    spellings=SPELLINGS,
    same_shapes=SAME_SHAPES,
    idle_keywords=frozenset({"name"}),
    log_counts=LOG_COUNTS,
    logit_losses=LOGIT_LOSSES,
)
