"""Applying: many fixes to one text, pass after pass."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Problem
from nanlint.fixing.fixer import SAFE, UNSAFE, apply, compatible, fix_text
from nanlint.text.source import SourceError, from_text


def fix(*edits: tuple[int, int, str], applicability: Applicability = Applicability.SAFE) -> Fix:
    return Fix("title", applicability, tuple(Edit(*edit) for edit in edits))


@st.composite
def text_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit], list[Edit]]:
    """A text; edits in it none of which touches another, in order; the same in any order."""
    text = draw(st.text(max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    edits = [Edit(start, draw(st.integers(start, end)), draw(st.text(max_size=5))) for start, end in pairs]
    return text, edits, draw(st.permutations(edits))


@given(text_and_edits())
def test_edits_that_do_not_touch_give_what_replacing_from_the_end_gives(
    case: tuple[str, list[Edit], list[Edit]],
) -> None:
    text, edits, shuffled = case
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]
    assert apply(text, [Fix("t", Applicability.SAFE, (edit,)) for edit in shuffled]) == expected
    assert apply(text, [Fix("t", Applicability.SAFE, tuple(shuffled))] if shuffled else []) == expected


@pytest.mark.parametrize(
    ("fixes", "after"),
    [
        pytest.param([fix((0, 2, "x")), fix((4, 5, "y"))], "x23y5", id="apart"),
        pytest.param([fix((0, 3, "x")), fix((2, 5, "y"))], "x345", id="overlap: the first wins"),
        pytest.param([fix((2, 5, "y")), fix((0, 3, "x"))], "x345", id="first by place, not by order"),
        pytest.param([fix((0, 2, "x")), fix((2, 4, "y"))], "x2345", id="touching counts as overlap"),
        pytest.param([fix((2, 2, "x")), fix((2, 2, "y"))], "01x2345", id="two insertions at one place"),
        pytest.param([fix((1, 1, "x")), fix((0, 3, "y"))], "y345", id="insertion inside a replacement"),
        pytest.param(
            [fix((0, 1, "x"), (4, 5, "y")), fix((4, 6, "z"), (2, 3, "w"))], "x123y5", id="whole or not at all"
        ),
        pytest.param([fix((0, 3, "x")), fix((2, 5, "y")), fix((4, 6, "z"))], "x3z", id="what lost blocks nobody"),
        pytest.param([fix()], "012345", id="no edit"),
    ],
)
def test_conflicts(fixes: list[Fix], after: str) -> None:
    assert apply("012345", fixes) == after
    assert apply("012345", compatible(fixes)) == after


def finding(code: str, fixed: Fix | None) -> Finding:
    return Finding(Place("a.py", 1, 1, 1, 2), code, code.lower(), Level.ERROR, "m", "r", (), fixed, (1, 1))


def rewriting(
    pattern: str, new: str, code: str = "NAN001", applicability: Applicability = Applicability.SAFE
) -> Callable[[str], list[Finding]]:
    """A linter that finds each match of a pattern, and would replace it."""

    def lint(text: str) -> list[Finding]:
        if "(" in text.replace("()", ""):
            raise SourceError(Problem("a.py", "syntax error: '(' was never closed", 1))
        matches = re.finditer(pattern, text)
        return [finding(code, fix((m.start(), m.end(), m.expand(new)), applicability=applicability)) for m in matches]

    return lint


def test_passes_go_on_until_nothing_changes() -> None:
    lint = rewriting("aa", "a")
    fixed = fix_text("aaaaaaaa b aa", "a.py", lint, SAFE)
    assert (fixed.text, dict(fixed.applied), fixed.problems) == ("a b a", {"NAN001": 8}, ())
    assert fix_text(fixed.text, "a.py", lint, SAFE).text == fixed.text


def test_second_of_two_touching_fixes_waits_for_the_next_pass() -> None:
    passes: list[str] = []

    def lint(text: str) -> list[Finding]:
        passes.append(text)
        return rewriting("[ab]", "c")(text)

    assert fix_text("ab", "a.py", lint, SAFE).text == "cc"
    assert passes == ["ab", "cb", "cc"]


@pytest.mark.parametrize(
    ("applicability", "allowed", "after"),
    [
        (Applicability.SAFE, SAFE, "b"),
        (Applicability.SAFE, UNSAFE, "b"),
        (Applicability.UNSAFE, SAFE, "a"),
        (Applicability.UNSAFE, UNSAFE, "b"),
        (Applicability.SUGGESTION, UNSAFE, "a"),
    ],
)
def test_only_what_is_allowed(applicability: Applicability, allowed: frozenset[Applicability], after: str) -> None:
    assert fix_text("a", "a.py", rewriting("a", "b", applicability=applicability), allowed).text == after


def test_pass_that_does_not_parse_is_undone_and_its_rule_named() -> None:
    def lint(text: str) -> list[Finding]:
        return [*rewriting("a", "(", "NAN002")(text), *rewriting("c", "d", "NAN003")(text)]

    fixed = fix_text("a b c", "a.py", lint, SAFE)
    assert (fixed.text, dict(fixed.applied)) == ("a b d", {"NAN003": 1}), "the others are applied"
    (problem,) = fixed.problems
    assert str(problem).startswith("a.py: bug in nanlint: a fix of NAN002 leaves a text that does not parse")
    assert "'(' was never closed" in str(problem)


def test_fixes_that_break_the_text_only_together_are_undone() -> None:
    def lint(text: str) -> list[Finding]:
        if text == "b b":
            raise SourceError(Problem("a.py", "syntax error", 1))
        return rewriting("a", "b")(text)

    fixed = fix_text("a a", "a.py", lint, SAFE)
    assert (fixed.text, fixed.applied) == ("a a", {})
    assert "a fix of NAN001" in str(*fixed.problems)


@pytest.mark.parametrize(
    ("pattern", "new", "text"),
    [
        pytest.param("a", "ab", "a", id="grows for ever"),
        pytest.param("(a)(b)|(b)(a)", r"\2\4\1\3", "ab", id="back and forth"),
        pytest.param("a", "a", "a", id="changes nothing"),
    ],
)
def test_fixes_without_end_are_undone_and_said_so(pattern: str, new: str, text: str) -> None:
    def lint(text: str) -> list[Finding]:
        return [*rewriting(pattern, new)(text), *rewriting("y", "z", "NAN002")(text)]

    fixed = fix_text(text + " y", "a.py", lint, SAFE)
    assert (fixed.text, dict(fixed.applied)) == (text + " z", {"NAN002": 1}), "the others are applied"
    assert str(*fixed.problems) == "a.py: bug in nanlint: the fixes of NAN001 never come to an end; not applied"


def test_text_that_does_not_parse_at_all_is_left_to_the_caller() -> None:
    with pytest.raises(SourceError):
        fix_text("(", "a.py", rewriting("a", "b"), SAFE)
    assert from_text("(").text == "("
