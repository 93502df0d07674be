"""Code in the HTML report: lines around what is marked, and lines of a diff, in the colours of an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby, pairwise

from nanlint.findings import Place
from nanlint.formats._edited import Changed, split_lines
from nanlint.text.lexer import comments, strings
from nanlint.text.lines import lines_of

_CONTEXT = 2
_KEYWORDS = (
    "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is"
    "|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False"
)
_WORD = re.compile(rf"\b(?:(?P<k>{_KEYWORDS})|(?P<n>\d[\w.]*))\b")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to show: a numbered step of the evidence, or the finding itself (number 0)."""

    place: Place
    number: int


@dataclass(frozen=True, slots=True)
class _Span:
    """Columns of one line (from 0) with a class; `badge` stands behind them."""

    start: int
    end: int
    role: str
    badge: str = ""


def code_block(text: str, marks: Sequence[Mark]) -> str:
    """The marked lines of a text with some around them."""
    lines = split_lines(text)
    spans = [span for mark in marks for span in _marked(mark, lines)]
    wanted = sorted({number for line, _ in spans for number in range(line - _CONTEXT, line + _CONTEXT + 1)})
    shown = [number for number in wanted if 1 <= number <= len(lines)]
    colours = _colours(text)
    rows: list[str] = []
    for before, number in pairwise([shown[0] - 1, *shown]):
        if number > before + 1:
            rows.append('<span class="row gap"><span class="number">⋯</span><code></code></span>')
        own = [span for line, span in spans if line == number]
        rows.append(_row("hit" if own else "", number, _line(lines[number - 1], [*colours.get(number, []), *own])))
    return f'<div class="code" role="group" aria-label="code" tabindex="0">{"".join(rows)}</div>'


def diff_block(changed: Sequence[Changed]) -> str:
    """What a fix takes away and brings, by cell if there are several."""
    rows: list[str] = []
    for part in changed:
        if len(changed) > 1 and part.cell is not None:
            rows.append(f'<span class="row gap"><span class="number">cell {part.cell}</span><code></code></span>')
        for hunk in part.hunks:
            rows += [_row("gone", number, f"- {_plain(line)}") for number, line in enumerate(hunk.removed, hunk.line)]
            rows += [_row("new", number, f"+ {_plain(line)}") for number, line in enumerate(hunk.added, hunk.new_line)]
    return f'<div class="code diff" role="group" aria-label="change" tabindex="0">{"".join(rows)}</div>'


def _plain(line: str) -> str:
    return _line(line, _colours(line).get(1, []))


def _row(role: str, number: int, content: str) -> str:
    return f'<span class="row {role}"><span class="number">{number}</span><code>{content}</code></span>'


def _marked(mark: Mark, lines: Sequence[str]) -> Iterator[tuple[int, _Span]]:
    """The part of each line that is in the place, by line."""
    place, role = mark.place, "step" if mark.number else "here"
    last = min(place.end_line, len(lines))
    for number in range(place.line, last + 1):
        line = lines[number - 1]
        start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
        end = place.end_column - 1 if number == place.end_line else len(line)
        badge = str(mark.number) if mark.number and number == last else ""
        if start < end or badge:
            yield number, _Span(start, max(end, start), role, badge)


@lru_cache(maxsize=4)
def _colours(text: str) -> dict[int, list[_Span]]:
    """Strings, comments, keywords and numbers of each line; kept, as a file has many findings."""
    literal = [(*span, "s") for span in strings(text)]
    literal += [(start, start + len(comment), "c") for start, comment in comments(text)]
    words = ((match.start(), match.end(), match.lastgroup or "") for match in _WORD.finditer(text))
    literal.sort()
    lines, found = lines_of(text), dict[int, list[_Span]]()
    ends = [*lines.starts[1:], len(text) + 1]
    for start, end, role in [*literal, *_outside(words, literal)]:
        for number in range(lines.line(start), lines.line(max(end - 1, start)) + 1):
            begin = lines.starts[number - 1]
            span = _Span(max(start - begin, 0), min(end, ends[number - 1] - 1) - begin, role)
            found.setdefault(number, []).append(span)
    return found


def _outside(
    words: Iterator[tuple[int, int, str]], literal: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """The words that stand in no string or comment; both are sorted."""
    index = 0
    for start, end, role in words:
        while index < len(literal) and literal[index][1] <= start:
            index += 1
        if index == len(literal) or end <= literal[index][0]:
            yield start, end, role


def _line(line: str, spans: Sequence[_Span]) -> str:
    """The line in pieces, each with the classes of all spans that cover it, and the numbers of those that end."""
    edges = sorted({0, len(line), *(min(edge, len(line)) for span in spans for edge in (span.start, span.end))})
    parts: list[str] = []
    for start, end in pairwise(edges):
        roles = " ".join(
            key for key, _ in groupby(span.role for span in spans if span.start <= start and end <= span.end)
        )
        piece = escape(line[start:end])
        parts.append(f'<span class="{roles}">{piece}</span>' if roles else piece)
        parts += [_badge(span) for span in spans if span.badge and min(span.end, len(line)) == end]
    if len(edges) == 1:
        parts += [_badge(span) for span in spans if span.badge]
    return "".join(parts)


def _badge(span: _Span) -> str:
    return f'<sup class="badge">{span.badge}</sup>'
