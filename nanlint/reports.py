"""What a run gives for its files: findings, problems, and texts before and after fixing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nanlint.findings import Finding, Level, Problem


@dataclass(frozen=True, slots=True)
class FileReport:
    """What linting one file gave.

    problems: why the file (or a part of the work on it) failed, exit code 2; warnings: what to tell on stderr without
    failing (an unknown rule name in a comment); text: the linted text if there are findings, else "".
    """

    path: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    text: str = ""


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
    """What fixing one file gave: the text before and after, fixes applied per rule code, and what remains."""

    before: str
    text: str
    applied: Mapping[str, int]
    report: FileReport

    @property
    def changed(self) -> bool:
        return self.text != self.before
