"""What a job is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A file (or a text that is none) to analyse. root: the directory whose files make one program with it."""

    path: str
    root: str | None = None
