"""The summary for the page of a CI run."""

from __future__ import annotations

import re

from nanlint.findings import Level
from nanlint.formats import View, render
from nanlint.formats.markdown import escaped
from nanlint.reports import FileReport, Report
from tests.formats.tools import BROKEN, MIXED, NOTEBOOK, PROVEN, finding, report

SMALL = """\
# nanlint

**1 error, 1 note in 1 of 2 files; 1 fixable with --fix**

| code | rule | findings | `--fix` |
|---|---|---|--:|
| NAN101 | log-of-zero | 🔴 1 error, 🔵 1 note | 1 |

## Findings

<details>
<summary>🔴 <b>NAN101</b> log-of-zero <code>train.py:7:7</code></summary>

log of p, which is exactly 0 once a logit trails by 104

```text
  |
6 |     p = F.softmax(model(x), dim=-1)
  |         --------------------------- 1. softmax of the logits in [0, 1]
"""


def test_counts_first_then_each_finding_folded() -> None:
    noted = finding("x, y", Level.NOTE, message="nothing bounds x")
    text = render("markdown", View(Report((*report(noted, PROVEN).files, FileReport("clean.py")))))
    assert text.startswith(SMALL)
    assert text.count("<details>") == text.count("</details>") == 2
    assert "6 | +     p = F.log_softmax(model(x), dim=-1)\n" in text


def test_problems_and_notebooks() -> None:
    text = render("markdown", View(Report((NOTEBOOK, BROKEN))))
    assert "- broken.py:1:2: invalid syntax\n- gone.py: no\n" in text
    assert "<code>deep/nb.ipynb:cell 4:2:5</code>" in text


def test_nothing_found_is_two_lines() -> None:
    assert render("markdown", View(Report((FileReport("a.py"),)))) == "# nanlint\n\n**No findings in 1 file**\n"


def test_what_is_fixable_depends_on_the_run() -> None:
    assert "| `--fix --unsafe-fixes` |" in render("markdown", View(report(*MIXED), unsafe_fixes=True))
    assert "🔵 1 note, ⚪ 1 strict | 3 |\n" in render("markdown", View(report(*MIXED), unsafe_fixes=True))


def test_a_page_stays_small() -> None:
    text = render("markdown", View(report(*[PROVEN] * 130)))
    assert text.count("<details>") == 100
    assert text.endswith("… and 30 more findings.\n")


def test_neither_code_nor_message_ends_what_it_stands_in() -> None:
    source = "```</details>|`\n"
    text = render("markdown", View(report(finding("```", source=source, message="a|b `c` <d> *e*"), source=source)))
    assert "\n````text\n" in text
    assert "\n````\n\n</details>" in text
    assert escaped("a|b `c` <d> *e*") in text
    assert re.sub(r"\\(.)", r"\1", escaped("a|b `c` <d> *e*")) == "a|b `c` <d> *e*"
