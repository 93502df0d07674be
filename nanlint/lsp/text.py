"""A text as an editor addresses it: lines and columns from 0, columns in UTF-8, UTF-16 or UTF-32 units."""

from __future__ import annotations

from functools import cached_property

from lsprotocol.types import Position, PositionEncodingKind, Range

from nanlint.text.lines import Lines

_CODECS = {
    PositionEncodingKind.Utf8.value: ("utf-8", 1),
    PositionEncodingKind.Utf16.value: ("utf-16-le", 2),
    PositionEncodingKind.Utf32.value: ("utf-32-le", 4),
}
_LINE_ENDS = "\r\n"


class Text:
    """A text that never changes. Lines end where the protocol says: after CR, LF or both, nowhere else."""

    def __init__(self, content: str, encoding: str = PositionEncodingKind.Utf16.value) -> None:
        self.content = content
        self.encoding = encoding
        self._codec, self._width = _CODECS[encoding]

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.content)

    def line(self, number: int) -> str:
        """A line by its number from 0, without its end; "" behind the last."""
        starts = self.lines.starts
        if not 0 <= number < len(starts):
            return ""
        end = starts[number + 1] if number + 1 < len(starts) else len(self.content)
        return self.content[starts[number] : end].rstrip(_LINE_ENDS)

    def offset(self, position: Position) -> int:
        """The offset of a position; one behind the end of its line or of the text means that end."""
        starts = self.lines.starts
        if position.line < 0:
            return 0
        if position.line >= len(starts):
            return len(self.content)
        return starts[position.line] + self._index(self.line(position.line), position.character)

    def position(self, offset: int) -> Position:
        """The position of an offset; one outside the text means its end."""
        offset = min(max(offset, 0), len(self.content))
        line = self.lines.line(offset) - 1
        return Position(line, self._units(self.content[self.lines.starts[line] : offset]))

    def range(self, start: int, end: int) -> Range:
        return Range(self.position(start), self.position(end))

    def replaced(self, area: Range, text: str) -> Text:
        """The text with a stretch of it replaced."""
        start, end = sorted((self.offset(area.start), self.offset(area.end)))
        return Text(self.content[:start] + text + self.content[end:], self.encoding)

    def with_content(self, content: str) -> Text:
        return Text(content, self.encoding)

    def _units(self, text: str) -> int:
        if self._width == 4 or text.isascii():
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._width

    def _index(self, line: str, units: int) -> int:
        """How many characters of the line `units` units are; the middle of a character means its start."""
        if self._width == 4 or line.isascii():
            return min(max(units, 0), len(line))
        encoded = line.encode(self._codec, "surrogatepass")[: max(units, 0) * self._width]
        return len(encoded.decode(self._codec, "ignore"))
