"""Every example of every rule, as parameters of a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import pytest

from nanlint.examples import with_examples
from nanlint.rule import Bad, Good, Miss, Rule
from nanlint.rules.registry import all_rules

Example = TypeVar("Example", Bad, Good, Miss)

RULES = tuple(map(with_examples, all_rules()))
BAD = [(rule, bad) for rule in RULES for bad in rule.bad]
GOOD = [(rule, good) for rule in RULES for good in rule.good]
MISSED = [(rule, miss) for rule in RULES for miss in rule.missed]


def with_rules(pairs: Iterable[tuple[Rule, Example]]) -> list[object]:
    """Parameters (rule, example)."""
    return [pytest.param(rule, example, id=_name(rule, example)) for rule, example in pairs]


def alone(pairs: Iterable[tuple[Rule, Example]]) -> list[object]:
    """Parameters (example)."""
    return [pytest.param(example, id=_name(rule, example)) for rule, example in pairs]


def _name(rule: Rule, example: Bad | Good | Miss) -> str:
    """`NAN201-bad0-torch`: the rule, the example's kind and place, the framework."""
    siblings: Sequence[object] = {Bad: rule.bad, Good: rule.good, Miss: rule.missed}[type(example)]
    return f"{rule.code}-{type(example).__name__.lower()}{siblings.index(example)}-{example.framework}"
