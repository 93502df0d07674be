"""What a run knows beside the files that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nanlint.findings import Finding
from nanlint.program.project import Project
from nanlint.running.stopwatch import Stopwatch
from nanlint.text.source import Source

if TYPE_CHECKING:
    from nanlint.files.changed import Changes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """paths: of more files of the program, which are followed but not linted themselves; texts: what stands for the
    contents of files; changes: the lines that count, if not all do.
    """

    paths: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    changes: Changes | None = None

    def project(
        self, paths: Iterable[str], texts: Mapping[str, str] | None = None, watch: Stopwatch | None = None
    ) -> Project:
        """The program of these files, with what has become of some of them, and of all others."""
        every = tuple(dict.fromkeys([*paths, *self.paths]))
        return Project(every, {**self.texts, **(texts or {})}, watch or Stopwatch())

    def counted(self, findings: Iterable[Finding], source: Source) -> tuple[Finding, ...]:
        """Those of the findings in a file that count."""
        if self.changes is None:
            return tuple(findings)
        return self.changes.among(findings, source.path, source.written)


ALONE = Surroundings()
