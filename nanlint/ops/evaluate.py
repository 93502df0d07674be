"""What an operation gives: its range, whether that is known, whether it may be NaN, its dtype."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import MEANINGS, Application, Direction, Effect, Outcome, Typing, rounded
from nanlint.ops.poles import poles_met
from nanlint.ops.promotion import dtypes_of, range_in


def evaluate(op: Op, operands: tuple[Value, ...], options: Mapping[str, Value], default_float: Dtype) -> Outcome:
    """The outcome of `op`, every field filled.

    The range holds every element that the framework can give, in the result's dtype, for finite elements in the
    operands' ranges (-0 counts as 0 under a division). An operation without a meaning gives anything.
    """
    meaning = MEANINGS.get(op)
    if meaning is None or len(operands) < meaning.arity:
        return Outcome(EVERYTHING, known=False, may_nan=False, dtype=Dtype.UNKNOWN)
    dtype, meeting = dtypes_of(meaning.typing, operands, options, default_float)
    ranges = tuple([range_in(value, meeting) for value in operands])
    outcome = meaning.transfer(Application(op, operands, options, ranges, dtype))
    if not isinstance(outcome, Outcome):
        outcome = Outcome(outcome)
    dtype = outcome.dtype or dtype
    may_nan = any(value.may_nan for value in operands) if outcome.may_nan is None else outcome.may_nan
    if outcome.range.empty:  # no element is inside the function's domain
        return Outcome(EVERYTHING, known=False, may_nan=True, dtype=dtype)
    return Outcome(
        outcome.range if meaning.typing is Typing.KEEP else rounded(outcome.range, dtype),
        known=all(value.known for value in operands) if outcome.known is None else outcome.known,
        may_nan=may_nan or (meaning.undefined and _meets_nan(Operation(op, operands, options), meeting)),
        dtype=dtype,
    )


def _meets_nan(operation: Operation, dtype: Dtype) -> bool:
    return any(
        pole.effect is Effect.NAN and pole.direction is Direction.FORWARD for pole in poles_met(operation, dtype)
    )
