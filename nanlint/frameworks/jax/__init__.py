"""JAX, and the packages on top of it: Flax, Optax, Equinox."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.jax import equinox, flax, optax, transforms
from nanlint.frameworks.jax.array_api import ARRAY_FUNCTIONS, ARRAY_LINALG, INDEXED_UPDATES, UPDATES
from nanlint.frameworks.jax.lax import LAX
from nanlint.frameworks.jax.methods import ATTRIBUTES, METHODS, TELLING
from nanlint.frameworks.jax.names import ALIASES, CASTS, CONSTANTS, DTYPES, MODEL_BASES, TENSOR_TYPES
from nanlint.frameworks.jax.nn import FILLED, FUNCTIONS, INITIALIZERS
from nanlint.frameworks.jax.random import RANDOM
from nanlint.frameworks.jax.special import SCIPY_FUNCTIONS
from nanlint.frameworks.jax.spelling import LOG_COUNTS, LOGIT_LOSSES, SPELLINGS
from nanlint.frameworks.model import Framework, Promotion

FRAMEWORK = Framework(
    name="jax",
    roots=("jax", "flax", "optax", "equinox"),
    default_float=Dtype.FLOAT32,
    promotion=Promotion.CUT,
    flushes=True,
    double_flag=("jax.config.update", "jax_enable_x64"),
    result=Kind.TENSOR,
    gradients=True,
    raising=frozenset({Op.REDUCE_MAX, Op.REDUCE_MIN}),
    smooth_at_zero=frozenset({Op.HYPOT}),
    clamps_indices=True,
    aliases=ALIASES,
    removed=frozenset(INDEXED_UPDATES),
    functions={
        **{f"jax.numpy.{name}": entry for name, entry in ARRAY_FUNCTIONS.items()},
        **{f"jax.numpy.linalg.{name}": entry for name, entry in ARRAY_LINALG.items()},
        **CASTS,
        **{f"jax.nn.{name}": entry for name, entry in FUNCTIONS.items()},
        **{f"jax.nn.initializers.{name}": entry for name, entry in FILLED.items()},
        **{f"jax.lax.{name}": entry for name, entry in LAX.items()},
        **{f"jax.random.{name}": entry for name, entry in RANDOM.items()},
        **{f"jax.scipy.{name}": entry for name, entry in SCIPY_FUNCTIONS.items()},
        **INDEXED_UPDATES,
        **flax.FUNCTIONS,
        **optax.OPTAX,
    },
    methods=METHODS,
    telling_methods=TELLING,
    updates=UPDATES,
    attributes=ATTRIBUTES,
    layers={
        **{f"jax.nn.initializers.{name}": entry for name, entry in INITIALIZERS.items()},
        **flax.LAYERS,
        **equinox.LAYERS,
        **optax.CLIPS,
    },
    optimizers=optax.OPTIMIZERS,
    protocol=flax.PROTOCOL,
    objects=optax.TRANSFORMATIONS,
    states=flax.STATES,
    loss_scaler="flax.training.dynamic_scale.DynamicScale",
    derivatives=transforms.DERIVATIVES,
    control=transforms.CONTROL,
    dtypes=DTYPES,
    constants=CONSTANTS,
    model_bases=MODEL_BASES,
    forward="__call__",
    prepare="setup",
    functional_call="apply",
    parting=frozenset({"equinox.partition", "flax.nnx.split"}),
    sequential=flax.SEQUENTIAL | equinox.SEQUENTIAL | optax.CHAINS,
    wrappers=transforms.WRAPPERS | flax.WRAPPERS | equinox.WRAPPERS | optax.WRAPPERS,
    custom_gradients=transforms.CUSTOM_GRADIENTS | flax.CUSTOM_GRADIENTS | equinox.CUSTOM_GRADIENTS,
    gradient_rules=frozenset({"defvjp", "defjvp", "defjvps", "def_fwd", "def_bwd", "def_jvp"}),
    float_info=frozenset({"jax.numpy.finfo"}),
    pairs=frozenset({"top_k", "approx_max_k"}),
    tensor_types=TENSOR_TYPES,
    spellings=SPELLINGS,
    first_axes=frozenset({Op.LOGCUMSUMEXP}),
    log_counts=LOG_COUNTS,
    logit_losses=LOGIT_LOSSES,
    number_log="jax.numpy.log",
)
