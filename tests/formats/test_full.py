"""The format for people, and the concise one, on a small report built by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Problem, Step
from nanlint.formats import View, names, render
from nanlint.formats._edited import hunks, split_lines
from nanlint.formats._frame import WIDTH, excerpt
from nanlint.reports import FileReport, Report
from nanlint.showing.terminal import Paint, cells, one_line
from tests.formats.tools import LIKELY, MIXED, NOTEBOOK, PROVEN, SOURCE, SUGGESTION, finding, report


def shown(*findings: Finding, source: str = SOURCE) -> str:
    return render("full", View(report(*findings, source=source)))


GOLDEN = """\
train.py:7:7: error[NAN101] log-of-zero: log of p, which is exactly 0 once a logit trails by 104
  |
6 |     p = F.softmax(model(x), dim=-1)
  |         --------------------------- 1. softmax of the logits in [0, 1]
7 |     损失 = torch.log(p)
  |            ^^^^^^^^^^^^ 2. its log in (-inf, 0]
  |
  = help: log_softmax is the same function and never forms the number that rounds to 0. It wants the logits,
          so take them where they are still at hand.
  = fix: safe, --fix: take the log_softmax instead
  |
6 | -     p = F.softmax(model(x), dim=-1)
6 | +     p = F.log_softmax(model(x), dim=-1)
7 | -     损失 = torch.log(p)
7 | +     损失 = p

train.py:5:17: note[NAN101] log-of-zero: nothing bounds x
train.py:5:5: strict[NAN101] log-of-zero: p can be 0 [fix: unsafe]

train.py:8:9: warning[NAN101] log-of-zero: mask.sum() can be 0
  |
8 |     return -(y * 损失).sum() / mask.sum()
  |                                ---------- 1. sum of a mask = 0
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: unsafe, --fix --unsafe-fixes: keep the divisor above 0
  |
1 | + import math
8 | -     return -(y * 损失).sum() / mask.sum()
9 | +     return -(y * 损失).sum() / mask.sum().clamp_min(1)

