"""One line for each finding, for editors and grep: `path:line:column: level code [*] message`."""

from __future__ import annotations

from nanlint.findings import Applicability, Finding
from nanlint.formats import View
from nanlint.terminal import one_line


def render(view: View) -> str:
    """`[*]` marks what a run with the same options and `--fix` would rewrite."""
    return "".join(f"{_line(finding, view.unsafe_fixes)}\n" for finding in view.report.findings)


def _line(finding: Finding, unsafe_fixes: bool) -> str:
    applied = (Applicability.SAFE, Applicability.UNSAFE) if unsafe_fixes else (Applicability.SAFE,)
    star = "[*] " if finding.fix is not None and finding.fix.applicability in applied else ""
    place = f"{one_line(finding.place.path)}:{finding.place.line}:{finding.place.column}"
    return f"{place}: {finding.level.label} {finding.code} {star}{one_line(finding.message)}"
