"""Each bug of the example scripts is found on its line, and nothing in the healthy ones."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.findings import Applicability, Finding
from tests.scripts import BUGGY, BUGS, BY_HAND, HEALTHY, expected

every_script = pytest.mark.parametrize("path", BUGGY + HEALTHY, ids=lambda path: path.stem)
every_buggy = pytest.mark.parametrize("path", BUGGY, ids=lambda path: path.stem)


def lint(text: str) -> tuple[Finding, ...]:
    report = lint_source(text, "script.py")
    assert report.problems == ()
    return report.findings


@every_script
def test_findings_are_the_expected_ones(path: Path) -> None:
    """Errors and warnings are exactly these; notes are among them."""
    findings = lint(path.read_text(encoding="utf-8"))
    found = {(finding.place.line, finding.level.label, finding.code) for finding in findings}
    stated = set(expected(path))
    assert stated <= found
    assert {row for row in found - stated if row[1] != "note"} == set()


@every_script
def test_script_says_whether_it_is_healthy(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring is not None
    assert f"\n{path.parent.name.capitalize()}: " in docstring


def test_buggy_scripts_are_those_with_expected_findings() -> None:
    assert sorted(BUGS) == [path.stem for path in BUGGY]


@every_buggy
def test_fixed_script_keeps_only_what_has_no_fix(path: Path) -> None:
    fixed = fix_source(path.read_text(encoding="utf-8"), "script.py", unsafe=True).text
    fixes = [finding.fix for finding in lint(fixed) if finding.fix is not None]
    assert [fix.title for fix in fixes if fix.applicability is not Applicability.SUGGESTION] == []
    assert fix_source(fixed, "script.py", unsafe=True).text == fixed


@pytest.mark.parametrize("name", ["keras_depth", "keras_gradients", "keras_labels", "keras_targets", "tf1_digits"])
def test_nothing_worse_than_a_note_is_left_in_a_script_that_was_put_right(name: str) -> None:
    (path,) = (path for path in BUGGY if path.stem == name)
    text = path.read_text(encoding="utf-8").replace(*BY_HAND.get(name, ("", "")))
    left = lint(fix_source(text, "script.py", unsafe=True).text)
    assert [finding.message for finding in left if finding.level.label != "note"] == []
