"""The options of single rules: `[tool.nanlint.rules.high-learning-rate] max = 0.3`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from nanlint.configuration.kinds import Boolean, Kind, Many, Number, Schema, Text, Wrong
from nanlint.configuration.naming import nearest, told
from nanlint.settings import SettingsError

if TYPE_CHECKING:
    from nanlint.rule import Option, Rule

KINDS: dict[type, Kind] = {bool: Boolean(), float: Number(), str: Text(), tuple: Many(Text())}
"""The kind of an option's values, by the type that it declares."""


@dataclass(frozen=True, slots=True)
class RuleOptions(Kind):
    """A table of rules, each with a table of the options that the rule declares."""

    title: ClassVar[str] = "a table of rules, each with a table of options"

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, dict):
            yield (), f"wants {self.title}, not {told(value)}"
            return
        for name, options in value.items():
            yield from (((name, *trail), message) for trail, message in _wrong(name, options))

    def read(self, value: object, base: Path) -> object:
        assert isinstance(value, dict)
        return {
            (rule.name, option.name): KINDS[option.type].read(options[option.name], base)
            for rule, options in ((_rule(name), options) for name, options in value.items())
            for option in rule.options
            if option.name in options
        }

    def schema(self) -> Schema:
        from nanlint.rules.registry import builtin_rules

        return {
            "type": "object",
            "properties": {rule.name: _schema(rule) for rule in builtin_rules() if rule.options},
            "additionalProperties": {"type": "object"},
        }


def _wrong(name: str, options: object) -> Iterator[Wrong]:
    try:
        rule = _rule(name)
    except SettingsError as error:
        yield (), str(error)
        return
    declared = {option.name: option for option in rule.options}
    if not isinstance(options, dict):
        yield (), f"wants a table of options, not {told(options)}"
        return
    for key, value in options.items():
        if key in declared:
            yield from (((key, *trail), f"{key} {why}") for trail, why in KINDS[declared[key].type].wrong(value))
        else:
            others = f"; it has {', '.join(declared)}" if declared else ""
            yield (key,), f"{rule.name} has no option {key!r}{nearest(key, declared) or others}"


def _rule(name: str) -> Rule:
    from nanlint.rules.selecting import find_rule

    return find_rule(name)


def _schema(rule: Rule) -> Schema:
    return {
        "type": "object",
        "description": rule.summary,
        "properties": {option.name: _option_schema(option) for option in rule.options},
        "additionalProperties": False,
    }


def _option_schema(option: Option) -> Schema:
    default = {} if option.default is None else {"default": option.default}
    return KINDS[option.type].schema() | {"description": option.doc} | default
