"""A plot as data: what is on its axes, and the two forms it compares."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nanlint.plots.number import Dtype, Number

X = TypeVar("X")
"""A Number, or the tensor of a framework: an expression runs on both."""


class Shows(enum.Enum):
    """What of a form is drawn."""

    VALUE = "value"
    GRADIENT = "gradient"
    STEPS = "value after x steps, each the form of the last"


@dataclass(frozen=True, slots=True)
class Form:
    """One of the two curves: the code as people write it, and the same as a function."""

    code: str
    function: Callable[[Number], Number]


@dataclass(frozen=True, slots=True)
class Axis:
    """Points along x; `log`: drawn by the logarithm of their size."""

    label: str
    points: tuple[float, ...]
    log: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """The naive and the stable form over x; `start`: where steps begin, `log`: y is drawn by its logarithm."""

    x: Axis
    y: str
    naive: Form
    stable: Form
    shows: Shows = Shows.VALUE
    log: bool = False
    start: float = 1.0


def values(plot: Plot, form: Form, dtype: Dtype) -> tuple[float, ...]:
    """What is drawn of a form over the points of x."""
    if plot.shows is Shows.STEPS:
        return _steps(form, Number(dtype(plot.start), dtype), len(plot.x.points))
    drawn = _gradient if plot.shows is Shows.GRADIENT else _value
    return tuple(drawn(form, Number(dtype(point), dtype)) for point in plot.x.points)


def _value(form: Form, x: Number) -> float:
    return form.function(x).value


def _gradient(form: Form, x: Number) -> float:
    return form.function(x).gradient(x)


def _steps(form: Form, x: Number, number: int) -> tuple[float, ...]:
    found = []
    for _ in range(number):
        found.append(x.value)
        x = Number(form.function(x).value, x.dtype)
    return tuple(found)


def linear(label: str, first: float, last: float, number: int = 121) -> Axis:
    """Points at equal distances, both ends included."""
    return Axis(label, tuple(first + (last - first) * index / (number - 1) for index in range(number)))


def powers(label: str, first: int, last: int, per_decade: int = 2) -> Axis:
    """Powers of ten, `per_decade` points to each."""
    number = (last - first) * per_decade
    return Axis(label, tuple(10.0 ** (first + index / per_decade) for index in range(number + 1)), log=True)


def count(label: str, first: int, last: int) -> Axis:
    """Whole numbers."""
    return Axis(label, tuple(map(float, range(first, last + 1))))


def is_whole(points: Sequence[float]) -> bool:
    """Whether the points are few whole numbers, each worth a mark of its own."""
    return len(points) <= 12 and all(point == int(point) for point in points)
