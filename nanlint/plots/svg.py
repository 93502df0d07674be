"""A plot as SVG without colours of its own: the page that holds it says how its classes look."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from nanlint.plots.lanes import Lane, lane, runs
from nanlint.plots.number import Dtype
from nanlint.plots.plot import Plot, is_whole, values
from nanlint.plots.scale import Scale, across, around
from nanlint.plots.words import told

_WIDTH, _PANEL, _LEFT, _GAP = 720, 306, 58, 42
_TOP, _HEIGHT, _LANE, _BOTTOM = 26, 170, 18, 40
_FORMATS = (Dtype.float32, Dtype.float16)
_ACROSS, _UP = 5, 5


@dataclass(frozen=True, slots=True)
class _Curve:
    """The values of one form in one format; `role` is its class."""

    role: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Panel:
    """One format: its two curves, and the scales and lanes that both panels share."""

    dtype: Dtype
    curves: tuple[_Curve, ...]
    x: Scale
    y: Scale
    lanes: dict[Lane, float]
    left: float


def drawn(plot: Plot) -> str:
    """Both formats side by side, on the same scales, with a title and a description for who listens."""
    curves = {dtype: _curves(plot, dtype) for dtype in _FORMATS}
    found = [value for pair in curves.values() for curve in pair for value in curve.values]
    present = [one for one in Lane if any(lane(value, log=plot.log) is one for value in found)]
    top = _TOP + _LANE * (Lane.INFINITE in present)
    below = [one for one in present if one is not Lane.INFINITE]
    middles: dict[Lane, float] = {one: top + _HEIGHT + _LANE * (index + 0.5) for index, one in enumerate(below)}
    if Lane.INFINITE in present:
        middles[Lane.INFINITE] = top - _LANE / 2
    y = around([v for v in found if lane(v, log=plot.log) is None], top + _HEIGHT, top, log=plot.log)
    floor = top + _HEIGHT + _LANE * len(below)
    parts: list[str] = []
    for index, dtype in enumerate(_FORMATS):
        left = _LEFT + index * (_PANEL + _GAP)
        x = across(plot.x.points, left, left + _PANEL, log=plot.x.log)
        parts += _panel(plot, _Panel(dtype, curves[dtype], x, y, middles, left), floor)
    title = escape(f"{plot.naive.code} and {plot.stable.code}: {plot.y} over {plot.x.label}")
    description = escape(" ".join(told(plot, dtype) for dtype in _FORMATS))
    head = f'<svg class="plot" role="img" viewBox="0 0 {_WIDTH} {floor + _BOTTOM:g}" aria-label="{_quoted(title)}">'
    return "".join([head, f"<title>{title}</title><desc>{description}</desc>", *parts, "</svg>"])


def _curves(plot: Plot, dtype: Dtype) -> tuple[_Curve, ...]:
    return _Curve("naive", values(plot, plot.naive, dtype)), _Curve("stable", values(plot, plot.stable, dtype))


def _panel(plot: Plot, panel: _Panel, floor: float) -> Iterator[str]:
    top, right = panel.y.last, panel.left + _PANEL
    middle = panel.left + _PANEL / 2
    yield f'<text class="name" x="{middle:g}" y="14">{panel.dtype.name}</text>'
    yield from _hazards(plot, panel)
    yield f'<rect class="frame" x="{panel.left:g}" y="{top:g}" width="{_PANEL}" height="{_HEIGHT}"/>'
    for tick in panel.y.ticks(_UP):
        height = panel.y(tick)
        yield f'<line class="grid" x1="{panel.left:g}" x2="{right:g}" y1="{height:.1f}" y2="{height:.1f}"/>'
        yield f'<text class="tick y" x="{panel.left - 6:g}" y="{height + 4:.1f}">{panel.y.label(tick)}</text>'
    for tick in panel.x.ticks(_ACROSS):
        place = panel.x(tick)
        yield f'<line class="grid" x1="{place:.1f}" x2="{place:.1f}" y1="{top:g}" y2="{top + _HEIGHT:g}"/>'
        yield f'<text class="tick x" x="{place:.1f}" y="{floor + 15:g}">{panel.x.label(tick)}</text>'
    for one, height in panel.lanes.items():
        yield f'<rect class="lane" x="{panel.left:g}" y="{height - 7:g}" width="{_PANEL}" height="14"/>'
        yield f'<text class="tick y" x="{panel.left - 6:g}" y="{height + 4:g}">{one.value}</text>'
    for curve in panel.curves:
        yield from _lines(plot, panel, curve)
    yield f'<text class="tick x" x="{middle:g}" y="{floor + 33:g}">{escape(plot.x.label)}</text>'


def _hazards(plot: Plot, panel: _Panel) -> Iterator[str]:
    """A shade over the stretches where the naive form is not finite."""
    points, place = plot.x.points, 0
    for finite, group in groupby(panel.curves[0].values, math.isfinite):
        first, place = place, place + len(list(group))
        if not finite:
            start, end = panel.x(points[first]), panel.x(points[place - 1])
            width = max(end - start, 3)
            yield f'<rect class="hazard" x="{start:.1f}" y="{panel.y.last:g}" width="{width:.1f}" height="{_HEIGHT}"/>'


def _lines(plot: Plot, panel: _Panel, curve: _Curve) -> Iterator[str]:
    """The curve where it is on the axis, a bar in the lane where it is not."""
    aside = -2.5 if curve.role == "naive" else 2.5
    for found, first, last in runs(curve.values, log=plot.log):
        places = [panel.x(point) for point in plot.x.points[first : last + 1]]
        if found is None:
            numbers = (abs(value) if plot.log else value for value in curve.values[first : last + 1])
            heights = [panel.y(number) for number in numbers]
        else:
            heights = [panel.lanes[found] + aside] * len(places)
        yield from _line(curve.role, places, heights, marked=is_whole(plot.x.points) or first == last)


def _line(role: str, places: Sequence[float], heights: Sequence[float], *, marked: bool) -> Iterator[str]:
    if len(places) > 1:
        path = " ".join(f"{place:.1f},{height:.1f}" for place, height in zip(places, heights, strict=True))
        yield f'<polyline class="{role}" points="{path}"/>'
    if marked:
        for place, height in zip(places, heights, strict=True):
            yield f'<circle class="{role}" cx="{place:.1f}" cy="{height:.1f}" r="3.5"/>'


def _quoted(escaped: str) -> str:
    return escaped.replace('"', "&quot;")
