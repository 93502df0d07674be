"""Text to LibCST tree, or one line that says why not."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.findings import Problem
from nanlint.text.lines import Cell
from nanlint.text.older import respelled
from nanlint.text.source import Source, SourceError
from nanlint.text.syntax import check_nesting, python_refuses


def parse(source: Source) -> cst.Module:
    """The tree of a text, of one in Python 2 with the respelled words. Raises SourceError.

    Wants a deep stack (`nanlint.running.stack`): the parser takes some 8 kB for a level of brackets.
    """
    check_nesting(source)
    for cell in source.cells:
        _check_alone(source, cell)
    try:
        return cst.parse_module(source.text)
    except (cst.ParserSyntaxError, UnicodeEncodeError) as error:
        older = _older(source)
        if older is not None:
            return older
        raise SourceError(python_refuses(source) or _beyond(source, error)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of LibCST's native parser; it is no Exception
            raise
        raise SourceError(_beyond(source, error)) from None


def _older(source: Source) -> cst.Module | None:
    """The tree of a text that was written for an older Python; None if it is not that which keeps it from one."""
    text = respelled(source.text)
    if text == source.text or python_refuses(source.with_text(text)) is not None:
        return None
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError:
        return None


def _check_alone(source: Source, cell: Cell) -> None:
    """Raises SourceError for a cell that is no program by itself, though it may be one with the next cell."""
    alone = Source(source.path, source.text[cell.start : cell.end])
    if python_refuses(alone) is None:
        return
    try:
        parse(alone)
    except SourceError as error:
        raise SourceError(replace(error.problem, cell=cell.number)) from None


def _beyond(source: Source, error: BaseException) -> Problem:
    """Python accepts the text; LibCST's own message would be a list of tokens."""
    line, column = (error.raw_line, error.raw_column + 1) if isinstance(error, cst.ParserSyntaxError) else (None, None)
    return source.problem("LibCST cannot parse it, though Python can", line, column)
