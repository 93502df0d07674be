"""`--watch`: the run again whenever a file changes that it may depend on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nanlint.cli.found import refuse
from nanlint.cli.run import Run
from nanlint.cli.standard_input import NAME
from nanlint.files.discover import SKIPPED_DIRECTORIES, SUFFIXES
from nanlint.settings import SettingsError
from nanlint.showing import console

if TYPE_CHECKING:
    from watchfiles import Change

_SETTINGS = (".gitignore", ".nanlint.toml", "nanlint.toml", "pyproject.toml")
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
"""The screen, what was scrolled away, and back to the first line."""
_PATIENCE = 100  # milliseconds


def watch(run: Run, carry_out: Callable[[Run], int]) -> int:
    """Carries out the run, and again after changes, until it is interrupted: KeyboardInterrupt.

    Raises SettingsError for what cannot be watched.
    """
    refuse("--watch", run, "--interactive", "--write-baseline", "--add-ignores")
    if run.files.stdin_filename is not None or NAME in (run.files.paths or ()):
        raise SettingsError("standard input cannot be watched")
    paths = [Path(path) for path in run.files.paths or ["."]]
    if gone := [path for path in paths if not path.exists()]:
        raise SettingsError(f"{gone[0]}: does not exist, and cannot be watched")
    once = replace(run, files=replace(run.files, watch=False))
    for number, names in enumerate(_changes(paths)):
        if names or not number:
            _attempt(once, carry_out, f"{names} changed" if number else "Watching")
    raise KeyboardInterrupt


def _attempt(run: Run, carry_out: Callable[[Run], int], reason: str) -> None:
    """One run on a clear screen; what is wrong with the settings can be put right while nanlint watches."""
    if sys.stdout.isatty():
        console.write(_CLEAR)
    console.tell(f"[{time.strftime('%H:%M:%S')}] {reason}")
    try:
        carry_out(run)
    except SettingsError as error:
        console.tell(str(error), "error")


def _changes(paths: Sequence[Path]) -> Iterator[str]:
    """The names of files that have changed together; none as soon as changes are noticed, and whenever there are none.

    Raises SettingsError if watchfiles is missing.
    """
    try:
        from watchfiles import DefaultFilter, watch
    except ImportError:
        raise SettingsError("--watch needs watchfiles: pip install 'nanlint[watch]'") from None
    directories = {path.resolve() for path in paths if path.is_dir()}
    files = {path.resolve() for path in paths if not path.is_dir()}
    known = DefaultFilter(ignore_dirs=sorted(SKIPPED_DIRECTORIES))

    def matters(change: Change, name: str) -> bool:
        path = Path(name)
        if path in files or (path.name in _SETTINGS and known(change, name)):
            return True
        inside = any(path.is_relative_to(directory) for directory in directories)
        return inside and path.suffix in SUFFIXES and known(change, name)

    places = directories | {path.parent for path in files}
    found = watch(
        *places, watch_filter=matters, recursive=bool(directories), yield_on_timeout=True, rust_timeout=_PATIENCE
    )
    for changed in found:
        yield ", ".join(sorted({Path(name).name for _, name in changed}))
