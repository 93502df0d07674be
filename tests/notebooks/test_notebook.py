"""Cells as one module: which line is whose, and which edits a cell takes."""

from __future__ import annotations

import pytest

from nanlint.findings import Applicability, Edit, Fix
from nanlint.fixing.fixer import apply
from nanlint.notebooks.notebook import from_script, join

CELLS = {2: "import torch", 5: "!ls\nx = 1\n", 6: "", 9: "y = 2\nz = 3"}


def test_every_cell_is_found_again() -> None:
    text, origin = join(CELLS.items())
    cells = origin.cells(text)
    lines = text.splitlines()
    assert [cell.number for cell in cells] == [2, 5, 6, 9]
    assert [lines[cell.line - 1] for cell in cells] == ["import torch", "ǃ  ", "", "y = 2"]
    assert origin.sources(text) == CELLS
    assert "!ls\nx = 1\n" in origin.written(text)
    assert len(origin.written(text)) == len(text)


def test_no_cells_make_an_empty_text() -> None:
    text, origin = join([])
    assert (text, origin.cells(text), origin.sources(text)) == ("", (), {})


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_cells_keep_their_newlines(newline: str) -> None:
    cells = {1: f"a{newline}b{newline}", 2: f"c{newline}{newline}", 3: f"{newline}d"}
    text, origin = join(cells.items())
    assert origin.sources(text) == cells


def edited(cells: dict[int, str], *edits: tuple[str, str, str]) -> dict[int, str] | None:
    """The cells after edits of the module, each given by what stands before its place, what goes, and what comes."""
    text, origin = join(cells.items())
    placed = []
    for before, old, new in edits:
        start = text.index(before) + len(before)
        assert text.startswith(old, start)
        placed.append(Edit(start, start + len(old), new))
    fitted = origin.fitted(text, placed)
    if fitted is None:
        return None
    found = origin.sources(apply(text, [Fix("", Applicability.SAFE, fitted)]))
    return {number: code for number, code in found.items() if code != cells[number]}


def test_edits_go_to_their_cells() -> None:
    assert edited(CELLS, ("import ", "torch", "numpy"), ("z = ", "3", "4")) == {2: "import numpy", 9: "y = 2\nz = 4"}


def test_a_line_below_the_last_of_a_cell_is_that_cell_s() -> None:
    assert edited(CELLS, ("import torch\n", "", "import numpy\n")) == {2: "import torch\nimport numpy"}
    assert edited(CELLS, ("x = 1\n", "", "y = 1\n")) == {5: "!ls\nx = 1\ny = 1\n"}
    assert edited({1: "a\r\nb", 2: "c"}, ("b\r\n", "", "d\r\n")) == {1: "a\r\nb\r\nd"}


def test_a_line_above_the_first_of_a_cell_is_that_cell_s() -> None:
    before = "#ǂ\n"
    text, origin = join(CELLS.items())
    start = text.index("y = 2")
    assert text[:start].endswith(before)
    assert origin.fitted(text, [Edit(start, start, "w = 0\n")]) == (Edit(start, start, "w = 0\n"),)
    assert edited(CELLS, ("y = ", "2\n", "2\nw = 0\n")) == {9: "y = 2\nw = 0\nz = 3"}


def test_the_last_line_of_a_cell_can_go() -> None:
    assert edited(CELLS, ("y = 2\n", "z = 3\n", "")) == {9: "y = 2"}
    assert edited(CELLS, ("y = ", "2\nz = 3\n", "5\n")) == {9: "y = 5"}
    text, origin = join([(1, "a"), (2, "b")])
    start = text.index("b")
    (edit,) = origin.fitted(text, [Edit(start, start + 2, "")]) or ()
    assert origin.sources(text[: edit.start] + edit.text + text[edit.end :]) == {1: "a", 2: ""}


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        pytest.param("import ", "torch\n\n#ǂ\nǃ", "x", id="two cells"),
        pytest.param("import torch\n", "\n", "", id="between cells"),
        pytest.param("import torch", "\n", "x", id="joined with what is below"),
        pytest.param("import torch\n\n", "", "x", id="behind a cell"),
        pytest.param("torch\n\n#ǂ\n", "ǃ  ", "pass", id="a magic"),
        pytest.param("ǃ ", "", "x", id="in a magic"),
        pytest.param("ǃ  ", "", "  # nanlint: ignore", id="behind a magic"),
        pytest.param("", "#ǂ", "", id="above the first cell"),
    ],
)
def test_other_edits_are_refused(before: str, old: str, new: str) -> None:
    assert edited(CELLS, (before, old, new)) is None


def test_a_fix_is_taken_whole_or_not_at_all() -> None:
    assert edited(CELLS, ("z = ", "3", "4"), ("ǃ ", " ", "x")) is None


def test_a_script_with_percent_cells_and_magics() -> None:
    text = (
        "# %%\n%load_ext autoreload\nimport torch\n# %% [markdown]\n# # A title\n# %%\n%%bash\nls 'x\n# %%\nx = !ls\n"
    )
    made = from_script(text)
    assert made is not None
    module, origin = made
    compile(module, "module", "exec")
    assert (origin.written(module), origin.cells(module)) == (text, ())
    assert [line for line in module.splitlines() if "ǃ" not in line and line.strip()] == [
        line for line in text.splitlines() if line[0] not in "%l" and "!" not in line
    ]


@pytest.mark.parametrize(
    "text", ["", "x = 1\n", "# %%\nx = 1\n# %matplotlib inline\n", "%cd ..\n", "x = y  # %%\n!ls\n"]
)
def test_other_scripts_are_left_alone(text: str) -> None:
    assert from_script(text) is None
