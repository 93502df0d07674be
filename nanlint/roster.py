"""The rules by code and name alone, without importing them: that takes LibCST, and half a second."""

from __future__ import annotations

import difflib
import functools
import pkgutil
from typing import NamedTuple

import nanlint.rules
from nanlint.plugins import found
from nanlint.selection import narrowness


class Named(NamedTuple):
    """What a rule is called."""

    code: str
    name: str


@functools.cache
def known() -> tuple[Named, ...]:
    """Every rule, sorted by code; the file of a rule of nanlint's own is called as the rule is.

    Raises PluginError for a plugin that cannot be used.
    """
    if found():
        from nanlint.rules.registry import all_rules

        return tuple(Named(rule.code, rule.name) for rule in all_rules())
    stems = (module.name.partition("_") for module in pkgutil.iter_modules(nanlint.rules.__path__))
    return tuple(sorted(Named(code.upper(), name.replace("_", "-")) for code, _, name in stems if name))


def meant(selector: str) -> tuple[Named, ...]:
    """The rules that a code, the beginning of a code (`NAN2`), a name or `ALL` selects, in any case."""
    return tuple(rule for rule in known() if narrowness(selector, rule.code, rule.name) >= 0)


def complaint(selector: str) -> str | None:
    """Why a selector selects nothing; None if it selects something."""
    return None if selector and meant(selector) else unknown(selector)


def unknown(selector: str) -> str:
    """What to say of a rule that does not exist, with the nearest name."""
    by_lower = {name.lower(): name for rule in known() for name in rule}
    wanted = selector.lower()
    nearest = max(by_lower, key=lambda name: (_likeness(wanted, name), _in_place(wanted, name)), default="")
    hint = f"; did you mean {by_lower[nearest]}?" if nearest else ""
    return f"unknown rule {selector!r}{hint}"


def _likeness(wanted: str, name: str) -> float:
    return difflib.SequenceMatcher(None, name, wanted).ratio()


def _in_place(wanted: str, name: str) -> int:
    """How many characters stand where they should."""
    return sum(one == other for one, other in zip(wanted, name, strict=False))
