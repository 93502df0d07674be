"""Paths as URIs: relative ones stay relative to the directory of the run, others name their file."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from nanlint.formats._places import portable

ROOT = "%SRCROOT%"
"""What relative URIs are relative to."""


def uri(path: str, root: str) -> dict[str, object]:
    """The `artifactLocation` of SARIF for a path."""
    shown = portable(path, root)
    if PurePath(shown).is_absolute():
        return {"uri": f"file://{'' if shown.startswith('/') else '/'}{quote(shown)}"}
    return {"uri": quote(shown), "uriBaseId": ROOT}
