"""A binary cross-entropy written out: the logarithms of p and 1 - p, each with its label."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.formulas import factors, minus_one, one_minus
from nanlint.reasoning.logarithms import LOGARITHMS, Argument, arguments
from nanlint.reasoning.terms import PLAIN, Term, operand


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two terms: its logarithm, what that is taken of, and what it is multiplied by."""

    log: Event
    argument: Argument
    others: tuple[Term, ...]


def written_out(trace: Trace, event: Event) -> tuple[Side, Side] | None:
    """The terms with log(p) and log(1 - p), if their labels add up to 1 as well."""
    chosen = event.op is Op.WHERE
    if len(event.operands) != (3 if chosen else 2):
        return None
    first, second = (_side(operand(trace, event, i)) for i in ((1, 2) if chosen else (0, 1)))
    if first is None or second is None or first.argument.complement == second.argument.complement:
        return None
    p = first.argument.term
    if not p.same(second.argument.term) or any(_modulated(side, p) for side in (first, second)):
        return None
    labels = [(x, y) for x in first.others for y in second.others if _complementary(x, y)]
    if not chosen and (not labels or any(p.same(label) for pair in labels for label in pair)):
        return None
    return first, second


def _side(term: Term) -> Side | None:
    """A product with one logarithm."""
    parts = factors(term)
    logs = [part for part in parts if part.op in LOGARITHMS]
    event = logs[0].origin if len(logs) == 1 else None
    if event is None:
        return None
    argument = next(arguments(term.trace, event), None)
    others = tuple(part for part in parts if part is not logs[0])
    return None if argument is None else Side(event, argument, others)


def _modulated(side: Side, p: Term) -> bool:
    """A power of p or 1 - p stands beside the logarithm: a focal loss, whose gradient a cross-entropy does not have."""
    for other in side.others:
        if other.op in (Op.POWER, Op.SQUARE):
            base = other.operand()
            if any(form is not None and form.same(p) for form in (base, one_minus(base))):
                return True
    return False


def _complementary(x: Term, y: Term) -> bool:
    """x + y = 1, or x - y = 1, which a minus sign elsewhere explains."""
    for first, second in ((x, y), (y, x)):
        for inner in (one_minus(first), minus_one(first)):
            if inner is not None and inner.same(second.behind(PLAIN)):
                return True
    return False


def label(sides: tuple[Side, Side]) -> Term | None:
    """What stands beside log(p); None where a condition chooses."""
    first, second = sides if not sides[0].argument.complement else (sides[1], sides[0])
    return next((x for x in first.others for y in second.others if _complementary(x, y)), None)
