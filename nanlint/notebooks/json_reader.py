"""JSON read piece by piece, so that it is known where each piece stands."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")


class JSONReader:
    """A text and how far it is read. Raises JSONDecodeError for what is no JSON."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, position: int) -> int:
        """The line of the text, from 1, in which a position is."""
        return bisect_right(self._line_starts, position)

    def members(self, otherwise: Exception) -> Iterator[str]:
        """The keys of the object at the position; whoever takes one reads its value. Raises what it is told to."""
        self._open("{", otherwise)
        while self.peek() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise json.JSONDecodeError("Expecting a name in double quotes", self.text, self.position)
            self._expect(":")
            yield key
            self._separate("}")
        self._expect("}")

    def elements(self, otherwise: Exception) -> Iterator[None]:
        """The elements of the array at the position; whoever takes one reads it. Raises what it is told to."""
        self._open("[", otherwise)
        while self.peek() != "]":
            yield
            self._separate("]")
        self._expect("]")

    def value(self) -> object:
        """Whatever value is at the position."""
        self.peek()
        value, self.position = _DECODER.raw_decode(self.text, self.position)
        return value

    def end(self) -> None:
        """Nothing may come any more."""
        if self.peek():
            raise json.JSONDecodeError("Extra data", self.text, self.position)

    def _open(self, bracket: str, otherwise: Exception) -> None:
        if self.peek() != bracket:
            self.value()  # which may be no JSON at all
            raise otherwise
        self.position += 1

    def _separate(self, closing: str) -> None:
        """Passes over a comma, behind which something must come, unless the bracket closes here."""
        if self.peek() != closing:
            self._expect(",")
            if self.peek() == closing:
                raise json.JSONDecodeError("Trailing comma", self.text, self.position)

    def _expect(self, sign: str) -> None:
        if self.peek() != sign:
            raise json.JSONDecodeError(f"Expecting {sign!r}", self.text, self.position)
        self.position += 1

    def peek(self) -> str:
        """The character that comes behind blanks; "" at the end."""
        blank = _BLANK.match(self.text, self.position)
        self.position = self.position if blank is None else blank.end()
        return self.text[self.position : self.position + 1]
