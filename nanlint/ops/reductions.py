"""Reductions and scans over one or more elements, of which there is at least one."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, SMALLEST, Interval, inf, interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import consequences
from nanlint.ops.forms import fixed
from nanlint.ops.model import Application, Outcome, Typing, operation
from nanlint.ops.promotion import element_dtype
from nanlint.ops.relations import made_by, plain

_UNDERFLOW = math.sqrt(LIMITS[Dtype.FLOAT32].smallest * 2.0**23)  # squares of smaller numbers lose digits


def _total(x: Interval) -> Interval:
    """The sum of one or more elements."""
    return Interval(x.lo if x.lo >= 0.0 else -inf, x.hi if x.hi <= 0.0 else inf)


def _counted(a: Application) -> Dtype | None:
    """Booleans are counted as integers."""
    return Dtype.INTEGER if a.dtype is Dtype.BOOLEAN else None


_POSITIVE = frozenset({Op.SIGMOID, Op.SOFTMAX, Op.SOFTMIN, Op.SOFTPLUS, Op.EXP})
"""A single one underflows to 0, all of them hardly ever do."""


def _all_zero(a: Application) -> bool | None:
    return False if a.x.lo == 0.0 and _hardly_all_zero(a.operands[0]) else None


def _hardly_all_zero(value: Value) -> bool:
    """Each way through the branches gives something positive, be it sometimes by a hair."""
    value = plain(value)
    if value.op is Op.JOIN:
        return all(x.range.lo > 0.0 or plain(x).op in _POSITIVE for x in value.made_by.operands)
    if made_by(value, Op.POWER, Op.SQUARE):
        return _hardly_all_zero(value.made_by.x)
    return value.op in _POSITIVE


@operation(Op.SUM)
def total(a: Application) -> Outcome:
    """The sum of booleans is a count: it can be 0 and anything above."""
    if element_dtype(a.operands[0]) is Dtype.BOOLEAN:
        return Outcome(NON_NEGATIVE if a.x.lo <= 0.0 else Interval(1.0, inf), known=True, dtype=_counted(a))
    return consequences.refined(Outcome(_total(a.x), known=_all_zero(a)), consequences.sum_of_parts(a))


@operation(Op.CUMSUM)
def cumulative_sum(a: Application) -> Outcome:
    return Outcome(_total(a.x), dtype=_counted(a))


@operation(Op.MEAN, typing=Typing.FLOAT)
def mean(a: Application) -> Outcome:
    if consequences.exponential_below_one(a.operands[0]) is not None and not a.given("axis"):
        return Outcome(Interval(SMALLEST, 1.0))
    return Outcome(a.x, known=_all_zero(a))


def _product(x: Interval) -> Interval:
    """The product of one or more elements."""
    if x.lo >= 0.0:
        return Interval(x.lo if x.lo >= 1.0 else 0.0, x.hi if x.hi <= 1.0 else inf)
    return Interval(min(x.lo, -x.hi), max(-x.lo, x.hi)) if arithmetic.magnitude(x) <= 1.0 else EVERYTHING


@operation(Op.PRODUCT)
def product(a: Application) -> Outcome:
    return Outcome(_product(a.x), dtype=_counted(a))


@operation(Op.CUMPROD)
def cumulative_product(a: Application) -> Outcome:
    return Outcome(_product(a.x), dtype=_counted(a))


@operation(Op.REDUCE_MAX)
def largest(a: Application) -> Outcome:
    return consequences.refined(Outcome(a.x, known=_all_zero(a)), consequences.largest_part(a))


@operation(Op.REDUCE_MIN)
def smallest(a: Application) -> Interval:
    return a.x


@operation(Op.MEDIAN)
def median(a: Application) -> Interval:
    """An element, or between two."""
    return a.x


def _variance(a: Application) -> float:
    """Two elements at the two ends, divided by n - 1 = 1, spread most. Sums of squares overflow float16 in NumPy."""
    width = a.x.hi - a.x.lo
    return inf if a.dtype is Dtype.FLOAT16 else 0.5 * width * width


# nothing says that all elements are equal, or all 0: the lower end is no knowledge


@operation(Op.VAR, typing=Typing.FLOAT)
def variance(a: Application) -> Outcome:
    return Outcome(interval(0.0, _variance(a)), known=False)


@operation(Op.STD, typing=Typing.FLOAT)
def standard_deviation(a: Application) -> Outcome:
    return Outcome(interval(0.0, math.sqrt(_variance(a))), known=False)


@operation(Op.NORM, typing=Typing.FLOAT)
def norm(a: Application) -> Outcome:
    """At least the smallest absolute value, unless its square underflows; of infinite order, at most the largest."""
    order = a.number("ord")
    least = arithmetic.mignitude(a.x)
    if least < _UNDERFLOW or (order is not None and order <= 0.0):
        least = 0.0
    most = arithmetic.magnitude(a.x) if order == inf else inf
    return Outcome(interval(least, most), known=False)


@operation(Op.PAIRWISE_DISTANCE, typing=Typing.FLOAT)
def pairwise_distance(a: Application) -> Outcome:
    return consequences.refined(Outcome(NON_NEGATIVE, known=False), consequences.distance_of_units(a))


@operation(Op.LOGSUMEXP, typing=Typing.FLOAT)
def log_sum_exp(a: Application) -> Interval:
    return Interval(a.x.lo, inf)


@operation(Op.LOGCUMSUMEXP, typing=Typing.FLOAT)
def cumulative_log_sum_exp(a: Application) -> Interval:
    return Interval(a.x.lo, inf)


fixed(Op.ARGMAX, NON_NEGATIVE, Typing.INTEGER)
fixed(Op.NONZERO, NON_NEGATIVE, Typing.INTEGER)
fixed(Op.COUNT_NONZERO, NON_NEGATIVE, Typing.INTEGER)


@operation(Op.HISTOGRAM, typing=Typing.FLOAT)
def histogram(a: Application) -> Outcome:
    """Counts; shares or sums of weights with the options `density` and `weights`. Some bin is mostly empty."""
    counts = not a.given("density") and not a.given("weights")
    return Outcome(NON_NEGATIVE, known=True, may_nan=False, dtype=Dtype.INTEGER if counts else None)
