"""What no axis can show: infinities, NaN, and zero on a logarithmic one, each in a lane of its own."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Sequence
from itertools import groupby


class Lane(enum.Enum):
    """A lane by what is written beside it, from top to bottom; the axis itself lies below the first."""

    INFINITE = "∞"
    ZERO = "0"
    BELOW = "−∞"
    NAN = "NaN"


def lane(value: float, *, log: bool) -> Lane | None:
    """Where the value stands, None for on the axis. A logarithmic axis shows sizes, so -inf stands with inf."""
    if math.isnan(value):
        return Lane.NAN
    if math.isinf(value):
        return Lane.INFINITE if log or value > 0 else Lane.BELOW
    return Lane.ZERO if log and value == 0 else None


def runs(values: Sequence[float], *, log: bool) -> Iterator[tuple[Lane | None, int, int]]:
    """Stretches of values in one lane: the lane, the first index and the last."""
    start = 0
    for found, group in groupby(values, lambda value: lane(value, log=log)):
        length = len(list(group))
        yield found, start, start + length - 1
        start += length


def is_finite(found: Lane | None) -> bool:
    return found in (None, Lane.ZERO)
