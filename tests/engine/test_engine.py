"""From drafts to findings: one operation one finding, contexts joined, positions, order, suppression."""

from __future__ import annotations

import pytest

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Edit, Fix, Level, Place, Step
from nanlint.interp.trace import Event, Trace
from nanlint.rule import Insert, Rewrite
from nanlint.settings import Settings
from tests.engine.tools import IMPORTS, found, lint, only, replacing, rule

CHAIN = "def f(x):\n    p = torch.softmax(x, -1)\n    return torch.log(p)\n"
"""The softmax is on line 2, the log on line 3."""


def producer(event: Event, trace: Trace) -> tuple[Event, ...]:
    origin = trace.origin(event.x)
    return (origin,) if origin else ()


# one operation, one finding


def test_most_specific_rule_wins() -> None:
    general, special = rule(Op.LOG, "NAN901", specific=1), rule(Op.LOG, "NAN902", specific=2)
    assert found(CHAIN, [general, special]) == [(3, "NAN902", Level.ERROR)]
    assert found(CHAIN, [general]) == [(3, "NAN901", Level.ERROR)], "alone it speaks"


def test_between_equals_the_graver_level_wins_then_the_lower_code() -> None:
    note = rule(Op.LOG, "NAN901", level=lambda _: Level.NOTE)
    errors = [rule(Op.LOG, "NAN903"), rule(Op.LOG, "NAN902")]
    assert found(CHAIN, [note, *errors]) == [(3, "NAN902", Level.ERROR)]


def test_claimed_operation_is_not_reported_by_a_less_specific_rule() -> None:
    general = rule(Op.SOFTMAX, "NAN901", specific=1)
    assert found(CHAIN, [general, rule(Op.LOG, "NAN902", specific=2, claims=producer)]) == [(3, "NAN902", Level.ERROR)]
    unclaimed = found(CHAIN, [general, rule(Op.LOG, "NAN902", specific=2)])
    assert unclaimed == [(2, "NAN901", Level.ERROR), (3, "NAN902", Level.ERROR)]


def test_claimed_operation_is_reported_by_a_more_specific_rule() -> None:
    special = rule(Op.SOFTMAX, "NAN901", specific=3)
    both = found(CHAIN, [special, rule(Op.LOG, "NAN902", specific=2, claims=producer)])
    assert both == [(2, "NAN901", Level.ERROR), (3, "NAN902", Level.ERROR)]


def test_two_findings_of_one_rule_may_claim_the_same_operation() -> None:
    code = "def f(x):\n    p = torch.softmax(x, -1)\n    return torch.log(p) + 2 * torch.log(p)\n"
    claiming = rule(Op.LOG, claims=producer)
    assert found(code, [claiming]) == [(3, "NAN901", Level.ERROR)] * 2


def test_rule_that_claims_an_operation_may_report_it_itself() -> None:
    code = "def f(x):\n    y = torch.log(x)\n    return torch.log(y)\n"
    claiming = rule(Op.LOG, claims=lambda event, trace: tuple(trace.uses(event.result)))
    assert found(code, [claiming]) == [(2, "NAN901", Level.ERROR), (3, "NAN901", Level.ERROR)]


def test_what_is_not_shown_hides_nothing() -> None:
    """A finding of level STRICT gives way when STRICT is off."""
    general = rule(Op.LOG, "NAN901", level=lambda _: Level.NOTE)
    special = rule(Op.LOG, "NAN902", specific=2, level=lambda _: Level.STRICT)
    assert found(CHAIN, [general, special]) == [(3, "NAN901", Level.NOTE)]
    assert found(CHAIN, [general, special], Settings(strict=True)) == [(3, "NAN902", Level.STRICT)]


# several activations of one function

TWICE = "def f(x):\n    return torch.log(x)\nf(torch.ones(3) * 5)\nf(torch.zeros(3))\n"
"""The log on line 2 runs on 5 and on 0."""


def grave_at_zero(event: Event) -> Level:
    return Level.ERROR if event.x.range.contains(0.0) else Level.NOTE


def test_a_node_is_reported_once_with_the_gravest_level_and_its_evidence() -> None:
    finding = only(TWICE, [rule(Op.LOG, level=grave_at_zero)])
    assert (finding.level, finding.message) == (Level.ERROR, "log of 0")
    assert [step.range for step in finding.evidence] == ["0"]


def test_rewrite_stays_if_every_activation_asks_for_it() -> None:
    assert only(TWICE, [rule(Op.LOG, rewrite=replacing)]).fix is not None


def test_rewrite_goes_if_one_activation_asks_for_none() -> None:
    one_sided = rule(Op.LOG, rewrite=lambda event: replacing(event) if event.x.range.contains(0.0) else None)
    assert only(TWICE, [one_sided]).fix is None


def test_rewrite_goes_if_activations_ask_for_different_ones() -> None:
    assert only(TWICE, [rule(Op.LOG, rewrite=lambda event: replacing(event, f"g({event.x.range.hi})"))]).fix is None


def test_rewrite_goes_if_one_activation_is_not_reported() -> None:
    every = rule(Op.LOG, rewrite=replacing)
    picky = type(every)(
        every.code, every.name, "s", "w",
        lambda trace, limits: (draft for draft in every.check(trace, limits) if draft.event.x.range.contains(0.0)),
        every.specific,
    )  # fmt: skip
    assert only(TWICE, [picky]).fix is None


