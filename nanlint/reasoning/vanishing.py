"""What shows that an array, or a whole row of it, can be exactly 0: padding, masks, dead activations, equal points."""

from __future__ import annotations

from dataclasses import dataclass, field

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.ops.relations import axis_of, reduces, squared
from nanlint.reasoning.conditions import is_mask, named_mask, unshaped
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.origins import strip

MAX_VALUES = 60  # values visited in one search
THROUGH_FIRST = frozenset(
    {Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.ITEM, Op.SELECT, Op.ITERATE, Op.NEGATIVE, Op.ABSOLUTE, Op.SUM, Op.MEAN,
     Op.SQUARE, Op.POWER, Op.SQRT, Op.DIVIDE, Op.DROPOUT, Op.POOL, Op.VAR}
)  # fmt: skip
"""Operations that make 0 of 0, as far as their first operand goes."""
PUTTING = frozenset({Op.RELU, Op.RELU6, Op.CLAMP, Op.PAD, Op.WHERE, Op.MASKED_FILL, Op.STORE, Op.EMBEDDING})
"""They can put zeros in the place of elements; their backward hands a gradient on or a 0, whatever it is."""
ALTOGETHER = frozenset({Op.ADD, Op.CONCATENATE, Op.HYPOT})
"""0 where all of their operands are."""
EITHER = frozenset({Op.MULTIPLY, Op.JOIN})
"""0 where one of their operands is."""
INITIAL = frozenset({Op.FULL, Op.LIKE, Op.EMPTY, Op.CONSTANT})
"""What something starts with before it is filled: no evidence."""


def vanishing(value: Value, trace: Trace, backward: bool = False, whole: bool = False) -> str | None:
    """What makes rows of the value exactly 0, in words; None where nothing shows that anything does.

    backward: only what also lets a NaN of the gradient pass. A ReLU, a `where` and a masked fill stop it: their
    backward selects; that of a product with a mask multiplies it by 0, which leaves it NaN.
    """
    return _Search(trace, backward, whole or _of_all(value)).reason(value)


def _of_all(value: Value) -> bool:
    """A sum or a mean over every element, of which hardly ever all are 0."""
    while value.op in THROUGH_FIRST and value.made_by.operands:
        if value.op in (Op.SUM, Op.MEAN) and axis_of(value) is None:
            return True
        value = value.made_by.x
    return False


@dataclass(frozen=True, slots=True)
class _Search:
    """Follows a value back; what was found for an operation is kept, since branches meet again."""

    trace: Trace
    backward: bool
    whole: bool
    """All rows together: two arrays are seldom equal in every element."""
    known: dict[int, str | None] = field(default_factory=dict)

    def reason(self, value: Value) -> str | None:
        identity = id(value.made_by)
        if identity not in self.known and len(self.known) < MAX_VALUES:
            self.known[identity] = None  # on the way around a loop
            self.known[identity] = self._found(value) if value.made_by.operands else None
        return self.known.get(identity)

    def _found(self, value: Value) -> str | None:
        operands, op = value.made_by.operands, value.op
        if multiplied_by_mask(value, self.trace):
            return "where the mask hides a whole row"
        if op in PUTTING and (made := _put(value)) is not None:
            return None if self.backward else made
        if op is Op.SUBTRACT and len(operands) == 2:
            centred = reduces(operands[1], operands[0], Op.MEAN)
            if centred:
                return self.reason(operands[0])
            return None if self.whole else _coinciding(value, self.trace)
        if op in THROUGH_FIRST:
            return self.reason(operands[0])
        if op not in ALTOGETHER | EITHER:
            return None
        parts = [part for part in operands if op is not Op.JOIN or part.op not in INITIAL]
        found = [self.reason(part) for part in parts]
        if op in ALTOGETHER and None in found:
            return None
        return next((reason for reason in found if reason is not None), None)


