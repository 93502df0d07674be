"""What the tables say of gradients at 0, measured: 0 where the framework takes it to be 0, NaN where it does not."""

from __future__ import annotations

import pytest
import torch

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import smooth_at_zero

CASES = {
    Op.NORM: ["x.norm()", "torch.linalg.vector_norm(x, dim=0)", "torch.linalg.matrix_norm(x.view(2, 2))"],
    Op.STD: ["x.std()", "torch.std(x, dim=0, correction=0)"],
    Op.PAIRWISE_DISTANCE: [
        "torch.dist(x, torch.zeros(4))",
        "torch.cdist(x.view(2, 2), x.view(2, 2))",
        "torch.pdist(x.view(2, 2))",
        "torch.nn.functional.pairwise_distance(x, torch.zeros(4), eps=0.0)",
    ],
    Op.ATAN2: ["torch.atan2(x, x)", "torch.atan2(x, 1e-30 * x)"],
    Op.HYPOT: ["torch.hypot(x, x)"],
    Op.SQRT: ["(x**2).sum().sqrt()", "x.var().sqrt()"],
}


def gradient_at_zero(text: str) -> torch.Tensor:
    x = torch.zeros(4, requires_grad=True)
    eval(text, {"torch": torch, "x": x}).sum().backward()
    assert x.grad is not None
    return x.grad


@pytest.mark.parametrize(("op", "text"), [(op, text) for op, texts in CASES.items() for text in texts], ids=str)
def test_gradient_at_zero_is_as_the_table_says(op: Op, text: str) -> None:
    gradient = gradient_at_zero(text)
    if smooth_at_zero(op, "torch"):
        assert (gradient == 0).all()
    else:
        assert gradient.isnan().any()


def test_the_norm_is_smooth_once_only() -> None:
    x = torch.zeros(4, requires_grad=True)
    (slope,) = torch.autograd.grad(x.norm(), x, create_graph=True)
    slope.sum().backward()
    assert x.grad is not None and x.grad.isnan().all()


def test_numpy_has_no_gradient_to_lose() -> None:
    assert smooth_at_zero(Op.SQRT, "numpy")
    assert not smooth_at_zero(Op.NORM, "a framework of which nothing is known")
