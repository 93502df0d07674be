"""Real functions on the extended reals: infinite where `math` raises, so that an interval's ends can be mapped."""

from __future__ import annotations

import math
from collections.abc import Callable

from nanlint.domain.interval import inf


def log(x: float) -> float:
    return math.log(x) if x > 0.0 else -inf


def log2(x: float) -> float:
    return math.log2(x) if x > 0.0 else -inf


def log10(x: float) -> float:
    return math.log10(x) if x > 0.0 else -inf


def log1p(x: float) -> float:
    return math.log1p(x) if x > -1.0 else -inf


def sqrt(x: float) -> float:
    return math.sqrt(x) if x > 0.0 else 0.0


def rsqrt(x: float) -> float:
    return 1.0 / math.sqrt(x) if x > 0.0 else inf


def exp(x: float) -> float:
    """0 already below e^-740, where a float64 keeps hardly a bit."""
    return 0.0 if x < -740.0 else _overflowing(math.exp, x)


def exp2(x: float) -> float:
    if x < -1070.0:
        return 0.0
    return inf if x >= 1024.0 else 2.0**x


def expm1(x: float) -> float:
    return _overflowing(math.expm1, x)


def sinh(x: float) -> float:
    return math.copysign(_overflowing(math.sinh, abs(x)), x)


def cosh(x: float) -> float:
    return _overflowing(math.cosh, abs(x))


def acosh(x: float) -> float:
    return math.acosh(x) if x > 1.0 else 0.0


def atanh(x: float) -> float:
    return math.atanh(x) if abs(x) < 1.0 else math.copysign(inf, x)


def asin(x: float) -> float:
    return math.asin(min(max(x, -1.0), 1.0))


def acos(x: float) -> float:
    return math.acos(min(max(x, -1.0), 1.0))


def logit(x: float) -> float:
    if x <= 0.0:
        return -inf
    return inf if x >= 1.0 else math.log(x) - math.log1p(-x)


def lgamma(x: float) -> float:
    """For x >= 0."""
    return _overflowing(math.lgamma, x) if x > 0.0 else inf


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def log_sigmoid(x: float) -> float:
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def logaddexp(x: float, y: float) -> float:
    return max(x, y) if x == y and math.isinf(x) else max(x, y) + math.log1p(math.exp(-abs(x - y)))


def entropy(x: float) -> float:
    """-x log x, -inf for negative x."""
    if x < 0.0 or x == inf:
        return -inf
    return 0.0 if x == 0.0 else -x * math.log(x)


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


def floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x


def ceil(x: float) -> float:
    return float(math.ceil(x)) if math.isfinite(x) else x


def trunc(x: float) -> float:
    return float(math.trunc(x)) if math.isfinite(x) else x


def _overflowing(function: Callable[[float], float], x: float) -> float:
    try:
        return function(x)
    except OverflowError:
        return inf