def _put(value: Value) -> str | None:
    """What puts zeros in the place of elements."""
    operands, options, op = value.made_by.operands, value.made_by.options, value.op
    if op in (Op.RELU, Op.RELU6):
        return "where a ReLU leaves nothing but zeros"
    if op is Op.CLAMP and (low := options.get("min")) is not None and low.range.point == 0.0:
        return "where the clamp to 0 leaves nothing but zeros"
    if op is Op.EMBEDDING and (padding := options.get("padding_idx")) is not None and not padding.is_none:
        return "for padding, whose embedding is 0"
    if op is Op.PAD and ((filling := options.get("value")) is None or filling.is_none or filling.range.point == 0.0):
        return "for padding"
    if op is Op.STORE:
        index = options.get("index")
        masked = index is not None and is_mask(index) and operands[-1].range.point == 0.0
    elif op is Op.WHERE:
        masked = len(operands) == 3 and any(x.range.point == 0.0 for x in operands[1:])
    else:
        masked = op is Op.MASKED_FILL and operands[-1].range.point == 0.0
    return "where the mask hides a whole row" if masked else None


def multiplied_by_mask(value: Value, trace: Trace) -> bool:
    """`x * mask`, `x * (1 - mask)`."""
    if value.op is not Op.MULTIPLY:
        return False
    origin, operands = trace.origin(value), value.made_by.operands
    nodes = () if origin is None else origin.site.operands
    given = (i < len(nodes) and named_mask(nodes[i]) and unshaped(x).op is Op.ARGUMENT for i, x in enumerate(operands))
    return any(map(_hides, operands)) or any(given)


def _hides(factor: Value) -> bool:
    """A mask, or 1 less a mask."""
    factor = unshaped(factor)
    if factor.op is Op.SUBTRACT and factor.made_by.x.range.point == 1.0:
        return _hides(factor.made_by.y)
    while factor.op is Op.LOGICAL_NOT:
        factor = unshaped(factor.made_by.x)
    return is_mask(factor) and factor.op not in (Op.EYE, Op.TRIANGLE) and not factor.kind.scalar


def _coinciding(difference: Value, trace: Trace) -> str | None:
    """A difference of two arrays, neither of which is a constant."""
    ends = difference.made_by.operands
    if any(end.kind.scalar or end.range.point is not None or _translated(end) for end in ends):
        return None
    if along_edges(difference):
        return None
    origin = trace.origin(difference)
    if origin is None:
        return "where both sides of the difference are equal"
    return f"where {quoted(operand_node(origin, 0))} and {quoted(operand_node(origin, 1))} are equal"


def _translated(end: Value) -> bool:
    """`user + item - other`: the sum of something and of what is learned ends nowhere exactly."""
    return strip(end).op is Op.ADD and any(_learned(part) for part in strip(end).made_by.operands)


def _learned(value: Value) -> bool:
    value = strip(value)
    while value.op is Op.ADD:
        value = strip(value.made_by.operands[-1])
    return value.op in (Op.EMBEDDING, Op.WEIGHT)


def only_by_relu(value: Value) -> bool:
    """A sum of squares of what a ReLU made: where it is 0, no gradient goes back through the ReLU."""
    value = strip(value)
    while value.op in (Op.SUM, Op.MEAN):
        value = strip(value.made_by.x)
    base = squared(value)
    return base is not None and strip(base).op in (Op.RELU, Op.RELU6)


def along_edges(value: Value) -> bool:
    """`x[i] - x[j]` of points that are handed in, or the sum of its squares: 0 only where two of them coincide."""
    value = strip(value)
    while value.op in (Op.SUM, Op.MEAN):
        value = strip(value.made_by.x)
    base = squared(value) or value
    ends = [] if base.op is not Op.SUBTRACT else list(base.made_by.operands)
    points = [strip(end) for end in ends if end.op is Op.SELECT and all(map(_indexes, end.made_by.operands[1:]))]
    return len(points) == 2 and points[0].same(points[1]) and points[0].op in (Op.ARGUMENT, Op.ATTRIBUTE)


def _indexes(key: Value) -> bool:
    """An array of indices: no slice, number or None, with which an element meets itself in an array of all pairs."""
    sliced = key.op is Op.OPAQUE and not key.made_by.operands
    return key.kind in (Kind.TENSOR, Kind.UNKNOWN) and not sliced
