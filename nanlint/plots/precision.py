"""Plots of what the format of a number decides."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from nanlint.plots.forms import epsilon, is_half, lowest, softmax
from nanlint.plots.number import Number
from nanlint.plots.plot import Axis, Form, Plot, Shows, linear, powers


def _below_one(x: Number) -> float:
    return 1 - (1e-3 if is_half(x) else 1e-6)


PLOTS: Mapping[str, Plot] = {
    "NAN501": Plot(
        linear("logit", 0, 40),
        "value",
        Form("log(1 - clamp(p, max=1 - 1e-8))", lambda x: (1 - x.sigmoid().clamp(max=1 - 1e-8)).log()),
        Form("log(1 - clamp(p, max=1 - 1e-6))", lambda x: (1 - x.sigmoid().clamp(max=_below_one(x))).log()),
    ),
    "NAN502": Plot(
        powers("x", -30, 0),
        "gradient",
        Form("x / (sqrt(x ** 2) + eps)", lambda x: x / ((x * x).sqrt() + epsilon(x))),
        Form("x / sqrt(x ** 2 + eps)", lambda x: x / (x * x + epsilon(x)).sqrt()),
        Shows.GRADIENT,
        log=True,
    ),
    "NAN503": Plot(
        powers("size of the mask", 0, 12, per_decade=4),
        "share of one of two masked scores",
        Form("softmax(where(mask, scores, -size))", lambda x: softmax(-x, -x)),
        Form(
            "softmax(where(mask, scores, finfo.min))",
            lambda x: softmax((-x).clamp(min=lowest(x)), (-x).clamp(min=lowest(x))),
        ),
    ),
    "NAN504": Plot(
        powers("gradient from above", -6, 0, per_decade=8),
        "gradient times 1e-4",
        Form("loss.backward()", lambda x: x * 1e-4),
        Form("scaler.scale(loss).backward(), unscaled", lambda x: (x * 1024.0 * 1e-4).float() / 1024.0),
        log=True,
    ),
    "NAN505": Plot(
        powers("x", 0, 4, per_decade=16),
        "value",
        Form("x ** 3", lambda x: x**3),
        Form("x.float() ** 3", lambda x: x.float() ** 3),
        log=True,
    ),
    "NAN506": Plot(
        Axis("mask", (0.0, 1.0)),
        "share beside a score of 0",
        Form("softmax(scores + (1 - mask) * -inf)", lambda x: softmax(0.5 + (1 - x) * -inf)),
        Form("softmax(scores + (1 - mask) * finfo.min)", lambda x: softmax(0.5 + (1 - x) * lowest(x))),
    ),
    "NAN507": Plot(
        powers("distance of two features from their mean", -30, 0),
        "normalised feature",
        Form("layer_norm(x, eps=0)", lambda x: x / (x * x).sqrt()),
        Form("layer_norm(x, eps=1e-5)", lambda x: x / (x * x + 1e-5).sqrt()),
    ),
}
