"""What became of each rule's report: shown, or kept back, and by what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nanlint.explain.model import Verdict
from nanlint.settings import DEFAULT, Settings
from tests.explain.tools import explained, operation, text

LOG = "import torch\n\n\ndef f(x):\n    return torch.log(torch.relu(x)){comment}  # HERE\n"


def verdicts(directory: Path, program: str, settings: Settings = DEFAULT, name: str = "log") -> dict[str, Verdict]:
    found = operation(explained(directory, program, settings), name)
    return {verdict.code: verdict for verdict in found.verdicts}


def test_what_is_reported_is_said_with_its_message(tmp_path: Path) -> None:
    verdict = verdicts(tmp_path, LOG.format(comment=""))["NAN101"]
    assert (verdict.name, verdict.status, verdict.level, verdict.why) == ("log-of-zero", "reported", "error", "")
    assert "reaches 0, where the value is -inf" in verdict.message


@pytest.mark.parametrize(
    ("settings", "status", "level", "why"),
    [
        ({"ignore": ("NAN101",)}, "off", "error", "the settings of this file turn the rule off"),
        ({"select": ("NAN4",)}, "off", "error", "the settings of this file turn the rule off"),
        (
            {"levels": (("log-of-zero", "note"),)},
            "reported",
            "note",
            "error by its evidence; the settings set its level",
        ),
    ],
)
def test_settings_are_named(
    tmp_path: Path, settings: dict[str, tuple[object, ...]], status: str, level: str, why: str
) -> None:
    told = replace(DEFAULT, **settings)  # type: ignore[arg-type]
    verdict = verdicts(tmp_path, LOG.format(comment=""), told)["NAN101"]
    assert (verdict.status, verdict.level, verdict.why) == (status, level, why)


def test_a_comment_is_named_by_its_line(tmp_path: Path) -> None:
    verdict = verdicts(tmp_path, LOG.format(comment="  # nanlint: ignore[log-of-zero]"))["NAN101"]
    assert (verdict.status, verdict.why) == ("ignored", "a comment silences it, at line 5")


def test_what_only_a_strict_run_shows_says_so(tmp_path: Path) -> None:
    program = "import torch\n\n\ndef f(a, b):\n    return a / b  # HERE\n"
    assert verdicts(tmp_path, program, name="divide")["NAN103"].why == "shown with --strict only"
    strict = verdicts(tmp_path, program, Settings(strict=True), "divide")["NAN103"]
    assert (strict.status, strict.level, strict.why) == ("reported", "strict", "")


def test_the_better_report_is_named_with_its_place(tmp_path: Path) -> None:
    program = "import torch\n\n\ndef f(x):\n    return torch.log(torch.softmax(x, -1))  # HERE\n"
    found = verdicts(tmp_path, program)
    assert found["NAN201"].status == "reported"
    overruled = found["NAN101"]
    assert (overruled.status, overruled.why) == ("overruled", "NAN201 log-of-softmax explains it better")
    assert overruled.at is not None
    assert (overruled.at.line, overruled.at.column) == (5, 12)


def test_a_rule_says_why_it_passes_over_an_operation(tmp_path: Path) -> None:
    program = "import torch\n\n\ndef f(a, num_heads):\n    return torch.relu(a) / num_heads  # HERE\n"
    verdict = verdicts(tmp_path, program, name="divide")["NAN103"]
    assert verdict.status == "silent"
    assert verdict.why == "the divisor is a Python number or an integer, by what made it or by its name"


def test_rules_that_looked_and_saw_nothing_are_named(tmp_path: Path) -> None:
    program = "import torch\n\n\ndef f(x):\n    return torch.log(torch.relu(x) + 2)  # HERE\n"
    explanation = explained(tmp_path, program)
    assert operation(explanation, "log").silent >= ("NAN101",)
    assert operation(explanation, "relu").silent == ()
    assert "no finding: no pole is reached" in text(explanation)


def test_a_test_is_a_reason_to_say_less(tmp_path: Path) -> None:
    found = explained(tmp_path, LOG.format(comment=""), name="test_a.py")
    log = operation(found, "log")
    assert log.contexts[0].remarks == ("only a test runs this: a note at most",)
    assert {verdict.level for verdict in log.verdicts if verdict.status == "reported"} == {"note"}


def test_code_that_is_switched_off_is_a_reason_to_say_less(tmp_path: Path) -> None:
    program = "import torch\n\nDEBUG = False\n\n\ndef f(x):\n    if DEBUG:\n        torch.log(torch.relu(x))  # HERE\n"
    log = operation(explained(tmp_path, program), "log")
    assert log.contexts[0].remarks == ("the file itself switches this code off: a note at most",)
