"""The place that a person asks about: `train.py:30`, `train.py:30:12`, `nb.ipynb:cell 4:3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nanlint.text.source import Source

_WRITTEN = re.compile(r"(?P<path>.+?)(?::cell (?P<cell>\d+))?:(?P<line>\d+)(?::(?P<column>\d+))?")


class UnexplainedError(Exception):
    """A question that has no answer; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Numbers count from 1; in a notebook, lines do within the cell."""

    path: str
    line: int
    column: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f":cell {self.cell}"
        column = "" if self.column is None else f":{self.column}"
        return f"{self.path}{cell}:{self.line}{column}"

    def line_in(self, source: Source) -> int:
        """The line of the source's text that is meant. Raises UnexplainedError."""
        lines = source.text.splitlines()
        first, number = 0, len(lines)
        if source.cells:
            first, number = self._cell(source)
        elif self.cell is not None:
            raise UnexplainedError(f"{self.path}: is no notebook; leave `cell {self.cell}` out")
        if not 1 <= self.line <= max(number, 1):
            where = self.path if self.cell is None else f"{self.path}:cell {self.cell}"
            raise UnexplainedError(f"{where}: has no line {self.line}, only {number}")
        return first + self.line

    def _cell(self, source: Source) -> tuple[int, int]:
        """The line before the cell's first, and how many lines it has."""
        numbers = [cell.number for cell in source.cells]
        if self.cell is None:
            raise UnexplainedError(
                f"{self.path}: is a notebook; say which cell: {self.path}:cell {numbers[0]}:{self.line}"
            )
        for cell in source.cells:
            if cell.number == self.cell:
                return cell.line - 1, source.text[cell.start : cell.end].count("\n") + 1
        raise UnexplainedError(
            f"{self.path}: has no code in cell {self.cell}; cells with code: {', '.join(map(str, numbers))}"
        )


def asked(text: str) -> Asked:
    """What the text asks about. Raises UnexplainedError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise UnexplainedError(f"{text!r}: say a file and a line, as in train.py:30 or train.py:30:12")
    line, column, cell = (None if found[name] is None else int(found[name]) for name in ("line", "column", "cell"))
    return Asked(found["path"], line or 0, column, cell)
