"""`--statistics`: findings counted by rule, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nanlint.findings import Applicability, Finding, Fix, Level, Place
from nanlint.showing.statistics import as_json, table, tallies
from nanlint.showing.terminal import Paint
from tests.cli.tools import lay_out, nanlint

SAFE = frozenset({Applicability.SAFE})
PROGRAM = """\
import torch


def f(x, p: torch.Tensor):
    return torch.log(torch.softmax(x, -1)) + torch.log(torch.softmax(x, 0)) + torch.log(torch.relu(x)) + torch.log(p)
"""


def finding(code: str, level: Level, applicability: Applicability | None = None) -> Finding:
    fix = None if applicability is None else Fix("", applicability, ())
    return Finding(Place("a.py", 1, 1, 1, 2), code, f"rule-{code[-1]}", level, "", "", (), fix, (1, 1))


FINDINGS = (
    finding("NAN101", Level.NOTE),
    finding("NAN102", Level.ERROR, Applicability.SAFE),
    finding("NAN101", Level.ERROR, Applicability.SAFE),
    finding("NAN101", Level.NOTE, Applicability.UNSAFE),
    finding("NAN103", Level.NOTE),
)


def test_the_most_frequent_come_first_then_go_by_code() -> None:
    assert [(one.code, one.count, one.fixable) for one in tallies(FINDINGS, SAFE)] == [
        ("NAN101", 3, 1),
        ("NAN102", 1, 1),
        ("NAN103", 1, 0),
    ]


def test_the_table_says_what_is_fixable() -> None:
    assert table(tallies(FINDINGS, SAFE), Paint(), "--fix") == (
        "3  NAN101  [-] rule-1  1 error, 2 notes\n"
        "1  NAN102  [*] rule-2  1 error\n"
        "1  NAN103  [ ] rule-3  1 note\n"
        "[*] 2 fixable with --fix\n"
    )


def test_nothing_found_is_no_table() -> None:
    assert (table([], Paint(), "--fix"), as_json([])) == ("", "[]\n")


def test_the_command_counts_instead_of_listing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("--statistics", "a.py", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == (
        "2  NAN101  [ ] log-of-zero     1 error, 1 note\n"
        "2  NAN201  [*] log-of-softmax  2 errors\n"
        "[*] 2 fixable with --fix\n"
        "4 findings in 1 of 1 file\n"
    )
    quiet = nanlint("--statistics", "--quiet", "a.py", cwd=tmp_path)
    assert quiet.stdout == ran.stdout.removesuffix("4 findings in 1 of 1 file\n")
    assert nanlint("--statistics", "--select", "NAN6", "a.py", cwd=tmp_path).stdout == "No findings in 1 file\n"


def test_unsafe_fixes_count_where_they_would_be_applied(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("--statistics", "--unsafe-fixes", "a.py", cwd=tmp_path)
    assert ran.stdout.splitlines()[0] == "2  NAN101  [*] log-of-zero     1 error, 1 note"
    assert ran.stdout.splitlines()[-2] == "[*] 4 fixable with --fix --unsafe-fixes"


def test_the_command_counts_in_json(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("--statistics", "--output-format", "json", "a.py", cwd=tmp_path)
    assert json.loads(ran.stdout) == [
        {
            "code": "NAN101",
            "name": "log-of-zero",
            "count": 2,
            "levels": {"error": 1, "note": 1},
            "fixable": False,
            "fixable_count": 0,
        },
        {
            "code": "NAN201",
            "name": "log-of-softmax",
            "count": 2,
            "levels": {"error": 2},
            "fixable": True,
            "fixable_count": 2,
        },
    ]


@pytest.mark.parametrize("output_format", ["sarif", "github"])
def test_there_are_no_statistics_in_other_formats(tmp_path: Path, output_format: str) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("--statistics", "--output-format", output_format, "a.py", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"none as {output_format}" in ran.stderr


def test_colour(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM})
    ran = nanlint("--statistics", "a.py", cwd=tmp_path, environment={"FORCE_COLOR": "1"})
    assert "\x1b[1;36mNAN201\x1b[0m" in ran.stdout
