"""Expressions that several plots are made of; each runs on a Number and on a tensor alike."""

from __future__ import annotations

from nanlint.plots.number import Number


def is_half(x: Number) -> bool:
    return "16" in str(x.dtype)


def epsilon(x: Number) -> float:
    """What a fix adds: 1e-8, which float16 rounds to 0, so there 1e-4."""
    return 1e-4 if is_half(x) else 1e-8


def lowest(x: Number) -> float:
    """The lowest finite number."""
    return -65504.0 if is_half(x) else -3.4028234663852886e38


def softmax(x: Number, other: Number | float = 0.0) -> Number:
    """The share of x in softmax([x, other]), the largest subtracted."""
    top = largest(x, other)
    return (x - top).exp() / ((x - top).exp() + (other - top).exp())


def logsumexp(x: Number, other: Number | float = 0.0) -> Number:
    top = largest(x, other)
    return ((x - top).exp() + (other - top).exp()).log() + top


def largest(x: Number, other: Number | float) -> Number:
    return x.where(x > other, other)


def logsigmoid(x: Number) -> Number:
    return x.clamp(max=0.0) - (-x.abs()).exp().log1p()


def softplus(x: Number) -> Number:
    return x.clamp(min=0.0) + (-x.abs()).exp().log1p()
