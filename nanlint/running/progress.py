"""How far a long run is: one line on a terminal, gone when the run is done."""

from __future__ import annotations

import os
import time
from typing import TextIO

DELAY = 1.0  # seconds after which a run is long
_INTERVAL = 0.1  # seconds between two drawings
_WIDTH = 24  # columns of the bar
_ERASE = "\r\x1b[K"


def wants_progress(stream: TextIO) -> bool:
    """A terminal that can erase a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """Told how many files of how many are done, it draws when the run takes long."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + DELAY
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next or done >= total:
            return
        self._next, self._drawn = now + _INTERVAL, True
        self._stream.write(f"{_ERASE}{line(done, total)}")
        self._stream.flush()

    def erase(self) -> None:
        """Takes the line away."""
        if self._drawn:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._drawn = False


def line(done: int, total: int) -> str:
    """`[######------]  50%  40/80 files`."""
    filled = _WIDTH * done // total
    return f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {100 * done // total:3}%  {done}/{total} files"
