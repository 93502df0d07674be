"""Each rule has a plot, or a reason for none; a plot is SVG that stands alone, and its words are true."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.plots import PLOTS, WITHOUT
from nanlint.plots.number import Dtype
from nanlint.plots.plot import Axis, Form, Plot, count, linear, powers, values
from nanlint.plots.scale import Scale, across, around
from nanlint.plots.svg import drawn
from nanlint.plots.words import told
from nanlint.rules.registry import builtin_rules

SVG = "{http://www.w3.org/2000/svg}"
FINITE_IN_BOTH = {"NAN209", "NAN301", "NAN302", "NAN303", "NAN304", "NAN309", "NAN310", "NAN403", "NAN409", "NAN504"}
"""The naive form is wrong or useless there, not infinite."""


def test_every_rule_has_a_plot_or_a_reason() -> None:
    codes = {rule.code for rule in builtin_rules()}
    assert codes == set(PLOTS) | set(WITHOUT)
    assert not set(PLOTS) & set(WITHOUT)


@pytest.mark.parametrize("code", PLOTS)
def test_the_naive_form_breaks_and_the_stable_one_does_not(code: str) -> None:
    plot = PLOTS[code]
    naive = [value for dtype in Dtype for value in values(plot, plot.naive, dtype)]
    stable = [value for dtype in Dtype for value in values(plot, plot.stable, dtype)]
    assert all(map(math.isfinite, stable)) or code == "NAN116"  # in float16 the numbers themselves are infinite
    assert all(map(math.isfinite, naive)) == (code in FINITE_IN_BOTH)
    assert naive != stable


@pytest.mark.parametrize("code", PLOTS)
def test_a_plot_is_well_formed_and_stays_within_its_frame(code: str) -> None:
    root = ElementTree.fromstring(drawn(PLOTS[code]).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") and "float16" in str(root.findtext(f"{SVG}desc"))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for line in root.iter(f"{SVG}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width and 0 <= y <= height
    roles = [element.attrib["class"] for element in root if element.tag in (f"{SVG}polyline", f"{SVG}circle")]
    assert {"naive", "stable"} == set(roles)
    assert [text.text for text in root.iter(f"{SVG}text") if text.attrib["class"] == "name"] == ["float32", "float16"]


def test_the_words_say_where_the_values_are_what() -> None:
    assert told(PLOTS["NAN101"], Dtype.float32) == (
        "float32: log(x) is −∞ up to about 3.16e-46; log(clamp(x, min=eps)) is finite throughout."
    )
    assert (
        told(PLOTS["NAN109"], Dtype.float16)
        == "float16: std(x) is NaN at 1; std(x, correction=0) is finite throughout."
    )
    same = Form("0 / 0", lambda x: (x - x) / (x - x))
    assert told(Plot(count("n", 0, 3), "y", same, same), Dtype.float32) == (
        "float32: 0 / 0 is NaN throughout; 0 / 0 is NaN throughout."
    )


def test_axes() -> None:
    assert linear("x", -1, 1, 5).points == (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert powers("x", -1, 1, per_decade=1).points == (0.1, 1.0, 10.0)
    assert count("n", 0, 2) == Axis("n", (0.0, 1.0, 2.0))


def test_ticks_are_round_and_named_as_people_do() -> None:
    scale = across((-150.0, 30.0), 0, 100, log=False)
    assert list(map(scale.label, scale.ticks(5))) == ["−150", "−100", "−50", "0"]
    scale = across((1e-50, 1.0), 0, 100, log=True)
    assert list(map(scale.label, scale.ticks(5))) == ["10⁻⁵⁰", "10⁻⁴⁰", "10⁻³⁰", "10⁻²⁰", "10⁻¹⁰", "10⁰"]


@given(st.lists(st.floats(-1e30, 1e30), min_size=1), st.booleans())
def test_a_scale_has_room_for_every_value(numbers: list[float], log: bool) -> None:
    shown = [abs(number) for number in numbers if number] if log else numbers
    scale = around(numbers, 100, 0, log=log)
    assert all(-1e-6 <= scale(number) <= 100 + 1e-6 for number in shown)
    assert all(scale.low * 0.99 <= tick <= scale.high * 1.01 for tick in scale.ticks(5)) or not log


def test_a_scale_of_nothing_is_a_scale() -> None:
    assert isinstance(around([], 100, 0, log=True), Scale)
    assert around([], 100, 0, log=False)(1.0) == 50
