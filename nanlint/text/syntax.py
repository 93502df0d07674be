"""What the running Python and a look at the text say of its syntax, without LibCST."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from nanlint.findings import Problem
from nanlint.text.lexer import Nesting, Peak
from nanlint.text.source import Source, SourceError

MAX_BRACKETS = 200  # as in CPython's tokenizer
MAX_PATTERN_BRACKETS = (
    8  # LibCST takes three times as long for each level of a `case` pattern: 0.2 s for 8, a day for 20
)
MAX_LEVELS = 1000  # LibCST's time is quadratic in `x.a().b()...`: 0.4 s
MAX_BRANCHES = 1000
DEEP = 200  # levels that no version of Python has trouble with


def check_nesting(source: Source) -> None:
    """Raises SourceError for a text that nests too deeply to be parsed in decent time and space."""
    nesting = Nesting(source.text)

    def refuse_above(limit: int, peak: Peak, what: str) -> None:
        if peak.number > limit:
            raise SourceError(source.problem(f"nested too deeply (more than {limit} {what})", peak.line))

    refuse_above(MAX_BRACKETS, nesting.brackets, "levels of brackets")
    refuse_above(MAX_PATTERN_BRACKETS, nesting.in_pattern, "levels of brackets in a pattern")
    refuse_above(MAX_LEVELS, nesting.levels, "levels in one expression")
    refuse_above(MAX_BRANCHES, nesting.branches, "branches of one if")


@contextmanager
def depth_explained(source: Source) -> Iterator[None]:
    """Turns a RecursionError over a text that nests deeply into a SourceError; over any other it is a bug and goes on.

    CPython 3.12 counts the calls that C makes against a limit of its own, which cannot be raised.
    """
    try:
        yield
    except RecursionError:
        if Nesting(source.text).deepest.number < DEEP:
            raise
        raise SourceError(_too_deep(source)) from None


def _too_deep(source: Source) -> Problem:
    deepest = Nesting(source.text).deepest
    return source.problem(f"nested too deeply for this Python ({deepest.number} levels)", deepest.line)


def python_refuses(source: Source) -> Problem | None:
    """Why the running Python cannot parse the text; None if it can. Older Pythons refuse newer syntax."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        column = max(error.offset, 1) if error.offset else None
        return source.problem(f"syntax error: {error.msg}", error.lineno, column)
    except UnicodeEncodeError as error:
        line = source.text.count("\n", 0, error.start) + 1
        return source.problem("holds a lone surrogate: not Python source", line)
    except (MemoryError, RecursionError):  # how CPython's parser says that it gives up
        return _too_deep(source)
    return None
