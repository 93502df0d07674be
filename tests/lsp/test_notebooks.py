"""Notebooks: their cells are one program, and every edit goes to its cell."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from tests.lsp.tools import Editor, applied, at, editor, run

CELLS = [
    "%matplotlib inline\nimport torch",
    "def head(x):\n    return torch.softmax(x, -1)",
    "!pip install torch\ndef loss(x):\n    return -torch.log(head(x)).mean(), torch.log(torch.softmax(x, 0))",
]


def opened(one: Editor) -> list[str]:
    """The URIs of the cells of a notebook that was opened."""
    uris = [f"{one.uri('nb.ipynb')}#cell{number}" for number in range(len(CELLS))]
    cells = [lsp.NotebookCell(lsp.NotebookCellKind.Code, uri) for uri in uris]
    cells.insert(1, lsp.NotebookCell(lsp.NotebookCellKind.Markup, one.uri("nb.ipynb") + "#text"))
    texts = [lsp.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, CELLS, strict=True)]
    texts.append(lsp.TextDocumentItem(one.uri("nb.ipynb") + "#text", "markdown", 1, "# Title"))
    notebook = lsp.NotebookDocument(one.uri("nb.ipynb"), "jupyter-notebook", 1, cells)
    one.client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(notebook, texts))
    one.versions |= dict.fromkeys(uris, 1)
    return uris


def test_cells_are_one_program(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with editor(tmp_path) as one:
            first, second, third = opened(one)
            assert await one.shown(first) == await one.shown(second) == []
            across, within = await one.shown(third)
            assert across.range == at(CELLS[2], "torch.log(head(x))")
            assert within.range == at(CELLS[2], "torch.log(torch.softmax(x, 0))")
            assert across.related_information is not None
            assert across.related_information[0].location == lsp.Location(second, at(CELLS[1], "torch.softmax(x, -1)"))

            actions = await one.actions(third, within.range)
            (edit,) = await one.edits(next(each for each in actions if each.title.startswith("Use log_softmax")))
            assert edit.text_document.uri == third
            edits = [each for each in edit.edits if isinstance(each, lsp.TextEdit)]
            fixed = CELLS[2].replace("torch.log(torch.softmax(x, 0))", "torch.log_softmax(x, dim=0)")
            assert applied(CELLS[2], edits) == fixed
            assert "line" in await one.hover(third, 2, 20)

            await edited(one, second)
            assert [each.code for each in one.client.diagnostics[third]] == ["NAN201"]

    run(conversation)


async def edited(one: Editor, cell: str) -> None:
    """The function of the second cell returns something harmless, and then the last cell goes."""
    before = len(one.published)
    area = at(CELLS[1], "torch.softmax(x, -1)")
    text = lsp.NotebookDocumentCellContentChanges(
        lsp.VersionedTextDocumentIdentifier(uri=cell, version=2),
        [lsp.TextDocumentContentChangePartial(area, "torch.exp(x).clamp(1, 2)")],
    )
    identifier = lsp.VersionedNotebookDocumentIdentifier(uri=one.uri("nb.ipynb"), version=2)
    event = lsp.NotebookDocumentChangeEvent(cells=lsp.NotebookDocumentCellChanges(text_content=[text]))
    one.client.notebook_document_did_change(lsp.DidChangeNotebookDocumentParams(identifier, event))
    await one.until(lambda: len(one.published) >= before + 3)
