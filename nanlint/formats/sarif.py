"""SARIF 2.1.0: results with the evidence as code flows, fixes, rules with help, and what could not be linted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from nanlint import __version__
from nanlint.docs import markdown
from nanlint.findings import Finding, Fix, Level, Place, Problem, Step
from nanlint.formats import View
from nanlint.formats._fingerprints import fingerprinted
from nanlint.formats._places import by_path, region, said_of_cell
from nanlint.formats._rules import rules_behind
from nanlint.formats._uris import ROOT, uri
from nanlint.reports import FileReport
from nanlint.rule import Rule
from nanlint.showing.links import DOCUMENTATION, rule_address
from nanlint.text.lines import lines_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note", Level.STRICT: "note"}
_SEVERITIES = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "recommendation",
    Level.STRICT: "recommendation",
}

Entry = dict[str, object]


def render(view: View) -> str:
    """One run; lines and columns from 1, columns in code points, ends exclusive."""
    rules = rules_behind(view.report.findings)
    files = by_path(view.report)
    results = [
        _result(finding, fingerprint, [rule.code for rule in rules], files, view.root)
        for file in view.report.files
        for finding, fingerprint in fingerprinted(file, view.root)
    ]
    run: Entry = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(view.report.problems, view.root)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The directory that nanlint ran in."}}},
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(rules: Sequence[Rule]) -> Entry:
    about = {"informationUri": DOCUMENTATION} if DOCUMENTATION else {}
    return {
        "name": "nanlint",
        "version": __version__,
        "semanticVersion": __version__,
        **about,
        "rules": list(map(_rule, rules)),
    }


def _rule(rule: Rule) -> Entry:
    worst = max((bad.level for bad in rule.bad), default=Level.WARNING)
    address = rule_address(rule.code, rule.name)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} {rule.remedy}".strip(), "markdown": markdown(rule)},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": {
            "tags": ["numerical-stability"],
            "precision": "high",
            "problem.severity": _SEVERITIES[worst],
        },
    }


def _result(
    finding: Finding, fingerprint: str, codes: Sequence[str], files: Mapping[str, FileReport], root: str
) -> Entry:
    text = f"{said_of_cell(finding.place)}{finding.message}"
    result: Entry = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.level],
        "message": {"text": f"{text}\n{finding.remedy}" if finding.remedy else text},
        "locations": [_location(finding.place, files, root)],
        "partialFingerprints": {"nanlint/v1": fingerprint},
    }
    if finding.code in codes:
        result["ruleIndex"] = codes.index(finding.code)
    if finding.evidence:
        steps = [_step(step, files, root) for step in finding.evidence]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.fix is not None and not files[finding.place.path].cells:
        result["fixes"] = [_fix(finding.fix, files[finding.place.path], root)]
    return result


def _location(place: Place, files: Mapping[str, FileReport], root: str) -> Entry:
    found = region(place, files.get(place.path))
    where: Entry = {"startLine": found.line, "endLine": found.end_line}
    if found.column is not None:
        where |= {"startColumn": found.column, "endColumn": found.end_column}
    location: Entry = {"physicalLocation": {"artifactLocation": uri(place.path, root), "region": where}}
    if place.cell is not None:
        location["logicalLocations"] = [{"name": f"cell {place.cell}", "kind": "module"}]
    return location


def _step(step: Step, files: Mapping[str, FileReport], root: str) -> Entry:
    message = {"text": f"{said_of_cell(step.place)}{step.text}"}
    state = {} if step.range is None else {"state": {"value": {"text": step.range}}}
    return {"location": {**_location(step.place, files, root), "message": message}, **state}


def _fix(fix: Fix, file: FileReport, root: str) -> Entry:
    lines = lines_of(file.text)
    replacements: list[Entry] = []
    for edit in fix.edits:
        (line, column), (end_line, end_column) = lines.position(edit.start), lines.position(edit.end)
        gone = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
        replacements.append({"deletedRegion": gone, "insertedContent": {"text": edit.text}})
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": uri(file.path, root), "replacements": replacements}],
        "properties": {"applicability": fix.applicability.value},
    }


def _invocation(problems: Sequence[Problem], root: str) -> Entry:
    told = [_notification(problem, root) for problem in problems]
    return {"executionSuccessful": not problems, **({"toolExecutionNotifications": told} if told else {})}


def _notification(problem: Problem, root: str) -> Entry:
    where: Entry = {"artifactLocation": uri(problem.path, root)}
    if problem.line is not None and problem.cell is None:
        where["region"] = {"startLine": problem.line, **({"startColumn": problem.column} if problem.column else {})}
    message = {"text": f"{said_of_cell(problem)}{problem.message}"}
    return {"level": "error", "message": message, "locations": [{"physicalLocation": where}]}
