"""Findings under the names of their files, places aligned: `line:column level code [*] message`."""

from __future__ import annotations

from nanlint.formats import View
from nanlint.formats._marks import coded, starred
from nanlint.formats._places import within
from nanlint.formats._summary import summary
from nanlint.reports import FileReport
from nanlint.showing.terminal import LEVEL_STYLES, Paint, one_line


def render(view: View) -> str:
    """A block for each file with findings, then the summary."""
    paint = Paint(view.colour)
    blocks = [_block(file, view, paint) for file in view.report.files if file.findings]
    return "\n".join([*blocks, f"{paint(summary(view.report, view.unsafe_fixes), 'bold')}\n"])


def _block(file: FileReport, view: View, paint: Paint) -> str:
    places = [within(finding.place) for finding in file.findings]
    levels = [finding.level.label for finding in file.findings]
    width, wide = max(map(len, places)), max(map(len, levels))
    lines = [paint(f"{one_line(file.path)}:", "bold")]
    for place, level, finding in zip(places, levels, file.findings, strict=True):
        shown = paint(f"{level:<{wide}}", LEVEL_STYLES[finding.level])
        star = starred(finding, view.unsafe_fixes)
        lines.append(f"  {place:<{width}}  {shown} {coded(finding, view)} {star}{one_line(finding.message)}")
    return "\n".join(lines) + "\n"
