"""The jobs that lint and rewrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nanlint.api import report_on
from nanlint.findings import Finding, Problem
from nanlint.fixing.fixer import SAFE, UNSAFE, fix_text
from nanlint.lsp.target import Target
from nanlint.program.project import Project
from nanlint.reports import FileReport
from nanlint.running.work import examine_file, guarded, rules_of
from nanlint.settings import DEFAULT, SettingsError
from nanlint.text.source import SourceError

if TYPE_CHECKING:  # imports LibCST, which the server itself does without
    from nanlint.lsp.desk import Desk


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint says of a file. others: what it changes in the reports of files linted before, by path.

    used: the other files whose code had a part in it.
    """

    report: FileReport
    others: Mapping[str, FileReport] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lint:
    """Asks for the findings in a file; none in one that the settings exclude."""

    target: Target

    def run(self, desk: Desk) -> Linted:
        path = self.target.path
        if (wrong := _wrong(path, desk)) is not None:
            return Linted(FileReport(path, problems=(Problem(path, wrong),)))
        if desk.policies.excludes(Path(desk.policies.aliases.get(path, path)), within=True):
            return Linted(FileReport(path))
        before, project = desk.mentioned(path), desk.project(self.target)
        examination = examine_file(path, desk.policies, project)
        if examination.problems:
            return Linted(FileReport(path, problems=examination.problems))
        desk.keep(examination, project)
        others = _reports(before | desk.mentioned(path), desk)
        return Linted(_report(path, desk), others, examination.examined.looked_into)


@dataclass(frozen=True, slots=True)
class Listen:
    """Asks what a file that is not open says of others: from memory while all that it rests on is as it was."""

    target: Target

    def run(self, desk: Desk) -> Mapping[str, FileReport]:
        path = self.target.path
        if desk.stands(path, desk.project(self.target)):
            return _reports(desk.mentioned(path), desk)
        return Lint(self.target).run(desk).others


@dataclass(frozen=True, slots=True)
class FixAll:
    """Asks for the text after all fixes: the safe ones (and unsafe ones if told), of one rule if it is named."""

    target: Target
    unsafe: bool = False
    code: str | None = None

    def run(self, desk: Desk) -> str | Problem:
        path, project = self.target.path, desk.project(self.target)

        def lint(text: str) -> tuple[Finding, ...]:
            with desk.pretending(path, text):
                examination = examine_file(path, desk.policies, project)
            if examination.problems:
                raise SourceError(examination.problems[0])
            findings = report_on(path, desk.heard(examination), desk.policies).findings
            return tuple(finding for finding in findings if self.code in (None, finding.code))

        def work() -> str:
            return fix_text(project.source(path).text, path, lint, UNSAFE if self.unsafe else SAFE).text

        return guarded(path, work)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Asks for the text with a comment that silences a finding; a Problem if there is no place for one."""

    target: Target
    finding: Finding

    def run(self, desk: Desk) -> str | Problem:
        from nanlint.comments.ignoring import with_ignores

        path = self.target.path
        done = guarded(path, lambda: with_ignores(desk.project(self.target).source(path), [self.finding]))
        if isinstance(done, Problem) or done.number:
            return done if isinstance(done, Problem) else done.text
        return Problem(path, f"there is no place for a comment that ignores {self.finding.rule}")


def warm_up() -> None:
    """Imports what every job needs and lints a line, so that the first job does not wait for that."""
    text = "import torch\nx = torch.log(torch.softmax(torch.zeros(2), 0))\n"
    examination = examine_file("<start>", DEFAULT, Project(("<start>",), {"<start>": text}))
    report_on("<start>", {"<start>": examination})


def _wrong(path: str, desk: Desk) -> str | None:
    """Why the settings cannot be honoured."""
    try:
        rules_of(desk.policies.strictly(path))
    except SettingsError as error:
        return str(error)
    return None


def _reports(paths: frozenset[str], desk: Desk) -> dict[str, FileReport]:
    """The reports on those of the files that were examined."""
    return {path: _report(path, desk) for path in sorted(paths) if path in desk.kept}


def _report(path: str, desk: Desk) -> FileReport:
    """What is to be said of a file that was examined, with what the others have to say of it."""
    return report_on(path, desk.heard(desk.kept[path].examination), desk.policies)
