"""Closed intervals over the extended reals, the range of every element of an array."""

from __future__ import annotations

import math
from collections.abc import Callable

from nanlint.domain.records import equal_record

inf = math.inf
LEAST = 2.0**-149  # float32's smallest number; ends up to it are written as an open 0
SMALLEST = math.ulp(0.0)  # 4.9e-324: what "greater than 0" means in a closed interval


@equal_record
class Interval:
    """All values from `lo` to `hi`, both reached; `nonzero` takes the point 0 out.

    An open end is closed at the next float: `x > 0` is `[4.9e-324, inf]`. `lo > hi` is the empty interval.
    """

    lo: float = -inf
    hi: float = inf
    nonzero: bool = False

    @property
    def empty(self) -> bool:
        return self.lo > self.hi

    @property
    def bounded(self) -> bool:
        """Both ends are finite."""
        return self.lo > -inf and self.hi < inf

    @property
    def point(self) -> float | None:
        """The only value, or None."""
        return self.lo if self.lo == self.hi else None

    def contains(self, x: float) -> bool:
        return self.lo <= x <= self.hi and not (self.nonzero and x == 0.0)

    def inside(self, lo: float, hi: float) -> bool:
        """Every value lies in [lo, hi]."""
        return lo <= self.lo and self.hi <= hi

    def overlaps(self, lo: float, hi: float) -> bool:
        """Some value lies in [lo, hi]."""
        if lo == hi == 0.0 and self.nonzero:
            return False
        return self.lo <= hi and lo <= self.hi

    def join(self, other: Interval) -> Interval:
        """The smallest interval that holds both (interval hull)."""
        if self.empty:
            return other
        if other.empty:
            return self
        nonzero = not self.contains(0.0) and not other.contains(0.0)
        return interval(min(self.lo, other.lo), max(self.hi, other.hi), nonzero)

    def meet(self, other: Interval) -> Interval:
        """What both hold; empty when they are disjoint."""
        return interval(max(self.lo, other.lo), min(self.hi, other.hi), self.nonzero or other.nonzero)

    def integers(self) -> Interval:
        """The smallest interval that holds the integers in this one."""
        lo = math.ceil(self.lo) if math.isfinite(self.lo) else self.lo
        hi = math.floor(self.hi) if math.isfinite(self.hi) else self.hi
        return interval(float(lo), float(hi), self.nonzero)

    def widen(self, newer: Interval) -> Interval:
        """Classic widening: an end that moved goes to the nearest of 0 and infinity beyond it."""
        lo = self.lo if newer.lo >= self.lo else (0.0 if newer.lo >= 0.0 else -inf)
        hi = self.hi if newer.hi <= self.hi else (0.0 if newer.hi <= 0.0 else inf)
        return interval(lo, hi, not self.contains(0.0) and not newer.contains(0.0))

    def map(self, function: Callable[[float], float]) -> Interval:
        """The image under a non-decreasing function that takes infinities."""
        return self if self.empty else interval(function(self.lo), function(self.hi))

    def map_down(self, function: Callable[[float], float]) -> Interval:
        """The image under a non-increasing function that takes infinities."""
        return self if self.empty else interval(function(self.hi), function(self.lo))

    def __str__(self) -> str:
        if self.empty:
            return "nothing"
        if self.point is not None:
            return number(self.lo)
        left = "(0" if 0.0 < self.lo <= LEAST else ("(-inf" if self.lo == -inf else "[" + number(self.lo))
        right = "0)" if -LEAST <= self.hi < 0.0 else ("inf)" if self.hi == inf else number(self.hi) + "]")
        hole = " except 0" if self.nonzero and self.lo < 0.0 < self.hi else ""
        return f"{left}, {right}{hole}"


def interval(lo: float, hi: float, nonzero: bool = False) -> Interval:
    """An interval in normal form: NaN ends become infinite, a hole at an end moves the end."""
    if lo != lo:
        lo = -inf
    if hi != hi:
        hi = inf
    if nonzero and lo == 0.0:
        lo = SMALLEST
    if nonzero and hi == 0.0:
        hi = -SMALLEST
    return Interval(lo, hi, nonzero and lo < 0.0 < hi)


def point(x: float) -> Interval:
    """The interval that holds only `x`."""
    return interval(x, x)


def number(x: float) -> str:
    """`x` as a person writes it: `1`, `1e-08`, `88.72`."""
    if x == int(x) if math.isfinite(x) and abs(x) < 1e15 else False:
        return str(int(x))
    return f"{x:.4g}"


EVERYTHING = Interval()
NON_NEGATIVE = Interval(0.0, inf)
NON_POSITIVE = Interval(-inf, 0.0)
POSITIVE = Interval(SMALLEST, inf)
NEGATIVE = Interval(-inf, -SMALLEST)
NONZERO = Interval(-inf, inf, nonzero=True)
UNIT = Interval(0.0, 1.0)
SYMMETRIC_UNIT = Interval(-1.0, 1.0)
NOTHING = Interval(inf, -inf)
