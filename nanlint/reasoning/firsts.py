"""The first element along the axis that a scan goes along: `cat((ones, cumprod(1 - done)))` begins with a 1."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval, point
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.ops.evaluate import evaluate
from nanlint.ops.relations import same

KEPT = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.STORE})
"""The first element of the result is that of the first operand; an array of ones is mostly overwritten behind it."""
POINTWISE = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.CLAMP, Op.MINIMUM, Op.MAXIMUM, Op.CAST, Op.LESS, Op.LESS_EQUAL, Op.GREATER,
     Op.GREATER_EQUAL}
)  # fmt: skip
SCANS = {Op.CUMSUM: 0.0, Op.CUMPROD: 1.0}
"""What they begin with if they leave each element itself out."""
STEPS = 12


def begins(mask: Value, truth: bool, trace: Trace, steps: int = STEPS) -> bool:
    """The first element of the mask surely has this truth value."""
    operands, op = mask.made_by.operands, mask.op
    if steps == 0 or not operands:
        return False
    if op is Op.LOGICAL_NOT:
        return begins(operands[0], not truth, trace, steps - 1)
    if op in (Op.LOGICAL_AND, Op.LOGICAL_OR):
        sides = (begins(operand, truth, trace, steps - 1) for operand in operands)
        return all(sides) if (op is Op.LOGICAL_AND) == truth else any(sides)
    if op in (Op.EQUAL, Op.NOT_EQUAL):
        x, y = (first(operand, trace, steps - 1) for operand in operands[:2])
        equal = x.point is not None and x.point == y.point
        return equal if (op is Op.EQUAL) == truth else not x.overlaps(y.lo, y.hi)
    bounds = first(operands[0] if op is Op.CAST else mask, trace, steps - 1)
    return not bounds.contains(0.0) if truth else bounds.point == 0.0


def first(value: Value, trace: Trace, steps: int = STEPS) -> Interval:
    """Where the first element of the array lies; for what was padded, the element in front."""
    made_by, op, operands = value.made_by, value.op, value.made_by.operands
    if steps == 0 or not operands:
        return value.range
    if op is Op.CONCATENATE:
        parts = operands[0].made_by.operands if operands[0].op is Op.JOIN else operands
        return first(parts[0], trace, steps - 1) if parts else value.range
    if op is Op.PAD:
        filling = made_by.options.get("value")
        return value.range if filling is None or filling.is_none else filling.range
    if op in SCANS:
        return _of_scan(value, trace, steps)
    if op is Op.SUBTRACT and operands[0].op is Op.CUMSUM and same(operands[0].made_by.x, operands[1]):
        return point(0.0)
    if op in KEPT or (op is Op.SELECT and _from_the_start(value, trace)):
        return first(operands[0], trace, steps - 1)
    if op not in POINTWISE:
        return value.range
    narrowed = tuple(replace(x, range=first(x, trace, steps - 1)) for x in operands)
    return evaluate(op, narrowed, made_by.options, Dtype.FLOAT32).range


def _of_scan(scan: Value, trace: Trace, steps: int) -> Interval:
    options = scan.made_by.options
    if "reverse" in options:
        return scan.range
    if "exclusive" in options:
        return point(SCANS[scan.op]) if options["exclusive"].constant is True else scan.range
    return first(scan.made_by.x, trace, steps - 1)


def _from_the_start(value: Value, trace: Trace) -> bool:
    """`x[:-1]`, `x[:, :n]`."""
    origin = trace.origin(value)
    keys = origin.node.slice if origin is not None and isinstance(origin.node, cst.Subscript) else ()
    return bool(keys) and all(isinstance(key.slice, cst.Slice) and key.slice.lower is None for key in keys)
