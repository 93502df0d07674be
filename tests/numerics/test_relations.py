"""What provenance says of two related operands holds for real arrays, and is not said of unrelated ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import (
    EVERYTHING,
    NON_NEGATIVE,
    NON_POSITIVE,
    SYMMETRIC_UNIT,
    UNIT,
    Interval,
    inf,
    point,
)
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import rounded
from tests.numerics.build import Builder

Make = Callable[[Builder, Value], Value]
Compute = Callable[[torch.Tensor], torch.Tensor]


def maximum(b: Builder, x: Value, **axis: float) -> Value:
    return b.do(Op.REDUCE_MAX, x, **axis)


def shifted(b: Builder, x: Value, **axis: float) -> Value:
    return b.do(Op.SUBTRACT, x, maximum(b, x, **axis))


def exponential(b: Builder, x: Value, **axis: float) -> Value:
    return b.do(Op.EXP, shifted(b, x, **axis))


def rows(x: torch.Tensor) -> torch.Tensor:
    return x.amax(1, keepdim=True)


def probability(b: Builder, x: Value) -> Value:
    return b.do(Op.SIGMOID, x)


def squares(b: Builder, p: Value) -> Value:
    return b.do(Op.ADD, b.do(Op.SQUARE, p), b.do(Op.POWER, b.do(Op.SUBTRACT, 1, p), 2))


def unit(b: Builder, x: Value) -> Value:
    return b.do(Op.NORMALIZE, x, ord=2, axis=1)


def normalised(b: Builder, x: Value, **axis: float) -> Value:
    return b.do(Op.DIVIDE, x, b.do(Op.NORM, x, **axis))


RELATED: dict[str, tuple[Make, Compute, Interval, bool]] = {
    "x - x": (lambda b, x: b.do(Op.SUBTRACT, x, x), lambda x: x - x, point(0.0), True),
    "x - max": (shifted, lambda x: x - x.max(), NON_POSITIVE, True),
    "x - max of rows": (lambda b, x: shifted(b, x, axis=1), lambda x: x - rows(x), NON_POSITIVE, True),
    "x - max of detached rows, reshaped": (
        lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.RESHAPE, maximum(b, b.do(Op.DETACH, x), axis=1), axis=1)),
        lambda x: x - x.detach().amax(1).unsqueeze(1),
        NON_POSITIVE,
        True,
    ),
    "x - max of rows, indexed": (
        lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.SELECT, maximum(b, x, axis=1), 0)),
        lambda x: x - x.amax(1)[:, None],
        NON_POSITIVE,
        True,
    ),
    "x - max of rows of a view": (
        lambda b, x: b.do(Op.SUBTRACT, x, maximum(b, b.do(Op.RESHAPE, x, size=-1), axis=1)),
        lambda x: x.view(10, -1, 2) - x.view(10, -1).amax(1)[:, None, None],
        NON_POSITIVE,
        True,
    ),
    "part of x - max": (
        lambda b, x: b.do(Op.SUBTRACT, b.do(Op.SELECT, x, 0), maximum(b, x)),
        lambda x: x[:, 0] - x.max(),
        NON_POSITIVE,
        False,
    ),
    "max - x": (lambda b, x: b.do(Op.SUBTRACT, maximum(b, x), x), lambda x: x.max() - x, NON_NEGATIVE, True),
    "x - min": (
        lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.REDUCE_MIN, x)),
        lambda x: x - x.min(),
        NON_NEGATIVE,
        True,
    ),
    "max - min": (
        lambda b, x: b.do(Op.SUBTRACT, maximum(b, x), b.do(Op.REDUCE_MIN, x)),
        lambda x: x.max() - x.min(),
        NON_NEGATIVE,
        False,
    ),
    "x - logsumexp": (
        lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.LOGSUMEXP, x, axis=1)),
        lambda x: x - x.logsumexp(1, keepdim=True),
        NON_POSITIVE,
        True,
    ),
    "x - floor(x)": (lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.FLOOR, x)), lambda x: x - x.floor(), UNIT, True),
    "exp(x - max)": (exponential, lambda x: (x - x.max()).exp(), UNIT, True),
    "sum of exp(x - max)": (
        lambda b, x: b.do(Op.SUM, exponential(b, x)),
        lambda x: (x - x.max()).exp().sum(),
        Interval(1.0, inf),
        True,
    ),
    "sum of rows of exp(x - max of rows)": (
        lambda b, x: b.do(Op.SUM, exponential(b, x, axis=1), axis=1),
        lambda x: (x - rows(x)).exp().sum(1),
        Interval(1.0, inf),
        True,
    ),
    "sum of softmax": (
        lambda b, x: b.do(Op.SUM, b.do(Op.SOFTMAX, x, axis=1), axis=1),
        lambda x: x.softmax(1).sum(1),
        Interval(0.9985, 1.002),
        True,
    ),
    "x * x": (lambda b, x: b.do(Op.MULTIPLY, x, b.do(Op.COPY, x)), lambda x: x * x.clone(), NON_NEGATIVE, False),
    "p^2 + (1 - p)^2": (
        lambda b, x: squares(b, probability(b, x)),
        lambda x: x.sigmoid() ** 2 + (1 - x.sigmoid()) ** 2,
        Interval(0.5, 1.0),
        True,
    ),
    "x / norm": (normalised, lambda x: x / x.norm(), SYMMETRIC_UNIT, False),
    "x / (norm + eps)": (
        lambda b, x: b.do(Op.DIVIDE, x, b.do(Op.ADD, b.do(Op.NORM, x, axis=1), 1e-8)),
        lambda x: x / (x.norm(dim=1, keepdim=True) + 1e-8),
        SYMMETRIC_UNIT,
        False,
    ),
    "x / norm clamped": (
        lambda b, x: b.do(Op.DIVIDE, x, b.do(Op.CLAMP, b.do(Op.NORM, x), min=1e-8)),
        lambda x: x / x.norm().clamp(min=1e-8),
        SYMMETRIC_UNIT,
        False,
    ),
    "dot product over norms": (
        lambda b, x: b.do(
            Op.DIVIDE,
            b.do(Op.SUM, b.do(Op.MULTIPLY, x, probability(b, x)), axis=1),
            b.do(Op.MULTIPLY, b.do(Op.NORM, x, axis=1), b.do(Op.NORM, probability(b, x), axis=1)),
        ),
        lambda x: (x * x.sigmoid()).sum(1) / (x.norm(dim=1) * x.sigmoid().norm(dim=1)),
        SYMMETRIC_UNIT,
        False,
    ),
    "dot product of unit vectors": (
        lambda b, x: b.do(Op.SUM, b.do(Op.MULTIPLY, unit(b, x), unit(b, probability(b, x))), axis=1),
        lambda x: (functional.normalize(x, dim=1) * functional.normalize(x.sigmoid(), dim=1)).sum(1),
        Interval(-1.02, 1.02),
        False,
    ),
    "unit rows times their transpose": (
        lambda b, x: b.do(Op.MATMUL, unit(b, x), b.do(Op.RESHAPE, unit(b, x))),
        lambda x: functional.normalize(x, dim=1) @ functional.normalize(x, dim=1).t(),
        Interval(-1.02, 1.02),
        False,
    ),
    "distance of unit vectors": (
        lambda b, x: b.do(Op.PAIRWISE_DISTANCE, unit(b, x), unit(b, probability(b, x)), ord=2),
        lambda x: torch.cdist(functional.normalize(x, dim=1), functional.normalize(x.sigmoid(), dim=1)),
        Interval(0.0, 2.04),
        False,
    ),
    "|x| / sum": (
        lambda b, x: b.do(Op.DIVIDE, b.do(Op.ABSOLUTE, x), b.do(Op.SUM, b.do(Op.ABSOLUTE, x), axis=1)),
        lambda x: x.abs() / x.abs().sum(1, keepdim=True),
        UNIT,
        False,
    ),
    "|x| / max": (
        lambda b, x: b.do(Op.DIVIDE, b.do(Op.ABSOLUTE, x), maximum(b, b.do(Op.ABSOLUTE, x))),
        lambda x: x.abs() / x.abs().max(),
        UNIT,
        False,
    ),
    "exp(x) over its sum": (
        lambda b, x: b.do(Op.DIVIDE, exponential(b, x), b.do(Op.SUM, exponential(b, x))),
        lambda x: (x - x.max()).exp() / (x - x.max()).exp().sum(),
        UNIT,
        True,
    ),
}


@pytest.mark.parametrize("name", RELATED)
def test_related_operands_bound_the_result(name: str) -> None:
    make, compute, bounds, known = RELATED[name]
    b = Builder()
    result = make(b, b.array())
    assert (result.range, result.known) == (rounded(bounds, Dtype.FLOAT32), known)
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1.0, 30.0, 1e4):
        values = compute(torch.from_numpy(rng.normal(0.0, scale, (20, 8))).float())
        assert (values >= bounds.lo - 3e-7).all(), scale
        assert (values <= bounds.hi + 3e-7).all(), scale


def test_largest_share_of_a_softmax_is_above_zero() -> None:
    b = Builder()
    share = maximum(b, b.do(Op.SOFTMAX, b.array(), axis=1), axis=1)
    assert share.range.lo > 0.0
    assert not b.do(Op.LOG, share).may_nan


UNRELATED: dict[str, Make] = {
    "max of another": lambda b, x: b.do(Op.SUBTRACT, x, maximum(b, b.array())),
    "mean": lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.MEAN, x)),
    "transposed": lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.RESHAPE, x)),
    "unit rows, not transposed": lambda b, x: b.do(Op.MATMUL, unit(b, x), unit(b, x)),
    "unit along another axis": lambda b, x: b.do(Op.SUM, b.do(Op.MULTIPLY, unit(b, x), unit(b, b.array())), axis=0),
    "rolled": lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.RESHAPE, x, shifts=1)),
    "all pairs": lambda b, x: b.do(Op.SUBTRACT, b.do(Op.RESHAPE, x, axis=0), b.do(Op.RESHAPE, x, axis=1)),
    "max of rows of the transposed": lambda b, x: b.do(Op.SUBTRACT, x, maximum(b, b.do(Op.RESHAPE, x), axis=1)),
    "truncated": lambda b, x: b.do(Op.SUBTRACT, x, b.do(Op.RESHAPE, b.do(Op.ROUND, x))),
    "product with the transposed": lambda b, x: b.do(Op.MULTIPLY, x, b.do(Op.RESHAPE, x)),
    "norm of another": lambda b, x: b.do(Op.DIVIDE, x, b.do(Op.NORM, b.array())),
    "norm minus epsilon": lambda b, x: b.do(Op.DIVIDE, x, b.do(Op.SUBTRACT, b.do(Op.NORM, x), 1e-3)),
    "signed shares": lambda b, x: b.do(Op.DIVIDE, x, b.do(Op.SUM, x)),
}


@pytest.mark.parametrize("name", UNRELATED)
def test_of_unrelated_operands_nothing_is_said(name: str) -> None:
    b = Builder()
    result = UNRELATED[name](b, b.array())
    assert (result.range, result.known) == (EVERYTHING, False)


def test_sum_of_rows_shifted_by_the_maximum_of_all_may_underflow() -> None:
    b = Builder()
    x = b.array()
    assert b.do(Op.SUM, exponential(b, x), axis=1).range == NON_NEGATIVE
    assert (torch.tensor([[0.0, 1.0], [-200.0, -201.0]]) - 1.0).exp().sum(1)[1] == 0.0


def test_sum_of_softmax_along_another_axis_is_not_one() -> None:
    b = Builder()
    assert b.do(Op.SUM, b.do(Op.SOFTMAX, b.array(), axis=1), axis=0).range == NON_NEGATIVE


def test_values_that_vary_together_do_not_reach_the_ends_of_their_difference() -> None:
    b = Builder()
    p = probability(b, b.array())
    q = probability(b, b.array())
    assert not b.do(Op.SUBTRACT, p, b.do(Op.SQUARE, p)).known
    assert not b.do(Op.ADD, p, b.do(Op.SUBTRACT, 1, p)).known
    assert b.do(Op.SUBTRACT, p, q).known
    assert b.do(Op.MULTIPLY, p, b.do(Op.SUBTRACT, 1, p)).known


def test_two_outputs_of_learned_maps_of_one_input_are_independent() -> None:
    b = Builder()
    x = b.array()
    p, q = (probability(b, b.do(Op.LINEAR, x, b.array())) for _ in range(2))
    assert b.do(Op.SUBTRACT, p, q).known


def test_zero_times_a_logarithm_that_reaches_infinity_may_be_nan() -> None:
    b = Builder()
    p = b.do(Op.SOFTMAX, b.array(), axis=1)
    target = b.do(Op.GREATER, b.array(), 0)
    assert b.do(Op.MULTIPLY, target, b.do(Op.LOG, p)).may_nan
    assert not b.do(Op.MULTIPLY, target, b.do(Op.LOG_SOFTMAX, b.array(), axis=1)).may_nan
    assert torch.isnan(torch.tensor(0.0) * torch.tensor(0.0).log())


def test_infinities_meet_only_where_there_are_some() -> None:
    b = Builder()
    relu = b.do(Op.RELU, b.array())
    assert not b.do(Op.SUBTRACT, relu, b.do(Op.RELU, b.array())).may_nan
    assert not b.do(Op.MULTIPLY, relu, b.do(Op.RELU, b.array())).may_nan
    masked = b.do(Op.MULTIPLY, b.do(Op.SUBTRACT, 1, b.do(Op.GREATER, b.array(), 0)), -inf)
    assert masked.may_nan
    assert torch.isnan((1 - torch.tensor(1.0)) * -inf)
