"""Where nodes stand in the text that their module was parsed from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import libcst as cst

from nanlint.text.older import respelled
from nanlint.text.sections import Marks, Sections, marked


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of a node in the text, ends exclusive, and the nodes around it, outermost first.

    start, end: an expression without its parentheses, a statement from its first decorator to its last character;
    outer_start, outer_end: an expression with its parentheses; header_end: a compound statement up to its body, any
    other node to its end.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    header_end: int
    ancestors: tuple[cst.CSTNode, ...] = ()


def locate(
    module: cst.Module, text: str, nodes: Iterable[cst.CSTNode], kept: Sections | None = None
) -> Mapping[int, Span]:
    """The spans of nodes in the text that the module was parsed from, by `id`; a node of another tree has none.

    kept: what is known from an earlier text of the file.
    """
    asked = {id(node): node for node in nodes}
    if not asked:
        return {}
    helpers = (helper for node in asked.values() for helper in (_first(node), _last(node), _body(node)))
    wanted = {id(node) for node in (*asked.values(), *helpers)}
    code, marks = marked(module, wanted, kept or Sections())
    aligned = _Alignment(code, text)
    return {key: _span(node, marks, aligned) for key, node in asked.items() if key in marks}


class _Alignment:
    """Offsets of generated code as offsets of the text; LibCST drops blanks in `except A :` and `f"{x!r }"`."""

    def __init__(self, code: str, text: str) -> None:
        if code != text:
            text = respelled(text)
        self.exact = code == text
        if self.exact:
            return
        self.code, self.text = ([i for i, char in enumerate(it) if not char.isspace()] for it in (code, text))
        if [code[i] for i in self.code] != [text[i] for i in self.text]:
            raise ValueError("LibCST's tree does not spell the text that it was parsed from")

    def start(self, offset: int) -> int:
        return offset if self.exact else self.text[bisect_left(self.code, offset)]

    def end(self, offset: int) -> int:
        return offset if self.exact else self.text[bisect_left(self.code, offset) - 1] + 1


def _span(node: cst.CSTNode, marks: Mapping[int, Marks], aligned: _Alignment) -> Span:
    own, first, last, body = (marks[id(part)] for part in (node, _first(node), _last(node), _body(node)))
    return Span(
        aligned.start(first.start),
        aligned.end(last.end),
        aligned.start(own.outer_start),
        aligned.end(own.outer_end),
        aligned.end(last.end if body is own else body.outer_start),
        own.ancestors,
    )


def _first(node: cst.CSTNode) -> cst.CSTNode:
    """Where a statement begins: its first decorator or itself."""
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.decorators:
        return node.decorators[0]
    return node


def _body(node: cst.CSTNode) -> cst.CSTNode:
    """The suite of a compound statement, or the node itself."""
    body = getattr(node, "body", None)
    return body if isinstance(body, cst.BaseSuite) else node


def _last(node: cst.CSTNode) -> cst.CSTNode:
    """The simple statement with which a statement ends, or the node itself."""
    while not isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        parts = [getattr(node, name, None) for name in ("finalbody", "orelse", "handlers", "cases", "body")]
        part = next((part for part in parts if part), None)
        part = part[-1] if isinstance(part, (list, tuple)) else part
        if not isinstance(part, cst.CSTNode) or isinstance(part, cst.BaseExpression):
            return node
        node = part
    return node
