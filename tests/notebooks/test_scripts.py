"""Scripts with `# %%` cells, as Jupytext writes them: programs with magics that are comments, or not."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from nanlint.api import fix_file, lint_file
from tests.notebooks.tools import PROSE, content

SETUP = "%matplotlib inline\nimport torch\nx = torch.randn(3)"
BUG, FIXED = "loss = torch.log(torch.softmax(x, dim=-1))", "loss = torch.log_softmax(x, dim=-1)"


def script(form: str) -> str:
    """A notebook as Jupytext writes it in a form of scripts."""
    book = jupytext.reads(content(PROSE, SETUP, "%%bash\nls 'x", f"!ls\nfiles = !ls\n{BUG}"), fmt="ipynb")
    return str(jupytext.writes(book, fmt=form))


@pytest.mark.parametrize("form", ["py:percent", "py:hydrogen"])
def test_jupytext_s_scripts_are_linted_and_fixed(tmp_path: Path, form: str) -> None:
    text = script(form)
    assert ("\n%matplotlib" in text) == (form == "py:hydrogen")
    path = tmp_path / "a.py"
    path.write_text(text)
    report = lint_file(path)
    assert report.problems == ()
    assert [(finding.code, finding.place.line, finding.place.cell) for finding in report.findings] == [
        ("NAN201", text[: text.index(BUG)].count("\n") + 1, None)
    ]
    assert report.text == text
    fix_file(path)
    assert path.read_text() == text.replace(BUG, FIXED)


def test_a_script_without_cells_has_no_magics(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"{SETUP}\n{BUG}\n")
    (problem,) = lint_file(path).problems
    assert str(problem) == f"{path}:1:1: syntax error: invalid syntax"