1 error, 1 warning, 1 note, 1 strict finding in 1 of 1 file; 1 fixable with --fix, 2 more with --unsafe-fixes
"""


def test_the_full_format_in_full() -> None:
    assert shown(*MIXED) == GOLDEN


def test_colour_adds_nothing_but_colour() -> None:
    coloured = render("full", View(report(*MIXED), colour=True))
    assert "\x1b[1;31merror[NAN101]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == GOLDEN


def test_evidence_in_another_file_is_named_with_its_place() -> None:
    elsewhere = Step(Place("model.py", 3, 9, 3, 12), "sigmoid", "[0, 1]")
    assert "  = model.py:3:9: 1. sigmoid in [0, 1]\n7 | " in shown(finding("torch.log(p)", evidence=(elsewhere,)))


def test_a_statement_of_many_lines_is_cut_in_the_middle() -> None:
    source = "x = f(\n    a,\n\n    b,\n    c,\n    d,\n)\n"
    assert "\n".join(shown(finding(source[4:-1], source=source), source=source).splitlines()[1:9]) == (
        "  |\n1 | x = f(\n  |     ^^\n2 |     a,\n  |     ^^\n. |\n7 | )\n  | ^"
    )


def test_a_suggestion_says_that_nothing_applies_it() -> None:
    assert "= fix: suggestion, never applied: lower the rate\n" in shown(finding("torch.log(p)", fix=SUGGESTION))


def test_a_large_fix_is_counted_instead_of_shown() -> None:
    large = Fix("rewrite", Applicability.SAFE, (Edit(0, len(SOURCE), "pass\n"),))
    text = shown(finding("torch.log(p)", fix=large))
    assert "= fix: safe, --fix: rewrite; 9 lines, --diff shows them\n" in text
    assert "pass" not in text


@pytest.mark.parametrize(
    ("findings", "unsafe", "expected"),
    [
        pytest.param((), False, "No findings in 2 files; 1 failed", id="none"),
        pytest.param((PROVEN, PROVEN), False, "2 errors in 1 of 3 files; 2 fixable with --fix; 1 failed", id="safe"),
        pytest.param(
            (PROVEN, LIKELY),
            False,
            "1 error, 1 warning in 1 of 3 files; 1 fixable with --fix, 1 more with --unsafe-fixes; 1 failed",
            id="safe and unsafe",
        ),
        pytest.param(
            (LIKELY,), False, "1 warning in 1 of 3 files; 1 fixable with --fix --unsafe-fixes; 1 failed", id="unsafe"
        ),
        pytest.param(
            (PROVEN, LIKELY),
            True,
            "1 error, 1 warning in 1 of 3 files; 2 fixable with --fix --unsafe-fixes; 1 failed",
            id="unsafe fixes are on",
        ),
        pytest.param(
            (finding("x, y", Level.NOTE, fix=SUGGESTION),), False, "1 note in 1 of 3 files; 1 failed", id="suggestion"
        ),
    ],
)
def test_the_summary_counts(findings: tuple[Finding, ...], unsafe: bool, expected: str) -> None:
    with_findings = [FileReport("train.py", findings, text=SOURCE)] if findings else []
    broken = FileReport("broken.py", problems=(Problem("broken.py", "no", 1, 2),))
    files = (FileReport("a.py"), *with_findings, FileReport("b.py"), broken)
    text = render("full", View(Report(files), unsafe_fixes=unsafe))
    assert text.splitlines()[-1] == expected


def test_concise_is_a_line_for_each_finding_with_a_star_for_what_fix_would_apply() -> None:
    lines = [
        "train.py:7:7: error NAN101 [*] log of p, which is exactly 0 once a logit trails by 104",
        "train.py:5:17: note NAN101 nothing bounds x",
        "train.py:5:5: strict NAN101 p can be 0",
        "train.py:8:9: warning NAN101 mask.sum() can be 0",
    ]
    assert render("concise", View(report(*MIXED))).splitlines() == lines
    lines[2:] = [line.replace("NAN101", "NAN101 [*]") for line in lines[2:]]
    assert render("concise", View(report(*MIXED), unsafe_fixes=True)).splitlines() == lines


def test_concise_says_nothing_of_nothing() -> None:
    assert render("concise", View(report())) == ""


@pytest.mark.parametrize("name", ["full", "concise"])
def test_a_source_cannot_steer_the_terminal(name: str) -> None:
    source = "p = '\x1b[2J\u202e'\n"
    hostile = finding("p", source=source, message="p is\n\x1b[2J")
    text = render(name, View(report(hostile, source=source)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "p is \ufffd[2J" in text


def test_every_format_is_listed() -> None:
    assert names() == [
        "azure",
        "concise",
        "full",
        "github",
        "gitlab",
        "grouped",
        "html",
        "json",
        "json-lines",
        "junit",
        "markdown",
        "rdjson",
        "sarif",
    ]


def test_grouped_is_a_block_for_each_file_with_places_aligned() -> None:
    view = View(Report((*report(*MIXED).files, FileReport("clean.py"), NOTEBOOK)))
    assert (
        render("grouped", view)
        == """\
train.py:
  7:7   error   NAN101 [*] log of p, which is exactly 0 once a logit trails by 104
  5:17  note    NAN101 nothing bounds x
  5:5   strict  NAN101 p can be 0
  8:9   warning NAN101 mask.sum() can be 0

deep/nb.ipynb:
  cell 4:2:5  error NAN101 log of p

"""
        + (
            "2 errors, 1 warning, 1 note, 1 strict finding in 2 of 3 files; "
            "1 fixable with --fix, 3 more with --unsafe-fixes; 1 failed\n"
        )
    )


NOTEBOOK_IN_FULL = """\
deep/nb.ipynb:cell 4:2:5: error[NAN101] log-of-zero: log of p
  |
1 | p = torch.relu(x)
  |     ------------- 1. relu in [0, inf)
2 | y = torch.log(p)
  |     ^^^^^^^^^^^^
  |
  = help: Clamp it.
  = fix: unsafe, --fix --unsafe-fixes: clamp
  |
