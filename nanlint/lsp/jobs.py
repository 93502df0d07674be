"""What the worker process is asked for, beside linting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nanlint.findings import Problem
from nanlint.lsp.known import Known
from nanlint.lsp.target import Target
from nanlint.running.work import guarded
from nanlint.settings import SettingsError

if TYPE_CHECKING:  # imports LibCST, which the server itself does without
    from nanlint.lsp.desk import Desk


class Job(Protocol):
    """Something to do for the server; picklable."""

    def run(self, desk: Desk, /) -> object:
        """The answer, picklable too."""


@dataclass(frozen=True, slots=True)
class Update:
    """Texts of documents that were opened or changed; None for one that was closed.

    aliases: paths that are no files, and the files whose settings hold for them.
    """

    texts: Mapping[str, str | None]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def run(self, desk: Desk) -> None:
        desk.policies.aliases.update(self.aliases)
        for path, text in self.texts.items():
            if text is None:
                desk.close(path)
            else:
                desk.texts[path] = text
        desk.forget_what_was_read()


@dataclass(frozen=True, slots=True)
class Rescan:
    """Files were created or deleted, or settings have changed."""

    def run(self, desk: Desk) -> None:
        desk.forget_files()


@dataclass(frozen=True, slots=True)
class Files:
    """Asks for the files of a workspace folder."""

    root: str

    def run(self, desk: Desk) -> tuple[str, ...]:
        return desk.files(self.root)


@dataclass(frozen=True, slots=True)
class Importers:
    """Asks for the files that import some files of a workspace folder, and those that import them in turn.

    The nearest come first; those that are open are left out, since they are linted anyway.
    """

    root: str
    paths: tuple[str, ...]

    def run(self, desk: Desk) -> tuple[str, ...]:
        found = desk.project(Target(self.paths[0], self.root)).dependents(self.paths)
        return tuple(sorted(found - desk.opened, key=lambda path: (self._distance(path), path)))

    def _distance(self, path: str) -> int:
        """How many directories lie between a file and the next of those that it imports."""
        return min(len(Path(os.path.relpath(path, other)).parts) for other in self.paths)


@dataclass(frozen=True, slots=True)
class Know:
    """Asks what is known of the expressions that touch the offsets [start, end] of a file."""

    target: Target
    start: int
    end: int
    assigned: bool = False
    """Only of names that are assigned."""

    def run(self, desk: Desk) -> tuple[Known, ...]:
        path, project = self.target.path, desk.project(self.target)

        def work() -> tuple[Known, ...]:
            return desk.chart(path, project).between(self.start, self.end, self.assigned)

        found = guarded(path, work)
        return () if isinstance(found, Problem) else found


@dataclass(frozen=True, slots=True)
class Explain:
    """Asks for the documentation of a rule in Markdown, by its code or name; None if there is no such rule."""

    name: str

    def run(self, _: Desk) -> str | None:
        from nanlint.docs import markdown
        from nanlint.rules.selecting import find_rule

        try:
            return markdown(find_rule(self.name))
        except SettingsError:
            return None


@dataclass(frozen=True, slots=True)
class RuleNames:
    """Asks for code, name and summary of every rule."""

    def run(self, _: Desk) -> tuple[tuple[str, str, str], ...]:
        from nanlint.rules.registry import all_rules

        return tuple((rule.code, rule.name, rule.summary) for rule in all_rules())
