"""Unified diffs that `patch -p1` and `git apply` take; of notebooks, diffs to read."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from nanlint.reports import FixResult

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def diff_of(result: FixResult) -> str:
    """What fixing changed in a file; in a notebook cell by cell, as nobody reads JSON."""
    path = result.report.path
    if not result.cells:
        return unified_diff(path, result.before, result.text)
    shown = ((number, before, after) for number, before, after in result.cells if before != after)
    return "".join(
        unified_diff(f"{path}:cell {number}", f"{before}\n", f"{after}\n") for number, before, after in shown
    )


def unified_diff(path: str, before: str, after: str) -> str:
    """The diff from `before` to `after` with the headers `--- a/path` and `+++ b/path`; "" if they are equal."""
    name = Path(path).as_posix().lstrip("/")
    # Only a newline ends a line in a diff: str.splitlines would split at form feeds too.
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
