"""The desk in the worker process: what a job leaves there for later ones, and the files as parts of a program."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import libcst as cst

from nanlint.caching.cache import stands
from nanlint.files.discover import discover
from nanlint.lsp.chart import Chart
from nanlint.lsp.configuration import Policies
from nanlint.lsp.moving import Move
from nanlint.lsp.target import Target
from nanlint.program.project import Project
from nanlint.running.work import Examination
from nanlint.settings import Settings
from nanlint.text.patchwork import Patchwork
from nanlint.text.sections import Sections
from nanlint.text.source import Source

MAX_FILES = 5_000
"""Of a workspace folder that are looked at as parts of one program; of a larger one, the first by name."""
MAX_KEPT = 2_000  # examinations, to hear what one file says of another: some 20 kB each
MAX_CHARTS = 3


class Program(Project):
    """A project whose files are parsed again and again while somebody edits them."""

    @cached_property
    def _patchworks(self) -> dict[str, Patchwork]:
        return {}

    @cached_property
    def _sections(self) -> dict[str, Sections]:
        return {}

    def parse(self, source: Source) -> cst.Module:
        """As `parsing.parse`, but of a text that is open what has not changed keeps its tree."""
        if source.path not in self.texts:
            return super().parse(source)
        return self._patchworks.setdefault(source.path, Patchwork()).parse(source)

    def sections(self, path: str, /) -> Sections:
        """As in any project, but of a text that is open they are kept."""
        return self._sections.setdefault(path, Sections()) if path in self.texts else super().sections(path)


@dataclass(frozen=True, slots=True)
class Kept:
    """An examination, what it has read of the other files that it says something of, and the settings of all."""

    examination: Examination
    texts: Mapping[str, str]
    settings: Mapping[str, Settings]

    def about(self, path: str, text: str) -> Examination:
        """The examination as far as it is about another file, which holds that text by now."""
        move = Move(self.texts[path], text)
        examined = self.examination.examined
        moved = (move.report(report) for report in examined.away if report.finding.place.path == path)
        return replace(self.examination, examined=replace(examined, away=tuple(filter(None, moved))))


class Desk:
    """What the worker knows between two jobs: texts of open documents, programs with their trees, examinations."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.policies = Policies()
        self.kept: OrderedDict[str, Kept] = OrderedDict()
        self.charts: OrderedDict[str, tuple[str, Chart]] = OrderedDict()
        self._programs: dict[str, Program] = {}

    def project(self, target: Target) -> Program:
        """The program that the file is part of; alone if it is in no workspace folder."""
        key = target.root or target.path
        program = self._programs.get(key)
        if program is None or target.path not in program.paths:
            found = self._around(target.root) if target.root is not None else ()
            paths = tuple(dict.fromkeys((*found, target.path)))
            program = self._programs[key] = Program(paths, self.texts)
            self._forget_missing(key, program)
        return program

    def _forget_missing(self, root: str, program: Program) -> None:
        """Files that are no part of the program any more have nothing to say."""
        inside = {path for path in self.kept if Path(path).is_relative_to(root)}
        for path in inside.difference(program.paths, self.texts):
            del self.kept[path]

    @property
    def opened(self) -> frozenset[str]:
        """What is open: texts, and the notebooks whose modules are among them."""
        return frozenset(
            {*self.texts, *(self.policies.aliases[path] for path in self.texts if path in self.policies.aliases)}
        )

    def files(self, root: str) -> tuple[str, ...]:
        """The files of a workspace folder that the settings do not leave out."""
        return tuple(map(str, discover([root], self.policies).files[:MAX_FILES]))

    def _around(self, root: str) -> tuple[str, ...]:
        inside = (path for path in self.texts if not path.startswith("<") and Path(path).is_relative_to(root))
        return (*self.files(root), *inside)

    def forget_files(self) -> None:
        """Files came or went, or settings changed."""
        self._programs.clear()
        self.policies.forget()

    def forget_what_was_read(self) -> None:
        """Texts changed, or the one who read them was interrupted."""
        for program in self._programs.values():
            program.refresh()

    @contextmanager
    def pretending(self, path: str, text: str) -> Iterator[None]:
        """Meanwhile the file holds another text."""
        before = self.texts.get(path)
        self.texts[path] = text
        self.forget_what_was_read()
        try:
            yield
        finally:
            if before is None:
                del self.texts[path]
            else:
                self.texts[path] = before
            self.forget_what_was_read()

    def close(self, path: str) -> None:
        """The document is not open any more."""
        self.texts.pop(path, None)
        self.kept.pop(path, None)
        self.charts.pop(path, None)
        self._programs.pop(path, None)

    def keep(self, examination: Examination, project: Project) -> None:
        """Remembers what a file says of itself and of others."""
        mentioned = {report.finding.place.path for report in examination.examined.away}
        texts = {path: project.source(path).text for path in mentioned}
        self.kept.pop(examination.path, None)
        judged = {path: self.policies[path] for path in (examination.path, *examination.examined.looked_into)}
        self.kept[examination.path] = Kept(examination, texts, judged)
        closed = (path for path in self.kept if path not in self.texts)
        if len(self.kept) > MAX_KEPT and (oldest := next(closed, None)) is not None:
            del self.kept[oldest]

    def mentioned(self, path: str) -> frozenset[str]:
        """The other files that a file says something of."""
        return frozenset(self.kept[path].texts) if path in self.kept else frozenset()

    def heard(self, examination: Examination) -> dict[str, Examination]:
        """An examination, and those of other files as far as they are about its text."""
        path, source = examination.path, examination.source
        text = "" if source is None else source.text
        about = {other: kept.about(path, text) for other, kept in self.kept.items() if path in kept.texts}
        return {**about, path: examination}

    def stands(self, path: str, project: Project) -> bool:
        """Whether everything that the examination of a file rests on is as it was."""
        kept = self.kept.get(path)
        if kept is None or kept.examination.uses is None:
            return False
        alike = all(self.policies[each] == settings for each, settings in kept.settings.items())
        return alike and stands(kept.examination.uses, project)

    def chart(self, path: str, project: Project) -> Chart:
        """What is known of the expressions in the text of now. Raises SourceError."""
        source = project.source(path)
        text, chart = self.charts.pop(path, ("", None))
        if chart is None or text != source.text:
            chart = Chart(source, project, self.policies[path])
        self.charts[path] = source.text, chart
        if len(self.charts) > MAX_CHARTS:
            self.charts.popitem(last=False)
        return chart
