"""Which files a run lints: those it is told by name, and the Python files in directories that nothing excludes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nanlint.files.gitignore import Rules, enclosing_rules, rules_within
from nanlint.findings import Problem

SUFFIXES = (".py", ".ipynb")
"""How the names of files end that are linted without being named."""

_VERSION_CONTROL = frozenset({".bzr", ".git", ".hg", ".svn"})
_CACHES = frozenset(
    {".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".nanlint_cache", ".pytest_cache", ".pytype", ".ruff_cache"}
    | {"__pycache__"}
)
_ENVIRONMENTS = frozenset(
    {
        ".direnv",
        ".nox",
        ".pants.d",
        ".pyenv",
        ".tox",
        ".venv",
        "__pypackages__",
        "node_modules",
        "site-packages",
        "venv",
    }
)
_PRODUCTS = frozenset({".eggs", "_build", "buck-out", "build", "dist"})

SKIPPED_DIRECTORIES = _VERSION_CONTROL | _CACHES | _ENVIRONMENTS | _PRODUCTS
"""Names of directories that hold no code of the project. A virtual environment of another name is told by its
`pyvenv.cfg`, since `env` is a common package where agents are trained."""

_REASONS = {errno.ELOOP: "is a symbolic link that leads to itself", errno.ENOENT: "does not exist"}


class Excluding(Protocol):
    """Knows what settings exclude."""

    def excludes(self, path: Path, *, within: bool = False) -> bool:
        """Whether a file or directory is left out; `within`: or a directory that it is in."""


class _Skipping:
    """Excludes what is excluded where nobody has said anything."""

    def excludes(self, path: Path, *, within: bool = False) -> bool:
        return not SKIPPED_DIRECTORIES.isdisjoint(path.parts if within else (path.name,))


@dataclass(frozen=True, slots=True)
class Discovered:
    """The files to lint, sorted and each once, and what could not be looked into."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Iterable[str | Path],
    settings: Excluding = _Skipping(),  # noqa: B008 - it has no state
    *,
    force_exclude: bool = False,
    respect_gitignore: bool = True,
) -> Discovered:
    """Finds the files of a run.

    A file named here is taken whatever its name and whatever ignores it, unless with `force_exclude` the settings
    exclude it. Directories are searched for `*.py` and `*.ipynb`, except what Git ignores and what the settings
    exclude. Symbolic links are followed, after everything that is really there. Raises what `settings` raises.
    """
    search = _Search(settings, respect_gitignore)
    for path in map(Path, paths):
        if not (force_exclude and settings.excludes(path, within=True)):
            search.start(path)
    search.run()
    return Discovered(tuple(sorted(search.files.values())), tuple(sorted(set(search.problems), key=str)))


@dataclass(frozen=True, slots=True)
class _Directory:
    """path: as shown to the user; real: without symbolic links; rules: of Git, for what is in it; named by the user."""

    path: Path
    real: Path
    rules: Rules
    named: bool = False


class _Search:
    def __init__(self, settings: Excluding, respect_gitignore: bool) -> None:
        self.settings = settings
        self.respect_gitignore = respect_gitignore
        self.files: dict[Path, Path] = {}
        self.problems: list[Problem] = []
        self.directories: list[_Directory] = []
        self.links: list[_Directory] = []
        self.searched: set[Path] = set()

    def start(self, path: Path) -> None:
        """Takes a path of the user's."""
        try:
            mode = path.stat().st_mode
        except OSError as error:
            self.fail(path, error)
            return
        real = path.resolve()
        if stat.S_ISDIR(mode):
            self.directories.append(_Directory(path, real, self.rules_around(real), named=True))
        else:
            self.files.setdefault(real, path)

    def run(self) -> None:
        """Searches the directories that were taken; links last, so that a file is called by its real place."""
        while self.directories or self.links:
            if self.directories:
                self.search(self.directories.pop())
            else:
                self.links.sort(key=lambda link: link.path, reverse=True)
                self.follow(self.links.pop())

    def search(self, directory: _Directory) -> None:
        if directory.real in self.searched:
            return
        self.searched.add(directory.real)
        try:
            with os.scandir(directory.path) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as error:
            self.fail(directory.path, error)
            return
        if "pyvenv.cfg" in entries and not directory.named:
            return
        rules = self.rules_in(directory)
        for entry in entries.values():
            self.visit(entry, directory, rules)

    def visit(self, entry: os.DirEntry[str], directory: _Directory, rules: Rules) -> None:
        real = directory.real / entry.name
        item = _Directory(directory.path / entry.name, real, rules)
        if entry.is_symlink():
            self.links.append(item)
        elif (folder := entry.is_dir()) or (entry.name.endswith(SUFFIXES) and entry.is_file()):
            if self.settings.excludes(item.path) or rules.ignores(real, folder=folder):
                return
            if folder:
                self.directories.append(item)
            else:
                self.files.setdefault(real, item.path)

    def follow(self, link: _Directory) -> None:
        """Looks behind a symbolic link; one that leads back to a directory that it is in would never end."""
        if self.settings.excludes(link.path) or link.rules.ignores(link.real, folder=True):
            return
        try:
            mode = link.path.stat().st_mode
        except OSError as error:
            # Emacs marks a file being edited by a dangling link `.#name`.
            if error.errno == errno.ELOOP or (link.path.suffix in SUFFIXES and not link.path.name.startswith(".#")):
                self.fail(link.path, error)
            return
        target = link.path.resolve()
        if stat.S_ISDIR(mode):
            if link.real.is_relative_to(target):
                self.problems.append(Problem(str(link.path), f"is a symbolic link that leads back to {target}: a loop"))
            else:
                self.directories.append(_Directory(link.path, target, self.rules_around(target)))
        elif link.path.suffix in SUFFIXES and stat.S_ISREG(mode):
            self.files.setdefault(target, link.path)

    def rules_in(self, directory: _Directory) -> Rules:
        """Git's rules for what is in a directory; without those of an ignore file that cannot be read."""
        if not self.respect_gitignore:
            return Rules()
        try:
            return rules_within(directory.real, directory.rules)
        except OSError as error:
            self.fail(directory.path, error)
            return directory.rules

    def rules_around(self, directory: Path) -> Rules:
        """Git's rules for a directory where a search begins."""
        if not self.respect_gitignore:
            return Rules()
        try:
            return enclosing_rules(directory)
        except OSError as error:
            self.fail(directory, error)
            return Rules()

    def fail(self, path: Path, error: OSError) -> None:
        """Tells why a path, or the ignore file that the error names, cannot be looked at."""
        at = path if error.filename is None else Path(error.filename)
        self.problems.append(Problem(str(at), _REASONS.get(error.errno or 0) or f"cannot be read: {error.strerror}"))
