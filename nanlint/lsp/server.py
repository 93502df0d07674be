"""The server of one conversation: what it is made of, from its beginning to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from nanlint import __version__
from nanlint.lsp.actions import Actions
from nanlint.lsp.checks import Checks
from nanlint.lsp.protocol import Protocol
from nanlint.lsp.pulls import Pulls
from nanlint.lsp.rulebook import Rulebook
from nanlint.lsp.session import Session
from nanlint.lsp.watching import watch

NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    [
        lsp.NotebookDocumentFilterWithNotebook(
            lsp.NotebookDocumentFilterNotebookType("jupyter-notebook"), [lsp.NotebookCellLanguage("python")]
        )
    ]
)
SETTINGS = (".toml", ".gitignore")
"""How files end that settings can stand in: one may extend a file of any name."""
WATCHED = [*(f"**/*{ending}" for ending in SETTINGS), "**/*.py"]


class Server(LanguageServer):
    """pygls' server with a session, which begins with `initialize`."""

    session: Session
    checks: Checks
    pulls: Pulls
    actions: Actions
    rulebook: Rulebook

    def __init__(self) -> None:
        super().__init__("nanlint", __version__, notebook_document_sync=NOTEBOOKS, protocol_cls=Protocol)
        self._watching: asyncio.Task[None] | None = None

    def begin(self, params: lsp.InitializeParams) -> None:
        encoding = self.protocol.workspace.position_encoding
        self.session = Session(self, params, str(getattr(encoding, "value", encoding)))
        self.checks = Checks(self.session)
        self.pulls = Pulls(self.session, self.checks)
        self.actions = Actions(self.session, self.checks)
        self.rulebook = Rulebook(self.session.analyst)

    def watch_files(self) -> None:
        """Has the client tell of files that change, or looks itself."""
        if not self.session.abilities.watches:
            self._watching = asyncio.get_running_loop().create_task(watch(self.session, self.checks))
            return
        watchers = [lsp.FileSystemWatcher(pattern) for pattern in WATCHED]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = lsp.Registration("nanlint-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        self.client_register_capability(lsp.RegistrationParams([registration]))

    async def finish(self) -> None:
        """Ends what works for the session, if there ever was one."""
        if self._watching is not None:
            self._watching.cancel()
        if hasattr(self, "session"):
            await self.session.analyst.close()
            self.rulebook.close()

    async def fetch_options(self) -> None:
        """Asks for the settings of the editor, and for those of each folder."""
        folders = dict(self.session.folders)
        items = [lsp.ConfigurationItem(scope_uri=uri, section="nanlint") for uri in (None, *folders)]
        answer = await self.workspace_configuration_async(lsp.ConfigurationParams(items))
        if answer:
            self.set_options(answer[0], dict(zip(folders.values(), answer[1:], strict=False)))

    def set_options(self, given: object, by_folder: Mapping[str, object] | None = None) -> None:
        """Takes the settings of the editor."""
        if not self.session.set_options(given, by_folder):
            return
        self.checks.all_changed()
        if self.session.abilities.refreshes_hints:
            self.workspace_inlay_hint_refresh(None)


def on(server: Server, method: str, options: object = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the function that takes a message."""
    return server.feature(method, options)
