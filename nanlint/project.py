"""The files of one run as the modules of a program: which file an import means, and its tree."""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import PurePath
from typing import TYPE_CHECKING

from nanlint.bindings import bindings, imports
from nanlint.documents import load
from nanlint.frameworks.registry import roots
from nanlint.screen import may_matter
from nanlint.source import Source, SourceError, from_text, read

if TYPE_CHECKING:
    import libcst as cst

MAX_TREES = 48  # trees that a process keeps: some 350 bytes per byte of source, hence 0.2 GB of average files

_Parts = tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """Files that are linted together. Picklable; what it reads and parses it keeps.

    paths: of the files; texts: what stands for the content of some of them on disk.
    """

    paths: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

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

    def names(self, path: str) -> frozenset[str]:
        """What the file's body binds, star imports from other files of the run included; empty for a directory."""
        if path not in self._names:
            self._names[path] = frozenset()  # what an import cycle gets to see
            if path in self._files:
                self._names[path] = frozenset(self._bound(path))
        return self._names[path]

    def _bound(self, path: str) -> Iterator[str]:
        try:
            bound = bindings(self.source(path).text)
        except (SourceError, SyntaxError, ValueError, RecursionError):  # linting the file itself reports it
            return
        for name in bound:
            star = name.removesuffix("*")
            if star == name:
                yield name
            elif (other := self.find(path, star)) is not None:
                yield from (name for name in self.names(other) if not name.startswith("_"))

    def document(self, importer: str, path: str) -> tuple[str, object] | None:
        """The configuration file that `importer` opens as `path`; a text that stands for no file has none."""
        if importer.startswith("<"):
            return None
        key = importer, path
        if key not in self._documents:
            self._documents[key] = load(importer, path, self._root)
        return self._documents[key]

    def matters(self, source: Source) -> bool:
        """False only if neither the file nor one that it imports (past `__init__.py`, which hands on) has a framework.

        Values of a framework may still come by a longer way; they come from files that are examined.
        """
        return may_matter(source.text) or any(map(self._has_framework, self._imported(source.path, source.text)))

    def _has_framework(self, path: str) -> bool:
        if path not in self._frameworks:
            self._frameworks[path] = False  # what an import cycle gets to see
            try:
                text = self.source(path).text
            except SourceError:
                return False
            onward = self._imported(path, text) if PurePath(path).name == "__init__.py" else ()
            self._frameworks[path] = may_matter(text) or any(map(self._has_framework, onward))
        return self._frameworks[path]

    def _imported(self, importer: str, text: str) -> Iterator[str]:
        """The files of the run that the text imports."""
        if len(self.paths) > 1:
            found = (self.find(importer, name) for name in imports(text))
            yield from (path for path in found if path in self._files)

    def source(self, path: str) -> Source:
        """The file's text. Raises SourceError."""
        return from_text(self.texts[path], path) if path in self.texts else read(path)

    def tree(self, path: str) -> cst.Module | None:
        """The file's tree; None for a directory and for what cannot be read or parsed."""
        if path not in self._files:
            return None
        try:
            return self.parsed(self.source(path))
        except SourceError:
            return None

    def parsed(self, source: Source) -> cst.Module:
        """The tree of a text that a file of the run has or gets. Raises SourceError."""
        from nanlint.parsing import parse

        text, tree = self._trees.pop(source.path, ("", None))
        if tree is None or text != source.text:
            text, tree = source.text, parse(source)
        self._trees[source.path] = text, tree
        if len(self._trees) > MAX_TREES:
            self._trees.popitem(last=False)
        return tree

    def _search(self, importer: str, name: str) -> str | None:
        home = self._files.get(importer)
        if home is None:
            return None
        stem = name.lstrip(".")
        parts = tuple(stem.split(".")) if stem else ()
        if stem != name:
            up = len(name) - len(stem)
            return self._modules.get((*home[: len(home) - up], *parts)) if up <= len(home) else None
        if not parts or parts[0] in _OUTSIDE:
            return None
        for length in self._searched(home):
            if (*home[:length], parts[0]) in self._modules:
                return self._modules.get((*home[:length], *parts))
        places = self._endings.get(parts, []) if len(parts) > 1 else []
        return places[0] if len(places) == 1 else None

    def _searched(self, home: _Parts) -> list[int]:
        """How many parts of the importer's path the directories have that Python may search, the likeliest first."""
        top = len(home) - 1
        while top and self._modules.get(home[:top]) in self._files:  # a package: its `__init__.py` is a file of the run
            top -= 1
        return [*range(top, -1, -1), *range(len(home) - 1, top, -1)]

    @cached_property
    def _files(self) -> dict[str, _Parts]:
        """The parts of each file's absolute path, without `.py`."""
        return {path: _parts(path) for path in self.paths}

    @cached_property
    def _modules(self) -> dict[_Parts, str]:
        """What stands under a path without `.py`: a package's `__init__.py`, a directory with files, or a file."""
        found: dict[_Parts, str] = {}
        for path, parts in sorted(self._files.items()):
            if parts[-1] == "__init__":
                found[parts[:-1]] = path
            else:
                found.setdefault(parts, path)
        for parts in self._files.values():
            for length in range(self._top, len(parts)):
                found.setdefault(parts[:length], str(PurePath(*parts[:length])))
        return found

    @cached_property
    def _top(self) -> int:
        """How many parts the paths of all files begin with: directories above their common one are not the run's."""
        pairs = zip(min(self._files.values()), max(self._files.values()), strict=False)
        return max(1, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)))

    @cached_property
    def _endings(self) -> dict[_Parts, list[str]]:
        """The files whose path ends in these parts."""
        found: dict[_Parts, list[str]] = {}
        for parts, path in self._modules.items():
            for start in range(len(parts) - 1):
                if path in self._files:
                    found.setdefault(parts[start:], []).append(path)
        return found

    @cached_property
    def _found(self) -> dict[tuple[str, str], str | None]:
        return {}

    @cached_property
    def _frameworks(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _root(self) -> str:
        """The directory that holds all files."""
        return str(PurePath(*min(self._files.values())[: self._top])) if self._files else ""

    @cached_property
    def _documents(self) -> dict[tuple[str, str], tuple[str, object] | None]:
        return {}

    @cached_property
    def _trees(self) -> OrderedDict[str, tuple[str, cst.Module]]:
        return OrderedDict()


def _parts(path: str) -> _Parts:
    """The parts of the absolute path, without `.py`."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.resolve asks the disk, and fails at a NUL
    return PurePath(absolute).with_suffix("").parts


_OUTSIDE = frozenset(sys.stdlib_module_names) | roots()
