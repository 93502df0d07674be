"""The command line itself: `@FILE` stands for the lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nanlint.settings import SettingsError


def expanded(arguments: Iterable[str]) -> list[str]:
    """The arguments with each `@FILE` replaced by the lines of that file, one argument a line, blank ones left out.

    Raises SettingsError for a file that cannot be read. `./@name` is a path that begins so.
    """
    return [one for argument in arguments for one in (_lines(argument) if argument[:1] == "@" else [argument])]


def _lines(argument: str) -> Iterator[str]:
    path = Path(argument[1:])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{argument}: {path} is no list of paths: it is not UTF-8") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{argument}: the list {path} cannot be read: {reason}") from None
    return (line for line in text.splitlines() if line.strip())
