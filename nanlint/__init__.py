"""nanlint finds what will turn a loss into NaN, says why with evidence, and rewrites it to a stable equivalent."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanlint.api import fix_file, fix_paths, fix_source, lint_file, lint_paths, lint_source, lint_texts
    from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Problem, Step
    from nanlint.reports import FileReport, FixResult, Report
    from nanlint.rule import Rule
    from nanlint.settings import Settings, SettingsError

__version__ = "0.1.0"

_HOMES = {
    "nanlint.api": ("fix_file", "fix_paths", "fix_source", "lint_file", "lint_paths", "lint_source", "lint_texts"),
    "nanlint.findings": ("Applicability", "Edit", "Finding", "Fix", "Level", "Place", "Problem", "Step"),
    "nanlint.reports": ("FileReport", "FixResult", "Report"),
    "nanlint.rule": ("Rule",),
    "nanlint.settings": ("Settings", "SettingsError"),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Applicability", "Edit", "FileReport", "Finding", "Fix", "FixResult", "Level", "Place", "Problem", "Report", "Rule",
    "Settings", "SettingsError", "Step", "__version__", "fix_file", "fix_paths", "fix_source", "lint_file",
    "lint_paths", "lint_source", "lint_texts",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Imports what is asked for: `nanlint --version` needs neither LibCST nor a rule."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
