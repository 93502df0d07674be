"""Rewrites of nodes to edits of text; a rewrite that would lose a comment or has no place to stand is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import libcst as cst

from nanlint.findings import Edit
from nanlint.rule import Insert, Remove, Replace, Rewrite
from nanlint.text.imports import import_lines, last_of_block, missing
from nanlint.text.lexer import comments
from nanlint.text.positions import Span
from nanlint.text.precedence import needs_parentheses

_NEWLINE = re.compile(r"\r\n|\r|\n")
_UNSAFE_IN_FSTRING = re.compile(r"[\"'\\\r\n#{}]")  # not allowed there before Python 3.12


class _RefusedError(Exception):
    """The rewrite cannot be done; the finding stays without a fix."""


def nodes_of(rewrite: Rewrite, module: cst.Module) -> Iterator[cst.CSTNode]:
    """The nodes whose spans `Editor.edits` asks for."""
    for edit in rewrite.edits:
        yield edit.node if isinstance(edit, Replace) else edit.statement
    if rewrite.imports:
        yield from import_lines(module)


@dataclass(frozen=True, slots=True)
class Editor:
    """Turns rewrites of one module into edits of its text. `newline` is what ends the file's lines."""

    module: cst.Module
    text: str
    newline: str
    spans: Mapping[int, Span]

    def edits(self, rewrite: Rewrite, statement: cst.CSTNode) -> tuple[Edit, ...] | None:
        """The edits, in order, none overlapping another; None if the rewrite is refused.

        `statement` is the one that the finding is in: local imports go before it.
        """
        try:
            needed = [text for text in rewrite.imports if self._lacks(text, statement)]
            edits = [self._import(text, rewrite, statement) for text in needed]
            edits += [self._edit(edit) for edit in rewrite.edits]
        except _RefusedError:
            return None
        edits = _merged(sorted(edits, key=lambda edit: (edit.start, edit.end)))
        overlap = any(after.start < before.end for before, after in pairwise(edits))
        return None if overlap or not edits else tuple(edits)

    def _edit(self, edit: Replace | Insert | Remove) -> Edit:
        if isinstance(edit, Replace):
            return self._replace(edit)
        if isinstance(edit, Insert):
            return self._insert(edit.statement, edit.text, edit.after)
        return self._remove(edit.statement)

    def _replace(self, edit: Replace) -> Edit:
        span = self.spans[id(edit.node)]
        text = self._with_newlines(self._indented(edit.text, span))
        self._keep_comments(span.start, span.end, text)
        if any(isinstance(node, cst.FormattedString) for node in span.ancestors) and _UNSAFE_IN_FSTRING.search(text):
            raise _RefusedError
        own_parentheses = span.outer_start < span.start
        if isinstance(edit.node, cst.BaseExpression) and not own_parentheses:
            loose = needs_parentheses(text, edit.node, span.ancestors[-1])
            if loose or self._glues(span.start, span.end, text):
                text = f"({text})"
        return Edit(span.start, span.end, text)

    def _indented(self, text: str, span: Span) -> str:
        """Continuation lines under the block's indentation, which a node by itself is printed without.

        A line that stands in the original as it is belongs to a string and stays.
        """
        first, *others = _NEWLINE.split(text)
        original = set(_NEWLINE.split(self.text[span.start : span.end]))
        blocks = (node for node in span.ancestors if isinstance(node, cst.IndentedBlock))
        indent = "".join(self.module.default_indent if block.indent is None else block.indent for block in blocks)
        return "\n".join([first, *(line if line in original or not line else indent + line for line in others)])

    def _glues(self, start: int, end: int, text: str) -> bool:
        """A name or keyword beside the replaced text would swallow it, as `x` in `"a"if x else"b"`."""
        before, after = self.text[max(0, start - 1) : start], self.text[end : end + 1]
        return _word(before, text[:1]) or _word(text[-1:], after)

    def _insert(self, statement: cst.CSTNode, text: str, after: bool) -> Edit:
        self._suite(statement)
        span = self.spans[id(statement)]
        start = self._line_start(span.start)
        indentation = self.text[start : span.start].replace("\f", "")
        lines = [indentation + line if line else line for line in _NEWLINE.split(text.rstrip("\r\n"))]
        if not after:
            return Edit(start, start, "".join(line + self.newline for line in lines))
        return self._below(span.end, lines)

    def _below(self, offset: int, lines: Iterable[str]) -> Edit:
        """Lines under the one of `offset`; a file whose last line has no end keeps that."""
        end = self._line_end(offset)
        if self.text[end - 1 : end] in ("\r", "\n"):
            return Edit(end, end, "".join(line + self.newline for line in lines))
        return Edit(end, end, "".join(self.newline + line for line in lines))

    def _remove(self, statement: cst.CSTNode) -> Edit:
        suite = self._suite(statement)
        if isinstance(statement, cst.BaseCompoundStatement):
            raise _RefusedError
        if not isinstance(suite, cst.Module) and len(suite.body) < 2:
            raise _RefusedError
        span = self.spans[id(statement)]
        start, end = self._line_start(span.start), self._line_end(span.end)
        self._keep_comments(start, end, "")
        if self.text[end - 1 : end] not in ("\r", "\n") and (above := re.search(r"(\r\n|\r|\n)\Z", self.text[:start])):
            start = above.start()
        return Edit(start, end, "")

    def _suite(self, statement: cst.CSTNode) -> cst.Module | cst.IndentedBlock:
        """The block whose line the statement is; refuses `a; b`, `if x: y` and `elif`."""
        around = self.spans[id(statement)].ancestors
        if around and isinstance(around[-1], cst.SimpleStatementLine):
            statement, around = around[-1], around[:-1]
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) > 1:
            raise _RefusedError
        if not around or not isinstance(around[-1], (cst.Module, cst.IndentedBlock)):
            raise _RefusedError
        return around[-1]

    def _lacks(self, text: str, statement: cst.CSTNode) -> bool:
        functions = [node for node in self._around(statement) if isinstance(node, cst.FunctionDef)]
        return missing(text, [self.module.body, *(function.body.body for function in functions)])

    def _import(self, text: str, rewrite: Rewrite, statement: cst.CSTNode) -> Edit:
        line = last_of_block(self.module, text)
        if line is not None and self.spans[id(line)].end <= self.spans[id(statement)].start:
            return self._below(self.spans[id(line)].end, [text])
        if not all(statement in self._around(edit.node) for edit in rewrite.edits if isinstance(edit, Replace)):
            raise _RefusedError  # a lambda's body, interpreted where it is called
        return self._insert(statement, text, after=False)

    def _around(self, statement: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
        span = self.spans.get(id(statement))
        return span.ancestors if span else ()

    def _keep_comments(self, start: int, end: int, text: str) -> None:
        """Refuses if a comment of the region is not in `text`, or if one in `text` would swallow what follows."""
        kept = [comment for _, comment in comments(text)]
        for _, comment in comments(self.text[start:end]):
            if comment not in kept:
                raise _RefusedError
            kept.remove(comment)
        if any(not _NEWLINE.search(text, offset) for offset, _ in comments(text)):
            raise _RefusedError

    def _with_newlines(self, text: str) -> str:
        return _NEWLINE.sub(lambda _: self.newline, text)

    def _line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def _line_end(self, offset: int) -> int:
        """Behind the end of the line; of the text, if its last line has none."""
        end = _NEWLINE.search(self.text, offset)
        return len(self.text) if end is None else end.end()


def _word(before: str, after: str) -> bool:
    return (before + "_").isidentifier() and ("_" + after).isidentifier() and bool(before and after)


def _merged(edits: Iterable[Edit]) -> list[Edit]:
    """Insertions at one place become one, in the order in which they were asked for; repeated ones count once."""
    merged: list[Edit] = []
    for edit in edits:
        last = merged[-1] if merged else None
        if last == edit and edit.start == edit.end:
            continue
        if last is not None and last.start == last.end == edit.start == edit.end:
            merged[-1] = Edit(edit.start, edit.end, last.text + edit.text)
        else:
            merged.append(edit)
    return merged
