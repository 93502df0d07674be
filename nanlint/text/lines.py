"""Offsets of a text as lines and columns, in a notebook as cells with lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nanlint.findings import Place

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell of a notebook in the program that all its cells make.

    number: from 1 among all cells; line, start, end: its first line and its offsets in the program's text;
    json_lines: for each of its lines, the line of the notebook's file.
    """

    number: int
    line: int
    start: int
    end: int
    json_lines: tuple[int, ...] = ()


class Lines:
    """Offsets of a text as 1-based lines and columns in code points; lines end as in Python, not at form feeds."""

    def __init__(self, text: str, cells: Sequence[Cell] = ()) -> None:
        self.starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
        self.cells = cells

    def line(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset."""
        line = self.line(offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column - 1

    def place(self, path: str, start: int, end: int) -> Place:
        """Where the text from `start` to `end` stands; what begins in a cell is shown up to that cell's end."""
        if not self.cells:
            return Place(path, *self.position(start), *self.position(end))
        cell = self.cells[max(bisect_right([cell.start for cell in self.cells], start) - 1, 0)]
        (line, column), (end_line, end_column) = (
            self.position(min(max(offset, cell.start), cell.end)) for offset in (start, end)
        )
        return Place(path, line - cell.line + 1, column, end_line - cell.line + 1, end_column, cell.number)


@lru_cache(maxsize=8)
def lines_of(text: str) -> Lines:
    """The lines of a text, kept for who asks again: a file has many findings."""
    return Lines(text)
