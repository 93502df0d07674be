"""A summary in Markdown for the page of a CI run: counts by rule, then the findings with evidence and diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from nanlint.findings import Applicability, Finding, Level
from nanlint.formats import View, count
from nanlint.formats._places import portable, within
from nanlint.formats._summary import summary
from nanlint.formats.full import frame_lines
from nanlint.reports import FileReport, Report
from nanlint.showing.statistics import tallies
from nanlint.showing.terminal import one_line

_SHOWN = 100
"""Findings in full; a page of a CI run takes 1 MB."""

_WIDTH = 110
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_SIGNS = {Level.ERROR: "🔴", Level.WARNING: "🟠", Level.NOTE: "🔵", Level.STRICT: "⚪"}


def render(view: View) -> str:
    """Headings, tables and folded details, as GitHub and GitLab show them."""
    return "\n\n".join(_blocks(view)) + "\n"


def _blocks(view: View) -> Iterator[str]:
    report = view.report
    yield "# nanlint"
    yield f"**{escaped(summary(report, view.unsafe_fixes))}**"
    if report.problems:
        lines = [f"- {escaped(str(problem))}" for problem in report.problems]
        yield "\n".join(["## Not linted", "", *lines])
    if report.findings:
        yield _table(view)
        yield "## Findings"
    found = [(finding, file) for file in report.files for finding in file.findings]
    found.sort(key=lambda pair: -pair[0].level)
    for finding, file in found[:_SHOWN]:
        yield _details(finding, file, view.root)
    if len(found) > _SHOWN:
        yield f"… and {count(len(found) - _SHOWN, 'more finding')}."


def _table(view: View) -> str:
    applied = {Applicability.SAFE, *([Applicability.UNSAFE] if view.unsafe_fixes else [])}
    rows = [
        f"| {tally.code} | {escaped(tally.name)} | {_levels(tally.levels)} | {tally.fixable or ''} |"
        for tally in tallies(view.report.findings, applied)
    ]
    option = "--fix --unsafe-fixes" if view.unsafe_fixes else "--fix"
    return "\n".join([f"| code | rule | findings | `{option}` |", "|---|---|---|--:|", *rows])


def _levels(levels: Mapping[Level, int]) -> str:
    return ", ".join(f"{_SIGNS[level]} {count(number, level.label)}" for level, number in levels.items())


def _details(finding: Finding, file: FileReport, root: str) -> str:
    place = f"{portable(finding.place.path, root)}:{within(finding.place)}"
    head = f"{_SIGNS[finding.level]} <b>{finding.code}</b> {escape(finding.rule)} <code>{escape(place)}</code>"
    frame = "\n".join(frame_lines(finding, file, View(Report((file,)), width=_WIDTH)))
    return "\n".join(
        ["<details>", f"<summary>{head}</summary>", "", escaped(finding.message), "", _fenced(frame), "", "</details>"]
    )


def _fenced(text: str) -> str:
    """A block of code whose fence is longer than any row of backticks in it."""
    longest = max((len(row) for row in re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}text\n{text}\n{fence}"


def escaped(text: str) -> str:
    """Plain text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", one_line(text))
