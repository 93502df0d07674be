"""The nearest valid name, for messages about one that is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean select?`, or nothing if no name is near."""
    found = difflib.get_close_matches(name.lower().replace("_", "-"), names, 1)
    return f"; did you mean {found[0]}?" if found else ""


def told(value: object) -> str:
    """A value of TOML in a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else repr(value)
