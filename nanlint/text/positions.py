"""Where nodes stand: offsets of the wanted nodes from one code generation, whose state records nothing else."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

import libcst as cst
from libcst._nodes.internal import CodegenState


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


class _Marks:
    """Token numbers at which a node starts and ends."""

    __slots__ = ("ancestors", "end", "node", "outer_end", "outer_start", "start", "state")

    def __init__(self, state: _Recorder, node: cst.CSTNode) -> None:
        self.state, self.node = state, node
        self.ancestors = tuple(state.around)
        self.outer_start = self.outer_end = self.start = self.end = -1

    def __enter__(self) -> None:
        self.start = len(self.state.tokens)

    def __exit__(self, *_: object) -> None:
        self.end = len(self.state.tokens)


class _Nothing:
    __slots__ = ()

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


_NOTHING = _Nothing()


class _Recorder(CodegenState):
    """Generates code as usual and marks the wanted nodes (by id)."""

    def __init__(self, module: cst.Module, wanted: set[int]) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.wanted = wanted
        self.marks: dict[int, _Marks] = {}
        self.around: list[cst.CSTNode] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        if id(node) in self.wanted:
            marks = self.marks[id(node)] = _Marks(self, node)
            marks.outer_start = len(self.tokens)
        self.around.append(node)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.around.pop()
        if id(node) in self.wanted:
            self.marks[id(node)].outer_end = len(self.tokens)

    def record_syntactic_position(  # type: ignore[override]  # a context manager that costs next to nothing
        self, node: cst.CSTNode, **_: cst.CSTNode | None
    ) -> _Marks | _Nothing:
        return self.marks[id(node)] if id(node) in self.wanted else _NOTHING


def locate(module: cst.Module, text: str, nodes: Iterable[cst.CSTNode]) -> Mapping[int, Span]:
    """The spans of nodes in the text that the module was parsed from, by `id`; a node of another tree has none."""
    asked = {id(node): node for node in nodes}
    if not asked:
        return {}
    helpers = (helper for node in asked.values() for helper in (_first(node), _last(node), _body(node)))
    state = _Recorder(module, {id(node) for node in (*asked.values(), *helpers)})
    module._codegen(state)
    offsets = [0, *accumulate(map(len, state.tokens))]
    offsets.append(offsets[-1])  # of the newline that is taken back at the end of a text without one
    aligned = _Alignment("".join(state.tokens), text)
    return {key: _span(node, state.marks, offsets, aligned) for key, node in asked.items() if key in state.marks}


class _Alignment:
    """Offsets of generated code as offsets of the text; LibCST drops blanks in `except A :` and `f"{x!r }"`."""

    def __init__(self, code: str, text: str) -> None:
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


def _span(node: cst.CSTNode, marks: Mapping[int, _Marks], offsets: list[int], aligned: _Alignment) -> Span:
    own, first, last, body = (marks[id(part)] for part in (node, _first(node), _last(node), _body(node)))
    end = _inner(last)[1]
    return Span(
        aligned.start(offsets[_inner(first)[0]]),
        aligned.end(offsets[end]),
        aligned.start(offsets[own.outer_start]),
        aligned.end(offsets[own.outer_end]),
        aligned.end(offsets[end if body is own else body.outer_start]),
        own.ancestors,
    )


def _inner(marks: _Marks) -> tuple[int, int]:
    """Start and end without parentheses; of a node that has no such notion, all of it."""
    return (marks.outer_start, marks.outer_end) if marks.start < 0 else (marks.start, marks.end)


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
