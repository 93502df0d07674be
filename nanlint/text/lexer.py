"""What can be told of a Python text without parsing it: its comments and strings, and how deeply it nests."""

from __future__ import annotations

import re
from collections.abc import Iterator

STRING = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"""|\Z)'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\Z)"
    r'|"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"?'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'?"
)
_NEWLINE = r"\r\n|\r|\n"
_WORD_OPERATOR = "and|await|else|for|from|if|lambda|not|or|yield"

_COMMENTS = re.compile(rf"{STRING}|(?P<comment>\#[^\r\n]*)", re.DOTALL)
_TOKENS = re.compile(
    rf"(?:[ \t=:<>!0-9]|(?!(?:{_WORD_OPERATOR})\b)[^\W\d]\w*)*"  # names, numbers and comparisons nest nothing
    rf"(?:(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<separator>[,;])|(?P<newline>{_NEWLINE})|\#[^\r\n]*"
    rf"|(?P<continuation>\\(?:{_NEWLINE}))|(?P<operator>\*\*?|//?|[-+%@&|^~]|\.(?!\d)|{_WORD_OPERATOR})"
    rf"|(?P<string>{STRING})|.|\Z)",  # anything at all: what could fail here would backtrack for ever
    re.DOTALL,
)
_NEWLINES = re.compile(_NEWLINE)
_BRANCH = re.compile(r"[ \t\f]*(case|elif|if)\b")
_FORMATTED = re.compile(r"(?:[rR]?[fFtT]|[fFtT][rR])\Z")
_QUOTES = re.compile(r"\"\"\"|'''|\"|'")


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of every comment; `text` starts outside any string."""
    for match in _COMMENTS.finditer(text):
        if match["comment"]:
            yield match.start(), match["comment"]


def strings(text: str) -> Iterator[tuple[int, int]]:
    """First offset and end of every string; `text` starts outside any string."""
    for match in _COMMENTS.finditer(text):
        if not match["comment"]:
            yield match.span()


class Peak:
    """The largest number met, and its line."""

    __slots__ = ("line", "number")

    def __init__(self) -> None:
        self.number, self.line = 0, 1

    def meet(self, number: int, line: int) -> None:
        if number > self.number:
            self.number, self.line = number, line


class Nesting:
    """How deeply a text nests, measured in one pass over its tokens.

    brackets: open at once; in_pattern: open at once after `case`; branches: of one `if` with its `elif`s;
    levels: operators, brackets and strings on the way from the start of a statement into the innermost bracket,
    without those before a comma: a bound for the depth of an expression's tree.
    """

    def __init__(self, text: str) -> None:
        self.brackets, self.in_pattern, self.branches, self.levels = Peak(), Peak(), Peak(), Peak()
        self._line = 1
        self._stack: list[int] = []
        self._below = 0  # the sum of the stack
        self._here = 0
        self._floor = -1  # brackets around the formatted string that is being read
        self._pattern = False
        self._chains: dict[str, int] = {}
        self._begin_line(text, 0)
        self._read(text)

    @property
    def deepest(self) -> Peak:
        """The place that asks most of a recursion."""
        return max(self.levels, self.branches, key=lambda peak: peak.number)

    def _read(self, text: str) -> None:
        steps = {"operator": self._deepen, "open": self._open, "close": self._close, "separator": self._separate}
        for match in _TOKENS.finditer(text):
            kind = match.lastgroup
            if kind == "newline":
                self._end_line(text, match.end())
            elif kind == "continuation":
                self._line += 1
            elif len(self._stack) == self._floor and text[match.end() - 1 : match.end()] != "{":
                continue  # the literal part of a formatted string
            elif kind == "string":
                self._string(text, match.start("string"), match["string"])
            elif kind in steps:
                steps[kind]()

    def _deepen(self) -> None:
        self._here += 1
        self.levels.meet(self._below + self._here, self._line)

    def _open(self) -> None:
        self._deepen()
        self._stack.append(self._here)
        self._below += self._here
        self._here = 0
        self.brackets.meet(len(self._stack), self._line)
        if self._pattern:
            self.in_pattern.meet(len(self._stack), self._line)

    def _close(self) -> None:
        if self._stack:
            self._here = self._stack.pop()
            self._below -= self._here

    def _separate(self) -> None:
        self._here = 0

    def _string(self, text: str, offset: int, string: str) -> None:
        """Adjacent strings are a chain; the fields of a formatted one hold code."""
        self._deepen()
        last = self._line + len(_NEWLINES.findall(string))
        if "{" in string and _FORMATTED.search(text[max(0, offset - 2) : offset]):
            floor, here = self._floor, self._here
            self._floor = len(self._stack)
            self._read(_QUOTES.sub("", string, count=1))
            while len(self._stack) > self._floor:
                self._close()
            self._floor, self._here = floor, here
        self._line = last

    def _end_line(self, text: str, offset: int) -> None:
        self._line += 1
        if not self._stack and self._floor < 0:
            self._here = 0
            self._begin_line(text, offset)

    def _begin_line(self, text: str, offset: int) -> None:
        """Counts the branches of an `if` by its indentation."""
        word = _BRANCH.match(text, offset)
        self._pattern = word is not None and word[1] == "case"
        if word is not None and not self._pattern:
            indentation = text[offset : word.start(1)]
            self._chains[indentation] = 1 if word[1] == "if" else self._chains.get(indentation, 0) + 1
            self.branches.meet(self._chains[indentation], self._line)
