"""`nanlint rule` and `nanlint rules` for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nanlint.rule_data import rule_json, rules_json
from nanlint.rules.registry import all_rules
from nanlint.rules.selecting import find_rule
from tests.cli.tools import nanlint


def test_a_rule_in_json_has_its_documentation_and_its_examples() -> None:
    data = json.loads(rule_json(find_rule("log-of-softmax")))
    assert {name: data[name] for name in ("code", "name", "fix", "optional", "plugin")} == {
        "code": "NAN201",
        "name": "log-of-softmax",
        "fix": "safe",
        "optional": False,
        "plugin": None,
    }
    assert data["family"] == "Compositions that have an exact stable form"
    assert all(data[name] for name in ("summary", "why", "remedy", "fix_note", "reported", "silent"))
    first = data["reported"][0]
    assert (first["framework"], first["level"]) == ("torch", "error")
    assert "softmax" in first["code"]
    assert "log_softmax" in first["fixed"]


def test_options_are_data_too() -> None:
    options = json.loads(rule_json(find_rule("wide-initialisation")))["options"]
    assert [set(option) for option in options] == [{"name", "type", "default", "doc"}]


def test_all_rules_are_listed_in_order() -> None:
    data = json.loads(rules_json(all_rules()))
    assert [rule["code"] for rule in data] == [rule.code for rule in all_rules()]


def test_the_command_prints_the_same(tmp_path: Path) -> None:
    ran = nanlint("rule", "nan201", "--output-format", "json", cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, rule_json(find_rule("NAN201")), "")
    listed = nanlint("rules", "--output-format", "json", cwd=tmp_path)
    assert (listed.returncode, listed.stdout) == (0, rules_json(all_rules()))


@pytest.mark.parametrize(("typo", "meant"), [("log-of-softmx", "log-of-softmax"), ("NAN21O", "NAN210")])
def test_a_typo_is_told_the_nearest_name(tmp_path: Path, typo: str, meant: str) -> None:
    ran = nanlint("rule", typo, "--output-format", "json", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"error: unknown rule {typo!r}; did you mean {meant}?\n"


def test_a_wrong_format_is_2(tmp_path: Path) -> None:
    ran = nanlint("rules", "--output-format", "xml", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'text', 'json'" in ran.stderr
