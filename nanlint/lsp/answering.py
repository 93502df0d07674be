"""What the client asks for: diagnostics, actions, commands, and what there is to read at a place."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from nanlint.lsp import completion, hints, hover
from nanlint.lsp.actions import KINDS, SHOW_RULE
from nanlint.lsp.analyst import AnalysisError
from nanlint.lsp.server import Server, on

FIX_FILE, FIX_FILE_UNSAFELY = "nanlint.fixFile", "nanlint.fixFileUnsafely"
PULLS = lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="nanlint")


class _Modified(JsonRpcException):
    CODE = lsp.LSPErrorCodes.ContentModified


def register(server: Server) -> None:
    """Has the server answer all of it."""
    for requests in (_diagnostics, _actions, _commands, _reading):
        requests(server)


def _diagnostics(server: Server) -> None:
    @on(server, lsp.TEXT_DOCUMENT_DIAGNOSTIC, PULLS)
    async def pull(params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        return await server.pulls.pull(params.text_document.uri, params.previous_result_id)

    @on(server, lsp.WORKSPACE_DIAGNOSTIC)
    async def pull_workspace(params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        return await server.pulls.pull_workspace({known.uri: known.value for known in params.previous_result_ids})


def _actions(server: Server) -> None:
    @on(server, lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(KINDS, resolve_provider=True))
    async def offer(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = server.session.documents.texts.get(params.text_document.uri)
        if document is None or not server.session.abilities.literal_actions:
            return []
        return await server.actions.offer(document, params.range, params.context)

    @on(server, lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        try:
            return await server.actions.resolve(action)
        except AnalysisError as error:
            raise _Modified(str(error)) from None


def _commands(server: Server) -> None:
    @server.command(SHOW_RULE)
    async def show_rule(*arguments: str) -> str | None:
        name = str(arguments[0]) if arguments else ""
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
    unit = server.session.unit(str(arguments[0])) if arguments else None
    if unit is None:
        server.session.show("this is no open Python file")
        return
    try:
        edit = await server.actions.fix_all(unit, unsafe)
    except AnalysisError as error:
        server.session.show(str(error))
        return
    server.workspace_apply_edit(lsp.ApplyWorkspaceEditParams(edit, "Fix all (nanlint)"))


def _reading(server: Server) -> None:
    @on(server, lsp.TEXT_DOCUMENT_HOVER)
    async def show_hover(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.session.documents.texts.get(params.text_document.uri)
        if document is None:
            return None
        return await hover.hover(server.session, server.checks, server.rulebook, document, params.position)

    @on(server, lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def show_hints(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        document = server.session.documents.texts.get(params.text_document.uri)
        return [] if document is None else await hints.hints(server.session, server.checks, document, params.range)

    @on(server, lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=completion.TRIGGERS))
    async def complete(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        document = server.session.documents.texts.get(params.text_document.uri)
        return [] if document is None else await completion.complete(server.rulebook, document, params.position)
