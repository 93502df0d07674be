"""The files of a run that are changed one by one: examined once, and again where a change has to do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nanlint import api
from nanlint.findings import Problem
from nanlint.program.project import Project
from nanlint.reports import FileReport
from nanlint.running.aids import NO_AIDS, Aids
from nanlint.running.work import examine_file
from nanlint.settings import PerPath
from nanlint.text.source import Source, SourceError, read
from nanlint.text.source import write as write_source


class Sitting:
    """Files as they are now. What is written is on disk at once, and every report is on the text that is there."""

    def __init__(self, paths: Sequence[str], settings: PerPath, aids: Aids = NO_AIDS) -> None:
        self.paths = tuple(paths)
        self._settings = settings
        self._found = api.examine_paths(paths, settings, aids=aids)
        self._stale: set[str] = set()

    def report(self, path: str) -> FileReport:
        """What there is to say of a file now."""
        if path in self._stale:
            self._examine(path)
        return api.report_on(path, self._found, self._settings)

    def reports(self) -> tuple[FileReport, ...]:
        return tuple(self.report(path) for path in self.paths)

    def source(self, path: str) -> Source | None:
        """The text that the report on the file is about; None if there is none."""
        return self._found[path].source

    def write(self, path: str, text: str) -> None:
        """Writes a new text of a file. Raises SourceError, the file untouched, if that fails or nobody can parse it."""
        before, source = self._found[path].source, read(path)
        if before is None or before.text != source.text:
            raise SourceError(Problem(path, "has changed on disk since it was linted; not written"))
        after = source.with_text(text)
        trial = examine_file(path, self._settings, Project(self.paths, {path: after.whole}))
        if trial.problems:
            raise SourceError(trial.problems[0])
        write_source(source, text)
        self._found[path] = replace(trial, source=read(path))
        self._unsettle(path)

    def forget(self, path: str) -> None:
        """Reads a file again that somebody else may have changed."""
        self._examine(path)
        self._unsettle(path)

    def _unsettle(self, path: str) -> None:
        """Whoever reports on the changed file has its old lines in mind; whoever else looked into it can wait."""
        examined = {other: found.examined for other, found in self._found.items() if other != path}
        self._stale |= {other for other, one in examined.items() if path in one.looked_into}
        for other, one in examined.items():
            if any(seen.finding.place.path == path for seen in one.away):
                self._examine(other)

    def _examine(self, path: str) -> None:
        self._found[path] = examine_file(path, self._settings, Project(self.paths))
        self._stale.discard(path)
