"""One JSON object: the version, every finding with its evidence and its fix, every error. Lines and columns from 1."""

from __future__ import annotations

import json

from nanlint import __version__
from nanlint.formats import View
from nanlint.formats._entries import error, findings


def render(view: View) -> str:
    """Ends are exclusive; columns count code points."""
    found = [entry for file in view.report.files for entry in findings(file)]
    errors = [error(problem) for problem in view.report.problems]
    return json.dumps({"version": __version__, "findings": found, "errors": errors}, indent=2) + "\n"
