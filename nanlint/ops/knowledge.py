"""Whether the ends of a result are really reached: dependence of operands, infinities that exist."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Direction
from nanlint.ops.poles import hazards

DEPTH = 8
NODES = 64


def independent(a: Application) -> bool | None:
    """False for two operands that vary together, so that the ends of their ranges need not meet; else as they are."""
    x, y = a.operands[:2]
    if x.range.point is not None or y.range.point is not None or not (x.known and y.known):
        return None
    return None if _sources(x).isdisjoint(_sources(y)) else False


_LEARNED = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.OPAQUE, Op.MATMUL})


def _sources(value: Value) -> set[int]:
    """What the value was computed from, by value number, up to learned maps, which make new values."""
    ancestry = (v for v in _ancestry(value) if v.op is not Op.CONSTANT)
    return {v.number if v.number >= 0 else id(v.made_by) for v in ancestry}


def _ancestry(value: Value) -> Iterator[Value]:
    pending = [value]
    for _ in range(NODES):
        if not pending:
            return
        current = pending.pop()
        yield current
        if current.op not in _LEARNED:
            pending += current.made_by.operands


def really_infinite(value: Value, depth: int = DEPTH) -> bool:
    """Some element can truly be infinite: by a constant or a pole on the way, not for want of a bound."""
    if value.range.bounded:
        return False
    if value.op is Op.CONSTANT:
        return value.range.point is not None
    if _overflows(value):
        return True
    return depth > 0 and any(really_infinite(v, depth - 1) for v in _inputs(value) if v.kind.numeric)


def finite(value: Value, depth: int = DEPTH) -> bool:
    """A number wherever it is: a whole one, or nothing on the way to it overflows, be it an array or not."""
    if value.dtype.integer or value.range.bounded:
        return True
    if value.op is Op.CONSTANT:
        return value.range.point is None
    return depth > 0 and not _overflows(value) and all(finite(v, depth - 1) for v in _inputs(value))


def _overflows(value: Value) -> bool:
    return any(pole.direction is Direction.FORWARD for pole in hazards(value.made_by))


def _inputs(value: Value) -> tuple[Value, ...]:
    return (*value.made_by.operands, *value.made_by.options.values())
