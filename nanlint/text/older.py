"""Python 2, and Python 3 before `async` was a keyword, respelled as today's Python, character for character.

Training scripts of 2015 to 2018 are written so. Every line and column stays where it is, so that a tree of the
respelled text has the places of the file's own; what a statement does with a value is kept as far as values go:
`print x` becomes the tuple `print,x`, which takes `x` as much, and `except E, e:` no longer binds `e`.
"""

from __future__ import annotations

import re

from nanlint.text.lexer import STRING

_TOKEN = re.compile(
    rf"(?P<unicode>[uU](?=[rR][\"']))|(?P<name>(?![bBrRuU]{{1,2}}[\"'])[^\W\d]\w*)|(?P<string>[bBrRuU]{{0,2}}(?:{STRING}))"
    r"|(?P<number>\.?\d(?:[eE][-+]\d|[\w.])*)|(?P<newline>\r\n|\r|\n)|(?P<blank>\#[^\r\n]*|\\(?:\r\n|\r|\n)|[ \t\f]+)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)|(?P<end>[;:])|(?P<unequal><>)|(?P<quote>`)|(?P<other>.)",
    re.DOTALL,
)
_OPERANDS = re.compile(r"[ \t]*(?![ \t]*(?:[=(.,:;)\[#\r\n\\]|>>|\Z|(?:and|if|in|is|or)\b))")
_STATEMENTS = re.compile(r"[ \t]+(?:def|for|with)\b")
_PARAMETERS = re.compile(r"([ \t]*)\(([\w, \t]*)\)(?=[ \t]*:)")
_CAUGHT = re.compile(r",[ \t]*\w+[ \t]*(?=:)")
_LONG = re.compile(r"(?:0[xX][\da-fA-F]+|\d+)[lL]")
_OCTAL = re.compile(r"0\d*[1-9]\d*")


def respelled(text: str) -> str:
    """The text with the older spellings replaced by today's, of the same length each; today's text stays itself."""
    return _Reader(text).read()


class _Reader:
    """Walks the tokens of a text; `fresh` where a statement may begin, `word` the keyword that this one began with."""

    def __init__(self, text: str) -> None:
        self.text, self.characters = text, list(text)
        self.depth, self.fresh, self.word, self.quoted = 0, True, "", False

    def read(self) -> str:
        steps = {
            "newline": self._end, "end": self._end, "open": self._open, "close": self._close, "comma": self._comma,
            "name": self._name, "number": self._number, "unicode": self._unicode, "unequal": self._unequal,
            "quote": self._quote,
        }  # fmt: skip
        for match in _TOKEN.finditer(self.text):
            kind = match.lastgroup or "other"
            if kind in steps:
                steps[kind](match)
            if kind not in ("blank", "newline", "end", "name"):
                self.fresh = False
        return "".join(self.characters)

    def _put(self, start: int, new: str) -> None:
        self.characters[start : start + len(new)] = new

    def _end(self, _: re.Match[str]) -> None:
        if self.depth == 0:
            self.fresh, self.word = True, ""

    def _open(self, _: re.Match[str]) -> None:
        self.depth += 1

    def _close(self, _: re.Match[str]) -> None:
        self.depth = max(0, self.depth - 1)

    def _unicode(self, match: re.Match[str]) -> None:
        self._put(match.start(), " ")

    def _unequal(self, match: re.Match[str]) -> None:
        self._put(match.start(), "!=")

    def _quote(self, match: re.Match[str]) -> None:
        self._put(match.start(), ")" if self.quoted else "(")
        self.quoted = not self.quoted

    def _number(self, match: re.Match[str]) -> None:
        if _LONG.fullmatch(match[0]):
            self._put(match.end() - 1, " ")
        elif _OCTAL.fullmatch(match[0]):
            self._put(match.start(), "_")  # a name that nobody knows: `0o17` is a character longer

    def _name(self, match: re.Match[str]) -> None:
        if self.fresh:
            self.word, self.fresh = match[0], False
            if self.word in ("print", "exec"):
                self._operands(match.end())
        if match[0] == "async" and not _STATEMENTS.match(self.text, match.end()):
            self._put(match.start(), "_")
        elif match[0] == "lambda" and (pair := _PARAMETERS.match(self.text, match.end())):
            self._put(match.end(), f"{pair[1]} {pair[2]} ")

    def _operands(self, start: int) -> None:
        """The comma takes the place of the blank behind the keyword, or of its last letter where there is none."""
        if _OPERANDS.match(self.text, start):
            self._put(start if self.text[start : start + 1] in (" ", "\t") else start - 1, ",")

    def _comma(self, match: re.Match[str]) -> None:
        if self.depth > 0:
            return
        if self.word == "raise":
            self._put(match.start(), ";")
        elif self.word == "except" and (caught := _CAUGHT.match(self.text, match.start())):
            self._put(match.start(), " " * len(caught[0]))
