"""A Number computes what PyTorch computes: values and gradients of every plot, rounding as NumPy rounds."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nanlint.plots import PLOTS
from nanlint.plots.number import Dtype, Number
from nanlint.plots.plot import Form, Plot, Shows, values

TORCH = {Dtype.float16: torch.float16, Dtype.float32: torch.float32}
NUMPY = {Dtype.float16: np.float16, Dtype.float32: np.float32}
OFTEN_ROUNDED = {Dtype.float16: 2e-2, Dtype.float32: 2e-5}
"""Relative: functions that a framework does not round correctly, in a dozen operations."""


def in_torch(plot: Plot, form: Form, dtype: Dtype) -> torch.Tensor:
    """The values of a form, computed by PyTorch from the same expression."""
    if plot.shows is Shows.STEPS:
        steps = [torch.tensor([plot.start], dtype=TORCH[dtype])]
        for _ in plot.x.points[1:]:
            steps.append(applied(form, steps[-1]))
        return torch.cat(steps)
    x = torch.tensor(plot.x.points, dtype=torch.float64).to(TORCH[dtype])
    if plot.shows is Shows.VALUE:
        return applied(form, x)
    x.requires_grad_()
    applied(form, x).sum().backward()
    assert x.grad is not None
    return x.grad


def applied(form: Form, x: torch.Tensor) -> torch.Tensor:
    return cast("torch.Tensor", form.function(cast("Number", x)))


@pytest.mark.parametrize("dtype", Dtype, ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("code", PLOTS)
def test_what_is_drawn_is_what_pytorch_computes(code: str, dtype: Dtype) -> None:
    plot = PLOTS[code]
    for form in (plot.naive, plot.stable):
        ours = torch.tensor(values(plot, form, dtype), dtype=torch.float64)
        theirs = in_torch(plot, form, dtype).double()
        same = torch.isclose(ours, theirs, rtol=OFTEN_ROUNDED[dtype], atol=1e-6, equal_nan=True)
        different = [
            (x, o, t) for x, o, t, s in zip(plot.x.points, ours.tolist(), theirs.tolist(), same, strict=True) if not s
        ]
        assert different == [], form.code


@given(st.floats(allow_nan=False))
def test_rounding_is_that_of_numpy(value: float) -> None:
    with np.errstate(over="ignore"):
        assert [dtype(value) for dtype in Dtype] == [float(NUMPY[dtype](value)) for dtype in Dtype]


@pytest.mark.parametrize("dtype", Dtype, ids=lambda dtype: dtype.name)
@given(st.floats(width=16), st.floats(width=16))
def test_arithmetic_is_that_of_numpy_to_the_last_bit(dtype: Dtype, one: float, other: float) -> None:
    a, b = Number(one, dtype), Number(other, dtype)
    x, y = NUMPY[dtype](one), NUMPY[dtype](other)
    with np.errstate(all="ignore"):
        ours = [(a + b).value, (a - b).value, (a * b).value, (a / b).value, a.sqrt().value]
        theirs = [float(number) for number in (x + y, x - y, x * y, x / y, np.sqrt(x))]
    assert ours == pytest.approx(theirs, rel=0, abs=0, nan_ok=True)
