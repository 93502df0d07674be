"""Workflow commands that GitHub shows as annotations of the lines of a pull request."""

from __future__ import annotations

from nanlint.findings import Finding, Level, Problem
from nanlint.formats import View
from nanlint.formats._places import portable, region, where
from nanlint.reports import FileReport

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice", Level.STRICT: "notice"}


def render(view: View) -> str:
    """An annotation for each finding and for each file that could not be linted."""
    files = view.report.files
    lines = [_finding(finding, file, view.root) for file in files for finding in file.findings]
    return "".join(f"{line}\n" for line in [*lines, *(_problem(it, view.root) for it in view.report.problems)])


def _finding(finding: Finding, file: FileReport, root: str) -> str:
    place = region(finding.place, file)
    properties: dict[str, object] = {
        "title": f"nanlint {finding.code} {finding.rule}",
        "file": portable(finding.place.path, root),
        "line": place.line,
        "endLine": place.end_line,
    }
    if place.column is not None and place.line == place.end_line:  # GitHub takes columns within one line alone
        properties |= {"col": place.column, "endColumn": place.end_column}
    message = f"{where(finding.place)}: {finding.code} {finding.message}"
    remedy = f"\n{finding.remedy}" if finding.remedy else ""
    return _command(_COMMANDS[finding.level], properties, message + remedy)


def _problem(problem: Problem, root: str) -> str:
    properties: dict[str, object] = {"title": "nanlint", "file": portable(problem.path, root)}
    if problem.cell is None and problem.line is not None:
        properties["line"] = problem.line
    return _command("error", properties, str(problem))


def _command(name: str, properties: dict[str, object], message: str) -> str:
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped(message)}"


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
