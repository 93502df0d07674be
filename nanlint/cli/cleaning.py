"""`nanlint clean`: removes the results that earlier runs have kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nanlint.showing import console

_UNABLE = 2


def clean(
    cache_dir: Annotated[
        str | None,
        typer.Option(metavar="DIR", envvar="NANLINT_CACHE_DIR", help="A cache that is kept in a place of its own."),
    ] = None,
) -> None:
    """Remove the caches in this directory and below it."""
    from nanlint.caching.cache_directory import caches_below

    directories = list(caches_below(Path()))
    if cache_dir is not None and Path(cache_dir) not in directories:
        directories.append(Path(cache_dir))
    removed = [_removed(directory) for directory in directories]
    if not all(removed):
        raise typer.Exit(_UNABLE)


def _removed(directory: Path) -> bool:
    """Removes a cache and tells; False if that fails."""
    from nanlint.caching.cache_directory import remove

    try:
        if remove(directory):
            console.tell(f"Removed {directory}")
    except OSError as error:
        console.tell(f"{error.filename or directory}: cannot be removed: {error.strerror or error}", "error")
        return False
    return True
