"""Plots of compositions that have an exact stable form."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.plots.forms import logsigmoid, logsumexp, softmax, softplus
from nanlint.plots.number import Number
from nanlint.plots.plot import Form, Plot, Shows, linear, powers

_TRAILING = linear("logit, beside one of 0", -150, 30)
_LOGIT = linear("logit", -150, 30)
_GROWING = linear("x", -20, 120)


def _naive_cross_entropy(x: Number) -> Number:
    """The label is the other class: 1 times its log, 0 times that of x."""
    return -(softmax(0 * x, x).log() + 0.0 * softmax(x).log())


def _cross_entropy(x: Number) -> Number:
    total = logsumexp(x)
    return -((0 - total) + 0.0 * (x - total))


def _naive_binary(x: Number) -> Number:
    """The label is 1."""
    p = x.sigmoid()
    return -(1.0 * p.log() + 0.0 * (1 - p).log())


PLOTS: Mapping[str, Plot] = {
    "NAN201": Plot(
        _TRAILING,
        "value",
        Form("log(softmax(x))", lambda x: softmax(x).log()),
        Form("log_softmax(x)", lambda x: x - logsumexp(x)),
    ),
    "NAN202": Plot(
        _LOGIT,
        "value",
        Form("log(sigmoid(x))", lambda x: x.sigmoid().log()),
        Form("logsigmoid(x)", logsigmoid),
    ),
    "NAN203": Plot(
        linear("x", -150, 120),
        "value",
        Form("log(exp(x) + exp(x - 1))", lambda x: (x.exp() + (x - 1).exp()).log()),
        Form("logsumexp([x, x - 1])", lambda x: logsumexp(x, x - 1)),
    ),
    "NAN204": Plot(
        _GROWING,
        "value",
        Form("exp(x) / (exp(x) + exp(0))", lambda x: x.exp() / (x.exp() + 1.0)),
        Form("softmax([x, 0])", softmax),
    ),
    "NAN205": Plot(
        _LOGIT,
        "gradient",
        Form("1 / (1 + exp(-x))", lambda x: 1 / (1 + (-x).exp())),
        Form("sigmoid(x)", lambda x: x.sigmoid()),
        Shows.GRADIENT,
    ),
    "NAN206": Plot(
        _GROWING,
        "value",
        Form("log(1 + exp(x))", lambda x: (1 + x.exp()).log()),
        Form("softplus(x)", softplus),
    ),
    "NAN207": Plot(
        _TRAILING,
        "loss, the label is the other class",
        Form("-(y * log(softmax(x))).sum()", _naive_cross_entropy),
        Form("-(y * log_softmax(x)).sum()", _cross_entropy),
    ),
    "NAN208": Plot(
        linear("logit", -40, 40),
        "loss, the label is 1",
        Form("-(y * log(p) + (1 - y) * log(1 - p))", _naive_binary),
        Form("binary_cross_entropy_with_logits(x, y)", lambda x: softplus(-x)),
    ),
    "NAN209": Plot(
        powers("x", -7, 0, per_decade=16),
        "value / x, which tends to 1",
        Form("log(1 + x)", lambda x: (1 + x).log() / x),
        Form("log1p(x)", lambda x: x.log1p() / x),
    ),
    "NAN210": Plot(
        powers("each of 16 probabilities", -6, 0, per_decade=10),
        "value",
        Form("log(prod(p))", lambda x: (x**16).log()),
        Form("sum(log(p))", lambda x: 16 * x.log()),
    ),
}
