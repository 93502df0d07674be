"""What the editor shows of a file: findings at offsets, moved along while the text cannot be parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from nanlint.findings import Finding, Place, Problem
from nanlint.lsp.moving import Move
from nanlint.reports import FileReport


@dataclass(frozen=True)
class Shown:
    """A report on a text, and where its findings have gone in the text of now.

    report: the last one of a text that could be parsed; problems: what is wrong with the text of now.
    """

    report: FileReport = field(default_factory=lambda: FileReport(""))
    text: str = ""
    now: str = ""
    problems: tuple[Problem, ...] = ()

    def after(self, report: FileReport, text: str) -> Shown:
        """What to show once `text` was linted: if it could not be, the findings before it and why."""
        if report.problems:
            return Shown(self.report, self.text, text, report.problems)
        return Shown(report, text, text)

    @property
    def current(self) -> bool:
        """The findings are those of the text of now."""
        return self.text == self.now and not self.problems

    @cached_property
    def findings(self) -> tuple[tuple[Finding, int, int], ...]:
        """The findings with the offsets at which they stand now; those whose code was edited are gone."""
        placed = [(finding, self.moved(finding.place)) for finding in self.report.findings]
        return tuple((finding, *area) for finding, area in placed if area is not None)

    def moved(self, place: Place) -> tuple[int, int] | None:
        """The offsets at which a place of the report stands now."""
        return self._move.stretch(place)

    @cached_property
    def _move(self) -> Move:
        return Move(self.text, self.now)
