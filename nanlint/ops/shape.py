"""Shape, type and size: the elements stay what they are, or are stored in another dtype."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NON_NEGATIVE, UNIT, Interval
from nanlint.domain.vocabulary import Op
from nanlint.ops import extended
from nanlint.ops.forms import fixed
from nanlint.ops.model import Application, Outcome, Typing, operation, rounded
from nanlint.ops.poles import ZERO
from nanlint.ops.promotion import chosen_dtype, element_dtype
from nanlint.ops.selection import first

for _op in (Op.RESHAPE, Op.COPY, Op.DETACH, Op.ITEM):
    operation(_op, typing=Typing.KEEP)(first)

fixed(Op.LENGTH, NON_NEGATIVE, Typing.INTEGER, known=False, arity=0)


@operation(Op.CAST, typing=Typing.KEEP)
def cast(a: Application) -> Outcome:
    """To the option `dtype`, or to the dtype of the array in the option `other` or the second operand."""
    x = a.operands[0]
    dtype = _target(a)
    if dtype is Dtype.BOOLEAN:
        bounds = a.x if a.x.inside(0.0, 1.0) and element_dtype(x).integer else UNIT
        return Outcome(bounds, known=True, may_nan=False, dtype=dtype)
    if dtype is Dtype.INTEGER:
        return Outcome(a.x.map(extended.trunc), known=x.known, may_nan=False, dtype=dtype)
    known = True if element_dtype(x) is Dtype.BOOLEAN else x.known
    return Outcome(rounded(a.x, dtype), known=known, may_nan=x.may_nan, dtype=dtype)


def _target(a: Application) -> Dtype:
    chosen = chosen_dtype(a.options)
    if chosen is not None:
        return chosen
    others = [*a.operands[1:2], *(v for name, v in a.options.items() if name == "other")]
    return others[0].dtype if others else element_dtype(a.operands[0])


@operation(Op.PAD, typing=Typing.KEEP)
def pad(a: Application) -> Outcome:
    """The hull with the option `value`, by default 0."""
    return Outcome(arithmetic.join(*a.ranges, a.bounds("value") or ZERO))


@operation(Op.TRIANGLE)
def triangle(a: Application) -> Interval:
    """0 above the option `diagonal`, below it where the option `upper` holds; the elements elsewhere."""
    return a.x.join(ZERO)
