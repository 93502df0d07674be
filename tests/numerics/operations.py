"""The canonical operations as PyTorch and NumPy really compute them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

import numpy as np
import torch
from torch.nn import functional

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op

SPECIAL = import_module("scipy.special")  # SciPy has no type stubs of its own
ALL = (Dtype.FLOAT16, Dtype.BFLOAT16, Dtype.FLOAT32, Dtype.FLOAT64)
WIDE = (Dtype.FLOAT32, Dtype.FLOAT64)


@dataclass(frozen=True)
class Case:
    """An operation with the options of the canonical operation; the functions take its operands."""

    op: Op
    in_torch: Callable[..., torch.Tensor]
    in_numpy: Callable[..., object] | None = None
    options: Mapping[str, float | str] = field(default_factory=dict)
    dtypes: tuple[Dtype, ...] = ALL
    positive_zero: bool = False
    """-0 is left out: the operation sends it to the other end of the number line."""
    root: float = 1.0
    """Only numbers below this root of the largest are drawn, for beyond it infinities meet on the way."""
    ulps: float = 2.0
    """Units in the last place by which the framework's function is off."""

    @property
    def id(self) -> str:
        return " ".join([self.op.value, *(f"{name}={value}" for name, value in self.options.items())])


UNARY = (
    Case(Op.LOG, torch.log, np.log),
    Case(Op.LOG2, torch.log2, np.log2),
    Case(Op.LOG10, torch.log10, np.log10),
    Case(Op.LOG1P, torch.log1p, np.log1p),
    Case(Op.EXP, torch.exp, np.exp),
    Case(Op.EXP2, torch.exp2, np.exp2),
    Case(Op.EXPM1, torch.expm1, np.expm1),
    Case(Op.SQRT, torch.sqrt, np.sqrt),
    Case(Op.RSQRT, torch.rsqrt, positive_zero=True),
    Case(Op.SQUARE, torch.square, np.square),
    Case(Op.RECIPROCAL, torch.reciprocal, np.reciprocal, positive_zero=True),
    Case(Op.ABSOLUTE, torch.abs, np.abs),
    Case(Op.NEGATIVE, torch.neg, np.negative),
    Case(Op.SIGN, torch.sign, np.sign),
    Case(Op.SIN, torch.sin, np.sin),
    Case(Op.COS, torch.cos, np.cos),
    Case(Op.TAN, torch.tan, np.tan),
    Case(Op.ASIN, torch.asin, np.arcsin),
    Case(Op.ACOS, torch.acos, np.arccos),
    Case(Op.ATAN, torch.atan, np.arctan),
    Case(Op.SINH, torch.sinh, np.sinh),
    Case(Op.COSH, torch.cosh, np.cosh),
    Case(Op.TANH, torch.tanh, np.tanh),
    Case(Op.ASINH, torch.asinh, np.arcsinh),
    Case(Op.ACOSH, torch.acosh, np.arccosh),
    Case(Op.ATANH, torch.atanh, np.arctanh),
    Case(Op.ERF, torch.erf),
    Case(Op.ERFC, torch.erfc),
    Case(Op.ERFINV, torch.erfinv),
    Case(Op.LOGIT, torch.logit),
    Case(Op.LOGIT, lambda x: torch.logit(x, eps=1e-2), options={"eps": 1e-2}),
    Case(Op.LGAMMA, torch.lgamma),
    Case(Op.DIGAMMA, torch.digamma),
    Case(Op.GAMMA, lambda x: torch.from_numpy(SPECIAL.gamma(x.numpy())), SPECIAL.gamma, dtypes=WIDE),
    Case(Op.NDTR, torch.special.ndtr, dtypes=WIDE),
    Case(Op.LOG_NDTR, torch.special.log_ndtr, dtypes=WIDE),
    Case(Op.ENTR, torch.special.entr),
    Case(Op.SINC, torch.sinc, np.sinc, root=1.2),
    Case(Op.FLOOR, torch.floor, np.floor),
    Case(Op.CEIL, torch.ceil, np.ceil),
    Case(Op.ROUND, torch.round, np.round),
    Case(Op.ROUND, lambda x: torch.round(x, decimals=1), lambda x: np.round(x, 1), {"decimals": 1}, dtypes=WIDE),
    Case(Op.FRACTION, torch.frac, lambda x: np.modf(x)[0]),
    Case(Op.NAN_TO_NUM, torch.nan_to_num, np.nan_to_num),
    Case(Op.SIGMOID, torch.sigmoid),
    Case(Op.LOG_SIGMOID, functional.logsigmoid),
    Case(Op.SOFTPLUS, functional.softplus),
    Case(Op.SOFTPLUS, lambda x: functional.softplus(x, 3.0, 5.0), options={"beta": 3.0, "threshold": 5.0}),
    Case(Op.RELU, torch.relu),
    Case(Op.RELU6, functional.relu6),
    Case(Op.LEAKY_RELU, functional.leaky_relu),
    Case(Op.LEAKY_RELU, lambda x: functional.leaky_relu(x, -0.5), options={"negative_slope": -0.5}),
    Case(Op.ELU, functional.elu),
    Case(Op.ELU, lambda x: functional.elu(x, 2.0), options={"alpha": 2.0}),
    Case(Op.ELU, lambda x: functional.celu(x, 0.5), options={"alpha": 0.5}),
    Case(Op.SELU, functional.selu),
    Case(Op.GELU, functional.gelu),
    Case(Op.GELU, lambda x: functional.gelu(x, approximate="tanh"), options={"approximate": "tanh"}),
    Case(Op.SILU, functional.silu),
    Case(Op.MISH, functional.mish),
    Case(Op.HARD_SIGMOID, functional.hardsigmoid),
    Case(Op.HARD_TANH, functional.hardtanh),
    Case(Op.HARD_TANH, lambda x: functional.hardtanh(x, 0.0, 6.0), options={"min": 0.0, "max": 6.0}),
    Case(Op.HARD_SWISH, functional.hardswish),
    Case(Op.SOFTSIGN, functional.softsign),
    Case(Op.CLAMP, lambda x: x.clamp(min=0.5), lambda x: np.clip(x, 0.5, None), {"min": 0.5}),
    Case(Op.CLAMP, lambda x: x.clamp(max=0.3), lambda x: np.clip(x, None, 0.3), {"max": 0.3}),
    Case(Op.CLAMP, lambda x: x.clamp(-1.0, 1.0), lambda x: np.clip(x, -1.0, 1.0), {"min": -1.0, "max": 1.0}),
    Case(Op.CLAMP, lambda x: x.clamp(2.0, 1.0), lambda x: np.clip(x, 2.0, 1.0), {"min": 2.0, "max": 1.0}),
    Case(Op.CLAMP, lambda x: x.clamp(1e-8, 1 - 1e-8), options={"min": 1e-8, "max": 1 - 1e-8}),
    Case(Op.RESCALE, lambda x: (x - 0.5) / 0.25, options={"mean": 0.5, "std": 0.25}),
    Case(Op.DROPOUT, lambda x: functional.dropout(x, 0.3), options={"p": 0.3}),
    Case(Op.DROPOUT, functional.dropout),
    Case(Op.PAD, lambda x: functional.pad(x, (1, 1)), lambda x: np.pad(x, 1)),
    Case(Op.PAD, lambda x: functional.pad(x, (1, 1), value=7.0), options={"value": 7.0}),
    Case(Op.TRIANGLE, lambda x: torch.triu(x[None], 1), lambda x: np.tril(x[None], -1)),
    Case(Op.POWER, lambda x: x**2, lambda x: x**2, {"y": 2}),
    Case(Op.POWER, lambda x: x**3, lambda x: x**3, {"y": 3}),
    Case(Op.POWER, lambda x: x**0, lambda x: x**0, {"y": 0}),
    Case(Op.POWER, lambda x: x**-1, lambda x: x**-1, {"y": -1}, positive_zero=True),
    Case(Op.POWER, lambda x: x**-2, lambda x: x**-2, {"y": -2}),
    Case(Op.POWER, lambda x: x**0.5, lambda x: x**0.5, {"y": 0.5}),
    Case(Op.POWER, lambda x: x**1.5, lambda x: x**1.5, {"y": 1.5}),
    Case(Op.POWER, lambda x: x**-0.5, lambda x: x**-0.5, {"y": -0.5}, positive_zero=True),
    Case(Op.ADD, lambda x: x + 1e-8, lambda x: x + 1e-8, {"y": 1e-8}),
    Case(Op.DIVIDE, lambda x: x / 3, lambda x: x / 3, {"y": 3}),
    Case(Op.REMAINDER, lambda x: x % 1, lambda x: x % 1, {"y": 1}),
    Case(Op.REMAINDER, lambda x: x % -2.5, lambda x: x % -2.5, {"y": -2.5}),
    Case(Op.FLOOR_DIVIDE, lambda x: x // 3, lambda x: x // 3, {"y": 3}),
)
"""`y` among the options is a second operand, a Python number."""

BINARY = (
    Case(Op.ADD, torch.add, np.add),
    Case(Op.ADD, lambda x, y: torch.add(x, y, alpha=-2.0), options={"alpha": -2.0}),
    Case(Op.SUBTRACT, torch.sub, np.subtract),
    Case(Op.MULTIPLY, torch.mul, np.multiply),
    Case(Op.DIVIDE, torch.div, np.divide, positive_zero=True),
    Case(
        Op.DIVIDE,
        lambda x, y: torch.div(x, y, rounding_mode="floor"),
        options={"rounding_mode": "floor"},
        positive_zero=True,
    ),
    Case(
        Op.DIVIDE,
        lambda x, y: torch.div(x, y, rounding_mode="trunc"),
        options={"rounding_mode": "trunc"},
        positive_zero=True,
    ),
    Case(Op.FLOOR_DIVIDE, torch.floor_divide, np.floor_divide, positive_zero=True),
    Case(Op.REMAINDER, torch.remainder, np.remainder, positive_zero=True, root=2),
    Case(Op.POWER, torch.pow, np.power, positive_zero=True),
    Case(Op.XLOGY, torch.xlogy),
    Case(Op.LOGADDEXP, torch.logaddexp, np.logaddexp),
    Case(Op.HYPOT, torch.hypot, np.hypot),
    Case(Op.ATAN2, torch.atan2, np.arctan2, positive_zero=True),
    Case(Op.MAXIMUM, torch.maximum, np.maximum),
    Case(Op.MINIMUM, torch.minimum, np.minimum),
    Case(Op.LESS, torch.lt, np.less),
    Case(Op.LESS_EQUAL, torch.le, np.less_equal),
    Case(Op.GREATER, torch.gt, np.greater),
    Case(Op.GREATER_EQUAL, torch.ge, np.greater_equal),
    Case(Op.EQUAL, torch.eq, np.equal),
    Case(Op.NOT_EQUAL, torch.ne, np.not_equal),
)

ALONG_ROWS = (
    Case(Op.SUM, lambda x: x.sum(1), lambda x: x.sum(1), root=2),
    Case(Op.MEAN, lambda x: x.mean(1), lambda x: x.mean(1), root=2),
    Case(Op.PRODUCT, lambda x: x.prod(1), lambda x: x.prod(1), root=80),
    Case(Op.REDUCE_MAX, lambda x: x.amax(1), lambda x: x.max(1)),
    Case(Op.REDUCE_MIN, lambda x: x.amin(1), lambda x: x.min(1)),
    Case(Op.MEDIAN, lambda x: x.median(1).values, lambda x: np.median(x, 1), root=2),
    Case(Op.STD, lambda x: x.std(1), lambda x: x.std(1, ddof=1), root=2.5),
    Case(Op.VAR, lambda x: x.var(1), lambda x: x.var(1), root=2.5),
    Case(Op.NORM, lambda x: x.norm(dim=1)),
    Case(Op.NORM, lambda x: x.norm(p=1, dim=1), options={"ord": 1}),
    Case(Op.NORM, lambda x: x.norm(p=float("inf"), dim=1), options={"ord": float("inf")}),
    Case(Op.LOGSUMEXP, lambda x: torch.logsumexp(x, 1)),
    Case(Op.LOGCUMSUMEXP, lambda x: torch.logcumsumexp(x, 1)),
    Case(Op.CUMSUM, lambda x: x.cumsum(1), lambda x: x.cumsum(1), root=2),
    Case(Op.CUMPROD, lambda x: x.cumprod(1), lambda x: x.cumprod(1), root=80),
    Case(Op.SOFTMAX, lambda x: x.softmax(1)),
    Case(Op.SOFTMIN, lambda x: functional.softmin(x, 1)),
    Case(Op.LOG_SOFTMAX, lambda x: x.log_softmax(1)),
    Case(Op.ARGMAX, lambda x: x.argmax(1), lambda x: x.argmax(1)),
    Case(
        Op.HISTOGRAM,
        lambda x: torch.histc(x.double().clamp(-9, 9), 5),
        lambda x: np.histogram(np.clip(x.astype(float), -9, 9), 5)[0],
    ),
    Case(Op.NONZERO, lambda x: x.nonzero(), lambda x: np.argwhere(x)),
    Case(Op.COUNT_NONZERO, lambda x: x.count_nonzero(1), lambda x: np.count_nonzero(x, 1)),
    Case(Op.ANY, lambda x: x.any(1), lambda x: x.any(1)),
    Case(Op.ALL, lambda x: x.all(1), lambda x: x.all(1)),
    Case(Op.GUMBEL_SOFTMAX, lambda x: functional.gumbel_softmax(x, dim=1)),
    Case(Op.POOL, lambda x: functional.max_pool1d(x[None], 2, 1, 1), options={"kind": "max"}),
    Case(Op.POOL, lambda x: functional.avg_pool1d(x[None], 2, 1, 1), options={"kind": "average"}),
    Case(Op.STANDARDIZE, lambda x: functional.layer_norm(x, x.shape[1:]), root=2.5),
    Case(Op.NORMALIZE, lambda x: functional.normalize(x, dim=1), dtypes=WIDE, root=2, ulps=4),
)
"""Of rows of finite numbers, 2 to 70 long."""

PAIRS_OF_ROWS = (
    Case(Op.PAIRWISE_DISTANCE, functional.pairwise_distance, root=2.5),
    Case(Op.COSINE_SIMILARITY, lambda x, y: functional.cosine_similarity(x, y, dim=1), dtypes=WIDE, root=2.5),
    Case(
        Op.MATMUL,
        lambda x, y: (x[:, None] @ y[:, :, None]).squeeze(),
        lambda x, y: np.einsum("ij,ij->i", x, y),
        dtypes=WIDE,
        root=2.5,
    ),
    Case(Op.SQUARED_ERROR, functional.mse_loss, root=2.5),
    Case(Op.ABSOLUTE_ERROR, functional.l1_loss, root=2.5),
    Case(Op.LOG_PROB, lambda x, y: torch.distributions.Normal(x, 1.0).log_prob(y), root=2.5),
)
