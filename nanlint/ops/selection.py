"""Choosing elements: clamps, masks, branches, indexing."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.interval import EVERYTHING, Interval, inf, interval
from nanlint.domain.value import Value
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
    known = a.operands[0].known
    ends = [_given(a, "min") if bounds.lo > a.x.lo else known, _given(a, "max") if bounds.hi < a.x.hi else known]
    return Outcome(_with_hole(bounds, a.x), known=_known_ends(bounds, *ends))


def _given(a: Application, name: str) -> bool:
    """The option is a known bound."""
    return a.given(name) and a.options[name].known


def _known_ends(bounds: Interval, lo: bool, hi: bool) -> bool:
    """Every end that is finite is reached, and there is one: a real number goes as far as bounds let it."""
    return (lo or bounds.lo == -inf) and (hi or bounds.hi == inf) and (lo or hi)


def _with_hole(bounds: Interval, x: Interval) -> Interval:
    """0 stays out if it was out and no bound brings it in."""
    return interval(bounds.lo, bounds.hi, x.nonzero and bounds.lo != 0.0 and bounds.hi != 0.0)


@operation(Op.MAXIMUM, arity=2)
def maximum(a: Application) -> Outcome:
    return _extreme(a, interval(max(r.lo for r in a.ranges), max(r.hi for r in a.ranges)))


@operation(Op.MINIMUM, arity=2)
def minimum(a: Application) -> Outcome:
    return _extreme(a, interval(min(r.lo for r in a.ranges), min(r.hi for r in a.ranges)))


def _extreme(a: Application, bounds: Interval) -> Outcome:
    known = [r for v, r in zip(a.operands, a.ranges, strict=True) if v.known]
    return Outcome(
        _with_hole(bounds, arithmetic.join(*a.ranges)),
        known=_known_ends(bounds, any(r.lo == bounds.lo for r in known), any(r.hi == bounds.hi for r in known)),
    )


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
    """Of what was put together it may be any part: `torch.cat([relu(x), y + 1], -1)[:, 1]`."""
    outcome = first(a)
    known = outcome.known and not _of_different_parts(a.operands[0])
    return Outcome(outcome.range, known, outcome.may_nan, outcome.dtype)


def _of_different_parts(value: Value) -> bool:
    while value.op in (Op.RESHAPE, Op.COPY, Op.CAST, Op.DETACH) and value.made_by.operands:
        value = value.made_by.x
    if value.op is not Op.CONCATENATE:
        return False
    parts = [part for x in value.made_by.operands for part in (x.made_by.operands if x.op is Op.JOIN else (x,))]
    return any(part.range != parts[0].range for part in parts)


@operation(Op.ITERATE, typing=Typing.KEEP)
def iterate(a: Application) -> Outcome:
    return first(a)


def first(a: Application) -> Outcome:
    """The elements of the first operand; the others say which or in what shape."""
    x = a.operands[0]
    bounds = EVERYTHING if x.range.empty else x.range
    return Outcome(bounds, known=x.known, may_nan=x.may_nan, dtype=a.dtype if a.given("dtype") else x.dtype)
