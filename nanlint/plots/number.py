"""Numbers that round as float16 and float32 do, and know their gradient: what a framework computes, without one.

Every operation is done in float64 and rounded once, which for + - * / and the root is exact. The methods are named as
those of tensors are, so that one expression runs on a Number and on a tensor; gradients multiply in the order in which
reverse mode does, where 0 times infinity is NaN.
"""

from __future__ import annotations

import enum
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field


class Dtype(enum.Enum):
    """A format by its code for `struct`."""

    float16 = "e"
    float32 = "f"

    def __call__(self, value: float) -> float:
        """The nearest number of the format; beyond its largest, infinity."""
        try:
            rounded: float = struct.unpack(self.value, struct.pack(self.value, value))[0]
        except OverflowError:
            return math.copysign(math.inf, value)
        return rounded


Pull = Callable[[float], float]
"""From the gradient of a result to its share in the gradient of an operand."""


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A value of a format, and what it was made from."""

    value: float
    dtype: Dtype
    parents: tuple[tuple[Number, Pull], ...] = field(default=(), repr=False)

    def __add__(self, other: Number | float) -> Number:
        return self._combined(other, self.value + _plain(other), lambda g: g, lambda g: g)

    def __sub__(self, other: Number | float) -> Number:
        return self._combined(other, self.value - _plain(other), lambda g: g, lambda g: -g)

    def __mul__(self, other: Number | float) -> Number:
        a, b = self.value, _plain(other)
        return self._combined(other, a * b, lambda g: g * b, lambda g: g * a)

    def __truediv__(self, other: Number | float) -> Number:
        a, b, r = self.value, _plain(other), self.dtype
        return self._combined(other, _ratio(a, b), lambda g: _ratio(g, b), lambda g: -g * r(_ratio(r(_ratio(a, b)), b)))

    def __pow__(self, exponent: float) -> Number:
        x, r = self.value, self.dtype
        return self._made(_power(x, exponent), lambda g: g * r(exponent * r(_power(x, exponent - 1))))

    def __radd__(self, other: float) -> Number:
        return self + other

    def __rsub__(self, other: float) -> Number:
        return -self + other

    def __rmul__(self, other: float) -> Number:
        return self * other

    def __rtruediv__(self, other: float) -> Number:
        return Number(other, self.dtype) / self

    def __neg__(self) -> Number:
        return self._made(-self.value, lambda g: -g)

    def __gt__(self, other: Number | float) -> bool:
        return self.value > _plain(other)

    def __lt__(self, other: Number | float) -> bool:
        return self.value < _plain(other)

    def abs(self) -> Number:
        sign = (self.value > 0) - (self.value < 0)
        return self._made(abs(self.value), lambda g: g * sign)

    def exp(self) -> Number:
        result = _exp(self.value)
        return self._made(result, lambda g: g * self.dtype(result))

    def log(self) -> Number:
        return self._made(_log(self.value), lambda g: _ratio(g, self.value))

    def log1p(self) -> Number:
        result = math.log1p(self.value) if self.value > -1 else _log(1 + self.value)
        return self._made(result, lambda g: _ratio(g, self.dtype(self.value + 1)))

    def sqrt(self) -> Number:
        result = math.sqrt(self.value) if self.value >= 0 else math.nan
        return self._made(result, lambda g: _ratio(g, self.dtype(2 * self.dtype(result))))

    def sigmoid(self) -> Number:
        """As PyTorch computes it in either format: in steps that each round to float32."""
        single = Dtype.float32
        result = self.dtype(1 / single(1 + single(_exp(-self.value))))
        return self._made(result, lambda g: g * (1 - result) * result)

    def acos(self) -> Number:
        x, r = self.value, self.dtype
        result = math.acos(x) if -1 <= x <= 1 else math.nan
        return self._made(result, lambda g: g * -r(_power(r(r(-x * x) + 1), -0.5)))

    def atan(self) -> Number:
        return self._made(math.atan(self.value), lambda g: g / self.dtype(self.dtype(self.value**2) + 1))

    def atan2(self, other: Number) -> Number:
        square = self.dtype(self.dtype(self.value**2) + self.dtype(other.value**2))
        result = math.atan2(self.value, other.value)
        pull, pull_other = (lambda g: _ratio(g * other.value, square)), (lambda g: _ratio(-g * self.value, square))
        return self._combined(other, result, pull, pull_other)

    def lgamma(self) -> Number:
        """The value alone: its gradient, the digamma function, is not needed here."""
        at_pole = self.value <= 0 and self.value == int(self.value)
        return Number(math.inf if at_pole else self.dtype(math.lgamma(self.value)), self.dtype)

    def clamp(self, min: float = -math.inf, max: float = math.inf) -> Number:  # noqa: A002 - as tensors call them
        low, high = self.dtype(min), self.dtype(max)
        inside = low <= self.value <= high
        return self._made(_bounded(self.value, low, high), lambda g: g if inside else 0.0)

    def where(self, condition: bool, other: Number | float) -> Number:
        """Itself if the condition holds; the operand that is not taken gets a gradient of 0."""
        chosen = self.value if condition else _plain(other)
        return self._combined(other, chosen, lambda g: g if condition else 0.0, lambda g: 0.0 if condition else g)

    def nan_to_num(self, neginf: float) -> Number:
        """A replacement for -inf, which passes no gradient on."""
        replaced = self.value == -math.inf
        return self._made(neginf if replaced else self.value, lambda g: 0.0 if replaced else g)

    def gradient(self, of: Number) -> float:
        """The derivative by a number that it was made from: every path back from here, each step rounded."""
        if self is of:
            return 1.0
        received: dict[int, float] = {id(self): 1.0}
        for number in _from_last(self):
            for parent, pull in number.parents:
                share = parent.dtype(pull(received[id(number)]))
                before = received.get(id(parent))
                received[id(parent)] = share if before is None else parent.dtype(before + share)
        return received.get(id(of), 0.0)

    def _made(self, result: float, pull: Pull) -> Number:
        return Number(self.dtype(result), self.dtype, ((self, pull),))

    def _combined(self, other: Number | float, result: float, pull: Pull, pull_other: Pull) -> Number:
        operands = ((self, pull), (other, pull_other)) if isinstance(other, Number) else ((self, pull),)
        return Number(self.dtype(result), self.dtype, operands)

    def float(self) -> Number:
        """The same value in float32."""
        return Number(self.value, Dtype.float32, ((self, self.dtype),))


def _from_last(number: Number) -> list[Number]:
    """The number and all it was made from, each before its operands."""
    order: list[Number] = []
    seen: set[int] = set()

    def visit(one: Number) -> None:
        if id(one) not in seen:
            seen.add(id(one))
            for parent, _ in one.parents:
                visit(parent)
            order.append(one)

    visit(number)
    return order[::-1]


def _plain(number: Number | float) -> float:
    return number.value if isinstance(number, Number) else number


def _bounded(x: float, low: float, high: float) -> float:
    """NaN stays, which is why it comes first."""
    return max(min(x, high), low)


def _ratio(one: float, other: float) -> float:
    if other != 0:
        return one / other
    if one == 0 or math.isnan(one):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, other)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _power(x: float, exponent: float) -> float:
    if x == 0 and exponent < 0:
        return math.inf
    if x < 0 and exponent != int(exponent):
        return math.nan
    try:
        return float(x**exponent)
    except OverflowError:
        return math.copysign(math.inf, x) if exponent % 2 == 1 else math.inf
