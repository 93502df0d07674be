"""Code frames: lines of a source with marks beneath them, whatever characters they hold and however long they are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from nanlint.findings import Place
from nanlint.showing.terminal import Paint, cells

WIDTH = 120
"""Columns of code that a frame shows; of a longer line, the surroundings of the mark."""

_LEAST = 20
_CUT = "..."
_MARKED_LINES = 4


@dataclass(slots=True)
class Frame:
    """The growing text of a frame over `lines`; the margin is as wide as the largest line number to come.

    width: columns of a row, None if nothing limits it; code is shown up to WIDTH columns even then.
    """

    lines: Sequence[str]
    margin: int
    paint: Paint
    width: int | None = None
    text: list[str] = field(default_factory=list)
    last: str = ""

    def room(self, taken: int = 0) -> int:
        """Columns of code in a row, of which a terminal needs some for what is `taken` before the code."""
        return WIDTH if self.width is None else min(max(self.width - self.margin - 3 - taken, _LEAST), WIDTH)

    def add(self, sign: str, content: str) -> None:
        """A row of the frame: what stands in the margin, and what stands right of it."""
        margin = self.paint(f"{sign:>{self.margin}} |", "blue")
        self.text.append(f"{margin} {content}".rstrip())
        self.last = ""

    def remark(self, title: str, content: str, limit: int | None = None) -> None:
        """`= title: content` under the code, in lines of the frame's width, or of `limit` if that is less."""
        sign = self.paint(f"{'':>{self.margin}} =", "blue")
        indent = self.margin + len(f" = {title}: ")
        rows = wrapped(content, indent, min(filter(None, (self.width, limit)), default=None))
        self.text.append(f"{sign} {self.paint(f'{title}:', 'bold')} {rows}")

    def mark(self, place: Place, sign: str, style: str, label: str = "") -> None:
        """The lines of a place, underlined; the label stands behind the last line, or beneath if it is too long."""
        spans = list(self._spans(place))
        for row, (number, start, end) in enumerate(spans):
            if len(spans) > _MARKED_LINES and row == _MARKED_LINES - 2:
                self.add(_CUT[: self.margin], "")
            if len(spans) > _MARKED_LINES and _MARKED_LINES - 2 <= row < len(spans) - 1:
                continue
            self._underline(number, start, end, sign, style, label if row == len(spans) - 1 else "")

    def _underline(self, number: int, start: int, end: int, sign: str, style: str, label: str) -> None:
        code, column, length = excerpt(self.lines[number - 1], start, end, self.room())
        shown = f"{number}:{code}"
        if shown != self.last:
            self.add(str(number), code)
        rows = self._labelled(" " * column, sign * length, label)
        for indent, row in rows:
            self.add("", indent + self.paint(row, style))
        self.last = shown

    def _labelled(self, indent: str, line: str, label: str) -> list[tuple[str, str]]:
        """The line under the code and its label, on one row if there is room."""
        beside = f"{line} {label}".rstrip()
        room = self.room()
        if self.width is None or len(indent) + len(beside) <= room:
            return [(indent, beside)]
        indent_of_label = indent if room - len(indent) >= min(len(label), room // 2) else ""
        rows = textwrap.wrap(label, room - len(indent_of_label), break_on_hyphens=False)
        return [(indent, line), *((indent_of_label, row) for row in rows)]

    def _spans(self, place: Place) -> Iterator[tuple[int, int, int]]:
        """Line number, start and end (from 0) of the part of each line that is in the place; no blank lines."""
        for number in range(place.line, min(place.end_line, len(self.lines)) + 1):
            line = self.lines[number - 1]
            start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
            end = place.end_column - 1 if number == place.end_line else len(line.rstrip())
            if number == place.line or start < end:
                yield number, start, end


def wrapped(text: str, indent: int, width: int | None, hanging: int | None = None) -> str:
    """The text in lines of the width, to stand behind `indent` columns.

    The other lines are indented as far, or by `hanging`; where `indent` leaves no room, the first line stays empty.
    """
    if width is None:
        return text
    cramped = width - indent < _LEAST
    margin = " " * (2 if cramped else indent if hanging is None else hanging)
    first = margin if cramped else " " * indent
    lines = textwrap.wrap(
        text,
        max(width, _LEAST),
        initial_indent=first,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n" * cramped + "\n".join(lines).removeprefix("" if cramped else first)


def excerpt(line: str, start: int, end: int, width: int = WIDTH) -> tuple[str, int, int]:
    """The line as shown, and in it the first column and the number of columns of `line[start:end]` (at least one)."""
    shown = cells(line)
    columns = [0, *accumulate(width for _, width in shown)]
    start, end = min(start, len(line)), min(end, len(line))
    first, last = 0, len(shown)
    if columns[-1] > width:
        if columns[end] > width - len(_CUT):
            before = width // 4
            first = next(index for index, column in enumerate(columns) if column >= columns[start] - before)
        room = width - len(_CUT) * (1 + (first > 0))
        last = max(index for index, column in enumerate(columns) if column - columns[first] <= room)
    head, tail = _CUT if first > 0 else "", _CUT if last < len(shown) else ""
    code = head + "".join(text for text, _ in shown[first:last]) + tail
    length = columns[min(end, last)] - columns[start]
    return code, len(head) + columns[start] - columns[first], max(length, 1)
