"""Code as one line that formatters leave as it is: without comments, blanks, line breaks and trailing commas."""

from __future__ import annotations

import re

from nanlint.text.lexer import comments, strings

_STRING = "\ue000"  # for private use: it stands for a string while blanks are taken out
_BREAK = re.compile(r"\\(?:\r\n|\r|\n)|\s+")
_LOOSE_BLANK = re.compile(r"(?<!\w) | (?!\w)")
_TRAILING_COMMA = re.compile(r",(?=[)\]}])")
_PLAIN = re.compile(r"'([^'\"\\]*)'")


def normalised(code: str) -> str:
    """The code on one line. Equal for codes that differ in layout, comments or quotes; not meant to be parsed."""
    kept = [code[start:end] for start, end in strings(code)]
    pieces = sorted(
        [*((*at, _STRING) for at in strings(code)), *((at, at + len(it), " ") for at, it in comments(code))]
    )
    parts: list[str] = []
    position = 0
    for start, end, stand_in in pieces:
        parts += code[position:start], stand_in
        position = end
    line = _BREAK.sub(" ", "".join([*parts, code[position:]])).strip()
    line = _TRAILING_COMMA.sub("", _LOOSE_BLANK.sub("", line))
    texts = iter(kept)
    return re.sub(_STRING, lambda _: _requoted(next(texts, _STRING)), line)


def _requoted(string: str) -> str:
    plain = _PLAIN.fullmatch(string)
    return string if plain is None else f'"{plain[1]}"'
