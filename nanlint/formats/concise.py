"""One line for each finding, for editors and grep: `path:line:column: level code [*] message`."""

from __future__ import annotations

from nanlint.findings import Finding
from nanlint.formats import View
from nanlint.formats._marks import coded, starred
from nanlint.formats._places import where
from nanlint.showing.terminal import LEVEL_STYLES, Paint, one_line


def render(view: View) -> str:
    """`[*]` marks what a run with the same options and `--fix` would rewrite."""
    paint = Paint(view.colour)
    return "".join(f"{_line(finding, view, paint)}\n" for finding in view.report.findings)


def _line(finding: Finding, view: View, paint: Paint) -> str:
    place, level = paint(f"{where(finding.place)}:", "bold"), paint(finding.level.label, LEVEL_STYLES[finding.level])
    star = starred(finding, view.unsafe_fixes)
    return f"{place} {level} {coded(finding, view)} {star}{one_line(finding.message)}"
