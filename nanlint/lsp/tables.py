"""Where the cursor is in a configuration file: in nanlint's table or not, at a key, in the string of a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from lsprotocol.types import Position

from nanlint.configuration.keys import BY_NAME
from nanlint.configuration.kinds import Kind, Many, Selector, Table, Text
from nanlint.lsp.configuration import FILES
from nanlint.lsp.documents import Document
from nanlint.lsp.units import path_of

_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([\w-]*)")
_STRING = re.compile(r"\"([^\"]*)\"?|'([^']*)'?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in nanlint's table. table: its dotted name below nanlint's, "" for that itself; word: where the key or
    the string that the cursor is in begins; key: of the line, or of the list that the line is part of."""

    table: str
    key: str
    word: int
    text: str
    in_value: bool


def is_configuration(uri: str) -> bool:
    return PurePath(path_of(uri)).name in FILES


def spot(document: Document, position: Position) -> Spot | None:
    """What the cursor is at; None outside of nanlint's table."""
    table = _table(document, position.line)
    if table is None:
        return None
    line = document.text.line(position.line)
    column = document.text.offset(position) - document.text.offset(Position(position.line, 0))
    for string in _STRING.finditer(line):
        inner = string.start() + 1
        closed = string[0][-1] in "\"'" and len(string[0]) > 1
        if inner <= column <= string.end() - closed:
            return Spot(table, _key_around(document, position.line), inner, string[1] or string[2] or "", True)
    key = _KEY.match(line)
    if key is not None and key.start(1) <= column <= key.end(1):
        return Spot(table, key[1], key.start(1), key[1], False)
    return None


def names_rules(spot: Spot) -> bool:
    """Whether the strings there are codes or names of rules."""
    names = (spot.table.partition(".")[0], spot.key)
    return any(name in BY_NAME and _takes_rules(BY_NAME[name].kind) for name in names)


def choices(spot: Spot) -> tuple[str, ...]:
    """The strings that can stand there, if there are only so many."""
    names = (spot.table.partition(".")[0], spot.key)
    kinds = (BY_NAME[name].kind for name in names if name in BY_NAME)
    values = (kind.value if isinstance(kind, Table) else kind for kind in kinds)
    return tuple(word for kind in values if isinstance(kind, Text) for word in kind.choices)


def has_rules_as_keys(table: str) -> bool:
    """Whether the keys of a table below nanlint's are codes or names of rules."""
    kind = BY_NAME[table].kind if table in BY_NAME else None
    return isinstance(kind, Table) and _takes_rules(kind.key)


def _takes_rules(kind: Kind) -> bool:
    match kind:
        case Selector():
            return True
        case Many(item=item):
            return _takes_rules(item)
        case Table(value=value):
            return _takes_rules(value)
        case _:
            return False


def _table(document: Document, line: int) -> str | None:
    """The name of the table around a line, below nanlint's own."""
    own = "tool.nanlint" if PurePath(path_of(document.uri)).name == "pyproject.toml" else ""
    for number in range(line, -1, -1):
        text = document.text.line(number)
        header = _HEADER.match(text)
        if header is not None and (number < line or "=" not in text):
            name = header[1].replace('"', "").replace("'", "").replace(" ", "")
            if not own:
                return name
            if name == own or name.startswith(own + "."):
                return name[len(own) + 1 :]
            return None
    return "" if not own else None


def _key_around(document: Document, line: int) -> str:
    """The key whose value a line is part of."""
    for number in range(line, -1, -1):
        key = re.match(r"\s*([\w-]+)\s*=", document.text.line(number))
        if key is not None:
            return key[1]
    return ""
