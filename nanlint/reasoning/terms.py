"""A value in a formula with the place where it is written: what rules read formulas with and fixes take text from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.guarding import bare
from nanlint.reasoning.moving import held_by, reachable_source
from nanlint.reasoning.origins import MAX_SOURCES, SAME_ELEMENTS
from nanlint.reasoning.texts import code, parsed, wrapped

KEPT = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.SELECT})
"""Operations that a fix can leave standing around what it replaces."""
PLAIN = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.ITEM})
"""Operations that leave every element where it was in the formula."""


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
    hoisted: bool = False
    """Its expression moves, with all calls in it, to where its text is wanted."""

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
        node = operand_at(origin, index)
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
        """The number itself, or an array of it that does not widen what it meets (as `torch.ones(5, 1)` may)."""
        return self.value.range.point == number and self.op is not Op.FULL

    def text(self, target: Event) -> str | None:
        """The source of the value for use at `target`; None where nothing there surely holds it.

        What was computed without a gradient is not computed again with one.
        """
        if self.hoisted and self.node is not None:
            return code(self.node)
        if self.event is not None and self.event.site.no_gradient != target.site.no_gradient:
            return None
        if self.event is not None and (text := reachable_source(self.node, self.event, target)) is not None:
            return text
        return held_by(self.value, target.site)

    def atom(self, target: Event) -> str | None:
        """`text` for use under an operator or before a dot."""
        text = self.text(target)
        return None if text is None else wrapped(parsed(text), text)

    def bare(self, target: Event) -> str | None:
        """`text` for use as an argument."""
        text = self.text(target)
        if text is None or self.node is None or text != code(self.node) or not self.node.lpar:
            return text
        return bare(self.node)


def operand_at(event: Event | None, index: int) -> cst.BaseExpression | None:
    return event.site.operands[index] if event is not None and index < len(event.site.operands) else None


def operand(trace: Trace, event: Event, index: int = 0) -> Term:
    """An operand of an event."""
    return Term(trace, event.operands[index], operand_at(event, index), event)


def result(trace: Trace, event: Event) -> Term:
    """What the event computes."""
    node = event.node if isinstance(event.node, cst.BaseExpression) else None
    return Term(trace, event.result, node)
