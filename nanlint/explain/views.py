"""The interpretations in which a line is met: that of its own file, and those of files that use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from nanlint.engine import traced
from nanlint.explain.place import Asked, UnexplainedError
from nanlint.findings import Place
from nanlint.interp.trace import Event, Trace
from nanlint.program.project import Project
from nanlint.settings import Settings
from nanlint.text.bindings import imports
from nanlint.text.lines import Lines
from nanlint.text.positions import Span, locate
from nanlint.text.source import Source, SourceError

MAX_VIEWS = 8  # files beside its own that are interpreted for a line


@dataclass(slots=True)
class View:
    """One interpretation; `home` is the file that it starts from."""

    home: Source
    trace: Trace
    project: Project
    _spans: dict[str, dict[int, Span]] = field(default_factory=dict)
    _sources: dict[str, Source] = field(default_factory=dict)

    def place(self, node: cst.CSTNode, path: str) -> Place | None:
        """Where a node of a file stands; None for a node of no operation, call or statement."""
        span = self.span(node, path)
        return None if span is None else self.lines(path).place(path, span.start, span.end)

    def span(self, node: cst.CSTNode, path: str) -> Span | None:
        if path not in self._spans:
            tree = self.trace.module if path == self.home.path else self.trace.trees.get(path)
            nodes = self._nodes(path)
            self._spans[path] = {} if tree is None else dict(locate(tree, self.source(path).text, nodes))
        return self._spans[path].get(id(node))

    def source(self, path: str) -> Source:
        if path not in self._sources:
            self._sources[path] = self.home if path == self.home.path else self.project.source(path)
        return self._sources[path]

    def events_in(self, path: str) -> Iterator[Event]:
        """The operations that the code of a file performs."""
        return (event for event in self.trace.events if event.site.frame.path == path)

    def lines(self, path: str) -> Lines:
        return self.source(path).lines

    def _nodes(self, path: str) -> Iterator[cst.CSTNode]:
        for event in self.trace.by_operation.values():
            frame = event.site.frame
            if frame.path == path:
                yield event.node
                yield event.site.statement
            while frame.parent is not None:
                if frame.parent.path == path and frame.call_node is not None:
                    yield frame.call_node
                frame = frame.parent


def views(asked: Asked, beside: Iterable[str], settings: Settings) -> Iterator[View]:
    """The interpretation of the file, then those of the files of `beside` that import it. Raises UnexplainedError."""
    itself = Path(asked.path).resolve()
    paths = (asked.path, *(path for path in beside if Path(path).resolve() != itself))
    project = Project(paths)
    try:
        source = project.source(asked.path)
        yield _view(source, project, settings)
    except SourceError as error:
        raise UnexplainedError(str(error.problem)) from None
    for number, path in enumerate(_importers(asked.path, paths, project)):
        if number == MAX_VIEWS:
            break
        try:
            yield _view(project.source(path), project, settings)
        except SourceError:  # linting that file reports it
            continue


def _view(source: Source, project: Project, settings: Settings) -> View:
    return View(source, traced(source, project.parsed(source), settings, project), project)


def _importers(wanted: str, paths: Iterable[str], project: Project) -> Iterator[str]:
    """The files that import one, directly or through others, the nearest first."""
    imported = {path: set(_imported(path, project)) for path in paths}
    found, front = {wanted}, {wanted}
    while front:
        front = {path for path, names in imported.items() if path not in found and not front.isdisjoint(names)}
        found |= front
        yield from sorted(front)


def _imported(path: str, project: Project) -> Iterator[str]:
    try:
        text = project.source(path).text
    except SourceError:
        return
    for name in imports(text):
        found = project.find(path, name)
        if found is not None:
            yield found
