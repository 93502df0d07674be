"""Which files make float64 the default of new arrays, whatever anybody asks of them; without LibCST."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator

_DOUBLE = re.compile(r"float64|double", re.IGNORECASE)


def sets_double(text: str) -> bool:
    """A call in the text does so under no test: `torch.set_default_dtype(torch.float64)`."""
    setters, flags = _setters()
    if not any(name in text for name in setters | flags):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # linting the file itself reports it
        return False
    return any(_doubles(call, setters, flags) for call in _calls(tree.body))


@functools.cache
def _setters() -> tuple[frozenset[str], frozenset[str]]:
    """The last names of functions that take the dtype, and the flags of frameworks that have one for it."""
    from nanlint.frameworks.registry import FRAMEWORKS  # 0.1 s

    setters = {name for table in FRAMEWORKS for name in (*table.default_float_setters, *table.policy_setters)}
    flags = frozenset(table.double_flag[1] for table in FRAMEWORKS if table.double_flag is not None)
    return frozenset(name.rpartition(".")[2] for name in setters), flags


def _calls(statements: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    """Those that no test has to let through, but the one that asks whether the file is the script."""
    for statement in statements:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield statement.value
        elif isinstance(statement, (ast.FunctionDef, ast.With)) or (
            isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)
        ):
            yield from _calls(statement.body)


def _doubles(call: ast.Call, setters: frozenset[str], flags: frozenset[str]) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [ast.unparse(argument) for argument in call.args]
    if len(given) == 2 and given[0].strip("'\"") in flags:
        return given[1] != "False"
    return name in setters and len(given) == 1 and _DOUBLE.search(given[0]) is not None
