"""The register of rules: what codes, prefixes and names select."""

from __future__ import annotations

import pytest

from nanlint.domain.vocabulary import Op
from nanlint.roster import complaint
from nanlint.rules.registry import all_rules, check_unique
from nanlint.rules.selecting import find_rule, matching, select_rules
from nanlint.settings import Settings, SettingsError
from tests.engine.tools import rule


def codes(*selectors: str) -> set[str]:
    return {found.code for found in select_rules(Settings(select=selectors))}


def test_rules_are_sorted_and_unique() -> None:
    rules = all_rules()
    assert len(rules) > 5
    assert [one.code for one in rules] == sorted({one.code for one in rules})
    check_unique(rules)


@pytest.mark.parametrize("selector", ["NAN101", "nan101", "log-of-zero", "Log-Of-Zero"])
def test_rule_by_code_or_name(selector: str) -> None:
    assert find_rule(selector).code == "NAN101"
    assert codes(selector) == {"NAN101"}


def test_prefix_selects_a_family_and_all_selects_all() -> None:
    assert codes("NAN1") == {one.code for one in all_rules() if one.code.startswith("NAN1")} != set()
    assert codes("ALL") == codes("all") == codes("NAN") == {one.code for one in all_rules()}


def test_ignore_takes_away_and_extend_select_adds() -> None:
    settings = Settings(select=("NAN1",), ignore=("log-of-zero",), extend_select=("NAN404",))
    selected = {one.code for one in select_rules(settings)}
    assert "NAN101" not in selected
    assert {"NAN102", "NAN404"} <= selected


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("log-of-zer", "unknown rule 'log-of-zer'; did you mean log-of-zero?"),
        ("NAN1O1", "unknown rule 'NAN1O1'; did you mean NAN101?"),
        ("log-of", "unknown rule 'log-of'; did you mean log-of-zero?"),
    ],
)
def test_unknown_selector_is_told_with_the_nearest(selector: str, message: str) -> None:
    for select in (
        lambda: find_rule(selector),
        lambda: codes(selector),
        lambda: select_rules(Settings(ignore=(selector,))),
    ):
        with pytest.raises(SettingsError) as caught:
            select()
        assert str(caught.value) == message
    assert complaint(selector) == message


def test_no_selector_is_no_rule() -> None:
    assert complaint("") is not None
    assert complaint("NAN101") is None
    assert matching("NAN9") == ()


@pytest.mark.parametrize(("first", "second"), [("NAN901", "NAN901"), ("NAN901", "nan901")])
def test_two_rules_of_one_code_are_an_error(first: str, second: str) -> None:
    with pytest.raises(ValueError, match="two rules are called nan901"):
        check_unique([rule(Op.LOG, first), rule(Op.LOG, second)])
