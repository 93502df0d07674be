"""What the editor is shown: findings as diagnostics, kept in step with edits, files, settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.tools import Editor, at, editor, run

BUGGY = """\
import torch


def loss(logits):
    p = torch.softmax(logits, dim=-1)
    return -torch.log(p).mean()
"""
FIXED = BUGGY.replace("torch.softmax", "torch.log_softmax").replace("torch.log(p)", "p")
TOP = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


def codes(diagnostics: object) -> list[object]:
    assert isinstance(diagnostics, (list, tuple))
    return [diagnostic.code for diagnostic in diagnostics]


def test_a_finding_with_its_evidence(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", BUGGY)
            (found,) = await one.shown(uri)
            assert (found.code, found.source, found.severity) == ("NAN201", "nanlint", lsp.DiagnosticSeverity.Error)
            assert found.range == at(BUGGY, "torch.log(p)")
            assert found.message.startswith("log-of-softmax: ")
            assert found.code_description is not None
            page = Path(found.code_description.href.removeprefix("file://")).read_text()
            assert 'code="NAN201"' in page
            assert found.related_information is not None
            assert [info.location.range for info in found.related_information] == [
                at(BUGGY, "torch.softmax(logits, dim=-1)")
            ]
            assert found.related_information[0].message == "softmax in [0, 1]"

    run(conversation)


def test_levels_are_severities(tmp_path: Path) -> None:
    text = "import torch\n\n\ndef f(x: torch.Tensor, t):\n    return torch.log(x), x / t\n"
    (tmp_path / "nanlint.toml").write_text("strict = true\n")

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            found = {each.code: each.severity for each in await one.shown(one.open("f.py", text))}
            assert found == {"NAN101": lsp.DiagnosticSeverity.Information, "NAN103": lsp.DiagnosticSeverity.Hint}

    run(conversation)


def test_edits_move_add_and_remove_findings(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", BUGGY)
            await one.shown(uri)
            one.change(uri, TOP, "# one\n# two\n")
            (moved,) = await one.shown(uri)
            assert moved.range == at("# one\n# two\n" + BUGGY, "torch.log(p)")
            one.change(uri, None, FIXED)
            assert await one.shown(uri) == []
            one.change(uri, None, BUGGY)
            assert codes(await one.shown(uri)) == ["NAN201"]
            one.close(uri)
            await one.until(lambda: one.published[-1].version is None)
            assert codes(one.published[-1].diagnostics) == []

    run(conversation)


def test_nothing_older_than_the_text_is_shown(tmp_path: Path) -> None:
    """While somebody types, each letter makes the analysis before it stale."""
    lines = "".join(f"def f{number}(x):\n    return -torch.log(torch.softmax(x, 0))\n" for number in range(60))

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", "import torch\n" + lines)
            await one.shown(uri)
            for letter in "abcdefghijkl":
                one.change(uri, TOP, f"{letter} = 1\n")
            assert len(await one.shown(uri)) == 60
            versions = [each.version or 0 for each in one.published]
            assert versions == sorted(versions) and versions[-1] == 13
            assert len(versions) < 13

    run(conversation)


def test_a_change_to_an_older_version_is_left_out(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", BUGGY)
            await one.shown(uri)
            one.change(uri, None, FIXED, version=7)
            assert await one.shown(uri) == []
            one.change(uri, None, BUGGY, version=5)
            one.change(uri, None, FIXED + "\n", version=8)
            assert await one.shown(uri) == []
            assert [each.version for each in one.published] == [1, 7, 8]

    run(conversation)


def test_what_cannot_be_parsed_keeps_the_last_findings_and_shows_the_error(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", BUGGY)
            await one.shown(uri)
            one.change(uri, lsp.Range(lsp.Position(2, 0), lsp.Position(2, 0)), "def (\n")
            finding, error = await one.shown(uri)
            assert finding.code == "NAN201" and finding.range.start.line == 6
            assert error.code is None and error.severity is lsp.DiagnosticSeverity.Error
            assert error.message.startswith("syntax error") and error.range.start == lsp.Position(2, 4)
            one.change(uri, lsp.Range(lsp.Position(2, 0), lsp.Position(3, 0)), "")
            assert codes(await one.shown(uri)) == ["NAN201"]

    run(conversation)


def test_a_very_large_file_is_told_of(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            (found,) = await one.shown(one.open("train.py", BUGGY + "# filling\n" * 110_000))
            assert "too large" in found.message and "the limit is 1" in found.message

    run(conversation)


def test_files_of_the_workspace_are_one_program_and_open_texts_count(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import torch\n\n\ndef head(x):\n    return torch.softmax(x, -1)\n")
    train = "import torch\nfrom model import head\n\n\ndef loss(x):\n    return -torch.log(head(x)).mean()\n"

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", train)
            (found,) = await one.shown(uri)
            assert found.code == "NAN201"
            assert found.related_information is not None
            assert found.related_information[0].location.uri == one.uri("model.py")
            before = len(one.published)
            one.open("model.py", "import torch\n\n\ndef head(x):\n    return torch.exp(x).clamp(1, 2)\n", on_disk=False)
            await one.until(lambda: any(each.uri == uri for each in one.published[before:]))
            assert codes(next(each.diagnostics for each in one.published[before:] if each.uri == uri)) == []
            one.close(one.uri("model.py"))
            await one.until(lambda: codes(one.published[-1].diagnostics) == ["NAN201"])

    run(conversation)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_count_as_the_client_counts(tmp_path: Path, encoding: str) -> None:
    line = "    s = '𝒳é'; return -torch.log(torch.softmax(x, dim=-1)).mean()\n"
    text = f"import torch\n\n\ndef löss(x):\n{line}"
    units = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    code = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    start = len(line[: line.index("torch.log")].encode(code)) // units
    capabilities = lsp.ClientCapabilities(general=lsp.GeneralClientCapabilities(position_encodings=[encoding]))

    async def conversation() -> None:
        async with editor(tmp_path, capabilities=capabilities) as one:
            uri = one.open("train.py", text)
            (found,) = await one.shown(uri)
            assert found.range.start == lsp.Position(4, start)
            one.change(uri, lsp.Range(lsp.Position(4, start), lsp.Position(4, start + len("torch.log"))), "torch.exp")
            assert await one.shown(uri) == []

    run(conversation)


def test_texts_that_are_no_files_and_files_of_no_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "train.py").write_text(BUGGY)

    async def conversation() -> None:
        async with editor(inside) as one:
            assert codes(await one.shown(one.open("untitled:Untitled-1", BUGGY))) == ["NAN201"]
            uri = one.open((outside / "train.py").as_uri(), BUGGY)
            assert codes(await one.shown(uri)) == ["NAN201"]

    run(conversation)


def test_line_ends_and_form_feeds(tmp_path: Path) -> None:
    """A form feed or a line separator ends no line, CR LF one and not two."""
    text = "import torch\r\n\x0c\r\ns = '\u2028\x1c'\r\nt = lambda x: torch.log(torch.softmax(x, 0))\r\n"

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", text)
            (found,) = await one.shown(uri)
            assert found.range.start == lsp.Position(3, 14)
            one.change(uri, lsp.Range(lsp.Position(3, 14), lsp.Position(3, 23)), "torch.abs")
            assert await one.shown(uri) == []

    run(conversation)


async def reloaded(one: Editor, name: str, text: str, uri: str) -> list[object]:
    """The codes that are shown after a file has changed on disk."""
    before = len(one.published)
    (one.root / name).write_text(text)
    one.changed_on_disk(name)
    await one.until(lambda: any(each.uri == uri for each in one.published[before:]))
    return codes(next(each.diagnostics for each in reversed(one.published) if each.uri == uri))


def test_settings_of_each_folder_are_read_again_when_they_change(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (first / "pyproject.toml").write_text("[tool.nanlint]\nignore = ['log-of-softmax', 'NAN1']\n")
    (second / "nanlint.toml").write_text("exclude = ['gen']\n")

    async def conversation() -> None:
        async with editor(tmp_path, folders=[first, second]) as one:
            in_first = one.open("first/train.py", BUGGY)
            assert await one.shown(in_first) == []
            assert codes(await one.shown(one.open("second/train.py", BUGGY))) == ["NAN201"]
            assert await one.shown(one.open("second/gen/train.py", BUGGY)) == []
            assert lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in one.registered
            assert await reloaded(one, "first/pyproject.toml", "[tool.nanlint]\n", in_first) == ["NAN201"]
            wrong = "[tool.nanlint]\nselekt = ['NAN1']\n"
            await reloaded(one, "first/pyproject.toml", wrong, in_first)
            found = one.client.diagnostics[in_first]
            assert any("unknown key 'selekt'" in each.message for each in found)

    run(conversation)


def test_diagnostics_are_pulled_by_who_asks(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(BUGGY)
    capabilities = lsp.ClientCapabilities(
        text_document=lsp.TextDocumentClientCapabilities(diagnostic=lsp.DiagnosticClientCapabilities()),
        workspace=lsp.WorkspaceClientCapabilities(),
    )

    async def conversation() -> None:
        async with editor(tmp_path, capabilities=capabilities, options={"workspaceDiagnostics": True}) as one:
            uri = one.open("train.py", BUGGY)
            params = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri))
            report = await one.client.text_document_diagnostic_async(params)
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
            assert codes(report.items) == ["NAN201"]
            params.previous_result_id = report.result_id
            assert isinstance(
                await one.client.text_document_diagnostic_async(params), lsp.RelatedUnchangedDocumentDiagnosticReport
            )
            one.change(uri, None, FIXED)
            again = await one.client.text_document_diagnostic_async(params)
            assert isinstance(again, lsp.RelatedFullDocumentDiagnosticReport) and codes(again.items) == []
            whole = await one.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams([]))
            items = {item.uri: item for item in whole.items}
            assert set(items) == {uri, one.uri("other.py")}
            other = items[one.uri("other.py")]
            assert isinstance(other, lsp.WorkspaceFullDocumentDiagnosticReport) and codes(other.items) == ["NAN201"]
            assert one.published == []

    run(conversation)


def test_a_pull_before_its_document_is_open_is_made_good(tmp_path: Path) -> None:
    """A client that starts a server anew may ask first: it would show nothing for ever."""
    workspace = lsp.WorkspaceClientCapabilities(
        diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    )
    text = lsp.TextDocumentClientCapabilities(diagnostic=lsp.DiagnosticClientCapabilities())
    capabilities = lsp.ClientCapabilities(text_document=text, workspace=workspace)

    async def conversation() -> None:
        async with editor(tmp_path, capabilities=capabilities) as one:
            params = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(one.uri("train.py")))
            report = await one.client.text_document_diagnostic_async(params)
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport) and not report.items
            one.open("train.py", BUGGY)
            await one.until(lambda: one.refreshes > 0)
            report = await one.client.text_document_diagnostic_async(params)
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport) and codes(report.items) == ["NAN201"]

    run(conversation)


def test_a_client_that_does_not_watch_files_need_not(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import torch\n\n\ndef head(x):\n    return torch.softmax(x, -1)\n")
    train = "import torch\nfrom model import head\n\n\ndef loss(x):\n    return -torch.log(head(x)).mean()\n"

    async def conversation() -> None:
        async with editor(tmp_path, capabilities=lsp.ClientCapabilities()) as one:
            uri = one.open("train.py", train)
            assert codes(await one.shown(uri)) == ["NAN201"]
            settings = tmp_path / "nanlint.toml"
            settings.write_text("ignore = ['NAN201']\n")
            await one.until(lambda: codes(one.published[-1].diagnostics) != ["NAN201"])
            settings.unlink()
            await one.until(lambda: codes(one.published[-1].diagnostics) == ["NAN201"])
            (tmp_path / "model.py").write_text("import torch\n\n\ndef head(x):\n    return torch.exp(x).clamp(1, 2)\n")
            await one.until(lambda: codes(one.published[-1].diagnostics) == [])

    run(conversation)


def test_an_unused_comment_is_faded(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", "import torch\n\nx = torch.ones(3)  # nanlint: ignore[log-of-zero]\n")
            (found,) = await one.shown(uri)
            assert (found.code, found.tags) == ("NAN001", (lsp.DiagnosticTag.Unnecessary,))

    run(conversation)


def test_a_folder_may_have_the_server_switched_off(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    async def conversation() -> None:
        async with editor(tmp_path, folders=[first, second]) as one:
            in_first, in_second = one.open("first/train.py", BUGGY), one.open("second/train.py", BUGGY)
            for uri in (in_first, in_second):
                assert codes(await one.shown(uri)) == ["NAN201"]
            one.client.set_configuration({"nanlint": {"enable": True}})
            one.client.set_configuration({"nanlint": {"enable": False}}, scope_uri=first.as_uri())
            one.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({}))
            await one.until(lambda: one.client.diagnostics[in_first] == ())
            assert codes(one.client.diagnostics[in_second]) == ["NAN201"]
            one.change(in_first, None, FIXED)
            one.client.set_configuration({"nanlint": {"enable": True}}, scope_uri=first.as_uri())
            one.change(in_first, None, BUGGY)
            one.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({}))
            await one.until(lambda: codes(one.client.diagnostics[in_first]) == ["NAN201"])

    run(conversation)


def test_options_come_from_the_client_and_wrong_ones_are_told(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path, options={"settings": {"hover-ranges": "yes", "hoover": 1}}) as one:
            await one.until(lambda: len(one.client.messages) == 2)
            told = [message.message for message in one.client.messages]
            assert told == [
                "nanlint: the setting 'hover-ranges' is true or false, not 'yes'",
                "nanlint: unknown setting 'hoover'",
            ]

    run(conversation)
