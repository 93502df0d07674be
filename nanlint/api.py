"""The one door for the command line, editors and tests: lint and fix texts, files and many files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from nanlint import plugins
from nanlint.findings import Applicability
from nanlint.fixing.fixer import SAFE, UNSAFE
from nanlint.notebooks.ipynb import PYTHON
from nanlint.policy import judged
from nanlint.program.project import Project
from nanlint.program.surroundings import ALONE, Surroundings
from nanlint.program.verdicts import Report as Seen
from nanlint.program.verdicts import in_order, verdict
from nanlint.reports import FileReport, FixResult, Report
from nanlint.roster import complaint
from nanlint.running.aids import NO_AIDS, Aids, Steps
from nanlint.running.pool import for_each
from nanlint.running.stopwatch import Stopwatch
from nanlint.running.work import Examination, Fixing, died, examine_file, with_problem
from nanlint.running.work import fix_file as _fix_file
from nanlint.settings import DEFAULT, PerPath, Settings, of_path
from nanlint.text.source import Source, SourceError
from nanlint.text.source import write as write_source


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
    _check(settings)
    return lint_texts({path: text}, settings).files[0]


def lint_file(path: str | Path, settings: PerPath = DEFAULT) -> FileReport:
    """Lints a file by itself; whatever keeps it from being linted is a Problem in the report."""
    return lint_paths([path], settings).files[0]


def lint_texts(texts: Mapping[str, str], settings: PerPath = DEFAULT) -> Report:
    """Lints texts, by path, as the files of one program."""
    _check(settings)
    return Report(tuple(_reports(_examine(list(texts), settings, Project(tuple(texts), texts)), settings)))


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
    return Report(tuple(_reports(_examine(names, settings, project, aids), settings)))


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
    _check(settings)
    fixing = _fix_file(path, settings, unsafe, Project((path,), {path: text}))
    report = _reports([fixing.after], settings)[0]
    while (tidier := _tidied(fixing, report, unsafe)) is not None:
        texts = {} if tidier.after.source is None else {path: tidier.after.source.whole}
        fixing = replace(tidier, after=examine_file(path, settings, Project((path,), texts)))
        report = _reports([fixing.after], settings)[0]
    result = _result(fixing, report)
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
    found_before = _kept(names, settings, project, aids)
    kept = {path: found for path, found in found_before.items() if not _may_change(found, settings, allowed)}
    missing = [name for name in names if name not in kept]
    if missing or not names:
        _check(settings)
    function = partial(_fix_file, settings=settings, unsafe=unsafe, project=project, around=around)
    steps = Steps(aids, len(names), len(kept))

    def heard(fixing: Fixing) -> None:
        steps.step()
        aids.stopwatch.add(fixing.after.seconds)

    done = for_each(function, missing, lambda path: Fixing(None, Examination(path, problems=(died(path),))), heard)
    unchanged = (Fixing(examination.source, examination) for examination in kept.values())
    found = {fixing.after.path: fixing for fixing in (*unchanged, *done)}
    fixings, examinations = _tidy(found, settings, unsafe, around)
    if write:
        written = {path: _written(fixing) for path, fixing in fixings.items()}
        examinations = examinations if written == fixings else _remaining(written, settings, around)
        fixings = written
    reports = _reports([examinations[name] for name in names], settings)
    return tuple(_result(fixings[name], report) for name, report in zip(names, reports, strict=True))


def _tidy(
    fixings: dict[str, Fixing], settings: PerPath, unsafe: bool, around: Surroundings
) -> tuple[dict[str, Fixing], dict[str, Examination]]:
    """Takes out the comments that are unused when all files are fixed; gives the files and what remains in them."""
    examinations = _remaining(fixings, settings, around)
    while True:
        reports = {report.path: report for report in _reports(list(examinations.values()), settings)}
        found = {path: _tidied(fixing, reports[path], unsafe, around) for path, fixing in fixings.items()}
        tidier = {path: fixing for path, fixing in found.items() if fixing is not None}
        if not tidier:
            return fixings, examinations
        fixings = fixings | tidier
        texts = {path: fixing.after.source.whole for path, fixing in fixings.items() if fixing.after.source is not None}
        lookers = {path for path, one in examinations.items() if one.examined.looked_into & tidier.keys()}
        again = _examine(sorted(lookers | tidier.keys()), settings, around.project(fixings, texts))
        for examination in again:
            after = fixings[examination.path].after
            problems = (*after.problems, *examination.problems)
            examinations[after.path] = replace(examination, source=after.source, problems=problems)
            current = replace(examination, source=after.source, problems=after.problems)
            fixings[after.path] = replace(fixings[after.path], after=current)


def _tidied(fixing: Fixing, report: FileReport, unsafe: bool, around: Surroundings = ALONE) -> Fixing | None:
    """The file without the unused comments that its report tells of; None if it tells of none."""
    source = fixing.after.source
    if source is None or not fixing.after.examined.suppressions.own:
        return None
    from nanlint.comments.unused import tidied

    return tidied(fixing, around.counted(report.findings, source), UNSAFE if unsafe else SAFE)


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


def _remaining(fixings: dict[str, Fixing], settings: PerPath, around: Surroundings) -> dict[str, Examination]:
    """The examination of each file as it is now: anew where a file that had a part in it has changed."""
    sources = {path: fixing.after.source for path, fixing in fixings.items()}
    changed = {path for path, fixing in fixings.items() if fixing.changed}
    stale = [path for path, fixing in fixings.items() if _is_stale(fixing.after, changed)]
    texts = {path: source.whole for path in changed if (source := sources[path]) is not None}
    readable = [path for path in stale if sources[path] is not None]
    again = _examine(readable, settings, around.project(fixings, texts))
    found = {path: fixing.after for path, fixing in fixings.items()}
    for examination in again:
        problems = found[examination.path].problems
        found[examination.path] = replace(examination, problems=(*problems, *examination.problems))
    return found


def _is_stale(examination: Examination, changed: set[str]) -> bool:
    return bool(examination.problems or examination.examined.looked_into & changed)


def _examine(
    paths: Sequence[str], settings: PerPath, project: Project, aids: Aids = NO_AIDS
) -> tuple[Examination, ...]:
    """Examines files; what is kept of earlier runs is taken from there, which proves its settings, too."""
    kept = _kept(paths, settings, project, aids)
    missing = [path for path in paths if path not in kept]
    if missing or not paths:
        _check(settings)
    function = partial(examine_file, settings=settings, project=project)
    steps = Steps(aids, len(paths), len(kept))

    def heard(examination: Examination) -> None:
        steps.step()
        aids.stopwatch.add(examination.seconds)
        if aids.cache is not None:
            aids.cache.keep(examination, settings, project)

    done = for_each(function, missing, lambda path: Examination(path, problems=(died(path),)), heard)
    found = {examination.path: examination.light for examination in (*kept.values(), *done)}
    return tuple(found[path] for path in paths)


def _kept(paths: Sequence[str], settings: PerPath, project: Project, aids: Aids) -> dict[str, Examination]:
    """The examinations that are kept of earlier runs, by path."""
    if aids.cache is None:
        return {}
    with project.watch.stage("looking into the cache"):
        found = {path: aids.cache.find(path, settings, project) for path in paths}
    aids.stopwatch.add(project.watch.taken())
    return {path: examination for path, examination in found.items() if examination is not None}


def _may_change(examination: Examination, settings: PerPath, allowed: Collection[Applicability]) -> bool:
    """Fixing the file may change it: a finding has a fix that is applied."""
    own = of_path(settings, examination.path)
    fixes = (judged(report.finding, own).fix for report in examination.examined.own)
    return any(fix is not None and fix.applicability in allowed for fix in fixes)


def examine_paths(
    paths: Iterable[str | Path], settings: PerPath = DEFAULT, *, aids: Aids = NO_AIDS
) -> dict[str, Examination]:
    """What `lint_paths` makes its report of, by path: for who lints a file again and keeps the others."""
    names = [str(path) for path in paths]
    project = Project(tuple(names), watch=Stopwatch(aids.stopwatch.running))
    return {examination.path: examination for examination in _examine(names, settings, project, aids)}


def report_on(path: str, examinations: Mapping[str, Examination], settings: PerPath = DEFAULT) -> FileReport:
    """The report on one file of those that were examined together."""
    ordered = (examinations[name] for name in sorted(examinations))
    others = [seen for other in ordered for seen in other.examined.away if seen.finding.place.path == path]
    return _report(examinations[path], others, of_path(settings, path))


def _reports(examinations: Sequence[Examination], settings: PerPath) -> list[FileReport]:
    """Each file's report, after all files were heard; their order has no influence."""
    heard: dict[str, list[Seen]] = {}
    for examination in sorted(examinations, key=lambda examination: examination.path):
        for seen in examination.examined.away:
            heard.setdefault(seen.finding.place.path, []).append(seen)
    return [
        _report(examination, heard.get(examination.path, []), of_path(settings, examination.path))
        for examination in examinations
    ]


