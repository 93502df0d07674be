"""What two operands have to do with each other, read from what made them. Intervals alone cannot relate values."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.interval import (
    NON_NEGATIVE,
    NON_POSITIVE,
    SMALLEST,
    SYMMETRIC_UNIT,
    UNIT,
    Interval,
    inf,
    point,
)
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Direction, Outcome
from nanlint.ops.poles import hazards

SEE_THROUGH = frozenset({Op.RESHAPE, Op.DETACH, Op.COPY, Op.ITEM})
DEPTH = 8
NODES = 64
SUM_OF_SOFTMAX = Interval(0.9985, 1.002)  # float16; float32 stays within 3e-7 of 1

# what a value is


def plain(value: Value) -> Value:
    """The value before reshaping, detaching and casts to floats."""
    for _ in range(DEPTH):
        if not value.made_by.operands or not (value.op in SEE_THROUGH or _floating_cast(value)):
            break
        value = value.made_by.x
    return value


def _floating_cast(value: Value) -> bool:
    return value.op is Op.CAST and not value.dtype.integer and not value.made_by.x.dtype.integer


def same(x: Value, y: Value) -> bool:
    """The same numbers, up to shape and precision."""
    return plain(x).same(plain(y))


def reduction(value: Value, *ops: Op) -> Value | None:
    """The value whose reduction by one of `ops` this is; the first of the pair that a maximum along an axis gives."""
    value = plain(value)
    if value.op is Op.SELECT and value.made_by.x.op in (Op.REDUCE_MAX, Op.REDUCE_MIN):
        extreme = value.made_by.x
        value = extreme if "axis" in extreme.made_by.options else value
    return value.made_by.x if value.op in ops else None


def part(value: Value) -> Value:
    """The whole of which the value is a selection, or itself."""
    value = plain(value)
    return plain(value.made_by.x) if value.op is Op.SELECT else value


def axis_of(value: Value) -> Value | None:
    """The axis that a reduction, possibly reshaped, goes along; None for all."""
    value = plain(value)
    if value.op is Op.SELECT:
        value = value.made_by.x
    axis = value.made_by.options.get("axis")
    return None if axis is None or axis.is_none else axis


def same_axis(x: Value | None, y: Value | None) -> bool:
    return x is y if x is None or y is None else x.same(y)


def squared(value: Value) -> Value | None:
    """The value whose square this is."""
    value = plain(value)
    made_by = value.made_by
    if value.op is Op.SQUARE:
        return made_by.x
    if value.op is Op.POWER and made_by.y.range.point == 2.0:
        return made_by.x
    if value.op is Op.MULTIPLY and same(made_by.x, made_by.y):
        return made_by.x
    return None


def complement(value: Value) -> Value | None:
    """The p of 1 - p."""
    value = plain(value)
    is_complement = value.op is Op.SUBTRACT and value.made_by.x.range.point == 1.0
    return value.made_by.y if is_complement else None


def floor_of(value: Value) -> Value:
    """A value that this one is nowhere below: without the positive number added to it, or the clamp from below."""
    value = plain(value)
    made_by = value.made_by
    if value.op is Op.ADD and len(made_by.operands) == 2:
        if made_by.y.range.lo >= 0.0:
            return plain(made_by.x)
        if made_by.x.range.lo >= 0.0:
            return plain(made_by.y)
    if value.op is Op.CLAMP and "max" not in made_by.options:
        return plain(made_by.x)
    if value.op is Op.MAXIMUM and made_by.y.range.point is not None:
        return plain(made_by.x)
    return value


# what follows for a result


def refined(outcome: Outcome, relation: Outcome | None) -> Outcome:
    """The outcome with the range of the relation as well."""
    if relation is None:
        return outcome
    met = outcome.range.meet(relation.range)
    known = outcome.known if relation.known is None else relation.known
    may_nan = outcome.may_nan if relation.may_nan is None else relation.may_nan
    return Outcome(relation.range if met.empty else met, known, may_nan)


def subtraction(a: Application) -> Outcome | None:
    """x - x, x - max(x), max(x) - x, x - floor(x) and their kin."""
    x, y = a.operands[:2]
    if same(x, y):
        return Outcome(point(0.0), known=True)
    signed = _against_extreme(x, y, NON_POSITIVE, NON_NEGATIVE) or _against_extreme(y, x, NON_NEGATIVE, NON_POSITIVE)
    if signed is not None:
        return signed
    highest, lowest = reduction(x, Op.REDUCE_MAX), reduction(y, Op.REDUCE_MIN)
    if highest is not None and lowest is not None and same(highest, lowest):
        return Outcome(NON_NEGATIVE, known=False)
    floored = reduction(y, Op.FLOOR)
    if floored is not None and same(floored, x):
        return Outcome(UNIT, known=True)
    return None


def _against_extreme(x: Value, extreme: Value, of_maximum: Interval, of_minimum: Interval) -> Outcome | None:
    """The sign of the difference between a value and its own maximum (or log-sum-exp), or minimum."""
    highest, lowest = reduction(extreme, Op.REDUCE_MAX, Op.LOGSUMEXP), reduction(extreme, Op.REDUCE_MIN)
    of, bounds = (highest, of_maximum) if highest is not None else (lowest, of_minimum)
    if of is None:
        return None
    if same(of, x):
        return Outcome(bounds, known=True)
    return Outcome(bounds) if same(of, part(x)) else None


def addition(a: Application) -> Outcome | None:
    """p^2 + (1 - p)^2, which is at least 1/2."""
    bases = squared(a.operands[0]), squared(a.operands[1])
    if bases[0] is None or bases[1] is None:
        return None
    first, second = complement(bases[0]), complement(bases[1])
    if (first is not None and same(first, bases[1])) or (second is not None and same(second, bases[0])):
        inside = bases[0].range.inside(0.0, 1.0) and bases[1].range.inside(0.0, 1.0)
        return Outcome(Interval(0.5, 1.0 if inside else inf))
    return None


def division(a: Application) -> Outcome | None:
    """x over its norm, its sum or its maximum, also with an epsilon added; a dot product over two norms."""
    numerator, denominator = a.operands[0], floor_of(a.operands[1])
    normed = reduction(denominator, Op.NORM)
    if normed is not None and same(normed, numerator):
        return Outcome(SYMMETRIC_UNIT)
    total = reduction(denominator, Op.SUM, Op.REDUCE_MAX)
    if total is not None and same(total, numerator) and a.x.lo >= 0.0:
        return Outcome(UNIT)
    return Outcome(SYMMETRIC_UNIT) if _cosine(numerator, denominator) else None


def _cosine(numerator: Value, denominator: Value) -> bool:
    product = plain(numerator)
    if product.op is Op.SUM:
        product = plain(product.made_by.x)
        if product.op is not Op.MULTIPLY:
            return False
    if product.op not in (Op.MATMUL, Op.MULTIPLY) or denominator.op is not Op.MULTIPLY:
        return False
    if len(product.made_by.operands) != 2:
        return False
    first, second = (reduction(factor, Op.NORM) for factor in denominator.made_by.operands[:2])
    if first is None or second is None:
        return False
    x, y = product.made_by.operands
    return (same(first, x) and same(second, y)) or (same(first, y) and same(second, x))


def exponential_below_one(value: Value) -> Value | None:
    """The maximum m of x in exp(x - m)."""
    value = plain(value)
    if value.op is not Op.EXP:
        return None
    difference = plain(value.made_by.x)
    if difference.op is not Op.SUBTRACT:
        return None
    x, highest = difference.made_by.operands[:2]
    of = reduction(highest, Op.REDUCE_MAX)
    return highest if of is not None and same(of, x) else None


def sum_of_parts(a: Application) -> Outcome | None:
    """The sum of exp(x - max x) is at least 1, that of a softmax about 1."""
    axis = a.options.get("axis")
    axis = None if axis is None or axis.is_none else axis
    highest = exponential_below_one(a.operands[0])
    if highest is not None and (axis is None or same_axis(axis, axis_of(highest))):
        return Outcome(Interval(1.0, inf), known=True)
    parts = plain(a.operands[0])
    if parts.op not in (Op.SOFTMAX, Op.SOFTMIN):
        return None
    if axis is not None and same_axis(axis, axis_of(parts)):
        return Outcome(SUM_OF_SOFTMAX, known=True)
    return Outcome(Interval(SUM_OF_SOFTMAX.lo, inf)) if axis is None else None


def largest_part(a: Application) -> Outcome | None:
    """The largest element of a softmax is above 0."""
    parts = plain(a.operands[0])
    axis = a.options.get("axis")
    axis = None if axis is None or axis.is_none else axis
    if parts.op in (Op.SOFTMAX, Op.SOFTMIN) and (axis is None or same_axis(axis, axis_of(parts))):
        return Outcome(Interval(SMALLEST, 1.0), known=True)
    return None


# what follows for knowledge


def independent(a: Application) -> bool | None:
    """False for two operands that vary together, so that the ends of their ranges need not meet; else as they are."""
    x, y = a.operands[:2]
    if x.range.point is not None or y.range.point is not None or not (x.known and y.known):
        return None
    return None if _sources(x).isdisjoint(_sources(y)) else False


_LEARNED = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.OPAQUE, Op.MATMUL})


def _sources(value: Value) -> set[int]:
    """Identities of what the value was computed from, up to learned maps, which make new values."""
    return {id(v.made_by) for v in _ancestry(value) if v.op is not Op.CONSTANT}


def _ancestry(value: Value) -> Iterator[Value]:
    pending = [value]
    for _ in range(NODES):
        if not pending:
            return
        current = pending.pop()
        yield current
        if current.op not in _LEARNED:
            pending += current.made_by.operands


def infinite(value: Value, depth: int = DEPTH) -> bool:
    """Some element can truly be infinite: by a constant or a pole on the way, not for want of a bound."""
    if value.range.bounded:
        return False
    if value.op is Op.CONSTANT:
        return value.kind.scalar
    if any(pole.direction is Direction.FORWARD for pole in hazards(value.made_by)):
        return True
    inputs = (*value.made_by.operands, *value.made_by.options.values())
    return depth > 0 and any(infinite(v, depth - 1) for v in inputs if v.kind.numeric)
