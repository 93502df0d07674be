"""The source of a formula's parts at another place: its sign turned, its surroundings kept."""

from __future__ import annotations

import libcst as cst

from nanlint.interp.trace import Event
from nanlint.reasoning.formulas import negated
from nanlint.reasoning.moving import contains, movable
from nanlint.reasoning.terms import Term, operand_at
from nanlint.reasoning.texts import code, parsed


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
    return None if text is None else _turned(text) or f"-{text}"


def _turned(text: str) -> str | None:
    """`(2 * x)` for `(-2 * x)`; None for anything else."""
    node = parsed(text)
    if not isinstance(node, cst.BinaryOperation) or not isinstance(node.operator, (cst.Multiply, cst.Divide)):
        return None
    first = node.left
    if not isinstance(first, cst.UnaryOperation) or not isinstance(first.operator, cst.Minus) or first.lpar:
        return None
    return code(node.with_changes(left=first.expression, lpar=(), rpar=()))


def repeatable(term: Term, target: Event) -> str | None:
    """The source of x at `target` if it may be written twice: a name or an attribute, or the negative of one."""
    text = term.bare(target)
    node = None if text is None else parsed(text)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        node = node.expression
    return text if isinstance(node, (cst.Name, cst.Attribute)) else None


def rebuilt(text: str, links: tuple[Event | None, ...], target: Event) -> str | None:
    """`text` inside the reshapes, casts and selections that stood around what it replaces."""
    for link in reversed(links):
        hole = operand_at(link, 0)
        if link is None or hole is None or not isinstance(link.node, (cst.Call, cst.Subscript, cst.Attribute)):
            return None
        if not (contains(target.node, link.node) or movable(link.node, link.site, target.site)):
            return None
        inner = parsed(text)
        if not isinstance(inner, (cst.Call, cst.Subscript, cst.Attribute, cst.Name)):
            inner = cst.parse_expression(f"({text})")
        around = link.node.deep_replace(hole, inner)
        text = code(around)
    return text


def plainly_written(event: Event, idle: frozenset[str] = frozenset()) -> bool:
    """The call has no arguments but those that nanlint knows (`out=` is one it does not) and keywords of `idle`."""
    if not isinstance(event.node, cst.Call):
        return isinstance(event.node, cst.BaseExpression)
    known = [node for node in event.site.operands if node is not None]
    receiver = 1 if event.site.spelling.startswith(".") else 0
    in_place = event.site.spelling.endswith("_")
    given = [argument for argument in event.node.args if argument.keyword is None or argument.keyword.value not in idle]
    return not in_place and len(given) == len(known) - receiver + len(event.site.options)
