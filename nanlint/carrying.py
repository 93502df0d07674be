"""A baseline goes along with the changes that nanlint makes: what is fixed leaves it, what that uncovers is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nanlint.baseline import Baseline, Entry, Known
from nanlint.findings import Level
from nanlint.reports import Report

_Pair = tuple[Entry, Level]


@dataclass(frozen=True, slots=True)
class Carried:
    """The baseline after a change, how many findings it has lost, and how many it has got in their place."""

    baseline: Baseline
    lost: int
    gained: int


def carried(baseline: Baseline, before: Report, after: Report) -> Carried:
    """The baseline of the files as they are after fixes; both reports are on the same files.

    Only nanlint has changed these files in between. So where a function has lost a known finding, what it has now and
    had not comes of the fix: the same hazard in its new words, or one that the fixed finding had hidden. It is told if
    it is an error or a warning, and graver than what was lost.
    """
    known = dict(baseline.known)
    lost = gained = 0
    ends = {file.path: file for file in after.files if not file.problems}
    for file in before.files:
        if file.path not in ends or file.problems:
            continue
        then, now = baseline.entries(file), baseline.entries(ends[file.path])
        old, new = [(one, it.level) for one, it in then], [(one, it.level) for one, it in now]
        gravest: dict[str, Level] = {}
        for entry, level in _lost(baseline, old, new):
            known[entry] = replace(known[entry], count=known[entry].count - 1)
            gravest[entry.scope] = max(level, gravest.get(entry.scope, Level.NOTE))
            lost += 1
        for entry, level in _surplus(new, old):
            if entry.scope in gravest and level <= gravest[entry.scope]:
                known[entry] = _one_more(known.get(entry), level)
                gained += 1
    return Carried(Baseline(baseline.root, {entry: one for entry, one in known.items() if one.count}), lost, gained)


def _lost(baseline: Baseline, old: list[_Pair], new: list[_Pair]) -> Iterator[_Pair]:
    """The known findings that are no longer there."""
    left = Counter(entry for entry, _ in new)
    for entry, level in _surplus(old, new):
        if entry in baseline.known and left[entry] < baseline.known[entry].count:
            left[entry] += 1
            yield entry, level


def _surplus(these: list[_Pair], those: list[_Pair]) -> Iterator[_Pair]:
    """Those of the one side that the other has not; of some that are alike the gravest."""
    counts = Counter(entry for entry, _ in those)
    for entry, level in sorted(these, key=lambda pair: pair[1]):
        if counts[entry]:
            counts[entry] -= 1
        else:
            yield entry, level


def _one_more(known: Known | None, level: Level) -> Known:
    return Known(1, level) if known is None else Known(known.count + 1, min(known.level, level))
