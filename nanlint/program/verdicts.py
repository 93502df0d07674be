"""What several files of a run report on one file, made one: a finding for an operation, grave and specific."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nanlint.comments.suppress import Suppressions, Used
from nanlint.findings import Finding, Problem

Region = tuple[str, int, int]
"""A stretch of a file: path, first offset, end."""


@dataclass(frozen=True, slots=True)
class Report:
    """A finding as one file of the run sees it; `region` is the operation's, `claims` are what it explains as well."""

    finding: Finding
    specific: int
    region: Region
    claims: tuple[Region, ...] = ()

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the report that explains an operation best first."""
        return -self.specific, -self.finding.level, self.finding.code


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file gives before the others are heard.

    own: reports in the file itself; away: errors and warnings in other files of the run, in code that this one calls;
    looked_into: the other files whose code had a part in it; enabled: the codes of the rules that were asked.
    faint: in a file with comments, what only a strict run would tell: a comment that silences it has its use;
    silent: nothing is to be told but which comments have none.
    """

    own: tuple[Report, ...] = ()
    away: tuple[Report, ...] = ()
    suppressions: Suppressions = field(default_factory=Suppressions)
    looked_into: frozenset[str] = frozenset()
    enabled: frozenset[str] = frozenset()
    faint: tuple[Report, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Linted:
    """Findings sorted by place, what is wrong with suppression comments, and which of these silenced something."""

    findings: tuple[Finding, ...]
    warnings: tuple[Problem, ...] = ()
    suppressions: Suppressions = field(default_factory=Suppressions)
    used: Used = field(default_factory=dict)


def verdict(examined: Examined, others: Iterable[Report] = ()) -> Linted:
    """The findings in a file, with what `others` report there, that no comment silences."""
    comments = examined.suppressions
    found = together(examined.own, others)
    kept, _ = comments.split(() if examined.silent else found)
    _, used = comments.split([*found, *(report.finding for report in examined.faint)])
    return Linted(tuple(kept), comments.warnings, comments, used)


def together(own: Iterable[Report], others: Iterable[Report]) -> list[Finding]:
    """The findings in a file, sorted by place: its own, and what callers in other files add or make graver."""
    explained: dict[Region, set[str]] = {}
    chosen: list[Finding] = []
    for report in sorted(_gravest([*own, *others]), key=lambda report: report.rank):
        if explained.get(report.region, set()) <= {report.finding.code}:
            chosen.append(report.finding)
            for region in (report.region, *report.claims):
                explained.setdefault(region, set()).add(report.finding.code)
    return [*in_order(chosen)]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By place."""
    return tuple(sorted(findings, key=lambda finding: (*finding.place.order, finding.code)))


def _gravest(reports: Iterable[Report]) -> Iterator[Report]:
    """One report for each rule and operation: the first of the gravest, with the fix of the first."""
    groups: dict[tuple[str, Region], list[Report]] = {}
    for report in reports:
        groups.setdefault((report.finding.code, report.region), []).append(report)
    for group in groups.values():
        gravest = max(group, key=lambda report: report.finding.level)
        claims = tuple(claim for report in group for claim in report.claims)
        yield replace(gravest, finding=replace(gravest.finding, fix=group[0].finding.fix), claims=claims)
