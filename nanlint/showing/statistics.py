"""How often each rule speaks: a table for people, a list for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from nanlint.findings import Applicability, Finding, Level
from nanlint.showing.terminal import Paint


@dataclass(frozen=True, slots=True)
class Tally:
    """The findings of a rule: how many, at which levels, and how many of them a fix would remove."""

    code: str
    name: str
    count: int
    levels: Mapping[Level, int]
    fixable: int


def tallies(findings: Iterable[Finding], allowed: Collection[Applicability]) -> list[Tally]:
    """The rules that found something, the most frequent first; `allowed` fixes count."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault((finding.code, finding.rule), []).append(finding)
    found = [_tally(code, name, members, allowed) for (code, name), members in by_rule.items()]
    return sorted(found, key=lambda tally: (-tally.count, tally.code))


def _tally(code: str, name: str, findings: Collection[Finding], allowed: Collection[Applicability]) -> Tally:
    fixable = sum(finding.fix is not None and finding.fix.applicability in allowed for finding in findings)
    levels = Counter(finding.level for finding in findings)
    return Tally(code, name, len(findings), dict(sorted(levels.items(), reverse=True)), fixable)


def table(found: Iterable[Tally], paint: Paint, option: str) -> str:
    """A line for each rule: count, code, whether `option` fixes all of it ([*]) or some ([-]), name, levels."""
    rows = list(found)
    if not rows:
        return ""
    widths = [max(len(text) for text in column) for column in zip(*map(_cells, rows), strict=True)]
    lines = [_line(row, widths, paint) for row in rows]
    fixable = sum(row.fixable for row in rows)
    if fixable:
        lines.append(f"[*] {fixable} fixable with {option}")
    return "\n".join(lines) + "\n"


def as_json(found: Iterable[Tally]) -> str:
    """A list of objects, one for each rule."""
    records = [
        {
            "code": tally.code,
            "name": tally.name,
            "count": tally.count,
            "levels": {level.label: number for level, number in tally.levels.items()},
            "fixable": tally.fixable == tally.count,
            "fixable_count": tally.fixable,
        }
        for tally in found
    ]
    return json.dumps(records, indent=2) + "\n"


def _cells(tally: Tally) -> tuple[str, str, str]:
    return str(tally.count), tally.code, tally.name


def _line(tally: Tally, widths: list[int], paint: Paint) -> str:
    count, code, name = _cells(tally)
    mark = "[*]" if tally.fixable == tally.count else "[-]" if tally.fixable else "[ ]"
    levels = ", ".join(f"{number} {level.label}{'s' if number != 1 else ''}" for level, number in tally.levels.items())
    padded = f"{name:<{widths[2]}}"
    return f"{count:>{widths[0]}}  {paint(f'{code:<{widths[1]}}', 'cyan')}  {mark} {paint(padded, 'bold')}  {levels}"
