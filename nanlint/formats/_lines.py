"""Lines of a source as Python sees them: ended by a newline, a carriage return, or both, and by nothing else."""

from __future__ import annotations

import re

_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines without their ends; a text that ends with one has an empty last line."""
    return _END.split(text)


def line_starts(text: str) -> list[int]:
    """The offset of each line."""
    return [0, *(end.end() for end in _END.finditer(text))]
