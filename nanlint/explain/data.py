"""An explanation for programs."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass

from nanlint.explain.model import Explanation
from nanlint.findings import Place


def as_json(explanation: Explanation) -> str:
    """One object; places count lines and columns from 1, ends are exclusive."""
    return json.dumps(_plain(explanation), indent=2) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Place):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: item for name, item in found.items() if name != "cell" or item is not None}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
