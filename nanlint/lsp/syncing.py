"""What the client tells: what is open and how it changes, files, folders, settings."""

from __future__ import annotations

from lsprotocol import types as lsp

from nanlint.lsp.server import SETTINGS, Server, on


def register(server: Server) -> None:
    """Has the server hear all of it."""
    for messages in (_life, _texts, _notebooks, _workspace):
        messages(server)


def _life(server: Server) -> None:
    @on(server, lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @on(server, lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        session = server.session
        session.complain()
        await session.analyst.warm_up()
        server.watch_files()
        if session.abilities.configuration:
            await server.fetch_options()


def _texts(server: Server) -> None:
    @on(server, lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.session.documents.open(params.text_document)
        _changed(server, params.text_document.uri)

    @on(server, lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        if server.session.documents.change(params.text_document, params.content_changes) is not None:
            _changed(server, params.text_document.uri)

    @on(server, lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri.endswith(SETTINGS):
            _settings_changed(server)
        else:
            server.checks.callers.changed()

    @on(server, lsp.TEXT_DOCUMENT_DID_CLOSE)
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
    @on(server, lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenNotebookDocumentParams) -> None:
        server.session.documents.open_notebook(params.notebook_document, params.cell_text_documents)
        _notebook_changed(server, params.notebook_document.uri)

    @on(server, lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeNotebookDocumentParams) -> None:
        identifier = params.notebook_document
        before = server.session.unit_by_key(identifier.uri)
        gone = {document.uri for document in before.documents} if before is not None else set()
        server.session.documents.change_notebook(identifier.uri, identifier.version, params.change)
        gone -= set(server.session.documents.texts)
        server.checks.publisher.clear(sorted(gone))
        _notebook_changed(server, identifier.uri)

    @on(server, lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
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
    @on(server, lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        server.session.remove_folders(params.event.removed)
        server.session.add_folders(params.event.added)
        _settings_changed(server)
        if server.session.abilities.configuration:
            await server.fetch_options()

    @on(server, lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(params: lsp.DidChangeConfigurationParams) -> None:
        if server.session.abilities.configuration:
            await server.fetch_options()
        else:
            server.set_options(params.settings)

    @on(server, lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
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
