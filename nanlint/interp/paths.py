"""Paths that a script spells out: how they are joined, what is opened under them."""

from __future__ import annotations

import posixpath

from nanlint.domain.value import Kind, Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Dotted, FilePath

SCRIPT = "<script>"
"""Stands for the directory of the file in paths that begin with `__file__`."""


def path_of(value: Value) -> str | None:
    """The text of a path that the script spells out, or that it takes from `__file__`."""
    if isinstance(value.payload, FilePath):
        return value.payload.text
    if isinstance(value.payload, Dotted) and value.payload.name == "builtins.__file__":
        return f"{SCRIPT}/__file__"
    return value.constant if isinstance(value.constant, str) else None


def file_path(machine: Machine, text: str | None, *origins: Value) -> Value:
    if text is None:
        return machine.unknown(*origins, kind=Kind.PATH)
    return machine.thing(Kind.PATH, FilePath(text))


def parent(machine: Machine, path: FilePath) -> Value:
    """The directory that the path stands in."""
    above = f"{path.text}/.." if path.text in ("", SCRIPT) or path.text.endswith("..") else posixpath.dirname(path.text)
    return file_path(machine, above)


def joined(machine: Machine, *values: Value) -> Value:
    """Paths one behind the other."""
    parts = [path_of(value) for value in values]
    known = [part for part in parts if part is not None]
    return file_path(machine, posixpath.join(*known) if len(known) == len(parts) and known else None, *values)


PATH_METHODS = frozenset({"resolve", "absolute", "expanduser", "open", "read_text", "read_bytes", "read", "as_posix"})


def path_method(machine: Machine, path: Value, name: str, given: Arguments) -> Value | None:
    """A method of a path or of an open file: what is read from it still says which file it was."""
    if name == "joinpath":
        return joined(machine, path, *(value for value, _ in given.positional))
    return path if name in PATH_METHODS else None
