"""The lines of keys in a TOML text, which TOML's own parser does not tell.

A statement is the shortest run of lines that parses by itself; what it parses to names the keys.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Trail = tuple[str | int, ...]
"""Keys from the top to a value; a number is a place in a list."""


def line_of(text: str, trail: Trail) -> int:
    """The line of the value at the end of the trail in a text that parses, or of the last key that is found."""
    lines = _lines(text)
    while trail not in lines:
        trail = trail[:-1]
    return lines[trail]


@cache
def _lines(text: str) -> dict[Trail, int]:
    found: dict[Trail, int] = {(): 1}
    table: Trail = ()
    for begun, statement in _statements(text):
        trails = dict(_trails(tomllib.loads(statement)))
        if statement.lstrip().startswith("["):
            table = max(trails, key=len)
            above = (table[:length] for length in range(1, len(table) + 1))
            trails = dict.fromkeys(above)
        else:
            trails = {(*table, *trail): value for trail, value in trails.items()}
        for trail, value in trails.items():
            found.setdefault(trail, begun + _offset(statement, value))
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement of a text that parses, with its line."""
    begun, pending = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        pending += line + "\n"
        try:
            tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue  # a list or a string goes on in the next line
        yield begun, pending
        begun, pending = number + 1, ""


def _trails(value: object) -> Iterator[tuple[Trail, object]]:
    """Every key in a parsed statement and every place in its lists, with what is there."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (key,), inner
        yield from (((key, *trail), found) for trail, found in _trails(inner))


def _offset(statement: str, value: object) -> int:
    """How many lines below its beginning a statement, such as a long list, has a string."""
    if isinstance(value, str):
        for number, line in enumerate(statement.split("\n")):
            if not line.lstrip().startswith("#") and (f'"{value}"' in line or f"'{value}'" in line):
                return number
    return 0
