"""From numbers to places on an axis, and the round numbers that are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A line or logarithmic scale from the numbers `low` to `high` to the places `first` to `last`."""

    low: float
    high: float
    first: float
    last: float
    log: bool = False

    def __call__(self, value: float) -> float:
        share = (self._measure(value) - self._measure(self.low)) / (self._measure(self.high) - self._measure(self.low))
        return self.first + share * (self.last - self.first)

    def ticks(self, number: int) -> list[float]:
        """Some `number` round numbers of the scale."""
        low, high = self._measure(self.low), self._measure(self.high)
        least = (high - low) / number
        step = _round_step(max(least, 1.0) if self.log else least)
        marks = [step * index for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        return [10.0**mark for mark in marks] if self.log else marks

    def label(self, tick: float) -> str:
        if self.log:
            return f"10{str(round(math.log10(tick))).translate(_SUPERSCRIPTS)}"
        return f"{0.0 if abs(tick) < 1e-12 else tick:g}".replace("-", "−").replace("e+0", "e").replace("e+", "e")

    def _measure(self, value: float) -> float:
        return math.log10(value) if self.log else value


def around(values: Iterable[float], first: float, last: float, *, log: bool) -> Scale:
    """A scale for finite values, by their size if it is logarithmic, with some room at its ends."""
    sizes = [abs(value) for value in values if value] if log else list(values)
    low, high = min(sizes, default=1.0), max(sizes, default=1.0)
    if log:
        low, high = 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high))
        return Scale(low / 10 if low == high else low, high, first, last, log=True)
    room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.5
    return Scale(low - room, high + room, first, last)


def across(points: Sequence[float], first: float, last: float, *, log: bool) -> Scale:
    """A scale that begins and ends with the points."""
    return Scale(points[0], points[-1], first, last, log=log)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    magnitude: float = 10.0 ** math.floor(math.log10(least))
    return next(step * magnitude for step in _STEPS if step * magnitude >= least * (1 - 1e-9))
