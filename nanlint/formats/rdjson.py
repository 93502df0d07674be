"""Reviewdog's Diagnostic Format: one JSON object; columns count bytes of UTF-8, as Reviewdog does."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nanlint.findings import Finding, Fix, Level, Place, Problem, Step
from nanlint.formats import View
from nanlint.formats._places import by_path, bytes_before, portable, region, said_of_cell
from nanlint.reports import FileReport
from nanlint.showing.links import DOCUMENTATION, rule_address
from nanlint.text.lines import lines_of

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO", Level.STRICT: "INFO"}

Entry = dict[str, object]


def render(view: View) -> str:
    """A diagnostic for each finding, its evidence as related locations, and for each file that could not be linted."""
    files = by_path(view.report)
    found = [_finding(finding, files, view.root) for file in view.report.files for finding in file.findings]
    source = {"name": "nanlint", **({"url": DOCUMENTATION} if DOCUMENTATION else {})}
    diagnostics = [*found, *(_problem(problem, view.root) for problem in view.report.problems)]
    return json.dumps({"source": source, "severity": "WARNING", "diagnostics": diagnostics}, indent=2) + "\n"


def _finding(finding: Finding, files: Mapping[str, FileReport], root: str) -> Entry:
    address = rule_address(finding.code, finding.rule)
    remedy = f"\n{finding.remedy}" if finding.remedy else ""
    entry: Entry = {
        "message": f"{said_of_cell(finding.place)}{finding.message}{remedy}",
        "location": _location(finding.place, files, root),
        "severity": _SEVERITIES[finding.level],
        "code": {"value": finding.code, **({"url": address} if address else {})},
        "suggestions": _suggestions(finding.fix, files[finding.place.path]),
    }
    if finding.evidence:
        entry["related_locations"] = [_related(step, files, root) for step in finding.evidence]
    return entry


def _related(step: Step, files: Mapping[str, FileReport], root: str) -> Entry:
    values = "" if step.range is None or step.text.endswith(step.range) else f" {step.range}"
    return {"message": f"{step.text}{values}", "location": _location(step.place, files, root)}


def _location(place: Place, files: Mapping[str, FileReport], root: str) -> Entry:
    """Without columns where the text is not at hand: evidence in a file that has no finding of its own."""
    file = files.get(place.path)
    found = region(place, file)
    start, end = {"line": found.line}, {"line": found.end_line}
    if found.column is not None and found.end_column is not None and file is not None and file.text:
        start["column"] = bytes_before(file.text, found.line, found.column) + 1
        end["column"] = bytes_before(file.text, found.end_line, found.end_column) + 1
    return {"path": portable(place.path, root), "range": {"start": start, "end": end}}


def _suggestions(fix: Fix | None, file: FileReport) -> list[Entry]:
    """One suggestion with all edits, since a half of them would break the code; none for the JSON of a notebook."""
    if fix is None or file.cells:
        return []
    edits = sorted(fix.edits, key=lambda edit: (edit.start, edit.end))
    start, end = edits[0].start, max(edit.end for edit in edits)
    text, place = "", start
    for edit in edits:
        text += file.text[place : edit.start] + edit.text
        place = edit.end
    return [{"range": {"start": _position(file.text, start), "end": _position(file.text, end)}, "text": text}]


def _position(text: str, offset: int) -> Entry:
    line, column = lines_of(text).position(offset)
    return {"line": line, "column": bytes_before(text, line, column) + 1}


def _problem(problem: Problem, root: str) -> Entry:
    location: Entry = {"path": portable(problem.path, root)}
    if problem.line is not None and problem.cell is None:
        location["range"] = {"start": {"line": problem.line}}
    return {"message": f"{said_of_cell(problem)}{problem.message}", "location": location, "severity": "ERROR"}
