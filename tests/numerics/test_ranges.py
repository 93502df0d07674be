"""The claimed ranges hold what PyTorch and NumPy compute: thousands of random and extreme points for each operation."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.ops import evaluate
from nanlint.ops.model import Outcome
from tests.numerics.operations import ALONG_ROWS, BINARY, UNARY, Case
from tests.numerics.sampling import (
    FEW_INTERVALS,
    INTERVALS,
    NUMPY_DTYPES,
    array,
    as_numpy,
    as_torch,
    points,
    scalar,
)


def claimed(case: Case, operands: tuple[Value, ...], dtype: Dtype) -> Outcome:
    options = {name: scalar(value) for name, value in case.options.items()}
    second = (options.pop("y"),) if "y" in options else ()
    return evaluate(case.op, operands + second, options, dtype)


def computed(case: Case, inputs: list[np.ndarray], dtype: Dtype) -> Iterator[tuple[str, np.ndarray]]:
    """What each framework gives, as float64. The first elements once more alone, where vectorised kernels do not run."""
    if case.positive_zero:
        inputs = [np.where(x == 0.0, 0.0, x) for x in inputs]
    yield "torch", case.torch(*(as_torch(x, dtype) for x in inputs)).to(torch.float64).numpy()
    yield "torch, scalar kernel", case.torch(*(as_torch(x[:5], dtype) for x in inputs)).to(torch.float64).numpy()
    if case.numpy is not None and dtype in NUMPY_DTYPES:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield "numpy", np.asarray(case.numpy(*(as_numpy(x, dtype) for x in inputs)), dtype=np.float64)


def escaped(results: np.ndarray, outcome: Outcome, dtype: Dtype, slack: float) -> np.ndarray:
    """Which results the outcome does not allow."""
    limits = LIMITS[dtype]
    bounds = outcome.range
    below = bounds.lo - slack * max(limits.eps * abs(bounds.lo), limits.smallest) if bounds.bounded or math.isfinite(bounds.lo) else bounds.lo
    above = bounds.hi + slack * max(limits.eps * abs(bounds.hi), limits.smallest) if math.isfinite(bounds.hi) else bounds.hi
    missing = np.isnan(results)
    out = (results < below) | (results > above)
    if outcome.range.lo > 0.0:
        out |= results <= 0.0
    if outcome.range.hi < 0.0:
        out |= results >= 0.0
    return np.where(missing, not outcome.may_nan, out)


def check(case: Case, ranges: tuple[Interval, ...], inputs: list[np.ndarray], dtype: Dtype) -> list[str]:
    outcome = claimed(case, tuple(array(bounds, dtype) for bounds in ranges), dtype)
    told = []
    for framework, results in computed(case, inputs, dtype):
        bad = escaped(results, outcome, dtype, case.slack)
        if bad.any():
            where = np.flatnonzero(bad.ravel())[:3]
            shown = [(*(float(x.ravel()[i]) if x.size == results.size else "?" for x in inputs), float(results.ravel()[i])) for i in where]
            told.append(f"{framework}: {[str(r) for r in ranges]} gives {shown}, not in {outcome.range!r} nan={outcome.may_nan}")
    return told


def by_dtype(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    pairs = [pytest.param(case, dtype, id=f"{case.id} {dtype.value}") for case in cases for dtype in case.dtypes]
    return pytest.mark.parametrize(("case", "dtype"), pairs)


@by_dtype(UNARY)
def test_function_of_one_operand_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    told = []
    for bounds in INTERVALS:
        told += check(case, (bounds,), [points(bounds, dtype, rng, root=case.root)], dtype)
    assert not told, "\n".join(told)


@by_dtype(BINARY)
def test_function_of_two_operands_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    told = []
    for x_bounds, y_bounds in itertools.product(FEW_INTERVALS, repeat=2):
        x, y = points(x_bounds, dtype, rng, 100, case.root), points(y_bounds, dtype, rng, 100)
        pairs = np.array(np.meshgrid(rng.permutation(x)[:60], rng.permutation(y)[:60])).reshape(2, -1)
        told += check(case, (x_bounds, y_bounds), [pairs[0], pairs[1]], dtype)
    assert not told, "\n".join(told)


@by_dtype(ALONG_ROWS)
def test_reduction_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    told = []
    for bounds, length in itertools.product(INTERVALS, (2, 3, 70)):
        drawn = points(bounds, dtype, rng, root=case.root)
        if not drawn.size:  # float16 has no number above 1e5
            continue
        told += check(case, (bounds,), [rng.choice(drawn, (200, length))], dtype)
    assert not told, "\n".join(told)
