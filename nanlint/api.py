"""The one door for the command line, editors and tests: lint and fix texts, files and many files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from nanlint.fixing.fixer import SAFE, UNSAFE
from nanlint.program.project import Project
from nanlint.program.surroundings import ALONE, Surroundings
from nanlint.reports import FileReport, FixResult, Report
from nanlint.running.aids import NO_AIDS, Aids, Steps
from nanlint.running.examining import cached, check_settings, examine, may_change
from nanlint.running.pool import for_each
from nanlint.running.reporting import fix_result, report_of, reports_on
from nanlint.running.stopwatch import Stopwatch
from nanlint.running.tidying import remaining, tidy, without_unused, write_out
from nanlint.running.work import Examination, Fixing, died, examine_file
from nanlint.running.work import fix_file as _fix_file
from nanlint.settings import DEFAULT, PerPath, of_path


def lint_source(text: str, path: str = "<string>", settings: PerPath = DEFAULT) -> FileReport:
    """Lints a text by itself; `path` is what findings call it, and it need not exist.

    What keeps the text from being linted, as a syntax error does, is a Problem in the report. Raises SettingsError for
    `settings` that name an unknown rule, and for an installed plugin that cannot be used.

    >>> report = lint_source("import torch\\n\\n\\ndef loss(x):\\n    return torch.log(torch.softmax(x, dim=-1))\\n")
    >>> for finding in report.findings:
    ...     print(finding.place.line, finding.code, finding.rule, finding.level.label)
    5 NAN201 log-of-softmax error
    >>> lint_source("def (").problems[0].line
    1
    """
    check_settings(settings)
    return lint_texts({path: text}, settings).files[0]


def lint_file(path: str | Path, settings: PerPath = DEFAULT) -> FileReport:
    """Lints a file by itself; whatever keeps it from being linted is a Problem in the report."""
    return lint_paths([path], settings).files[0]


def lint_texts(texts: Mapping[str, str], settings: PerPath = DEFAULT) -> Report:
    """Lints texts, by path, as the files of one program."""
    check_settings(settings)
    return Report(tuple(reports_on(examine(list(texts), settings, Project(tuple(texts), texts)), settings)))


def lint_paths(
    paths: Iterable[str | Path],
    settings: PerPath = DEFAULT,
    *,
    aids: Aids = NO_AIDS,
    around: Surroundings = ALONE,
) -> Report:
    """Lints files (not directories) as one program, on all cores when they are many; the order is that of `paths`.

    What one imports from another counts: functions and classes are followed with the values that callers give them.
    Scripts and notebooks (`.ipynb`) are taken; what keeps a file from being linted is a Problem in its report. Unless
    `settings` say otherwise, no settings file is read: `settings_for(path)` gives what those say of a file, and a
    mapping gives each file its own. `aids` and `around` are no part of the stable API. Raises SettingsError as
    `lint_source` does.
    """
    names = [str(path) for path in paths]
    project = around.project(names, watch=Stopwatch(aids.stopwatch.running))
    return Report(tuple(reports_on(examine(names, settings, project, aids), settings)))


def fix_source(text: str, path: str = "<string>", settings: PerPath = DEFAULT, *, unsafe: bool = False) -> FixResult:
    """Applies the safe fixes to a text, and if told those that change values, until nothing changes.

    A text that cannot be linted comes back as it is, with a Problem in the report. The result's report is on the new
    text: what it still holds. Raises SettingsError as `lint_source` does.

    >>> result = fix_source("import torch\\n\\n\\ndef loss(x):\\n    return torch.log(torch.softmax(x, dim=-1))\\n")
    >>> print(result.text)
    import torch
    <BLANKLINE>
    <BLANKLINE>
    def loss(x):
        return torch.log_softmax(x, dim=-1)
    <BLANKLINE>
    >>> dict(result.applied), result.report.findings
    ({'NAN201': 1}, ())
    """
    check_settings(settings)
    fixing = _fix_file(path, settings, unsafe, Project((path,), {path: text}))
    report = reports_on([fixing.after], settings)[0]
    while (tidier := without_unused(fixing, report, unsafe)) is not None:
        texts = {} if tidier.after.source is None else {path: tidier.after.source.whole}
        fixing = replace(tidier, after=examine_file(path, settings, Project((path,), texts)))
        report = reports_on([fixing.after], settings)[0]
    result = fix_result(fixing, report)
    return result if fixing.before is not None else replace(result, before=text, text=text)


def fix_file(path: str | Path, settings: PerPath = DEFAULT, *, unsafe: bool = False, write: bool = True) -> FixResult:
    """Fixes a file and, unless `write` is false, writes it; if that fails, it is as it was and a Problem says why."""
    return fix_paths([path], settings, unsafe=unsafe, write=write)[0]


def fix_paths(
    paths: Iterable[str | Path],
    settings: PerPath = DEFAULT,
    *,
    unsafe: bool = False,
    write: bool = True,
    aids: Aids = NO_AIDS,
    around: Surroundings = ALONE,
) -> tuple[FixResult, ...]:
    """Fixes files, each beside the others as they were, then writes them; reports what remains beside the new ones."""
    names = [str(path) for path in paths]
    project = around.project(names, watch=Stopwatch(aids.stopwatch.running))
    allowed = UNSAFE if unsafe else SAFE
    found_before = cached(names, settings, project, aids)
    kept = {path: found for path, found in found_before.items() if not may_change(found, settings, allowed)}
    missing = [name for name in names if name not in kept]
    if missing or not names:
        check_settings(settings)
    function = partial(_fix_file, settings=settings, unsafe=unsafe, project=project, around=around)
    steps = Steps(aids, len(names), len(kept))

    def heard(fixing: Fixing) -> None:
        steps.step()
        aids.stopwatch.add(fixing.after.seconds)

    done = for_each(function, missing, lambda path: Fixing(None, Examination(path, problems=(died(path),))), heard)
    unchanged = (Fixing(examination.source, examination) for examination in kept.values())
    found = {fixing.after.path: fixing for fixing in (*unchanged, *done)}
    fixings, examinations = tidy(found, settings, unsafe, around)
    if write:
        written = {path: write_out(fixing) for path, fixing in fixings.items()}
        examinations = examinations if written == fixings else remaining(written, settings, around)
        fixings = written
    reports = reports_on([examinations[name] for name in names], settings)
    return tuple(fix_result(fixings[name], report) for name, report in zip(names, reports, strict=True))


def examine_paths(
    paths: Iterable[str | Path], settings: PerPath = DEFAULT, *, aids: Aids = NO_AIDS
) -> dict[str, Examination]:
    """What `lint_paths` makes its report of, by path: for who lints a file again and keeps the others."""
    names = [str(path) for path in paths]
    project = Project(tuple(names), watch=Stopwatch(aids.stopwatch.running))
    return {examination.path: examination for examination in examine(names, settings, project, aids)}


def report_on(path: str, examinations: Mapping[str, Examination], settings: PerPath = DEFAULT) -> FileReport:
    """The report on one file of those that were examined together."""
    ordered = (examinations[name] for name in sorted(examinations))
    others = [seen for other in ordered for seen in other.examined.away if seen.finding.place.path == path]
    return report_of(examinations[path], others, of_path(settings, path))
