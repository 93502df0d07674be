"""What remains to be done when all files are fixed: unused comments go, and the files are written."""

from __future__ import annotations

from dataclasses import replace

from nanlint.fixing.fixer import SAFE, UNSAFE
from nanlint.program.surroundings import ALONE, Surroundings
from nanlint.reports import FileReport
from nanlint.running.examining import examine
from nanlint.running.reporting import reports_on
from nanlint.running.work import Examination, Fixing, with_problem
from nanlint.settings import PerPath
from nanlint.text.source import SourceError
from nanlint.text.source import write as write_source


def tidy(
    fixings: dict[str, Fixing], settings: PerPath, unsafe: bool, around: Surroundings
) -> tuple[dict[str, Fixing], dict[str, Examination]]:
    """Takes out the comments that are unused when all files are fixed; gives the files and what remains in them."""
    examinations = remaining(fixings, settings, around)
    while True:
        reports = {report.path: report for report in reports_on(list(examinations.values()), settings)}
        found = {path: without_unused(fixing, reports[path], unsafe, around) for path, fixing in fixings.items()}
        tidier = {path: fixing for path, fixing in found.items() if fixing is not None}
        if not tidier:
            return fixings, examinations
        fixings = fixings | tidier
        texts = {path: fixing.after.source.whole for path, fixing in fixings.items() if fixing.after.source is not None}
        lookers = {path for path, one in examinations.items() if one.examined.looked_into & tidier.keys()}
        again = examine(sorted(lookers | tidier.keys()), settings, around.project(fixings, texts))
        for examination in again:
            after = fixings[examination.path].after
            problems = (*after.problems, *examination.problems)
            examinations[after.path] = replace(examination, source=after.source, problems=problems)
            current = replace(examination, source=after.source, problems=after.problems)
            fixings[after.path] = replace(fixings[after.path], after=current)


def without_unused(fixing: Fixing, report: FileReport, unsafe: bool, around: Surroundings = ALONE) -> Fixing | None:
    """The file without the unused comments that its report tells of; None if it tells of none."""
    source = fixing.after.source
    if source is None or not fixing.after.examined.suppressions.own:
        return None
    from nanlint.comments.unused import tidied

    return tidied(fixing, around.counted(report.findings, source), UNSAFE if unsafe else SAFE)


def write_out(fixing: Fixing) -> Fixing:
    """The file is written, or as it was with a problem."""
    if fixing.before is None or fixing.after.source is None or not fixing.changed:
        return fixing
    try:
        write_source(fixing.before, fixing.after.source.text)
    except SourceError as error:
        undone = Examination(fixing.after.path, fixing.before, problems=fixing.after.problems)
        return Fixing(fixing.before, with_problem(undone, error.problem))
    return fixing


def remaining(fixings: dict[str, Fixing], settings: PerPath, around: Surroundings) -> dict[str, Examination]:
    """The examination of each file as it is now: anew where a file that had a part in it has changed."""
    sources = {path: fixing.after.source for path, fixing in fixings.items()}
    changed = {path for path, fixing in fixings.items() if fixing.changed}
    stale = [path for path, fixing in fixings.items() if _is_stale(fixing.after, changed)]
    texts = {path: source.whole for path in changed if (source := sources[path]) is not None}
    readable = [path for path in stale if sources[path] is not None]
    again = examine(readable, settings, around.project(fixings, texts))
    found = {path: fixing.after for path, fixing in fixings.items()}
    for examination in again:
        problems = found[examination.path].problems
        found[examination.path] = replace(examination, problems=(*problems, *examination.problems))
    return found


def _is_stale(examination: Examination, changed: set[str]) -> bool:
    return bool(examination.problems or examination.examined.looked_into & changed)
