"""Plots of steps of training: optimisation, data and initialisation."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, sqrt

from nanlint.plots.forms import epsilon
from nanlint.plots.number import Number
from nanlint.plots.plot import Form, Plot, Shows, count, linear, powers


def _clipped(gradient: Number) -> Number:
    return gradient.clamp(min=-1.0, max=1.0)


def _step_on_pixel(weight: Number, pixel: float) -> Number:
    """A step of size 1e-3 on (weight * pixel - 1) ** 2."""
    return weight - 1e-3 * (2.0 * pixel * (weight * pixel - 1.0))


def _step_after_bad_batch(x: Number) -> Number:
    return 1 - 1e-3 * (x * x)


def _decayed(weight: Number, decay: float) -> Number:
    """A step of size 0.01 on (weight - 1) ** 2 with weight decay."""
    return weight - 0.01 * (2 * (weight - 1)) - 0.01 * decay * weight


PLOTS: Mapping[str, Plot] = {
    "NAN401": Plot(
        count("step", 0, 40),
        "weight, on the loss w ** 4 / 4",
        Form("w -= 0.5 * gradient", lambda w: w - 0.5 * (w * w * w)),
        Form("w -= 0.5 * clip(gradient, 1)", lambda w: w - 0.5 * _clipped(w * w * w)),
        Shows.STEPS,
        log=True,
        start=3.0,
    ),
    "NAN402": Plot(
        count("step", 0, 40),
        "weight, on the loss w ** 4 / 4",
        Form("step, then clip", lambda w: w - 0.5 * (w * w * w)),
        Form("clip, then step", lambda w: w - 0.5 * _clipped(w * w * w)),
        Shows.STEPS,
        log=True,
        start=3.0,
    ),
    "NAN403": Plot(
        count("step", 0, 60),
        "weight, on the loss w ** 2 / 2",
        Form("clip, then unscale by 1024", lambda w: w - 0.1 * (_clipped(w * 1024.0) / 1024.0)),
        Form("unscale by 1024, then clip", lambda w: w - 0.1 * _clipped((w * 1024.0) / 1024.0)),
        Shows.STEPS,
        start=4.0,
    ),
    "NAN404": Plot(
        count("step", 0, 70),
        "weight, on the loss w ** 2 / 2",
        Form("learning rate 5", lambda w: w - 5.0 * w),
        Form("learning rate 0.1", lambda w: w - 0.1 * w),
        Shows.STEPS,
        log=True,
    ),
    "NAN405": Plot(
        powers("gradient", -30, 0),
        "first update of Adam",
        Form("eps=0", lambda g: g / (g * g).sqrt()),
        Form("eps=1e-8", lambda g: g / ((g * g).sqrt() + epsilon(g))),
    ),
    "NAN406": Plot(
        linear("steps", 0, 480),
        "distance moved, in steps",
        Form("gradients never zeroed", lambda n: n * (n + 1) / 2),
        Form("zero_grad() before each backward()", lambda n: 1.0 * n),
    ),
    "NAN407": Plot(
        powers("p", -50, 0),
        "gradient",
        Form("nan_to_num(log(p), neginf=0)", lambda x: x.log().nan_to_num(neginf=0.0)),
        Form("log(p + eps)", lambda x: (x + epsilon(x)).log()),
        Shows.GRADIENT,
        log=True,
    ),
    "NAN408": Plot(
        powers("size of one bad input", 0, 24),
        "weight after its step",
        Form("step()", _step_after_bad_batch),
        Form("if loss is finite: step()", lambda x: _step_after_bad_batch(x).where(x * x < inf, 1.0)),
        log=True,
    ),
    "NAN409": Plot(
        count("step", 0, 150),
        "weight, whose loss is least at 1",
        Form("weight_decay=5", lambda w: _decayed(w, 5.0)),
        Form("weight_decay=1e-4", lambda w: _decayed(w, 1e-4)),
        Shows.STEPS,
        start=0.0,
    ),
    "NAN601": Plot(
        count("step", 0, 40),
        "weight",
        Form("pixel 200", lambda w: _step_on_pixel(w, 200.0)),
        Form("pixel 200 / 255", lambda w: _step_on_pixel(w, 200 / 255)),
        Shows.STEPS,
        log=True,
    ),
    "NAN602": Plot(
        powers("size of the target", 0, 24),
        "squared loss at the start",
        Form("mse(prediction, y)", lambda x: x * x),
        Form("mse(prediction, y / y.std())", lambda x: x.clamp(max=1.0) ** 2),
        log=True,
    ),
    "NAN603": Plot(
        powers("one value in a column of ones", 0, 45),
        "mean of eight",
        Form("mean(column)", lambda x: (7.0 + x) / 8),
        Form("mean(column[isfinite(column)])", lambda x: (7.0 + x.where(x < inf, 1.0)) / 8),
        log=True,
    ),
    "NAN604": Plot(
        count("layer of 400 inputs", 0, 40),
        "size of the outputs",
        Form("normal_(weight), std 1", lambda x: x * sqrt(400)),
        Form("xavier_normal_(weight)", lambda x: x * (sqrt(400) * sqrt(2 / 800))),
        Shows.STEPS,
        log=True,
    ),
    "NAN606": Plot(
        linear("activation", 0, 8),
        "loss, the label is 0",
        Form("head of weight 10", lambda x: -(1 - (10.0 * x).sigmoid()).log()),
        Form("head of weight 0.01", lambda x: -(1 - (0.01 * x).sigmoid()).log()),
    ),
}
WITHOUT: Mapping[str, str] = {
    "NAN605": "What uninitialised memory holds is not a function of anything: there is no curve to draw.",
    "NAN607": "Nothing passes a dropout of 1: there is no curve to draw.",
}
