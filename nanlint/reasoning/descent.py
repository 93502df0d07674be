"""Gradient descent on a squared loss of something that is linear in the data: where its steps overshoot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Stride
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.clipping import clips_somewhere
from nanlint.reasoning.hyperparameters import settings, table
from nanlint.reasoning.origins import SAME_ELEMENTS, ancestors, strip

EVEN = frozenset({Op.ARANGE, Op.UNIFORM, Op.RANDOM_INTEGER})
"""What is spread evenly over its range."""
LIMITS = ("max_norm", "clip_value")


@dataclass(frozen=True, slots=True)
class Overshoot:
    """Steps that are too long: rate times curvature exceeds 2, so each is further from the minimum than the last.

    curvature: of half the mean of squared errors along the weights, which is the mean square of the data; at least
    that if `proven`, else about that.
    """

    rate: float
    curvature: float
    proven: bool

    @property
    def excess(self) -> float:
        """How many times longer than the longest step that converges."""
        return self.rate * self.curvature / 2.0


def overshoot(data: Value, prediction: Event, trace: Trace) -> Overshoot | None:
    """How far plain gradient descent overshoots on a squared loss of what `prediction` computes from the data."""
    rate = _rate(trace)
    found = None if rate is None else _mean_square(data)
    if rate is None or found is None or not _squared(prediction, trace):
        return None
    over = Overshoot(rate, *found)
    return over if over.excess > 1.0 else None


def squared_distances(trace: Trace) -> Iterator[tuple[Event, Value, Value]]:
    """`mse_loss(prediction, target)`; `(prediction - target) ** 2`, either way round."""
    for event in trace.of(Op.SQUARED_ERROR):
        if len(event.operands) >= 2:
            yield event, event.x, event.y
            yield event, event.y, event.x
    for event in trace.of(Op.SQUARE, Op.POWER):
        distance = strip(event.x)
        even = event.op is Op.SQUARE or (len(event.operands) == 2 and event.y.range.point == 2.0)
        if even and distance.op is Op.SUBTRACT and len(distance.made_by.operands) == 2:
            yield event, distance.made_by.x, distance.made_by.y
            yield event, distance.made_by.y, distance.made_by.x


def _rate(trace: Trace) -> float | None:
    """The smallest rate, less what momentum makes up for, if every optimizer follows the gradient without a limit."""
    rates = []
    for made in trace.of(Op.OPTIMIZER):
        entry = table(made)
        given = [setting for name in LIMITS for setting in settings(made, name)]
        if entry is None or entry.stride is not Stride.PROPORTIONAL or given:
            return None
        known = [rate for setting in settings(made, "lr") for rate in setting.known()]
        known = known or ([] if "lr" in made.options or entry.default_rate is None else [entry.default_rate])
        momentum = [rate for setting in settings(made, "momentum") for rate in setting.known()]
        if not known:
            return None
        rates.append(min(known) / (1.0 + max(momentum, default=0.0)))
    return None if not rates or clips_somewhere(trace) else min(rates)


def _mean_square(data: Value) -> tuple[float, bool] | None:
    """The mean of the squares, at least (True) or about (False); None if nothing is known of it."""
    bounds = data.range
    if not data.known or data.gradient or not bounds.bounded:
        return None
    nearest = min(abs(bounds.lo), abs(bounds.hi))
    if not bounds.contains(0.0) and nearest > 1.0:
        return nearest * nearest, True
    return (_mean_square_of_even(bounds), False) if _even(data) else None


def _mean_square_of_even(bounds: Interval) -> float:
    """Of numbers spread evenly over an interval: the integral of x^2 over its length."""
    return (bounds.lo * bounds.lo + bounds.lo * bounds.hi + bounds.hi * bounds.hi) / 3.0


def _even(data: Value) -> bool:
    """Spread evenly over its range, and perhaps scaled or shifted by numbers."""
    value = data
    while value.op not in EVEN and value.made_by.operands:
        if value.op in SAME_ELEMENTS | {Op.TENSOR, Op.DIVIDE}:
            value = value.made_by.x
        elif value.op in (Op.MULTIPLY, Op.ADD, Op.SUBTRACT):
            arrays = [operand for operand in value.made_by.operands if not operand.kind.scalar]
            if len(arrays) != 1:
                return False
            value = arrays[0]
        else:
            return False
    return value.op in EVEN


def _squared(prediction: Event, trace: Trace) -> bool:
    """A squared loss depends on it."""
    return any(
        value.made_by is prediction.operation
        for _, predicted, _ in squared_distances(trace)
        for value in ancestors((predicted,))
    )
