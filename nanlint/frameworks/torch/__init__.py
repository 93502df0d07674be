"""PyTorch."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.model import Framework, Promotion
from nanlint.frameworks.torch.arrangement import ARRANGEMENT
from nanlint.frameworks.torch.autocast import AUTOCAST, AUTOCAST_CONTEXTS
from nanlint.frameworks.torch.creation import CREATION, INIT, NEW_METHODS, READERS, ZEROED
from nanlint.frameworks.torch.distributions import DISTRIBUTION_METHODS, DISTRIBUTIONS
from nanlint.frameworks.torch.elementwise import ELEMENTWISE
from nanlint.frameworks.torch.layers import LAYERS
from nanlint.frameworks.torch.linalg import LINALG, MATRICES
from nanlint.frameworks.torch.losses import LOSS_CLASSES, LOSS_FUNCTIONS, WITH_LOGITS
from nanlint.frameworks.torch.methods import ATTRIBUTES, TELLING, TENSOR_METHODS
from nanlint.frameworks.torch.names import CONSTANTS, CONTAINERS, DTYPES, MODEL_BASES, SEQUENTIAL, TENSOR_TYPES
from nanlint.frameworks.torch.nn_functional import NN_FUNCTIONAL, SEQUENCES
from nanlint.frameworks.torch.optim import ALL_OPTIMIZERS
from nanlint.frameworks.torch.reductions import REDUCTIONS
from nanlint.frameworks.torch.schedules import SCALING_SCHEDULES, SCHEDULES
from nanlint.frameworks.torch.special import FUNCTIONS_ONLY, SPECIAL
from nanlint.frameworks.torch.spelling import EXACT_SPELLINGS, LOG_COUNTS, LOGIT_LOSSES, SPELLINGS, WITHOUT_AXIS
from nanlint.frameworks.torch.training import APPLIERS, HELPERS, NO_GRADIENT, OBJECTS, PROTOCOL, TRAINING, WRAPPERS
from nanlint.frameworks.torch.transforms import CONTROL, DERIVATIVES
from nanlint.frameworks.torch.vision import COMPOSED, LAMBDAS, OPTIONAL, PUBLISHED, TRANSFORMS, VISION_FUNCTIONS

# Both as `torch.name(x)` and as `x.name()`.
SHARED: dict[str, Call | Overload] = {**ELEMENTWISE, **REDUCTIONS, **ARRANGEMENT, **MATRICES}

# Names of torch.nn.functional that `torch` offers as well.
_ALSO_IN_TORCH = words(
    """
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d bilinear rms_norm cosine_similarity
    pairwise_distance pdist avg_pool1d adaptive_avg_pool1d pixel_shuffle pixel_unshuffle channel_shuffle
    """
)


def _prefixed(prefix: str, table: dict[str, Call | Overload]) -> dict[str, Call | Overload]:
    return {f"{prefix}.{name}": entry for name, entry in table.items()}


# Initialisers that had no underscore once.
_RENAMED = words(
    """
    constant_ dirac_ eye_ kaiming_normal_ kaiming_uniform_ normal_ orthogonal_ sparse_ uniform_ xavier_normal_
    xavier_uniform_
    """
)
_MODULES = ("torch.nn", "torch.nn.modules")
_DATA = ("torch.utils.data", "torch.utils.data.dataset")
_PLAIN: dict[str, Call | Overload] = {**SHARED, **FUNCTIONS_ONLY, **CREATION}
_IN_TORCH_FUNCTIONAL = words("cdist einsum norm split meshgrid tensordot unique")

FRAMEWORK = Framework(
    name="torch",
    promotion=Promotion.RANKED,
    roots=("torch", "pytorch_lightning", "lightning", "transformers", "trl", "timm", "apex", "torchvision"),
    default_float=Dtype.FLOAT32,
    result=Kind.TENSOR,
    gradients=True,
    accumulates=True,
    refused_below=frozenset(
        words("momentum betas smoothing rho eps weight_decay lr_decay initial_accumulator_value beta1 beta2")
    ),
    refused_above=frozenset(words("betas rho")),
    refuses_large=frozenset({Op.MASKED_FILL, Op.FULL, Op.LIKE, Op.PAD}),
    exact_numbers=True,
    scaled_initializer="torch.nn.init.xavier_normal_",
    widened=frozenset({Op.STD, Op.NORM}),
    chooses_axis=True,
    label_check='assert 0 <= {labels}.min() and {labels}.max() < {scores}.shape[1], "class index out of range"',
    identity="torch.nn.Identity",
    with_logits=WITH_LOGITS,
    smooth_at_zero=frozenset({Op.NORM, Op.STD, Op.PAIRWISE_DISTANCE, Op.ATAN2}),
    raising=frozenset({Op.INVERSE, Op.SOLVE, Op.CHOLESKY, Op.DISTRIBUTION, Op.REDUCE_MAX, Op.REDUCE_MIN}),
    functions={
        **_prefixed("torch", {name: NN_FUNCTIONAL[name] for name in _ALSO_IN_TORCH}),
        **_prefixed("torch", _PLAIN),
        **_prefixed("torch.functional", {name: _PLAIN[name] for name in _IN_TORCH_FUNCTIONAL}),
        **_prefixed("torch.linalg", LINALG),
        **_prefixed("torch.special", SPECIAL),
        "torch.sparse.sum": call(Op.SUM, "input>x", "dim>axis dtype"),
        **_prefixed("torch.nn.functional", {**NN_FUNCTIONAL, **LOSS_FUNCTIONS}),
        **_prefixed("torch.nn.utils.rnn", SEQUENCES),
        **_prefixed("torch.nn.init", INIT),
        **_prefixed(
            "torch.nn.init", {name.removesuffix("_"): entry for name, entry in INIT.items() if name in _RENAMED}
        ),
        **TRAINING,
        **SCHEDULES,
        **VISION_FUNCTIONS,
        **READERS,
    },
    methods={**SHARED, **NEW_METHODS, **TENSOR_METHODS},
    telling_methods=TELLING,
    in_place=True,
    attributes=ATTRIBUTES,
    detached=frozenset({"data", "grad"}),
    layers={
        **{f"{module}.{name}": layer for module in _MODULES for name, layer in {**LAYERS, **LOSS_CLASSES}.items()},
        **TRANSFORMS,
    },
    optimizers=ALL_OPTIMIZERS,
    protocol={**PROTOCOL, **DISTRIBUTION_METHODS},
    distributions=DISTRIBUTIONS,
    objects={**OBJECTS, **dict.fromkeys(SCALING_SCHEDULES, Kind.OBJECT)},
    dtypes=DTYPES,
    constants=CONSTANTS,
    model_bases=MODEL_BASES,
    sequential=SEQUENTIAL | COMPOSED,
    optional_layers=OPTIONAL,
    containers=CONTAINERS,
    with_mean=frozenset({"std_mean", "var_mean"}),
    pairs=frozenset({"max", "min", "sort", "topk", "mode", "kthvalue", "cummax", "cummin"}),
    loaders=frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"}),
    column_datasets=frozenset({"torch.utils.data.TensorDataset", "torch.utils.data.dataset.TensorDataset"}),
    datasets=PUBLISHED,
    joined_datasets=frozenset(f"{module}.{name}" for module in _DATA for name in ("ConcatDataset", "ChainDataset")),
    splits=frozenset(f"{module}.random_split" for module in _DATA),
    float_info=frozenset({"torch.finfo"}),
    with_gradient=frozenset({"torch.enable_grad", "torch.autograd.enable_grad"}),
    gradient_switch=frozenset({"torch.set_grad_enabled", "torch.autograd.set_grad_enabled"}),
    appliers=APPLIERS,
    derivatives=DERIVATIVES,
    control=CONTROL,
    wrappers=WRAPPERS | LAMBDAS | {f"{module}.Subset" for module in _DATA},
    own_gradient=frozenset({"torch.autograd.Function", "torch.autograd.function.Function"}),
    no_gradient=NO_GRADIENT,
    loss_scaler="torch.amp.GradScaler",
    scales_half=False,
    helpers=HELPERS,
    keepers={"save_hyperparameters": "hparams"},
    rate_keys={"param_groups": "lr"},
    autocast=AUTOCAST,
    autocast_contexts=AUTOCAST_CONTEXTS,
    default_float_setters=frozenset({"torch.set_default_dtype", "torch.set_default_tensor_type"}),
    model_dtypes=frozenset({"torch_dtype"}),
    tensor_types=TENSOR_TYPES,
    zeroed=ZEROED,
    spellings=SPELLINGS,
    idle_keywords=frozenset({"_stacklevel"}),
    without_axis=WITHOUT_AXIS,
    exact_spellings=EXACT_SPELLINGS,
    log_counts=LOG_COUNTS,
    logit_losses=LOGIT_LOSSES,
)
