"""Rounding, limits and promotion against PyTorch's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nanlint.domain.dtypes import LIMITS, Dtype, join, promote, round_to
from tests.numerics.sampling import TORCH_DTYPES, landmarks

ALL = list(LIMITS)
ALL_ARRAYS = {**TORCH_DTYPES, Dtype.INTEGER: torch.int64, Dtype.BOOLEAN: torch.bool}

every_float = pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.value)


def torch_rounds(x: float, dtype: Dtype) -> float:
    return float(torch.tensor(x, dtype=torch.float64).to(TORCH_DTYPES[dtype]))


@every_float
def test_rounding_is_that_of_a_cast(dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    limits = LIMITS[dtype]
    near_limits = [limits.max, limits.smallest, 1.0, 2.0]
    drawn = [
        *(x for other in ALL for x in landmarks(other)),
        *(x * factor for x in near_limits for factor in (0.4999, 0.5, 0.5001, 1.0001, 1.5, 1 + limits.eps / 2)),
        *rng.normal(0.0, 1.0, 3000),
        *np.exp(rng.uniform(-700.0, 700.0, 3000)),
        limits.max * (1.0 + limits.eps / 4.0) if dtype is not Dtype.FLOAT64 else math.inf,
        math.inf,
        -math.inf,
    ]
    for x in map(float, drawn):
        assert round_to(x, dtype) == torch_rounds(x, dtype), x
    assert math.isnan(round_to(math.nan, dtype))


@every_float
def test_limits_are_those_of_torch(dtype: Dtype) -> None:
    info, limits = torch.finfo(TORCH_DTYPES[dtype]), LIMITS[dtype]
    assert (limits.max, limits.eps) == (info.max, info.eps)
    assert limits.smallest == info.smallest_normal * info.eps
    assert torch_rounds(limits.smallest, dtype) == limits.smallest
    assert torch_rounds(limits.smallest / 2.0, dtype) == 0.0


@every_float
@pytest.mark.parametrize("count", [1, 64], ids=["one element", "a vector"])
def test_exponential_overflows_just_above_its_limit(dtype: Dtype, count: int) -> None:
    largest = torch.full((count,), LIMITS[dtype].log_max, dtype=TORCH_DTYPES[dtype])
    above = (largest.double() * (1.0 + 0.75 * LIMITS[dtype].eps)).to(largest.dtype)
    assert torch.isfinite(largest.exp()).all()
    assert (above > largest).all()
    assert torch.isinf(above.exp()).all()


@pytest.mark.parametrize("b", ALL_ARRAYS, ids=lambda dtype: dtype.value)
@pytest.mark.parametrize("a", ALL_ARRAYS, ids=lambda dtype: dtype.value)
def test_promotion_is_that_of_torch(a: Dtype, b: Dtype) -> None:
    expected = torch.promote_types(ALL_ARRAYS[a], ALL_ARRAYS[b])
    assert ALL_ARRAYS[promote(a, b)] is expected


def test_what_is_not_known_stays_so() -> None:
    assert promote(Dtype.UNKNOWN, Dtype.FLOAT32) is Dtype.UNKNOWN
    assert join(Dtype.FLOAT16, Dtype.FLOAT32) is Dtype.UNKNOWN
    assert join(Dtype.FLOAT16, Dtype.FLOAT16) is Dtype.FLOAT16
    assert round_to(0.3, Dtype.INTEGER) == 0.3


def test_kinds_of_dtypes() -> None:
    assert {dtype for dtype in Dtype if dtype.floating} == set(LIMITS)
    assert {dtype for dtype in Dtype if dtype.integer} == {Dtype.INTEGER, Dtype.BOOLEAN}
    assert {dtype for dtype in Dtype if dtype.half} == {Dtype.FLOAT16, Dtype.BFLOAT16}
