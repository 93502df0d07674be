"""Points inside intervals, and the Values that stand for arrays of them."""

from __future__ import annotations

import itertools
import math
from typing import TypeAlias

import numpy as np
import torch

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import Interval, inf, interval
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op

Floats: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

TORCH_DTYPES = {
    Dtype.FLOAT16: torch.float16,
    Dtype.BFLOAT16: torch.bfloat16,
    Dtype.FLOAT32: torch.float32,
    Dtype.FLOAT64: torch.float64,
}
NUMPY_DTYPES = {Dtype.FLOAT16: np.float16, Dtype.FLOAT32: np.float32, Dtype.FLOAT64: np.float64}

_numbers = itertools.count(1)


def array(bounds: Interval, dtype: Dtype, known: bool = True) -> Value:
    """An array of which only the range is known."""
    return Value(Kind.TENSOR, Operation(Op.OPAQUE, number=next(_numbers)), bounds, dtype, known)


def scalar(x: float | str) -> Value:
    """A Python constant."""
    made_by = Operation(Op.CONSTANT, number=next(_numbers))
    if isinstance(x, str):
        return Value(Kind.STRING, made_by, payload=Constant(x))
    kind = Kind.BOOLEAN if isinstance(x, bool) else Kind.INTEGER if isinstance(x, int) else Kind.NUMBER
    return Value(kind, made_by, interval(float(x), float(x)), known=True, payload=Constant(x))


def landmarks(dtype: Dtype) -> list[float]:
    """Points where floating-point functions turn: zeros, limits, thresholds, both signs."""
    limits = LIMITS[dtype]
    normal = limits.smallest / limits.eps
    positive = [
        0.0, limits.smallest, 3 * limits.smallest, normal, 1e-30, 1e-20, 1e-8, 1e-4, limits.eps, 0.1, 0.5,
        1.0 - limits.eps, 1.0 - limits.eps / 2.0, 1.0, 1.0 + limits.eps, 1.4616, 1.5, math.pi / 2.0, 2.0, 3.0, math.pi,
        4.0, 5.0, 6.0, 8.0, 9.0, 9.01, 10.0, 11.0, 16.0, 16.6355, 17.0, 17.34, 20.0, 25.0, 50.0,
        limits.log_max - 1.0, limits.log_max, limits.log_max + 0.1, limits.log_max + 1.0, 103.0, 103.97, 104.0, 110.0,
        1000.0, math.sqrt(limits.max), 0.9 * limits.max, limits.max,
    ]  # fmt: skip
    return positive + [-x for x in positive]


def points(bounds: Interval, dtype: Dtype, rng: np.random.Generator, drawn: int = 400, root: float = 1.0) -> Floats:
    """Numbers of `dtype` inside `bounds`: the landmarks, the ends and their neighbours, uniform and log-uniform draws.

    None is above the `root`-th root of the largest number.
    """
    largest = LIMITS[dtype].max ** (1.0 / root)
    lo, hi = max(bounds.lo, -largest), min(bounds.hi, largest)
    uniform = rng.uniform(lo, hi, drawn) if lo <= hi < lo + LIMITS[dtype].max else rng.normal(0.0, 1e3, drawn)
    magnitudes = np.exp(rng.uniform(math.log(LIMITS[dtype].smallest), math.log(largest), drawn))
    magnitudes *= rng.choice([-1.0, 1.0], drawn)
    near = rng.normal(0.0, 30.0, drawn)
    ends = [math.nextafter(lo, hi), lo, hi, math.nextafter(hi, lo)]
    stored = stored_in(np.concatenate([landmarks(dtype), ends, uniform, magnitudes, near]), dtype)
    inside: Floats = stored[(stored >= lo) & (stored <= hi)]
    return inside


def stored_in(values: Floats, dtype: Dtype) -> Floats:
    """The nearest numbers of `dtype`."""
    rounded: Floats = torch.from_numpy(values).to(TORCH_DTYPES[dtype]).double().numpy()
    return rounded


INTERVALS = [
    Interval(-inf, inf),
    Interval(0.0, inf),
    Interval(-inf, 0.0),
    Interval(0.0, 1.0),
    Interval(-1.0, 1.0),
    Interval(-1.0, 0.0),
    Interval(1e-4, 1.0),
    Interval(1.0, inf),
    Interval(0.5, 100.0),
    Interval(-100.0, -1e-3),
    Interval(-20.0, 20.0),
    Interval(-2.0, 3.0),
    Interval(-10.0, -6.0),
    Interval(9.0, 17.5),
    Interval(80.0, 95.0),
    Interval(-110.0, -80.0),
    Interval(1.0, 1.0),
    Interval(0.0, 0.0),
    Interval(2.0, 3.0),
    Interval(1e5, inf),
]
FEW_INTERVALS = [
    Interval(-inf, inf),
    Interval(0.0, inf),
    Interval(0.0, 1.0),
    Interval(-1.0, 1.0),
    Interval(1e-4, 1.0),
    Interval(1.0, inf),
    Interval(-20.0, -0.5),
    Interval(0.5, 100.0),
    Interval(2.0, 2.0),
    Interval(0.0, 0.0),
]
