"""Conditions of masks: without negations, casts and reshapes, and by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.reasoning.context import words

RESHAPED = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.SELECT, Op.ITERATE})
STEPS = 24  # operations followed back
MAX_WAYS = 12  # combinations of conditions
MASK_WORDS = frozenset({"mask", "masks", "masked", "pad", "padding", "padded", "valid", "invalid"})
TOKEN_WORDS = frozenset(
    {"token", "tokens", "id", "ids", "idx", "src", "tgt", "source", "target", "targets", "input", "inputs", "seq",
     "sequence", "sequences", "words", "text", "pad", "padding", "captions", "labels"}
)  # fmt: skip
PADDING_WORDS = frozenset({"token", "tokens", "src", "seq", "sequence", "sequences", "words", "text", "pad", "padding"})
LOGIC = frozenset(
    {Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.EQUAL, Op.NOT_EQUAL, Op.LOGICAL_AND, Op.LOGICAL_OR,
     Op.LOGICAL_NOT, Op.IS_NAN, Op.IS_INF, Op.IS_FINITE, Op.ANY, Op.ALL, Op.CONTAINS}
)  # fmt: skip


def is_mask(value: Value) -> bool:
    """Made of truth values."""
    for _ in range(STEPS):
        if value.dtype is Dtype.BOOLEAN or value.op in LOGIC:
            return True
        if value.op not in RESHAPED or not value.made_by.operands:
            return False
        value = value.made_by.x
    return False


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition without its negations, casts and reshapes: hidden where `value` has the truth value `truth`."""

    value: Value
    truth: bool


def atoms(condition: Value, truth: bool, steps: int = STEPS) -> Iterator[tuple[Atom, ...]]:
    """Hidden where, for one of the tuples, all of the atoms in it hold."""
    operands, op = condition.made_by.operands, condition.op
    negated = _against_constant(condition)
    if steps == 0 or not operands:
        yield (Atom(condition, truth),)
    elif op is Op.LOGICAL_NOT or op in RESHAPED:
        yield from atoms(operands[0], truth != (op is Op.LOGICAL_NOT), steps - 1)
    elif negated is not None:
        yield from atoms(operands[negated[0]], truth != negated[1], steps - 1)
    elif len(operands) == 2 and (op in (Op.LOGICAL_OR, Op.LOGICAL_AND, Op.MULTIPLY) or _added(condition)):
        if (op in (Op.LOGICAL_OR, Op.ADD)) == truth:  # either hides
            for operand in operands:
                yield from atoms(operand, truth, steps - 1)
        else:
            sides = [tuple(islice(atoms(operand, truth, steps - 1), MAX_WAYS)) for operand in operands]
            yield from ((*first, *second) for first, second in islice(product(*sides), MAX_WAYS))
    else:
        yield (Atom(condition, truth),)


def _added(condition: Value) -> bool:
    """The sum of two masks, which holds where either does."""
    return condition.op is Op.ADD and all(is_mask(operand) for operand in condition.made_by.operands)


def _against_constant(condition: Value) -> tuple[int, bool] | None:
    """`mask == 0`, `mask.eq(True)`, `mask < 0.5`, `1 - mask`: the operand that is the mask, whether it is negated."""
    operands = condition.made_by.operands
    if condition.op is Op.SUBTRACT and len(operands) == 2 and operands[0].range.point == 1.0:
        return 1, True
    if len(operands) < 2 or not mask_like(operands[0]):
        return None
    number = operands[1].range.point
    if condition.op in (Op.EQUAL, Op.NOT_EQUAL) and number in (0.0, 1.0):
        return 0, (number == 0.0) == (condition.op is Op.EQUAL)
    if condition.op in (Op.GREATER, Op.GREATER_EQUAL) and number is not None and 0.0 <= number <= 1.0:
        return 0, False
    if condition.op in (Op.LESS, Op.LESS_EQUAL) and number is not None and 0.0 <= number <= 1.0:
        return 0, True
    return None


def mask_like(value: Value) -> bool:
    """Nothing but 0 and 1, as far as one can tell."""
    value = unshaped(value)
    return value.range.inside(0.0, 1.0) or value.op in (Op.ARGUMENT, Op.ATTRIBUTE, Op.TRIANGLE, Op.EYE)


def unshaped(value: Value) -> Value:
    """The mask before it was reshaped, cast, indexed."""
    while value.op in RESHAPED and value.made_by.operands:
        value = value.made_by.x
    return value


def compares_tokens(condition: Value, trace: Trace) -> bool:
    """`tokens == 0`: padding, by the name of what is compared; `mask == 0` is a mask itself."""
    return _compares(condition, TOKEN_WORDS, trace)


def compares_padding(condition: Value, trace: Trace) -> bool:
    """`tokens != pad`, but not `labels != ignored`: no text is padding alone, and labels may all be ignored."""
    return _compares(condition, PADDING_WORDS, trace)


def _compares(condition: Value, names: frozenset[str], trace: Trace) -> bool:
    value = condition
    while (value.op is Op.LOGICAL_NOT or unshaped(value) is not value) and value.made_by.operands:
        value = value.made_by.x
    event = trace.origin(value)
    if value.op not in (Op.EQUAL, Op.NOT_EQUAL) or event is None:
        return False
    found = {word for node in event.site.operands if node is not None for word in words_in(node)}
    return bool(found & names) and "mask" not in found


def words_in(node: cst.CSTNode) -> Iterator[str]:
    """The words of all names in the expression."""
    if isinstance(node, cst.Name):
        yield from words(node.value)
    for child in node.children:
        yield from words_in(child)


def named_mask(node: cst.CSTNode | None) -> bool:
    """A name that says mask or padding stands in the expression."""
    if node is None:
        return False
    if isinstance(node, cst.Name) and words(node.value) & MASK_WORDS:
        return True
    return any(named_mask(child) for child in node.children)
