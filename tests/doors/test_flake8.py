"""nanlint as an extension of flake8, run by flake8."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nanlint import __version__
from tests.cli.tools import lay_out, plain_environment
from tests.doors.tools import ROOT, entry_points, register
from tests.plugins.pebbles import PROJECT, SCRIPT

CODE = """\
import torch
import torch.nn.functional as F


def loss(x, weight):
    if x.ndim:
        return -torch.log(F.softmax(x, dim=1))
    return torch.log(weight)
"""
ERROR = "./train.py:7:17: NAN201 log-of-softmax: log of"
NOTE = "./train.py:8:12: NAN101 log-of-zero: log of `weight`"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of installed packages that holds nanlint's entry points."""
    site = tmp_path_factory.mktemp("site")
    register(site, "nanlint", __version__, entry_points())
    return site


class Flake8:
    """flake8 in a directory, with nanlint installed."""

    def __init__(self, site: Path, directory: Path) -> None:
        self.site, self.directory = site, directory

    def run(self, *arguments: str, text: str = "", path: str = "") -> subprocess.CompletedProcess[str]:
        environment = plain_environment() | {"PYTHONPATH": path or os.pathsep.join([str(self.site), str(ROOT)])}
        return subprocess.run(
            [sys.executable, "-m", "flake8", "--jobs=1", *arguments],
            cwd=self.directory,
            env=environment,
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def lines(self, *arguments: str, text: str = "", path: str = "") -> list[str]:
        return self.run(*arguments, text=text, path=path).stdout.splitlines()


@pytest.fixture
def flake8(site: Path, tmp_path: Path) -> Iterator[Flake8]:
    lay_out(tmp_path, {"train.py": CODE})
    yield Flake8(site, tmp_path)


def test_flake8_knows_the_extension_and_shows_what_fails_a_run(flake8: Flake8) -> None:
    assert f"nanlint: {__version__}" in flake8.run("--version").stdout
    ran = flake8.run()
    (line,) = ran.stdout.splitlines()
    assert line.startswith(ERROR)
    assert (ran.returncode, ran.stderr) == (1, "")


def test_notes_are_shown_to_who_asks(flake8: Flake8) -> None:
    error, note = flake8.lines("--nanlint-level=note", "--select=NAN")
    assert (error.startswith(ERROR), note.startswith(NOTE)) == (True, True)
    lay_out(flake8.directory, {".flake8": "[flake8]\nnanlint-level = note\nextend-ignore = NAN2\n"})
    (note,) = flake8.lines()
    assert note.startswith(NOTE)


def test_strict_shows_what_may_be_no_hazard(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"train.py": "import torch\n\n\ndef f(a, b):\n    return a / b\n"})
    assert flake8.lines("--nanlint-level=note", "--select=NAN") == []
    (line,) = flake8.lines("--nanlint-level=strict", "--select=NAN")
    assert line.startswith("./train.py:5:12: NAN103 division-by-zero: ")


def test_a_level_that_there_is_not_is_refused(flake8: Flake8) -> None:
    ran = flake8.run("--nanlint-level=loud")
    assert ran.returncode == 2
    assert "invalid choice: 'loud'" in ran.stderr


def test_noqa_is_flake8s_business(flake8: Flake8) -> None:
    comments = {"all.py": "# noqa", "code.py": "# noqa: NAN201", "prefix.py": "# NOQA:NAN2", "train.py": "# noqa: NAN1"}
    lay_out(flake8.directory, {name: CODE.replace("1))\n", f"1))  {told}\n") for name, told in comments.items()})
    (line,) = flake8.lines("--select=NAN")
    assert line.startswith(ERROR)
    told = flake8.lines("--select=NAN", "--disable-noqa")
    assert [line.split(":")[0] for line in told] == [f"./{name}" for name in sorted(comments)]


def test_comments_of_nanlint_hold(flake8: Flake8) -> None:
    commented = CODE.replace("dim=1))\n", "dim=1))  # nanlint: ignore[log-of-softmax] told elsewhere\n")
    lay_out(flake8.directory, {"train.py": commented})
    assert flake8.lines("--disable-noqa", "--select=NAN") == []


def test_rules_of_plugins_are_shown_to_who_selects_them(flake8: Flake8, tmp_path: Path) -> None:
    register(tmp_path / "plugins", "nanlint-pebble", "1.2.0", {"nanlint.rules": {"pebble": "nanlint_pebble"}})
    path = os.pathsep.join(map(str, [flake8.site, tmp_path / "plugins", PROJECT, ROOT]))
    lay_out(tmp_path, {"train.py": SCRIPT})
    (line,) = flake8.lines("--select=PEB", path=path)
    assert line.startswith("./train.py:26:12: PEB101 stalled-rounding: ")


def test_the_settings_of_nanlint_hold(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"nanlint.toml": '[levels]\nlog-of-zero = "error"\nNAN2 = "note"\n'})
    (line,) = flake8.lines("--select=NAN")
    assert line.startswith(NOTE)


def test_wrong_settings_of_nanlint_are_told(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"nanlint.toml": 'select = ["NAN9"]\n'})
    ran = flake8.run()
    assert ran.returncode == 1
    assert "nanlint.toml:1" in ran.stdout + ran.stderr
    assert "unknown rule 'NAN9'" in ran.stdout + ran.stderr


def test_standard_input_under_its_name(flake8: Flake8) -> None:
    (line,) = flake8.lines("--stdin-display-name=nets/train.py", "-", text=CODE)
    assert line.startswith(ERROR.replace("./train.py", "nets/train.py"))


def test_a_syntax_error_is_told_once(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"train.py": CODE + "def (:\n"})
    assert [line.split()[1] for line in flake8.lines("--select=E9,NAN")] == ["E999"]


def test_a_file_that_cannot_be_linted_is_told(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"train.py": CODE + "#" + "x" * 2_000_000 + "\n"})
    (line,) = flake8.lines("--select=NAN")
    assert line.startswith("./train.py:1:1: NAN000 not linted: is too large: 2.0 MB")


def test_what_is_wrong_with_a_comment_is_told_on_stderr(flake8: Flake8) -> None:
    lay_out(flake8.directory, {"train.py": CODE + "# nanlint: ignore[log-of-zer]\n"})
    told = flake8.run().stderr
    assert told.startswith("warning: ./train.py:9:1: ")
    assert "unknown rule 'log-of-zer'; did you mean log-of-zero?" in told
