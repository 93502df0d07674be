"""The last line of a report: how much of what was found where, and what can be fixed."""

from __future__ import annotations

from collections.abc import Sequence

from nanlint.findings import Applicability, Finding, Level
from nanlint.formats import count
from nanlint.notebooks.ipynb import PYTHON
from nanlint.reports import Report


def summary(report: Report, unsafe_fixes: bool) -> str:
    """For example `3 errors, 1 warning, 4 notes in 2 of 35 files; 2 fixable with --fix`."""
    findings = report.findings
    clauses = [f"{_levels(findings)} {_where(report)}", *_fixable(findings, unsafe_fixes)]
    return "; ".join([*(clauses if findings else [total(report)]), *_failed(report)])


def total(report: Report) -> str:
    """For example `8 findings in 2 of 35 files`."""
    return f"{count(len(report.findings), 'finding') if report.findings else 'No findings'} {_where(report)}"


def _where(report: Report) -> str:
    """In how many files there is something, of how many."""
    files = sum(bool(file.findings) or not file.problems for file in report.files if file.language == PYTHON)
    found = sum(bool(file.findings) for file in report.files)
    return f"in {found} of {count(files, 'file')}" if found else f"in {count(files, 'file')}"


def _failed(report: Report) -> list[str]:
    failed = sum(bool(file.problems) for file in report.files)
    return [f"{failed} failed"] if failed else []


def _levels(findings: Sequence[Finding]) -> str:
    numbers = {level: sum(finding.level is level for finding in findings) for level in reversed(Level)}
    return ", ".join(count(number, _noun(level)) for level, number in numbers.items() if number)


def _noun(level: Level) -> str:
    return "strict finding" if level is Level.STRICT else level.label


def _fixable(findings: Sequence[Finding], unsafe_fixes: bool) -> list[str]:
    kinds = [finding.fix.applicability for finding in findings if finding.fix is not None]
    safe, unsafe = kinds.count(Applicability.SAFE), kinds.count(Applicability.UNSAFE)
    if unsafe_fixes and safe + unsafe:
        return [f"{safe + unsafe} fixable with --fix --unsafe-fixes"]
    if safe:
        return [f"{safe} fixable with --fix" + (f", {unsafe} more with --unsafe-fixes" if unsafe else "")]
    return [f"{unsafe} fixable with --fix --unsafe-fixes"] if unsafe else []
