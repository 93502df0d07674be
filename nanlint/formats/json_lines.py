"""A JSON object on each line: a finding, or what kept a file from being linted as `{"error": {...}}`."""

from __future__ import annotations

import json

from nanlint.formats import View
from nanlint.formats._entries import error, findings


def render(view: View) -> str:
    """The objects are those of the JSON format."""
    found = [entry for file in view.report.files for entry in findings(file)]
    errors = [{"error": error(problem)} for problem in view.report.problems]
    return "".join(json.dumps(entry) + "\n" for entry in [*found, *errors])
