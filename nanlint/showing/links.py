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
def rule_link(code: str, name: str) -> str | None:
    """What explains a rule, for who is on this machine: its page, or its own file with its examples.

    None for a rule that is not nanlint's.
    """
    own = [file.as_uri() for file in _files(code)]
    return rule_address(code, name) or next(iter(own), None)


@cache
def terminal_link(code: str, name: str) -> str | None:
    """As `rule_link`; the host is named, as a terminal may run on another one."""
    own = [f"file://{platform.node()}{quote(file.as_posix())}" for file in _files(code)]
    return rule_address(code, name) or next(iter(own), None)


def _files(code: str) -> list[Path]:
    """The file of a rule of nanlint's; nothing for one that is not."""
    return [file.resolve() for file in sorted((Path(__file__).parents[1] / "rules").glob(f"{code.lower()}_*.py"))]
