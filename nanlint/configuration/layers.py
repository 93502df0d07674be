"""What one settings file, or the command line, says: read, checked, with the files that it extends."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nanlint.configuration.keys import BY_NAME
from nanlint.configuration.naming import nearest, told
from nanlint.configuration.origins import Given, Origin, shown
from nanlint.settings import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAMES = (".nanlint.toml", "nanlint.toml", "pyproject.toml")
"""Of several in one directory, the first counts."""
_PYPROJECT = ("tool", "nanlint")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Layer:
    """Values by key, with what gave them."""

    values: Mapping[str, Given]


def layer(content: Mapping[str, object], origin: Origin, base: Path) -> Layer:
    """The layer that a table of TOML holds; its paths start at `base`. Raises SettingsError for what is wrong in it."""
    values: dict[str, Given] = {}
    for name, value in content.items():
        key = BY_NAME.get(name)
        if key is None:
            raise origin.error(f"unknown key {name!r}{nearest(name, BY_NAME)}", (name,))
        for trail, message in key.kind.wrong(value):
            raise origin.error(message if origin.name == f"--{name}" else f"{name}: {message}", (name, *trail))
        values[name] = Given(key.kind.read(value, base), origin, (name,))
    return Layer(values)


def read(path: Path) -> Layer | None:
    """The layer of a file; None for a `pyproject.toml` without our table. Raises SettingsError."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{shown(path)}: cannot be read: {reason}") from error
    content: object = parsed(text, shown(path), lines=True)
    table = _PYPROJECT if path.name == "pyproject.toml" else ()
    for depth, name in enumerate(table, 1):
        if not isinstance(content, dict) or name not in content:
            return None
        content = content[name]
        if not isinstance(content, dict):
            raise Origin(shown(path), text).error(f"{name} wants a table, not {told(content)}", table[:depth])
    assert isinstance(content, dict)
    return layer(content, Origin(shown(path), text or "\n", table), path.parent)


def with_extended(path: Path, after: tuple[Path, ...] = ()) -> tuple[Layer, ...] | None:
    """The layers of a file and of those that it extends, the farthest first; None as for `read`."""
    found = read(path)
    if found is None or "extend" not in found.values:
        return None if found is None else (found,)
    extend = found.values["extend"]
    assert isinstance(extend.value, Path)
    other = extend.value.resolve()
    if other in (*after, path.resolve()):
        raise SettingsError(f"{extend.where}: extend: {shown(other)} extends itself through this file")
    if not other.is_file():
        raise SettingsError(f"{extend.where}: extend: there is no file {shown(other)}")
    layers = with_extended(other, (*after, path.resolve()))
    if layers is None:
        raise SettingsError(f"{extend.where}: extend: {shown(other)} has no table [tool.nanlint]")
    return (*layers, found)


def parsed(text: str, name: str, *, lines: bool = False) -> dict[str, object]:
    """What a text of TOML holds. Raises SettingsError, which tells the line if there are `lines`."""
    try:
        content: dict[str, object] = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        line = (position[1] if position else None) or str(text.count("\n") + 1)
        where = f"{name}:{line}" if lines else name
        raise SettingsError(f"{where}: no valid TOML: {_POSITION.sub('', message)}") from error
    return content
