"""What the running Python and a look at the text say of its syntax, without LibCST."""

from __future__ import annotations

import ast
import warnings

from nanlint.findings import Problem
from nanlint.lexer import Nesting, Peak
from nanlint.source import Source, SourceError

MAX_BRACKETS = 200  # as in CPython's tokenizer
MAX_PATTERN_BRACKETS = (
    8  # LibCST takes three times as long for each level of a `case` pattern: 0.2 s for 8, a day for 20
)
MAX_LEVELS = 1000  # LibCST's time is quadratic in `x.a().b()...`: 0.4 s
MAX_BRANCHES = 1000


def check_nesting(source: Source) -> Nesting:
    """Raises SourceError for a text that nests too deeply to be parsed in decent time and space."""
    nesting = Nesting(source.text)

    def refuse_above(limit: int, peak: Peak, what: str) -> None:
        if peak.number > limit:
            raise SourceError(Problem(source.path, f"nested too deeply (more than {limit} {what})", peak.line))

    refuse_above(MAX_BRACKETS, nesting.brackets, "levels of brackets")
    refuse_above(MAX_PATTERN_BRACKETS, nesting.in_pattern, "levels of brackets in a pattern")
    refuse_above(MAX_LEVELS, nesting.levels, "levels in one expression")
    refuse_above(MAX_BRANCHES, nesting.branches, "branches of one if")
    return nesting


def too_deep(source: Source, nesting: Nesting | None = None) -> Problem:
    """The Problem of a text that overflowed the stack all the same, at its deepest place."""
    nesting = nesting or Nesting(source.text)
    deepest = max(nesting.levels, nesting.branches, key=lambda peak: peak.number)
    return Problem(source.path, f"nested too deeply for this Python ({deepest.number} levels)", deepest.line)


def python_refuses(source: Source) -> Problem | None:
    """Why the running Python cannot parse the text; None if it can. Older Pythons refuse newer syntax."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        column = max(error.offset, 1) if error.offset else None
        return Problem(source.path, f"syntax error: {error.msg}", error.lineno, column)
    except UnicodeEncodeError as error:
        line = source.text.count("\n", 0, error.start) + 1
        return Problem(source.path, "holds a lone surrogate: not Python source", line)
    except (MemoryError, RecursionError):  # how CPython's parser says that it gives up
        return too_deep(source)
    return None
