"""An editor for the tests: pytest-lsp's client, which checks what the server says against the specification."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from tests.cli.tools import plain_environment

PATIENCE = 90.0  # seconds; a machine that runs several test processes is slow
CODE = "visual-studio-code"
NEOVIM = "neovim"
T = TypeVar("T")


def run(conversation: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a conversation returns."""
    return asyncio.run(asyncio.wait_for(conversation(), PATIENCE))


class Editor:
    """One client with its server, and all diagnostics that it was told of, in order."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client, self.root = client, root
        self.published: list[lsp.PublishDiagnosticsParams] = []
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.registered: list[str] = []
        self.refreshes = 0
        features = client.protocol.fm.features
        told = features[lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            told(params)

        features[lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published

        def refreshed(params: object) -> None:
            self.refreshes += 1

        features[lsp.WORKSPACE_DIAGNOSTIC_REFRESH] = refreshed

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        def registered(params: lsp.RegistrationParams) -> None:
            self.registered += [registration.method for registration in params.registrations]

    def uri(self, name: str) -> str:
        return name if ":" in name else (self.root / name).as_uri()

    def open(self, name: str, text: str, language: str = "python", *, on_disk: bool = True) -> str:
        """Opens a document, which is on disk as well unless told otherwise; its URI."""
        uri = self.uri(name)
        if on_disk and uri.startswith("file:"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(text.encode())
        self.versions[uri], self.texts[uri] = 1, text
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, language, 1, text)))
        return uri

    def change(self, uri: str, area: lsp.Range | None, text: str, version: int | None = None) -> None:
        """Replaces a stretch, or everything."""
        self.versions[uri] = self.versions[uri] + 1 if version is None else version
        identifier = lsp.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        change: lsp.TextDocumentContentChangeEvent = (
            lsp.TextDocumentContentChangeWholeDocument(text)
            if area is None
            else lsp.TextDocumentContentChangePartial(area, text)
        )
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [change]))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits."""
        while not holds():
            await asyncio.sleep(0.01)

    async def shown(self, uri: str) -> list[lsp.Diagnostic]:
        """The diagnostics of the newest version."""
        await self.until(lambda: any(one.uri == uri and one.version == self.versions[uri] for one in self.published))
        return list(next(one.diagnostics for one in reversed(self.published) if one.uri == uri))

    async def actions(
        self, uri: str, area: lsp.Range, only: Sequence[str] | None = None
    ) -> Sequence[lsp.CodeAction | lsp.Command]:
        context = lsp.CodeActionContext(list(self.client.diagnostics.get(uri, [])), only=only)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), area, context)
        return await self.client.text_document_code_action_async(params) or ()

    async def edits(self, action: lsp.CodeAction | lsp.Command) -> list[lsp.TextDocumentEdit]:
        """What the action would change."""
        assert isinstance(action, lsp.CodeAction)
        resolved = action if action.edit is not None else await self.client.code_action_resolve_async(action)
        assert resolved.edit is not None and resolved.edit.document_changes is not None
        found = [edit for edit in resolved.edit.document_changes if isinstance(edit, lsp.TextDocumentEdit)]
        assert len(found) == len(resolved.edit.document_changes)
        return found

    async def hover(self, uri: str, line: int, character: int) -> str:
        """What is shown at a place; "" if nothing."""
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_hover_async(params)
        if found is None:
            return ""
        assert isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value

    async def complete(self, uri: str, line: int, character: int) -> list[lsp.CompletionItem]:
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_completion_async(params)
        assert not isinstance(found, lsp.CompletionList)
        return list(found or ())

    def changed_on_disk(self, name: str, kind: lsp.FileChangeType = lsp.FileChangeType.Changed) -> None:
        event = lsp.FileEvent(self.uri(name), kind)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))


@asynccontextmanager
async def editor(
    root: Path,
    *,
    capabilities: lsp.ClientCapabilities | str = CODE,
    options: object = None,
    folders: Sequence[Path] | None = None,
) -> AsyncIterator[Editor]:
    """An editor with a workspace folder, which pushes unless its capabilities say otherwise, up to a clean end."""
    client = make_test_lsp_client()
    one = Editor(client, root)
    if isinstance(capabilities, str):
        capabilities = client_capabilities(capabilities)
        assert capabilities.text_document is not None
        capabilities.text_document.diagnostic = None
    await client.start_io(sys.executable, "-m", "nanlint", "lsp", cwd=str(root), env=plain_environment())
    opened = [lsp.WorkspaceFolder(path.as_uri(), path.name) for path in ([root] if folders is None else folders)]
    params = lsp.InitializeParams(
        capabilities, root_uri=root.as_uri(), workspace_folders=opened, initialization_options=options
    )
    await client.initialize_session(params)
    yield one
    await client.shutdown_session()
    assert client.error is None
    assert client._server is not None and client._server.returncode == 0
    await client.stop()  # type: ignore[no-untyped-call]


def at(text: str, word: str, width: int | None = None) -> lsp.Range:
    """The range of the first occurrence of a word in an ASCII text."""
    offset = text.index(word)
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    return lsp.Range(lsp.Position(line, column), lsp.Position(line, column + (len(word) if width is None else width)))


def applied(text: str, edits: Sequence[lsp.TextEdit]) -> str:
    """An ASCII text after edits, as an editor applies them."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(position: lsp.Position) -> int:
        return min(starts[min(position.line, len(starts) - 1)] + position.character, len(text))

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
