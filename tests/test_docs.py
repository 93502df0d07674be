"""The documentation: `rules.md` is what the rules say, and what the rules say is complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nanlint.docs import markdown, rules_page, shown, table, terminal
from nanlint.examples import with_examples
from nanlint.rule import Rule
from nanlint.rules.registry import all_rules
from nanlint.showing.terminal import Paint

ROOT = Path(__file__).parents[1]
RULES = list(all_rules())
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])


def test_rules_md_is_what_the_command_writes() -> None:
    command = [sys.executable, "-m", "nanlint.docs"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert written.stdout == rules_page(RULES)
    assert (ROOT / "rules.md").read_text(encoding="utf-8") == written.stdout, "run: python -m nanlint.docs > rules.md"


def test_every_link_in_the_page_leads_to_a_heading() -> None:
    page = rules_page(RULES)
    headings = [line.lstrip("# ") for line in page.splitlines() if re.match(r"#+ (NAN\d|\dxx)", line)]
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#([^)]*)\)", page)
    assert len(links) == len(headings) == len(set(headings))
    assert set(links) == anchors


def test_every_table_row_of_the_page_has_four_cells() -> None:
    rows = [line for line in rules_page(RULES).splitlines() if line.startswith("| [NAN")]
    assert len(rows) == len(RULES)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


@each_rule
def test_a_page_shows_the_first_examples_and_every_reason(rule: Rule) -> None:
    """The first of each kind, and the first of each framework that these leave out."""
    page = markdown(rule)
    rule = with_examples(rule)
    blocks = re.findall(r"^```(python|diff)\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE)
    diffs = [tuple(_side(text, sign) for sign in "-+") for language, text in blocks if language == "diff"]
    codes = [text for language, text in blocks if language == "python"]
    assert diffs == [(bad.code.strip(), bad.fixed.strip()) for bad in shown(rule.bad) if bad.fixed is not None]
    assert codes == [
        *(bad.code.strip() for bad in shown(rule.bad) if bad.fixed is None),
        *(good.code.strip() for good in shown(rule.good)),
        *(miss.code.strip() for miss in shown(rule.missed)),
    ]
    reasons = [*(good.because for good in rule.good), *(miss.because for miss in rule.missed)]
    assert all(reason in page for reason in reasons)


def _side(diff: str, sign: str) -> str:
    """What a diff that shows all lines has before (-) or after (+) it."""
    return "\n".join(line[1:] for line in diff.splitlines() if line[:1] in ("", " ", sign))


@each_rule
def test_the_terminal_says_what_the_page_says(rule: Rule) -> None:
    assert _words(terminal(rule, Paint())) == _words(markdown(rule))


def _words(text: str) -> list[str]:
    return re.sub(r"^#+ |^```\w*|\*\*", "", text, flags=re.MULTILINE).split()


def test_the_table_lists_each_rule_once_in_order() -> None:
    text = table(RULES, Paint())
    assert re.findall(r"^(NAN\d+)  (\S+)", text, re.MULTILINE) == sorted((rule.code, rule.name) for rule in RULES)


def test_colour_adds_nothing_to_the_words() -> None:
    for plain, coloured in (
        (table(RULES, Paint()), table(RULES, Paint(colour=True))),
        (terminal(RULES[0], Paint()), terminal(RULES[0], Paint(colour=True))),
    ):
        assert coloured != plain
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
