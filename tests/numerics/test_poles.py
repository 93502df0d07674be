"""The claimed poles are real, and there are no others: values and gradients of PyTorch at and around them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pytest
import torch
from torch.nn import functional

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, SMALLEST, Interval, point
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import poles_of
from nanlint.ops.model import MEANINGS, Direction, Effect, Pole
from tests.numerics.operations import ALL, SPECIAL, WIDE
from tests.numerics.sampling import TORCH_DTYPES, Floats, array, scalar

Flags: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

FAR = 30.0  # beyond it ordinary products and powers overflow float16
DOUBLE = (Dtype.FLOAT64,)
NEAR_THRESHOLD = 0.02  # relative; where rounding decides on which side of an overflow a number lies


@dataclass(frozen=True)
class Case:
    """An operation as a function of one operand, number `varied`; `others` are the remaining ones, in order."""

    op: Op
    function: Callable[..., torch.Tensor]
    varied: int = 0
    others: tuple[float, ...] = ()
    tensors: bool = True
    """The other operands are tensors, not Python numbers."""
    options: Mapping[str, float] = field(default_factory=dict)
    dtypes: tuple[Dtype, ...] = ALL
    lowest: float = -math.inf
    """No smaller number is tried: of the poles at negative integers, the one nearest to 0 is declared."""
    gradient: bool = True

    @property
    def id(self) -> str:
        named = [f"{name}={value}" for name, value in self.options.items()]
        return " ".join([self.op.value, *map(str, self.others), *named, *(["numbers"] if not self.tensors else [])])

    def operation(self, dtype: Dtype, bounds: Interval = EVERYTHING) -> Operation:
        others = [array(point(x), dtype) if self.tensors else scalar(x) for x in self.others]
        operands = (*others[: self.varied], array(bounds, dtype), *others[self.varied :])
        return Operation(self.op, operands, {name: scalar(value) for name, value in self.options.items()})

    def run(self, x: torch.Tensor) -> tuple[Floats, Floats]:
        """The values and the gradients with respect to `x`."""
        x = x.clone().requires_grad_(self.gradient)
        others: list[torch.Tensor | float] = [torch.full_like(x, y) if self.tensors else y for y in self.others]
        result = self.function(*others[: self.varied], x, *others[self.varied :])
        if result.requires_grad:
            result.sum().backward()
        gradient = torch.zeros_like(x) if x.grad is None else x.grad
        return result.detach().double().numpy(), gradient.double().numpy()


def _power(*numbers: float) -> list[Case]:
    return [Case(Op.POWER, torch.pow, others=(n,), tensors=False) for n in numbers]


def in_scipy(function: Callable[..., Floats]) -> Callable[..., torch.Tensor]:
    """A function of arrays as one of tensors, without a gradient."""
    return lambda *tensors: torch.from_numpy(function(*(tensor.numpy() for tensor in tensors)))


CASES = [
    Case(Op.LOG, torch.log),
    Case(Op.LOG2, torch.log2),
    Case(Op.LOG10, torch.log10),
    Case(Op.LOG1P, torch.log1p),
    Case(Op.EXP, torch.exp),
    Case(Op.EXP2, torch.exp2),
    Case(Op.EXPM1, torch.expm1),
    Case(Op.SINH, torch.sinh),
    Case(Op.COSH, torch.cosh),
    Case(Op.SQRT, torch.sqrt),
    Case(Op.RSQRT, torch.rsqrt),
    Case(Op.RECIPROCAL, torch.reciprocal),
    Case(Op.ASIN, torch.asin),
    Case(Op.ACOS, torch.acos),
    Case(Op.ACOSH, torch.acosh),
    Case(Op.ATANH, torch.atanh),
    Case(Op.ERFINV, torch.erfinv),
    Case(Op.LOGIT, torch.logit),
    Case(Op.LOGIT, lambda x: torch.logit(x, eps=1e-2), options={"eps": 1e-2}),
    Case(Op.LGAMMA, torch.lgamma, lowest=-1.5),
    Case(Op.DIGAMMA, torch.digamma, lowest=-1.5, dtypes=(Dtype.BFLOAT16, *WIDE)),
    Case(Op.DIGAMMA, torch.digamma, lowest=-0.9, dtypes=(Dtype.FLOAT16,)),
    Case(Op.POLYGAMMA, lambda x: torch.polygamma(0, x), options={"n": 0}, lowest=-0.9, dtypes=WIDE),
    Case(Op.POLYGAMMA, lambda x: torch.polygamma(1, x), options={"n": 1}, lowest=-0.9, dtypes=WIDE),
    Case(Op.GAMMA, in_scipy(SPECIAL.gamma), lowest=-1.5, dtypes=WIDE, gradient=False),
    Case(Op.BETA, in_scipy(SPECIAL.beta), others=(1.0,), dtypes=WIDE, gradient=False),
    Case(Op.BETA, in_scipy(SPECIAL.beta), 1, (1.0,), dtypes=WIDE, gradient=False),
    Case(Op.LOG_BETA, in_scipy(SPECIAL.betaln), others=(1.0,), dtypes=DOUBLE, gradient=False),
    Case(Op.LOG_BETA, in_scipy(SPECIAL.betaln), 1, (1.0,), dtypes=DOUBLE, gradient=False),
    Case(Op.ZETA, torch.special.zeta, others=(2.0,), dtypes=WIDE, gradient=False),
    Case(Op.ZETA, torch.special.zeta, 1, (2.0,), lowest=-1.5, dtypes=WIDE, gradient=False),
    Case(Op.ENTR, torch.special.entr),
    Case(Op.XLOGY, torch.xlogy, 1, (2.0,)),
    Case(Op.DIVIDE, torch.div, 1, (1.0,)),
    Case(Op.DIVIDE, torch.div, 1, (-20.0,)),
    Case(Op.DIVIDE, torch.div, 1, (0.0,)),
    Case(Op.FLOOR_DIVIDE, torch.floor_divide, 1, (2.0,), gradient=False),
    Case(Op.FLOOR_DIVIDE, torch.floor_divide, 1, (0.0,), gradient=False),
    Case(Op.REMAINDER, torch.remainder, 1, (2.0,)),
    *_power(0, 1, 2, 3, -1, -2, 0.5, 1.5, -0.5),
    Case(Op.POWER, torch.pow, 1, (2.0,), tensors=False),
    Case(Op.POWER, torch.pow, 1, (10.0,), tensors=False),
    Case(Op.POWER, torch.pow, 1, (0.5,), tensors=False),
    Case(Op.POWER, torch.pow, 1, (1.0,), tensors=False),
    Case(Op.ATAN2, torch.atan2, 0, (0.0,)),
    Case(Op.ATAN2, torch.atan2, 1, (0.0,)),
    Case(Op.ATAN2, torch.atan2, 0, (1.0,)),
    Case(Op.HYPOT, torch.hypot, 0, (0.0,)),
    Case(Op.HYPOT, torch.hypot, 0, (1.0,)),
]

WITHOUT_POLES = [
    Case(Op.SQUARE, torch.square),
    Case(Op.ABSOLUTE, torch.abs),
    Case(Op.SIN, torch.sin),
    Case(Op.COS, torch.cos),
    Case(Op.TANH, torch.tanh),
    Case(Op.ATAN, torch.atan),
    Case(Op.ASINH, torch.asinh),
    Case(Op.ERF, torch.erf),
    Case(Op.ERFC, torch.erfc),
    Case(Op.NDTR, torch.special.ndtr, dtypes=WIDE),
    Case(Op.SINC, torch.sinc),
    Case(Op.SIGMOID, torch.sigmoid),
    Case(Op.LOG_SIGMOID, functional.logsigmoid),
    Case(Op.SOFTPLUS, functional.softplus),
    Case(Op.GELU, functional.gelu),
    Case(Op.SILU, functional.silu),
    Case(Op.MISH, functional.mish),
    Case(Op.ELU, functional.elu),
    Case(Op.RELU, torch.relu),
    Case(Op.MULTIPLY, torch.mul, 0, (0.0,)),
    Case(Op.LOGADDEXP, torch.logaddexp, 0, (0.0,)),
    Case(Op.NORM, lambda x: x[:, None].norm(dim=1)),
    Case(Op.STD, lambda x: torch.stack([x, x], 1).std(1)),
    Case(Op.SOFTMAX, lambda x: torch.stack([x, 0 * x], 1).softmax(1)),
    Case(Op.LOGSUMEXP, lambda x: torch.logsumexp(torch.stack([x, 0 * x], 1), 1)),
]


def special_points(case: Case, poles: list[Pole], dtype: Dtype) -> torch.Tensor:
    """Ordinary numbers, extremes, the ends of the poles and what is close to them."""
    limits = LIMITS[dtype]
    normal = limits.smallest / limits.eps
    found = [0.0, limits.smallest, normal, math.sqrt(normal), limits.eps, 1e-3, 0.1, 0.5, 1.0 - limits.eps, 1.0]
    found += [1.0 + limits.eps, 1.4, 2.0, 2.5, 3.0, 7.0, 10.0, 20.0, FAR]
    for pole in poles:
        for end in (pole.where.lo, pole.where.hi):
            if math.isfinite(end):
                found += [end, 1e-3 * end, 0.9 * end, 0.5 * end, 1.1 * end, 2.0 * end, end + 0.5, end - 0.5]
    raw = torch.tensor([*found, *(-x for x in found), 1.01 * limits.log_max, 0.9 * limits.max], dtype=torch.float64)
    stored = raw.to(TORCH_DTYPES[dtype])
    ulps = [torch.nextafter(stored.float(), torch.tensor(to)).to(stored.dtype) for to in (math.inf, -math.inf)]
    found_points = torch.cat([stored, *ulps]).unique()
    return found_points[found_points >= case.lowest].repeat(2)


def inside(pole: Pole, x: Floats) -> Flags:
    return (x >= pole.where.lo) & (x <= pole.where.hi)


def near_an_end(pole: Pole, x: Floats) -> Flags:
    """Next to a threshold, which rounding moves; not next to a point, which is exact."""
    near: Flags = np.zeros(x.shape, bool)
    for end in (pole.where.lo, pole.where.hi):
        if math.isfinite(end) and pole.where.point is None and abs(end) not in (0.0, 1.0) and not _integral(end):
            near |= np.abs(x - end) <= NEAR_THRESHOLD * abs(end)
    return near


def _integral(end: float) -> bool:
    """The neighbour of 0 or 1, where an open domain ends."""
    return abs(end) == SMALLEST or abs(abs(end) - 1.0) < 1e-15


def lost(values: Floats, effect: Effect) -> Flags:
    return np.isnan(values) if effect is Effect.NAN else np.isinf(values)


def by_dtype(cases: list[Case]) -> pytest.MarkDecorator:
    pairs = [pytest.param(case, dtype, id=f"{case.id} {dtype.value}") for case in cases for dtype in case.dtypes]
    return pytest.mark.parametrize(("case", "dtype"), pairs)


@by_dtype(CASES)
def test_every_point_of_a_pole_is_lost(case: Case, dtype: Dtype) -> None:
    poles = [pole for pole in poles_of(case.operation(dtype)) if pole.operand == case.varied]
    points = special_points(case, poles, dtype)
    values, gradients = case.run(points)
    x = points.double().numpy()
    for pole in poles:
        if pole.where.hi < case.lowest:
            continue
        checked = inside(pole, x) & ~near_an_end(pole, x)
        broken = lost(values, pole.effect) if pole.direction is Direction.FORWARD else ~np.isfinite(gradients)
        assert checked.any(), pole
        spared = checked & ~broken
        assert not spared.any(), (pole, x[spared], values[spared], gradients[spared])


@by_dtype([*CASES, *WITHOUT_POLES])
def test_outside_the_poles_values_and_gradients_are_finite(case: Case, dtype: Dtype) -> None:
    poles = [pole for pole in poles_of(case.operation(dtype)) if pole.operand == case.varied]
    points = special_points(case, poles, dtype)
    values, gradients = case.run(points)
    if values.ndim > 1:
        values = values.sum(1)
    x = points.double().numpy()
    forward, backward = np.zeros(x.shape, bool), np.abs(x) > FAR
    for pole in poles:
        near = inside(pole, x) | near_an_end(pole, x)
        backward |= near
        forward |= near if pole.direction is Direction.FORWARD else False
    forward |= np.abs(x) > FAR
    escaped = ~np.isfinite(values) & ~forward
    assert not escaped.any(), (x[escaped], values[escaped])
    escaped = ~np.isfinite(gradients) & ~backward
    assert not escaped.any(), (x[escaped], gradients[escaped])


def test_every_operation_with_poles_is_tested() -> None:
    tested = {case.op for case in CASES}
    with_poles = {op for op, meaning in MEANINGS.items() if meaning.arity and _declares_poles(op, meaning.arity)}
    assert with_poles == tested


def _declares_poles(op: Op, arity: int) -> bool:
    operands: tuple[Value, ...] = tuple(array(EVERYTHING, Dtype.FLOAT32) for _ in range(arity))
    return bool(poles_of(Operation(op, operands)))
