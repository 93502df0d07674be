"""Reading operations as formulas, whatever way they are written: `1 + exp(x)`, `exp(x).add(1)`, `np.add(e, 1)`.

Each form gives the part that varies, or None.
"""

from __future__ import annotations

import enum
import math

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.origins import MAX_SOURCES, SAME_ELEMENTS
from nanlint.reasoning.terms import PLAIN, Term

GUARD = 0.1  # an addend up to this is an epsilon, not a part of the formula


def negated(term: Term) -> Term | None:
    """x of -x."""
    term = term.behind(PLAIN)
    if term.op is Op.NEGATIVE:
        return term.operand()
    if term.op is Op.MULTIPLY:
        return _beside(term, -1.0)
    if term.op is Op.SUBTRACT and _two(term) and term.operand(0).is_number(0.0):
        return term.operand(1)
    return None


def one_plus(term: Term) -> Term | None:
    """x of 1 + x."""
    term = term.behind(PLAIN)
    return _beside(term, 1.0) if term.op is Op.ADD else None


def minus_one(term: Term) -> Term | None:
    """x of x - 1."""
    term = term.behind(PLAIN)
    if term.op is Op.ADD:
        return _beside(term, -1.0)
    return term.operand(0) if term.op is Op.SUBTRACT and _two(term) and term.operand(1).is_number(1.0) else None


def one_minus(term: Term, slack: float = 0.0) -> Term | None:
    """x of 1 - x; the 1 may be larger by `slack`, an epsilon."""
    term = term.behind(PLAIN)
    if term.op is Op.SUBTRACT and _two(term):
        one = term.operand(0).value.range.point
        whole = one is not None and 1.0 <= one <= 1.0 + slack and term.operand(0).op is not Op.FULL
        return term.operand(1) if whole else None
    if term.op is Op.ADD and (rest := _beside(term, 1.0)) is not None:
        return negated(rest)
    if term.op is Op.NEGATIVE:
        return minus_one(term.operand())
    return None


def exponential(term: Term) -> Term | None:
    """x of exp(x)."""
    term = term.behind(PLAIN)
    if term.op is Op.EXP:
        return term.operand()
    if term.op is Op.POWER and _two(term) and term.operand(0).is_number(math.e):
        return term.operand(1)
    return None


def reciprocal(term: Term) -> Term | None:
    """x of 1 / x."""
    term = term.behind(PLAIN)
    if term.op is Op.RECIPROCAL:
        return term.operand()
    if term.op is Op.DIVIDE and _two(term) and term.operand(0).is_number(1.0):
        return term.operand(1)
    if term.op is Op.POWER and _two(term) and term.operand(1).is_number(-1.0):
        return term.operand(0)
    return None


def halved(term: Term) -> Term | None:
    """x of x / 2."""
    term = term.behind(PLAIN)
    if term.op is Op.DIVIDE and _two(term) and term.operand(1).is_number(2.0):
        return term.operand(0)
    return _beside(term, 0.5) if term.op is Op.MULTIPLY else None


def quotient(term: Term) -> tuple[Term, Term] | None:
    """x and y of x / y."""
    term = term.behind(PLAIN)
    if term.op is not Op.DIVIDE or not _two(term) or "rounding_mode" in term.options:
        return None
    return term.operand(0), term.operand(1)


def opposite(x: Term, y: Term) -> bool:
    """x = -y."""
    minus_x, minus_y = negated(x), negated(y)
    return (minus_x is not None and minus_x.same(y)) or (minus_y is not None and minus_y.same(x))


class Side(enum.Enum):
    """Where a guard holds a value: off 0 from below, off 1 from above."""

    LOW = "low"
    HIGH = "high"


def unguarded(term: Term) -> tuple[Term, frozenset[Side] | None]:
    """The term without an epsilon added to it or a clamp around it, and what that guards; None: there was none."""
    if term.op is Op.ADD and _two(term):
        for i in (0, 1):
            epsilon = term.operand(i).value
            if epsilon.kind is not Kind.TENSOR and epsilon.range.lo >= 0.0 and epsilon.range.hi <= GUARD:
                return term.operand(1 - i).behind(SAME_ELEMENTS), frozenset({Side.LOW})
    if term.op is Op.CLAMP:
        ends = (("min", Side.LOW), ("max", Side.HIGH))
        given = frozenset(side for name, side in ends if name in term.options and not term.options[name].is_none)
        return term.operand().behind(SAME_ELEMENTS), given
    if term.op in (Op.MAXIMUM, Op.MINIMUM) and _two(term):
        for i in (0, 1):
            if term.operand(i).value.range.point is not None:
                side = Side.LOW if term.op is Op.MAXIMUM else Side.HIGH
                return term.operand(1 - i).behind(SAME_ELEMENTS), frozenset({side})
    return term, None


def _two(term: Term) -> bool:
    """Two operands, and no third that scales the second (`torch.add(x, y, alpha=2)`)."""
    return len(term.value.made_by.operands) == 2 and "alpha" not in term.options


def _beside(term: Term, number: float) -> Term | None:
    """The other operand of an operation one of whose two operands is `number`."""
    if not _two(term):
        return None
    for i in (0, 1):
        if term.operand(i).is_number(number):
            return term.operand(1 - i)
    return None


def inside(trace: Trace, event: Event) -> tuple[Event, ...]:
    """The events of the same activation that the event's formula consists of, down to its exponentials."""
    found: dict[int, Event] = {}
    pending = list(event.operands)
    while pending and len(found) < MAX_SOURCES:
        origin = trace.origin(pending.pop())
        if origin is None or id(origin) in found or origin.site.frame is not event.site.frame:
            continue
        found[id(origin)] = origin
        if origin.op is not Op.EXP:
            pending.extend(origin.operands)
    return tuple(found.values())


def factors(term: Term) -> list[Term]:
    """What is multiplied: through minus signs, sums, means and quotients, whose divisors are left out."""
    found: list[Term] = []
    pending = [term]
    while pending and len(found) < MAX_SOURCES:
        part = pending.pop().behind(PLAIN)
        if part.op in (Op.NEGATIVE, Op.SUM, Op.MEAN, Op.DIVIDE) and part.value.made_by.operands:
            pending.append(part.operand())
        elif part.op in (Op.MULTIPLY, Op.MATMUL) and len(part.value.made_by.operands) == 2:
            pending.extend(part.operands())
        else:
            found.append(part)
    return found
