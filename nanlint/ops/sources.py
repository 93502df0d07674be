"""Where values come from: filled and random arrays, data, learned maps, distributions."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, UNIT, Interval, inf, interval
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.ops.forms import fixed, unbounded
from nanlint.ops.model import Application, Outcome, Typing, operation, rounded
from nanlint.ops.promotion import chosen_dtype, element_dtype, limits


def _filled(a: Application) -> Outcome:
    """The option `value` everywhere."""
    value = a.options.get("value")
    if value is None:
        return Outcome(EVERYTHING, known=False, may_nan=False)
    return Outcome(rounded(value.range, a.dtype), known=value.known, may_nan=value.may_nan)


operation(Op.FULL, typing=Typing.OPTION, arity=0)(_filled)
operation(Op.LIKE, typing=Typing.KEEP, arity=0)(_filled)


@operation(Op.EMPTY, typing=Typing.OPTION, arity=0)
def empty(_: Application) -> Outcome:
    """Whatever the memory holds."""
    return Outcome(EVERYTHING, known=False, may_nan=True)


@operation(Op.READ, typing=Typing.OPTION, arity=0)
def read(a: Application) -> Outcome:
    """What a file holds: from the option `low` to `high` where its format says so.

    The option `depth` of an image, unless it is 0 or 1, leaves pixels as they are stored: up to 16 bits deep.
    """
    low, high, depth = a.bounds("low"), a.bounds("high"), a.bounds("depth")
    if depth is not None and depth.point not in (0.0, 1.0):
        return Outcome(interval(0.0, 65535.0), known=False, may_nan=False, dtype=Dtype.INTEGER)
    dtype = a.options.get("dtype")
    if low is None or high is None:
        held = EVERYTHING if dtype is None else dtype.range  # of bytes, 0 to 255
        return Outcome(held, known=held.bounded, may_nan=False, dtype=chosen_dtype(a.options) or Dtype.UNKNOWN)
    return Outcome(interval(low.lo, high.hi), known=True, may_nan=False)


@operation(Op.ARANGE, typing=Typing.OPTION, arity=0)
def arange(a: Application) -> Outcome:
    """From the option `start` (by default 0) up to `end`; without `step`, as linspace, `end` is reached."""
    start, end, step = (a.options.get(name) for name in ("start", "end", "step"))
    first = Interval(0.0, 0.0) if start is None or start.is_none else start.range
    last = EVERYTHING if end is None else end.range
    whole = all(value is None or value.kind is Kind.INTEGER for value in (start, end, step)) and step is not None
    if step is None or step.is_none or step.range.contains(0.0):
        bounds = first.join(last)
    elif step.range.lo > 0.0:
        bounds = interval(first.lo, max(first.hi, last.hi - 1.0 if whole else last.hi))
    else:
        bounds = interval(min(first.lo, last.lo + 1.0 if whole else last.lo), first.hi)
    known = all(value is None or value.is_none or value.known for value in (start, step))
    dtype = Dtype.INTEGER if whole and chosen_dtype(a.options) is None else None
    return Outcome(bounds, known=known, may_nan=False, dtype=dtype)


@operation(Op.UNIFORM, typing=Typing.OPTION, arity=0)
def uniform(a: Application) -> Outcome:
    """From the option `low` to `high`; 1 itself is not drawn from [0, 1) unless the option `closed` says so.

    Integers are drawn below `high`.
    """
    low, high = a.bounds("low"), a.bounds("high")
    lo, hi = 0.0 if low is None else low.lo, 1.0 if high is None else high.hi
    if a.dtype is Dtype.INTEGER and high is not None:
        return Outcome(interval(lo, max(lo, hi - 1.0)), known=_known(a, "low", "high"), may_nan=False)
    if (lo, hi) == (0.0, 1.0) and not a.given("closed"):
        hi = 1.0 - limits(a.dtype).eps / 2.0
    return Outcome(interval(lo, hi), known=_known(a, "low", "high"), may_nan=False)


@operation(Op.RANDOM_INTEGER, typing=Typing.INTEGER, arity=0)
def random_integer(a: Application) -> Outcome:
    """From the option `low` up to, not including, `high`; `low` alone is `high`."""
    low, high = a.bounds("low"), a.bounds("high")
    if high is None or not a.options["high"].kind.scalar:  # `randint(10, (3,))`: the size stands second
        low, high = (None, low) if low is not None and low.point != 0.0 else (low, None)
    lo, hi = 0.0 if low is None else low.lo, inf if high is None else high.hi - 1.0
    return Outcome(interval(min(lo, hi), max(lo, hi)), known=_known(a, "low", "high"), may_nan=False)


def _known(a: Application, *names: str) -> bool:
    return all(value.known for name in names if (value := a.options.get(name)) is not None and not value.is_none)


fixed(Op.NORMAL, EVERYTHING, Typing.OPTION, arity=0)
fixed(Op.EYE, UNIT, Typing.OPTION, arity=0)


@operation(Op.TENSOR, typing=Typing.OPTION)
def tensor(a: Application) -> Outcome:
    """The numbers of its operands in the option `dtype`; Python floats become the default float."""
    x = a.operands[0]
    bounds = arithmetic.join(*(EVERYTHING if value.range.empty else value.range for value in a.operands))
    return Outcome(bounds, dtype=chosen_dtype(a.options) or (a.dtype if x.kind is Kind.NUMBER else element_dtype(x)))


unbounded(Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING)
unbounded(Op.WEIGHT, typing=Typing.KEEP, arity=0)
unbounded(Op.ARGUMENT, typing=Typing.OPTION, arity=0)
unbounded(Op.INVERSE, Op.PSEUDO_INVERSE, Op.SOLVE, Op.DETERMINANT, Op.LOG_DETERMINANT, Op.LOG_ABS_DETERMINANT)
unbounded(Op.CHOLESKY, Op.QR, Op.SINGULAR_VECTORS, Op.EIGENVECTORS, Op.EIGENVALUES, Op.DECOMPOSE, Op.COVARIANCE)
