"""The rules that a name, a selector or settings mean."""

from __future__ import annotations

import functools
from dataclasses import replace

from nanlint.roster import complaint, unknown
from nanlint.rule import Rule
from nanlint.rules.registry import all_rules
from nanlint.selection import EVERY_RULE, narrowness
from nanlint.settings import Settings, SettingsError

UNUSED = "NAN001"
"""The rule on comments that silence nothing, for which the other rules have to be asked."""


def find_rule(code_or_name: str) -> Rule:
    """The rule of that code or name, in any case. Raises SettingsError, with the nearest name, if there is none."""
    wanted = code_or_name.lower()
    for rule in all_rules():
        if wanted in (rule.code.lower(), rule.name.lower()):
            return rule
    raise SettingsError(unknown(code_or_name))


def matching(selector: str) -> tuple[Rule, ...]:
    """The rules that a code, the beginning of a code (`NAN2`), a name or `ALL` selects, in any case."""
    return tuple(rule for rule in all_rules() if narrowness(selector, rule.code, rule.name) >= 0)


def select_rules(settings: Settings) -> list[Rule]:
    """The rules that are on, by code. Raises SettingsError for a selector that means none."""
    for selector in settings.selectors:
        if wrong := complaint(selector):
            raise SettingsError(wrong)
    return [rule for rule in all_rules() if settings.selects(rule.code, rule.name)]


@functools.cache
def judging(settings: Settings) -> Settings:
    """The settings by which comments are judged: with every rule, if only the one on unused comments is on."""
    if [rule.code for rule in select_rules(settings)] != [UNUSED]:
        return settings
    return replace(settings, select=(EVERY_RULE,), ignore=(), extend_select=(), selections=())
