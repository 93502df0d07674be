"""A file that is open has the findings that a run on the whole workspace has: who calls it need not be open."""

from __future__ import annotations

import json
from pathlib import Path

from lsprotocol import types as lsp

from tests.cli.tools import nanlint
from tests.lsp.tools import Editor, editor, run

MODEL = """\
import torch


def head(x):
    return torch.log(x)


def tail(x):
    return torch.sqrt(x)
"""
TRAIN = """\
import torch
from model import head


def loss(z):
    return -head(torch.softmax(z, dim=-1)).mean()
"""
HARMLESS = TRAIN.replace("torch.softmax(z, dim=-1)", "torch.exp(z).clamp(1, 2)")
Seen = list[tuple[object, int]]


def seen(diagnostics: object) -> Seen:
    """Code and line of each, from 1."""
    assert isinstance(diagnostics, (list, tuple))
    return sorted((each.code, each.range.start.line + 1) for each in diagnostics)


def reported(root: Path, name: str) -> Seen:
    """The same from the command line, on all files."""
    ran = nanlint("--no-cache", "--output-format", "json", ".", cwd=root)
    found = json.loads(ran.stdout)["findings"]
    return sorted((each["code"], each["line"]) for each in found if Path(each["path"]).name == name)


async def until_seen(one: Editor, uri: str, expected: Seen) -> None:
    await one.until(lambda: seen(one.client.diagnostics.get(uri, [])) == expected)


def test_an_open_file_has_the_findings_of_a_run_on_all(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "model.py").write_text(MODEL)
    whole = reported(tmp_path, "model.py")
    assert ("NAN201", 5) in whole

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", MODEL)
            assert ("NAN101", 5) in seen(await one.shown(uri))
            await until_seen(one, uri, whole)
            (log,) = [each for each in one.client.diagnostics[uri] if each.code == "NAN201"]
            assert log.related_information is not None
            assert log.related_information[0].location.uri == one.uri("train.py")

            one.change(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), "# one\n# two\n")
            assert ("NAN201", 7) in seen(await one.shown(uri))

            (tmp_path / "train.py").write_text(HARMLESS)
            one.changed_on_disk("train.py")
            await one.until(lambda: ("NAN201", 7) not in seen(one.client.diagnostics[uri]))
            (tmp_path / "train.py").write_text(TRAIN)
            one.changed_on_disk("train.py")
            await one.until(lambda: ("NAN201", 7) in seen(one.client.diagnostics[uri]))
            (tmp_path / "train.py").unlink()
            one.changed_on_disk("train.py", lsp.FileChangeType.Deleted)
            await one.until(lambda: ("NAN201", 7) not in seen(one.client.diagnostics[uri]))

    run(conversation)


def test_what_a_caller_says_is_never_shown_at_an_older_place(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", MODEL)
            one.open("train.py", TRAIN)
            await one.until(lambda: ("NAN201", 5) in seen(one.client.diagnostics.get(uri, [])))
            before = len(one.published)
            for number in range(5):
                one.change(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), f"# {number}\n")
                await one.shown(uri)
            for each in one.published[before:]:
                assert each.uri != uri or ("NAN201", 4 + (each.version or 0)) in seen(each.diagnostics)

    run(conversation)


def test_a_notebook_that_is_not_open_is_a_caller_too(tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(nbformat(TRAIN))

    async def conversation() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", MODEL)
            await one.until(lambda: ("NAN201", 5) in seen(one.client.diagnostics.get(uri, [])))
            (log,) = [each for each in one.client.diagnostics[uri] if each.code == "NAN201"]
            assert log.related_information is not None
            at = log.related_information[0].location
            assert (at.uri, at.range) == (one.uri("nb.ipynb"), lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)))

    run(conversation)


def nbformat(code: str) -> str:
    """A notebook with one cell."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": code,
    }
    metadata = {"language_info": {"name": "python"}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