def _report(examination: Examination, others: Sequence[Seen], settings: Settings) -> FileReport:
    source, examined = examination.source, examination.examined
    if source is None:
        return FileReport(examination.path, problems=examination.problems, skipped=examination.skipped)
    if others and not examined.own:  # perhaps a file that was not parsed: its comments were not read
        from nanlint.comments.suppress import suppressions

        examined = replace(examined, suppressions=suppressions(source, complaint))
    linted = verdict(examined, others)
    findings = linted.findings
    if linted.suppressions.own:
        from nanlint.comments.unused import unused_ignores

        findings = in_order([*findings, *unused_ignores(source, linted, examined.enabled)])
    text, cells = (source.written, source.cells) if findings else ("", ())
    findings = tuple(judged(finding, settings) for finding in findings)
    language = PYTHON if source.origin is None else source.origin.language
    skipped = examination.skipped
    return FileReport(examination.path, findings, examination.problems, linted.warnings, text, cells, skipped, language)


def _result(fixing: Fixing, report: FileReport) -> FixResult:
    before, after = fixing.before, fixing.after.source
    if before is None or after is None:
        return FixResult("", "", {}, report)
    return FixResult(before.whole, after.whole, fixing.applied, report, _cells(before, after))


def _cells(before: Source, after: Source) -> tuple[tuple[int, str, str], ...]:
    """Number, code before and code after of each cell of a notebook."""
    if not before.cells or before.origin is None:
        return ()
    old, new = before.origin.sources(before.text), before.origin.sources(after.text)
    return tuple((number, old[number], new[number]) for number in old)


def _check(settings: PerPath) -> None:
    """Raises SettingsError for selectors that select nothing and for plugins that cannot be used.

    It asks the rules (and LibCST) only if there are any of these.
    """
    distinct = {settings} if isinstance(settings, Settings) else set(settings.values())
    if plugins.found() or any(one.selectors != DEFAULT.selectors for one in distinct):
        from nanlint.rules.selecting import select_rules

        for one in distinct:
            select_rules(one)
