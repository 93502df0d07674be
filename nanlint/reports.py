"""What a run gives for its files: findings, problems, and texts before and after fixing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nanlint.findings import Edit, Finding, Fix, Level, Problem
from nanlint.text.lines import Cell


@dataclass(frozen=True, slots=True)
class Part:
    """The edits of a fix in one text: that of a cell of a notebook, or the file's. Offsets are those of `text`."""

    cell: int | None
    text: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What linting one file gave.

    problems: why the file (or a part of the work on it) failed, exit code 2; warnings: what to tell on stderr without
    failing (an unknown rule name in a comment); text: the linted text if there are findings, else ""; cells: those of a
    notebook, whose text is their code joined; skipped: it was not interpreted, since no framework reaches it;
    language: what a notebook is written in; only Python is linted.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    text: str = ""
    cells: tuple[Cell, ...] = ()
    skipped: bool = False
    language: str = "python"

    def code(self, cell: int | None) -> str:
        """The text in which a Place with this `cell` has its lines and columns."""
        found = next((one for one in self.cells if one.number == cell), None)
        return self.text if found is None else self.text[found.start : found.end]

    def parts(self, fix: Fix) -> tuple[Part, ...]:
        """The fix by the texts that it changes; no edit belongs to two of them."""
        if not self.cells:
            return (Part(None, self.text, fix.edits),)
        return tuple(self._parts(fix))

    def _parts(self, fix: Fix) -> Iterator[Part]:
        for cell, below in zip(self.cells, [*self.cells[1:], None], strict=True):
            limit = len(self.text) if below is None else below.start
            edits = [edit for edit in fix.edits if cell.start <= edit.start and edit.end < limit]
            if edits:
                moved = (Edit(edit.start - cell.start, edit.end - cell.start, edit.text) for edit in edits)
                yield Part(cell.number, self.code(cell.number), tuple(moved))


@dataclass(frozen=True, slots=True)
class Report:
    """One FileReport for every file that was asked for, in that order."""

    files: tuple[FileReport, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for file in self.files for finding in file.findings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for file in self.files for problem in file.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(warning for file in self.files for warning in file.warnings)

    def exit_code(self, fail_on: Level) -> int:
        """0: nothing at or above `fail_on`; 1: something; 2: some file could not be linted."""
        if self.problems:
            return 2
        return int(any(finding.level >= fail_on for finding in self.findings))


@dataclass(frozen=True, slots=True)
class FixResult:
    """What fixing one file gave: the text before and after, fixes applied per rule code, and what remains.

    cells: of a notebook, whose text is JSON: number, code before and after.
    """

    before: str
    text: str
    applied: Mapping[str, int]
    report: FileReport
    cells: tuple[tuple[int, str, str], ...] = ()

    @property
    def changed(self) -> bool:
        return self.text != self.before
