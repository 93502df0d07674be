"""The wiring: which message goes to which function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from nanlint import __version__
from nanlint.lsp import completion, hints, hover
from nanlint.lsp.actions import KINDS, SHOW_RULE, Actions
from nanlint.lsp.analyst import AnalysisError
from nanlint.lsp.checks import Checks
from nanlint.lsp.protocol import Protocol
from nanlint.lsp.pulls import Pulls
from nanlint.lsp.rulebook import Rulebook
from nanlint.lsp.session import Session
from nanlint.lsp.watching import watch

FIX_FILE, FIX_FILE_UNSAFELY = "nanlint.fixFile", "nanlint.fixFileUnsafely"
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
PULLS = lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="nanlint")


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


def make_server() -> Server:
    """A server with all that it can do, for one conversation."""
    server = Server()
    for register in (_life, _texts, _notebooks, _workspace, _diagnostics, _actions, _commands, _reading):
        register(server)
    return server


def _on(server: Server, method: str, options: object = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return server.feature(method, options)


def _life(server: Server) -> None:
    @_on(server, lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @_on(server, lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        session = server.session
        session.complain()
        await session.analyst.warm_up()
        server.watch_files()
        if session.abilities.configuration:
            await _fetch_options(server)


def _texts(server: Server) -> None:
    @_on(server, lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.session.documents.open(params.text_document)
        _changed(server, params.text_document.uri)

    @_on(server, lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        if server.session.documents.change(params.text_document, params.content_changes) is not None:
            _changed(server, params.text_document.uri)

    @_on(server, lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri.endswith(SETTINGS):
            _settings_changed(server)
        else:
            server.checks.callers.changed()

    @_on(server, lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        unit = server.session.unit(params.text_document.uri)
        server.session.documents.close(params.text_document.uri)
        if unit is not None:
            server.checks.closed(unit)


def _changed(server: Server, uri: str) -> None:
    unit = server.session.unit(uri)
    if unit is not None:
        server.checks.changed(unit)


def _notebooks(server: Server) -> None:
    @_on(server, lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenNotebookDocumentParams) -> None:
        server.session.documents.open_notebook(params.notebook_document, params.cell_text_documents)
        _notebook_changed(server, params.notebook_document.uri)

    @_on(server, lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeNotebookDocumentParams) -> None:
        identifier = params.notebook_document
        before = server.session.unit_by_key(identifier.uri)
        gone = {document.uri for document in before.documents} if before is not None else set()
        server.session.documents.change_notebook(identifier.uri, identifier.version, params.change)
        gone -= set(server.session.documents.texts)
        server.checks.publisher.clear(sorted(gone))
        _notebook_changed(server, identifier.uri)

    @_on(server, lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseNotebookDocumentParams) -> None:
        unit = server.session.unit_by_key(params.notebook_document.uri)
        if unit is not None:
            server.checks.closed(unit)
        server.session.documents.close_notebook(params.notebook_document.uri)


def _notebook_changed(server: Server, uri: str) -> None:
    unit = server.session.unit_by_key(uri)
    if unit is not None:
        server.checks.changed(unit)


def _workspace(server: Server) -> None:
    @_on(server, lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        server.session.remove_folders(params.event.removed)
        server.session.add_folders(params.event.added)
        _settings_changed(server)
        if server.session.abilities.configuration:
            await _fetch_options(server)

    @_on(server, lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(params: lsp.DidChangeConfigurationParams) -> None:
        if server.session.abilities.configuration:
            await _fetch_options(server)
        else:
            _set_options(server, params.settings)

    @_on(server, lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        settings = any(change.uri.endswith(SETTINGS) for change in params.changes)
        moved = any(change.type != lsp.FileChangeType.Changed for change in params.changes)
        if settings:
            _settings_changed(server)
        else:
            server.checks.files_changed([change.uri for change in params.changes], moved)


def _settings_changed(server: Server) -> None:
    """Configuration files, folders or their files are not what they were."""
    server.checks.files_changed([], moved=True)


async def _fetch_options(server: Server) -> None:
    """Asks for the settings of the editor, and for those of each folder."""
    folders = dict(server.session.folders)
    items = [lsp.ConfigurationItem(scope_uri=uri, section="nanlint") for uri in (None, *folders)]
    answer = await server.workspace_configuration_async(lsp.ConfigurationParams(items))
    if answer:
        _set_options(server, answer[0], dict(zip(folders.values(), answer[1:], strict=False)))


def _set_options(server: Server, given: object, by_folder: Mapping[str, object] | None = None) -> None:
    server.session.set_options(given, by_folder)
    server.checks.all_changed()
    if server.session.abilities.refreshes_hints:
        server.workspace_inlay_hint_refresh(None)


def _diagnostics(server: Server) -> None:
    @_on(server, lsp.TEXT_DOCUMENT_DIAGNOSTIC, PULLS)
    async def pull(params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        return await server.pulls.pull(params.text_document.uri, params.previous_result_id)

    @_on(server, lsp.WORKSPACE_DIAGNOSTIC)
    async def pull_workspace(params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        return await server.pulls.pull_workspace({known.uri: known.value for known in params.previous_result_ids})


def _actions(server: Server) -> None:
    @_on(server, lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(KINDS, resolve_provider=True))
    async def offer(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = server.session.documents.texts.get(params.text_document.uri)
        if document is None or not server.session.abilities.literal_actions:
            return []
        return await server.actions.offer(document, params.range, params.context)

    @_on(server, lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        try:
            return await server.actions.resolve(action)
        except AnalysisError as error:
            raise _Modified(str(error)) from None


def _commands(server: Server) -> None:
    @server.command(SHOW_RULE)
    async def show_rule(*arguments: str) -> str | None:
        name = arguments[0] if arguments else ""
        path = await server.rulebook.file(name)
        if path is None:
            server.session.show(f"there is no rule {name!r}")
            return None
        if server.session.abilities.shows_documents:
            server.window_show_document(lsp.ShowDocumentParams(path.as_uri(), take_focus=True))
        return await server.rulebook.page(name)

    @server.command(FIX_FILE)
    async def fix_file(*arguments: str) -> None:
        await _fix_file(server, arguments, unsafe=False)

    @server.command(FIX_FILE_UNSAFELY)
    async def fix_file_unsafely(*arguments: str) -> None:
        await _fix_file(server, arguments, unsafe=True)


async def _fix_file(server: Server, arguments: Sequence[str], *, unsafe: bool) -> None:
    """Has the editor apply all fixes to the document, whose URI is the argument."""
    unit = server.session.unit(arguments[0]) if arguments else None
    if unit is None:
        server.session.show("this is no open Python file")
        return
    try:
        edit = await server.actions.fix_all(unit, unsafe)
    except AnalysisError as error:
        server.session.show(str(error))
        return
    server.workspace_apply_edit(lsp.ApplyWorkspaceEditParams(edit, "Fix all (nanlint)"))


class _Modified(JsonRpcException):
    CODE = lsp.LSPErrorCodes.ContentModified


def _reading(server: Server) -> None:
    @_on(server, lsp.TEXT_DOCUMENT_HOVER)
    async def show_hover(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.session.documents.texts.get(params.text_document.uri)
        if document is None:
            return None
        return await hover.hover(server.session, server.checks, server.rulebook, document, params.position)

    @_on(server, lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def show_hints(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        document = server.session.documents.texts.get(params.text_document.uri)
        return [] if document is None else await hints.hints(server.session, server.checks, document, params.range)

    @_on(server, lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=completion.TRIGGERS))
    async def complete(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        document = server.session.documents.texts.get(params.text_document.uri)
        return [] if document is None else await completion.complete(server.rulebook, document, params.position)
