"""Images: what their transforms make of integers and of floats."""

from __future__ import annotations

import pytest

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, UNIT, Interval
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate
from nanlint.ops.model import Outcome
from tests.numerics.sampling import scalar

BYTES = Interval(0.0, 255.0)


def image(bounds: Interval, dtype: Dtype, known: bool = True) -> Value:
    return Value(Kind.UNKNOWN, Operation(Op.OPAQUE, number=1), bounds, dtype, known)


def outcome(op: Op, x: Value, **options: float) -> Outcome:
    return evaluate(op, (x,), {name: scalar(value) for name, value in options.items()}, Dtype.FLOAT32)


@pytest.mark.parametrize(
    ("x", "expected", "known"),
    [
        (image(BYTES, Dtype.INTEGER), UNIT, True),
        (image(Interval(0.0, 51.0), Dtype.INTEGER), Interval(0.0, 0.2), True),
        (image(BYTES, Dtype.FLOAT32), BYTES, True),
        (image(Interval(-1.0, 1.0), Dtype.FLOAT32), Interval(-1.0, 1.0), True),
        (image(EVERYTHING, Dtype.UNKNOWN, known=False), UNIT, False),
    ],
    ids=["bytes", "a part of the bytes", "floats stay", "negative floats stay", "an unknown picture"],
)
def test_integers_are_scaled_to_the_unit_interval(x: Value, expected: Interval, known: bool) -> None:
    found = outcome(Op.SCALE_PIXELS, x)
    assert found.range.lo == pytest.approx(expected.lo)
    assert found.range.hi == pytest.approx(expected.hi)
    assert (found.known, found.dtype) == (known, Dtype.FLOAT32)


def test_conversion_without_scale_keeps_the_numbers() -> None:
    found = outcome(Op.SCALE_PIXELS, image(BYTES, Dtype.INTEGER), scale=False)
    assert (found.range, found.dtype) == (BYTES, Dtype.FLOAT32)


@pytest.mark.parametrize("x", [image(UNIT, Dtype.FLOAT32), image(EVERYTHING, Dtype.UNKNOWN, known=False)], ids=str)
def test_a_picture_of_floats_becomes_bytes(x: Value) -> None:
    found = outcome(Op.PIXELS, x)
    assert (found.range, found.dtype, found.known) == (BYTES, Dtype.INTEGER, True)


def test_a_picture_of_bytes_stays() -> None:
    few = Interval(3.0, 7.0)
    assert outcome(Op.PIXELS, image(few, Dtype.INTEGER)).range == few


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [(Interval(0.25, 0.5), UNIT), (Interval(10.0, 20.0), BYTES), (Interval(-3.0, 3.0), Interval(-3.0, 3.0))],
    ids=["floats", "bytes", "neither"],
)
def test_other_colours_take_the_whole_scale(bounds: Interval, expected: Interval) -> None:
    assert outcome(Op.RECOLOR, image(bounds, Dtype.UNKNOWN)).range == expected


def test_pixels_are_scaled_and_moved() -> None:
    found = outcome(Op.RESCALE, image(BYTES, Dtype.INTEGER), scale=1.0 / 127.5, offset=-1.0)
    assert (found.range.lo, found.range.hi) == pytest.approx((-1.0, 1.0), abs=1e-6)
    assert found.known


@pytest.mark.parametrize("options", [{"mean": 0.5}, {"mean": 0.5, "std": 0.0}], ids=["no deviation", "deviation 0"])
def test_nothing_is_known_without_a_deviation(options: dict[str, float]) -> None:
    found = outcome(Op.RESCALE, image(UNIT, Dtype.FLOAT32), **options)
    assert (found.range, found.known) == (EVERYTHING, False)
