"""What helps a run along and changes nothing about its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nanlint.running.stopwatch import Stopwatch

if TYPE_CHECKING:
    from nanlint.caching.cache import Cache


def _unheard(done: int, total: int) -> None:
    """Nobody wants to know how far the work is."""


@dataclass(frozen=True, slots=True)
class Aids:
    """cache: results of earlier runs; progress: told how many files of how many are done; stopwatch: of all stages."""

    cache: Cache | None = None
    progress: Callable[[int, int], None] = _unheard
    stopwatch: Stopwatch = field(default_factory=Stopwatch)


NO_AIDS = Aids()


class Steps:
    """Counts what is done of a run, and tells."""

    def __init__(self, aids: Aids, total: int, done: int = 0) -> None:
        self._tell, self._total, self._done = aids.progress, total, done
        self._tell(done, total)

    def step(self) -> None:
        """One file more."""
        self._done += 1
        self._tell(self._done, self._total)
