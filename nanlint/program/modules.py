"""Which file of a run an import means, by the paths of its files alone."""

from __future__ import annotations

import os
import sys
from functools import cache, cached_property
from itertools import takewhile
from pathlib import PurePath

NOTEBOOK = ".ipynb"
"""What the names of notebooks end with; they import, and nothing imports them."""

_Parts = tuple[str, ...]


class Modules:
    """The files of a run as modules and packages."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, importer: str, name: str) -> str | None:
        """The file (or directory of files) that `import name` means in the file `importer`, as Python would search.

        A relative name is looked up from the importer's directory; an absolute one in the directories from the
        importer's package upwards, then inside that package (for a script that is run there), then, if it has two
        parts or more, anywhere, if only one place has it. Frameworks and the standard library are no files of the
        run, even if a file has their name.
        """
        key = importer, name
        if key not in self._found:
            self._found[key] = self._search(importer, name)
        return self._found[key]

    def _search(self, importer: str, name: str) -> str | None:
        home = self.files.get(importer)
        if home is None:
            return None
        stem = name.lstrip(".")
        parts = tuple(stem.split(".")) if stem else ()
        if stem != name:
            up = len(name) - len(stem)
            return self._places.get((*home[: len(home) - up], *parts)) if up <= len(home) else None
        if not parts or parts[0] in _outside():
            return None
        for length in self._searched(home):
            if (*home[:length], parts[0]) in self._places:
                return self._places.get((*home[:length], *parts))
        places = self._endings.get(parts, []) if len(parts) > 1 else []
        return places[0] if len(places) == 1 else None

    def _searched(self, home: _Parts) -> list[int]:
        """How many parts of the importer's path the directories have that Python may search, the likeliest first."""
        top = len(home) - 1
        while top and self._places.get(home[:top]) in self.files:  # a package: its `__init__.py` is a file of the run
            top -= 1
        return [*range(top, -1, -1), *range(len(home) - 1, top, -1)]

    @cached_property
    def files(self) -> dict[str, _Parts]:
        """The parts of each file's absolute path, without `.py`."""
        return {path: _parts(path) for path in self.paths}

    @cached_property
    def _places(self) -> dict[_Parts, str]:
        """What stands under a path without `.py`: a package's `__init__.py`, a directory with files, or a file."""
        found: dict[_Parts, str] = {}
        for path, parts in sorted(self.files.items()):
            if parts[-1] == "__init__":
                found[parts[:-1]] = path
            elif not path.endswith(NOTEBOOK):
                found.setdefault(parts, path)
        for parts in self.files.values():
            for length in range(self._top, len(parts)):
                found.setdefault(parts[:length], str(PurePath(*parts[:length])))
        return found

    @cached_property
    def _top(self) -> int:
        """How many parts the paths of all files begin with: directories above their common one are not the run's."""
        pairs = zip(min(self.files.values()), max(self.files.values()), strict=False)
        return max(1, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)))

    @cached_property
    def _endings(self) -> dict[_Parts, list[str]]:
        """The files whose path ends in these parts."""
        found: dict[_Parts, list[str]] = {}
        for parts, path in self._places.items():
            for start in range(len(parts) - 1):
                if path in self.files:
                    found.setdefault(parts[start:], []).append(path)
        return found

    @cached_property
    def root(self) -> str:
        """The directory that holds all files."""
        return str(PurePath(*min(self.files.values())[: self._top])) if self.files else ""


def _parts(path: str) -> _Parts:
    """The parts of the absolute path, without `.py`."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.resolve asks the disk, and fails at a NUL
    return PurePath(absolute).with_suffix("").parts


@cache
def _outside() -> frozenset[str]:
    """The first words of what is never a file of the run."""
    from nanlint.frameworks.registry import roots  # 0.1 s, and plugins may add some

    return frozenset(sys.stdlib_module_names) | roots()
