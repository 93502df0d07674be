"""The directory in which results are kept: made, marked, written to, pruned, removed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DIRECTORY = ".nanlint_cache"
TAG = "CACHEDIR.TAG"
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# Results of nanlint, made anew when they are missing.\n"
_IGNORE = "# Made by nanlint.\n*\n"
_DAY = 24 * 3600
_KEPT = 30 * _DAY  # seconds that an entry which no run asks for stays
_PRUNED = "pruned"
_WRITING = ".writing-"
_ENTRY = re.compile(rf"[0-9a-f]{{64}}\.json|{re.escape(_WRITING)}.*")


class ForeignDirectoryError(Exception):
    """A directory that holds other things; the message is one line for the user."""


def prepare(directory: Path, version: str) -> None:
    """Makes the directory, marked as a cache for Git and for backups, with a place for the entries of a version.

    Removes what nobody has used for long. Raises ForeignDirectoryError, or OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if not is_cache(directory):
        others = any(not path.name.startswith(_WRITING) for path in directory.iterdir())
        if others and not is_cache(directory):  # another run may just have made it one
            raise ForeignDirectoryError(f"{directory}: holds other things; results are kept in a place of their own")
        write(directory / TAG, _SIGNATURE.encode())
    if not (directory / ".gitignore").exists():
        write(directory / ".gitignore", _IGNORE.encode())
    _prune(directory, version)
    (directory / version).mkdir(exist_ok=True)


def write(path: Path, content: bytes) -> None:
    """Writes beside the file and renames, so that nobody sees a part of it. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_WRITING)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def use(file: Path) -> None:
    """Marks an entry as used today. Raises OSError."""
    if time.time() - file.stat().st_mtime > _DAY:
        os.utime(file)


def remove(directory: Path) -> bool:
    """Removes a cache; False for a directory that is none. Raises OSError."""
    if not is_cache(directory):
        return False
    shutil.rmtree(directory)
    return True


def caches_below(directory: Path) -> Iterator[Path]:
    """The caches in a directory and in those below it."""
    for place, names, _ in os.walk(directory):
        if DIRECTORY in names and is_cache(Path(place, DIRECTORY)):
            yield Path(place, DIRECTORY)
        names[:] = [name for name in names if name not in (DIRECTORY, ".git", "node_modules")]


def is_cache(directory: Path) -> bool:
    """A directory that nanlint has made for its results."""
    try:
        return (directory / TAG).read_text(encoding="utf-8") == _SIGNATURE
    except (OSError, UnicodeDecodeError):
        return False


def _prune(directory: Path, version: str) -> None:
    """Once a day: removes entries that no run has used for long, whatever version wrote them."""
    now, stamp = time.time(), directory / _PRUNED
    if stamp.exists() and now - stamp.stat().st_mtime < _DAY:
        return
    stamp.touch()
    for entry in directory.glob("*/*"):
        with contextlib.suppress(FileNotFoundError):  # another run prunes, too
            if _ENTRY.fullmatch(entry.name) and now - entry.stat().st_mtime > _KEPT:
                entry.unlink()
    for home in directory.iterdir():
        if home.is_dir() and home.name != version:
            with contextlib.suppress(OSError):  # it is not empty
                home.rmdir()
