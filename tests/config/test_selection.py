"""Which rules are on: selectors of several widths, in layers."""

from __future__ import annotations

import pytest

from nanlint.configuration.layers import Layer, layer
from nanlint.configuration.merged import Configuration
from nanlint.configuration.origins import Origin
from nanlint.findings import Applicability, Level
from nanlint.roster import known
from nanlint.settings import Settings
from tests.config.tools import HERE, layers

SAFE, UNSAFE, SUGGESTION = Applicability.SAFE, Applicability.UNSAFE, Applicability.SUGGESTION


def on(settings: Settings) -> set[str]:
    return {rule.code for rule in known() if settings.selects(*rule)}


def configured(*texts: str) -> Settings:
    """The settings of a file, if files with these texts extend each other."""
    return Configuration(layers(*texts), HERE).settings(HERE / "a.py")


ALL = on(Settings())
NAN1 = {code for code in ALL if code.startswith("NAN1")}
NAN2 = {code for code in ALL if code.startswith("NAN2")}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([""], ALL, id="all"),
        pytest.param(['select = ["NAN1"]'], NAN1, id="prefix"),
        pytest.param(["select = []"], set[str](), id="none"),
        pytest.param(['ignore = ["NAN1"]'], ALL - NAN1, id="ignore"),
        pytest.param(
            ['select = ["NAN1"]\nignore = ["NAN101", "sqrt-of-zero"]'], NAN1 - {"NAN101", "NAN102"}, id="both"
        ),
        pytest.param(['select = ["NAN101"]\nignore = ["NAN1"]'], {"NAN101"}, id="the narrower selector decides"),
        pytest.param(['select = ["nan1"]\nignore = ["NAN1"]'], set[str](), id="of two as narrow, ignore does"),
        pytest.param(['select = ["NAN2"]\nextend-select = ["log-of-zero"]'], NAN2 | {"NAN101"}, id="extend"),
        pytest.param(['select = ["NAN1"]', 'select = ["NAN2"]'], NAN2, id="a later select replaces"),
        pytest.param(['ignore = ["NAN201"]', 'select = ["NAN2"]'], NAN2, id="and begins anew"),
        pytest.param(['select = ["NAN2"]', 'ignore = ["NAN201"]'], NAN2 - {"NAN201"}, id="a later ignore takes away"),
        pytest.param(['select = ["NAN201"]', 'ignore = ["NAN2"]'], set[str](), id="also what was selected narrowly"),
        pytest.param(['ignore = ["NAN2"]', 'extend-select = ["NAN2"]'], ALL, id="a later extend-select brings back"),
        pytest.param(['levels = { NAN1 = "off", NAN101 = "note" }'], (ALL - NAN1) | {"NAN101"}, id="off"),
        pytest.param(['per-file-ignores = { "*.py" = ["NAN1"] }\nselect = ["NAN101", "NAN2"]'], NAN2, id="per file"),
    ],
)
def test_rules_that_are_on(texts: list[str], expected: set[str]) -> None:
    assert on(configured(*texts)) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, Level.WARNING),
        ({"ALL": "note"}, Level.NOTE),
        ({"NAN101": "error", "NAN1": "note"}, Level.ERROR),
        ({"NAN1": "note", "log-of-zero": "error"}, Level.ERROR),
        ({"NAN101": "note", "log-of-zero": "error"}, Level.ERROR),
        ({"NAN2": "note"}, Level.WARNING),
    ],
)
def test_the_narrowest_level_counts(levels: dict[str, str], expected: Level) -> None:
    settings = Settings(levels=tuple(levels.items()))
    assert settings.level("NAN101", "log-of-zero", Level.WARNING) is expected


def test_what_only_strict_runs_show_stays_so() -> None:
    assert Settings(levels=(("ALL", "error"),)).level("NAN101", "log-of-zero", Level.STRICT) is Level.STRICT


@pytest.mark.parametrize(
    ("settings", "own", "expected"),
    [
        (Settings(), SAFE, SAFE),
        (Settings(fixable=("NAN2",)), SAFE, None),
        (Settings(fixable=("NAN1",)), SAFE, SAFE),
        (Settings(unfixable=("NAN1",)), SAFE, None),
        (Settings(fixable=("NAN101",), unfixable=("NAN1",)), SAFE, SAFE),
        (Settings(extend_safe_fixes=("NAN1",)), UNSAFE, SAFE),
        (Settings(extend_unsafe_fixes=("log-of-zero",)), SAFE, UNSAFE),
        (Settings(extend_safe_fixes=("NAN1",), extend_unsafe_fixes=("NAN101",)), UNSAFE, UNSAFE),
        (Settings(extend_safe_fixes=("NAN1",), extend_unsafe_fixes=("NAN1",)), SAFE, UNSAFE),
        (Settings(extend_safe_fixes=("ALL",)), SUGGESTION, SUGGESTION),
    ],
)
def test_how_freely_a_fix_is_applied(settings: Settings, own: Applicability, expected: Applicability | None) -> None:
    assert settings.applicability("NAN101", "log-of-zero", own) is expected


def test_an_optional_rule_is_asked_for_by_name_in_any_layer() -> None:
    asking = configured('select = ["NAN4"]', 'extend-select = ["loss-never-checked"]')
    assert asking.asks_for("NAN408", "loss-never-checked")
    assert not configured('select = ["NAN4"]').asks_for("NAN408", "loss-never-checked")


def test_a_layer_of_the_command_line_is_named_by_its_option() -> None:
    told: Layer = layer({"select": ["NAN1"]}, Origin("--select"), HERE)
    assert told.values["select"].where == "--select"
