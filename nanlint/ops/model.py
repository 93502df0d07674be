"""The form in which the meaning of an operation is written down."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nanlint.domain.dtypes import LIMITS, Dtype, round_to
from nanlint.domain.interval import SMALLEST, Interval, inf, interval
from nanlint.domain.records import equal_record
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op


class Effect(enum.Enum):
    """What a pole gives."""

    INFINITE = "inf"
    NAN = "nan"


class Direction(enum.Enum):
    """Whether the value or its gradient is lost."""

    FORWARD = "value"
    BACKWARD = "gradient"


@dataclass(frozen=True, slots=True)
class Pole:
    """Where operand number `operand` breaks the operation: any element in `where`."""

    where: Interval
    effect: Effect
    direction: Direction = Direction.FORWARD
    operand: int = 0


class Typing(enum.Enum):
    """The result's dtype; the option `dtype`, where it is given, comes first."""

    PROMOTE = "the operands' common dtype"
    KEEP = "as PROMOTE, but unknown stays unknown and nothing is rounded: the elements are the operands' own"
    FLOAT = "as PROMOTE, integers become the default float"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    OPTION = "the first operand's dtype if there is one, else the default float"


@equal_record
class Application:
    """An operation with its operands, before it has a result.

    dtype: the dtype in which the result is stored; constants are already rounded to it.
    """

    op: Op
    operands: tuple[Value, ...]
    options: Mapping[str, Value]
    ranges: tuple[Interval, ...]
    dtype: Dtype

    @property
    def x(self) -> Interval:
        return self.ranges[0]

    @property
    def y(self) -> Interval:
        return self.ranges[1]

    def number(self, name: str) -> float | None:
        """The option as a number, rounded to the result's dtype; None when it is absent or not one number."""
        value = self.options.get(name)
        if value is None or value.range.point is None:
            return None
        return round_to(value.range.point, self.dtype)

    def bounds(self, name: str) -> Interval | None:
        """The range of the option, rounded to the result's dtype; None when it is absent or None."""
        value = self.options.get(name)
        return None if value is None or value.is_none else rounded(value.range, self.dtype)

    def given(self, name: str) -> bool:
        """The option was passed and is not None."""
        value = self.options.get(name)
        return value is not None and not value.is_none


@equal_record
class Outcome:
    """What an operation gives. None: as its operands have it (all known; any may be NaN)."""

    range: Interval
    known: bool | None = None
    may_nan: bool | None = None
    dtype: Dtype | None = None


Transfer = Callable[[Application], Interval | Outcome]
Poles = Callable[[Operation], tuple[Pole, ...]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an operation does to ranges (its transfer function), where it breaks, what dtype it gives."""

    op: Op
    transfer: Transfer
    poles: Poles
    typing: Typing
    arity: int
    """How many operands it reads; with fewer, nothing is known of the result."""
    undefined: bool = True
    """It may have a pole that gives NaN."""


MEANINGS: dict[Op, Meaning] = {}


def operation(
    op: Op, *poles: Pole, typing: Typing = Typing.PROMOTE, poles_of: Poles | None = None, arity: int = 1
) -> Callable[[Transfer], Transfer]:
    """Registers the decorated transfer function as the meaning of `op`.

    `poles` are the same for every use; `poles_of` computes them from the operation (a power's exponent decides).
    """

    def register(transfer: Transfer) -> Transfer:
        undefined = poles_of is not None or any(
            pole.effect is Effect.NAN and pole.direction is Direction.FORWARD for pole in poles
        )
        MEANINGS[op] = Meaning(op, transfer, poles_of or (lambda _: poles), typing, arity, undefined)
        return transfer

    return register


def rounded(bounds: Interval, dtype: Dtype) -> Interval:
    """Both ends rounded to nearest in `dtype`: rounding is monotone, so the result still holds every element.

    An open end at 0 stays open: it goes to the smallest number of the dtype. A hole at 0 is kept while neither end
    rounds into it.
    """
    if not dtype.floating or bounds.empty or bounds.lo == -bounds.hi == -inf:
        return bounds
    lo, hi, smallest = round_to(bounds.lo, dtype), round_to(bounds.hi, dtype), LIMITS[dtype].smallest
    if bounds.lo == SMALLEST:
        lo, hi = smallest, max(hi, smallest)
    if bounds.hi == -SMALLEST:
        lo, hi = min(lo, -smallest), -smallest
    return interval(lo, hi, bounds.nonzero and lo < 0.0 < hi)


def flushed(bounds: Interval, dtype: Dtype) -> Interval:
    """The range where results below the smallest normal number of `dtype` become 0; an end open at 0 stays open."""
    if not dtype.floating:
        return bounds
    smallest, normal = LIMITS[dtype].smallest, LIMITS[dtype].smallest / LIMITS[dtype].eps
    lo = 0.0 if smallest < bounds.lo < normal else bounds.lo
    hi = 0.0 if -normal < bounds.hi < -smallest else bounds.hi
    return bounds if (lo, hi) == (bounds.lo, bounds.hi) else interval(lo, hi)
