"""Globs of settings: patterns as in `.gitignore`, each relative to the directory of the file that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class Pattern:
    """A pattern and the directory that it is relative to; one without a slash means a name at any depth."""

    text: str
    base: Path

    def matches(self, path: Path, root: Path) -> bool:
        """Whether the pattern means the path, which is absolute, or a directory that it is in.

        A pattern that was taken over from a file elsewhere is about the tree below `root` if it is a mere name.
        """
        base = self.base if "/" in self.text.rstrip("/") or path.is_relative_to(self.base) else root
        if not path.is_relative_to(base) or path == base:
            return False
        return self._spec.match_file(path.relative_to(base).as_posix())

    @property
    def names(self) -> bool:
        """The pattern is a mere name."""
        return not set(self.text) & set("*?[]!/\\")

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec  # 30 ms that a run without a pattern need not spend

        return GitIgnoreSpec.from_lines([self.text])


@dataclass(frozen=True)
class Patterns:
    """Patterns of which each counts."""

    patterns: tuple[Pattern, ...]
    root: Path

    def match(self, path: Path) -> bool:
        """Whether one of them means the path itself (or, with a wildcard, a directory that it is in)."""
        return path.name in self._names or any(pattern.matches(path, self.root) for pattern in self._others)

    def match_within(self, path: Path) -> bool:
        """Whether one of them means the path or a directory below `root` that it is in."""
        above = path.relative_to(self.root).parts if path.is_relative_to(self.root) else (path.name,)
        return not self._names.isdisjoint(above) or any(pattern.matches(path, self.root) for pattern in self._others)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(pattern.text for pattern in self.patterns if pattern.names)

    @cached_property
    def _others(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if not pattern.names)
