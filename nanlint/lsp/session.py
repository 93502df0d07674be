"""What one editor has told the server: what is open, which folders, which settings; and who works for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol.types import (
    InitializeParams,
    LogMessageParams,
    MessageType,
    NotebookCellKind,
    ShowMessageParams,
    WorkspaceFolder,
)
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from nanlint.lsp.analyst import Analyst
from nanlint.lsp.convert import Converter
from nanlint.lsp.documents import Document, Documents, Notebook
from nanlint.lsp.jobs import Job, Update
from nanlint.lsp.options import Abilities, Options, abilities, options
from nanlint.lsp.target import Target
from nanlint.lsp.text import Text
from nanlint.lsp.units import Cells, Script, Unit, path_of
from nanlint.text.source import SourceError, read

PYTHON = frozenset({"python"})
_SUFFIXES = (".py", ".pyi")


class Session:
    """One conversation, from `initialize` to `exit`."""

    def __init__(self, server: LanguageServer, params: InitializeParams, encoding: str) -> None:
        self.server = server
        self.abilities: Abilities = abilities(params.capabilities)
        self.options, self._complaints = options(params.initialization_options)
        self.documents = Documents(encoding)
        self.folders: dict[str, str] = {}
        self._options_in: dict[str, Options] = {}
        self.add_folders(params.workspace_folders or [])
        if not self.folders and params.root_uri:
            self.add_folders([WorkspaceFolder(params.root_uri, "")])
        self.analyst = Analyst(self._prelude)
        self.converter = Converter(self.text_of, self.abilities.related, self.abilities.links, self.abilities.tags)

    @property
    def encoding(self) -> str:
        return self.documents.encoding

    def add_folders(self, folders: Sequence[WorkspaceFolder]) -> None:
        """Only folders on this machine's disk count."""
        for folder in folders:
            if (path := to_fs_path(folder.uri)) is not None:
                self.folders[folder.uri] = str(Path(path))

    def remove_folders(self, folders: Sequence[WorkspaceFolder]) -> None:
        for folder in folders:
            self.folders.pop(folder.uri, None)

    def units(self) -> list[Unit]:
        """Everything open that is analysed."""
        found = (self.unit(uri) for uri in self.documents.texts)
        return list({unit.key: unit for unit in found if unit is not None}.values())

    def unit(self, uri: str) -> Unit | None:
        """What the document is analysed as; None if it is not open or not Python."""
        document = self.documents.texts.get(uri)
        if document is None or not is_python(document) or not self.options_for(document.notebook or uri).enable:
            return None
        if document.notebook is None:
            return Script(document)
        notebook = self.documents.notebooks.get(document.notebook)
        return None if notebook is None else self._cells(notebook)

    def _cells(self, notebook: Notebook) -> Unit | None:
        code = [
            document
            for cell, document in self.documents.cells(notebook)
            if cell.kind is NotebookCellKind.Code and is_python(document)
        ]
        return Cells(notebook, tuple(code)) if code else None

    def unit_by_key(self, key: str) -> Unit | None:
        """The unit of that URI, of a document or a notebook."""
        return next((unit for unit in self.units() if unit.key == key), None)

    def from_disk(self, path: str, uri: str) -> Unit | None:
        """A file that is not open; None if it cannot be read."""
        text = self.text_of(path)
        return None if text is None else Script(Document(uri, "python", 0, text))

    def target(self, path: str) -> Target:
        return Target(path, self.root(path))

    def root(self, path: str) -> str | None:
        """The innermost workspace folder that the file is in."""
        around = [folder for folder in self.folders.values() if Path(path).is_relative_to(folder)]
        return max(around, key=len, default=None)

    def text_of(self, path: str) -> Text | None:
        """The text of a file as it is open, else as it is on disk; None if it cannot be read."""
        for document in self.documents.texts.values():
            if path_of(document.uri) == path:
                return document.text
        try:
            return Text(read(path).whole, self.encoding)
        except SourceError:
            return None

    def options_for(self, key: str) -> Options:
        """The settings for what has that URI, a document or a notebook: those of its folder, if it has its own."""
        return self.options_in(self.root(path_of(key)))

    def options_in(self, root: str | None) -> Options:
        return self._options_in.get(root or "", self.options)

    def set_options(self, given: object, by_folder: Mapping[str, object] | None = None) -> bool:
        """Takes the editor's settings, and those of workspace folders, by directory; None leaves things as they are.

        Returns whether they are others than before.
        """
        before = self.options, self._options_in
        if given is not None:
            self.options = self._read(given)
        read = {root: self._read(own) for root, own in (by_folder or {}).items() if own is not None}
        self._options_in = {root: own for root, own in read.items() if own != self.options}
        self.complain()
        return before != (self.options, self._options_in)

    def _read(self, given: object) -> Options:
        found, complaints = options(given)
        self._complaints += complaints
        return found

    def complain(self) -> None:
        """Tells what is wrong with settings, each thing once."""
        for complaint in dict.fromkeys(self._complaints):
            self.show(complaint, MessageType.Warning)
        self._complaints.clear()

    def show(self, message: str, kind: MessageType = MessageType.Error) -> None:
        """A message that the user sees."""
        self.server.window_show_message(ShowMessageParams(kind, f"nanlint: {message}"))

    def log(self, message: str, kind: MessageType = MessageType.Log) -> None:
        """A message for whoever looks into the log."""
        self.server.window_log_message(LogMessageParams(kind, message))

    def _prelude(self) -> list[Job]:
        return [self.update(unit) for unit in self.units()]

    def update(self, unit: Unit) -> Update:
        """What the worker has to know of a unit that is open."""
        aliases = {unit.path: path_of(unit.key)} if unit.path != path_of(unit.key) else {}
        return Update({unit.path: unit.text}, aliases)


def is_python(document: Document) -> bool:
    """A cell's language is what the notebook says of it; a file's may be told by its name."""
    named = document.notebook is None and path_of(document.uri).endswith(_SUFFIXES)
    return document.language in PYTHON or named
