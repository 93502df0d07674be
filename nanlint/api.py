"""The one door for the command line, editors and tests: lint and fix texts, files and many files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nanlint.findings import Finding, Level, Problem
from nanlint.settings import DEFAULT, Settings


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
    """What fixing one file gave: the text before and after, fixes applied per rule code, and a report of what remains."""

    before: str
    text: str
    applied: Mapping[str, int]
    report: FileReport

    @property
    def changed(self) -> bool:
        return self.text != self.before


def lint_source(text: str, path: str = "<string>", settings: Settings = DEFAULT) -> FileReport:
    """Lints a text; `path` is what findings call it. Raises SettingsError for an unknown rule in `settings`."""
    raise NotImplementedError


def lint_file(path: str | Path, settings: Settings = DEFAULT) -> FileReport:
    """Lints a file; whatever keeps it from being linted is a Problem in the report."""
    raise NotImplementedError


def lint_paths(paths: Iterable[str | Path], settings: Settings = DEFAULT) -> Report:
    """Lints files (not directories), on all cores when they are many; the order is that of `paths`."""
    raise NotImplementedError


def fix_source(text: str, path: str = "<string>", settings: Settings = DEFAULT, *, unsafe: bool = False) -> FixResult:
    """Applies safe fixes (and unsafe ones if told) until nothing changes."""
    raise NotImplementedError


def fix_file(path: str | Path, settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True) -> FixResult:
    """Fixes a file and, unless `write` is false, writes it back; a failed write is a Problem and leaves the file as it was."""
    raise NotImplementedError


def fix_paths(
    paths: Iterable[str | Path], settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True
) -> tuple[FixResult, ...]:
    """`fix_file` for each of the files, on all cores when they are many; the order is that of `paths`."""
    raise NotImplementedError
