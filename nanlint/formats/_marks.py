"""Small marks that formats for people share: the code, perhaps a link, and the star of what `--fix` would apply."""

from __future__ import annotations

from nanlint.findings import Applicability, Finding
from nanlint.formats import View
from nanlint.showing.links import terminal_link
from nanlint.showing.terminal import linked


def coded(finding: Finding, view: View) -> str:
    """The code of the rule; on a terminal that takes it, a link to what explains the rule."""
    target = terminal_link(finding.code, finding.rule) if view.links else None
    return finding.code if target is None else linked(finding.code, target)


def starred(finding: Finding, unsafe_fixes: bool) -> str:
    """`[*] ` if a run with the same options and `--fix` would rewrite it."""
    applied = (Applicability.SAFE, Applicability.UNSAFE) if unsafe_fixes else (Applicability.SAFE,)
    return "[*] " if finding.fix is not None and finding.fix.applicability in applied else ""
