"""Notebooks on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.tools import lay_out, nanlint
from tests.notebooks.tools import PROSE, content, save, sources

SETUP = "%matplotlib inline\nimport torch\nx = torch.randn(3)"
BUG, FIXED = "loss = torch.log(torch.softmax(x, dim=-1))", "loss = torch.log_softmax(x, dim=-1)"


def test_notebooks_in_directories_are_linted_and_checkpoints_are_not(tmp_path: Path) -> None:
    book = content(SETUP, PROSE, BUG)
    lay_out(tmp_path, {"a/nb.ipynb": book, "a/.ipynb_checkpoints/nb-checkpoint.ipynb": book, ".gitignore": "b\n"})
    lay_out(tmp_path, {"b/nb.ipynb": book})
    ran = nanlint("--output-format", "concise", cwd=tmp_path)
    assert ran.returncode == 1
    (line,) = ran.stdout.splitlines()
    assert line.startswith("a/nb.ipynb:cell 3:1:8: error NAN201 [*] ")


def test_fix_writes_the_notebook(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, BUG)
    before = path.read_text()
    ran = nanlint("--fix", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "Fixed 1 finding in 1 file\n")
    assert path.read_text() == before.replace(BUG, FIXED)
    assert sources(path) == [SETUP, FIXED]


def test_diff_shows_cells(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, PROSE, f"y = 1\n{BUG}", "z = 1")
    before = path.read_bytes()
    ran = nanlint("--diff", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "Would fix 1 finding in 1 file\n")
    assert ran.stdout.splitlines() == [
        "--- a/nb.ipynb:cell 3",
        "+++ b/nb.ipynb:cell 3",
        "@@ -1,2 +1,2 @@",
        " y = 1",
        f"-{BUG}",
        f"+{FIXED}",
    ]
    assert path.read_bytes() == before


def test_the_report_shows_the_code_of_the_cell(tmp_path: Path) -> None:
    save(tmp_path / "nb.ipynb", SETUP, PROSE, f"!ls -l\n{BUG}")
    shown = nanlint(cwd=tmp_path).stdout.splitlines()
    assert shown[0].startswith("nb.ipynb:cell 3:2:8: error[NAN201] log-of-softmax: ")
    assert f"2 | {BUG}" in shown
    assert shown[-1] == "1 error in 1 of 1 file; 1 fixable with --fix"


def test_what_is_no_notebook_is_2_and_the_others_are_linted(tmp_path: Path) -> None:
    save(tmp_path / "good.ipynb", SETUP, BUG)
    lay_out(tmp_path, {"bad.ipynb": "import torch\n", "old.ipynb": '{"worksheets": [], "nbformat": 3}'})
    lay_out(tmp_path, {"broken.ipynb": content(PROSE, "x = (")})
    ran = nanlint("--output-format", "concise", cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stdout.startswith("good.ipynb:cell 2:1:8: error NAN201")
    assert ran.stderr.splitlines() == [
        "error: bad.ipynb:1:1: is no notebook: invalid JSON, Expecting value",
        "error: broken.ipynb:cell 2:1:5: syntax error: '(' was never closed",
        "error: old.ipynb: is a notebook of format 3, and nanlint reads format 4: convert it with"
        " `jupyter nbconvert --to notebook --inplace`",
    ]


def test_another_language_is_passed_over_with_a_word_if_it_is_named(tmp_path: Path) -> None:
    save(tmp_path / "r.ipynb", "x <- log(0)", language="R")
    ran = nanlint(cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "No findings in 0 files\n", "")
    ran = nanlint("r.ipynb", cwd=tmp_path)
    expected = "warning: r.ipynb: is a notebook in r, not in Python: passed over\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "No findings in 0 files\n", expected)
