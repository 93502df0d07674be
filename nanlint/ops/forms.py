"""Forms that many operations share: monotone functions, saturating ones, fixed ranges."""

from __future__ import annotations

from collections.abc import Callable

from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome, Pole, Poles, Typing, operation

Function = Callable[[float], float]


def increasing(
    op: Op,
    function: Function,
    *poles: Pole,
    domain: Interval = EVERYTHING,
    typing: Typing = Typing.FLOAT,
    poles_of: Poles | None = None,
) -> None:
    """A non-decreasing function of one operand; `function` takes the ends of `domain`."""

    @operation(op, *poles, typing=typing, poles_of=poles_of)
    def transfer(a: Application) -> Interval:
        return a.x.meet(domain).map(function)


def decreasing(
    op: Op,
    function: Function,
    *poles: Pole,
    domain: Interval = EVERYTHING,
    poles_of: Poles | None = None,
) -> None:
    """A non-increasing function of one operand."""

    @operation(op, *poles, typing=Typing.FLOAT, poles_of=poles_of)
    def transfer(a: Application) -> Interval:
        return a.x.meet(domain).map_down(function)


def saturating(op: Op, function: Function, typing: Typing = Typing.FLOAT) -> None:
    """A non-decreasing function with a limit that rounding reaches soon: an unbounded operand gets there, known or not.

    Sigmoid is 1 from 17 on, tanh from 9 on; atan comes to its limit at 1e8 only, where no common value goes.
    """

    @operation(op, typing=typing)
    def transfer(a: Application) -> Outcome:
        return Outcome(a.x.map(function), known=reached(a.x))


def reached(x: Interval) -> bool | None:
    """`known` of a function with limits: a real number that nothing bounds, known or not, takes every value."""
    return True if x == EVERYTHING else None


def valley(op: Op, *forms: Function, bottom: Interval, lowest: float) -> None:
    """Falls from 0 at -inf to `lowest`, a bound that no kernel goes below, somewhere in `bottom`; rises from there.

    `forms` are the formulas by which kernels compute it.
    """

    @operation(op, typing=Typing.FLOAT)
    def transfer(a: Application) -> Outcome:
        ends = [form(x) for form in forms for x in (a.x.lo, a.x.hi)]
        lo = lowest if a.x.overlaps(bottom.lo, bottom.hi) else min(ends)
        # far to the left the factor rounds to 0 before the product does
        hi = max(*ends, 0.0) if a.x.lo < 2.0 * bottom.lo else max(ends)
        return Outcome(Interval(lo, hi), known=reached(a.x))


def fixed(op: Op, bounds: Interval, typing: Typing = Typing.FLOAT, known: bool | None = True, arity: int = 1) -> None:
    """The same range for every operand."""

    may_nan = False if typing in (Typing.BOOLEAN, Typing.INTEGER) else None

    @operation(op, typing=typing, arity=arity)
    def transfer(_: Application) -> Outcome:
        return Outcome(bounds, known, may_nan)


def unbounded(*ops: Op, typing: Typing = Typing.FLOAT, arity: int = 1) -> None:
    """Operations whose result nothing bounds and nothing is known of."""
    for op in ops:
        fixed(op, EVERYTHING, typing, known=False, arity=arity)
