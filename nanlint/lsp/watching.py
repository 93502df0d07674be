"""Watches files for a client that does not: settings around what is open, and the files that its findings rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pygls.uris import from_fs_path

from nanlint.lsp.checks import Checks
from nanlint.lsp.configuration import FILES
from nanlint.lsp.session import Session

INTERVAL = 1.0  # seconds; a look is at some dozen files


async def watch(session: Session, checks: Checks) -> None:
    """Tells the checks of files that were written, came or went; for ever."""
    before = stamps(_watched(session, checks))
    while True:
        await asyncio.sleep(INTERVAL)
        now = stamps(_watched(session, checks))
        changed = [path for path in before.keys() & now.keys() if before[path] != now[path]]
        moved = any(path.endswith(FILES) or None in (before[path], now[path]) for path in changed)
        before = now
        if changed:
            checks.files_changed([from_fs_path(path) or path for path in changed], moved)


def _watched(session: Session, checks: Checks) -> Iterator[str]:
    for unit in session.units():
        if unit.path.startswith("<"):
            continue
        for directory in Path(unit.path).parents:
            yield from (str(directory / name) for name in FILES)
    for state in checks.states.values():
        yield from state.used


def stamps(paths: Iterable[str]) -> Mapping[str, object]:
    """What tells a file from what it was: None for one that is not there."""
    return {path: stamp(path) for path in set(paths)}


def stamp(path: str) -> object:
    """Changes when the file is written; None for one that is not there."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
