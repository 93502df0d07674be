"""The project that a path belongs to, and the files of which a run on a part of it sees too little."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from nanlint.cli.found import search
from nanlint.comments.directives import mentions_nanlint
from nanlint.configuration.resolver import Resolver
from nanlint.files.discover import SUFFIXES
from nanlint.program.project import Project

_SIGNS = (".git", ".nanlint.toml", "nanlint.toml", "pyproject.toml")
"""What the directory of a project holds."""


def of_project(path: str, resolver: Resolver) -> Iterator[str]:
    """The files of the project that a file is in, or of its directory if that is in none."""
    return _files(_directory(path), resolver)


def half_seen(paths: Sequence[str], files: Sequence[str], resolver: Resolver, known: Path | None) -> frozenset[str]:
    """The files of a run on `paths` in which it cannot tell whether a comment, or an entry of `known`, is needed.

    What that is for may be found only together with files of the project that the run leaves out.
    """
    directories = {_directory(path) for path in paths if not _is_whole(path)}
    if not directories:
        return frozenset()
    seen = set(map(_absolute, files))
    unseen = [one for home in sorted(directories) for one in _files(home, resolver) if _absolute(one) not in seen]
    asking = [file for file in files if known is not None or _is_commented(file)] if unseen else []
    return Project((*files, *unseen)).bound_to(unseen).intersection(asking) if asking else frozenset()


def _files(directory: Path, resolver: Resolver) -> Iterator[str]:
    """Those of a project, or beside each other in a directory, relative to where we are if they are below it."""
    here = Path.cwd()
    if _is_home(directory):
        found = [Path(one) for one in search([directory], resolver).files]
    else:
        found = [one for one in _listed(directory) if one.suffix in SUFFIXES]
    for file in sorted(found):
        yield str(file.relative_to(here) if file.is_relative_to(here) else file)


def _listed(directory: Path) -> list[Path]:
    with suppress(OSError):
        return list(directory.iterdir())
    return []


def _directory(path: str) -> Path:
    """That of the project that a path is in, or its own if it is in none."""
    own = _absolute(path).parent
    return next(filter(_is_home, (own, *own.parents)), own)


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`


def _is_home(directory: Path) -> bool:
    return any(os.path.exists(directory / sign) for sign in _SIGNS)  # noqa: PTH110 - Path.exists may be refused an answer


def _is_whole(path: str) -> bool:
    """A directory that is a project, or in none."""
    directory = _absolute(path)
    return os.path.isdir(directory) and (_is_home(directory) or not _is_home(_directory(path)))  # noqa: PTH112


def _is_commented(path: str) -> bool:
    with suppress(OSError):
        return mentions_nanlint(Path(path).read_text(encoding="utf-8", errors="replace"))
    return False
