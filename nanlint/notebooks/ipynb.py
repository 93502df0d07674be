"""Jupyter's notebook files: their code cells with the places in the JSON, and new code put there and nowhere else."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from nanlint.notebooks.json_reader import JSONReader
from nanlint.text.lines import Lines

FORMAT = 4
"""The format of notebooks that is read; it came in 2015."""
PYTHON = "python"

_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")


class NotebookError(ValueError):
    """A text that is no notebook, or none that can be read; `line` and `column` of the JSON if they are known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell: its number, from 1 among all cells, its code, and where the JSON has that.

    start, end: of the value of `source`; items: of each text in it; lines: for each line of the code, the JSON's.
    """

    number: int
    source: str
    start: int
    end: int
    items: tuple[tuple[int, int], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Notebook:
    """language: of the kernel, in lower case; cells: those with code in this language."""

    language: str
    cells: tuple[CodeCell, ...]


def parse(text: str) -> Notebook:
    """The notebook in a text. Raises NotebookError."""
    try:
        return _Reader(text).notebook()
    except json.JSONDecodeError as error:
        if not text.strip():
            raise NotebookError("is empty: a notebook is JSON with a list of cells") from None
        raise NotebookError(f"is no notebook: invalid JSON, {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise NotebookError("is no notebook: JSON nested too deeply") from None


def rewritten(text: str, sources: Mapping[int, str]) -> str:
    """The notebook with new code in cells, by number; what does not change stays as it is, to the byte."""
    parts: list[str] = []
    position = 0
    for cell in parse(text).cells:
        source = sources.get(cell.number, cell.source)
        if source != cell.source:
            parts += text[position : cell.start], _spelled(source, cell, text)
            position = cell.end
    return "".join([*parts, text[position:]])


def _spelled(source: str, cell: CodeCell, text: str) -> str:
    """The JSON of new code in the style of the old: one text or one for each line; lines that were there as they were.

    Lines are cut as Jupyter cuts them.
    """
    value = text[cell.start : cell.end]
    ascii_only = _is_ascii(value, text)
    if not value.startswith("["):
        return json.dumps(source, ensure_ascii=ascii_only)
    known = {json.loads(item): item for item in (text[start:end] for start, end in cell.items)}
    lines = [known.get(line, json.dumps(line, ensure_ascii=ascii_only)) for line in source.splitlines(keepends=True)]
    if not cell.items:
        return f"[{', '.join(lines)}]"
    head, tail = text[cell.start : cell.items[0][0]], text[cell.items[-1][1] : cell.end]
    between = "," + (head[1:] or " ") if len(cell.items) == 1 else text[cell.items[0][1] : cell.items[1][0]]
    return f"{head}{between.join(lines)}{tail}"


def _is_ascii(value: str, text: str) -> bool:
    """Whether characters beyond ASCII are escaped: as in the old code, else as in the whole file."""
    sample = value if not value.isascii() or _ESCAPED.search(value) else text
    return sample.isascii() and _ESCAPED.search(sample) is not None


class _Reader(JSONReader):
    """Raises NotebookError for JSON of another shape."""

    def notebook(self) -> Notebook:
        """All of the text."""
        cells: list[CodeCell] | None = None
        metadata: object = None
        version: object = FORMAT
        for key in self.members(NotebookError("is no notebook: it is no object")):
            if key == "cells":
                cells = list(self.cells())
            elif key == "metadata":
                metadata = self.value()
            elif key == "nbformat":
                version = self.value()
            else:
                self.value()
        self.end()
        if isinstance(version, int) and version < FORMAT:
            remedy = "convert it with `jupyter nbconvert --to notebook --inplace`"
            raise NotebookError(f"is a notebook of format {version}, and nanlint reads format {FORMAT}: {remedy}")
        if cells is None:
            raise NotebookError("is no notebook: it has no list of cells")
        return Notebook(_language(metadata), tuple(cells))

    def cells(self) -> Iterator[CodeCell]:
        """The Python cells of the list at the position."""
        for number, _ in enumerate(self.elements(NotebookError("is no notebook: `cells` is no list")), 1):
            code: CodeCell | None = None
            kind: object = None
            metadata: object = None
            for key in self.members(NotebookError(f"is no notebook: cell {number} is no object")):
                if key == "source":
                    code = self.code(number)
                elif key == "cell_type":
                    kind = self.value()
                elif key == "metadata":
                    metadata = self.value()
                else:
                    self.value()
            if code is None:
                raise NotebookError(f"is no notebook: cell {number} has no source")
            if kind == "code" and _entry(metadata, "vscode", "languageId") in (None, "python"):
                yield code

    def code(self, number: int) -> CodeCell:
        """The value of `source` at the position: a text, or a list of texts."""
        is_list = self.peek() == "["
        start = self.position
        texts: list[str] = []
        items: list[tuple[int, int]] = []
        for _ in self.elements(NotebookError("")) if is_list else [None]:
            self.peek()
            begin, value = self.position, self.value()
            if not isinstance(value, str):
                raise NotebookError(f"is no notebook: the source of cell {number} is no text", self.line(begin))
            texts.append(value)
            items.append((begin, self.position))
        source = "".join(texts)
        return CodeCell(number, source, start, self.position, tuple(items), self.lines(source, texts, items))

    def lines(self, source: str, texts: list[str], items: list[tuple[int, int]]) -> tuple[int, ...]:
        """For each line of the code, the line of the text in which it begins."""
        begins = [0, *accumulate(map(len, texts))]
        starts = Lines(source).starts if items else []
        return tuple(self.line(items[min(bisect_right(begins, start), len(items)) - 1][0]) for start in starts)


def _language(metadata: object) -> str:
    """What the kernel said of itself, else what it was chosen for; Python if nobody says."""
    language = _entry(metadata, "language_info", "name") or _entry(metadata, "kernelspec", "language")
    return language.lower() if isinstance(language, str) else PYTHON


def _entry(data: object, *keys: str) -> object:
    """What stands under these keys in nested objects; None if there is nothing."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
