"""The gamma function and its kin: poles at 0 and at the negative integers."""

from __future__ import annotations

import math

from nanlint.domain.interval import EVERYTHING, Interval, inf, point
from nanlint.domain.value import Operation
from nanlint.domain.vocabulary import Op
from nanlint.ops import extended
from nanlint.ops.model import Application, Outcome, Pole, Typing, operation
from nanlint.ops.poles import ZERO, around_zero, below, infinite, limits_of, no_gradient, steep, undefined

_LOWEST_LGAMMA = -0.1215  # at 1.4616, for positive arguments
_LOWEST_GAMMA = 0.885  # there, too
LARGEST_ORDER = 100.0  # of a polygamma: 101! is 9.4e159, a float; torch's own result is infinite long before


def _negative_integer(x: Interval) -> float:
    """The pole nearest to 0 among those in the range; -1 if there is none."""
    return extended.floor(max(min(x.hi, -1.0), -1e15))


def _lgamma_poles(lgamma: Operation) -> tuple[Pole, ...]:
    pole = point(_negative_integer(lgamma.x.range))
    return infinite(ZERO), infinite(pole), steep(around_zero(1.0 / limits_of(lgamma).max)), no_gradient(pole)


def _digamma_poles(digamma: Operation) -> tuple[Pole, ...]:
    largest = limits_of(digamma).max
    around = infinite(around_zero(1.0 / largest)), steep(around_zero(largest**-0.5))
    return *around, undefined(point(_negative_integer(digamma.x.range)))


def _polygamma_poles(polygamma: Operation) -> tuple[Pole, ...]:
    """It behaves as n! / x^(n + 1) near 0; at the negative integers kernels give large numbers or infinity."""
    order = polygamma.options.get("n")
    n = 1.0 if order is None or order.range.point is None else order.range.point
    if not 1.0 <= n <= LARGEST_ORDER:
        return _digamma_poles(polygamma)
    largest = limits_of(polygamma).max
    value, slope = ((math.factorial(int(k)) / largest) ** (1.0 / (k + 1.0)) for k in (n, n + 1.0))
    return infinite(around_zero(value)), steep(around_zero(slope))


def _gamma_poles(gamma: Operation) -> tuple[Pole, ...]:
    pole = point(_negative_integer(gamma.x.range))
    return infinite(around_zero(1.0 / limits_of(gamma).max)), undefined(pole)


def _beta_poles(beta: Operation) -> tuple[Pole, ...]:
    zone = around_zero(1.0 / limits_of(beta).max)
    return infinite(zone, 0), infinite(zone, 1)


def _zeta_poles(zeta: Operation) -> tuple[Pole, ...]:
    """Of the sum of 1 / (k + q)^x for k from 0: it converges for x above 1."""
    if len(zeta.operands) < 2:
        return (infinite(point(1.0)),)
    x, q = zeta.operands[0].range, zeta.operands[1].range
    zone = around_zero(limits_of(zeta).max ** (-1.0 / x.hi)) if 1.0 < x.hi < inf else ZERO
    pole = point(_negative_integer(q))
    return infinite(point(1.0)), undefined(below(1.0)), infinite(zone, 1), infinite(pole, 1)


@operation(Op.LGAMMA, typing=Typing.FLOAT, poles_of=_lgamma_poles)
def lgamma(a: Application) -> Interval:
    if a.x.lo < 0.0:
        return EVERYTHING
    ends = extended.lgamma(a.x.lo), extended.lgamma(a.x.hi)
    lo = _LOWEST_LGAMMA if a.x.overlaps(1.4, 1.5) else min(ends)
    return Interval(lo, max(ends))


@operation(Op.DIGAMMA, typing=Typing.FLOAT, poles_of=_digamma_poles)
def digamma(a: Application) -> Interval:
    """Between log x - 1/x and log x for positive x."""
    if a.x.lo <= 0.0:
        return EVERYTHING
    return Interval(extended.log(a.x.lo) - 1.0 / a.x.lo, extended.log(a.x.hi))


@operation(Op.GAMMA, typing=Typing.FLOAT, poles_of=_gamma_poles)
def gamma(a: Application) -> Interval:
    return Interval(_LOWEST_GAMMA, inf) if a.x.lo > 0.0 else EVERYTHING


@operation(Op.POLYGAMMA, typing=Typing.FLOAT, poles_of=_polygamma_poles)
@operation(Op.ZETA, typing=Typing.FLOAT, poles_of=_zeta_poles)
@operation(Op.BETA, typing=Typing.FLOAT, poles_of=_beta_poles, arity=2)
@operation(Op.LOG_BETA, typing=Typing.FLOAT, poles_of=_beta_poles, arity=2)
def anything(_: Application) -> Outcome:
    return Outcome(EVERYTHING, known=False)
