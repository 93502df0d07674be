"""Activations and normalising layers."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.interval import EVERYTHING, NON_POSITIVE, SMALLEST, SYMMETRIC_UNIT, UNIT, Interval, inf, interval
from nanlint.domain.value import Constant
from nanlint.domain.vocabulary import Op
from nanlint.ops import extended
from nanlint.ops.forms import fixed, increasing, reached, saturating, unbounded, valley
from nanlint.ops.model import Application, Outcome, Typing, operation
from nanlint.ops.poles import ZERO
from nanlint.ops.promotion import limits

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


@operation(Op.SIGMOID, typing=Typing.FLOAT)
def sigmoid(a: Application) -> Outcome:
    """0 already where exp(-x) overflows, although the quotient would not underflow."""
    limit = limits(a.dtype).log_max - 1.0
    return Outcome(a.x.map(lambda x: 0.0 if x < -limit else extended.sigmoid(x)), known=reached(a.x))


saturating(Op.LOG_SIGMOID, extended.log_sigmoid)
saturating(Op.RELU, lambda x: max(x, 0.0), Typing.PROMOTE)
saturating(Op.RELU6, lambda x: min(max(x, 0.0), 6.0), Typing.PROMOTE)
saturating(Op.HARD_SIGMOID, lambda x: min(max(x / 6.0 + 0.5, 0.0), 1.0))
increasing(Op.SOFTSIGN, lambda x: x / (1.0 + abs(x)) if math.isfinite(x) else math.copysign(1.0, x))
saturating(Op.SELU, lambda x: _SELU_SCALE * (x if x > 0.0 else _SELU_ALPHA * math.expm1(x)))


@operation(Op.SOFTPLUS, typing=Typing.FLOAT)
def softplus(a: Application) -> Outcome:
    """log(1 + exp(beta x)) / beta; the identity where beta x is above the option `threshold`."""
    beta, threshold = a.number("beta") or 1.0, a.number("threshold") or 20.0

    def value(x: float) -> float:
        return extended.softplus(beta * x) / beta

    lo = max(a.x.lo, 0.0) if beta * a.x.hi > threshold and a.x.lo > 0.0 else value(a.x.lo)
    return Outcome(interval(lo, value(a.x.hi)), known=reached(a.x))


@operation(Op.HARD_TANH)
def hard_tanh(a: Application) -> Outcome:
    low, high = a.number("min"), a.number("max")
    lo, hi = -1.0 if low is None else low, 1.0 if high is None else high
    return Outcome(a.x.map(lambda x: min(max(x, lo), hi)), known=reached(a.x))


@operation(Op.LEAKY_RELU)
def leaky_relu(a: Application) -> Outcome:
    """x, or x times the option `negative_slope` where x is negative."""
    slope = a.bounds("negative_slope") or Interval(0.01, 0.01)
    sloped = arithmetic.multiply(a.x.meet(NON_POSITIVE), slope)
    if a.x.lo >= 0.0:
        return Outcome(a.x)
    straight = a.x.meet(Interval(0.0, inf))
    return Outcome(sloped if straight.empty else sloped.join(straight), known=False if a.x == EVERYTHING else None)


@operation(Op.ELU, typing=Typing.FLOAT)
def elu(a: Application) -> Outcome:
    """At least minus the option `alpha`."""
    alpha = abs(a.number("alpha") or 1.0)
    if alpha == 1.0:
        return Outcome(a.x.map(lambda x: x if x > 0.0 else math.expm1(x)), known=reached(a.x))
    return Outcome(interval(-alpha if a.x.lo < 0.0 else a.x.lo, max(a.x.hi, 0.0)), known=reached(a.x))


def _finite(x: float, value: float) -> float:
    """x times a factor that is 0 at -inf."""
    return 0.0 if x == -inf else x * value


def _gelu(x: float) -> float:
    return _finite(x, extended.normal_cdf(x))


def _gelu_by_tanh(x: float) -> float:
    return _finite(x, 0.5 + 0.5 * math.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))


# lowest values: the exact minimum, widened in the last digit by what the kernels differ
valley(Op.GELU, _gelu, _gelu_by_tanh, bottom=Interval(-1.0, -0.5), lowest=-0.1702)
valley(Op.SILU, lambda x: _finite(x, extended.sigmoid(x)), bottom=Interval(-1.6, -1.0), lowest=-0.27847)
valley(Op.MISH, lambda x: _finite(x, math.tanh(extended.softplus(x))), bottom=Interval(-1.5, -0.9), lowest=-0.30885)
valley(
    Op.HARD_SWISH,
    lambda x: _finite(x, min(max(x / 6.0 + 0.5, 0.0), 1.0)),
    bottom=Interval(-1.7, -1.3),
    lowest=-0.375001,
)


@operation(Op.SOFTMAX, typing=Typing.FLOAT)
def softmax(a: Application) -> Outcome:
    return _shares(a)


@operation(Op.SOFTMIN, typing=Typing.FLOAT)
def softmin(a: Application) -> Outcome:
    return _shares(a)


def _shares(a: Application) -> Outcome:
    """Above 0 if no logit trails another by so much that its exponential, divided by the count, can underflow."""
    underflows = a.x.hi - a.x.lo > limits(a.dtype).log_max - 10.0
    return Outcome(UNIT if underflows or not a.x.bounded else Interval(SMALLEST, 1.0), known=True)


fixed(Op.LOG_SOFTMAX, NON_POSITIVE)
fixed(Op.GUMBEL_SOFTMAX, UNIT)
fixed(Op.ONE_HOT, UNIT, Typing.INTEGER)


@operation(Op.NORMALIZE, typing=Typing.FLOAT)
def normalize(a: Application) -> Outcome:
    """Signs stay what they are; of what nothing bounds, both are hearsay."""
    if a.x.lo >= 0.0:
        return Outcome(UNIT)
    return Outcome(SYMMETRIC_UNIT, known=None if a.x.bounded else False)


fixed(Op.COSINE_SIMILARITY, Interval(-1.0000004, 1.0000004), known=True)
unbounded(Op.STANDARDIZE)


@operation(Op.DROPOUT)
def dropout(a: Application) -> Interval:
    """0, or x over the share that is kept; x itself when not training. Alpha dropout shifts what it keeps."""
    if a.given("alpha"):
        return EVERYTHING
    dropped = a.number("p")
    kept = 0.5 if dropped is None else 1.0 - dropped
    scaled = arithmetic.divide(a.x, Interval(kept, 1.0)) if 0.0 < kept < 1.0 else a.x
    return arithmetic.join(a.x, scaled, ZERO)


@operation(Op.POOL)
def pool(a: Application) -> Interval:
    """A maximum is an element; an average counts the padding's zeros."""
    kind = a.options.get("kind")
    highest = kind is not None and isinstance(kind.payload, Constant) and kind.payload.value == "max"
    return a.x if highest else a.x.join(ZERO)
