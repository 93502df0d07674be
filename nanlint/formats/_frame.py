"""Code frames: lines of a source with marks beneath them, whatever characters they hold and however long they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from nanlint.findings import Place
from nanlint.terminal import Paint, cells

WIDTH = 120
"""Columns of code that a frame shows; of a longer line, the surroundings of the mark."""

_BEFORE = 30
_CUT = "..."
_MARKED_LINES = 4


@dataclass(slots=True)
class Frame:
    """The growing text of a frame over `lines`; the margin is as wide as the largest line number to come."""

    lines: Sequence[str]
    margin: int
    paint: Paint
    text: list[str] = field(default_factory=list)
    last: str = ""

    def add(self, sign: str, content: str) -> None:
        """A row of the frame: what stands in the margin, and what stands right of it."""
        margin = self.paint(f"{sign:>{self.margin}} |", "blue")
        self.text.append(f"{margin} {content}".rstrip())
        self.last = ""

    def remark(self, title: str, content: str) -> None:
        """`= title: content` under the code."""
        sign = self.paint(f"{'':>{self.margin}} =", "blue")
        self.text.append(f"{sign} {self.paint(f'{title}:', 'bold')} {content}")

    def mark(self, place: Place, sign: str, style: str, label: str = "") -> None:
        """The lines of a place, underlined; the label stands behind the last line."""
        spans = list(self._spans(place))
        for row, (number, start, end) in enumerate(spans):
            if len(spans) > _MARKED_LINES and row == _MARKED_LINES - 2:
                self.add(_CUT[: self.margin], "")
            if len(spans) > _MARKED_LINES and _MARKED_LINES - 2 <= row < len(spans) - 1:
                continue
            self._underline(number, start, end, sign, style, label if row == len(spans) - 1 else "")

    def _underline(self, number: int, start: int, end: int, sign: str, style: str, label: str) -> None:
        code, column, length = excerpt(self.lines[number - 1], start, end)
        shown = f"{number}:{code}"
        if shown != self.last:
            self.add(str(number), code)
        self.add("", " " * column + self.paint(f"{sign * length} {label}".rstrip(), style))
        self.last = shown

    def _spans(self, place: Place) -> Iterator[tuple[int, int, int]]:
        """Line number, start and end (from 0) of the part of each line that is in the place; no blank lines."""
        for number in range(place.line, min(place.end_line, len(self.lines)) + 1):
            line = self.lines[number - 1]
            start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
            end = place.end_column - 1 if number == place.end_line else len(line.rstrip())
            if number == place.line or start < end:
                yield number, start, end


def excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as shown, and in it the first column and the number of columns of `line[start:end]` (at least one)."""
    shown = cells(line)
    columns = [0, *accumulate(width for _, width in shown)]
    start, end = min(start, len(line)), min(end, len(line))
    first, last = 0, len(shown)
    if columns[-1] > WIDTH:
        if columns[end] > WIDTH - len(_CUT):
            first = next(index for index, column in enumerate(columns) if column >= columns[start] - _BEFORE)
        room = WIDTH - len(_CUT) * (1 + (first > 0))
        last = max(index for index, column in enumerate(columns) if column - columns[first] <= room)
    head, tail = _CUT if first > 0 else "", _CUT if last < len(shown) else ""
    code = head + "".join(text for text, _ in shown[first:last]) + tail
    length = columns[min(end, last)] - columns[start]
    return code, len(head) + columns[start] - columns[first], max(length, 1)
