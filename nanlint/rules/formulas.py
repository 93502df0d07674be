"""Reading operations as formulas, whatever way they are written: `1 + exp(x)`, `exp(x).add(1)`, `np.add(e, 1)`."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.rules.reasoning import MAX_SOURCES, SAME_ELEMENTS
from nanlint.rules.rewriting import code, contains, held_by, movable, reachable_source, wrapped

KEPT = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.SELECT})
"""Operations that a fix can leave standing around what it replaces."""
PLAIN = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.ITEM})
"""Operations that leave every element where it was in the formula."""
GUARD = 0.1  # an addend up to this is an epsilon, not a part of the formula


@dataclass(frozen=True, slots=True)
class Term:
    """A value in a formula.

    node: the expression that holds it, an operand of `event`; None where there is none (in a layer, in a join);
    links: the reshapes, casts and selections passed on the way to it, outermost first; None for what no fix can keep.
    """

    trace: Trace
    value: Value
    node: cst.BaseExpression | None = None
    event: Event | None = None
    links: tuple[Event | None, ...] = ()

    @property
    def op(self) -> Op:
        return self.value.op

    @property
    def origin(self) -> Event | None:
        """The event that made the value."""
        return self.trace.origin(self.value)

    @property
    def options(self) -> Mapping[str, Value]:
        return self.value.made_by.options

    def operand(self, index: int = 0) -> Term:
        """An operand of the operation that made the value."""
        origin = self.origin
        node = _node(origin, index)
        return Term(self.trace, self.value.made_by.operands[index], node, origin, self.links)

    def operands(self) -> tuple[Term, ...]:
        return tuple(self.operand(i) for i in range(len(self.value.made_by.operands)))

    def behind(self, ops: frozenset[Op]) -> Term:
        """The term before operations of `ops`, which become links."""
        term = self
        while term.op in ops and term.value.made_by.operands:
            origin = term.origin
            link = origin if term.op in KEPT else None
            term = replace(term.operand(), links=(*term.links, link))
        return term

    def alternatives(self) -> Iterator[Term]:
        """What it is on each way through the branches, behind everything that hands elements on."""
        pending: list[Term] = [self]
        seen: set[int] = set()
        while pending and len(seen) < MAX_SOURCES:
            term = pending.pop().behind(SAME_ELEMENTS)
            if id(term.value.made_by) in seen:
                continue
            seen.add(id(term.value.made_by))
            if term.op is Op.JOIN:
                joined = [Term(self.trace, value, links=(*term.links, None)) for value in term.value.made_by.operands]
                pending.extend(reversed(joined))
            else:
                yield term

    def same(self, other: Term) -> bool:
        """The same numbers but for reshapes and casts."""
        return self.behind(PLAIN).value.same(other.behind(PLAIN).value)

    def is_number(self, number: float) -> bool:
        return self.value.range.point == number

    def text(self, target: Event) -> str | None:
        """The source of the value for use at `target`; None where nothing there surely holds it."""
        if self.event is not None and (text := reachable_source(self.node, self.event, target)) is not None:
            return text
        return held_by(self.value, target.site)

    def atom(self, target: Event) -> str | None:
        """`text` for use under an operator or before a dot."""
        text = self.text(target)
        return None if text is None else wrapped(cst.parse_expression(text), text)

    def bare(self, target: Event) -> str | None:
        """`text` for use as an argument."""
        text = self.text(target)
        if text is None or self.node is None or text != code(self.node) or not self.node.lpar:
            return text
        return code(self.node.with_changes(lpar=(), rpar=()))


def _node(event: Event | None, index: int) -> cst.BaseExpression | None:
    return event.site.operands[index] if event is not None and index < len(event.site.operands) else None


def operand(trace: Trace, event: Event, index: int = 0) -> Term:
    """An operand of an event."""
    return Term(trace, event.operands[index], _node(event, index), event)


def result(trace: Trace, event: Event) -> Term:
    """What the event computes."""
    node = event.node if isinstance(event.node, cst.BaseExpression) else None
    return Term(trace, event.result, node)


# forms: each gives the part that varies, or None


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
        return term.operand(1) if one is not None and 1.0 <= one <= 1.0 + slack else None
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


# source


def plus(term: Term, target: Event) -> str | None:
    """The source of x at `target`, for use as an argument; of -y where x is -y and nothing holds that."""
    text = term.bare(target)
    inner = negated(term) if text is None else None
    if inner is not None and inner.links == term.links:
        text = inner.atom(target)
        return None if text is None else f"-{text}"
    return text


def minus(term: Term, target: Event) -> str | None:
    """The source of -x at `target`, for use as an argument; of y where x is -y."""
    inner = negated(term)
    if inner is not None and inner.links == term.links and (text := inner.bare(target)) is not None:
        return text
    text = term.atom(target)
    return None if text is None else f"-{text}"


def repeatable(term: Term, target: Event) -> str | None:
    """The source of x at `target` if it may be written twice: a name or an attribute, or the negative of one."""
    text = term.bare(target)
    node = None if text is None else cst.parse_expression(text)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        node = node.expression
    return text if isinstance(node, (cst.Name, cst.Attribute)) else None


def rebuilt(text: str, links: tuple[Event | None, ...], target: Event) -> str | None:
    """`text` inside the reshapes, casts and selections that stood around what it replaces."""
    for link in reversed(links):
        hole = _node(link, 0)
        if link is None or hole is None or not isinstance(link.node, (cst.Call, cst.Subscript, cst.Attribute)):
            return None
        if not (contains(target.node, link.node) or movable(link.node, link.site, target.site)):
            return None
        inner = cst.parse_expression(text)
        if not isinstance(inner, (cst.Call, cst.Subscript, cst.Attribute, cst.Name)):
            inner = cst.parse_expression(f"({text})")
        around = link.node.deep_replace(hole, inner)
        text = code(around)
    return text


def plainly_written(event: Event) -> bool:
    """The call has no arguments but those that nanlint knows (`out=` is one that it does not)."""
    if not isinstance(event.node, cst.Call):
        return isinstance(event.node, cst.BaseExpression)
    known = [node for node in event.site.operands if node is not None]
    receiver = 1 if event.site.spelling.startswith(".") else 0
    in_place = event.site.spelling.endswith("_")
    return not in_place and len(event.node.args) == len(known) - receiver + len(event.site.options)
