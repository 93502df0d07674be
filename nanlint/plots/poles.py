"""Plots of operations at their poles."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from nanlint.plots.forms import epsilon, is_half, lowest
from nanlint.plots.number import Number
from nanlint.plots.plot import Form, Plot, Shows, count, linear, powers

_TO_ZERO = powers("x", -50, 0)
_TO_ZERO_SQUARED = powers("x", -30, 0)


def _norm(x: Number) -> Number:
    """The norm of one element; its gradient at 0 is 0, as that of `torch.linalg.vector_norm`."""
    square = x * x
    return square.where(square > 0, 1.0).sqrt().where(square > 0, 0.0)


def _solved(distance: Number, jitter: float) -> Number:
    """An entry of the inverse of [[1, c], [c, 1]] with `jitter` added to its diagonal; c is 1 less the distance."""
    diagonal = 0 * distance + (1 + jitter)
    return diagonal / (diagonal * diagonal - (1 - distance) ** 2)


def _largest_share(visible: Number, masked: float) -> Number:
    """The largest entry of a softmax over four scores: 0 where visible, `masked` elsewhere."""
    top = (0 * visible).where(visible > 0, masked)
    shown = (0 - top).exp().where(visible > 0, 0.0)
    shares = visible * shown + (4 - visible) * (masked - top).exp()
    return (top - top).exp() / shares


def _naive_spread(x: Number) -> Number:
    square = ((x - 1) ** 2 + x**2 + (x + 1) ** 2) / 3
    return (square - _mean(x) ** 2).sqrt()


def _spread(x: Number) -> Number:
    mean = _mean(x)
    return (((x - 1 - mean) ** 2 + (x - mean) ** 2 + (x + 1 - mean) ** 2) / 3).sqrt()


def _mean(x: Number) -> Number:
    return ((x - 1) + x + (x + 1)) / 3


def _edge(x: Number) -> float:
    return 1e-3 if is_half(x) else 1e-6


PLOTS: Mapping[str, Plot] = {
    "NAN101": Plot(
        _TO_ZERO,
        "value",
        Form("log(x)", lambda x: x.log()),
        Form("log(clamp(x, min=eps))", lambda x: x.clamp(min=epsilon(x)).log()),
    ),
    "NAN102": Plot(
        _TO_ZERO,
        "gradient",
        Form("sqrt(x)", lambda x: x.sqrt()),
        Form("sqrt(clamp(x, min=eps))", lambda x: x.clamp(min=epsilon(x)).sqrt()),
        Shows.GRADIENT,
        log=True,
    ),
    "NAN103": Plot(
        linear("gate", -1, 1),
        "value",
        Form("1 / relu(gate)", lambda x: 1 / x.clamp(min=0.0)),
        Form("1 / (relu(gate) + eps)", lambda x: 1 / (x.clamp(min=0.0) + epsilon(x))),
        log=True,
    ),
    "NAN104": Plot(
        _TO_ZERO,
        "gradient",
        Form("x ** 0.3", lambda x: x**0.3),
        Form("clamp(x, min=eps) ** 0.3", lambda x: x.clamp(min=epsilon(x)) ** 0.3),
        Shows.GRADIENT,
        log=True,
    ),
    "NAN105": Plot(
        linear("log-variance", -20, 220),
        "value",
        Form("exp(0.5 * x)", lambda x: (0.5 * x).exp()),
        Form(
            "exp(clamp(0.5 * x, max=20))",
            lambda x: (0.5 * x).clamp(max=10.0 if is_half(x) else 20.0).exp(),
        ),
        log=True,
    ),
    "NAN106": Plot(
        powers("1 - x", -12, 0),
        "gradient",
        Form("acos(x)", lambda x: (1 - x).acos()),
        Form("acos(clamp(x, max=1 - 1e-6))", lambda x: (1 - x).clamp(max=1 - _edge(x)).acos()),
        Shows.GRADIENT,
        log=True,
    ),
    "NAN107": Plot(
        _TO_ZERO_SQUARED,
        "gradient",
        Form("sqrt(sum(x ** 2))", lambda x: (x * x).sqrt()),
        Form("norm(x)", _norm),
        Shows.GRADIENT,
    ),
    "NAN108": Plot(
        linear("p", -1, 1),
        "gradient",
        Form("where(p > 0, p * log(p), 0)", lambda x: (x * x.log()).where(x > 0, 0.0)),
        Form(
            "where(p > 0, p * log(where(p > 0, p, 1)), 0)",
            lambda x: (x * x.where(x > 0, 1.0).log()).where(x > 0, 0.0),
        ),
        Shows.GRADIENT,
    ),
    "NAN109": Plot(
        count("number of elements (1, 2, 3, ...)", 1, 8),
        "standard deviation",
        Form("std(x)", lambda n: ((n * n * n - n) / 12 / (n - 1)).sqrt()),
        Form("std(x, correction=0)", lambda n: ((n * n * n - n) / 12 / n).sqrt()),
    ),
    "NAN110": Plot(
        count("number of elements that the mask keeps", 0, 6),
        "mean of ones",
        Form("x[mask].mean()", lambda n: n / n),
        Form("x[mask].sum() / max(n, 1)", lambda n: n / n.clamp(min=1.0)),
    ),
    "NAN111": Plot(
        count("visible entries of four", 0, 4),
        "largest probability",
        Form("softmax(masked_fill(scores, -inf))", lambda n: _largest_share(n, -inf)),
        Form("softmax(masked_fill(scores, finfo.min))", lambda n: _largest_share(n, lowest(n))),
    ),
    "NAN112": Plot(
        _TO_ZERO_SQUARED,
        "value",
        Form("x / norm(x)", lambda x: x / (x * x).sqrt()),
        Form("normalize(x)", lambda x: x / (x * x).sqrt().clamp(min=epsilon(x))),
    ),
    "NAN113": Plot(
        powers("1 - correlation of two columns", -16, 0),
        "entry of the solution",
        Form("solve(A, b)", lambda x: _solved(x, 0.0)),
        Form("solve(A + jitter * eye, b)", lambda x: _solved(x, 1e-2 if is_half(x) else 1e-6)),
        log=True,
    ),
    "NAN114": Plot(
        _TO_ZERO,
        "value",
        Form("lgamma(x)", lambda x: x.lgamma()),
        Form("lgamma(clamp(x, min=eps))", lambda x: x.clamp(min=epsilon(x)).lgamma()),
    ),
    "NAN115": Plot(
        _TO_ZERO,
        "value",
        Form("p * log(p)", lambda x: x * x.log()),
        Form("p * log(clamp(p, min=eps))", lambda x: x * x.clamp(min=epsilon(x)).log()),
    ),
    "NAN116": Plot(
        powers("mean of three neighbouring numbers", 0, 4, per_decade=16),
        "standard deviation",
        Form("sqrt(mean(x ** 2) - mean(x) ** 2)", _naive_spread),
        Form("std(x, correction=0)", _spread),
    ),
    "NAN117": Plot(
        _TO_ZERO,
        "angle of the point (x, x)",
        Form("atan(y / x)", lambda x: (x / x).atan()),
        Form("atan2(y, x)", lambda x: x.atan2(x)),
    ),
}
