"""nanlint's comments as they are written: `# nanlint: ignore[log-of-zero] because ...`, `off`, `on`; and `# noqa`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nanlint.text.lexer import comments, strings
from nanlint.text.lines import Lines

_MENTIONED = re.compile(r"nanlint\s*:|noqa", re.IGNORECASE)
_OWN = re.compile(r"#\s*nanlint\s*:\s*(?P<verb>[\w-]*)(?P<names>\s*\[[^\]\[]*\]|\s*\[)?", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa\b(?:\s*:\s*(?P<codes>[a-z]+[0-9]+(?:[,\s]+[a-z]+[0-9]+\b)*))?", re.IGNORECASE)
_VERBS = ("ignore", "ignore-file", "off", "on")
_USAGE = "`# nanlint: ignore[...]`, `# nanlint: ignore-file[...]`, or `# nanlint: off[...]` and `# nanlint: on[...]`"

Complaint = Callable[[str], str | None]
"""What is wrong with a selector (`nanlint.roster.complaint`), None if nothing is."""


@dataclass(frozen=True, slots=True)
class Directive:
    """What one comment (or a part of one) says to a linter.

    verb: ignore, ignore-file, off, on, or noqa; selectors: in lower case; start, end: offsets of the directive, from
    its `#` to its last bracket; below: the line under the run of comments it is in, if it stands alone on its line.
    """

    verb: str
    selectors: tuple[str, ...]
    start: int
    end: int
    line: int
    column: int
    below: int | None
    unclosed: bool = False
    empty: bool = False

    @property
    def alone(self) -> bool:
        return self.below is not None

    @property
    def works(self) -> bool:
        """It is one that does something, where it does it."""
        if self.unclosed or self.empty or self.verb not in (*_VERBS, "noqa"):
            return False
        if self.verb == "ignore-file":
            return self.alone and self.column == 1
        return self.alone or self.verb not in ("off", "on")


def directives(text: str) -> list[Directive]:
    """Every directive of a file, in order."""
    if not _MENTIONED.search(text):
        return []
    return [directive for comment in _placed(text) for directive in _read(comment)]


def mentions_nanlint(text: str) -> bool:
    """False only if no directive of the text is nanlint's own."""
    return _OWN.search(text) is not None


def selectors_of(names: str) -> tuple[str, ...]:
    """What stands in a bracket (or in a list without one), as it is written."""
    return tuple(word for word in re.split(r"[\[\],\s]+", names) if word)


def bracket(directive: str) -> str:
    """The bracket at the end of a directive's text, "" if it has none."""
    return directive[directive.index("[") :] if "[" in directive else ""


def wrong(directive: Directive, complaint: Complaint) -> Iterator[str]:
    """What a directive of ours gets wrong; in each case it silences less than somebody hoped."""
    if directive.verb == "noqa":
        return
    if directive.verb not in _VERBS:
        yield f"unknown directive {directive.verb!r}: write {_USAGE}"
    elif directive.unclosed:
        yield "this comment has no effect: its bracket is not closed"
    elif directive.empty:
        yield "this comment has no effect: it names no rule"
    elif not directive.works and directive.verb == "ignore-file":
        yield "this comment has no effect: `ignore-file` stands on a line of its own, not indented"
    elif not directive.works:
        yield f"this comment has no effect: `{directive.verb}` stands on a line of its own"
    yield from (told for one in directive.selectors if (told := complaint(one)) is not None)


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    offset: int
    line: int
    column: int
    below: int | None


def _placed(text: str) -> Iterator[_Comment]:
    """Every comment, with the line below the run of comments that it belongs to if it stands alone on its line."""
    lines = Lines(text)
    found = [(offset, comment, *lines.position(offset)) for offset, comment in comments(text)]
    alone = {line for offset, _, line, column in found if not text[offset - column + 1 : offset].strip()}
    for offset, comment, line, column in found:
        below = line
        while below in alone:
            below += 1
        yield _Comment(comment, offset, line, column, below if line in alone else None)


def _read(comment: _Comment) -> Iterator[Directive]:
    for match in _NOQA.finditer(comment.text):
        yield _directive(comment, match, "noqa", match["codes"] or "")
    for match in _OWN.finditer(comment.text):
        yield _directive(comment, match, match["verb"].lower(), (match["names"] or "").strip())


def _directive(comment: _Comment, match: re.Match[str], verb: str, names: str) -> Directive:
    selectors = tuple(word.lower() for word in selectors_of(names))
    return Directive(
        verb,
        selectors,
        comment.offset + match.start(),
        comment.offset + match.end(),
        comment.line,
        comment.column,
        comment.below,
        unclosed=names == "[",
        empty=bool(names) and names != "[" and not selectors,
    )


def last_of_block(text: str, directive: Directive) -> int:
    """The last line before code that is indented less than the directive."""
    lines = Lines(text)
    inside = {line for start, end in strings(text) for line in range(lines.line(start) + 1, lines.line(end) + 1)}
    number = len(lines.starts)
    for line in range(directive.line + 1, number + 1):
        start = lines.starts[line - 1]
        code = text[start : lines.starts[line] if line < number else len(text)]
        indentation = len(code) - len(code.lstrip(" \t\f"))
        blank = not code.strip() or code.lstrip().startswith("#")
        if line not in inside and not blank and indentation < directive.column - 1:
            return line - 1
    return number
