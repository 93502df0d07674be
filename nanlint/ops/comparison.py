"""Comparisons, logic, tests of elements: 0 or 1."""

from __future__ import annotations

from collections.abc import Callable

from nanlint.domain.interval import UNIT, Interval, point
from nanlint.domain.vocabulary import Op
from nanlint.ops.forms import fixed
from nanlint.ops.model import Application, Outcome, Typing, operation

_TRUE = point(1.0)
_FALSE = point(0.0)

Test = Callable[[Interval, Interval], bool]


def _comparison(op: Op, always: Test, never: Test) -> None:
    """Decided where the ranges leave no choice; real operands that nothing bounds give both answers."""

    @operation(op, typing=Typing.BOOLEAN, arity=2)
    def transfer(a: Application) -> Outcome:
        certain = not any(value.may_nan for value in a.operands)
        if certain and always(a.x, a.y):
            return Outcome(_TRUE, known=True, may_nan=False)
        if certain and never(a.x, a.y):
            return Outcome(_FALSE, known=True, may_nan=False)
        return Outcome(UNIT, known=True, may_nan=False)


def _less(x: Interval, y: Interval) -> bool:
    return x.hi < y.lo


def _at_most(x: Interval, y: Interval) -> bool:
    return x.hi <= y.lo


_comparison(Op.LESS, _less, lambda x, y: _at_most(y, x))
_comparison(Op.LESS_EQUAL, _at_most, lambda x, y: _less(y, x))
_comparison(Op.GREATER, lambda x, y: _less(y, x), _at_most)
_comparison(Op.GREATER_EQUAL, lambda x, y: _at_most(y, x), _less)

# equality is not decided: `isclose` is one, and two elements of one range need not be the same
for _op in (Op.EQUAL, Op.NOT_EQUAL, Op.LOGICAL_AND, Op.LOGICAL_OR, Op.IDENTITY_TEST, Op.CONTAINS):
    fixed(_op, UNIT, Typing.BOOLEAN, arity=0)
for _op in (Op.LOGICAL_NOT, Op.IS_NAN, Op.IS_INF, Op.IS_FINITE, Op.ANY, Op.ALL):
    fixed(_op, UNIT, Typing.BOOLEAN)
