"""What the worker process is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nanlint.api import report_on
from nanlint.findings import Finding, Problem
from nanlint.fixing.fixer import SAFE, UNSAFE, fix_text
from nanlint.lsp.known import Known
from nanlint.program.project import Project
from nanlint.reports import FileReport
from nanlint.running.work import Examination, examine_file, guarded
from nanlint.settings import DEFAULT, SettingsError
from nanlint.text.source import SourceError

if TYPE_CHECKING:  # imports LibCST, which the server itself does without
    from nanlint.lsp.desk import Desk


@dataclass(frozen=True, slots=True)
class Target:
    """A file (or a text that is none) to analyse. root: the directory whose files make one program with it."""

    path: str
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint says of a file. others: what it changes in the reports of files linted before, by path.

    used: the other files whose code had a part in it.
    """

    report: FileReport
    others: Mapping[str, FileReport] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


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
class Lint:
    """Asks for the findings in a file; none in one that the settings exclude."""

    target: Target

    def run(self, desk: Desk) -> Linted:
        path = self.target.path
        if (wrong := _wrong(path, desk)) is not None:
            return Linted(FileReport(path, problems=(Problem(path, wrong),)))
        if desk.policies.excludes(Path(desk.policies.aliases.get(path, path)), within=True):
            return Linted(FileReport(path))
        before = desk.examinations.get(path)
        examination = examine_file(path, desk.policies, desk.project(self.target))
        if examination.problems:
            return Linted(FileReport(path, problems=examination.problems))
        desk.keep(examination)
        told = {*_mentioned(before), *_mentioned(examination)} - {path}
        others = {other: _report(other, desk) for other in sorted(told) if other in desk.examinations}
        return Linted(_report(path, desk), others, examination.examined.looked_into)


@dataclass(frozen=True, slots=True)
class FixAll:
    """Asks for the text after all fixes: the safe ones (and unsafe ones if told), of one rule if it is named."""

    target: Target
    unsafe: bool = False
    code: str | None = None

    def run(self, desk: Desk) -> str | Problem:
        path, project = self.target.path, desk.project(self.target)
        known = {other: each for other, each in desk.examinations.items() if path in _mentioned(each)}

        def lint(text: str) -> tuple[Finding, ...]:
            with desk.pretending(path, text):
                examination = examine_file(path, desk.policies, project)
            if examination.problems:
                raise SourceError(examination.problems[0])
            findings = report_on(path, {**known, path: examination}, desk.policies).findings
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


def warm_up() -> None:
    """Imports what every job needs and lints a line, so that the first job does not wait for that."""
    text = "import torch\nx = torch.log(torch.softmax(torch.zeros(2), 0))\n"
    examination = examine_file("<start>", DEFAULT, Project(("<start>",), {"<start>": text}))
    report_on("<start>", {"<start>": examination})


def _wrong(path: str, desk: Desk) -> str | None:
    """Why the settings cannot be honoured."""
    from nanlint.running.work import rules_of

    try:
        rules_of(desk.policies.strictly(path))
    except SettingsError as error:
        return str(error)
    return None


def _report(path: str, desk: Desk) -> FileReport:
    """What is to be said of a file that was examined, with what the others have to say of it."""
    heard = {other: each for other, each in desk.examinations.items() if other == path or path in _mentioned(each)}
    return report_on(path, heard, desk.policies)


def _mentioned(examination: Examination | None) -> set[str]:
    """The other files that it says something of."""
    return set() if examination is None else {report.finding.place.path for report in examination.examined.away}
