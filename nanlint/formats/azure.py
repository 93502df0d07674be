"""Logging commands that Azure Pipelines lists as issues of a build; it has errors and warnings alone."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.findings import Finding, Level, Problem
from nanlint.formats import View
from nanlint.formats._places import portable, region, said_of_cell
from nanlint.reports import FileReport

_ESCAPES = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_ESCAPES_OF_PROPERTIES = {**_ESCAPES, "]": "%5D", ";": "%3B"}


def render(view: View) -> str:
    """An issue for each finding and for each file that could not be linted."""
    files = view.report.files
    lines = [_finding(finding, file, view.root) for file in files for finding in file.findings]
    return "".join(f"{line}\n" for line in [*lines, *(_problem(it, view.root) for it in view.report.problems)])


def _finding(finding: Finding, file: FileReport, root: str) -> str:
    place = region(finding.place, file)
    properties: dict[str, object] = {
        "type": "error" if finding.level is Level.ERROR else "warning",
        "sourcepath": portable(finding.place.path, root),
        "linenumber": place.line,
    }
    if place.column is not None:
        properties["columnnumber"] = place.column
    level = "" if finding.level >= Level.WARNING else f"{finding.level.label}: "
    return _issue(properties | {"code": finding.code}, f"{level}{said_of_cell(finding.place)}{finding.message}")


def _problem(problem: Problem, root: str) -> str:
    properties: dict[str, object] = {"type": "error", "sourcepath": portable(problem.path, root)}
    if problem.cell is None and problem.line is not None:
        properties["linenumber"] = problem.line
    return _issue(properties, f"{said_of_cell(problem)}{problem.message}")


def _issue(properties: dict[str, object], message: str) -> str:
    listed = "".join(f"{key}={_escaped(str(value), _ESCAPES_OF_PROPERTIES)};" for key, value in properties.items())
    return f"##vso[task.logissue {listed}]{_escaped(message, _ESCAPES)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
