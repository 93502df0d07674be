"""What the editor offers to do, and that it does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from tests.lsp.tools import Editor, applied, at, editor, run

TWICE = """\
import torch


def first(logits):
    p = torch.softmax(logits, dim=-1)
    return -torch.log(p).mean()


def second(logits):
    return torch.log(torch.softmax(logits, dim=0)), torch.sqrt(logits ** 2).sum().backward()
"""
SAFE = """\
import torch


def first(logits):
    return -torch.log_softmax(logits, dim=-1).mean()


def second(logits):
    return torch.log_softmax(logits, dim=0), torch.sqrt(logits ** 2).sum().backward()
"""


def titles(actions: object) -> list[str]:
    assert isinstance(actions, (list, tuple))
    return [action.title for action in actions]


async def chosen(one: Editor, uri: str, area: lsp.Range, title: str, only: list[str] | None = None) -> str:
    """The text after the action of that title."""
    action = next(each for each in await one.actions(uri, area, only) if each.title == title)
    (edit,) = await one.edits(action)
    assert (edit.text_document.uri, edit.text_document.version) == (uri, one.versions[uri])
    found = [each for each in edit.edits if isinstance(each, lsp.TextEdit)]
    return applied(one.texts[uri], found)


def test_every_action(tmp_path: Path) -> None:
    place = at(TWICE, "torch.log(p)")

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", TWICE)
            await one.shown(uri)
            offered = await one.actions(uri, place)
            assert titles(offered) == [
                "Use log_softmax of the logits",
                "Ignore log-of-softmax on this line",
                "Fix all 2 log-of-softmax",
                "Ignore log-of-softmax in this file",
                "Show the documentation of log-of-softmax",
                "Fix all (nanlint)",
            ]
            first = offered[0]
            assert isinstance(first, lsp.CodeAction) and first.is_preferred and first.edit is None
            assert first.diagnostics is not None and [each.code for each in first.diagnostics] == ["NAN201"]

            fixed = await chosen(one, uri, place, "Use log_softmax of the logits")
            assert fixed == TWICE.replace("    p = torch.softmax(logits, dim=-1)\n", "").replace(
                "torch.log(p)", "torch.log_softmax(logits, dim=-1)"
            )
            assert await chosen(one, uri, place, "Fix all 2 log-of-softmax") == SAFE
            assert await chosen(one, uri, place, "Fix all (nanlint)", ["source.fixAll"]) == SAFE
            ignored = await chosen(one, uri, place, "Ignore log-of-softmax on this line")
            assert ignored == TWICE.replace("(p).mean()", "(p).mean()  # nanlint: ignore[log-of-softmax]")
            silenced = await chosen(one, uri, place, "Ignore log-of-softmax in this file")
            assert silenced == "# nanlint: ignore-file[log-of-softmax]\n" + TWICE

            root = await one.actions(uri, at(TWICE, "torch.sqrt(logits ** 2)"))
            assert any(title.endswith(" (unsafe)") for title in titles(root))
            assert titles(await one.actions(uri, place, ["source.organizeImports"])) == []
            assert titles(await one.actions(uri, place, ["source"])) == ["Fix all (nanlint)"]
            assert titles(await one.actions(uri, at(TWICE, "import"))) == ["Fix all (nanlint)"]

    run(conversation)


def test_an_action_on_an_older_text_is_refused(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", TWICE)
            await one.shown(uri)
            action = (await one.actions(uri, at(TWICE, "torch.log(p)")))[0]
            assert isinstance(action, lsp.CodeAction)
            one.change(uri, None, TWICE + "\n")
            with pytest.raises(JsonRpcException, match="the text has changed") as refused:
                await one.client.code_action_resolve_async(action)
            assert refused.value.code == lsp.LSPErrorCodes.ContentModified

    run(conversation)


def test_an_action_for_what_is_no_finding_any_more_is_refused(tmp_path: Path) -> None:
    """The text is the same, but settings or callers have changed what is found in it."""

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", TWICE)
            await one.shown(uri)
            first = (await one.actions(uri, at(TWICE, "torch.log(p)")))[0]
            before = len(one.published)
            (tmp_path / "nanlint.toml").write_text("ignore = ['NAN201', 'NAN101']\n")
            one.changed_on_disk("nanlint.toml", lsp.FileChangeType.Created)
            await one.until(lambda: len(one.published) > before)
            assert isinstance(first, lsp.CodeAction)
            with pytest.raises(JsonRpcException, match="no finding any more") as refused:
                await one.client.code_action_resolve_async(first)
            assert refused.value.code == lsp.LSPErrorCodes.ContentModified

    run(conversation)


def test_a_client_that_resolves_nothing_gets_edits_at_once(tmp_path: Path) -> None:
    capabilities = lsp.ClientCapabilities(
        text_document=lsp.TextDocumentClientCapabilities(
            code_action=lsp.CodeActionClientCapabilities(
                code_action_literal_support=lsp.ClientCodeActionLiteralOptions(lsp.ClientCodeActionKindOptions([]))
            )
        )
    )

    async def conversation() -> None:
        async with editor(tmp_path, capabilities=capabilities) as one:
            uri = one.open("train.py", TWICE)
            await one.shown(uri)
            first = (await one.actions(uri, at(TWICE, "torch.log(p)")))[0]
            assert isinstance(first, lsp.CodeAction) and first.edit is not None
            assert first.edit.document_changes is None and first.edit.changes is not None
            assert set(first.edit.changes) == {uri}

    run(conversation)


def test_commands(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            edits: list[lsp.ApplyWorkspaceEditParams] = []

            @one.client.feature(lsp.WORKSPACE_APPLY_EDIT)  # type: ignore[untyped-decorator]
            def applying(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
                edits.append(params)
                return lsp.ApplyWorkspaceEditResult(True)

            uri = one.open("train.py", TWICE)
            await one.shown(uri)
            await one.client.workspace_execute_command_async(
                lsp.ExecuteCommandParams("nanlint.fixFile", arguments=[uri])
            )
            await one.until(lambda: bool(edits))
            assert edits[0].edit.document_changes is not None
            page = await one.client.workspace_execute_command_async(
                lsp.ExecuteCommandParams("nanlint.showRule", arguments=["NAN201"])
            )
            assert isinstance(page, str) and page.startswith("### NAN201 log-of-softmax")
            shown = [Path(each.uri.removeprefix("file://")) for each in one.client.shown_documents]
            assert [path.read_text() for path in shown] == [page]
            await one.client.workspace_execute_command_async(
                lsp.ExecuteCommandParams("nanlint.showRule", arguments=["NAN9"])
            )
            await one.until(lambda: bool(one.client.messages))
            assert "no rule 'NAN9'" in one.client.messages[0].message

    run(conversation)
