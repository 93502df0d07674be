"""Which names a file's import statements bind, and where one more belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

Binding = tuple[str, str, str]
"""A module, a name in it (`""` for the module itself), the name that is bound."""

_INNER = ("body", "handlers", "orelse", "finalbody", "cases")


def parse_import(text: str) -> cst.Import | cst.ImportFrom:
    """The import statement that `text` is. Raises ValueError for anything else."""
    line = cst.parse_statement(text)
    match line:
        case cst.SimpleStatementLine(body=[cst.Import() | cst.ImportFrom() as statement]):
            return statement
    raise ValueError(f"no import statement: {text!r}")


def bindings(statement: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    """What the statement binds; `import a.b` binds `a`, too."""
    if isinstance(statement.names, cst.ImportStar):
        return
    for alias in statement.names:
        name = _dotted(alias.name)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""
        if isinstance(statement, cst.ImportFrom):
            yield "." * len(statement.relative) + _dotted(statement.module), name, bound or name
        else:
            root = name.partition(".")[0]
            yield name, "", bound or root
            if not bound:
                yield root, "", root


def missing(text: str, bodies: Sequence[Sequence[cst.CSTNode]]) -> bool:
    """No import in these blocks, or in blocks of theirs that are no functions or classes, binds what `text` binds."""
    there = {binding for body in bodies for statement in imports_in(body) for binding in bindings(statement)}
    return not set(bindings(parse_import(text))) <= there


def imports_in(body: Sequence[cst.CSTNode]) -> Iterator[cst.Import | cst.ImportFrom]:
    """The import statements of a block, and of the blocks in it."""
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            yield node
        elif not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.BaseSmallStatement)):
            for name in reversed(_INNER):
                inner = getattr(node, name, None)
                pending.extend(reversed(inner) if isinstance(inner, Sequence) else [inner] if inner is not None else [])


def import_lines(module: cst.Module) -> list[cst.SimpleStatementLine]:
    """The lines at the top level that only import."""
    return [line for line in module.body if isinstance(line, cst.SimpleStatementLine) and _only_imports(line)]


def last_of_block(module: cst.Module, text: str) -> cst.SimpleStatementLine | None:
    """The line after which the import `text` belongs; None if no line at the top level only imports.

    It ends the first run of import lines, or the one that first imports from the same package: a file that sets an
    environment variable between two imports has a reason.
    """
    runs: list[list[cst.SimpleStatementLine]] = []
    previous: cst.CSTNode | None = None
    for line in module.body:
        if isinstance(line, cst.SimpleStatementLine) and _only_imports(line):
            if runs and previous is runs[-1][-1]:
                runs[-1].append(line)
            else:
                runs.append([line])
        previous = line
    roots = _roots(parse_import(text))
    same = (run for run in runs if any(_roots(statement) & roots for statement in imports_in(run)))
    run = next(same, runs[0] if runs else None)
    return run[-1] if run else None


def _only_imports(line: cst.SimpleStatementLine) -> bool:
    return all(isinstance(part, (cst.Import, cst.ImportFrom)) for part in line.body)


def _roots(statement: cst.Import | cst.ImportFrom) -> set[str]:
    return {module.partition(".")[0] for module, _, _ in bindings(statement)}


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
