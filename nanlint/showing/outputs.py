"""Where reports go: to standard output and to files, in several formats in one run."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nanlint import formats
from nanlint.settings import SettingsError
from nanlint.showing import console
from nanlint.showing.terminal import columns, wants_colour, wants_links
from nanlint.text.source import replace_content

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Destination:
    """A format, and the file for it; None is standard output."""

    format: str
    file: str | None = None


def destinations(wanted: Sequence[str], output_file: str | None = None) -> tuple[Destination, ...]:
    """What `--output-format FORMAT[=FILE] ...` and `--output-file FILE` ask for together.

    Raises SettingsError for an unknown format, for two reports in one place, and for a file that cannot be written.
    """
    common = None if output_file in (None, STDOUT) else output_file
    found = [_destination(text, common) for text in wanted]
    if common and common not in [destination.file for destination in found]:
        raise SettingsError(f"--output-file {common}: every output format has a file of its own; drop one of them")
    for index, destination in enumerate(found):
        if any(_is_same(destination, other) for other in found[:index]):
            where = destination.file or "standard output"
            names = " and ".join(one.format for one in found if _is_same(one, destination))
            raise SettingsError(f"{names} both go to {where}; name a file: --output-format {destination.format}=FILE")
        if destination.file and (reason := _obstacle(Path(destination.file))):
            raise SettingsError(f"{destination.file}: cannot be written: {reason}")
    return tuple(found)


def deliver(view: formats.View, wanted: Sequence[Destination]) -> None:
    """Renders the view in every format and writes it; files get neither colour nor links.

    Raises OutputError; what was delivered before it is complete.
    """
    for destination in wanted:
        put(formats.render(destination.format, view if destination.file else for_stdout(view)), destination.file)


def put(text: str, file: str | None) -> None:
    """Writes a text to a file, at once, or to standard output. Raises OutputError."""
    if file is None:
        console.write(text)
    else:
        _write(Path(file), text)


def for_stdout(view: formats.View) -> formats.View:
    """The view with what standard output can show."""
    return replace(view, colour=wants_colour(sys.stdout), links=wants_links(sys.stdout), width=columns(sys.stdout))


def _destination(text: str, common: str | None) -> Destination:
    name, equals, file = (part.strip() for part in text.partition("="))
    if name not in formats.names():
        raise SettingsError(f"--output-format: {name!r} is none of {', '.join(formats.names())}")
    if equals and not file:
        raise SettingsError(f"--output-format {text}: there is no file after the =")
    return Destination(name, common if not equals else None if file == STDOUT else file)


def _is_same(one: Destination, other: Destination) -> bool:
    if one.file is None or other.file is None:
        return one.file is other.file
    return Path(one.file).resolve() == Path(other.file).resolve()


def _obstacle(path: Path) -> str:
    """What will keep the file from being written, as far as can be told before the work is done."""
    if path.is_dir():
        return "it is a directory"
    above = next(parent for parent in path.resolve().parents if parent.exists())
    if not above.is_dir():
        return f"{above} is not a directory"
    special = path.exists() and not path.is_file()
    return "" if special or os.access(above, os.W_OK) else "permission denied"


def _write(path: Path, text: str) -> None:
    """Replaces the file at once, its directories made; a device or a pipe is written to."""
    content = text.encode(errors="backslashreplace")
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_content(target, content, stat.S_IMODE(target.stat().st_mode) if target.exists() else _new_mode())
    except OSError as error:
        raise console.OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _new_mode() -> int:
    """The permissions that the user's mask gives new files."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
