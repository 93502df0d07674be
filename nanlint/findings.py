"""What a lint reports: findings with their evidence, and fixes as text edits."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.IntEnum):
    """How sure and how grave; a run fails on findings at or above its fail level (warning)."""

    STRICT = 0
    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Applicability(enum.Enum):
    """What may apply a fix: `--fix` (safe), `--unsafe-fixes` (unsafe), nobody (suggestion)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file: 1-based lines, 1-based columns in code points; the end is exclusive.

    In a notebook, lines are counted within a cell; `cell` is the number of that cell, from 1.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts places of one file."""
        return self.cell or 0, self.line, self.column


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces `text[start:end]` (offsets in code points of the decoded source)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way from the producer of a value to the operation that it breaks."""

    place: Place
    text: str
    range: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One hazard.

    statement: first and last line of the statement, for suppression comments; scope: the qualified name of the class or
    function around it, "" for the module.
    """

    place: Place
    code: str
    rule: str
    level: Level
    message: str
    remedy: str
    evidence: tuple[Step, ...]
    fix: Fix | None
    statement: tuple[int, int]
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be linted: what, where, what to do."""

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f":cell {self.cell}"
        where = "" if self.line is None else f":{self.line}" + ("" if self.column is None else f":{self.column}")
        return f"{self.path}{cell}{where}: {self.message}"


class Bug(Problem):
    """A failure of nanlint's own: the next run may do better."""

    __slots__ = ()
