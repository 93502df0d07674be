"""Arithmetic: sums, products, quotients, powers."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, Interval, inf, interval, point
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import consequences, extended
from nanlint.ops.forms import reached
from nanlint.ops.knowledge import finite, independent, really_infinite
from nanlint.ops.model import Application, Outcome, Pole, Typing, operation
from nanlint.ops.poles import (
    ZERO,
    around_zero,
    below,
    dtype_of,
    infinite,
    limits_of,
    no_gradient,
    steep,
    undefined,
)
from nanlint.ops.relations import same


@operation(Op.ADD, arity=2)
def add(a: Application) -> Outcome:
    y = _scaled(a)
    bounds = arithmetic.add(a.x, y)
    opposite = (a.x.hi == inf and y.lo == -inf) or (a.x.lo == -inf and y.hi == inf)
    outcome = Outcome(bounds, independent(a), _from_infinities(a, opposite))
    return consequences.refined(outcome, None if a.given("alpha") else consequences.addition(a))


@operation(Op.SUBTRACT, arity=2)
def subtract(a: Application) -> Outcome:
    y = _scaled(a)
    bounds = arithmetic.subtract(a.x, y)
    alike = (a.x.hi == inf and y.hi == inf) or (a.x.lo == -inf and y.lo == -inf)
    outcome = Outcome(bounds, independent(a), _from_infinities(a, alike))
    return consequences.refined(outcome, None if a.given("alpha") else consequences.subtraction(a))


def _scaled(a: Application) -> Interval:
    """The second operand times the option `alpha`."""
    alpha = a.bounds("alpha")
    return a.y if alpha is None else arithmetic.multiply(a.y, alpha)


@operation(Op.MULTIPLY, arity=2)
def multiply(a: Application) -> Outcome:
    if same(*a.operands[:2]):
        return Outcome(arithmetic.square(a.x))
    unbounded_times_zero = (not a.x.bounded and a.y.contains(0.0)) or (not a.y.bounded and a.x.contains(0.0))
    outcome = Outcome(arithmetic.multiply(a.x, a.y), may_nan=_from_infinities(a, unbounded_times_zero))
    return consequences.refined(outcome, consequences.multiplication(a))


def _from_infinities(a: Application, meet: bool) -> bool | None:
    """NaN by the meeting of infinities, or of one with 0, that the operands are known to reach."""
    if not meet or not all(value.known for value in a.operands[:2]):
        return None
    return True if any(really_infinite(value) for value in a.operands[:2]) else None


def _overflowing_divisor(divide: Operation) -> float:
    """The quotient overflows around 0 by as much as the dividend is away from 0."""
    return arithmetic.mignitude(divide.x.range) / limits_of(divide).max


def _divide_poles(divide: Operation) -> tuple[Pole, ...]:
    """The gradient, which divides twice, overflows within the root."""
    least = _overflowing_divisor(divide)
    where = around_zero(least)
    zero_by_zero = divide.x.known and divide.x.range.contains(0.0)
    forward = undefined(where, 1) if zero_by_zero else infinite(where, 1)
    return forward, steep(around_zero(math.sqrt(least)), 1)


@operation(Op.DIVIDE, typing=Typing.FLOAT, poles_of=_divide_poles, arity=2)
def divide(a: Application) -> Outcome:
    both_infinite = not a.x.bounded and not a.y.bounded
    quotient = _kept_off_zero(arithmetic.divide(a.x, a.y), a.x, a.operands[1], a.dtype)
    outcome = Outcome(quotient, may_nan=_from_infinities(a, both_infinite))
    outcome = consequences.refined(outcome, consequences.division(a))
    if not a.given("rounding_mode"):
        return outcome
    return Outcome(_floored(outcome.range), outcome.known, outcome.may_nan)


LARGEST_COUNT = 2.0**63


def _kept_off_zero(quotient: Interval, dividend: Interval, divisor: Value, dtype: Dtype) -> Interval:
    """What is not 0 over what is finite is not 0, unless the quotient underflows or is flushed: 1 / 3e38 is subnormal.

    A divisor of float16 is infinite from 65504 on, where counts go.
    """
    limits = LIMITS[dtype if dtype.floating else Dtype.FLOAT32]
    largest = LARGEST_COUNT if divisor.dtype.integer else limits.max
    underflows = dtype.half or arithmetic.mignitude(dividend) / largest < limits.smallest / limits.eps
    if underflows or 0.0 not in (quotient.lo, quotient.hi) or not finite(divisor):
        return quotient
    return interval(quotient.lo, quotient.hi, nonzero=True)


def _floored(bounds: Interval) -> Interval:
    return (
        interval(extended.floor(bounds.lo), extended.ceil(bounds.hi)) if bounds.lo < 0.0 else bounds.map(extended.floor)
    )


def _reciprocal_poles(reciprocal: Operation) -> tuple[Pole, ...]:
    largest = limits_of(reciprocal).max
    return infinite(around_zero(1.0 / largest)), steep(around_zero(largest**-0.5))


@operation(Op.RECIPROCAL, typing=Typing.FLOAT, poles_of=_reciprocal_poles)
def reciprocal(a: Application) -> Interval:
    one = point(1.0)
    return _kept_off_zero(arithmetic.divide(one, a.x), one, a.operands[0], a.dtype)


@operation(Op.DIVIDE_NO_NAN, typing=Typing.FLOAT, arity=2)
def divide_no_nan(a: Application) -> Interval:
    """0 where the divisor is 0."""
    bounds = arithmetic.divide(a.x, a.y)
    return bounds.join(ZERO) if a.y.contains(0.0) else bounds


def _floor_divide_poles(divide: Operation) -> tuple[Pole, ...]:
    least = around_zero(_overflowing_divisor(divide))
    return (undefined(least, 1) if divide.x.known and divide.x.range.contains(0.0) else infinite(least, 1),)


@operation(Op.FLOOR_DIVIDE, poles_of=_floor_divide_poles, arity=2)
def floor_divide(a: Application) -> Interval:
    return arithmetic.divide(a.x, a.y).map(extended.floor)


def _remainder_poles(remainder: Operation) -> tuple[Pole, ...]:
    least = around_zero(_overflowing_divisor(remainder))
    # the kernel takes the rounded quotient times the divisor away; for float16 it does so in float32
    return undefined(ZERO if dtype_of(remainder) is Dtype.FLOAT16 else least, 1), steep(least, 1)


@operation(Op.REMAINDER, poles_of=_remainder_poles, arity=2)
def remainder(a: Application) -> Outcome:
    """The sign is the divisor's; rounding lets a tiny negative dividend give the divisor itself."""
    lo, hi = min(a.y.lo, 0.0), max(a.y.hi, 0.0)
    if a.dtype is Dtype.INTEGER:
        lo, hi = min(lo + 1.0, 0.0), max(hi - 1.0, 0.0)
    if a.x.lo >= 0.0 and a.y.lo >= 0.0:
        hi = min(hi, a.x.hi)
    return Outcome(interval(lo, hi), known=reached(a.x) if a.operands[1].known else None)


