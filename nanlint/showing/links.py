"""Where a rule is explained: on the project's site if there is one, else in the file that nanlint came with."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path
from urllib.parse import quote

DOCUMENTATION = ""
"""The address of the published page of rules, `rules.md`; empty as long as there is none."""


def rule_address(code: str, name: str) -> str | None:
    """What reports for other machines refer to, None if nothing is published."""
    return f"{DOCUMENTATION}#{code.lower()}-{name}" if DOCUMENTATION else None


@cache
def terminal_link(code: str, name: str) -> str | None:
    """What the code of a rule leads to on this machine: the page of rules, or the rule's own file with its examples.

    None for a rule that is not nanlint's. The host is named, as a terminal may run on another one.
    """
    files = sorted((Path(__file__).parents[1] / "rules").glob(f"{code.lower()}_*.py"))
    own = [f"file://{platform.node()}{quote(file.resolve().as_posix())}" for file in files]
    return rule_address(code, name) or next(iter(own), None)
