"""What a run came to."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.reports import FixResult, Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report on every file, and on the files that were to be fixed, what fixing gave.

    before: what was found before this run changed files, if anybody needs it.
    """

    report: Report
    fixed: tuple[FixResult, ...] = ()
    before: Report | None = None

    @property
    def changed(self) -> tuple[FixResult, ...]:
        return tuple(result for result in self.fixed if result.changed)
