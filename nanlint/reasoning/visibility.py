"""Whether a condition can hide a whole row: causal masks never do, lengths and padding do where a row is empty."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from itertools import islice

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.reasoning.conditions import Atom, atoms, unshaped
from nanlint.reasoning.masks import Hidden, Way, tests_rows
from nanlint.reasoning.origins import POINTWISE, RANDOM, sources
from nanlint.reasoning.provenance import INITIAL, leaves

ORDER = {Op.LESS: True, Op.GREATER: True, Op.LESS_EQUAL: False, Op.GREATER_EQUAL: False}
"""Comparisons of positions; whether two equal positions compare as false."""
COMPARING = POINTWISE | frozenset(ORDER) | {Op.EQUAL, Op.NOT_EQUAL, Op.LOGICAL_AND, Op.LOGICAL_OR, Op.LOGICAL_NOT}
STEPS = 6  # joins and assignments followed back in a mask
MAX_ATOMS = 24  # conditions of one mask
MAX_VALUES = 200  # values visited when looking whether one was made of another


class Cover(enum.IntEnum):
    """How likely it is that a whole row is hidden."""

    NEVER = 0
    UNKNOWN = 1
    """A condition that says nothing of itself."""
    SHORT = 2
    """Where a length is 0, which the lengths of data are not, mostly."""
    EMPTY = 3
    """Where a sequence of the data is empty."""
    CROSSED = 4
    """The rows of padded queries, which every padded batch has; edges dropped at random."""
    ALWAYS = 5
    """Some row, by the shape of the mask."""


def cover(way: Way) -> Cover:
    """What all that is hidden on one way makes of the most hidden row."""
    return max((_cover(hidden) for hidden in way), default=Cover.NEVER)


def culprit(way: Way) -> Hidden:
    """The mask that hides most."""
    return max(way, key=_cover)


def _cover(hidden: Hidden, steps: int = STEPS) -> Cover:
    if steps == 0:
        return Cover.UNKNOWN
    crossed = crosses(hidden.condition)
    found = Cover.NEVER
    for both in islice(atoms(hidden.condition, hidden.truth), MAX_ATOMS):
        found = max(found, min(_atom(atom, steps - 1, crossed) for atom in both))
    return Cover.CROSSED if crossed and found in (Cover.UNKNOWN, Cover.SHORT, Cover.EMPTY) else found


def _atom(atom: Atom, steps: int, crossed: bool) -> Cover:
    value, truth, op = atom.value, atom.truth, atom.value.op
    operands = value.made_by.operands
    if value.range.point is not None:
        return Cover.ALWAYS if bool(value.range.point) == truth else Cover.NEVER
    if op is Op.TRIANGLE:
        return _triangle(value, truth)
    if op is Op.EYE or tests_rows(value):
        return Cover.NEVER  # one element of a row; or a test of whole rows, which is made to repair them
    if op in (Op.STORE, Op.PAD, Op.CONCATENATE):
        return _partly_set(value, truth, steps)
    if op is Op.JOIN:
        ways = [x for x in operands if x.kind is not Kind.NONE]
        written = [x for x in ways if x.op not in INITIAL]
        if any(unshaped(x).op in (Op.STORE, Op.JOIN) for x in written):
            ways = written  # what an array starts with before a loop fills it
        return max((_cover(Hidden(x, truth, x), steps) for x in ways), default=Cover.UNKNOWN)
    if len(operands) >= 2 and (op in ORDER or op in (Op.EQUAL, Op.NOT_EQUAL)):
        return _compared(value, truth, crossed)
    return Cover.CROSSED if _drawn(value) else Cover.UNKNOWN


def _triangle(value: Value, truth: bool) -> Cover:
    """A triangular mask hides a whole row if it hides the diagonal, be it the upper or the lower one."""
    options = value.made_by.options
    diagonal = options["diagonal"].constant if "diagonal" in options else 0
    upper = options["upper"].constant
    if not isinstance(diagonal, int) or value.made_by.x.range.contains(0.0):
        return Cover.NEVER  # it is moved by what the cache holds, mostly
    kept = diagonal <= 0 if upper else diagonal >= 0
    return Cover.ALWAYS if kept == truth else Cover.NEVER


def _partly_set(value: Value, truth: bool, steps: int) -> Cover:
    """Elements that are set to be seen (`mask[:, 0] = True`, a column put in front) keep every row visible."""
    made_by = value.made_by
    parts = list(made_by.operands)
    if value.op is Op.PAD:
        parts += [made_by.options["value"]] if "value" in made_by.options else []
        if "value" not in made_by.options and truth:
            return Cover.NEVER
    parts = [item for part in parts for item in (part.made_by.operands if part.op is Op.JOIN else [part])]
    if any(part.range.point is not None and bool(part.range.point) != truth for part in parts):
        return Cover.NEVER
    return max(
        (_cover(Hidden(part, truth, part), steps) for part in parts if part.range.point is None), default=Cover.UNKNOWN
    )


def _compared(value: Value, truth: bool, crossed: bool) -> Cover:
    """A mask that is crossed hides what is behind the end of a query, too: no sequence need be empty."""
    x, y = (unshaped(operand) for operand in value.made_by.operands[:2])
    positions = positional(x), positional(y)
    if all(positions):
        direct = x.op is Op.ARANGE and y.op is Op.ARANGE and value.op in ORDER
        return Cover.ALWAYS if direct and ORDER[value.op] != truth else Cover.NEVER
    if x.same(y) or made_of(x, y) or made_of(y, x):
        return Cover.NEVER  # an element equals itself, and is no further than the k-th largest
    if any(leaf.op is Op.EYE for side in (x, y) for leaf in leaves(side)):
        return Cover.NEVER  # a graph with self-loops
    if any(positions):
        position, lengths = (x, y) if positions[0] else (y, x)
        apart = position.op is not Op.ARANGE  # from one another: a window
        return Cover.NEVER if apart or (lengths.range.lo >= 1.0 and not crossed) else Cover.SHORT
    if _drawn(x) or _drawn(y):
        return Cover.CROSSED
    given = (Op.ARGUMENT, Op.ATTRIBUTE, Op.READ, Op.OPAQUE, Op.LINEAR, Op.RANDOM_INTEGER, Op.TENSOR)
    identifiers = value.op in (Op.EQUAL, Op.NOT_EQUAL) and (x.op in given or y.op in given)
    return Cover.EMPTY if identifiers else Cover.UNKNOWN


def _drawn(value: Value) -> bool:
    """A random draw for each element, not a fixed window."""
    return value.op in RANDOM and "closed" not in value.made_by.options


def positional(value: Value) -> bool:
    """Made of `arange` and sizes; a list of lengths is none."""
    made_of = list(leaves(value))
    if any(part.op is Op.TENSOR and part.range.point is None for part in sources(value, COMPARING)):
        return False
    return any(x.op is Op.ARANGE for x in made_of) and all(
        x.op in (Op.ARANGE, Op.CONSTANT, Op.LENGTH) or x.kind.scalar for x in made_of
    )


def made_of(x: Value, y: Value) -> bool:
    """`x` was computed from `y` itself: its k-th largest, its maximum, its distinct values."""
    if y.op is Op.CONSTANT:
        return False
    pending, seen = list(x.made_by.operands), set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        if current.same(y):
            return True
        pending.extend(current.made_by.operands)
    return False


def crosses(condition: Value, steps: int = 12) -> bool:
    """One mask over the queries and one over the keys: `m[:, :, None] & m[:, None, :]`."""
    operands = condition.made_by.operands
    if steps == 0 or not operands:
        return False
    if condition.op in (Op.LOGICAL_AND, Op.LOGICAL_OR, Op.MULTIPLY) and len(operands) == 2:
        first, second = (unshaped(operand) for operand in operands)
        turned = first is not operands[0] and second is not operands[1]
        data = all(x.op not in (Op.TRIANGLE, Op.EYE, Op.FULL) and not positional(x) for x in (first, second))
        return (turned and data) or any(crosses(operand, steps - 1) for operand in operands)
    unary = condition.op in (Op.LOGICAL_NOT, Op.EQUAL, Op.NOT_EQUAL, Op.LESS, Op.GREATER, Op.SUBTRACT)
    if unary or unshaped(condition) is not condition:
        return any(crosses(operand, steps - 1) for operand in operands[:2])
    return False


# what the file does about it


def guarded(way: Way, trace: Trace) -> bool:
    """Something asks whether a whole row of the masks is hidden: `mask.all(-1)`, `mask.any(dim=1)`."""
    bases = {base.number for hidden in way for base in _bases(hidden)}
    for event in trace.of(Op.ALL, Op.ANY):
        along = event.options.get("axis")
        if event.op is Op.ANY and (along is None or along.is_none):
            continue  # whether there is any padding
        if any(base.number in bases for base in _bases(Hidden(event.x, True, event.x))):
            return True
    return False


def _bases(hidden: Hidden) -> Iterator[Value]:
    for both in atoms(hidden.condition, hidden.truth):
        for atom in both:
            yield atom.value
    yield hidden.condition
