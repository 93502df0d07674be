"""Comments that silence findings: `# nanlint: ignore[log-of-zero]`, `# nanlint: ignore-file[NAN4]`, `# noqa: NAN1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nanlint.findings import Finding, Problem
from nanlint.lexer import comments
from nanlint.source import Lines, Source

_MENTIONED = re.compile(r"nanlint\s*:|noqa", re.IGNORECASE)
_OWN = re.compile(r"#\s*nanlint\s*:\s*(?P<verb>[\w-]*)\s*(?P<names>\[[^\]\[]*\]|\[)?", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa\b(?:\s*:\s*(?P<codes>[a-z]+[0-9]+(?:[,\s]+[a-z]+[0-9]+\b)*))?", re.IGNORECASE)

Complaint = Callable[[str], str | None]
"""What is wrong with a selector (`nanlint.rules.registry.complaint`), None if nothing is."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment and what it silences.

    selectors: codes, prefixes of codes and names in lower case; none means every rule.
    line: its own; below: the line under it and the comments that follow, if it stands alone on its line.
    """

    line: int
    selectors: tuple[str, ...] = ()
    below: int | None = None
    whole_file: bool = False

    def silences(self, finding: Finding) -> bool:
        first, last = finding.statement
        if not (self.whole_file or first <= self.line <= last or self.below == first):
            return False
        code, name = finding.code.lower(), finding.rule.lower()
        return not self.selectors or any(code.startswith(one) or name == one for one in self.selectors)


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The comments of a file that silence something, and what is wrong with those that do not."""

    comments: tuple[Suppression, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], frozenset[Suppression]]:
        """The findings that no comment silences, and the comments that silence one."""
        kept: list[Finding] = []
        used: set[Suppression] = set()
        for finding in findings:
            silencing = [comment for comment in self.comments if comment.silences(finding)]
            used.update(silencing)
            if not silencing:
                kept.append(finding)
        return kept, frozenset(used)


def suppressions(source: Source, complaint: Complaint) -> Suppressions:
    """The suppression comments of a file."""
    if not _MENTIONED.search(source.text):
        return Suppressions()
    found: list[Suppression] = []
    warnings: list[Problem] = []
    for comment in _placed(source.text):
        found += [Suppression(comment.line, _selectors(match["codes"] or "")) for match in _NOQA.finditer(comment.text)]
        for match in _OWN.finditer(comment.text):
            problems = list(_wrong(match, comment, complaint))
            warnings.extend(Problem(source.path, problem, comment.line, comment.column) for problem in problems)
            verb, names = match["verb"].lower(), match["names"] or ""
            if names and not _selectors(names):
                continue
            if verb == "ignore":
                found.append(Suppression(comment.line, _selectors(names), comment.below))
            elif verb == "ignore-file" and comment.top_level:
                found.append(Suppression(comment.line, _selectors(names), whole_file=True))
    return Suppressions(tuple(found), tuple(warnings))


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    line: int
    column: int
    below: int | None

    @property
    def top_level(self) -> bool:
        return self.below is not None and self.column == 1


def _placed(text: str) -> Iterator[_Comment]:
    """Every comment, with the line below the run of comments that it belongs to if it stands alone."""
    lines = Lines(text)
    found = [(offset, comment, *lines.position(offset)) for offset, comment in comments(text)]
    alone = {line for offset, _, line, column in found if not text[offset - column + 1 : offset].strip()}
    for _, comment, line, column in found:
        below = line
        while below in alone:
            below += 1
        yield _Comment(comment, line, column, below if line in alone else None)


def _selectors(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in re.split(r"[\[\],\s]+", text) if word)


def _wrong(match: re.Match[str], comment: _Comment, complaint: Complaint) -> Iterator[str]:
    """What a comment of ours gets wrong; in each case it silences less than somebody hoped."""
    verb, names = match["verb"].lower(), match["names"] or ""
    if verb not in ("ignore", "ignore-file"):
        yield f"unknown directive {verb!r}: write `# nanlint: ignore[...]` or `# nanlint: ignore-file[...]`"
    elif names == "[":
        yield "this comment has no effect: its bracket is not closed"
    elif names and not _selectors(names):
        yield "this comment has no effect: it names no rule"
    elif verb == "ignore-file" and not comment.top_level:
        yield "this comment has no effect: `ignore-file` stands on a line of its own, not indented"
    yield from (wrong for one in _selectors(names) if (wrong := complaint(one)) is not None)
