"""What the editor has open: text documents and notebooks, kept in step with its changes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lsprotocol.types import (
    NotebookCell,
    NotebookDocument,
    NotebookDocumentChangeEvent,
    TextDocumentContentChangeEvent,
    TextDocumentContentChangePartial,
    TextDocumentItem,
    VersionedTextDocumentIdentifier,
)

from nanlint.lsp.text import Text

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Document:
    """An open text document, or the text of a notebook's cell."""

    uri: str
    language: str
    version: int
    text: Text
    notebook: str | None = None
    """The URI of the notebook that it is a cell of."""


@dataclass(slots=True)
class Notebook:
    """An open notebook: its cells in order; their texts are documents of their own."""

    uri: str
    version: int
    cells: list[NotebookCell] = field(default_factory=list)


class Documents:
    """Everything that is open. Changes to what is not open, or older than what is there, are left out and logged."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.texts: dict[str, Document] = {}
        self.notebooks: dict[str, Notebook] = {}

    def open(self, item: TextDocumentItem, notebook: str | None = None) -> Document:
        text = Text(item.text, self.encoding)
        document = self.texts[item.uri] = Document(item.uri, item.language_id, item.version, text, notebook)
        return document

    def change(
        self, identifier: VersionedTextDocumentIdentifier, changes: Iterable[TextDocumentContentChangeEvent]
    ) -> Document | None:
        """The document after the changes; None if there is none or the changes come too late."""
        document = self.texts.get(identifier.uri)
        if document is None:
            logger.warning("change of %s, which is not open: ignored", identifier.uri)
            return None
        if identifier.version < document.version:
            logger.warning(
                "change of %s to version %s, which is at %s: ignored",
                identifier.uri, identifier.version, document.version,
            )  # fmt: skip
            return None
        for change in changes:
            if isinstance(change, TextDocumentContentChangePartial):
                document.text = document.text.replaced(change.range, change.text)
            else:
                document.text = document.text.with_content(change.text)
        document.version = identifier.version
        return document

    def close(self, uri: str) -> Document | None:
        return self.texts.pop(uri, None)

    def open_notebook(self, notebook: NotebookDocument, texts: Sequence[TextDocumentItem]) -> Notebook:
        opened = self.notebooks[notebook.uri] = Notebook(notebook.uri, notebook.version, list(notebook.cells))
        for item in texts:
            self.open(item, notebook.uri)
        return opened

    def change_notebook(self, uri: str, version: int, event: NotebookDocumentChangeEvent) -> Notebook | None:
        """The notebook after the change; None if it is not open."""
        notebook = self.notebooks.get(uri)
        if notebook is None:
            logger.warning("change of the notebook %s, which is not open: ignored", uri)
            return None
        notebook.version = max(version, notebook.version)
        if event.cells is None:
            return notebook
        if event.cells.structure is not None:
            array = event.cells.structure.array
            notebook.cells[array.start : array.start + array.delete_count] = array.cells or ()
            for item in event.cells.structure.did_open or ():
                self.open(item, uri)
            for closed in event.cells.structure.did_close or ():
                self.close(closed.uri)
        renewed = {cell.document: cell for cell in event.cells.data or ()}
        notebook.cells[:] = [renewed.get(cell.document, cell) for cell in notebook.cells]
        for content in event.cells.text_content or ():
            self.change(content.document, content.changes)
        return notebook

    def close_notebook(self, uri: str) -> list[Document]:
        """The documents of the cells that it had."""
        self.notebooks.pop(uri, None)
        cells = [document for document in self.texts.values() if document.notebook == uri]
        for document in cells:
            self.close(document.uri)
        return cells

    def cells(self, notebook: Notebook) -> Iterator[tuple[NotebookCell, Document]]:
        """The cells whose text is known."""
        for cell in notebook.cells:
            document = self.texts.get(cell.document)
            if document is not None:
                yield cell, document
