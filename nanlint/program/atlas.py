"""Where nodes stand when they come from several files: path, span, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import libcst as cst

from nanlint.findings import Place
from nanlint.interp.trace import Trace
from nanlint.program.project import Project
from nanlint.text.lines import Lines
from nanlint.text.positions import Span, locate
from nanlint.text.source import Source


class Atlas:
    """The places of nodes of one file and of those that its interpretation looked into."""

    def __init__(self, source: Source, trace: Trace, project: Project) -> None:
        self.module = trace.module
        self.home = source.path
        self._trace = trace
        self._trees = {source.path: trace.module, **trace.trees}
        self._sources = {source.path: source}
        self._project = project
        self._spans: dict[int, tuple[str, Span]] = {}
        self._lines: dict[str, Lines] = {}
        self.at_home: Mapping[int, Span] = {}

    def add(self, nodes: Iterable[cst.CSTNode]) -> None:
        """Finds the nodes: in the file itself, then in the one whose code ran them, then wherever they are."""
        missing = {id(node): node for node in nodes}
        self.at_home = self._locate(self.home, missing)
        if not missing:
            return
        ran_in = {id(event.node): event.site.frame.path for event in self._trace.by_operation.values()}
        likely = {ran_in[key] for key in missing if key in ran_in}
        for path in sorted(self._trees, key=lambda path: (path not in likely, path)):
            if missing and path != self.home:
                self._locate(path, missing)

    def _locate(self, path: str, missing: dict[int, cst.CSTNode]) -> Mapping[int, Span]:
        """Takes what it finds out of `missing`."""
        found = locate(self._trees[path], self._source(path).text, missing.values(), self._project.sections(path))
        for key, span in found.items():
            self._spans[key] = path, span
            del missing[key]
        return found

    def span(self, node: cst.CSTNode) -> tuple[str, Span]:
        """The path of its file, and where it stands there. Raises KeyError for a node that was not added."""
        return self._spans[id(node)]

    def place(self, node: cst.CSTNode) -> Place:
        path, span = self.span(node)
        return self.lines(path).place(path, span.start, span.end)

    def lines(self, path: str) -> Lines:
        if path not in self._lines:
            self._lines[path] = self._source(path).lines
        return self._lines[path]

    def _source(self, path: str) -> Source:
        if path not in self._sources:
            self._sources[path] = self._project.source(path)
        return self._sources[path]
