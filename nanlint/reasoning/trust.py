"""Operations that the results of safe functions go into: there is nothing to say of their poles."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import poles_of
from nanlint.reasoning.origins import SAME_ELEMENTS

KEEPING = SAME_ELEMENTS | {
    Op.SUM, Op.MEAN, Op.PRODUCT, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.NEGATIVE, Op.ABSOLUTE, Op.SQUARE, Op.SQRT,
}  # fmt: skip
"""Of one operand that is away from the poles, what they give is so, too."""
MIXING = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.MAXIMUM, Op.MINIMUM, Op.WHERE, Op.JOIN})
"""So are these if all operands are, or constants: `1 - clipped(p)`."""
MAX_DEPTH = 20


def trusted(event: Event, trace: Trace) -> bool:
    """Every operand of the event that could meet a pole comes from a function that the user knows to be safe."""
    if not trace.safe:
        return False
    indices = {pole.operand for pole in poles_of(event.operation)}
    return bool(indices) and all(_safe(event.operands[index], trace.safe) for index in indices)


def _safe(value: Value, safe: set[int], depth: int = MAX_DEPTH) -> bool:
    if value.number in safe:
        return True
    if depth == 0 or not value.made_by.operands:
        return False
    if value.op in KEEPING:
        return _safe(value.made_by.x, safe, depth - 1)
    if value.op in MIXING:
        others = [operand for operand in value.made_by.operands if operand.constant is None]
        return bool(others) and all(_safe(operand, safe, depth - 1) for operand in others)
    return False
