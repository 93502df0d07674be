"""The desk in the worker process: what a job leaves there for later ones, and the files as parts of a program."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import libcst as cst

from nanlint.files.discover import discover
from nanlint.lsp.chart import Chart
from nanlint.lsp.configuration import Policies
from nanlint.lsp.jobs import Target
from nanlint.program.project import Project
from nanlint.running.work import Examination
from nanlint.text.patchwork import Patchwork
from nanlint.text.sections import Sections
from nanlint.text.source import Source

MAX_FILES = 5_000
"""Of a workspace folder that are looked at as parts of one program; of a larger one, the first by name."""
MAX_KEPT = 400  # examinations of files, to hear what one says of another
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


class Desk:
    """What the worker knows between two jobs: texts of open documents, programs with their trees, examinations."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.policies = Policies()
        self.examinations: OrderedDict[str, Examination] = OrderedDict()
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
        return program

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
        self.examinations.pop(path, None)
        self.charts.pop(path, None)
        self._programs.pop(path, None)

    def keep(self, examination: Examination) -> None:
        self.examinations.pop(examination.path, None)
        self.examinations[examination.path] = examination
        if len(self.examinations) > MAX_KEPT:
            self.examinations.popitem(last=False)

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
