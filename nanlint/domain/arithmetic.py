"""Arithmetic of intervals: the hull of what an operation gives on their elements, NaN left out.

0 times infinity counts as 0 and -0 as 0, so `1 / [0, 1]` is `[1, inf]`. Nothing here raises.
"""

from __future__ import annotations

import math

from nanlint.domain.interval import EVERYTHING, LEAST, NON_NEGATIVE, Interval, inf, interval, point


def hull(*values: float) -> Interval:
    """The smallest interval that holds the values."""
    return interval(min(values), max(values))


def join(*ranges: Interval) -> Interval:
    """The hull of one or more intervals."""
    joined = ranges[0]
    for other in ranges[1:]:
        joined = joined.join(other)
    return joined


def whole(x: float) -> bool:
    """It is an integer."""
    return math.isfinite(x) and x == math.floor(x)


def magnitude(x: Interval) -> float:
    """The largest absolute value."""
    return max(abs(x.lo), abs(x.hi))


def mignitude(x: Interval) -> float:
    """The smallest absolute value of the hull; 0 also for a range with a hole at 0."""
    return 0.0 if x.lo <= 0.0 <= x.hi else min(abs(x.lo), abs(x.hi))


def negative(x: Interval) -> Interval:
    return interval(-x.hi, -x.lo, x.nonzero)


def absolute(x: Interval) -> Interval:
    return interval(mignitude(x), magnitude(x), not x.contains(0.0))


def add(x: Interval, y: Interval) -> Interval:
    return interval(x.lo + y.lo, x.hi + y.hi)


def subtract(x: Interval, y: Interval) -> Interval:
    return interval(x.lo - y.hi, x.hi - y.lo)


def multiply(x: Interval, y: Interval) -> Interval:
    """What is only known not to be 0 is known no better times 1 or more: an open end at 0 stays one."""
    product = hull(*(_product(a, b) for a in (x.lo, x.hi) for b in (y.lo, y.hi)))
    least = min(_open_end(x, y), _open_end(y, x))
    if product.lo > 0.0 and least < product.lo:
        return interval(least, product.hi)
    if product.hi < 0.0 and -least > product.hi:
        return interval(product.lo, -least)
    return product


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0.0 or b == 0.0 else a * b


def _open_end(x: Interval, factor: Interval) -> float:
    """How near to 0 x comes, if that says only that it is not 0 and the factor makes it no smaller; else infinity."""
    nearest = mignitude(x)
    return nearest if 0.0 < nearest <= LEAST < magnitude(x) and mignitude(factor) >= 1.0 else inf


def divide(x: Interval, y: Interval) -> Interval:
    """A divisor that can be negative and 0 gives everything, unless the dividend is 0."""
    if x.point == 0.0:
        return x
    if y.lo < 0.0 <= y.hi or y.point == 0.0:
        return EVERYTHING
    return hull(*(_quotient(a, b) for a in (x.lo, x.hi) for b in (y.lo, y.hi)))


def _quotient(a: float, b: float) -> float:
    """a / b where a zero b is the limit from above; infinite over infinite is 0, the end of its limits."""
    if b == 0.0:
        return 0.0 if a == 0.0 else math.copysign(inf, a)
    if math.isinf(b):
        return 0.0
    return a / b


def square(x: Interval) -> Interval:
    lo, hi = mignitude(x), magnitude(x)
    return interval(lo * lo, hi * hi)


def power(x: Interval, y: Interval) -> Interval:
    """x ** y where it is real: negative bases count only under an integer exponent."""
    exponent = y.point
    if exponent is not None and x.lo < 0.0 and whole(exponent):
        return _integer_power(x, exponent)
    if x.lo < 0.0 and exponent is None:
        return EVERYTHING
    base = x.meet(NON_NEGATIVE)
    if base.empty:
        return base
    # monotone in either argument with the other one fixed, so the extremes lie at the corners
    return hull(*(real_power(a, b) for a in (base.lo, base.hi) for b in (y.lo, y.hi)))


def _integer_power(x: Interval, n: float) -> Interval:
    if n == 0.0:
        return point(1.0)
    if n % 2.0 == 0.0:
        return power(interval(mignitude(x), magnitude(x)), point(n))
    if n < 0.0 <= x.hi:
        return EVERYTHING
    ends = real_power(x.lo, n), real_power(x.hi, n)
    return hull(*ends)


def real_power(base: float, exponent: float) -> float:
    """`base ** exponent` as IEEE 754 has it: infinite where Python raises."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -inf if base < 0.0 and exponent % 2.0 == 1.0 else inf
    except ValueError:
        return inf if base == 0.0 else math.nan
