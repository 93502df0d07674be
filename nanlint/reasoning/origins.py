"""Where values come from: what made them, behind reshapes, on each way through the branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Elements

SAME_ELEMENTS = frozenset(
    {Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.ITEM, Op.SELECT, Op.ITERATE, Op.CONCATENATE, Op.STORE}
)
"""Operations that hand elements on as they are."""
POINTWISE = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.RECIPROCAL, Op.NEGATIVE, Op.WHERE, Op.CLAMP, Op.MAXIMUM,
     Op.MINIMUM, Op.MASKED_FILL, Op.MEAN, Op.SUM, Op.POWER, Op.SQUARE, Op.SQRT, Op.EXP, Op.EXPM1, Op.LOG, Op.LOG1P}
)  # fmt: skip
NETWORKS = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION})
RANDOM = frozenset({Op.UNIFORM, Op.NORMAL, Op.RANDOM_INTEGER, Op.SAMPLE})
MAX_ANCESTORS = 500  # values followed back from a loss
MAX_SOURCES = 60  # values visited when looking for where a value comes from


def strip(value: Value) -> Value:
    """The value before reshaping, casting, detaching and indexing; a join of one thing is that thing."""
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        value = value.made_by.x
    return value


def alternatives(value: Value) -> Iterator[Value]:
    """What the value is on each way through the branches, stripped."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    while pending and len(seen) < MAX_SOURCES:
        current = strip(pending.pop())
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        if current.op is Op.JOIN:
            pending.extend(reversed(current.made_by.operands))
        else:
            yield current


def sources(value: Value, through: frozenset[Op] = POINTWISE) -> Iterator[Value]:
    """Everything the value was computed from, itself first, as far as `through` (and joins, reshapes) goes."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    while pending and len(seen) < MAX_SOURCES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        yield current
        if current.op in through or current.op in SAME_ELEMENTS or current.op is Op.JOIN:
            pending.extend(reversed(current.made_by.operands))


def comes_from(value: Value, ops: frozenset[Op]) -> Value | None:
    """The nearest source made by one of `ops`."""
    return next((source for source in sources(value) if source.op in ops), None)


def ancestors(values: Iterable[Value], until: frozenset[Op] = frozenset()) -> Iterator[Value]:
    """Everything the values were computed from, those in containers too; not what `until` was computed from."""
    pending = list(values)
    seen: set[int] = set()
    while pending and len(seen) < MAX_ANCESTORS:
        value = pending.pop()
        if id(value.made_by) not in seen:
            seen.add(id(value.made_by))
            yield value
            pending.extend(() if value.op in until else _parts(value))


def _parts(value: Value) -> Sequence[Value]:
    items = value.payload.items if isinstance(value.payload, Elements) else ()
    return (*value.made_by.operands, *items)
