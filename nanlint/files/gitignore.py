"""What Git ignores: `.gitignore` of every level, `.git/info/exclude`, up to the root of the repository."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class _IgnoreFile:
    """Patterns of one file, relative to `base`.

    Directories are matched without a slash by `folders`, where the patterns have lost their trailing slash, files by
    `files`, without the patterns for directories. pathspec lets a pattern match all that is below a match, so that
    `!*/` would bring back every file, and `folder/**` would hide `folder/` with what `!folder/keep.py` keeps.
    """

    base: Path
    files: GitIgnoreSpec
    folders: GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Rules:
    """Ignore files that apply in a directory, the outermost first."""

    ignore_files: tuple[_IgnoreFile, ...] = ()

    def ignores(self, path: Path, *, folder: bool) -> bool:
        """The innermost file with a pattern for the path decides; no directory above the path is ignored itself."""
        for ignore_file in reversed(self.ignore_files):
            spec = ignore_file.folders if folder else ignore_file.files
            verdict = spec.check_file(path.relative_to(ignore_file.base).as_posix()).include
            if verdict is not None:
                return verdict
        return False


def rules_within(directory: Path, outer: Rules) -> Rules:
    """The rules for what is in a directory. A repository starts afresh. Raises OSError if it cannot read a file."""
    repository = directory / ".git"
    if repository.exists():
        outer = _extended(Rules(), _git_directory(repository) / "info" / "exclude", directory)
    return _extended(outer, directory / ".gitignore", directory)


def enclosing_rules(directory: Path) -> Rules:
    """The rules that the repository around a directory has for it.

    Somebody who names an ignored directory wants it: what ignores the directory itself does not count.
    """
    root = next((above for above in (directory, *directory.parents) if (above / ".git").exists()), directory)
    rules = Rules()
    inner = root
    for name in directory.relative_to(root).parts:
        rules = rules_within(inner, rules)
        inner /= name
        if rules.ignores(inner, folder=True):
            rules = Rules()
    return rules


def _git_directory(repository: Path) -> Path:
    """Where `.git` has its data: in worktrees and submodules it is a file that says where."""
    if repository.is_dir():
        return repository
    directory = repository.parent / os.fsdecode(repository.read_bytes()).removeprefix("gitdir:").strip()
    shared = directory / "commondir"
    return directory / shared.read_text().strip() if shared.exists() else directory


def _extended(rules: Rules, path: Path, base: Path) -> Rules:
    """The rules and those of one more ignore file, if there is one."""
    if not path.is_file():
        return rules
    lines = path.read_text("utf-8-sig", errors="surrogateescape").splitlines()
    files = _spec(line for line in lines if not line.rstrip().endswith("/"))
    folders = _spec(line.rstrip().removesuffix("/") for line in lines)
    return Rules((*rules.ignore_files, _IgnoreFile(base, files, folders)))


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of the lines; like Git, it passes over a line that is no pattern (`!` alone)."""
    from pathspec import GitIgnoreSpec  # 30 ms that a run without an ignore file need not spend

    specs: list[GitIgnoreSpec] = []
    for line in lines:
        with contextlib.suppress(ValueError):
            specs.append(GitIgnoreSpec.from_lines([line]))
    return GitIgnoreSpec([pattern for spec in specs for pattern in spec.patterns])
