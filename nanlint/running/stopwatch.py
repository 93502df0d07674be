"""Where the time of a run goes: seconds by stage, each without the stages inside it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stopwatch:
    """Picklable; one that is not `running` measures nothing and costs next to nothing."""

    running: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    _stages: list[str] = field(default_factory=list)
    _since: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the time spent inside for the stage of that name."""
        if not self.running:
            yield
            return
        self._charge()
        self._stages.append(name)
        try:
            yield
        finally:
            self._charge()
            self._stages.pop()

    def add(self, seconds: Mapping[str, float]) -> None:
        """Adds what another process has measured."""
        for name, spent in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def taken(self) -> dict[str, float]:
        """What was measured since the last call."""
        seconds, self.seconds = self.seconds, {}
        return seconds

    def _charge(self) -> None:
        """The time since the last change goes to the innermost stage."""
        now = time.perf_counter()
        if self._stages:
            self.add({self._stages[-1]: now - self._since})
        self._since = now
