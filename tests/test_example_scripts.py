"""The example scripts are reported as their comments say: each bug on its line, and nothing in the healthy ones."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.findings import Level
from tests.scripts import BUGGY, HEALTHY, expected

every_script = pytest.mark.parametrize("path", BUGGY + HEALTHY, ids=lambda path: path.stem)
every_buggy = pytest.mark.parametrize("path", BUGGY, ids=lambda path: path.stem)


def grave(text: str) -> list[tuple[int, str]]:
    report = lint_source(text, "script.py")
    assert report.problems == ()
    return [(finding.place.line, finding.code) for finding in report.findings if finding.level >= Level.WARNING]


@every_script
def test_errors_and_warnings_are_the_expected_ones(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert sorted(grave(text)) == sorted(expected(text))


@every_script
def test_script_says_whether_it_is_healthy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert f"\n{path.parent.name.capitalize()}: " in docstring
    assert bool(expected(text)) == (path.parent.name == "buggy")


@every_buggy
def test_fixed_script_keeps_only_what_no_fix_may_change(path: Path) -> None:
    """What remains after `--fix --unsafe-fixes` are the findings that had no fix to apply."""
    text = path.read_text(encoding="utf-8")
    unfixed = fix_source(text, "script.py", unsafe=True)
    assert {code for _, code in grave(unfixed.text)} <= {"NAN404"}
    assert fix_source(unfixed.text, "script.py", unsafe=True).text == unfixed.text


def test_every_family_of_this_card_has_a_bug() -> None:
    codes = {code for path in BUGGY for _, code in expected(path.read_text(encoding="utf-8"))}
    assert {code[:4] for code in codes} >= {"NAN1", "NAN2", "NAN4"}
