"""All rules, found by walking this package: each module with a `RULE` is one."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Sequence

import nanlint.rules
from nanlint.rule import Rule
from nanlint.settings import EVERY_RULE, SettingsError


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code. Raises ValueError if two have one code or one name."""
    modules = (importlib.import_module(f"{nanlint.rules.__name__}.{name}") for name in _module_names())
    rules = sorted((module.RULE for module in modules if hasattr(module, "RULE")), key=lambda rule: rule.code)
    check_unique(rules)
    return tuple(rules)


def _module_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(nanlint.rules.__path__))


def check_unique(rules: Sequence[Rule]) -> None:
    """Raises ValueError if two rules share a code or a name, which select them."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        for key in (rule.code.lower(), rule.name.lower()):
            if seen.setdefault(key, rule) is not rule:
                raise ValueError(f"two rules are called {key}: {seen[key].name} and {rule.name}")


def find_rule(code_or_name: str) -> Rule:
    """The rule of that code or name, in any case. Raises SettingsError, with the nearest name, if there is none."""
    wanted = code_or_name.lower()
    for rule in all_rules():
        if wanted in (rule.code.lower(), rule.name.lower()):
            return rule
    raise SettingsError(_unknown(code_or_name))


def matching(selector: str) -> tuple[Rule, ...]:
    """The rules that a code, the beginning of a code (`NAN2`), a name or `ALL` selects, in any case."""
    wanted = selector.lower()
    if wanted == EVERY_RULE.lower():
        return all_rules()
    return tuple(rule for rule in all_rules() if rule.name.lower() == wanted or rule.code.lower().startswith(wanted))


def complaint(selector: str) -> str | None:
    """Why a selector selects nothing; None if it selects something."""
    return None if selector and matching(selector) else _unknown(selector)


def select_rules(select: Sequence[str], ignore: Sequence[str] = (), extend_select: Sequence[str] = ()) -> list[Rule]:
    """The rules that are selected and not ignored, by code. Raises SettingsError for a selector that selects none."""
    for selector in (*select, *extend_select, *ignore):
        if wrong := complaint(selector):
            raise SettingsError(wrong)
    wanted = {rule.code for selector in (*select, *extend_select) for rule in matching(selector)}
    unwanted = {rule.code for selector in ignore for rule in matching(selector)}
    return [rule for rule in all_rules() if rule.code in wanted - unwanted]


def _unknown(selector: str) -> str:
    names = [name for rule in all_rules() for name in (rule.code, rule.name)]
    by_lower = {name.lower(): name for name in names}
    wanted = selector.lower()
    nearest = max(by_lower, key=lambda name: (_likeness(wanted, name), _in_place(wanted, name)), default="")
    hint = f"; did you mean {by_lower[nearest]}?" if nearest else ""
    return f"unknown rule {selector!r}{hint}"


def _likeness(wanted: str, name: str) -> float:
    return difflib.SequenceMatcher(None, name, wanted).ratio()


def _in_place(wanted: str, name: str) -> int:
    """How many characters stand where they should."""
    return sum(one == other for one, other in zip(wanted, name, strict=False))
