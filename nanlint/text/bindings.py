"""The names that a module binds, without LibCST: Python's own parser is ten times faster."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([^#\n]*)|import[ \t]+([^#\n]+))", re.MULTILINE)


def bindings(text: str) -> frozenset[str]:
    """Names bound at the top level of a module, in branches too; `module*` for `from module import *`.

    Raises SyntaxError or ValueError for a text that does not parse, RecursionError for one too deeply nested.
    """
    return frozenset(_bound(ast.parse(text).body))


def imports(text: str) -> Iterator[str]:
    """The names of the modules, and of what is imported from them, in the import lines of a text."""
    for match in _IMPORT.finditer(text):
        module, names, modules = match.groups()
        if module is None:
            yield from (words[0] for part in modules.split(",") if (words := part.split()))
            continue
        yield module
        separator = "" if module.endswith(".") else "."
        yield from (module + separator + words[0] for part in names.split(",") if (words := part.strip("( )").split()))


def _bound(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = "." * level + (module or "")
                yield from (f"{origin}*" if alias.name == "*" else alias.asname or alias.name for alias in names)
            case ast.Assign(targets=targets):
                yield from _names(targets)
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                yield from _names([target])
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                yield from _names(_targets(statement))
                for block in ("body", "orelse", "finalbody"):
                    yield from _bound(getattr(statement, block, ()))
                for handler in getattr(statement, "handlers", ()):
                    yield from _bound(handler.body)


def _targets(statement: ast.stmt) -> list[ast.expr]:
    """What a loop or a `with` assigns to."""
    match statement:
        case ast.For(target=target):
            return [target]
        case ast.With(items=items):
            return [item.optional_vars for item in items if item.optional_vars is not None]
        case _:
            return []


def _names(targets: Iterable[ast.expr]) -> Iterator[str]:
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
