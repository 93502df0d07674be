"""All rules: those of this package, found by walking it (each module with a `RULE` is one), and those of plugins."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Mapping, Sequence

import nanlint.rules
from nanlint.plugins import Plugin, members
from nanlint.rule import Rule
from nanlint.selection import EVERY_RULE

_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_OWN = "NAN"


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code. Raises PluginError for a plugin that cannot be used."""
    return tuple(sorted([*builtin_rules(), *(rule for rule, _ in _added())], key=lambda rule: rule.code))


@functools.cache
def builtin_rules() -> tuple[Rule, ...]:
    """The rules of nanlint itself, sorted by code. Raises ValueError if two have one code or one name."""
    modules = (importlib.import_module(f"{nanlint.rules.__name__}.{name}") for name in _module_names())
    rules = sorted((module.RULE for module in modules if hasattr(module, "RULE")), key=lambda rule: rule.code)
    check_unique(rules)
    return tuple(rules)


def owner(rule: Rule) -> Plugin | None:
    """The plugin that the rule comes from; None for one of nanlint's own."""
    return next((plugin for added, plugin in _added() if added.code == rule.code), None)


@functools.cache
def _added() -> tuple[tuple[Rule, Plugin], ...]:
    """The rules of plugins. Raises PluginError for a code or a name that is malformed or taken."""
    owners: dict[str, object] = {key: "nanlint" for rule in builtin_rules() for key in (rule.code, rule.name)}
    added: list[tuple[Rule, Plugin]] = []
    for plugin, rule in members("rules", "RULE", Rule):
        if wrong := misnamed(rule.code, rule.name, owners):
            raise plugin.error(wrong)
        owners |= {rule.code: plugin, rule.name: plugin}
        added.append((rule, plugin))
    return tuple(added)


def misnamed(code: str, name: str, owners: Mapping[str, object]) -> str:
    """What is wrong with the code or the name of a plugin's rule, beside those that have an owner; empty if nothing."""
    if not _CODE.fullmatch(code) or code.startswith(_OWN):
        return f"{code!r} is no code for its rule: it wants a prefix of its own and three digits, as ACME101 has"
    if not _NAME.fullmatch(name) or name == EVERY_RULE.lower():
        return f"{name!r} is no name for its rule: it wants small words, as log-of-zero has"
    taken = next((key for key in (code, name) if key in owners), None)
    return "" if taken is None else f"its rule {code} {name} clashes with {taken} of {owners[taken]}"


def _module_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(nanlint.rules.__path__))


def check_unique(rules: Sequence[Rule]) -> None:
    """Raises ValueError if two rules share a code or a name, which select them."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        for key in (rule.code.lower(), rule.name.lower()):
            if seen.setdefault(key, rule) is not rule:
                raise ValueError(f"two rules are called {key}: {seen[key].name} and {rule.name}")
