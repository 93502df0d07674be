"""Elementary functions of one operand: logarithms, exponentials, powers, trigonometry, rounding."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, SYMMETRIC_UNIT, Interval, inf, interval, point
from nanlint.domain.value import Operation
from nanlint.domain.vocabulary import Op
from nanlint.ops import extended
from nanlint.ops.forms import decreasing, fixed, increasing, reached, saturating
from nanlint.ops.model import Application, Outcome, Pole, Poles, Typing, operation
from nanlint.ops.poles import ZERO, above, below, dtype_of, infinite, limits_of, steep, undefined
from nanlint.ops.promotion import limits

_OUTSIDE_UNIT = undefined(below(-1.0)), undefined(above(1.0))
_STEEP_AT_ONES = steep(point(-1.0)), steep(point(1.0))
_INFINITE_AT_ONES = infinite(point(-1.0)), infinite(point(1.0))


def _logarithm(slope: float) -> Poles:
    """The gradient, `slope / x`, overflows a little before x is 0."""

    def poles(log: Operation) -> tuple[Pole, ...]:
        return infinite(ZERO), undefined(below(0.0)), steep(Interval(0.0, slope / limits_of(log).max))

    return poles


increasing(Op.LOG, extended.log, domain=NON_NEGATIVE, poles_of=_logarithm(1.0))
increasing(Op.LOG2, extended.log2, domain=NON_NEGATIVE, poles_of=_logarithm(1.0 / math.log(2.0)))
increasing(Op.LOG10, extended.log10, domain=NON_NEGATIVE, poles_of=_logarithm(1.0 / math.log(10.0)))
increasing(
    Op.LOG1P,
    extended.log1p,
    infinite(point(-1.0)),
    undefined(below(-1.0)),
    steep(point(-1.0)),
    domain=Interval(-1.0, inf),
)


def _exponential(unit: float) -> Poles:
    """Overflows above the largest argument with a finite exponential; `unit` is the logarithm of the base."""
    return lambda exp: (infinite(above(limits_of(exp).log_max / unit)),)


increasing(Op.EXP, extended.exp, poles_of=_exponential(1.0))
increasing(Op.EXP2, extended.exp2, poles_of=_exponential(math.log(2.0)))
increasing(Op.EXPM1, extended.expm1, poles_of=_exponential(1.0))


def _hyperbolic_limit(dtype: Dtype) -> float:
    """Half an exponential is infinite log 2 later, but vectorised kernels overflow with it; float16 goes by float32."""
    return limits(dtype).log_max + (math.log(2.0) if dtype is Dtype.FLOAT16 else 0.0)


def _hyperbolic_poles(function: Operation) -> tuple[Pole, ...]:
    limit = _hyperbolic_limit(dtype_of(function))
    return infinite(above(limit)), infinite(below(-limit))


def _overflowing(bounds: Interval, a: Application) -> Interval:
    limit = _hyperbolic_limit(a.dtype)
    lo = -inf if a.x.lo < -limit and bounds.lo < 0.0 else bounds.lo
    hi = inf if a.x.hi > limit or (a.x.lo < -limit and lo > 0.0) else bounds.hi
    return interval(lo, hi)


@operation(Op.SINH, typing=Typing.FLOAT, poles_of=_hyperbolic_poles)
def sinh(a: Application) -> Interval:
    return _overflowing(a.x.map(extended.sinh), a)


@operation(Op.COSH, typing=Typing.FLOAT, poles_of=_hyperbolic_poles)
def cosh(a: Application) -> Interval:
    return _overflowing(arithmetic.absolute(a.x).map(extended.cosh), a)


def _sqrt_poles(sqrt: Operation) -> tuple[Pole, ...]:
    # the option `clipped`: it takes negative numbers for 0, as Keras's backend does
    return (steep(ZERO),) if "clipped" in sqrt.options else (undefined(below(0.0)), steep(ZERO))


increasing(Op.SQRT, extended.sqrt, domain=NON_NEGATIVE, poles_of=_sqrt_poles)


def _rsqrt_poles(rsqrt: Operation) -> tuple[Pole, ...]:
    # the gradient x^-3/2 / 2 is computed from the cube of the result
    steepest = limits_of(rsqrt).max ** (-2.0 / 3.0)
    return infinite(ZERO), undefined(below(0.0)), steep(Interval(0.0, steepest))


decreasing(Op.RSQRT, extended.rsqrt, domain=NON_NEGATIVE, poles_of=_rsqrt_poles)


@operation(Op.SQUARE)
def square(a: Application) -> Interval:
    return arithmetic.square(a.x)


@operation(Op.ABSOLUTE)
def absolute(a: Application) -> Interval:
    return arithmetic.absolute(a.x)


@operation(Op.NEGATIVE)
def negative(a: Application) -> Interval:
    return arithmetic.negative(a.x)


@operation(Op.SIGN)
def sign(a: Application) -> Outcome:
    bounds = a.x.map(lambda x: math.copysign(1.0, x) if x else 0.0)
    return Outcome(interval(bounds.lo, bounds.hi, not a.x.contains(0.0)), known=reached(a.x))


# trigonometry: exact only on the branch around 0, where the functions are monotone; angles are seldom real numbers
# that nothing bounds, so an unknown one is not taken to reach every value


@operation(Op.SIN, typing=Typing.FLOAT)
def sin(a: Application) -> Outcome:
    if a.x.inside(-math.pi / 2.0, math.pi / 2.0):
        return Outcome(a.x.map(math.sin))
    return Outcome(SYMMETRIC_UNIT)


@operation(Op.COS, typing=Typing.FLOAT)
def cos(a: Application) -> Outcome:
    angle = arithmetic.absolute(a.x)
    if angle.hi <= math.pi:
        return Outcome(angle.map_down(math.cos))
    return Outcome(SYMMETRIC_UNIT)


@operation(Op.TAN, typing=Typing.FLOAT)
def tan(a: Application) -> Interval:
    return a.x.map(math.tan) if a.x.inside(-1.5, 1.5) else EVERYTHING


increasing(Op.ASIN, extended.asin, *_OUTSIDE_UNIT, *_STEEP_AT_ONES, domain=SYMMETRIC_UNIT)
decreasing(Op.ACOS, extended.acos, *_OUTSIDE_UNIT, *_STEEP_AT_ONES, domain=SYMMETRIC_UNIT)
increasing(Op.ATAN, math.atan)
saturating(Op.TANH, math.tanh)
increasing(Op.ASINH, math.asinh)
increasing(Op.ACOSH, extended.acosh, undefined(below(1.0)), steep(point(1.0)), domain=Interval(1.0, inf))
increasing(Op.ATANH, extended.atanh, *_INFINITE_AT_ONES, *_OUTSIDE_UNIT, *_STEEP_AT_ONES, domain=SYMMETRIC_UNIT)

# rounding

increasing(Op.FLOOR, extended.floor, typing=Typing.PROMOTE)
increasing(Op.CEIL, extended.ceil, typing=Typing.PROMOTE)


@operation(Op.ROUND)
def to_nearest(a: Application) -> Interval:
    """Half to even; with `decimals` the step is a power of ten, and the ends may move by half of it."""
    decimals = a.number("decimals") or 0.0
    if not a.given("decimals") or decimals == 0.0:
        return a.x.map(lambda x: float(round(x)) if math.isfinite(x) else x)
    slack = 0.5 * arithmetic.real_power(10.0, -decimals)
    return interval(a.x.lo - slack, a.x.hi + slack)


fixed(Op.FRACTION, SYMMETRIC_UNIT, known=None)


@operation(Op.NAN_TO_NUM)
def nan_to_num(a: Application) -> Outcome:
    largest = limits(a.dtype).max
    low, high, nan = a.number("neginf"), a.number("posinf"), a.number("nan")
    low = -largest if low is None else low
    high = largest if high is None else high
    ends = [low if x == -inf else high if x == inf else x for x in (a.x.lo, a.x.hi)]
    if a.operands[0].may_nan:
        ends.append(nan or 0.0)
    return Outcome(arithmetic.hull(*ends), may_nan=False)
