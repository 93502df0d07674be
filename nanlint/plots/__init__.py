"""Plots of what rules are about: the naive against the stable form, computed as float16 and float32 compute."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.plots import compositions, losses, poles, precision, training
from nanlint.plots.plot import Plot

PLOTS: Mapping[str, Plot] = {
    **poles.PLOTS,
    **compositions.PLOTS,
    **losses.PLOTS,
    **precision.PLOTS,
    **training.PLOTS,
}
"""The plot of a rule, by its code."""

WITHOUT: Mapping[str, str] = {
    "NAN001": "A comment that silences nothing has no numbers: there is no curve to draw.",
    **losses.WITHOUT,
    **training.WITHOUT,
}
"""Why a rule has none, by its code."""
