"""The values that options take: checked and brought into their form while the command line is read."""

from __future__ import annotations

import enum
from typing import Annotated

from typer import Option

from nanlint import formats
from nanlint.findings import Level

FORMATS = ", ".join(formats.names())


class Documented(str, enum.Enum):
    """What is told of rules and of lines: for people, for programs."""

    TEXT = "text"
    JSON = "json"


DocumentFormat = Annotated[Documented, Option("--output-format", metavar="FORMAT", help="text, json.")]


def listed(given: list[str] | None) -> list[str] | None:
    """The items of all uses of an option, each a list with commas; None if it was not used."""
    if not given:
        return None
    items = (item.strip() for text in given for item in text.split(","))
    return [item for item in items if item]


def rules_like(incomplete: str) -> list[str]:
    """The codes and names of rules with which a list of selectors may go on, in small letters if it is in such."""
    from nanlint.roster import known

    before, comma, last = incomplete.rpartition(",")
    names = (name for rule in known() for name in rule)
    spelled = (name.lower() if last and last == last.lower() else name for name in names)
    return [f"{before}{comma}{name}" for name in spelled if name.startswith(last)]


def formats_like(incomplete: str) -> list[str]:
    """The formats that begin so; for the shell."""
    return [name for name in formats.names() if name.startswith(incomplete)]


def levels_like(incomplete: str) -> list[str]:
    """The levels that begin so; for the shell."""
    return [level.label for level in Level if level.label.startswith(incomplete)]
