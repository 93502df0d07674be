"""The one door for the command line, editors and tests: lint and fix texts, files and many files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from nanlint.pool import for_each
from nanlint.project import Project
from nanlint.reports import FileReport, FixResult, Report
from nanlint.settings import DEFAULT, Settings
from nanlint.source import SourceError
from nanlint.source import write as write_source
from nanlint.verdicts import Report as Seen
from nanlint.verdicts import verdict
from nanlint.work import Examination, Fixing, died, examine_file, with_problem
from nanlint.work import fix_file as _fix_file


def lint_source(text: str, path: str = "<string>", settings: Settings = DEFAULT) -> FileReport:
    """Lints a text; `path` is what findings call it. Raises SettingsError for an unknown rule in `settings`."""
    _check(settings)
    return lint_texts({path: text}, settings).files[0]


def lint_file(path: str | Path, settings: Settings = DEFAULT) -> FileReport:
    """Lints a file by itself; whatever keeps it from being linted is a Problem in the report."""
    return lint_paths([path], settings).files[0]


def lint_texts(texts: Mapping[str, str], settings: Settings = DEFAULT) -> Report:
    """Lints texts, by path, as the files of one program."""
    _check(settings)
    return Report(tuple(_reports(_examine(list(texts), settings, Project(tuple(texts), texts)))))


def lint_paths(paths: Iterable[str | Path], settings: Settings = DEFAULT) -> Report:
    """Lints files (not directories) as one program, on all cores when they are many; the order is that of `paths`.

    What one imports from another counts: functions and classes are followed with the values that callers give them.
    """
    _check(settings)
    names = [str(path) for path in paths]
    return Report(tuple(_reports(_examine(names, settings, Project(tuple(names))))))


def fix_source(text: str, path: str = "<string>", settings: Settings = DEFAULT, *, unsafe: bool = False) -> FixResult:
    """Applies safe fixes (and unsafe ones if told) until nothing changes."""
    _check(settings)
    fixing = _fix_file(path, settings, unsafe, Project((path,), {path: text}))
    result = _result(fixing, _reports([fixing.after])[0])
    return result if fixing.before is not None else replace(result, before=text, text=text)


def fix_file(path: str | Path, settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True) -> FixResult:
    """Fixes a file and, unless `write` is false, writes it; if that fails, it is as it was and a Problem says why."""
    return fix_paths([path], settings, unsafe=unsafe, write=write)[0]


def fix_paths(
    paths: Iterable[str | Path], settings: Settings = DEFAULT, *, unsafe: bool = False, write: bool = True
) -> tuple[FixResult, ...]:
    """Fixes files, each beside the others as they were, then writes them; reports what remains beside the new ones."""
    _check(settings)
    names = [str(path) for path in paths]
    function = partial(_fix_file, settings=settings, unsafe=unsafe, project=Project(tuple(names)))
    done = for_each(function, names, lambda path: Fixing(None, Examination(path, problems=(died(path),))))
    fixings = {fixing.after.path: _written(fixing) if write else fixing for fixing in done}
    examinations = _remaining(fixings, settings)
    reports = _reports([examinations[name] for name in names])
    return tuple(_result(fixings[name], report) for name, report in zip(names, reports, strict=True))


def _written(fixing: Fixing) -> Fixing:
    """The file is written, or as it was with a problem."""
    if fixing.before is None or fixing.after.source is None or not fixing.changed:
        return fixing
    try:
        write_source(fixing.before, fixing.after.source.text)
    except SourceError as error:
        undone = Examination(fixing.after.path, fixing.before, problems=fixing.after.problems)
        return Fixing(fixing.before, with_problem(undone, error.problem))
    return fixing


def _remaining(fixings: dict[str, Fixing], settings: Settings) -> dict[str, Examination]:
    """The examination of each file as it is now: anew where a file that had a part in it has changed."""
    sources = {path: fixing.after.source for path, fixing in fixings.items()}
    changed = {path for path, fixing in fixings.items() if fixing.changed}
    stale = [path for path, fixing in fixings.items() if _is_stale(fixing.after, changed)]
    texts = {path: source.text for path in changed if (source := sources[path]) is not None}
    again = _examine([path for path in stale if sources[path] is not None], settings, Project(tuple(fixings), texts))
    found = {path: fixing.after for path, fixing in fixings.items()}
    for examination in again:
        problems = found[examination.path].problems
        found[examination.path] = replace(examination, problems=(*problems, *examination.problems))
    return found


def _is_stale(examination: Examination, changed: set[str]) -> bool:
    return bool(examination.problems or examination.examined.looked_into & changed)


def _examine(paths: Sequence[str], settings: Settings, project: Project) -> tuple[Examination, ...]:
    function = partial(examine_file, settings=settings, project=project)
    return for_each(function, paths, lambda path: Examination(path, problems=(died(path),)))


def _reports(examinations: Sequence[Examination]) -> list[FileReport]:
    """Each file's report, after all files were heard; their order has no influence."""
    heard: dict[str, list[Seen]] = {}
    for examination in sorted(examinations, key=lambda examination: examination.path):
        for seen in examination.examined.away:
            heard.setdefault(seen.finding.place.path, []).append(seen)
    return [_report(examination, heard.get(examination.path, [])) for examination in examinations]


def _report(examination: Examination, others: Sequence[Seen]) -> FileReport:
    source, examined = examination.source, examination.examined
    if source is None:
        return FileReport(examination.path, problems=examination.problems)
    if others and not examined.own:  # perhaps a file that was not parsed: its comments were not read
        from nanlint.rules.registry import complaint
        from nanlint.suppress import suppressions

        examined = replace(examined, suppressions=suppressions(source, complaint))
    linted = verdict(examined, others)
    text = source.text if linted.findings else ""
    return FileReport(examination.path, linted.findings, examination.problems, linted.warnings, text)


def _result(fixing: Fixing, report: FileReport) -> FixResult:
    before, after = fixing.before, fixing.after.source
    if before is None or after is None:
        return FixResult("", "", {}, report)
    return FixResult(before.whole, after.whole, fixing.applied, report)


def _check(settings: Settings) -> None:
    """Raises SettingsError for selectors that select nothing; asks the rules (and LibCST) only if there are any."""
    if settings.select != DEFAULT.select or settings.ignore or settings.extend_select:
        from nanlint.rules.registry import select_rules

        select_rules(settings.select, settings.ignore, settings.extend_select)
