"""What formats say of the rules behind the findings."""

from __future__ import annotations

from collections.abc import Iterable

from nanlint.findings import Finding
from nanlint.rule import Rule


def rules_behind(findings: Iterable[Finding]) -> list[Rule]:
    """The rules that reported something, by code."""
    from nanlint.rules.registry import all_rules

    codes = {finding.code for finding in findings}
    return sorted((rule for rule in all_rules() if rule.code in codes), key=lambda rule: rule.code)
