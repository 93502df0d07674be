"""Progress: on a terminal, when a run takes long, and gone afterwards."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nanlint.running.progress import Progress, line
from tests.cli.tools import lay_out, nanlint, plain_environment

FUNCTION = "def f{}(x, y):\n    z = torch.relu(x) + y\n    return torch.log(z + {}) / torch.exp(y).sum()\n"
LONG = "import torch\n" + "".join(FUNCTION.format(number, number) for number in range(60))
ERASE = "\r\x1b[K"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the test sets it."""
    now = [100.0]
    monkeypatch.setattr("nanlint.running.progress.time.monotonic", lambda: now[0])
    return now


def test_nothing_is_drawn_before_a_run_is_long(clock: list[float]) -> None:
    stream = Terminal()
    shown = Progress(stream)
    for done in range(5):
        clock[0] += 0.19
        shown(done, 10)
    shown.erase()
    assert stream.getvalue() == ""


def test_it_is_drawn_now_and_then_and_erased(clock: list[float]) -> None:
    stream = Terminal()
    shown = Progress(stream)
    for done, later in ((1, 1.5), (2, 0.01), (3, 0.2)):
        clock[0] += later
        shown(done, 4)
    shown.erase()
    assert stream.getvalue() == f"{ERASE}{line(1, 4)}{ERASE}{line(3, 4)}{ERASE}"


def test_what_is_done_needs_no_line(clock: list[float]) -> None:
    stream = Terminal()
    shown = Progress(stream)
    clock[0] += 5.0
    shown(4, 4)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [(0, 3, f"[{'-' * 24}]   0%  0/3 files"), (40, 80, f"[{'#' * 12}{'-' * 12}]  50%  40/80 files")],
)
def test_what_is_drawn(done: int, total: int, shown: str) -> None:
    assert line(done, total) == shown


def in_a_terminal(directory: Path, *arguments: str) -> tuple[str, str]:
    """What the command writes to a pipe, and to the terminal that its stderr is."""
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "nanlint", "--no-cache", "--output-format", "concise", *arguments]
    environment = plain_environment() | {"TERM": "xterm"}
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=inner) as process:
        os.close(inner)
        written = b""
        while True:
            try:
                piece = os.read(outer, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            written += piece
        assert process.stdout is not None
        report = process.stdout.read().decode()
    os.close(outer)
    return report, written.decode()


def test_a_long_run_in_a_terminal(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"a{number:02}.py": LONG for number in range(16)})
    report, drawn = in_a_terminal(tmp_path)
    assert re.fullmatch(r"(?:\r\x1b\[K\[[#-]{24}\] [ \d]{3}%  \d+/16 files)+\r\x1b\[K", drawn)
    assert ERASE not in report
    quiet_report, nothing = in_a_terminal(tmp_path, "--no-progress")
    assert (quiet_report, nothing) == (report, "")


def test_a_short_run_draws_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "import torch\n"})
    assert in_a_terminal(tmp_path)[1] == ""


def test_a_pipe_is_no_terminal(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"a{number:02}.py": LONG for number in range(12)})
    assert nanlint("--no-cache", cwd=tmp_path).stderr == ""
