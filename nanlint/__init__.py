"""nanlint finds what will turn a loss into NaN, says why with evidence, and rewrites it to a stable equivalent.

The Python API is what `nanlint.__all__` names:

>>> import nanlint
>>> report = nanlint.lint_source("import numpy as np\\n\\n\\ndef f(z):\\n    return np.log(np.exp(z).sum())\\n")
>>> [(finding.place.line, finding.code, finding.rule, finding.level.label) for finding in report.findings]
[(5, 'NAN203', 'log-of-sum-of-exp', 'warning')]

`lint_source`, `lint_texts`, `lint_file` and `lint_paths` lint, `fix_source`, `fix_file` and `fix_paths` fix. They print
nothing and read no settings file; `settings_for(path)` gives the settings that the nearest such file holds for a file.

Stable are these names, their parameters, and the fields of what they take and return: until version 1.0 they change
with a minor version at most, afterwards with a major one, and new parameters and fields come with a default. Not stable
is what a release finds: rules are added, and findings, levels, messages and fixes get better. Every other module of the
package is its own business, save for what `nanlint.plugins` promises to packages that add rules.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanlint.api import fix_file, fix_paths, fix_source, lint_file, lint_paths, lint_source, lint_texts
    from nanlint.configuration.resolver import settings_for
    from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Problem, Step
    from nanlint.reports import FileReport, FixResult, Part, Report
    from nanlint.rule import Rule
    from nanlint.settings import Settings, SettingsError
    from nanlint.text.lines import Cell

__version__ = "0.1.0"

_HOMES = {
    "nanlint.api": ("fix_file", "fix_paths", "fix_source", "lint_file", "lint_paths", "lint_source", "lint_texts"),
    "nanlint.configuration.resolver": ("settings_for",),
    "nanlint.findings": ("Applicability", "Edit", "Finding", "Fix", "Level", "Place", "Problem", "Step"),
    "nanlint.text.lines": ("Cell",),
    "nanlint.reports": ("FileReport", "FixResult", "Part", "Report"),
    "nanlint.rule": ("Rule",),
    "nanlint.settings": ("Settings", "SettingsError"),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Applicability", "Cell", "Edit", "FileReport", "Finding", "Fix", "FixResult", "Level", "Part", "Place", "Problem",
    "Report", "Rule", "Settings", "SettingsError", "Step", "__version__", "fix_file", "fix_paths", "fix_source",
    "lint_file", "lint_paths", "lint_source", "lint_texts", "settings_for",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Imports what is asked for: `nanlint --version` needs neither LibCST nor a rule."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
