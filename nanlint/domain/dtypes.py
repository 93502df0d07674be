"""Element types: their limits, how they round, how two of them meet."""

from __future__ import annotations

import enum
import math
import struct
from dataclasses import dataclass


class Dtype(enum.Enum):
    """What an array's elements are stored in; UNKNOWN is a value, not an absence."""

    __hash__ = object.__hash__  # as in Op

    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    UNKNOWN = "unknown"

    def __init__(self, word: str) -> None:
        self.floating = "float" in word
        self.integer = word in ("integer", "boolean")
        """Its elements are whole numbers; booleans count."""
        self.half = word.endswith("float16")


@dataclass(frozen=True, slots=True)
class Limits:
    """IEEE 754 facts of a dtype.

    `max` the largest finite number, `smallest` the smallest subnormal above 0, `eps` the gap above 1
    (half of it is lost in `1 + eps / 2`), `log_max` the largest number of the dtype with a finite exponential.
    """

    max: float
    smallest: float
    eps: float
    log_max: float


LIMITS = {
    Dtype.FLOAT16: Limits(65504.0, 2.0**-24, 2.0**-10, 11.0859375),
    Dtype.BFLOAT16: Limits(3.3895313892515355e38, 2.0**-133, 2.0**-7, 88.5),
    Dtype.FLOAT32: Limits(3.4028234663852886e38, 2.0**-149, 2.0**-23, 88.72283172607422),
    Dtype.FLOAT64: Limits(1.7976931348623157e308, 2.0**-1074, 2.0**-52, 709.782712893384),
}


def round_to(x: float, dtype: Dtype) -> float:
    """`x` rounded to nearest-even in `dtype`; too large becomes infinite, too small becomes 0."""
    if dtype is Dtype.FLOAT64 or not dtype.floating or x != x or math.isinf(x):
        return x
    if dtype is Dtype.BFLOAT16:
        return _round_bfloat16(x)
    code = "e" if dtype is Dtype.FLOAT16 else "f"
    try:
        (rounded,) = struct.unpack(code, struct.pack(code, x))
    except OverflowError:
        return math.copysign(math.inf, x)
    return float(rounded)


def _round_bfloat16(x: float) -> float:
    """float32 with the low 16 bits rounded away."""
    x = round_to(x, Dtype.FLOAT32)
    if math.isinf(x):
        return x
    (bits,) = struct.unpack("I", struct.pack("f", x))
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    (rounded,) = struct.unpack("f", struct.pack("I", bits))
    return float(rounded)


_RANK = {Dtype.BOOLEAN: 0, Dtype.INTEGER: 1, Dtype.FLOAT16: 2, Dtype.BFLOAT16: 2, Dtype.FLOAT32: 3, Dtype.FLOAT64: 4}


def promote(a: Dtype, b: Dtype) -> Dtype:
    """The dtype of an operation on two arrays; float16 with bfloat16 is float32."""
    if a is b:
        return a
    if Dtype.UNKNOWN in (a, b):
        return Dtype.UNKNOWN
    if a.half and b.half:
        return Dtype.FLOAT32
    return a if _RANK[a] >= _RANK[b] else b


def join(a: Dtype, b: Dtype) -> Dtype:
    """The dtype of a value that is one or the other."""
    return a if a is b else Dtype.UNKNOWN
