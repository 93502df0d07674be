"""`--show-settings`: every setting as TOML, with who gave it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from nanlint.configuration.keys import KEYS, Key
from nanlint.configuration.merged import Configuration
from nanlint.configuration.origins import shown
from nanlint.configuration.patterns import Pattern

_ORIGIN = 48  # the column in which origins stand, unless a value is longer


def settings_shown(configuration: Configuration, files: int) -> str:
    """All settings of one configuration, which governs some files of the run."""
    come_from = shown(configuration.file) if configuration.file else "no settings file"
    count = "1 file" if files == 1 else f"{files} files"
    lines = [f"# {count}: {come_from}"]
    lines += [_line(key, configuration) for key in KEYS if key.name != "extend" or configuration.given(key)]
    return "\n".join(lines) + "\n"


def _line(key: Key, configuration: Configuration) -> str:
    value = configuration.value(key.name)
    written = f"{key.name} = {toml(value)}" if value is not None else f"# {key.name}"
    origins = dict.fromkeys(given.where for given in configuration.given(key)) or {"default": None}
    return f"{written:<{_ORIGIN}}  # {', '.join(origins)}"


def toml(value: object) -> str:
    """A value as TOML."""
    match value:
        case Pattern(text=text):
            return json.dumps(text)
        case Path():
            return json.dumps(shown(value))
        case tuple() | list():
            return f"[{', '.join(map(toml, value))}]"
        case Mapping():
            return (
                "{ " + ", ".join(f"{_key(name)} = {toml(item)}" for name, item in value.items()) + " }"
                if value
                else "{}"
            )
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return str(value).lower()
    return str(value)


def _key(name: object) -> str:
    """A key, bare if TOML allows it; that of a rule's option is dotted."""
    if isinstance(name, tuple):
        return ".".join(map(_key, name))
    text = name.text if isinstance(name, Pattern) else str(name)
    return text if text and text.isascii() and text.replace("-", "").replace("_", "").isalnum() else json.dumps(text)
