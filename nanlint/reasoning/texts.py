"""The source text of expressions, whole and in parentheses where they need them."""

from __future__ import annotations

import libcst as cst

_EMPTY = cst.Module([])


_LEFT: dict[type[cst.CSTNode], str] = {
    cst.Attribute: "value",
    cst.Call: "func",
    cst.Subscript: "value",
    cst.BinaryOperation: "left",
    cst.BooleanOperation: "left",
    cst.Comparison: "left",
}
"""Expressions that begin with another one, and where it is: what grows in long chains."""
_SHORT = 12  # links of a chain whose text is generated as a whole
_PLACE = "beginning_of_a_long_chain"  # stands for the link before
_KEPT = 1_000
_known: dict[cst.CSTNode, str] = {}
"""The text of the last links of long chains."""


def code(node: cst.CSTNode) -> str:
    """The node's source text, comments and all; a chain of n links whose parts are all asked for costs n, not n**2."""
    links: list[cst.CSTNode] = []
    current = node
    while type(current) in _LEFT and current not in _known:
        links.append(current)
        current = getattr(current, _LEFT[type(current)])
    if len(links) <= _SHORT and current not in _known:
        return _EMPTY.code_for_node(node)
    text = _known.get(current) or _EMPTY.code_for_node(current)
    if len(_known) > _KEPT:
        _known.clear()
    for link in reversed(links):
        rest = _EMPTY.code_for_node(link.with_changes(**{_LEFT[type(link)]: cst.Name(_PLACE)}))
        text = _known[link] = rest.replace(_PLACE, text, 1)
    return text


_LOOSE = (
    cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr,
    cst.Await, cst.Yield, cst.GeneratorExp,
)  # fmt: skip


def parsed(text: str) -> cst.BaseExpression:
    """The expression; what stood in parentheses may go over several lines."""
    node = cst.parse_expression(f"({text})")
    return node.with_changes(lpar=node.lpar[1:], rpar=node.rpar[:-1])


def wrapped(node: cst.CSTNode, text: str | None = None) -> str:
    """The source for use under a tight operator or a method: in parentheses unless it is an atom."""
    text = code(node) if text is None else text
    if isinstance(node, _LOOSE) and not getattr(node, "lpar", ()):
        return f"({text})"
    return text
