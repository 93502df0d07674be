"""One JSON object: the version, every finding with its evidence and its fix, every error. Lines and columns from 1."""

from __future__ import annotations

import json

from nanlint import __version__
from nanlint.findings import Edit, Finding, Fix, Place, Problem
from nanlint.formats import View
from nanlint.reports import FileReport
from nanlint.source import Lines


def render(view: View) -> str:
    """Ends are exclusive; columns count code points."""
    findings = [entry for file in view.report.files for entry in _findings(file)]
    errors = [_error(problem) for problem in view.report.problems]
    return json.dumps({"version": __version__, "findings": findings, "errors": errors}, indent=2) + "\n"


def _findings(file: FileReport) -> list[dict[str, object]]:
    lines = Lines(file.text)
    return [_finding(finding, lines) for finding in file.findings]


def _finding(finding: Finding, lines: Lines) -> dict[str, object]:
    place = finding.place
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "code": finding.code,
        "rule": finding.rule,
        "level": finding.level.label,
        "message": finding.message,
        "evidence": [_step(step.place, step.text, step.range) for step in finding.evidence],
        "fix": None if finding.fix is None else _fix(finding.fix, lines),
    }


def _step(place: Place, text: str, values: str | None) -> dict[str, object]:
    return {"path": place.path, "line": place.line, "column": place.column, "text": text, "range": values}


def _fix(fix: Fix, lines: Lines) -> dict[str, object]:
    edits = [_edit(edit, lines) for edit in fix.edits]
    return {"applicability": fix.applicability.value, "title": fix.title, "edits": edits}


def _edit(edit: Edit, lines: Lines) -> dict[str, object]:
    line, column = lines.position(edit.start)
    end_line, end_column = lines.position(edit.end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column, "text": edit.text}


def _error(problem: Problem) -> dict[str, object]:
    return {"path": problem.path, "line": problem.line, "column": problem.column, "message": problem.message}
