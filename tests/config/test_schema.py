"""The JSON schema, judged by a validator, says what the reader of settings files does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from nanlint.configuration import schema
from nanlint.configuration.keys import KEYS, Key
from nanlint.configuration.layers import layer, parsed
from nanlint.configuration.origins import Origin
from nanlint.configuration.rule_options import KINDS
from nanlint.configuration.showing import toml
from nanlint.roster import known
from nanlint.rules.registry import builtin_rules
from nanlint.settings import SettingsError
from tests.config.test_files import WRONG
from tests.config.tools import HERE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = schema.schema()
FILE = Path(__file__).parents[2] / "docs" / "nanlint.schema.json"
ONLY_THE_READER_KNOWS = {
    "ignore = ['log-of-sofmax']",
    "rules.high-rate.max = 1",
    "rules.log-of-zero.max = 1",
    "rules.NAN404.max = 'a'",
    "max-learning-rate = inf",
}
"""A rule of a plugin may be called so; JSON has no infinity."""


def is_valid(content: object) -> bool:
    return bool(Draft7Validator(SCHEMA).is_valid(content))


def is_read(content: dict[str, object]) -> bool:
    try:
        layer(content, Origin("nanlint.toml"), HERE)
    except SettingsError:
        return False
    return True


def test_it_is_a_schema_and_the_file_holds_it() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert json.loads(schema.text()) == SCHEMA
    assert FILE.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_has_a_valid_example_default_and_description(key: Key) -> None:
    example = tomllib.loads(f"{key.name} = {key.example}")
    assert is_valid(example)
    assert is_read(example)
    assert key.doc.endswith(".")
    if key.default is not None:
        default = tomllib.loads(f"{key.name} = {toml(key.default)}")
        assert is_valid(default)
        assert is_read(default)
        assert example != default


@pytest.mark.parametrize("statement", WRONG)
def test_what_the_reader_refuses_is_not_valid(statement: str) -> None:
    content = parsed(statement, "nanlint.toml")
    assert not is_read(content)
    assert is_valid(content) == (statement in ONLY_THE_READER_KNOWS)


def test_selectors_of_any_case_and_of_plugins_are_valid() -> None:
    assert is_valid({"select": ["ALL", "NAN1", "nan101", "log-of-zero", "ACME101", "ACME"]})
    assert not is_valid({"select": ["log of zero"]})


def test_rules_and_options_of_the_schema_are_those_there_are() -> None:
    names = SCHEMA["definitions"]["selector"]["anyOf"][0]["enum"]  # type: ignore[index]
    assert {name for rule in known() for name in rule} <= set(names)
    declared = {rule.name: {option.name for option in rule.options} for rule in builtin_rules() if rule.options}
    tables = SCHEMA["properties"]["rules"]["properties"]  # type: ignore[index]
    assert {rule: set(table["properties"]) for rule, table in tables.items()} == declared
    assert {"high-learning-rate", "decay-out-of-range", "wide-initialisation"} <= set(declared)


def test_options_of_rules_are_of_known_kinds_with_right_defaults() -> None:
    for rule in builtin_rules():
        for option in rule.options:
            assert option.doc.endswith("."), rule.code
            assert option.default is None or not list(KINDS[option.type].wrong(option.default)), rule.code
