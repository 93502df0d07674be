"""The linter does what a rule's examples say: the bad are reported once and rewritten as stated, the good are not.

That the examples are true of the real frameworks is shown in `tests/execution`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.findings import Applicability, Finding, Fix, Level
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.rule import Bad, Good, Miss, Rule
from nanlint.settings import Settings
from tests.rules.examples import BAD, GOOD, MISSED, RULES, with_rules

every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
REPAIRED = [(rule, bad) for rule, bad in BAD if bad.fixed is not None]
REWRITTEN = [(rule, bad) for rule, bad in REPAIRED if rule.fix is not None]
UNFIXED = [(rule, bad) for rule, bad in BAD if bad.fixed is None or rule.fix is None]


def lint(code: str, settings: Settings) -> tuple[Finding, ...]:
    report = lint_source(code, "example.py", settings)
    assert report.problems == ()
    return report.findings


def only(rule: Rule, level: Level = Level.NOTE) -> Settings:
    """This rule alone, at the level at which it reports."""
    return Settings(select=(rule.code,), strict=level is Level.STRICT)


def fix_of(rule: Rule, bad: Bad) -> Fix:
    (finding,) = lint(bad.code, only(rule, bad.level))
    assert finding.fix is not None, f"{rule.code} offers no fix here: {finding.message}"
    return finding.fix


def applied(code: str, fix: Fix) -> str:
    for edit in sorted(fix.edits, key=lambda edit: edit.start, reverse=True):
        code = code[: edit.start] + edit.text + code[edit.end :]
    return code


@pytest.mark.parametrize(("rule", "bad"), with_rules(BAD))
def test_bad_code_is_reported_once_at_its_level(rule: Rule, bad: Bad) -> None:
    findings = lint(bad.code, Settings(strict=bad.level is Level.STRICT))
    grave = [finding for finding in findings if finding.level >= Level.WARNING or finding.code == rule.code]
    assert [(finding.code, finding.rule, finding.level) for finding in grave] == [(rule.code, rule.name, bad.level)]


@pytest.mark.parametrize(("rule", "bad"), with_rules(BAD))
def test_finding_says_what_why_and_what_to_do(rule: Rule, bad: Bad) -> None:
    (finding,) = lint(bad.code, only(rule, bad.level))
    lines = bad.code.splitlines()
    place, (first, last) = finding.place, finding.statement
    assert finding.message and finding.remedy
    assert first <= place.line <= last <= len(lines)
    assert (place.line, place.column) < (place.end_line, place.end_column)
    assert all(1 <= step.place.line <= len(lines) and step.text for step in finding.evidence)


@pytest.mark.parametrize(("rule", "bad"), with_rules(UNFIXED))
def test_no_fix_is_offered_where_none_is_stated(rule: Rule, bad: Bad) -> None:
    (finding,) = lint(bad.code, only(rule, bad.level))
    assert finding.fix is None


@pytest.mark.parametrize(("rule", "bad"), with_rules(REWRITTEN))
def test_fix_gives_the_stated_text(rule: Rule, bad: Bad) -> None:
    settings = only(rule, bad.level)
    safe = fix_source(bad.code, "example.py", settings).text
    unsafe = fix_source(bad.code, "example.py", settings, unsafe=True).text
    match fix_of(rule, bad).applicability:
        case Applicability.SAFE:
            assert safe == unsafe == bad.fixed
        case Applicability.UNSAFE:
            assert (safe, unsafe) == (bad.code, bad.fixed)
        case Applicability.SUGGESTION:
            assert (safe, unsafe) == (bad.code, bad.code)
            assert applied(bad.code, fix_of(rule, bad)) == bad.fixed


@pytest.mark.parametrize(("rule", "bad"), with_rules(REWRITTEN))
def test_safe_fix_is_compared_on_ordinary_arguments(rule: Rule, bad: Bad) -> None:
    if fix_of(rule, bad).applicability is Applicability.SAFE:
        assert bad.ordinary, "a safe fix needs ordinary arguments on which both forms are compared"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fix is not None], ids=lambda rule: rule.code)
def test_fix_is_as_safe_as_the_rule_says(rule: Rule) -> None:
    """A rule tells of its usual fix; where a guard or a missing operand makes one unsafe, that fix says so itself."""
    assert rule.fix in {fix_of(rule, bad).applicability for owner, bad in REWRITTEN if owner is rule}


@pytest.mark.parametrize(("rule", "bad"), with_rules(REPAIRED))
def test_repaired_code_is_quiet(rule: Rule, bad: Bad) -> None:
    assert bad.fixed is not None
    ast.parse(bad.fixed)
    findings = lint(bad.fixed, Settings(strict=bad.level is Level.STRICT))
    assert [finding for finding in findings if finding.level >= Level.WARNING or finding.code == rule.code] == []


@pytest.mark.parametrize(("rule", "bad"), with_rules(REWRITTEN))
def test_second_fix_changes_nothing(rule: Rule, bad: Bad) -> None:
    assert bad.fixed is not None
    assert fix_source(bad.fixed, "example.py", only(rule, bad.level), unsafe=True).text == bad.fixed


@pytest.mark.parametrize(("rule", "good"), with_rules(GOOD))
def test_good_code_is_not_reported(rule: Rule, good: Good) -> None:
    assert [finding.message for finding in lint(good.code, Settings()) if finding.code == rule.code] == []


@pytest.mark.parametrize(("rule", "miss"), with_rules(MISSED))
def test_blind_spot_is_still_blind(rule: Rule, miss: Miss) -> None:
    """Fails when the rule learns to see the hazard: then the example becomes a bad one."""
    assert [finding.message for finding in lint(miss.code, Settings()) if finding.code == rule.code] == []


@every_rule
def test_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"NAN[0-6]\d\d", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name), "a name is words in kebab-case"
    explained: list[Good | Miss] = [*rule.good, *rule.missed]
    texts = [rule.summary, rule.why, rule.remedy, *(example.because for example in explained)]
    assert all(text == text.strip() and text for text in texts)
    assert bool(rule.fix) == bool(rule.fix_note), "a fix has a note on what it changes, and only a fix has one"


@every_rule
def test_rule_has_enough_examples(rule: Rule) -> None:
    assert rule.bad
    assert len(rule.good) >= len(rule.bad), "at least as many good as bad"


@every_rule
def test_fix_exists_only_with_an_example(rule: Rule) -> None:
    assert rule.fix is None or any(bad.fixed for bad in rule.bad)


@every_rule
def test_examples_are_well_formed(rule: Rule) -> None:
    examples: list[Bad | Good | Miss] = [*rule.bad, *rule.good, *rule.missed]
    codes = [example.code for example in examples] + [bad.fixed for bad in rule.bad if bad.fixed]
    assert duplicates(codes) == []
    assert {example.framework for example in examples} <= {framework.name for framework in FRAMEWORKS}
    for code in codes:
        defined = {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
        assert "f" in defined, f"no function f in\n{code}"


@every_rule
def test_bad_code_can_be_proved(rule: Rule) -> None:
    """Of a rule on comments there is nothing to run but the code, which a fix leaves as it was."""
    for bad in rule.bad:
        assert bad.hostile or bad.proof or (rule.code.startswith("NAN0") and bad.ordinary), (
            f"neither hostile arguments nor a proof for\n{bad.code}"
        )
        assert bad.tolerance <= 1e-3


def test_codes_and_names_are_unique() -> None:
    assert duplicates([rule.code for rule in RULES] + [rule.name for rule in RULES]) == []


def duplicates(texts: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [text for text in texts if text in seen or seen.add(text)]  # type: ignore[func-returns-value]
