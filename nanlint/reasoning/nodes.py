"""Walking syntax trees: LibCST's own `children` builds a copy of each node, which is 20 times slower."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache

import libcst as cst

_LAYOUT = ("whitespace", "leading_lines", "trailing", "lines_after", "header", "footer", "indent", "comma", "semicolon")
"""How the names begin of fields that hold no code."""


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes right below, without whitespace and comments; a class's fields decide their order."""
    for name in _fields(type(node)):
        part = getattr(node, name)
        if part is None or isinstance(part, str):  # first: to ask for an abstract class costs ten times as much
            continue
        if isinstance(part, (list, tuple)):
            for item in part:
                if isinstance(item, cst.CSTNode):
                    yield item
        elif isinstance(part, cst.CSTNode):
            yield part


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
