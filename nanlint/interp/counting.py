"""What counts and lengths tell: that an array has an element, that an element of a mask holds."""

from __future__ import annotations

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import POSITIVE, Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Member, Shape
from nanlint.interp.store import NO_FACTS, Fact, Facts, conjunction

MAX_STEPS = 12  # operations followed back from a test
THROUGH = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.ITEM, Op.CAST})
"""A bound on the result is a bound on every element of the operand."""
SIZE = "size"
"""The attribute of arrays that counts their elements, also of what nothing says is an array."""
COUNTS = frozenset({Op.SUM, Op.MEAN, Op.REDUCE_MAX, Op.COUNT_NONZERO, Op.ANY})
"""Above 0 for operands that are nowhere negative if an element of them is."""


def count_of(value: Value, bounds: Interval, steps: int) -> Facts:
    """A count or a length that is not 0 says that there is something."""
    if bounds.contains(0.0) or not value.made_by.operands:
        return NO_FACTS
    counted = value.made_by.x
    if value.op is Op.LENGTH or (isinstance(value.payload, Member) and value.payload.name == SIZE):
        return filled(counted.payload.of if isinstance(counted.payload, Shape) else counted, steps)
    counts = value.op in (Op.ANY, Op.COUNT_NONZERO) or counted.range.lo >= 0.0 or counted.dtype is Dtype.BOOLEAN
    return some(counted, steps) if value.op in COUNTS and counts else NO_FACTS


def counted(value: Value, facts: Facts) -> Value:
    """A count over a whole array that is known to hold something is above 0."""
    if value.op not in COUNTS or not facts or value.range.lo != 0.0 or _along_axis(value):
        return value
    return value.within(POSITIVE) if shown_some(value.made_by.x, facts) else value


def _along_axis(value: Value) -> bool:
    axis = value.made_by.options.get("axis")
    return axis is not None and not axis.is_none


def filled(value: Value, steps: int = MAX_STEPS) -> Facts:
    """The array has an element; so the mask that selected its elements has one that holds."""
    facts: Facts = {value.number: Fact(filled=True)}
    made_by = value.made_by
    if steps == 0 or not made_by.operands:
        return facts
    if value.op is Op.NONZERO:
        return conjunction(facts, some(made_by.x, steps - 1))
    if value.op in (Op.SELECT, Op.ITERATE):
        chosen = [
            *made_by.operands[1:],
            *(made_by.options[name] for name in ("mask", "condition", "index") if name in made_by.options),
        ]
        for key in chosen:
            facts = conjunction(facts, some(key, steps - 1) if key.dtype is Dtype.BOOLEAN else filled(key, steps - 1))
    if value.op in THROUGH or value.op is Op.SELECT:
        facts = conjunction(facts, filled(made_by.x, steps - 1))
    return facts


def some(value: Value, steps: int = MAX_STEPS) -> Facts:
    """An element of the array is not 0, and so of what it was made of."""
    facts: Facts = {value.number: Fact(filled=True, some=True)}
    made_by = value.made_by
    if steps > 0 and (value.op in THROUGH or value.op in (Op.SELECT, Op.LOGICAL_AND, Op.MULTIPLY)):
        for operand in made_by.operands[: 2 if value.op in (Op.LOGICAL_AND, Op.MULTIPLY) else 1]:
            facts = conjunction(facts, some(operand, steps - 1))
    return facts


def shown_some(value: Value, facts: Facts) -> bool:
    """`facts` say that an element of the array, before it was cast or reshaped, is not 0."""
    for _ in range(MAX_STEPS):
        fact = facts.get(value.number)
        if fact is not None and fact.some:
            return True
        if value.op not in THROUGH or not value.made_by.operands:
            return False
        value = value.made_by.x
    return False
