"""Text to LibCST tree, or one line that says why not."""

from __future__ import annotations

import ast
import warnings

import libcst as cst

from nanlint.findings import Problem
from nanlint.lexer import Nesting, Peak
from nanlint.source import Source, SourceError

MAX_BRACKETS = 200  # as in CPython's tokenizer
MAX_PATTERN_BRACKETS = 8  # LibCST takes three times as long for each level of a `case` pattern: 0.2 s for 8, a day for 18
MAX_LEVELS = 1000  # `x.a().b()...`: LibCST's time is quadratic, 0.4 s
MAX_BRANCHES = 1000


def parse(source: Source) -> cst.Module:
    """The tree of a text; its `code` is the text. Raises SourceError.

    Call it with a deep stack (`nanlint.stack`): the parser needs 30 kB for a level of brackets.
    """
    nesting = Nesting(source.text)
    _check(source, nesting)
    try:
        return cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        raise SourceError(_syntax_problem(source, error)) from None
    except UnicodeEncodeError as error:
        line = source.text.count("\n", 0, error.start) + 1
        raise SourceError(Problem(source.path, "holds a lone surrogate: not Python source", line)) from None
    except RecursionError:  # CPython 3.12 counts some calls against a limit that cannot be raised
        raise SourceError(too_deep(source, nesting)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of LibCST's native parser; it is no Exception
            raise SourceError(Problem(source.path, f"LibCST cannot parse it: {error}")) from None
        raise


def too_deep(source: Source, nesting: Nesting | None = None) -> Problem:
    """The Problem of a tree that is too deep to work on, at the deepest place of the text."""
    nesting = nesting or Nesting(source.text)
    deepest = max(nesting.levels, nesting.branches, key=lambda peak: peak.number)
    return Problem(source.path, f"nested too deeply for this Python ({deepest.number} levels)", deepest.line)


def _check(source: Source, nesting: Nesting) -> None:
    def refuse_above(limit: int, peak: Peak, what: str) -> None:
        if peak.number > limit:
            raise SourceError(Problem(source.path, f"nested too deeply (more than {limit} {what})", peak.line))

    refuse_above(MAX_BRACKETS, nesting.brackets, "levels of brackets")
    refuse_above(MAX_PATTERN_BRACKETS, nesting.in_pattern, "levels of brackets in a pattern")
    refuse_above(MAX_LEVELS, nesting.levels, "levels in one expression")
    refuse_above(MAX_BRANCHES, nesting.branches, "branches of one if")


def _syntax_problem(source: Source, error: cst.ParserSyntaxError) -> Problem:
    """In the words of the running Python, which are for people; LibCST's are a list of tokens."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as reason:
        line, column = reason.lineno, reason.offset
        return Problem(source.path, f"syntax error: {reason.msg}", line, max(column, 1) if column else None)
    except (MemoryError, RecursionError):  # how CPython's own parser says that it gives up
        return too_deep(source)
    return Problem(source.path, "valid Python that LibCST cannot parse", error.raw_line, error.raw_column + 1)
