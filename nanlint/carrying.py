"""A baseline goes along with nanlint's own changes to the code: what is fixed leaves it, what is rewritten stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from nanlint.baseline import Baseline, Entry, Known
from nanlint.findings import Level
from nanlint.reports import FileReport, Report


@dataclass(frozen=True, slots=True)
class Carried:
    """The baseline after a change, how many findings it has lost, and how many of these it knows by other code."""

    baseline: Baseline
    gone: int
    renamed: int


def carried(baseline: Baseline, before: Report, after: Report) -> Carried:
    """The baseline of the files as they are after fixes; both reports are on the same files.

    Only nanlint has changed these files in between. So where a known finding is gone, and its function has a finding of
    the same rule that was not there, a fix has rewritten the code of one that is still known.
    """
    known = dict(baseline.known)
    gone = renamed = 0
    ends = {file.path: file for file in after.files if not file.problems}
    for file in before.files:
        if file.path in ends and not file.problems:
            lost = _lost(baseline, file, ends[file.path])
            new = _new(baseline, file, ends[file.path])
            for entry, number in lost.items():
                known[entry] = replace(known[entry], count=known[entry].count - number)
            free = Counter(kind for entry, number in lost.items() for kind in [_kind(entry)] * number)
            gone += lost.total()
            for entry, level in new:
                if free[_kind(entry)]:
                    free[_kind(entry)] -= 1
                    renamed += 1
                    known[entry] = _one_more(known.get(entry), level)
    return Carried(Baseline(baseline.root, {entry: one for entry, one in known.items() if one.count}), gone, renamed)


def _lost(baseline: Baseline, before: FileReport, after: FileReport) -> Counter[Entry]:
    """How many of the known findings of a file are no longer there."""
    counts, left = (Counter(entry for entry, _ in baseline.entries(file)) for file in (before, after))
    found = {entry: baseline.known[entry].count for entry in counts if entry in baseline.known}
    return +Counter({entry: min(n, counts[entry]) - min(n, left[entry]) for entry, n in found.items()})


def _new(baseline: Baseline, before: FileReport, after: FileReport) -> list[tuple[Entry, Level]]:
    """The findings of a file that were not there, the least grave first."""
    counts = Counter(entry for entry, _ in baseline.entries(before))
    new = []
    for entry, finding in sorted(baseline.entries(after), key=lambda pair: pair[1].level):
        if counts[entry]:
            counts[entry] -= 1
        else:
            new.append((entry, finding.level))
    return new


def _kind(entry: Entry) -> tuple[str, str]:
    return entry.scope, entry.rule


def _one_more(known: Known | None, level: Level) -> Known:
    return Known(1, level) if known is None else Known(known.count + 1, min(known.level, level))
