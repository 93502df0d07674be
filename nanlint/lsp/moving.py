"""Where the places of a text have gone in a later one: in what was not edited, a finding stays where it was."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from nanlint.findings import Finding, Place, Step
from nanlint.lsp.changes import common
from nanlint.program.verdicts import Region, Report
from nanlint.text.lines import Lines


class Move:
    """From a text to one that differs from it in one stretch."""

    def __init__(self, before: str, now: str) -> None:
        self.before, self.now = before, now

    def offsets(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a stretch stands now; None if it was edited."""
        if end <= self._head:
            return start, end
        if start >= len(self.before) - self._tail:
            shift = len(self.now) - len(self.before)
            return start + shift, end + shift
        return None

    def stretch(self, place: Place) -> tuple[int, int] | None:
        """The offsets at which a place of the text before stands now."""
        lines = self._lines
        return self.offsets(lines.offset(place.line, place.column), lines.offset(place.end_line, place.end_column))

    def report(self, report: Report) -> Report | None:
        """A report on the text before as one on the text now; None if the code that it is about was edited."""
        finding = self._finding(report.finding)
        region = self._region(report.finding.place.path, report.region)
        if finding is None or region is None:
            return None
        claims = (self._region(report.finding.place.path, claim) for claim in report.claims)
        return replace(
            report, finding=finding, region=region, claims=tuple(claim for claim in claims if claim is not None)
        )

    def _finding(self, finding: Finding) -> Finding | None:
        place = self._place(finding.place)
        if place is None:
            return None
        shift = place.line - finding.place.line
        first, last = finding.statement
        steps = (self._step(finding.place.path, step) for step in finding.evidence)
        evidence = tuple(step for step in steps if step is not None)
        return replace(finding, place=place, evidence=evidence, statement=(first + shift, last + shift))

    def _step(self, path: str, step: Step) -> Step | None:
        place = self._place(step.place) if step.place.path == path else step.place
        return None if place is None else replace(step, place=place)

    def _place(self, place: Place) -> Place | None:
        stretch = self.stretch(place)
        if stretch is None:
            return None
        (line, column), (end_line, end_column) = map(self._lines_now.position, stretch)
        return replace(place, line=line, column=column, end_line=end_line, end_column=end_column)

    def _region(self, path: str, region: Region) -> Region | None:
        if region[0] != path:
            return region
        stretch = self.offsets(*region[1:])
        return None if stretch is None else (path, *stretch)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.before)

    @cached_property
    def _lines_now(self) -> Lines:
        return Lines(self.now)

    @cached_property
    def _common(self) -> tuple[int, int]:
        return (len(self.now), 0) if self.before == self.now else common(self.before, self.now)

    @property
    def _head(self) -> int:
        return self._common[0]

    @property
    def _tail(self) -> int:
        return self._common[1]
