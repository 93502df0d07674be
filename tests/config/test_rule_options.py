"""Options of single rules: each moves the edge of what its rule reports."""

from __future__ import annotations

import pytest

from nanlint import Settings, lint_source
from nanlint.findings import Level
from nanlint.rule import Option, Rule
from nanlint.rules.registry import builtin_rules
from nanlint.rules.selecting import find_rule
from tests.rules.examples import RULES

OPTIONS = [(rule, option) for rule in RULES for option in rule.options if option.type is float]


def reported(rule: Rule, text: str, **options: float) -> bool:
    """Whether the rule alone, strictly, reports anything in the text with these options."""
    told = tuple((rule.name, name.replace("_", "-"), value) for name, value in options.items())
    return bool(lint_source(text, "a.py", Settings(select=(rule.code,), strict=True, rule_options=told)).findings)


@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=lambda one: one.name)
def test_a_generous_limit_silences_and_a_narrow_one_reports(rule: Rule, option: Option) -> None:
    bad = [example.code for example in rule.bad if example.framework == "torch"]
    silenced = [code for code in bad if not reported(rule, code, **{option.name: 1e12})]
    assert silenced
    assert all(reported(rule, code) for code in silenced)
    good = [example.code for example in rule.good if example.framework == "torch"]
    narrow = (option.default or 0.1) / 100  # type: ignore[operator]
    assert any(reported(rule, code, **{option.name: narrow}) for code in (*good, *silenced))


RATE = """\
import torch

model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
optimizer = torch.optim.Adam(model.parameters(), lr={rate})
"""


@pytest.mark.parametrize(
    ("rate", "settings", "expected"),
    [
        (0.3, Settings(), Level.WARNING),
        (0.3, Settings(max_learning_rate=0.4), None),
        (0.3, Settings(rule_options=(("high-learning-rate", "max", 0.4),)), None),
        (0.3, Settings(max_learning_rate=0.4, rule_options=(("high-learning-rate", "max", 0.01),)), Level.ERROR),
        (0.3, Settings(rule_options=(("decay-out-of-range", "max", 0.4),)), Level.WARNING),
    ],
)
def test_an_option_counts_for_its_rule_before_the_setting_for_all(
    rate: float, settings: Settings, expected: Level | None
) -> None:
    found = [one for one in lint_source(RATE.format(rate=rate), "a.py", settings).findings if one.code == "NAN404"]
    assert [one.level for one in found] == ([] if expected is None else [expected])


def test_options_are_documented() -> None:
    from nanlint.docs import markdown

    assert "- `max`: " in markdown(find_rule("high-learning-rate"))
    for rule in builtin_rules():
        assert all(f"`{option.name}`: {option.doc}" in markdown(rule) for option in rule.options)
