"""What a plot shows, in words: for who reads no plots, and under it for who does."""

from __future__ import annotations

from collections.abc import Sequence

from nanlint.plots.lanes import Lane, is_finite, runs
from nanlint.plots.number import Dtype
from nanlint.plots.plot import Form, Plot, Shows, is_whole, values


def told(plot: Plot, dtype: Dtype) -> str:
    """For example `float32: log(x) is −∞ up to about 3.16e-46; log(clamp(x, min=eps)) is finite throughout`."""
    forms = [f"{form.code} {_told(plot, form, dtype)}" for form in (plot.naive, plot.stable)]
    return f"{dtype.name}: {'; '.join(forms)}."


def _told(plot: Plot, form: Form, dtype: Dtype) -> str:
    found = values(plot, form, dtype)
    broken = [run for run in runs(found, log=False) if not is_finite(run[0])]
    if not broken:
        return (
            "is finite throughout"
            if len(set(found)) > 1 or plot.shows is Shows.STEPS
            else f"is {found[0]:.3g} throughout"
        )
    return f"is {', '.join(_where(plot.x.points, *run) for run in broken)}"


def _where(points: Sequence[float], found: Lane | None, first: int, last: int) -> str:
    assert found is not None
    value, about = found.value, "" if is_whole(points) else "about "
    if first == 0 and last == len(points) - 1:
        return f"{value} throughout"
    if first == last:
        return f"{value} at {points[first]:.3g}"
    if first == 0:
        return f"{value} up to {about}{points[last]:.3g}"
    if last == len(points) - 1:
        return f"{value} from {about}{points[first]:.3g} on"
    return f"{value} from {about}{points[first]:.3g} to {points[last]:.3g}"