2 | - y = torch.log(p)
2 | + y = torch.log(p.clamp(min=1e-8))
"""


def test_a_finding_in_a_notebook_has_the_lines_of_its_cell() -> None:
    assert render("full", View(Report((NOTEBOOK,)))).startswith(NOTEBOOK_IN_FULL)
    assert render("concise", View(Report((NOTEBOOK,)))) == "deep/nb.ipynb:cell 4:2:5: error NAN101 log of p\n"


def test_evidence_and_changes_in_another_cell_name_it() -> None:
    there = Step(Place(NOTEBOOK.path, 1, 1, 1, 13, cell=2), "imported", None)
    fix = Fix("both", Applicability.SAFE, (Edit(0, 0, "import numpy\n"), Edit(45, 46, "q")))
    (found,) = NOTEBOOK.findings
    text = render("full", View(Report((replace(NOTEBOOK, findings=(replace(found, evidence=(there,), fix=fix),)),))))
    assert "  = cell 2:1:1: 1. imported\n" in text
    assert "  | cell 2\n1 | + import numpy\n  |\n2 | - y = torch.log(p)\n2 | + y = torch.log(q)\n" in text


NARROW = """\
train.py:7:7: error[NAN101] log-of-zero:
  log of p, which is exactly 0 once a
  logit trails by 104
  |
6 |     p = F.softmax(model(x), dim=-1)
  |         ---------------------------
  |         1. softmax of the logits in
  |         [0, 1]
7 |     损失 = torch.log(p)
  |            ^^^^^^^^^^^^
  |            2. its log in (-inf, 0]
  |
"""


def test_a_narrow_terminal_gets_short_lines() -> None:
    text = render("full", View(report(PROVEN), width=40))
    assert text.startswith(NARROW)
    framed, _ = text.split("\n\n")
    assert max(map(len, framed.splitlines())) <= 40


def test_no_width_is_too_small() -> None:
    text = render("full", View(report(*MIXED), width=1))
    assert all(step.text.split()[0] in text for it in MIXED for step in it.evidence)


def test_codes_are_links_where_links_are_shown() -> None:
    linked = "\x1b]8;;file://"
    for name in ("full", "concise", "grouped"):
        assert linked not in render(name, View(report(PROVEN), colour=True))
        text = render(name, View(report(PROVEN), links=True))
        target, shown = re.findall(r"\x1b\]8;;(\S*?)\x1b\\(NAN101)\x1b\]8;;\x1b\\", text)[0]
        assert shown == "NAN101"
        assert "NAN101" in Path(unquote(urlsplit(target).path)).read_text(encoding="utf-8")
        assert re.sub(r"\x1b\]8;;.*?\x1b\\", "", text) == render(name, View(report(PROVEN)))


def test_a_code_of_no_rule_of_ours_is_no_link() -> None:
    foreign = replace(PROVEN, code="ABC101")
    assert "\x1b" not in render("full", View(report(foreign), links=True))


@given(st.text("ab \t损ｘé\x0c\x1b\u202e🙂", min_size=1, max_size=400), st.data())
def test_the_mark_stands_under_what_it_marks(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    code, column, length = excerpt(line, start, end)
    columns = [0, *accumulate(width for _, width in cells(code))]
    marked = cells(line)[start:end]
    assert columns[-1] <= WIDTH
    assert code[columns.index(column) :].startswith(marked[0][0])
    assert length == sum(width for _, width in marked) or (code.endswith("...") and column + length == columns[-1] - 3)


def test_a_combining_mark_takes_no_column() -> None:
    assert excerpt("e\u0301 = log(x)", 5, 11) == ("e\u0301 = log(x)", 4, 6)


@given(st.text("ab\n", max_size=40), st.data())
def test_hunks_turn_the_old_lines_into_the_new_ones(text: str, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = st.text("xy\n", max_size=5)
    edits = [Edit(start, end, data.draw(pieces)) for start, end in zip(ends[::2], ends[1::2], strict=False)]
    new = text
    for change in reversed(edits):
        new = new[: change.start] + change.text + new[change.end :]
    lines = list(split_lines(text))
    for hunk in reversed(hunks(text, edits)):
        assert lines[hunk.line - 1 : hunk.line - 1 + len(hunk.removed)] == list(hunk.removed)
        assert split_lines(new)[hunk.new_line - 1 : hunk.new_line - 1 + len(hunk.added)] == hunk.added
        lines[hunk.line - 1 : hunk.line - 1 + len(hunk.removed)] = hunk.added
    assert [line for line in lines if line] == [line for line in split_lines(new) if line]


def test_one_line_keeps_words() -> None:
    assert one_line(" log of\n\t p 损 ") == "log of p 损"


def test_paint_without_colour_is_the_text() -> None:
    assert Paint()("text", "red") == "text"
    assert Paint(colour=True)("", "red") == ""
