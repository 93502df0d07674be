"""Hover, inlay hints, completion."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from tests.lsp.tools import at, editor, run

TEXT = """\
import torch


def loss(logits, n=3):
    p = torch.softmax(logits, dim=-1)
    worst = p.min()
    return -torch.log(p).mean()  # nanlint: ignore[NAN1]
"""


def test_hover_tells_of_findings_and_of_expressions(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", TEXT)
            await one.shown(uri)
            place = at(TEXT, "torch.log(p)").start
            found = await one.hover(uri, place.line, place.character + 7)
            assert "**error**" in found and "### NAN201 log-of-softmax" in found and "**Why**" in found
            assert "1. line 5: softmax in [0, 1]" in found
            value = at(TEXT, "p.min").start
            told = await one.hover(uri, value.line, value.character)
            assert told.startswith("`p`: tensor, float32, in [0, 1]") and "1. line 5: softmax in [0, 1]" in told
            target = at(TEXT, "worst").start
            assert (await one.hover(uri, target.line, target.character)).startswith(
                "`worst`: tensor, float32, in [0, 1]"
            )
            assert await one.hover(uri, 0, 2) == ""
            comment = at(TEXT, "NAN1]").start
            listed = await one.hover(uri, comment.line, comment.character + 1)
            assert "`NAN101` log-of-zero" in listed

    run(conversation)


def test_hover_over_expressions_and_hints_are_settings(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path, options={"hoverRanges": False, "inlayHints": True}) as one:
            uri = one.open("train.py", TEXT)
            await one.shown(uri)
            value = at(TEXT, "p.min").start
            assert await one.hover(uri, value.line, value.character) == ""
            area = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
            hints = await one.client.text_document_inlay_hint_async(
                lsp.InlayHintParams(lsp.TextDocumentIdentifier(uri), area)
            )
            assert [(hint.position, hint.label) for hint in hints or ()] == [
                (lsp.Position(4, 5), ": [0, 1]"),
                (lsp.Position(5, 9), ": [0, 1]"),
            ]

    run(conversation)


def test_completion_in_comments_and_in_configuration(tmp_path: Path) -> None:
    table = '[tool.other]\nsel\n[tool.nanlint]\nsel\nignore = ["log-o"]\n[tool.nanlint.levels]\nlog\n'

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("train.py", "x = 1  # nanlint: ignore[log-of-z\ny = 1  # nanlint: ig\n")
            items = {item.label: item for item in await one.complete(uri, 0, 33)}
            edit = items["log-of-zero"].text_edit
            assert isinstance(edit, lsp.TextEdit)
            assert edit.range == lsp.Range(lsp.Position(0, 25), lsp.Position(0, 33))
            assert items["NAN101"].detail == "log-of-zero"
            assert [item.label for item in await one.complete(uri, 1, 20)] == ["ignore", "ignore-file", "off", "on"]
            assert await one.complete(uri, 0, 3) == []
            suppressed = one.open("other.py", "x = 1  # noqa: NAN1\n")
            labels = [item.label for item in await one.complete(suppressed, 0, 19)]
            assert "NAN101" in labels and "log-of-zero" not in labels

            settings = one.open("pyproject.toml", table, "toml")
            assert await one.complete(settings, 1, 3) == []
            keys = {item.label: item for item in await one.complete(settings, 3, 3)}
            assert {"select", "per-file-ignores", "epsilon"} <= set(keys)
            assert "The rules that are on." in str(keys["select"].documentation)
            assert "log-of-zero" in [item.label for item in await one.complete(settings, 4, 15)]
            assert "log-of-zero" in [item.label for item in await one.complete(settings, 6, 3)]
            assert "Rules that are off." in await one.hover(settings, 4, 2)
            chosen = one.open(".nanlint.toml", 'fail-on = "e"\nlevels = { NAN6 = "n" }\n', "toml")
            assert next(item.label for item in await one.complete(chosen, 0, 12)) == "error"
            assert "off" in [item.label for item in await one.complete(chosen, 1, 19)]
            other = one.open("nanlint.toml", 'select = ["NAN101"]\n', "toml")
            assert "NAN101 log-of-zero" in await one.hover(other, 0, 13)

    run(conversation)
