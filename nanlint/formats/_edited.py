"""The lines that the edits of one fix take away and bring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from nanlint.findings import Edit, Fix
from nanlint.reports import FileReport
from nanlint.text.lines import Lines, lines_of

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines of a text, `removed` from line `line` on, and the lines that replace them at `new_line`."""

    line: int
    removed: tuple[str, ...]
    new_line: int
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines that a fix changes in one text: the cell of a notebook, or the file."""

    cell: int | None
    hunks: list[Hunk]


def changes(fix: Fix | None, file: FileReport) -> list[Changed]:
    """What a fix changes, text by text."""
    return [] if fix is None else [Changed(part.cell, hunks(part.text, part.edits)) for part in file.parts(fix)]


@lru_cache(maxsize=8)
def split_lines(text: str) -> tuple[str, ...]:
    """The lines without their ends; a text that ends with one has an empty last line."""
    return tuple(_LINE_END.split(text))


def hunks(text: str, edits: Sequence[Edit]) -> list[Hunk]:
    """What the edits (none overlapping another) change, line by line."""
    lines = lines_of(text)
    starts = [*lines.starts, len(text)]
    found: list[Hunk] = []
    shift = 0
    for first, last, group in _groups(lines, edits):
        begin, end = starts[first - 1], starts[last]
        hunk = _hunk(first, text[begin:end], _applied(text, begin, end, group), shift)
        shift += len(hunk.added) - len(hunk.removed)
        found.append(hunk)
    return found


def _groups(lines: Lines, edits: Sequence[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """First and last line of edits that share lines, and these edits."""
    first = last = 0
    group: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        line = lines.line(edit.start)
        if group and line > last:
            yield first, last, group
            group = []
        if not group:
            first = line
        last = max(last, lines.line(edit.end))
        group.append(edit)
    if group:
        yield first, last, group


def _applied(text: str, begin: int, end: int, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    for edit in edits:
        parts += text[begin : edit.start], edit.text
        begin = edit.end
    return "".join([*parts, text[begin:end]])


def _hunk(line: int, before: str, after: str, shift: int) -> Hunk:
    """The hunk without the lines that both have at their beginning and end."""
    removed, added = _lines(before), _lines(after)
    same = _shared(removed, added)
    removed, added = removed[same:], added[same:]
    tail = _shared(removed[::-1], added[::-1])
    removed, added = removed[: len(removed) - tail], added[: len(added) - tail]
    return Hunk(line + same, removed, line + same + shift, added)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _lines(text: str) -> tuple[str, ...]:
    lines = tuple(_LINE_END.split(text))
    return lines if lines[-1] else lines[:-1]
