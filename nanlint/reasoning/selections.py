"""What was selected by a mask or by indices of what holds, and whether it can be empty."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.counting import shown_some
from nanlint.interp.objects import Shape
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.conditions import MASK_WORDS, is_mask, named_mask, unshaped
from nanlint.reasoning.context import words
from nanlint.reasoning.firsts import begins
from nanlint.reasoning.origins import POINTWISE
from nanlint.reasoning.targets import COMPARISONS
from nanlint.reasoning.visibility import ORDER, made_of, positional

ELEMENTWISE = (POINTWISE - {Op.MEAN, Op.SUM}) | {
    Op.RESHAPE, Op.CAST, Op.COPY, Op.DETACH, Op.ABSOLUTE, Op.SIGMOID, Op.TANH, Op.RELU, Op.STORE, Op.LOG_SOFTMAX,
    Op.SOFTMAX,
}  # fmt: skip
COMPARING: dict[Op, Callable[[float, float], bool]] = {
    Op.LESS: operator.lt,
    Op.LESS_EQUAL: operator.le,
    Op.GREATER: operator.gt,
    Op.GREATER_EQUAL: operator.ge,
    Op.EQUAL: operator.eq,
    Op.NOT_EQUAL: operator.ne,
}
KEYS = ("mask", "condition", "index", "where")
SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test"})
MAX_VALUES = 60  # values visited when looking for a selection


@dataclass(frozen=True, slots=True)
class Selection:
    """Elements of an array: those where `mask` holds.

    named: only its name says that it is a mask; stored: it is an attribute of the data, as the masks of a fixed split.
    """

    taken: Value
    mask: Value
    named: bool = False
    stored: bool = False


def selections(value: Value, trace: Trace) -> Iterator[Selection]:
    """The selections by masks of which every element of the value comes, element by element."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        found = selection(current, trace)
        if found is not None:
            yield found
        elif current.op is Op.JOIN or current.op in ELEMENTWISE or (current.op is Op.SELECT and not _by_key(current)):
            parts = {Op.JOIN: None, Op.STORE: 1}.get(current.op, 2)  # an array keeps its size, whatever is stored
            pending.extend(reversed(current.made_by.operands[:parts]))


def _by_key(value: Value) -> bool:
    return len(value.made_by.operands) > 1 and not value.made_by.operands[1].kind.scalar


def selection(value: Value, trace: Trace) -> Selection | None:
    """`x[mask]`, `masked_select(x, mask)`, `x[nonzero(mask)]`."""
    if value.op is not Op.SELECT:
        return None
    made_by = value.made_by
    for key in (*made_by.operands[1:], *(made_by.options[name] for name in KEYS if name in made_by.options)):
        if is_mask(key):
            return Selection(value, key)
        indices = unshaped(key)
        if indices.op is Op.NONZERO and indices.made_by.operands:
            mask = indices.made_by.x
            return Selection(value, mask, stored=_of_split(mask, trace))
        if indices.op in (Op.ARGUMENT, Op.ATTRIBUTE) and key is indices and named_mask(_index(trace, value)):
            return Selection(value, key, named=True, stored=indices.op is Op.ATTRIBUTE)
    return None


def _of_split(mask: Value, trace: Trace) -> bool:
    """`graph.ndata["train_mask"]`, `data.pop("train_mask")`: the mask of a fixed split, by its key."""
    while mask.op in (Op.COPY, Op.CAST, Op.RESHAPE) and mask.made_by.operands:
        mask = mask.made_by.x
    made = trace.origin(mask)
    keys = [] if made is None else [key.constant for key in made.operands[1:]]
    return any(isinstance(key, str) and words(key) & SPLITS and words(key) & MASK_WORDS for key in keys)


def _index(trace: Trace, value: Value) -> cst.CSTNode | None:
    """The expression in the brackets."""
    event = trace.origin(value)
    if event is None or not isinstance(event.node, cst.Subscript) or len(event.node.slice) != 1:
        return None
    part = event.node.slice[0].slice
    return part.value if isinstance(part, cst.Index) else None


