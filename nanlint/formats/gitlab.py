"""GitLab's Code Quality report: a JSON list of issues with fingerprints by which GitLab tells new ones from old."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from nanlint.findings import Finding, Level, Problem
from nanlint.formats import View
from nanlint.formats._fingerprints import digest, fingerprinted
from nanlint.formats._places import Region, portable, region, said_of_cell
from nanlint.reports import FileReport

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "minor", Level.STRICT: "info"}

Issue = dict[str, object]


def render(view: View) -> str:
    """Paths are relative to the project that GitLab has checked out, where the run is inside it."""
    base = _Base(view.root, os.environ.get("CI_PROJECT_DIR", ""))
    issues = [
        _finding(finding, fingerprint, file, base)
        for file in view.report.files
        for finding, fingerprint in fingerprinted(file, view.root)
    ]
    return json.dumps([*issues, *(_problem(problem, base) for problem in view.report.problems)], indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class _Base:
    """What paths are relative to: the project, or the working directory where there is none."""

    root: str
    project: str

    def __call__(self, path: str) -> str:
        return portable(str(Path(self.root, path)), self.project) if self.project else portable(path, self.root)


def _finding(finding: Finding, fingerprint: str, file: FileReport, base: _Base) -> Issue:
    return {
        "description": f"{finding.code}: {said_of_cell(finding.place)}{finding.message}",
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.level],
        "location": {"path": base(finding.place.path), "positions": _positions(region(finding.place, file))},
    }


def _positions(place: Region) -> Issue:
    return {
        "begin": {"line": place.line, "column": place.column or 1},
        "end": {"line": place.end_line, "column": place.end_column or 1},
    }


def _problem(problem: Problem, base: _Base) -> Issue:
    line = problem.line if problem.line is not None and problem.cell is None else 1
    column = (problem.column if problem.cell is None else None) or 1
    return {
        "description": f"{said_of_cell(problem)}{problem.message}",
        "check_name": "not-linted",
        "fingerprint": digest(str(problem)),
        "severity": "blocker",
        "location": {"path": base(problem.path), "positions": _positions(Region(line, column, line, column))},
    }
