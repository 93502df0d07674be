"""Where a setting was given: a line of a file, an option of the command line, or nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nanlint.configuration.lines import Trail, line_of
from nanlint.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Origin:
    """What says something: a file with its text, or an option by its name. table: leads to the keys in a file."""

    name: str
    text: str = ""
    table: Trail = ()

    def at(self, trail: Trail = ()) -> str:
        """How to call a place: `pyproject.toml:12`, `--select`."""
        return f"{self.name}:{line_of(self.text, (*self.table, *trail))}" if self.text else self.name

    def error(self, message: str, trail: Trail = ()) -> SettingsError:
        return SettingsError(f"{self.at(trail)}: {message}")


@dataclass(frozen=True, slots=True)
class Given:
    """A value of a key, and what gave it."""

    value: object
    origin: Origin
    trail: Trail

    @property
    def where(self) -> str:
        return self.origin.at(self.trail)


def shown(path: Path) -> str:
    """A path as users know it: from the working directory if it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else os.fspath(path)
