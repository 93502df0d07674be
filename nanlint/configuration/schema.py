"""The JSON schema of settings files, for editors: `nanlint schema`."""

from __future__ import annotations

import json

from nanlint.configuration.keys import KEYS, Key
from nanlint.configuration.kinds import Schema
from nanlint.selection import EVERY_RULE

_PREFIX = "^[A-Za-z]{2,8}[0-9]{0,3}$"


def schema() -> Schema:
    """What `nanlint.toml`, or the table `[tool.nanlint]`, may hold."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "nanlint",
        "description": "Settings of nanlint.",
        "type": "object",
        "properties": {key.name: _property(key) for key in KEYS},
        "additionalProperties": False,
        "definitions": {"selector": _selector()},
    }


def text() -> str:
    """The schema as a JSON document."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _property(key: Key) -> Schema:
    default = {} if key.default is None else {"default": _plain(key.default)}
    return {"description": key.doc, **default, **_in_place(key.kind.schema())}


def _in_place(found: Schema) -> Schema:
    """A reference allows no neighbours in this draft of the standard."""
    return {"allOf": [found]} if "$ref" in found else found


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _selector() -> Schema:
    from nanlint.rules.registry import builtin_rules

    rules = builtin_rules()
    families = sorted({rule.code[:4] for rule in rules})
    names = [EVERY_RULE, *families, *(name for rule in rules for name in (rule.code, rule.name))]
    other = {"pattern": _PREFIX, "description": "The beginning of a code, or a rule of a plugin."}
    return {"type": "string", "anyOf": [{"enum": names}, other, {"pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)+$"}]}
