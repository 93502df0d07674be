"""Autocast: which operations run in the region's dtype, which in float32 (`ATen/autocast_mode.h`)."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Autocast, Call, call

_PRODUCTS = frozenset({Op.LINEAR, Op.MATMUL, Op.ATTENTION, Op.RECURRENT})
_LOSSES = frozenset(
    {Op.CROSS_ENTROPY, Op.NLL_LOSS, Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.KL_DIVERGENCE, Op.POISSON_NLL,
     Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.CTC_LOSS}
)  # fmt: skip
_BATCH_LAYERS = {
    f"{lazy}{name}{n}d" for lazy in ("", "Lazy") for name in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)
}

AUTOCAST = {
    "cuda": Autocast(
        Dtype.FLOAT16,
        low=_PRODUCTS,
        full=_LOSSES
        | {
            Op.EXP, Op.EXPM1, Op.LOG, Op.LOG1P, Op.LOG2, Op.LOG10, Op.RSQRT, Op.RECIPROCAL, Op.POWER, Op.SQUARE,
            Op.SOFTPLUS, Op.SOFTMAX, Op.LOG_SOFTMAX, Op.SOFTMIN, Op.GUMBEL_SOFTMAX, Op.LOGSUMEXP, Op.SUM, Op.CUMSUM,
            Op.PRODUCT, Op.CUMPROD, Op.NORM, Op.NORMALIZE, Op.COSINE_SIMILARITY, Op.PAIRWISE_DISTANCE, Op.TAN, Op.ACOS,
            Op.ASIN, Op.COSH, Op.SINH, Op.ERFINV, Op.STANDARDIZE,
        },
        following=frozenset({"batch_norm", "instance_norm", "SyncBatchNorm"} | _BATCH_LAYERS),
    ),
    "cpu": Autocast(
        Dtype.BFLOAT16,
        low=_PRODUCTS,
        full=_LOSSES | {Op.PRODUCT, Op.PAIRWISE_DISTANCE, Op.DECOMPOSE, Op.BINARY_CROSS_ENTROPY},
    ),
}  # fmt: skip

_ANY = call(Op.OPAQUE, "", "device_type>device dtype enabled cache_enabled")
_CUDA = call(Op.OPAQUE, "", "enabled dtype cache_enabled", device="cuda")
_CPU = call(Op.OPAQUE, "", "enabled dtype cache_enabled", device="cpu")

AUTOCAST_CONTEXTS: dict[str, Call] = {
    "torch.autocast": _ANY,
    "torch.amp.autocast": _ANY,
    "torch.amp.autocast_mode.autocast": _ANY,
    "torch.cuda.amp.autocast": _CUDA,
    "torch.cuda.amp.autocast_mode.autocast": _CUDA,
    "torch.cpu.amp.autocast": _CPU,
    "torch.cpu.amp.autocast_mode.autocast": _CPU,
}
