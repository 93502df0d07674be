"""The one door for the command line, editors and tests: lint and fix texts, files and many files."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nanlint.findings import Finding, Level, Problem
from nanlint.fixer import SAFE, UNSAFE, fix_text
from nanlint.pool import for_each
from nanlint.screen import may_matter
from nanlint.settings import DEFAULT, Settings
from nanlint.source import Source, SourceError, from_text, read
from nanlint.source import write as write_source
from nanlint.stack import with_deep_stack
from nanlint.syntax import check_nesting, depth_explained, python_refuses

if TYPE_CHECKING:  # what imports LibCST (0.2 s) waits until a file needs it
    from nanlint.engine import Linted
    from nanlint.rules.model import Rule

_HOME = Path(__file__).parent
_Result = TypeVar("_Result")


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


def lint_source(text: str, path: str = "<string>", settings: Settings = DEFAULT) -> FileReport:
    """Lints a text; `path` is what findings call it. Raises SettingsError for an unknown rule in `settings`."""
    _check(settings)
    return _report(path, lambda: _lint(from_text(text, path), settings))


def lint_file(path: str | Path, settings: Settings = DEFAULT) -> FileReport:
    """Lints a file; whatever keeps it from being linted is a Problem in the report."""
    _check(settings)
    return _report(str(path), lambda: _lint(read(path), settings))


def lint_paths(paths: Iterable[str | Path], settings: Settings = DEFAULT) -> Report:
    """Lints files (not directories), on all cores when they are many; the order is that of `paths`."""
    _check(settings)
    return Report(for_each(partial(lint_file, settings=settings), [str(path) for path in paths], _died))


def fix_source(text: str, path: str = "<string>", settings: Settings = DEFAULT, *, unsafe: bool = False) -> FixResult:
    """Applies safe fixes (and unsafe ones if told) until nothing changes."""
    _check(settings)
    return _result(path, lambda: _fix(from_text(text, path), settings, unsafe, write=False), before=text)


def fix_file(path: str | Path, settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True) -> FixResult:
    """Fixes a file and, unless `write` is false, writes it; if that fails, it is as it was and a Problem says why."""
    _check(settings)
    return _result(str(path), lambda: _fix(read(path), settings, unsafe, write))


def fix_paths(
    paths: Iterable[str | Path], settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True
) -> tuple[FixResult, ...]:
    """`fix_file` for each of the files, on all cores when they are many; the order is that of `paths`."""
    _check(settings)
    function = partial(fix_file, settings=settings, unsafe=unsafe, write=write)
    return for_each(function, [str(path) for path in paths], lambda path: FixResult("", "", {}, _died(path)))


def _check(settings: Settings) -> None:
    """Raises SettingsError for selectors that select nothing; asks the rules (and LibCST) only if there are any."""
    if settings.select != DEFAULT.select or settings.ignore or settings.extend_select:
        _rules(settings)


@cache
def _rules(settings: Settings) -> tuple[Rule, ...]:
    from nanlint.rules.registry import select_rules

    return tuple(select_rules(settings.select, settings.ignore, settings.extend_select))


def _lint(source: Source, settings: Settings) -> FileReport:
    if not may_matter(source.text):
        _check_syntax(source)
        return FileReport(source.path)
    return _reported(_analyse(source, settings), source.text, source.path)


def _analyse(source: Source, settings: Settings) -> Linted:
    from nanlint.engine import lint_module
    from nanlint.parsing import parse

    with depth_explained(source):
        return lint_module(source, parse(source), _rules(settings), settings)


def _reported(linted: Linted, text: str, path: str, problems: tuple[Problem, ...] = ()) -> FileReport:
    return FileReport(path, linted.findings, problems, linted.warnings, text if linted.findings else "")


def _check_syntax(source: Source) -> None:
    """Raises SourceError for a text that neither Python nor LibCST can parse; Python is the faster one to ask."""
    check_nesting(source)
    if python_refuses(source) is not None:
        from nanlint.parsing import parse

        parse(source)


def _fix(source: Source, settings: Settings, unsafe: bool, write: bool) -> FixResult:
    if not may_matter(source.text):
        return FixResult(source.whole, source.whole, {}, _lint(source, settings))
    passes: dict[str, Linted] = {}

    def lint(text: str) -> tuple[Finding, ...]:
        if text not in passes:
            passes[text] = _analyse(source.with_text(text), settings)
        return passes[text].findings

    fixed = fix_text(source.text, source.path, lint, UNSAFE if unsafe else SAFE)
    after = source.with_text(fixed.text)
    if write and after != source:
        try:
            write_source(source, fixed.text)
        except SourceError as error:
            report = _reported(passes[source.text], source.text, source.path, (*fixed.problems, error.problem))
            return FixResult(source.whole, source.whole, {}, report)
    report = _reported(passes[fixed.text], fixed.text, source.path, fixed.problems)
    return FixResult(source.whole, after.whole, fixed.applied, report)


def _report(path: str, work: Callable[[], FileReport]) -> FileReport:
    done = _guarded(path, work)
    return FileReport(path, problems=(done,)) if isinstance(done, Problem) else done


def _result(path: str, work: Callable[[], FixResult], before: str = "") -> FixResult:
    done = _guarded(path, work)
    return FixResult(before, before, {}, FileReport(path, problems=(done,))) if isinstance(done, Problem) else done


def _guarded(path: str, work: Callable[[], _Result]) -> _Result | Problem:
    """What `work` on one file returns, or what kept it from that: one bad file does not stop the others."""
    collecting = gc.isenabled()
    gc.disable()  # a tree is no garbage, but the collector walks it again and again: 40% of the time to parse 2 MB
    try:
        return with_deep_stack(work)
    except SourceError as error:
        return error.problem
    except Exception as error:  # noqa: BLE001 - a bug in nanlint: shown as one, with its place; other files go on
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_HOME)
        ]
        where = f"{Path(frames[-1].filename).relative_to(_HOME.parent)}:{frames[-1].lineno}" if frames else "?"
        message = " ".join(str(error).split())
        return Problem(path, f"internal error in nanlint: {type(error).__name__}: {message} ({where})")
    finally:
        if collecting:
            gc.enable()


def _died(path: str) -> FileReport:
    return FileReport(path, problems=(Problem(path, "internal error in nanlint: the process that linted it died"),))