def test_rewrite_stays_if_the_other_activation_is_too_light_to_be_shown() -> None:
    fading = rule(Op.LOG, rewrite=replacing, level=lambda e: Level.ERROR if e.x.range.contains(0.0) else Level.STRICT)
    assert only(TWICE, [fading]).fix is not None


# places


def test_places_lines_and_statement() -> None:
    code = "def f(x):\n    y = torch.log(\n        x,\n    ) + 1\n    return y\n"
    finding = only(code, [rule(Op.LOG)])
    assert finding.place == Place("a.py", 3, 9, 5, 6)
    assert finding.statement == (3, 5)
    assert finding.remedy == "a remedy"
    assert finding.evidence == (Step(finding.place, "at most 1.0", "(-inf, inf)"),)
    assert only(code, [rule(Op.LOG)], Settings(max_grad_norm=2.0)).evidence[0].text == "at most 2.0"


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        pytest.param(
            "def f(x):\n    if (torch.log(x)\n        > 1):\n        a()\n        b()\n", (2, 3), id="if header"
        ),
        pytest.param("def f(x):\n    if x: a()\n    elif torch.log(x) > 1:\n        b()\n", (3, 3), id="elif header"),
        pytest.param("def f(x):\n    while torch.log(x) > 1:\n        b()\n", (2, 2), id="while header"),
        pytest.param("def f(x):\n    with a(torch.log(x)) as c:\n        b()\n", (2, 2), id="with header"),
        pytest.param("def f(x):\n    for i in torch.log(x):\n        b()\n", (2, 2), id="for header"),
        pytest.param("x = 1\n@a\n@b(torch.log(z))\ndef f():\n    pass\n", (2, 4), id="decorators and header"),
        pytest.param("def f(x):\n    a(); b = torch.log(x); c()\n", (2, 2), id="one of many on a line"),
        pytest.param("g = lambda x: torch.log(x)\n\ng(torch.rand(3))\n", (1, 1), id="lambda: where it stands"),
        pytest.param("x = torch.log(y)", (1, 1), id="module"),
    ],
)
def test_statement_is_its_own_lines_and_no_body(code: str, statement: tuple[int, int]) -> None:
    first, last = only(code, [rule(Op.LOG)]).statement
    assert (first - 1, last - 1) == statement


def test_fix_has_offsets_in_the_text() -> None:
    finding = only("y = torch.log(x)\n", [rule(Op.LOG, rewrite=replacing)])
    start = len(IMPORTS) + 4
    assert finding.fix == Fix("Replace", Applicability.SAFE, (Edit(start, start + 12, "stable(x)"),))


def test_refused_rewrite_leaves_the_finding_without_a_fix() -> None:
    finding = only("y = torch.log(  # why\n    x)\n", [rule(Op.LOG, rewrite=replacing)])
    assert finding.fix is None
    assert finding.message.startswith("log of")


def test_insertion_in_the_rewrite() -> None:
    insertion = rule(Op.LOG, rewrite=lambda e: Rewrite("t", Applicability.UNSAFE, (Insert(e.site.statement, "c()"),)))
    finding = only("if a:\n    y = torch.log(x)\n", [insertion])
    assert finding.fix is not None
    assert [edit.text for edit in finding.fix.edits] == ["    c()\n"]


def test_order_is_that_of_the_text_and_never_changes() -> None:
    code = "def f(x):\n    return g(torch.exp(x)), torch.log(x)\ny = torch.log(z)\ndef g(x):\n    return torch.exp(x)\n"
    rules = [rule(Op.LOG, "NAN901"), rule(Op.EXP, "NAN902")]
    first = lint(code, rules).findings
    assert [(f.place.line, f.place.column, f.code) for f in first] == [
        (3, 14, "NAN902"),
        (3, 29, "NAN901"),
        (4, 5, "NAN901"),
        (6, 12, "NAN902"),
    ]
    assert lint(code, rules[::-1]).findings == first


# levels and comments


def test_strict_findings_are_for_strict_runs() -> None:
    faint = rule(Op.LOG, level=lambda _: Level.STRICT)
    assert found(CHAIN, [faint]) == []
    assert found(CHAIN, [faint], Settings(strict=True)) == [(3, "NAN901", Level.STRICT)]


def test_comment_silences_a_finding_and_is_used() -> None:
    linted = lint("y = torch.log(x)  # noqa: NAN901\nz = torch.log(y)  # noqa: NAN902\n", [rule(Op.LOG)])
    assert [finding.place.line for finding in linted.findings] == [3]
    assert [comment.line for comment in linted.used] == [2]


def test_silenced_finding_does_not_wake_a_less_specific_one() -> None:
    rules = [rule(Op.LOG, "NAN901"), rule(Op.LOG, "NAN902", specific=2)]
    assert found("y = torch.log(x)  # noqa: NAN902\n", rules) == []


def test_unknown_name_in_a_comment_is_a_warning() -> None:
    (warning,) = lint("y = torch.log(x)  # nanlint: ignore[log-of-zer]\n", [rule(Op.LOG)]).warnings
    assert str(warning) == "a.py:2:19: unknown rule 'log-of-zer'; did you mean log-of-zero?"
