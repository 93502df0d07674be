"""`--watch`: a real process that lints again when files change, and ends when it is interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.terminal import Session
from tests.cli.tools import lay_out, nanlint, plain_environment
from tests.notebooks.tools import content

PROVEN = "import torch\n\n\ndef loss(x):\n    return torch.log(torch.softmax(x, dim=-1))\n"
CLEAN = "import torch\n\n\ndef scale(x):\n    return torch.sigmoid(x) * 2\n"


@contextmanager
def watching(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """nanlint as it watches, its streams in one pipe; killed at the end if it has not ended itself.

    It can be interrupted even where the tests run in a background job, which ignores SIGINT and hands that on.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-m", "nanlint", "--watch", "--no-cache", *arguments],
        cwd=cwd,
        env=plain_environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def lines_until(process: subprocess.Popen[str], end: str) -> list[str]:
    """What the process prints up to a line that begins so."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith(end):
            return lines
    raise AssertionError(f"no {end!r} in {lines}")


def test_changes_are_linted_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": CLEAN, "other.txt": ""})
    with watching("--output-format", "concise", "--output-format", "full=report", cwd=tmp_path) as process:
        assert lines_until(process, "[")[0].endswith("] Watching")
        lay_out(tmp_path, {"other.txt": "x", "__pycache__/c.py": PROVEN})
        (tmp_path / "b.py").write_text(PROVEN)
        assert lines_until(process, "[")[-1].endswith("] b.py changed")
        assert lines_until(process, "b.py")[-1].startswith("b.py:5:12: error NAN201 [*] ")
        (tmp_path / "nanlint.toml").write_text("select = 3\n")
        assert lines_until(process, "[")[-1].endswith("] nanlint.toml changed")
        assert "nanlint.toml:1" in lines_until(process, "error: ")[-1]
        (tmp_path / "nanlint.toml").unlink()
        assert lines_until(process, "b.py")[-1].startswith("b.py:5:12: error NAN201 [*] ")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest  # a slow machine may tell of the last change twice


def test_a_file_that_is_named_is_watched_through_its_replacement(tmp_path: Path) -> None:
    lay_out(tmp_path, {"train": CLEAN, "b.py": CLEAN, "new": PROVEN})
    with watching("--output-format", "concise", "train", cwd=tmp_path) as process:
        lines_until(process, "[")
        (tmp_path / "b.py").write_text(PROVEN)
        (tmp_path / "new").replace(tmp_path / "train")
        assert lines_until(process, "[")[-1].endswith("] train changed")
        assert lines_until(process, "train")[-1].startswith("train:5:12: error NAN201 [*] ")


def test_notebooks_are_watched(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.ipynb": content("import torch", "x = torch.randn(3)")})
    with watching("--output-format", "concise", cwd=tmp_path) as process:
        lines_until(process, "[")
        lay_out(tmp_path, {"a.ipynb": content("import torch", "x = torch.log(torch.sigmoid(torch.randn(3)))")})
        assert lines_until(process, "[")[-1].endswith("] a.ipynb changed")
        assert lines_until(process, "a.ipynb")[-1].startswith("a.ipynb:cell 2:1:5: error NAN202 [*] ")


def test_a_terminal_is_cleared_before_each_run(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROVEN})
    with Session("--watch", "--no-cache", cwd=tmp_path) as session:
        before = session.until("Watching")
        assert before.startswith("\x1b[2J\x1b[3J\x1b[H[")
        session.until("1 error in 1 of 1 file")
        (tmp_path / "a.py").write_text(CLEAN)
        assert "\x1b[2J\x1b[3J\x1b[H[" in session.until("a.py changed")
        session.until("No findings in 1 file")
        session.press(b"\x03")
        code, rest = session.ended()
    assert (code, "Traceback" in rest) == (130, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing",), "missing: does not exist, and cannot be watched"),
        (("-",), "standard input cannot be watched"),
        (("--add-ignores",), "--watch and --add-ignores do not go together"),
    ],
)
def test_what_cannot_be_watched_is_2_and_one_line(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = nanlint("--watch", *arguments, cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"error: {message}\n")


def test_without_watchfiles_it_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "watchfiles.py").write_text("raise ImportError('not installed')\n")
    ran = nanlint("--watch", cwd=tmp_path)
    expected = "error: --watch needs watchfiles: pip install 'nanlint[watch]'\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", expected)
