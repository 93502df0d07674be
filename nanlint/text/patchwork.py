"""Parsing a text that was parsed before in a slightly other form: statements that are still there keep their trees.

LibCST has no incremental parser. But a module is a list of statements, a class has another, and each statement can be
parsed by itself; Python's own parser, seven times as fast, tells where they begin and end.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import libcst as cst

from nanlint.text.lines import Lines
from nanlint.text.parsing import parse
from nanlint.text.source import Source, SourceError

LARGE = 40  # lines of a class that is cut
_HEAD = "class _:\n"


class _WholeError(Exception):
    """The text has to be parsed as a whole."""


class _Piece:
    """A part of a module, parsed by itself; while its text stays, its statements stay the same objects."""

    def __init__(self, tree: cst.Module) -> None:
        self.tree = tree

    @cached_property
    def statements(self) -> Sequence[cst.SimpleStatementLine | cst.BaseCompoundStatement]:
        """The first has the lines that a module has at its top."""
        opening, *others = self.tree.body
        if self.tree.header:
            opening = opening.with_changes(leading_lines=(*self.tree.header, *opening.leading_lines))
        return opening, *others


class Patchwork:
    """Parses texts of one file, one after the other."""

    def __init__(self) -> None:
        self._known: dict[str, list[_Piece]] = {}
        self._used: dict[str, list[_Piece]] = {}

    def parse(self, source: Source) -> cst.Module:
        """The tree of the text; a comment between statements may hang on the other one. Raises SourceError."""
        self._used = {}
        try:
            return self._module(source)
        except (_WholeError, SourceError):  # an error in a piece: its line is not the file's
            return parse(source)
        finally:
            self._known = self._used

    def _module(self, source: Source) -> cst.Module:
        statements = _statements(source.text)
        parts = _cut(source.text, statements, 0)
        return _joined([self._statement(source, text, own) for text, own in parts])

    def _statement(self, source: Source, text: str, own: Sequence[ast.stmt]) -> _Piece:
        definition = own[0]
        if len(own) == 1 and isinstance(definition, ast.ClassDef) and _is_large(definition):
            return self._class(source, text, definition)
        return self._piece(source, text)

    def _piece(self, source: Source, text: str) -> _Piece:
        """The piece with that text; none is used twice in a module, since its nodes stand for places."""
        kept = self._known.get(text)
        piece = kept.pop() if kept else _Piece(parse(replace(source, text=text)))
        self._used.setdefault(text, []).append(piece)
        return piece

    def _class(self, source: Source, text: str, statement: ast.ClassDef) -> _Piece:
        """A class from its header with the first statement, and the other statements by themselves."""
        kept = self._known.get(text)
        if kept:
            return self._piece(source, text)
        above = statement.end_lineno or statement.lineno
        (head, _), *others = _cut(text, statement.body, above - len(Lines(text.rstrip("\n")).starts))
        whole = self._piece(source, head)
        parts = [self._piece(source, _HEAD + other) for other, _ in others]
        piece = _Piece(_with_body(whole.tree, [part.tree for part in parts])) if parts else whole
        self._used.setdefault(text, []).append(piece)
        return piece


def _statements(text: str) -> list[ast.stmt]:
    """The statements of a module. Raises _WholeError for a text that Python refuses, or that is too small or odd."""
    if "\f" in text or "\r" in text:
        raise _WholeError
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _WholeError from None
    if len(found) < 2:
        raise _WholeError
    return found


def _cut(text: str, statements: Sequence[ast.stmt], above: int) -> list[tuple[str, list[ast.stmt]]]:
    """The text cut behind the lines in which statements end, with those of each part; `above` lines are not in it."""
    lines = Lines(text)
    parts: list[tuple[str, list[ast.stmt]]] = []
    start, own = 0, [statements[0]]
    for statement, following in pairwise(statements):
        end = statement.end_lineno or statement.lineno
        if end < _first_line(following):
            stop = lines.starts[end - above]
            parts.append((text[start:stop], own))
            start, own = stop, []
        own.append(following)
    return [*parts, (text[start:], own)]


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _is_large(definition: ast.ClassDef) -> bool:
    lines = (definition.end_lineno or 0) - definition.lineno
    return lines > LARGE and len(definition.body) > 1 and definition.body[0].lineno > definition.lineno


def _with_body(whole: cst.Module, trees: Sequence[cst.Module]) -> cst.Module:
    """The module of one class with the statements of the others behind its own. Raises _WholeError."""
    definition = whole.body[-1]
    block = definition.body if isinstance(definition, cst.ClassDef) else None
    if not isinstance(block, cst.IndentedBlock) or block.footer or whole.footer:
        raise _WholeError
    body = list(block.body)
    for tree in trees:
        inner = tree.body[0].body
        if not isinstance(inner, cst.IndentedBlock) or len(tree.body) > 1 or tree.header:
            raise _WholeError
        if tree is not trees[-1] and (inner.footer or tree.footer or not tree.has_trailing_newline):
            raise _WholeError
        body += inner.body
    _check_alike([whole, *trees])
    footer = inner.footer if isinstance(inner, cst.IndentedBlock) else ()
    changed = definition.with_changes(body=block.with_changes(body=body, footer=footer))
    last = trees[-1]
    return whole.with_changes(
        body=[*whole.body[:-1], changed], footer=last.footer, has_trailing_newline=last.has_trailing_newline
    )


def _joined(pieces: Sequence[_Piece]) -> cst.Module:
    """One module. Raises _WholeError if the pieces are not written alike, which only the whole would show."""
    trees = [piece.tree for piece in pieces]
    first, last = trees[0], trees[-1]
    indent = _check_alike(trees)
    body = list(first.body)
    for piece in pieces[1:]:
        body += piece.statements
    for tree in trees[:-1]:
        if tree.footer or not tree.has_trailing_newline:
            raise _WholeError
    return first.with_changes(
        body=body,
        footer=last.footer,
        default_indent=indent or first.default_indent,
        has_trailing_newline=last.has_trailing_newline,
    )


def _check_alike(trees: Sequence[cst.Module]) -> str | None:
    """The indentation that all blocks share, if there are any. Raises _WholeError if they do not."""
    indents = {tree.default_indent for tree in trees if any(map(_is_compound, tree.body))}
    if len(indents) > 1 or any(not tree.body for tree in trees):
        raise _WholeError
    return next(iter(indents), None)


def _is_compound(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.BaseCompoundStatement)
