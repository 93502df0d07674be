"""Words for poles, and the reading of them: where an operation breaks, and whether its operands get there."""

from __future__ import annotations

import math

from nanlint.domain.dtypes import LIMITS, Dtype, Limits
from nanlint.domain.interval import Interval, inf, point
from nanlint.domain.value import Operation
from nanlint.ops.model import MEANINGS, Direction, Effect, Pole
from nanlint.ops.promotion import floating_dtype, range_in

ZERO = point(0.0)


def infinite(where: Interval, operand: int = 0) -> Pole:
    """The value is infinite."""
    return Pole(where, Effect.INFINITE, Direction.FORWARD, operand)


def undefined(where: Interval, operand: int = 0) -> Pole:
    """The value is NaN."""
    return Pole(where, Effect.NAN, Direction.FORWARD, operand)


def steep(where: Interval, operand: int = 0) -> Pole:
    """The value is finite or infinite, the gradient infinite."""
    return Pole(where, Effect.INFINITE, Direction.BACKWARD, operand)


def no_gradient(where: Interval, operand: int = 0) -> Pole:
    """The gradient is NaN."""
    return Pole(where, Effect.NAN, Direction.BACKWARD, operand)


def below(x: float) -> Interval:
    return Interval(-inf, math.nextafter(x, -inf))


def above(x: float) -> Interval:
    return Interval(math.nextafter(x, inf), inf)


def around_zero(radius: float) -> Interval:
    return Interval(-radius, radius)


def dtype_of(operation: Operation) -> Dtype:
    """The dtype in which the operation computes; where nothing tells, float64 in NumPy and float32 elsewhere."""
    default = Dtype.FLOAT64 if operation.framework == "numpy" else Dtype.FLOAT32
    return floating_dtype(operation.operands, default)


def limits_of(operation: Operation) -> Limits:
    return LIMITS[dtype_of(operation)]


def poles_of(operation: Operation) -> tuple[Pole, ...]:
    """Where the operation breaks, whatever reaches it."""
    meaning = MEANINGS.get(operation.op)
    if meaning is None or len(operation.operands) < meaning.arity:
        return ()
    return meaning.poles(operation)


def hazards(operation: Operation) -> tuple[Pole, ...]:
    """The poles that lie in the ranges of their operands."""
    return poles_met(operation, dtype_of(operation))


def poles_met(operation: Operation, dtype: Dtype) -> tuple[Pole, ...]:
    """`hazards` for operands that meet in `dtype`."""
    poles = poles_of(operation)
    if not poles:
        return ()
    ranges = [range_in(value, dtype) for value in operation.operands]
    smallest = LIMITS[dtype].smallest
    return tuple(pole for pole in poles if _meets(ranges[pole.operand], pole.where, smallest))


def _meets(bounds: Interval, pole: Interval, smallest: float) -> bool:
    """What is tested against 0 keeps off the overflow around it, too: only stated numbers count as too small."""
    open_at_zero = bounds.nonzero or 0.0 < bounds.lo <= smallest or -smallest <= bounds.hi < 0.0
    if pole.contains(0.0) and pole.bounded and open_at_zero:
        return False
    return bounds.overlaps(pole.lo, pole.hi)