@operation(Op.MATMUL, typing=Typing.FLOAT)
def matrix_product(a: Application) -> Outcome:
    return consequences.refined(Outcome(EVERYTHING, known=False), consequences.matrix_product(a))


def _xlogy_poles(xlogy: Operation) -> tuple[Pole, ...]:
    steepest = Interval(0.0, _overflowing_divisor(xlogy))
    return infinite(ZERO, 1), undefined(below(0.0), 1), steep(steepest, 1)


@operation(Op.XLOGY, poles_of=_xlogy_poles, typing=Typing.FLOAT, arity=2)
def xlogy(a: Application) -> Interval:
    """x log y, and 0 where x is 0 (whatever y is)."""
    logarithm = a.y.meet(NON_NEGATIVE).map(extended.log)
    if logarithm.empty:
        return ZERO
    return arithmetic.multiply(a.x, logarithm)


@operation(Op.LOGADDEXP, typing=Typing.FLOAT, arity=2)
def logaddexp(a: Application) -> Interval:
    return interval(extended.logaddexp(a.x.lo, a.y.lo), extended.logaddexp(a.x.hi, a.y.hi))


def _hypot_poles(hypot: Operation) -> tuple[Pole, ...]:
    return (no_gradient(ZERO),) if hypot.y.range.contains(0.0) else ()


@operation(Op.HYPOT, typing=Typing.FLOAT, poles_of=_hypot_poles, arity=2)
def hypot(a: Application) -> Outcome:
    x, y = arithmetic.absolute(a.x), arithmetic.absolute(a.y)
    return Outcome(interval(math.hypot(x.lo, y.lo), math.hypot(x.hi, y.hi)))


def _atan2_poles(atan2: Operation) -> tuple[Pole, ...]:
    """The gradient divides by y^2 + x^2: too small it is infinite; 0, where PyTorch takes the gradient to be 0."""
    if not (atan2.x.range.contains(0.0) and atan2.y.range.contains(0.0)):
        return ()
    limits = limits_of(atan2)
    outer, inner = limits.max**-0.5, math.sqrt(limits.smallest) * math.sqrt(0.5)
    ring = Interval(inner, outer), Interval(-outer, -inner)
    return tuple(pole for part in ring for pole in (steep(part, 0), no_gradient(part, 1)))


@operation(Op.ATAN2, typing=Typing.FLOAT, poles_of=_atan2_poles, arity=2)
def atan2(a: Application) -> Outcome:
    """The angle of the point (x, y), called as atan2(y, x)."""
    vertical, horizontal = a.x, a.y
    half_turn, quarter_turn = math.pi, math.pi / 2.0
    limit = quarter_turn if horizontal.lo >= 0.0 else half_turn
    lo = 0.0 if vertical.lo >= 0.0 else -limit
    hi = 0.0 if vertical.hi < 0.0 else limit
    return Outcome(Interval(lo, hi), known=reached(vertical) and reached(horizontal))
