"""A rule in the HTML report: why it exists, and the plot of the naive against the stable form."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from nanlint.formats._html_finding import inline
from nanlint.plots import PLOTS, WITHOUT
from nanlint.plots.number import Dtype
from nanlint.plots.plot import Plot
from nanlint.plots.svg import drawn
from nanlint.plots.words import told
from nanlint.rule import Rule


def section(rule: Rule) -> str:
    """The rule under its code, which is the anchor of links to it."""
    parts = [
        f'<h3><span class="code-of-rule">{rule.code}</span> {escape(rule.name)}</h3>',
        f'<p class="summary">{inline(rule.summary)}</p><p>{inline(rule.why)}</p>',
        *_plot(rule),
        *_more(rule),
    ]
    return f'<section class="rule-page" id="{rule.code}">{"".join(parts)}</section>'


def _plot(rule: Rule) -> Iterator[str]:
    plot = PLOTS.get(rule.code)
    if plot is not None:
        legend = f"{_key('naive', plot.naive.code)} {_key('stable', plot.stable.code)}"
        words = "".join(f"<li>{escape(told(plot, dtype))}</li>" for dtype in (Dtype.float32, Dtype.float16))
        yield (
            f'<figure><figcaption><span class="what">{_what(plot)}</span> {legend}</figcaption>'
            f"{drawn(plot)}<details><summary>In words</summary><ul>{words}</ul></details></figure>"
        )
    elif rule.code in WITHOUT:
        yield f'<p class="no-plot">{escape(WITHOUT[rule.code])}</p>'


def _what(plot: Plot) -> str:
    size = "Size of the " if plot.log else ""
    return escape(f"{size}{plot.y}" if size else plot.y[:1].upper() + plot.y[1:])


def _key(role: str, code: str) -> str:
    line = f'<svg viewBox="0 0 28 8" aria-hidden="true"><line class="{role}" x1="0" x2="28" y1="4" y2="4"/></svg>'
    return f'<span class="key {role}">{line} <code>{escape(code)}</code></span>'


def _more(rule: Rule) -> Iterator[str]:
    if rule.remedy:
        yield f"<p><strong>Remedy.</strong> {inline(rule.remedy)}</p>"
    if rule.fix_note:
        yield f"<p><strong>Fix.</strong> {inline(rule.fix_note)}</p>"
    if rule.references:
        links = "".join(f"<li>{_reference(reference)}</li>" for reference in rule.references)
        yield f'<ul class="references">{links}</ul>'


def _reference(text: str) -> str:
    shown = escape(text)
    return (
        f'<a href="{escape(text, quote=True)}" rel="noreferrer">{shown}</a>' if text.startswith("https://") else shown
    )
