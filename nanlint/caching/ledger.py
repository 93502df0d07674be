"""What the examination of one file asked of the run it is part of, so that its result can be trusted again later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

_Answer = TypeVar("_Answer")

UNREADABLE = ""
"""The digest of a file that could not be read."""


@dataclass(frozen=True, slots=True)
class Uses:
    """All questions with their answers; the result stands as long as they are answered alike.

    found: importer, name of an import, the file that it means; contents: path and digest of each file that was read;
    documents: importer, path as written, digest of the configuration file; answers: question and path of a file, what
    the files say that use it.
    """

    found: tuple[tuple[str, str, str | None], ...] = ()
    contents: tuple[tuple[str, str], ...] = ()
    documents: tuple[tuple[str, str, str | None], ...] = ()
    answers: tuple[tuple[str, str, bool | None], ...] = ()


@dataclass(slots=True)
class Ledger:
    """Questions and answers as they come."""

    found: dict[tuple[str, str], str | None] = field(default_factory=dict)
    contents: set[tuple[str, str]] = field(default_factory=set)
    documents: dict[tuple[str, str], str | None] = field(default_factory=dict)
    answers: dict[tuple[str, str], bool | None] = field(default_factory=dict)

    def take(self, other: Ledger) -> None:
        """Adds what was asked for an answer that is remembered."""
        self.found.update(other.found)
        self.contents |= other.contents
        self.documents.update(other.documents)
        self.answers.update(other.answers)

    def closed(self) -> Uses:
        contents = tuple(sorted(self.contents))
        return Uses(_rows(self.found), contents, _rows(self.documents), _rows(self.answers))


def _rows(answers: Mapping[tuple[str, str], _Answer]) -> tuple[tuple[str, str, _Answer], ...]:
    return tuple((importer, name, answer) for (importer, name), answer in sorted(answers.items()))
