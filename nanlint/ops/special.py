"""Special functions: error functions, normal distribution, entropy."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.interval import NON_POSITIVE, SYMMETRIC_UNIT, UNIT, Interval, inf, point
from nanlint.domain.value import Operation
from nanlint.domain.vocabulary import Op
from nanlint.ops import extended
from nanlint.ops.forms import fixed, reached, saturating
from nanlint.ops.model import Application, Outcome, Pole, Typing, operation
from nanlint.ops.poles import ZERO, above, below, infinite, limits_of, steep, undefined
from nanlint.ops.promotion import limits

_LOWEST_SINC = -0.2173
_LARGEST_ENTROPY = math.exp(-1.0)
_LARGEST_FINITE_ERFINV = 6.0  # 5.86 at the last float64 below 1
_SLOPE_OF_ERFINV = 0.886  # half the root of pi, at 0

saturating(Op.ERF, math.erf)


@operation(Op.ERFC, typing=Typing.FLOAT)
def erfc(a: Application) -> Outcome:
    return Outcome(a.x.map_down(math.erfc), known=reached(a.x))


@operation(
    Op.ERFINV,
    infinite(point(-1.0)),
    infinite(point(1.0)),
    undefined(below(-1.0)),
    undefined(above(1.0)),
    steep(point(-1.0)),
    steep(point(1.0)),
    typing=Typing.FLOAT,
)
def erfinv(a: Application) -> Interval:
    """Between its tangent at 0 and the line through its last finite value."""
    x = a.x.meet(SYMMETRIC_UNIT)
    if x.empty:
        return x
    lo = _SLOPE_OF_ERFINV * x.lo if x.lo >= 0.0 else _outer_erfinv(x.lo)
    hi = _SLOPE_OF_ERFINV * x.hi if x.hi <= 0.0 else _outer_erfinv(x.hi)
    return Interval(lo, hi)


def _outer_erfinv(x: float) -> float:
    return math.copysign(inf, x) if abs(x) == 1.0 else _LARGEST_FINITE_ERFINV * x


def _logit_poles(logit: Operation) -> tuple[Pole, ...]:
    if _has_eps(logit):
        return ()
    return (
        infinite(ZERO),
        infinite(point(1.0)),
        undefined(below(0.0)),
        undefined(above(1.0)),
        steep(Interval(0.0, 1.0 / limits_of(logit).max)),
        steep(point(1.0)),
    )


def _has_eps(logit: Operation) -> bool:
    eps = logit.options.get("eps")
    return eps is not None and not eps.is_none


@operation(Op.LOGIT, typing=Typing.FLOAT, poles_of=_logit_poles)
def logit(a: Application) -> Interval:
    """With `eps` the operand is clamped to [eps, 1 - eps] first."""
    if not a.given("eps"):
        return a.x.meet(UNIT).map(extended.logit)
    eps, rounding = a.number("eps") or 0.0, limits(a.dtype).eps  # of 1 - eps
    lo = min(max(a.x.lo, eps), 1.0 - eps - rounding)
    hi = min(max(a.x.hi, eps), 1.0 - eps + rounding)
    return Interval(extended.logit(lo), extended.logit(hi))


@operation(Op.NDTR, typing=Typing.FLOAT)
def ndtr(a: Application) -> Outcome:
    """A second operand is the distribution whose cumulative function it is, with any location and scale."""
    if len(a.operands) > 1 or "loc" in a.options or "scale" in a.options:
        return Outcome(UNIT, known=True)
    rounding = limits(a.dtype).eps  # kernels compute 1 + erf(x), which is 0 long before the function underflows
    lo, hi = extended.normal_cdf(a.x.lo) - rounding, extended.normal_cdf(a.x.hi) + rounding
    return Outcome(Interval(max(lo, 0.0), min(hi, 1.0)), known=reached(a.x))


fixed(Op.LOG_NDTR, NON_POSITIVE, known=None)


@operation(Op.ENTR, infinite(below(0.0)), steep(ZERO), typing=Typing.FLOAT)
def entr(a: Application) -> Interval:
    ends = extended.entropy(a.x.lo), extended.entropy(a.x.hi)
    top = _LARGEST_ENTROPY if a.x.contains(_LARGEST_ENTROPY) else max(*ends, 0.0 if a.x.contains(0.0) else -inf)
    return Interval(min(ends), top)


@operation(Op.SINC, typing=Typing.FLOAT)
def sinc(a: Application) -> Outcome:
    """sin(pi x) / (pi x); near its zeros the argument's rounding decides the sign."""
    if arithmetic.magnitude(a.x) <= 0.5:
        return Outcome(arithmetic.absolute(a.x).map_down(_sinc))
    return Outcome(Interval(_LOWEST_SINC, 1.0))


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0
