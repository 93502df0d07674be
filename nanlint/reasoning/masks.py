"""Masks that are applied with minus infinity: which condition hides an element, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product

import libcst as cst

from nanlint.domain.interval import inf
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.reasoning.conditions import is_mask

UNCHANGED = frozenset(
    {Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.SELECT, Op.ITERATE, Op.ITEM, Op.DROPOUT, Op.SUBTRACT, Op.DIVIDE}
)
"""Where an element of the first operand is -inf, one of the result is."""
ROW_TESTS = frozenset({Op.ANY, Op.ALL})
STEPS = 24  # operations followed back from a softmax
MAX_WAYS = 12  # ways through the branches


@dataclass(frozen=True, slots=True)
class Hidden:
    """Elements that `by` made -inf where `condition` came out as `truth`.

    node: the expression of the -inf, None where a fix cannot reach it; of: the scores that it replaces;
    added: by adding the -inf, through which a gradient flows, and not by replacing the score.
    """

    condition: Value
    truth: bool
    by: Value
    node: cst.BaseExpression | None = None
    of: cst.BaseExpression | None = None
    added: bool = False


Way = tuple[Hidden, ...]
"""All that is hidden on one way through the branches."""


def ways(value: Value, trace: Trace) -> list[Way]:
    """How elements of the value come to be -inf; nothing for a value none of whose rows can be hidden."""
    return _Search(trace).ways(value, STEPS)


@dataclass(frozen=True, slots=True)
class _Search:
    """Follows scores back; what was found for an operation is kept, since branches meet again."""

    trace: Trace
    known: dict[int, list[Way]] = field(default_factory=dict)

    def ways(self, value: Value, steps: int) -> list[Way]:
        if steps == 0 or not value.made_by.operands or value.range.lo > -inf:
            return []
        identity = id(value.made_by)
        if identity not in self.known:
            self.known[identity] = []
            self.known[identity] = _ways(value, self, steps)[:MAX_WAYS]
        return self.known[identity]


def _ways(value: Value, search: _Search, steps: int) -> list[Way]:
    operands, op = value.made_by.operands, value.op
    if op in UNCHANGED:
        return search.ways(operands[0], steps - 1)
    if op is Op.JOIN:
        return [way for operand in operands for way in search.ways(operand, steps - 1)][:MAX_WAYS]
    if op is Op.CONCATENATE:
        return _concatenated(operands, search, steps)
    if op is Op.ADD:
        return _added(value, search, steps)
    if op is Op.MULTIPLY:
        return search.ways(operands[0], steps - 1) or search.ways(operands[-1], steps - 1)
    if op is Op.TRIANGLE:
        return [(Hidden(value, True, value),)] if is_lowest(operands[0]) else []
    if op is Op.LOG and is_mask(operands[0]):
        return [(Hidden(operands[0], False, value),)]
    return _filled(value, search, steps)


def _filled(value: Value, search: _Search, steps: int) -> list[Way]:
    """A masked fill, a `where`, an assignment to `scores[mask]`."""
    made_by, event = value.made_by, search.trace.origin(value)
    nodes = () if event is None else event.site.operands

    def node(index: int) -> cst.BaseExpression | None:
        return nodes[index] if index < len(nodes) else None

    if value.op is Op.MASKED_FILL and len(made_by.operands) == 3:
        x, condition, fill = made_by.operands
        return _more(x, fill, Hidden(condition, True, value, node(2), node(0)), search, steps)
    if value.op is Op.WHERE and len(made_by.operands) == 3:
        condition, x, y = made_by.operands
        if is_lowest(y):
            return _more(x, y, Hidden(condition, False, value, node(2), node(1)), search, steps)
        if is_lowest(x):
            return _more(y, x, Hidden(condition, True, value, node(1), node(2)), search, steps)
        if tests_rows(condition):
            return []
        return [*search.ways(x, steps - 1), *search.ways(y, steps - 1)][:MAX_WAYS]
    if value.op is Op.STORE and len(made_by.operands) == 2:
        x, stored = made_by.operands
        index = made_by.options.get("index")
        if is_lowest(stored) and (index is None or not is_mask(index)):
            return search.ways(x, steps - 1)  # some columns
        if index is None:
            return []
        statement = None if event is None else event.site.statement
        return _more(x, stored, Hidden(index, True, value, _assigned(statement), node(0)), search, steps)
    return []


def _more(x: Value, fill: Value, hidden: Hidden, search: _Search, steps: int) -> list[Way]:
    """The ways of `x`, each with more of it hidden; a finite fill of whole rows, or of some columns, shows them."""
    before = search.ways(x, steps - 1)
    if is_lowest(fill):
        return [(*way, hidden) for way in before] or [(hidden,)]
    by_mask = is_mask(hidden.condition) and not tests_rows(hidden.condition)
    return before if by_mask and hidden.by.op is Op.MASKED_FILL else []


def _assigned(statement: cst.CSTNode | None) -> cst.BaseExpression | None:
    """The value of a statement that is one assignment."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        assignment = statement.body[0]
        return assignment.value if isinstance(assignment, cst.Assign) and len(assignment.targets) == 1 else None
    return None


def _added(value: Value, search: _Search, steps: int) -> list[Way]:
    """Scores plus a mask of 0 and -inf; both may hide."""
    sides = [
        [tuple(replace(hidden, added=True) for hidden in way) for way in search.ways(operand, steps - 1)]
        for operand in value.made_by.operands[:2]
    ]
    if sides[0] and sides[1]:
        return [(*first, *second) for first, second in product(*sides)][:MAX_WAYS]
    return sides[0] or (sides[1] if len(sides) > 1 else [])


def _concatenated(operands: tuple[Value, ...], search: _Search, steps: int) -> list[Way]:
    """A part of which nothing is hidden keeps the rows visible."""
    parts = [
        item for operand in operands for item in (operand.made_by.operands if operand.op is Op.JOIN else [operand])
    ]
    each = [search.ways(part, steps - 1) for part in parts]
    return [way for found in each for way in found][:MAX_WAYS] if all(each) else []


def is_lowest(value: Value) -> bool:
    """-inf and nothing else."""
    return value.range.point == -inf


def tests_rows(value: Value, steps: int = 8) -> bool:
    """The condition asks something of whole rows: `mask.all(-1, keepdim=True)`."""
    if value.op in ROW_TESTS:
        return True
    return steps > 0 and any(tests_rows(x, steps - 1) for x in value.made_by.operands if is_mask(value))
