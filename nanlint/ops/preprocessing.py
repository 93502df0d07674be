"""What is done to tables before a network sees them: classes numbered, columns brought between two numbers."""

from __future__ import annotations

from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, Interval, interval
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome, Typing, operation


@operation(Op.ENCODE, typing=Typing.INTEGER)
def encode(a: Application) -> Outcome:
    """The number of the class from 0 on; -1 for what is missing, unless the option `missing` says that it counts."""
    counted = "missing" in a.options and a.options["missing"].constant is False
    return Outcome(NON_NEGATIVE if counted else Interval(-1.0, NON_NEGATIVE.hi), known=counted, may_nan=False)


@operation(Op.MIN_MAX, typing=Typing.FLOAT)
def min_max(a: Application) -> Outcome:
    """From `lo` to `hi`, which the data reach that it was `fitted` to; others may lie beyond them."""
    lo, hi = a.bounds("lo"), a.bounds("hi")
    if lo is None or hi is None or "fitted" not in a.options or a.options["fitted"].constant is not True:
        return Outcome(EVERYTHING, known=False)
    return Outcome(interval(lo.lo, hi.hi), known=True)
