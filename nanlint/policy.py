"""What the settings of a file make of a finding: its level, and whether its fix is one that may be applied."""

from __future__ import annotations

from dataclasses import replace

from nanlint.findings import Finding
from nanlint.settings import Settings


def judged(finding: Finding, settings: Settings) -> Finding:
    """The finding with the level and the fix that the settings give it."""
    level, fix = settings.level(finding.code, finding.rule, finding.level), finding.fix
    if fix is not None:
        applicability = settings.applicability(finding.code, finding.rule, fix.applicability)
        fix = None if applicability is None else replace(fix, applicability=applicability)
    return finding if (level, fix) == (finding.level, finding.fix) else replace(finding, level=level, fix=fix)
