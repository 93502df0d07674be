"""Rules as plain data, for programs that show or list them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from nanlint.docs import FAMILIES
from nanlint.examples import with_examples
from nanlint.rule import Good, Miss, Rule
from nanlint.rules.registry import owner


def rule_json(rule: Rule) -> str:
    """One rule with its documentation and its examples."""
    return json.dumps(_record(rule), indent=2) + "\n"


def rules_json(rules: Iterable[Rule]) -> str:
    """A list of rules, each as `rule_json` gives it."""
    return json.dumps([_record(rule) for rule in rules], indent=2) + "\n"


def _record(rule: Rule) -> dict[str, object]:
    rule, plugin = with_examples(rule), owner(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "family": FAMILIES.get(rule.code[:4]) if plugin is None else None,
        "plugin": None if plugin is None else str(plugin),
        "summary": rule.summary,
        "why": rule.why,
        "remedy": rule.remedy,
        "fix": None if rule.fix is None else rule.fix.value,
        "fix_note": rule.fix_note,
        "optional": rule.optional,
        "options": [
            {"name": option.name, "type": option.type.__name__, "default": option.default, "doc": option.doc}
            for option in rule.options
        ],
        "references": list(rule.references),
        "reported": [
            {"framework": bad.framework, "level": bad.level.label, "code": bad.code, "fixed": bad.fixed}
            for bad in rule.bad
        ],
        "silent": _silent(rule.good),
        "not_seen": _silent(rule.missed),
    }


def _silent(examples: Sequence[Good] | Sequence[Miss]) -> list[dict[str, str]]:
    return [{"framework": one.framework, "because": one.because, "code": one.code} for one in examples]
