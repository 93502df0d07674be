"""Unified diffs that `patch -p1` and `git apply` take."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def unified_diff(path: str, before: str, after: str) -> str:
    """The diff from `before` to `after` with the headers `--- a/path` and `+++ b/path`; "" if they are equal."""
    name = Path(path).as_posix().lstrip("/")
    # Only a newline ends a line in a diff: str.splitlines would split at form feeds too.
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
