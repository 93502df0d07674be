"""Findings on lines that have changed since a commit, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from nanlint.files.git import Repository, by_repository
from nanlint.findings import Finding
from nanlint.reports import FileReport, Report
from nanlint.text.source import SourceError, decoded

LONG = 4000
"""Lines beyond which those that occur often are no longer looked for one by one: time grows with their square."""

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Changes:
    """before: by path, what each changed file held, as the program that it makes; None for one that was not there.

    unchanged: the other files.
    """

    before: Mapping[str, str | None]
    unchanged: frozenset[str] = frozenset()

    def among(self, findings: Iterable[Finding], path: str, text: str) -> tuple[Finding, ...]:
        """The findings in a file, whose program is `text` now, whose statement has changed."""
        findings = tuple(findings)
        if path not in self.before or not findings:
            return ()
        before = self.before[path]
        lines = None if before is None else changed_lines(before, text)
        return tuple(finding for finding in findings if lines is None or not lines.isdisjoint(_lines(finding)))

    def only(self, report: Report) -> Report:
        """The report on the changed lines of the changed files, and on paths that are no files of the run."""
        return Report(tuple(self._only(file) for file in report.files if file.path not in self.unchanged))

    def _only(self, file: FileReport) -> FileReport:
        return replace(file, findings=self.among(file.findings, file.path, file.text))


def since(reference: str, paths: Sequence[str]) -> Changes:
    """What has changed in these files since a commit. Raises SettingsError."""
    before: dict[str, str | None] = {}
    for root, inside in by_repository(paths).items():
        repository = Repository(root, reference)
        changed, tracked = repository.changed(), repository.tracked()
        for path in inside:
            name = Path(path).resolve().relative_to(root).as_posix()
            if name in changed or name not in tracked:
                old = changed.get(name)
                before[path] = None if old is None else _program(repository.content(old), path)
    return Changes(before, frozenset(paths) - before.keys())


def changed_lines(before: str, after: str) -> frozenset[int]:
    """The lines of the later text, from 1, that the earlier one does not have there; how lines end does not matter."""
    old, new = _split(before), _split(after)
    head = _shared(old, new)
    old, new = old[head:], new[head:]
    tail = _shared(old[::-1], new[::-1])
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    matcher = SequenceMatcher(None, old, new, autojunk=len(new) > LONG)
    stretches = ((start, end) for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal")
    return frozenset(head + line + 1 for start, end in stretches for line in range(start, end))


def _split(text: str) -> list[str]:
    """The lines without their ends; what follows the last end is a line only if there is something."""
    lines = _NEWLINE.split(text)
    return lines if lines[-1] else lines[:-1]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _lines(finding: Finding) -> range:
    first, last = finding.statement
    return range(first, last + 1)


def _program(content: bytes, path: str) -> str | None:
    """The program that a content makes; None if it makes none."""
    try:
        return decoded(path, content).written
    except SourceError:
        return None
