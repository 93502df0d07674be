"""What is analysed as one file: a script, or the cells of a notebook as one module; and where its parts are open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from lsprotocol.types import Position, Range, TextEdit
from pygls.uris import to_fs_path

from nanlint.findings import Applicability, Edit, Fix
from nanlint.fixing.fixer import apply
from nanlint.lsp.changes import changes
from nanlint.lsp.documents import Document, Notebook
from nanlint.notebooks.notebook import Origin, join
from nanlint.text.lines import Cell

_BOM = "\ufeff"


class Unit(Protocol):
    """A module to analyse, made of one open document or of several."""

    @property
    def key(self) -> str:
        """The URI of the document or notebook."""

    @property
    def path(self) -> str:
        """What the analysis calls it."""

    @property
    def text(self) -> str:
        """The module."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """In the order of their texts."""

    def locate(self, start: int, end: int) -> tuple[Document, Range] | None:
        """Where a stretch of the module stands; None if it is not in a single document."""

    def offset(self, document: Document, position: Position) -> int:
        """The offset in the module of a position in one of the documents."""

    def edits(self, edits: Iterable[Edit]) -> dict[str, list[TextEdit]] | None:
        """Edits of the module as edits of its documents, by URI; None if they cannot be made there."""


@dataclass(frozen=True, slots=True)
class Script:
    """A document by itself. A byte order mark, which editors rarely send, is no part of the module."""

    document: Document

    @property
    def key(self) -> str:
        return self.document.uri

    @property
    def path(self) -> str:
        return path_of(self.document.uri)

    @property
    def text(self) -> str:
        return self.document.text.content.removeprefix(_BOM)

    @property
    def documents(self) -> tuple[Document, ...]:
        return (self.document,)

    def locate(self, start: int, end: int) -> tuple[Document, Range]:
        skipped = self._skipped
        return self.document, self.document.text.range(start + skipped, end + skipped)

    def offset(self, document: Document, position: Position) -> int:
        return max(0, document.text.offset(position) - self._skipped)

    def edits(self, edits: Iterable[Edit]) -> dict[str, list[TextEdit]]:
        return {self.key: [TextEdit(self.locate(edit.start, edit.end)[1], edit.text) for edit in edits]}

    @property
    def _skipped(self) -> int:
        return int(self.document.text.content.startswith(_BOM))


@dataclass(slots=True)
class Cells:
    """The code cells of a notebook, run in their order; magics are hidden from the analysis."""

    notebook: Notebook
    documents: tuple[Document, ...]
    _made: tuple[object, str, Origin, tuple[Cell, ...]] | None = None

    @property
    def key(self) -> str:
        return self.notebook.uri

    @property
    def path(self) -> str:
        return f"{path_of(self.key)}.py"

    @property
    def text(self) -> str:
        return self._module()[0]

    def locate(self, start: int, end: int) -> tuple[Document, Range] | None:
        _, _, cells = self._module()
        for cell, document in zip(cells, self.documents, strict=True):
            if cell.start <= start <= cell.end:
                return document, document.text.range(start - cell.start, min(end, cell.end) - cell.start)
        return None

    def offset(self, document: Document, position: Position) -> int:
        _, _, cells = self._module()
        start = next(cell.start for cell, each in zip(cells, self.documents, strict=True) if each is document)
        return start + document.text.offset(position)

    def edits(self, edits: Iterable[Edit]) -> dict[str, list[TextEdit]] | None:
        text, origin, _ = self._module()
        wanted = origin.fitted(text, edits)
        if wanted is None:
            return None
        sources = origin.sources(apply(text, [Fix("", Applicability.SAFE, wanted)]))
        found: dict[str, list[TextEdit]] = {}
        for number, document in enumerate(self.documents, 1):
            before = document.text
            differing = changes(before.content, sources[number])
            if differing:
                found[document.uri] = [TextEdit(before.range(edit.start, edit.end), edit.text) for edit in differing]
        return found

    def _module(self) -> tuple[str, Origin, tuple[Cell, ...]]:
        now = versions(self)
        if self._made is None or self._made[0] != now:
            text, origin = join((number, each.text.content) for number, each in enumerate(self.documents, 1))
            self._made = now, text, origin, origin.cells(text)
        return self._made[1:]


def path_of(uri: str) -> str:
    """The file's path; of a document that is no file, its URI in angle brackets, which no file is called by."""
    return to_fs_path(uri) or f"<{uri}>"


def versions(unit: Unit) -> tuple[tuple[str, int], ...]:
    """What tells a state of the unit from an older one."""
    return tuple((document.uri, document.version) for document in unit.documents)
