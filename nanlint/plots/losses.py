"""Plots of losses that are given what they do not take."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.plots.forms import epsilon, logsigmoid, logsumexp, softmax, softplus
from nanlint.plots.number import Number
from nanlint.plots.plot import Form, Plot, Shows, linear, powers

_LOGIT = linear("logit of the right class, beside one of 0", -20, 20)


def _cross_entropy(x: Number) -> Number:
    return logsumexp(x) - x


def _of_probabilities(x: Number) -> Number:
    """A cross-entropy that takes probabilities for logits."""
    p = softmax(x)
    return logsumexp(p, 1 - p) - p


PLOTS: Mapping[str, Plot] = {
    "NAN301": Plot(
        _LOGIT,
        "loss",
        Form("cross_entropy(softmax(x), y)", _of_probabilities),
        Form("cross_entropy(x, y)", _cross_entropy),
    ),
    "NAN302": Plot(
        _LOGIT,
        "gradient of the loss",
        Form("softmax, then from_logits=True", _of_probabilities),
        Form("softmax, then from_logits=False", _cross_entropy),
        Shows.GRADIENT,
    ),
    "NAN303": Plot(
        linear("logit, the label is 1", -150, 30),
        "loss",
        Form("binary_cross_entropy(sigmoid(x), y)", lambda x: -x.sigmoid().log().clamp(min=-100.0)),
        Form("binary_cross_entropy_with_logits(x, y)", lambda x: softplus(-x)),
    ),
    "NAN304": Plot(
        _LOGIT,
        "loss",
        Form("nll_loss(softmax(x), y)", lambda x: -softmax(x)),
        Form("nll_loss(log_softmax(x), y)", _cross_entropy),
    ),
    "NAN307": Plot(
        linear("logit", 0, 300),
        "loss",
        Form("target 255", lambda x: softplus(x) - 255.0 * x),
        Form("target 255 / 255", lambda x: softplus(x) - 1.0 * x),
    ),
    "NAN308": Plot(
        powers("error of the prediction", -30, 0),
        "gradient",
        Form("sqrt(mse)", lambda x: (x * x).sqrt()),
        Form("sqrt(mse + eps)", lambda x: (x * x + epsilon(x)).sqrt()),
        Shows.GRADIENT,
    ),
    "NAN309": Plot(
        linear("output of the one unit", -10, 10),
        "probability",
        Form("softmax(x, dim=-1)", lambda x: (x - x).exp() / (x - x).exp()),
        Form("sigmoid(x)", lambda x: x.sigmoid()),
    ),
    "NAN310": Plot(
        _LOGIT,
        "loss",
        Form("cross_entropy(labels, logits)", lambda x: -(x * logsigmoid(0 * x + 1.0))),
        Form("cross_entropy(logits, labels)", _cross_entropy),
    ),
}
WITHOUT: Mapping[str, str] = {
    "NAN305": "A label outside the classes is an index error or a wrong row: there is no curve to draw.",
    "NAN306": "A label outside the classes is an index error or a wrong row: there is no curve to draw.",
}
