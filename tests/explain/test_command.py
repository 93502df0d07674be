"""`nanlint explain` as it is run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.tools import lay_out, nanlint

PROGRAM = """\
import torch


def entropy(x):
    p = torch.softmax(x, -1)
    return -(p * torch.log(p + 1e-6)).sum()
"""
CELL: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            CELL | {"source": ["%matplotlib inline\n", "import torch"]},
            CELL | {"source": ["x = torch.relu(torch.randn(3))\n", "y = torch.log(x)"]},
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)


def test_a_line_is_explained(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("explain", "a.py:6", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "6:18  torch.log(p + 1e-6)  (log, torch)" in ran.stdout
    assert "p + 1e-6 at 0, the value is infinite: ok, `p + 1e-6` gives [1e-06, 1] 6:28" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_it_is_explained_in_colour_and_in_json(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    coloured = nanlint("explain", "a.py:6:18", cwd=tmp_path, environment={"FORCE_COLOR": "1"})
    assert "\x1b[32mok\x1b[0m" in coloured.stdout
    data = json.loads(nanlint("explain", "a.py:6:18", "--output-format", "json", cwd=tmp_path).stdout)
    (log,) = data["operations"]
    assert (data["asked"], log["name"], log["place"]["line"], log["place"]["column"]) == ("a.py:6:18", "log", 6, 18)
    assert log["contexts"][0]["poles"][0] == {
        "operand": 0,
        "where": "at 0",
        "what": "the value is infinite",
        "harmless": True,
        "why": "`p + 1e-6` gives [1e-06, 1]",
        "at": {"path": "a.py", "line": 6, "column": 28, "end_line": 6, "end_column": 36},
    }


def test_settings_of_the_file_count(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM.replace(" + 1e-6", ""), "nanlint.toml": 'ignore = ["NAN1", "NAN2"]\n'})
    told = nanlint("explain", "a.py:6", cwd=tmp_path).stdout
    assert "NAN207 handwritten-cross-entropy" in told or "NAN201 log-of-softmax" in told
    assert "the settings of this file turn the rule off" in told
    assert "reported" not in told


def test_a_cell_of_a_notebook_is_explained(tmp_path: Path) -> None:
    lay_out(tmp_path, {"nb.ipynb": NOTEBOOK})
    ran = nanlint("explain", "nb.ipynb:cell 3:2", cwd=tmp_path)
    assert ran.stdout.splitlines()[:2] == ["nb.ipynb:cell 3:2", "2 | y = torch.log(x)"]
    assert "NAN101 log-of-zero: note, reported" in ran.stdout
    assert "cell 3:1:5" in ran.stdout
    assert "say which cell: nb.ipynb:cell 2:2" in nanlint("explain", "nb.ipynb:2", cwd=tmp_path).stderr
    assert "cells with code: 2, 3" in nanlint("explain", "nb.ipynb:cell 1:1", cwd=tmp_path).stderr


TWO_FILES = {
    "src/losses.py": "import torch\n\n\ndef nll(p):\n    return torch.log(p)\n",
    "src/train.py": "import torch\nfrom losses import nll\n\nloss = nll(torch.relu(torch.randn(3)))\n",
}


def test_files_beside_it_are_named_with_an_option(tmp_path: Path) -> None:
    lay_out(tmp_path, TWO_FILES)
    assert "src/train.py:4:8" in nanlint("explain", "src/losses.py:5", "--with", "src", cwd=tmp_path).stdout
    alone = nanlint("explain", "src/losses.py:5", "--with", "src/losses.py", cwd=tmp_path).stdout
    assert "which nothing in sight calls" in alone and "train.py" not in alone


def test_the_files_of_its_project_are_read_with_it(tmp_path: Path) -> None:
    """What a run on the project tells is explained as the run tells it, from wherever one asks."""
    lay_out(tmp_path, {**TWO_FILES, "nanlint.toml": ""})
    for directory, place, caller in (
        (tmp_path, "src/losses.py:5", "src/train.py"),
        (tmp_path / "src", "losses.py:5", "train.py"),
    ):
        assert f"in nll, called at {caller}:4:8" in nanlint("explain", place, cwd=directory).stdout


def test_settings_may_come_from_the_command_line(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM.replace(" + 1e-6", ""), "nanlint.toml": 'ignore = ["NAN1", "NAN2"]\n'})

    def told(*options: str) -> str:
        return nanlint("explain", "a.py:6", *options, cwd=tmp_path).stdout

    assert "error, reported" not in told()
    assert "error, reported" in told("--isolated")
    assert "error, reported" not in told("--isolated", "--ignore", "NAN1,NAN2")
    assert "warning, reported" in told("--select", "ALL", "--config", 'levels = { ALL = "warning" }')
    ran = nanlint("explain", "a.py:6", "--select", "NAN9999", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: --select: unknown rule 'NAN9999'")


def test_what_the_baseline_hides_is_said_to_be_known(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM.replace(" + 1e-6", "")})
    nanlint("--write-baseline", "known.json", cwd=tmp_path)
    lay_out(tmp_path, {"nanlint.toml": 'baseline = "known.json"\n'})
    assert "error, known: the baseline has it" in nanlint("explain", "a.py:6", cwd=tmp_path).stdout
    assert (
        "error, known: the baseline has it"
        in nanlint("explain", "a.py:6", "--isolated", "--baseline", "known.json", cwd=tmp_path).stdout
    )
    lay_out(tmp_path, {"a.py": PROGRAM.replace(" + 1e-6", "").replace("entropy", "other")})
    assert "error, reported" in nanlint("explain", "a.py:6", cwd=tmp_path).stdout


def test_a_wrong_place_is_2_and_one_line(tmp_path: Path) -> None:
    ran = nanlint("explain", "gone.py:3", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "error: gone.py: cannot be read: No such file or directory\n"
