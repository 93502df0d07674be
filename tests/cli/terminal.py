"""A command in a terminal of its own, driven as by a person: read until it asks, type an answer."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

from tests.cli.tools import plain_environment

PATIENCE = 60.0
_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)")


class Session:
    """nanlint in a pseudo-terminal of 100 columns, which is its controlling one: Ctrl-C is a signal there."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self.terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
        self.shown = ""
        self._read_up_to = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nanlint", *arguments],
            cwd=cwd,
            env=plain_environment() | {"TERM": "xterm"},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inner)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.terminal)

    def until(self, pattern: str) -> str:
        """What is shown up to the next match of the pattern, without colour. Fails if the command ends before."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self.shown[self._read_up_to :])) is None:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"no {pattern!r} in:\n{self.shown[self._read_up_to :]}")
        text = self.shown[self._read_up_to : self._read_up_to + found.end()]
        self._read_up_to += found.end()
        return text

    def asked(self) -> str:
        """What is shown up to the next question."""
        return self.until(r"\[[a-z,?]+\] ")

    def type(self, line: str) -> None:
        os.write(self.terminal, f"{line}\n".encode())

    def press(self, key: bytes) -> None:
        os.write(self.terminal, key)

    def ended(self) -> tuple[int, str]:
        """The exit code, and what was shown since the last question."""
        while self._read(PATIENCE):
            pass
        code = self.process.wait(PATIENCE)
        return code, self.shown[self._read_up_to :]

    def _read(self, patience: float) -> bool:
        """Takes what there is to read; False at the end."""
        ready, _, _ = select.select([self.terminal], [], [], max(patience, 0.0))
        try:
            content = os.read(self.terminal, 65536) if ready else b""
        except OSError:  # Linux says so at the end of a terminal
            content = b""
        self.shown += _STYLE.sub("", content.decode(errors="replace")).replace("\r\n", "\n")
        return bool(content)


def _take_terminal() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
