"""Findings and problems as JSON has them."""

from __future__ import annotations

from nanlint.findings import Edit, Finding, Fix, Place, Problem
from nanlint.reports import FileReport
from nanlint.text.lines import Lines, lines_of

Entry = dict[str, object]


def findings(file: FileReport) -> list[Entry]:
    """The findings of a file; `cell` and `fix` may be null."""
    return [_finding(finding, file) for finding in file.findings]


def error(problem: Problem) -> Entry:
    """What kept a file from being linted; `cell`, `line` and `column` may be null."""
    return {
        "path": problem.path,
        "cell": problem.cell,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
    }


def _finding(finding: Finding, file: FileReport) -> Entry:
    return {
        **_place(finding.place),
        "code": finding.code,
        "rule": finding.rule,
        "level": finding.level.label,
        "message": finding.message,
        "remedy": finding.remedy,
        "evidence": [{**_place(step.place), "text": step.text, "range": step.range} for step in finding.evidence],
        "fix": None if finding.fix is None else _fix(finding.fix, file),
    }


def _place(place: Place) -> Entry:
    return {
        "path": place.path,
        "cell": place.cell,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _fix(fix: Fix, file: FileReport) -> Entry:
    edits: list[Entry] = []
    for part in file.parts(fix):
        lines = lines_of(part.text)
        edits += [_edit(edit, lines, part.cell) for edit in part.edits]
    return {"applicability": fix.applicability.value, "title": fix.title, "edits": edits}


def _edit(edit: Edit, lines: Lines, cell: int | None) -> Entry:
    line, column = lines.position(edit.start)
    end_line, end_column = lines.position(edit.end)
    return {
        "cell": cell,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": edit.text,
    }
