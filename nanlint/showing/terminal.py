"""Text for a terminal: whether it gets colour, which, and how many columns a character takes."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from typing import TextIO

from nanlint.findings import Level

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "1;33",
    "blue": "1;34",
    "magenta": "1;35",
    "cyan": "1;36",
    "removed": "31",
}
LEVEL_STYLES = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan", Level.STRICT: "magenta"}
_LINKING = ("alacritty", "contour", "foot", "ghostty", "Hyper", "iTerm.app", "kitty", "rio", "vscode", "WezTerm")
_LINKING_VTE = 5000  # of version 0.50, the first that does not crash on a link
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TAB = 4


@dataclass(frozen=True, slots=True)
class Paint:
    """Puts ANSI styles around text, or nothing if there is to be no colour."""

    colour: bool = False

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text


def wants_colour(stream: TextIO) -> bool:
    """A terminal that can show colour has it; NO_COLOR forbids it, FORCE_COLOR asks for it elsewhere too."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_links(stream: TextIO) -> bool:
    """A terminal that is known to show hyperlinks has them; FORCE_HYPERLINK asks for them anywhere, 0 forbids them."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    if not stream.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return False
    names = f"{os.environ.get('TERM_PROGRAM', '')} {os.environ.get('TERM', '')}"
    known = any(name in names for name in _LINKING) or any(
        map(os.environ.get, ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
    )
    return known or int("0" + re.sub(r"\D.*", "", os.environ.get("VTE_VERSION", ""))) >= _LINKING_VTE


def columns(stream: TextIO) -> int | None:
    """How wide a line may be: COLUMNS if it is set, the width of a terminal, or None: as wide as it needs."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return (os.get_terminal_size(stream.fileno()).columns or None) if stream.isatty() else None
    except (OSError, ValueError):  # no file behind the stream
        return None


def linked(text: str, target: str) -> str:
    """The text as a hyperlink, in the escape sequence OSC 8."""
    return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"


def one_line(text: str) -> str:
    """The text on one line, without characters that steer a terminal or reorder what it shows."""
    return _CONTROL.sub("\ufffd", " ".join(text.split()))


def cells(line: str) -> list[tuple[str, int]]:
    """What to show for each character of a line, and the columns that it takes.

    East Asian wide characters take two, combining marks none; tabs become spaces; control characters, which could
    steer the terminal, become the replacement character.
    """
    shown: list[tuple[str, int]] = []
    column = 0
    for character in line:
        if character == "\t":
            width = _TAB - column % _TAB
            shown.append((" " * width, width))
        elif _CONTROL.match(character):
            width = 1
            shown.append(("\ufffd", width))
        else:
            width = _columns(character)
            shown.append((character, width))
        column += width
    return shown


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
