"""Choosing elements: clamps, masks, branches, indexing."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.interval import EVERYTHING, Interval, inf, interval
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome, Typing, operation


@operation(Op.CLAMP)
def clamp(a: Application) -> Outcome:
    """min(max(x, option min), option max): bounds that the operand's range leaves are reached."""
    low = a.bounds("min") or Interval(-inf, -inf)
    high = a.bounds("max") or Interval(inf, inf)
    raised = interval(max(a.x.lo, low.lo), max(a.x.hi, low.hi))
    bounds = interval(min(raised.lo, high.lo), min(raised.hi, high.hi))
    if bounds.lo <= a.x.lo and a.x.hi <= bounds.hi:
        return Outcome(a.x.meet(bounds))
    given = [value for name in ("min", "max") if (value := a.options.get(name)) is not None and not value.is_none]
    return Outcome(_with_hole(bounds, a.x), known=all(value.known for value in given))


def _with_hole(bounds: Interval, x: Interval) -> Interval:
    """0 stays out if it was out and no bound brings it in."""
    return interval(bounds.lo, bounds.hi, x.nonzero and bounds.lo != 0.0 and bounds.hi != 0.0)


@operation(Op.MAXIMUM)
def maximum(a: Application) -> Outcome:
    bounds = interval(max(r.lo for r in a.ranges), max(r.hi for r in a.ranges))
    raising = [v.known for v, r in zip(a.operands, a.ranges, strict=True) if r.lo == bounds.lo]
    return Outcome(bounds, known=_bound_by(a, raising))


@operation(Op.MINIMUM)
def minimum(a: Application) -> Outcome:
    bounds = interval(min(r.lo for r in a.ranges), min(r.hi for r in a.ranges))
    lowering = [v.known for v, r in zip(a.operands, a.ranges, strict=True) if r.hi == bounds.hi]
    return Outcome(bounds, known=_bound_by(a, lowering))


def _bound_by(a: Application, deciding: list[bool]) -> bool:
    """Known if the operand that sets the new bound is: a real number that nothing bounds falls beyond it."""
    return all(value.known for value in a.operands) or (len(deciding) < len(a.operands) and all(deciding))


@operation(Op.WHERE, typing=Typing.KEEP, arity=3)
def where(a: Application) -> Outcome:
    """The hull of both branches, or the one that the condition is known to choose."""
    condition = a.operands[0].range.point
    chosen = (1,) if condition == 1.0 else (2,) if condition == 0.0 else (1, 2)
    return _hull(a, chosen)


@operation(Op.MASKED_FILL, typing=Typing.KEEP, arity=3)
def masked_fill(a: Application) -> Outcome:
    return _hull(a, (0, 2))


@operation(Op.JOIN, typing=Typing.KEEP)
def join(a: Application) -> Outcome:
    return _hull(a, tuple(range(len(a.operands))))


@operation(Op.STORE, typing=Typing.KEEP)
def store(a: Application) -> Outcome:
    """The old elements and the new ones."""
    return _hull(a, tuple(range(len(a.operands))))


@operation(Op.CONCATENATE, typing=Typing.KEEP)
def concatenate(a: Application) -> Outcome:
    return _hull(a, tuple(range(len(a.operands))))


def _hull(a: Application, indices: tuple[int, ...]) -> Outcome:
    values = [a.operands[i] for i in indices]
    return Outcome(
        arithmetic.join(*(a.ranges[i] for i in indices)),
        known=all(value.known for value in values),
        may_nan=any(value.may_nan for value in values),
    )


@operation(Op.SELECT, typing=Typing.KEEP)
def select(a: Application) -> Outcome:
    return first(a)


@operation(Op.ITERATE, typing=Typing.KEEP)
def iterate(a: Application) -> Outcome:
    return first(a)


def first(a: Application) -> Outcome:
    """The elements of the first operand; the others say which or in what shape."""
    x = a.operands[0]
    bounds = EVERYTHING if x.range.empty else x.range
    return Outcome(bounds, known=x.known, may_nan=x.may_nan, dtype=a.dtype if a.given("dtype") else x.dtype)
