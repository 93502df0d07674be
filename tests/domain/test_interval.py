"""Intervals against the sets they stand for: random intervals, random members."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.domain import arithmetic
from nanlint.domain.interval import (
    EVERYTHING,
    NEGATIVE,
    NON_NEGATIVE,
    NONZERO,
    NOTHING,
    POSITIVE,
    SMALLEST,
    UNIT,
    Interval,
    inf,
    interval,
    number,
    point,
)

numbers = st.one_of(st.floats(-100.0, 100.0), st.sampled_from([0.0, 1.0, -1.0, SMALLEST, -SMALLEST, 1e308, -1e308]))
intervals = st.builds(lambda a, b, hole: interval(min(a, b), max(a, b), hole), numbers, numbers, st.booleans()).filter(
    lambda x: not x.empty
)


@st.composite
def members(draw: st.DrawFn) -> tuple[Interval, float]:
    """An interval and one of its elements."""
    bounds = draw(intervals)
    return bounds, draw(st.floats(bounds.lo, bounds.hi).filter(bounds.contains))


@given(members(), intervals)
def test_join_holds_both(member: tuple[Interval, float], other: Interval) -> None:
    bounds, x = member
    assert bounds.join(other).contains(x)
    assert other.join(bounds).contains(x)


@given(members(), intervals)
def test_meet_holds_what_both_hold(member: tuple[Interval, float], other: Interval) -> None:
    bounds, x = member
    assert bounds.meet(other).contains(x) is other.contains(x)


@given(members(), intervals)
def test_widening_holds_both(member: tuple[Interval, float], other: Interval) -> None:
    bounds, x = member
    widened = bounds.widen(other)
    assert widened.contains(x)
    assert widened.join(other) == widened


@given(st.lists(intervals, min_size=20, max_size=20))
def test_widening_comes_to_an_end(newer: list[Interval]) -> None:
    """Each end moves at most twice, and the hole closes once."""
    steps = [newer[0]]
    for bounds in newer:
        steps.append(steps[-1].widen(bounds))
    assert len(set(steps)) <= 6


@given(members())
def test_integers_are_those_inside(member: tuple[Interval, float]) -> None:
    bounds, x = member
    whole = float(round(x))
    assert bounds.integers().contains(whole) is bounds.contains(whole)


@given(intervals, intervals)
def test_overlap_is_a_meeting_that_is_not_empty(x: Interval, y: Interval) -> None:
    plain = Interval(y.lo, y.hi)
    assert x.overlaps(y.lo, y.hi) is not x.meet(plain).empty


@given(members(), members())
def test_arithmetic_holds_what_it_gives_on_elements(a: tuple[Interval, float], b: tuple[Interval, float]) -> None:
    (xs, x), (ys, y) = a, b
    assert arithmetic.add(xs, ys).contains(x + y)
    assert arithmetic.subtract(xs, ys).contains(x - y)
    assert arithmetic.multiply(xs, ys).contains(x * y)
    assert arithmetic.negative(xs).contains(-x)
    assert arithmetic.absolute(xs).contains(abs(x))
    assert arithmetic.square(xs).contains(x * x)
    if y != 0.0:
        assert arithmetic.divide(xs, ys).contains(x / y)
    if x > 0.0 or (x < 0.0 and arithmetic.whole(y)):
        assert arithmetic.power(xs, ys).contains(arithmetic.real_power(x, y))


@given(members(), st.integers(-4, 5))
def test_integer_power_holds_what_it_gives_on_elements(member: tuple[Interval, float], n: int) -> None:
    bounds, x = member
    raised = arithmetic.power(bounds, point(float(n)))
    if x == 0.0 and n < 0:
        assert raised.contains(inf)
    else:
        assert raised.contains(arithmetic.real_power(x, float(n)))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (arithmetic.divide(point(1.0), UNIT), Interval(1.0, inf)),
        (arithmetic.divide(point(1.0), Interval(-1.0, 0.0)), EVERYTHING),
        (arithmetic.divide(point(1.0), Interval(-1.0, 1.0)), EVERYTHING),
        (arithmetic.divide(point(0.0), UNIT), point(0.0)),
        (arithmetic.divide(NON_NEGATIVE, Interval(1.0, inf)), NON_NEGATIVE),
        (arithmetic.multiply(NON_NEGATIVE, UNIT), NON_NEGATIVE),
        (arithmetic.multiply(EVERYTHING, point(0.0)), point(0.0)),
        (arithmetic.power(EVERYTHING, point(2.0)), NON_NEGATIVE),
        (arithmetic.power(EVERYTHING, point(3.0)), EVERYTHING),
        (arithmetic.power(EVERYTHING, point(0.5)), NON_NEGATIVE),
        (arithmetic.power(point(2.0), EVERYTHING), NON_NEGATIVE),
        (arithmetic.power(EVERYTHING, UNIT), EVERYTHING),
        (arithmetic.absolute(NONZERO), POSITIVE),
        (arithmetic.negative(POSITIVE), NEGATIVE),
        (arithmetic.subtract(EVERYTHING, EVERYTHING), EVERYTHING),
    ],
)
def test_arithmetic_at_the_edges(found: Interval, expected: Interval) -> None:
    assert found == expected


def test_hole_at_an_end_moves_the_end() -> None:
    assert interval(0.0, 1.0, nonzero=True) == Interval(SMALLEST, 1.0)
    assert interval(-1.0, 0.0, nonzero=True) == Interval(-1.0, -SMALLEST)
    assert interval(0.0, 0.0, nonzero=True).empty
    assert interval(1.0, 2.0, nonzero=True) == Interval(1.0, 2.0)


def test_hole_survives_only_where_both_sides_exclude_zero() -> None:
    assert Interval(-1.0, -0.5).join(Interval(0.5, 1.0)) == Interval(-1.0, 1.0, nonzero=True)
    assert NONZERO.join(point(0.0)) == EVERYTHING
    assert NONZERO.meet(NON_NEGATIVE) == POSITIVE


def test_nan_at_an_end_bounds_nothing() -> None:
    assert interval(math.nan, math.nan) == EVERYTHING


def test_empty_interval_is_neutral() -> None:
    assert NOTHING.join(UNIT) == UNIT.join(NOTHING) == UNIT
    assert NOTHING.map(math.exp).empty


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        (UNIT, "[0, 1]"),
        (EVERYTHING, "(-inf, inf)"),
        (POSITIVE, "(0, inf)"),
        (NEGATIVE, "(-inf, 0)"),
        (NONZERO, "(-inf, inf) except 0"),
        (point(0.5), "0.5"),
        (point(-inf), "-inf"),
        (NOTHING, "nothing"),
        (Interval(1e-8, 88.7228), "[1e-08, 88.72]"),
        (Interval(2.0**-149, 1.0), "(0, 1]"),
    ],
)
def test_interval_is_written_as_people_write_it(bounds: Interval, text: str) -> None:
    assert str(bounds) == text


@pytest.mark.parametrize(("x", "text"), [(1.0, "1"), (-3.0, "-3"), (1e20, "1e+20"), (1e-8, "1e-08"), (inf, "inf")])
def test_number_is_written_as_people_write_it(x: float, text: str) -> None:
    assert number(x) == text
