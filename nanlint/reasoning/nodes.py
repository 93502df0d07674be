"""Walking syntax trees: LibCST's own `children` builds a copy of each node, which is 20 times slower."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache
from typing import Generic, TypeVar

import libcst as cst

from nanlint.interp.trace import Trace

_Answer = TypeVar("_Answer")

_LAYOUT = ("whitespace", "leading_lines", "trailing", "lines_after", "header", "footer", "indent", "comma", "semicolon")
"""How the names begin of fields that hold no code."""


_NO_NODE = frozenset({type(None), str, bool, cst.MaybeSentinel})
"""Types of fields, told from nodes by identity: whether something is of an abstract class costs ten times as much."""


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below, without whitespace and comments; a class's fields decide their order."""
    found: list[cst.CSTNode] = []
    for name in _fields(type(node)):
        part = getattr(node, name)
        kind = type(part)
        if kind is tuple or kind is list:
            found += part
        elif kind not in _NO_NODE:
            found.append(part)
    return found


@cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind) if not field.name.startswith(_LAYOUT))


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


class Noted(Generic[_Answer]):
    """Answers about nodes. Those asked for one trace are kept for the next: after an edit most trees are the same."""

    def __init__(self, answer: Callable[[cst.CSTNode], _Answer]) -> None:
        self._answer = answer
        self._trace: Trace | None = None
        self._before: dict[cst.CSTNode, _Answer] = {}
        self._now: dict[cst.CSTNode, _Answer] = {}

    def of(self, node: cst.CSTNode, trace: Trace) -> _Answer:
        if trace is not self._trace:
            self._trace, self._before, self._now = trace, self._now, {}
        if node not in self._now:
            self._now[node] = self._before[node] if node in self._before else self._answer(node)
        return self._now[node]

    def each(self, module: cst.Module, trace: Trace) -> list[_Answer]:
        """Those about its statements."""
        return [self.of(statement, trace) for statement in module.body]
