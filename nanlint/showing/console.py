"""The two streams of a command: the report on stdout, everything else on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

from nanlint.showing.terminal import Paint, one_line, wants_colour

_STYLES = {"error": "red", "warning": "yellow"}


class OutputError(Exception):
    """The report cannot be written."""


def prepare() -> None:
    """Makes both streams show every text, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write(text: str) -> None:
    """Writes to stdout. A reader that has gone (`| head`) has what it wanted; a full disk is an OutputError."""
    _write(lambda: sys.stdout.write(text))


def write_bytes(content: bytes) -> None:
    """Writes to stdout, as `write` does, what keeps its own encoding and newlines."""
    _write(lambda: sys.stdout.buffer.write(content))


def _write(writing: Callable[[], object]) -> None:
    try:
        writing()
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise OutputError(f"cannot write the report: {error.strerror}") from error


def tell(message: str, kind: str = "") -> None:
    """Writes a line to stderr; `kind` is error, warning or nothing."""
    paint = Paint(wants_colour(sys.stderr))
    prefix = paint(f"{kind}:", _STYLES[kind]) + " " if kind else ""
    sys.stderr.write(f"{prefix}{one_line(message)}\n")


def _silence(stream: TextIO) -> None:
    """Lets what is still buffered go nowhere, or Python would fail on it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
