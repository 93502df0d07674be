"""What a run is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nanlint.cli.run import Run
from nanlint.configuration.resolver import Resolver
from nanlint.files.discover import discover
from nanlint.program.surroundings import ALONE, Surroundings
from nanlint.reports import FileReport
from nanlint.settings import SettingsError
from nanlint.text.source import Source


@dataclass(frozen=True, slots=True)
class Found:
    """files: to lint; unfound: a report for each path where there is none; around: what else belongs to the program.

    half_seen: files in which neither comments nor known findings are judged to be of no use, since what they have to do
    with is not all linted; content, source: of standard input, if that is linted, as it came and as it was understood.
    """

    files: tuple[str, ...]
    unfound: tuple[FileReport, ...] = ()
    around: Surroundings = ALONE
    half_seen: frozenset[str] = frozenset()
    content: bytes | None = None
    source: Source | None = None

    @property
    def program(self) -> tuple[str, ...]:
        """All files of which it may matter what settings they have."""
        return tuple(dict.fromkeys((*self.files, *self.around.paths)))


def search(paths: Sequence[str | Path], resolver: Resolver) -> Found:
    """The files that are named, and those in directories."""
    conduct = resolver.of_run().conduct
    found = discover(paths, resolver, force_exclude=conduct.force_exclude, respect_gitignore=conduct.respect_gitignore)
    unfound = tuple(FileReport(problem.path, problems=(problem,)) for problem in found.problems)
    return Found(tuple(map(str, found.files)), unfound)


def refuse(what: str, run: Run, *options: str) -> None:
    """Raises SettingsError if one of the options, which work on whole files as they are, is given."""
    given = {
        "--changed": run.files.changed is not None,
        "--watch": run.files.watch,
        "--interactive": run.fixes.interactive,
        "--write-baseline": run.existing.write_baseline is not None,
        "--add-ignores": run.existing.add_ignores is not None,
    }
    for option in options:
        if given[option]:
            raise SettingsError(f"{what} and {option} do not go together")
