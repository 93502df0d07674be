"""What a test shows: facts about the values in it, followed back through the operations that made them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import replace

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, NON_POSITIVE, NONZERO, Interval, interval, point
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.counting import THROUGH, count_of
from nanlint.interp.objects import Member
from nanlint.interp.store import NO_FACTS, Fact, Facts, conjunction, disjunction, narrow
from nanlint.interp.values import choices
from nanlint.ops.evaluate import evaluate

MAX_STEPS = 12  # operations followed back from a test or a selection

FLIPPED = {
    Op.LESS: Op.GREATER,
    Op.LESS_EQUAL: Op.GREATER_EQUAL,
    Op.GREATER: Op.LESS,
    Op.GREATER_EQUAL: Op.LESS_EQUAL,
    Op.EQUAL: Op.EQUAL,
    Op.NOT_EQUAL: Op.NOT_EQUAL,
}
NEGATED = {
    Op.LESS: Op.GREATER_EQUAL,
    Op.LESS_EQUAL: Op.GREATER,
    Op.GREATER: Op.LESS_EQUAL,
    Op.GREATER_EQUAL: Op.LESS,
    Op.EQUAL: Op.NOT_EQUAL,
    Op.NOT_EQUAL: Op.EQUAL,
}


def implied(test: Value, truth: bool, steps: int = MAX_STEPS) -> Facts:
    """What holds where `test` came out as `truth`."""
    made_by, op = test.made_by, test.op
    if steps == 0:
        return NO_FACTS
    if op is Op.LOGICAL_NOT:
        return implied(made_by.x, not truth, steps - 1)
    if op in (Op.LOGICAL_AND, Op.LOGICAL_OR, Op.JOIN):  # a mask that one branch narrows further is a join
        sides = [implied(operand, truth, steps - 1) for operand in made_by.operands]
        combine = conjunction if op is not Op.JOIN and (op is Op.LOGICAL_AND) == truth else disjunction
        facts = sides[0]
        for side in sides[1:]:
            facts = combine(facts, side)
        return facts
    if op in NEGATED:
        return _compared(op if truth else NEGATED[op], made_by.x, made_by.y, steps)
    if (op is Op.ALL and truth) or (op is Op.ANY and not truth) or op in THROUGH:
        return implied(made_by.x, truth, steps - 1)
    if op is Op.INSTANCE_TEST:
        narrowed = truth and len(made_by.operands) == 2
        return {made_by.x.number: Fact(choice=made_by.y)} if narrowed else NO_FACTS
    if op in (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE):
        return _finiteness(op, made_by.x, truth)
    return _truthiness(test, truth, steps)


def _finiteness(op: Op, x: Value, truth: bool) -> Facts:
    if op is Op.IS_NAN and not truth:
        return {x.number: Fact(not_nan=True)}
    if op is Op.IS_FINITE and truth:
        top = LIMITS[x.dtype if x.dtype.floating else Dtype.FLOAT64].max
        return {x.number: Fact(Interval(-top, top), not_nan=True)}
    return NO_FACTS


def _truthiness(value: Value, truth: bool, steps: int) -> Facts:
    """`if x:` of a number or array says that it is not 0."""
    if isinstance(value.payload, Member) and value.payload.name == "requires_grad":
        return _differentiable(value.payload.receiver, truth)
    if value.kind in (Kind.STRING, Kind.NONE, Kind.MODULE, Kind.FUNCTION, Kind.CLASS, Kind.OBJECT):
        return NO_FACTS
    if not value.kind.numeric:
        return conjunction({value.number: Fact(NONZERO)}, count_of(value, NONZERO, steps)) if truth else NO_FACTS
    return _bounded(value, NONZERO if truth else point(0.0), steps)


def _differentiable(value: Value, truth: bool) -> Facts:
    """`if x.requires_grad:` says which of two things it is, if a gradient flows through one of them alone."""
    left = [choice for choice in choices(value) if choice.gradient is truth]
    return {value.number: Fact(choice=left[0])} if len(left) == 1 else NO_FACTS


def _compared(op: Op, a: Value, b: Value, steps: int) -> Facts:
    left = _bounded(a, _allowed(op, b, a), steps)
    right = _bounded(b, _allowed(FLIPPED[op], a, b), steps)
    return conjunction(conjunction(left, right), _difference(op, a, b))


def _difference(op: Op, a: Value, b: Value) -> Facts:
    """`if high > low` says that high - low is above 0."""
    if a.op is Op.CONSTANT or b.op is Op.CONSTANT or a.same(b):
        return NO_FACTS
    difference = Fact(_SIGN[op]), Fact(_SIGN[FLIPPED[op]])
    return {(a.number, b.number): difference[0], (b.number, a.number): difference[1]}


_SMALLEST = LIMITS[Dtype.FLOAT32].smallest
_SIGN = {
    Op.LESS: Interval(-math.inf, -_SMALLEST),
    Op.LESS_EQUAL: NON_POSITIVE,
    Op.GREATER: Interval(_SMALLEST, math.inf),
    Op.GREATER_EQUAL: NON_NEGATIVE,
    Op.EQUAL: point(0.0),
    Op.NOT_EQUAL: NONZERO,
}
"""Of a - b where `a op b`."""


def _allowed(op: Op, other: Value, subject: Value) -> Interval:
    """Where `subject` can be if `subject op other` holds."""
    lo, hi = other.range.lo, other.range.hi
    if not (other.kind.numeric or other.kind is Kind.UNKNOWN):
        return EVERYTHING
    if op is Op.EQUAL:
        return other.range
    if op is Op.NOT_EQUAL:
        return _other_than(other.range.point, subject)
    if op is Op.LESS:
        return interval(-math.inf, _next(hi, -math.inf, subject))
    if op is Op.LESS_EQUAL:
        return interval(-math.inf, hi)
    if op is Op.GREATER:
        return interval(_next(lo, math.inf, subject), math.inf)
    return interval(lo, math.inf)


def _other_than(x: float | None, subject: Value) -> Interval:
    """Not 0; behind or before the end of the range that is taken away."""
    if x == 0.0:
        return NONZERO
    if x is not None and x == subject.range.lo:
        return interval(_next(x, math.inf, subject), math.inf)
    if x is not None and x == subject.range.hi:
        return interval(-math.inf, _next(x, -math.inf, subject))
    return EVERYTHING


def _next(x: float, towards: float, subject: Value) -> float:
    """The neighbour of `x` that `subject` can hold.

    Next to 0 it is float32's smallest number for whatever is not known to be smaller: a float64 that is compared
    with 0 is nearly always used with float32 tensors, where its own smallest number would be 0 again.
    """
    if math.isinf(x):
        return x
    step = 1.0 if towards > 0 else -1.0
    if subject.kind is Kind.INTEGER or subject.dtype is Dtype.INTEGER:
        return math.floor(x) + 1.0 if towards > 0 else math.ceil(x) - 1.0
    if x == 0.0:
        return step * LIMITS[subject.dtype if subject.dtype.half else Dtype.FLOAT32].smallest
    if subject.dtype is Dtype.FLOAT32:
        return _next_float32(x, step)
    return math.nextafter(x, towards)


def _next_float32(x: float, step: float) -> float:
    (bits,) = struct.unpack("i", struct.pack("f", x))
    (neighbour,) = struct.unpack("f", struct.pack("i", bits + int(math.copysign(1, x) * step)))
    return float(neighbour)


def _bounded(value: Value, bounds: Interval, steps: int) -> Facts:
    """`value` lies in `bounds`: a fact about it, and about what it was made of."""
    if bounds == EVERYTHING or steps == 0 or value.op is Op.CONSTANT:
        return NO_FACTS
    facts: Facts = {value.number: Fact(bounds)}
    follow = _FOLLOW.get(value.op)
    if follow is not None:
        facts = conjunction(facts, follow(value, bounds, steps - 1))
    elif value.op in THROUGH:
        facts = conjunction(facts, _bounded(value.made_by.x, bounds, steps - 1))
    return conjunction(facts, count_of(value, bounds, steps))


def _follow_minimum(value: Value, bounds: Interval, steps: int) -> Facts:
    return _bounded(value.made_by.x, interval(bounds.lo, math.inf), steps)


def _follow_maximum(value: Value, bounds: Interval, steps: int) -> Facts:
    return _bounded(value.made_by.x, interval(-math.inf, bounds.hi), steps)


def _follow_negative(value: Value, bounds: Interval, steps: int) -> Facts:
    return _bounded(value.made_by.x, bounds.map_down(lambda x: -x), steps)


def _follow_absolute(value: Value, bounds: Interval, steps: int) -> Facts:
    if bounds.hi < math.inf:
        return _bounded(value.made_by.x, Interval(-bounds.hi, bounds.hi), steps)
    return _bounded(value.made_by.x, NONZERO, steps) if not bounds.contains(0.0) else NO_FACTS


def _follow_shift(value: Value, bounds: Interval, steps: int) -> Facts:
    """`x + c` and `x - c` with a constant c."""
    x, y = value.made_by.x, value.made_by.y
    shift = y.range.point
    if shift is None or math.isinf(shift) or value.dtype is not x.dtype:
        return NO_FACTS
    shift = shift if value.op is Op.ADD else -shift
    return _bounded(x, interval(bounds.lo - shift, bounds.hi - shift), steps)


_FOLLOW: dict[Op, Callable[[Value, Interval, int], Facts]] = {
    Op.REDUCE_MIN: _follow_minimum,
    Op.REDUCE_MAX: _follow_maximum,
    Op.NEGATIVE: _follow_negative,
    Op.ABSOLUTE: _follow_absolute,
    Op.ADD: _follow_shift,
    Op.SUBTRACT: _follow_shift,
}


def under(value: Value, facts: Facts, steps: int = MAX_STEPS) -> Value:
    """The value where `facts` hold: its own, or those of what it was computed from."""
    narrowed = narrow(value, facts)
    made_by = value.made_by
    if narrowed is not value or not facts or steps == 0 or not made_by.operands or value.op in _NOT_POINTWISE:
        return narrowed
    operands = tuple(under(operand, facts, steps - 1) for operand in made_by.operands)
    if all(new is old for new, old in zip(operands, made_by.operands, strict=True)):
        return narrowed
    default_float = value.dtype if value.dtype.floating else Dtype.FLOAT32
    outcome = evaluate(made_by.op, operands, made_by.options, default_float)
    may_nan = value.may_nan and bool(outcome.may_nan)
    return replace(value.within(outcome.range), known=bool(outcome.known), may_nan=may_nan)


_NOT_POINTWISE = frozenset(
    {Op.SUM, Op.MEAN, Op.PRODUCT, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.NORM, Op.STD, Op.VAR, Op.CUMSUM, Op.CUMPROD,
     Op.LOGSUMEXP, Op.JOIN, Op.ARGUMENT, Op.OPAQUE, Op.STORE, Op.LENGTH, Op.SELECT, Op.MATMUL}
)  # fmt: skip
"""A fact about each element says nothing about these results at the place of that element."""