def can_be_empty(found: Selection, event: Event, trace: Trace) -> bool:
    """Neither a test that holds at the event or the selection nor the mask itself says that something is selected."""
    taken = trace.origin(found.taken)
    for site in (event.site, event.site if taken is None else taken.site):
        facts = (site.facts.get(number) for number in (found.taken.number, event.x.number))
        if any(fact is not None and fact.filled for fact in facts) or shown_some(found.mask, site.facts):
            return False
    if begins(found.mask, True, trace) or _never_empty(found.mask) or positional(found.mask):
        return False
    return not _replaced(found.taken, event, trace)


def _replaced(taken: Value, event: Event, trace: Trace) -> bool:
    """Something else may stand in its place at the event, and its length was asked for: `if len(x) == 0: x = y`."""
    return unshaped(event.x).op is Op.JOIN and any(
        operand.op is Op.LENGTH and operand.made_by.operands and _measured(operand.made_by.x) == taken.number
        for test in trace.of(*COMPARISONS)
        for operand in test.operands
    )


def _measured(value: Value) -> int:
    """What the length is that of: an array, or the array of which it is the shape."""
    return value.payload.of.number if isinstance(value.payload, Shape) else value.number


def by_lengths(mask: Value, steps: int = 12) -> bool:
    """`arange(n) < lengths`, or two of these: where all lengths are 0 only is nothing selected."""
    mask = unshaped(mask)
    operands = mask.made_by.operands
    if mask.op in (Op.LOGICAL_AND, Op.LOGICAL_NOT) and steps > 0:
        return all(by_lengths(operand, steps - 1) for operand in operands)
    return mask.op in ORDER and any(positional(unshaped(operand)) for operand in operands)


def _never_empty(mask: Value, negated: bool = False, steps: int = 6) -> bool:
    """`x == x.max()`, `labels == c` for c of their distinct values, `~isnan(x)`, masks with an element set."""
    mask = unshaped(mask)
    operands = mask.made_by.operands
    if steps == 0:
        return False
    if mask.op is Op.LOGICAL_NOT:
        return _never_empty(operands[0], not negated, steps - 1)
    if mask.op in (Op.LOGICAL_OR, Op.JOIN):  # of a join, the other way is mostly the one that a test has let through
        return any(_never_empty(operand, negated, steps - 1) for operand in operands)
    if mask.op in (Op.IS_NAN, Op.IS_INF):
        return negated
    if mask.op in (Op.IS_FINITE, Op.TRIANGLE, Op.EYE):
        return True
    if mask.op is Op.STORE:
        point = operands[-1].range.point
        return point is not None and bool(point) != negated
    if mask.op in (Op.FULL, Op.LIKE) or (mask.op is Op.OPAQUE and operands and _scattered(mask)):
        return True  # filled by an index later
    if len(operands) < 2:
        return False
    x, y = unshaped(operands[0]), unshaped(operands[1])
    if _set_to_hold(mask.op, x, y.range.point, not negated):
        return True
    return (mask.op is Op.NOT_EQUAL) == negated and (x.same(y) or made_of(x, y) or made_of(y, x))


def _set_to_hold(op: Op, x: Value, limit: float | None, truth: bool) -> bool:
    """`valid > 0` of an array of ones some of which are overwritten: a number in it stands on the wanted side."""
    ways = [unshaped(way) for way in (x.made_by.operands if x.op is Op.JOIN else (x,)) if not way.is_none]
    compare = COMPARING.get(op)
    if compare is None or limit is None or not ways or any(way.op is not Op.STORE for way in ways):
        return False
    numbers = [[part.range.point for part in way.made_by.operands] for way in ways]
    return all(any(part is not None and compare(part, limit) is truth for part in parts) for parts in numbers)


def _scattered(mask: Value) -> bool:
    """`zeros(n).scatter(0, chosen, 1)`."""
    return "index" in mask.made_by.options and unshaped(mask.made_by.x).op in (Op.FULL, Op.LIKE)


def of_unused_label(mask: Value) -> bool:
    """`nearest == k`, where `nearest` is an argmin and k counts: a cluster that nothing may be nearest to."""
    mask = unshaped(mask)
    if mask.op is not Op.EQUAL:
        return False
    ops = {unshaped(operand).op for operand in mask.made_by.operands}
    return Op.ARGMAX in ops and Op.ARANGE in ops
