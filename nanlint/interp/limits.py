"""`finfo`: the limits of a dtype as Values."""

from __future__ import annotations

from dataclasses import replace

from nanlint.domain.dtypes import LIMITS, Dtype, Limits
from nanlint.domain.interval import Interval
from nanlint.domain.value import Kind, Value
from nanlint.interp.machine import Machine


def limit(machine: Machine, dtype: Dtype, name: str) -> Value:
    """`finfo(dtype).eps` and its like; of an unknown dtype, what it is in some dtype that computes as float32 does.

    float64's smallest numbers are 0 in float32, which an array of unknown dtype is taken to be.
    """
    likely = [each for each in LIMITS if each is not Dtype.FLOAT64]
    found = [_limit(LIMITS[each], name) for each in ([dtype] if dtype.floating else likely)]
    numbers = [x for x in found if x is not None]
    if not numbers:
        return machine.unknown(kind=Kind.NUMBER)
    if len(numbers) == 1:
        return machine.constant(numbers[0])
    return replace(machine.unknown(kind=Kind.NUMBER), range=Interval(min(numbers), max(numbers)), dtype=Dtype.FLOAT64)


def _limit(limits: Limits, name: str) -> float | None:
    known = {"eps": limits.eps, "max": limits.max, "min": -limits.max, "resolution": limits.eps}
    if name in ("tiny", "smallest_normal"):
        return limits.smallest / limits.eps
    return known.get(name)
