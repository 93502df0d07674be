"""Examples of the rules in further frameworks: a package for each, a module for each family of rules.

A rule's own file shows PyTorch and NumPy. Docs and tests read these beside it; linting does not load them.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import nanlint.examples
from nanlint.rule import Bad, Good, Miss, Rule

_Kind = TypeVar("_Kind", Bad, Good, Miss)


def with_examples(rule: Rule) -> Rule:
    """The rule with its examples in all frameworks."""
    found = _all().get(rule.code, ())
    return replace(
        rule,
        bad=rule.bad + _of(Bad, found),
        good=rule.good + _of(Good, found),
        missed=rule.missed + _of(Miss, found),
    )


def _of(kind: type[_Kind], found: tuple[Bad | Good | Miss, ...]) -> tuple[_Kind, ...]:
    return tuple(example for example in found if isinstance(example, kind))


@functools.cache
def _all() -> Mapping[str, tuple[Bad | Good | Miss, ...]]:
    """By the rule's code: every module's EXAMPLES, in the order of the modules' names."""
    collected: dict[str, tuple[Bad | Good | Miss, ...]] = {}
    for found in sorted(pkgutil.walk_packages(nanlint.examples.__path__, "nanlint.examples."), key=lambda m: m.name):
        examples: Mapping[str, tuple[Bad | Good | Miss, ...]]
        examples = getattr(importlib.import_module(found.name), "EXAMPLES", {})
        for code, more in examples.items():
            collected[code] = collected.get(code, ()) + more
    return collected
