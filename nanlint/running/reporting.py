"""The report on each file, made after all files were heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nanlint.notebooks.ipynb import PYTHON
from nanlint.policy import judged
from nanlint.program.verdicts import Report as Seen
from nanlint.program.verdicts import in_order, verdict
from nanlint.reports import FileReport, FixResult
from nanlint.roster import complaint
from nanlint.running.work import Examination, Fixing
from nanlint.settings import PerPath, Settings, of_path
from nanlint.text.source import Source


def reports_on(examinations: Sequence[Examination], settings: PerPath) -> list[FileReport]:
    """Each file's report, after all files were heard; their order has no influence."""
    heard: dict[str, list[Seen]] = {}
    for examination in sorted(examinations, key=lambda examination: examination.path):
        for seen in examination.examined.away:
            heard.setdefault(seen.finding.place.path, []).append(seen)
    return [
        report_of(examination, heard.get(examination.path, []), of_path(settings, examination.path))
        for examination in examinations
    ]


def report_of(examination: Examination, others: Sequence[Seen], settings: Settings) -> FileReport:
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


def fix_result(fixing: Fixing, report: FileReport) -> FixResult:
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
