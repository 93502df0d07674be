"""What values have to do with each other, read from what made them. Intervals alone cannot relate two values."""

from __future__ import annotations

from collections.abc import Callable

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import MEANINGS, Application

SAME_ELEMENTS = frozenset({Op.DETACH, Op.COPY, Op.ITEM})
# options of reshapes that leave rows together
IN_ORDER = frozenset({"size", "row_size", "axis", "start_dim", "end_dim"})
REDUCTIONS = frozenset(
    {Op.REDUCE_MAX, Op.REDUCE_MIN, Op.LOGSUMEXP, Op.SUM, Op.MEAN, Op.NORM, Op.STD, Op.VAR, Op.PRODUCT}
)
DEPTH = 8
COMPARISONS = (Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.EQUAL, Op.NOT_EQUAL)


def made_by(value: Value, *ops: Op) -> bool:
    """One of the operations made it, with all the operands that it reads."""
    return value.op in ops and len(value.made_by.operands) >= MEANINGS[value.op].arity


def plain(value: Value) -> Value:
    """The value before detaching, copies and casts between floats."""
    return _before(value, lambda v: v.op in SAME_ELEMENTS or _floating_cast(v))


def _before(value: Value, passed: Callable[[Value], bool]) -> Value:
    for _ in range(DEPTH):
        if not value.made_by.operands or not passed(value):
            break
        value = value.made_by.x
    return value


def _floating_cast(value: Value) -> bool:
    return value.op is Op.CAST and not value.dtype.integer and not value.made_by.x.dtype.integer


def same(x: Value, y: Value) -> bool:
    """The same numbers at the same places, up to precision."""
    return plain(x).same(plain(y))


def reduced(value: Value) -> Value:
    """The result of a reduction before it was reshaped or indexed to be broadcast; other values as they are."""
    base = _before(value, lambda v: v.op in SAME_ELEMENTS or v.op in (Op.RESHAPE, Op.SELECT) or _floating_cast(v))
    return base if made_by(base, *REDUCTIONS) else plain(value)


def reduction(value: Value, *ops: Op) -> Value | None:
    """The value whose reduction by one of `ops` this is."""
    value = reduced(value)
    return value.made_by.x if made_by(value, *ops) else None


def reduces(value: Value, x: Value, *ops: Op) -> bool:
    """The value is the reduction of `x` by one of `ops`, over everything or along an axis."""
    of = reduction(value, *ops)
    if of is None:
        return False
    along_axis = axis_of(reduced(value)) is not None
    in_order = _before(of, lambda v: _keeps_rows(v) if along_axis else v.op is Op.RESHAPE)
    return same(of, x) or same(in_order, x)


def _keeps_rows(value: Value) -> bool:
    options = value.made_by.options
    return value.op is Op.RESHAPE and bool(options) and options.keys() <= IN_ORDER


def part(value: Value) -> Value:
    """The whole of which the value is a selection, or itself."""
    value = plain(value)
    return plain(value.made_by.x) if made_by(value, Op.SELECT) else value


def axis_of(value: Value) -> Value | None:
    """The axis along which an operation goes; None for all."""
    axis = value.made_by.options.get("axis")
    return None if axis is None or axis.is_none else axis


def given_axis(a: Application) -> Value | None:
    return a.options["axis"] if a.given("axis") else None


def same_axis(x: Value | None, y: Value | None) -> bool:
    return x is y if x is None or y is None else x.same(y)


def squared(value: Value) -> Value | None:
    """The value whose square this is."""
    value = plain(value)
    operation = value.made_by
    by_itself = made_by(value, Op.MULTIPLY) and same(operation.x, operation.y)
    by_power = made_by(value, Op.POWER) and operation.y.range.point == 2.0
    return operation.x if made_by(value, Op.SQUARE) or by_itself or by_power else None


def complement(value: Value) -> Value | None:
    """The p of 1 - p."""
    value = plain(value)
    is_complement = made_by(value, Op.SUBTRACT) and value.made_by.x.range.point == 1.0
    return value.made_by.y if is_complement else None


def unit_axis(value: Value) -> Value | None:
    """The axis along which the value is divided by its Euclidean norm, be that guarded, so that it has length 1."""
    norm = _own_norm(value)
    return None if norm is None else axis_of(norm)


def is_unit(value: Value) -> bool:
    """The whole of it is divided by its Euclidean norm: no row of it is longer than 1."""
    norm = _own_norm(value)
    return norm is not None and norm.op is Op.NORM and axis_of(norm) is None


def _own_norm(value: Value) -> Value | None:
    value = _before(value, lambda v: v.op in SAME_ELEMENTS or v.op in (Op.ABSOLUTE, Op.NEGATIVE) or _floating_cast(v))
    norm = value
    if made_by(value, Op.DIVIDE):
        norm = reduced(floor_of(value.made_by.y))
        if not (norm.op is Op.NORM and reduces(norm, value.made_by.x, Op.NORM)):
            return None
    elif not made_by(value, Op.NORMALIZE):
        return None
    order = norm.made_by.options.get("ord")
    euclidean = order is None or order.is_none or order.range.point == 2.0 or order.constant == "fro"
    return norm if euclidean else None


def floor_of(value: Value) -> Value:
    """A value that this one is nowhere below: without the positive number added to it, or the clamp from below."""
    value = plain(value)
    operation = value.made_by
    if made_by(value, Op.ADD):
        if operation.y.range.lo >= 0.0:
            return plain(operation.x)
        if operation.x.range.lo >= 0.0:
            return plain(operation.y)
    if made_by(value, Op.CLAMP) and ("max" not in operation.options or operation.options["max"].is_none):
        return plain(operation.x)
    if made_by(value, Op.MAXIMUM):
        return plain(operation.x if operation.y.range.point is not None else operation.y)
    return value


def two_numbers(value: Value, steps: int = DEPTH) -> tuple[float, float] | None:
    """What a truth value is scaled and shifted to: -1 and 1 of `2 * mask - 1`."""
    value = _before(
        value,
        lambda v: v.op in (Op.RESHAPE, *SAME_ELEMENTS) or (v.op is Op.CAST and v.dtype is not Dtype.BOOLEAN),
    )
    if made_by(value, *COMPARISONS):
        return 0.0, 1.0
    if steps == 0 or not made_by(value, Op.MULTIPLY, Op.SUBTRACT):
        return None
    x, y = value.made_by.operands[:2]
    if value.op is Op.SUBTRACT:
        return None if "alpha" in value.made_by.options else difference_of_two(x, y, steps - 1)
    for two, scale in ((x, y.range.point), (y, x.range.point)):
        numbers = None if scale is None else two_numbers(two, steps - 1)
        if scale is not None and numbers is not None:
            return numbers[0] * scale, numbers[1] * scale
    return None


def difference_of_two(x: Value, y: Value, steps: int = DEPTH) -> tuple[float, float] | None:
    """The numbers that x - y can be where one of them is a constant and the other one of two numbers."""
    start, taken = x.range.point, y.range.point
    numbers = None if taken is None else two_numbers(x, steps)
    if taken is not None and numbers is not None:
        return numbers[0] - taken, numbers[1] - taken
    numbers = None if start is None else two_numbers(y, steps)
    return None if start is None or numbers is None else (start - numbers[0], start - numbers[1])
