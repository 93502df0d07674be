"""Results kept between runs: an examination is used again while everything that it depended on is as it was.

An entry belongs to a path, settings and this very nanlint. It holds the digests of all files that were read for it,
the file itself among them, which file each import meant, and the configuration files that the code opens. Entries are
JSON with a checksum; what is damaged, or not ours, counts as absent.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from nanlint import __version__, plugins
from nanlint.caching.cache_directory import ForeignDirectoryError, prepare, use, write
from nanlint.caching.codec import plain, restored
from nanlint.caching.ledger import UNREADABLE, Uses
from nanlint.findings import Problem
from nanlint.program.project import Project, digest
from nanlint.program.verdicts import Examined
from nanlint.running.work import Examination
from nanlint.settings import PerPath, Settings, of_path
from nanlint.text.source import SourceError

_LIBRARIES = ("libcst", "yaml")
_PRUNED = "pruned"
_HOME = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is written.

    place: the working directory and the files of the run, under which `uses` were found true; judged: the settings of
    the other files that may have got findings; parsed: there is a source to report on.
    """

    key: str
    place: str
    uses: Uses
    judged: tuple[tuple[str, str], ...]
    examined: Examined
    problems: tuple[Problem, ...]
    skipped: bool
    parsed: bool


@dataclass(slots=True)
class Cache:
    """The results under a directory, for one run. `trouble` says why nothing can be kept; linting goes on without."""

    directory: Path
    trouble: str = ""
    hits: int = 0
    _digests: dict[str, str] = field(default_factory=dict)
    _ready: bool = False

    def find(self, path: str, settings: PerPath, project: Project) -> Examination | None:
        """The kept examination of a file of the project, if all that it depended on is as it was."""
        file = self._file(path, settings)
        try:
            entry = _decoded(file.read_bytes())
            if entry is None or entry.key != _key(path, settings) or not self._stands(entry, settings, project):
                return None
            source = project.source(path)
            use(file)
        except (OSError, SourceError):
            return None
        if (path, digest(source)) not in entry.uses.contents:  # it has changed since a moment ago
            return None
        self.hits += 1
        kept = source if entry.parsed else None
        return Examination(path, kept, entry.examined, entry.problems, entry.skipped, entry.uses)

    def keep(self, examination: Examination, settings: PerPath, project: Project) -> None:
        """Writes what examining a file of the project gave, at once and whole; the last of several writers stays."""
        path, uses = examination.path, examination.uses
        if self.trouble or uses is None or not _complete(path, uses):
            return
        judged = tuple((other, _settings(other, settings)) for other in sorted(examination.examined.looked_into))
        entry = _Entry(
            _key(path, settings),
            project.place,
            uses,
            judged,
            examination.examined,
            examination.problems,
            examination.skipped,
            examination.source is not None,
        )
        try:
            if not self._ready:
                prepare(self.directory, __version__)
                self._ready = True
            write(self._file(path, settings), _encoded(entry))
        except ForeignDirectoryError as error:
            self.trouble = str(error)
        except OSError as error:
            self.trouble = f"{self.directory}: cannot keep results here: {error.strerror or error}"

    def _file(self, path: str, settings: PerPath) -> Path:
        return self.directory / __version__ / f"{_hash(*_identity(path, settings))}.json"

    def _stands(self, entry: _Entry, settings: PerPath, project: Project) -> bool:
        """Every question that the examination asked is answered as it was then."""
        known = entry.judged
        uses = replace(entry.uses, found=()) if entry.place == project.place else entry.uses
        return all(_settings(path, settings) == each for path, each in known) and stands(uses, project, self._digests)


def stands(uses: Uses, project: Project, digests: dict[str, str] | None = None) -> bool:
    """Every question is answered as it was then. digests: those of files that were asked for, by path."""
    digests = {} if digests is None else digests
    return (
        all(_digest(path, project, digests) == known for path, known in uses.contents)
        and all(project.find(importer, name) == known for importer, name, known in uses.found)
        and all(project.document_digest(importer, name) == known for importer, name, known in uses.documents)
        and all(project.answer(question, path) is known for question, path, known in uses.answers)
    )


def _digest(path: str, project: Project, digests: dict[str, str]) -> str:
    if path not in digests:
        try:
            digests[path] = digest(project.source(path))
        except SourceError:
            digests[path] = UNREADABLE
    return digests[path]


@functools.cache
def fingerprint() -> str:
    """Of this nanlint and what it runs on: the texts of its modules and of plugins, Python, the parsing libraries."""
    found = hashlib.sha256(f"{sys.implementation.cache_tag} {sys.version}".encode())
    for place in (_HOME, *(place for plugin in plugins.found() for place in _places(plugin.package))):
        found.update(str(place).encode())
        for module in sorted(place.rglob("*.py")):
            found.update(module.relative_to(place).as_posix().encode())
            found.update(hashlib.sha256(module.read_bytes()).digest())
    for library in _LIBRARIES:
        for place in _places(library):
            found.update(f"{place} {place.stat().st_mtime_ns}".encode())
    return found.hexdigest()


def _places(package: str) -> list[Path]:
    """The directories of an installed package."""
    try:
        found = find_spec(package)
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in (found.submodule_search_locations if found else None) or ()]


def _key(path: str, settings: PerPath) -> str:
    """Of all that is known of a file before it is read."""
    return _hash(fingerprint(), *_identity(path, settings))


def _identity(path: str, settings: PerPath) -> tuple[str, ...]:
    """Whose result it is: that of a later nanlint takes the same place."""
    return path, os.path.abspath(path), _settings(path, settings)  # noqa: PTH100 - as in nanlint.program.modules


def _settings(path: str, settings: PerPath) -> str:
    """What a file's settings are; empty for a file that is not part of the run."""
    known = isinstance(settings, Settings) or path in settings
    return _text(of_path(settings, path)) if known else ""


@functools.cache
def _text(settings: Settings) -> str:
    return _hash(repr(settings))


def _complete(path: str, uses: Uses) -> bool:
    """The file was read, and found the same by all who read it."""
    digests = {known for name, known in uses.contents if name == path}
    return len(digests) == 1 and UNREADABLE not in digests


def _encoded(entry: _Entry) -> bytes:
    body = json.dumps(plain(entry), separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _decoded(content: bytes) -> _Entry | None:
    """The entry; None for what is damaged or was written by something else."""
    checksum, _, body = content.partition(b"\n")
    if checksum != hashlib.sha256(body).hexdigest().encode():
        return None
    try:
        return restored(_Entry, json.loads(body))
    except (ValueError, RecursionError):
        return None


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode(errors="surrogatepass")).hexdigest()
