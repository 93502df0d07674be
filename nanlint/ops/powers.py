"""Powers: the exponent decides what the base may be, and a fixed base makes an exponential."""

from __future__ import annotations

import math

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome, Pole, operation
from nanlint.ops.poles import ZERO, above, around_zero, below, infinite, limits_of, no_gradient, steep, undefined
from nanlint.ops.promotion import only_scalars


def _power_poles(power: Operation) -> tuple[Pole, ...]:
    exponent = power.y.range.point
    if exponent is not None:
        return _fixed_power_poles(exponent, limits_of(power).max)
    base = power.x.range.point
    if base is not None and base > 0.0:
        return _exponential_poles(base, limits_of(power).log_max)
    return _variable_power_poles(power.y)


def _fixed_power_poles(n: float, largest: float) -> tuple[Pole, ...]:
    poles = []
    if n < 0.0:
        poles += [
            infinite(around_zero(arithmetic.real_power(largest, 1.0 / n))),
            steep(around_zero(arithmetic.real_power(largest / max(abs(n), 1.0), 1.0 / (n - 1.0)))),
        ]
    if not arithmetic.whole(n):
        poles.append(undefined(below(0.0)))
    if 0.0 < n < 1.0:
        poles.append(steep(ZERO))
    return tuple(poles)


def _exponential_poles(base: float, log_max: float) -> tuple[Pole, ...]:
    if base == 1.0:
        return ()
    limit = log_max / math.log(base)
    return (infinite(above(limit) if base > 1.0 else below(limit), 1),)


def _variable_power_poles(exponent: Value) -> tuple[Pole, ...]:
    poles = [] if exponent.kind.scalar else [no_gradient(below(0.0))]
    if exponent.dtype.integer:
        return tuple(poles)
    poles.append(undefined(below(0.0)))
    if exponent.range.lo < 0.0:
        poles.append(infinite(ZERO))
    if exponent.range.lo < 1.0:
        poles.append(steep(ZERO))
    return tuple(poles)


@operation(Op.POWER, poles_of=_power_poles, arity=2)
def power(a: Application) -> Outcome:
    fraction = a.y.lo < 0.0 and only_scalars(a.operands)  # 2 ** -1 is a float in Python
    return Outcome(arithmetic.power(a.x, a.y), dtype=Dtype.FLOAT64 if fraction else None)
