"""The form of the HTML report that filters its findings by level, rule, file and text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape

from nanlint.findings import Level
from nanlint.formats._places import portable
from nanlint.reports import Report

_SEARCH = '<input type="search" name="text" placeholder="message, code, path" autocomplete="off">'
_STATE = '<output name="state" aria-live="polite"></output> <button type="button" name="all">Show all</button>'


def filters(report: Report, root: str) -> str:
    """The form, hidden as long as no script brings it to life; a group with nothing checked filters nothing."""
    findings = report.findings
    levels = {level.label: level.label for level in reversed(Level)}
    names = {finding.code: f"{finding.code} {finding.rule}" for finding in sorted(findings, key=lambda it: it.code)}
    paths = [portable(finding.place.path, root) for finding in findings]
    return "".join(
        [
            '<form class="filters" role="search" aria-label="Filter the findings" hidden>',
            f'<label class="text">Text {_SEARCH}</label>',
            _boxes("Level", "level", levels, Counter(finding.level.label for finding in findings)),
            _boxes("Rule", "rule", names, Counter(finding.code for finding in findings)),
            _boxes("File", "file", {path: path for path in paths}, Counter(paths)),
            f'<p class="state">{_STATE}</p></form>',
        ]
    )


def _boxes(title: str, name: str, labels: Mapping[str, str], numbers: Counter[str]) -> str:
    """A group of check boxes with the number of findings each stands for."""
    rows = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(value, quote=True)}"> '
        f'<span class="label">{escape(label)}</span> <span class="count">{numbers[value]}</span></label>'
        for value, label in labels.items()
        if numbers[value]
    )
    return f"<fieldset><legend>{title}</legend><div>{rows}</div></fieldset>"
