"""`--verbose`: what was skipped and why, what was used again, where the time went."""

from __future__ import annotations

import re
from pathlib import Path

from nanlint.running.stopwatch import Stopwatch
from nanlint.running.verbose import Account, lines
from tests.cli.tools import lay_out, nanlint

PROGRAM = "import torch\n\n\ndef f(x):\n    return torch.log(torch.relu(x))\n"


def test_stages_and_rules_and_skipped_files(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM, "plain.py": "x = 1\n", "uses.py": "from a import f\n"})
    plain, told = nanlint(cwd=tmp_path), nanlint("--verbose", "--no-cache", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (plain.returncode, plain.stdout)
    shown = told.stderr.splitlines()
    assert shown[:4] == [
        "files: 3 found, 2 interpreted or kept from before",
        "cache: not used",
        "skipped: 1 of the files: they import no framework, nor do the files of this run that they import from",
        "  plain.py",
    ]
    for stage in (
        "discovery",
        "screening",
        "reading",
        "parsing",
        "interpretation",
        "positions and fixes",
        "formatting",
    ):
        assert re.search(rf"^  {stage} +\d+\.\d{{3}}$", told.stderr, re.MULTILINE), stage
    assert re.search(r"^  rules +\d+\.\d{3}\n(    NAN\d{3} +\d+\.\d{3}\n)+\Z", told.stderr, re.MULTILINE)


def test_results_that_are_used_again_are_counted(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROGRAM, "plain.py": "x = 1\n"})
    nanlint(cwd=tmp_path)
    told = nanlint("-v", cwd=tmp_path).stderr
    assert "cache: 2 of 2 results used again, in " in told
    assert "skipped: 1 of the files" in told
    assert "parsing" not in told
    assert "looking into the cache" in told


def test_many_files_are_measured_in_all_processes(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"a{number}.py": PROGRAM for number in range(30)})
    told = nanlint("-v", "--no-cache", cwd=tmp_path).stderr
    assert "files: 30 found" in told
    assert re.search(r"^  parsing +0\.\d*[1-9]", told, re.MULTILINE)


def test_a_stage_does_not_count_what_is_inside_it() -> None:
    watch = Stopwatch(running=True)
    with watch.stage("outer"):
        with watch.stage("inner"):
            sum(range(200_000))
        seconds = dict(watch.seconds)
    assert seconds["inner"] > seconds["outer"] >= 0.0
    assert set(watch.taken()) == {"outer", "inner"}
    assert watch.taken() == {}


def test_a_stopwatch_that_does_not_run_measures_nothing() -> None:
    watch = Stopwatch()
    with watch.stage("stage"):
        pass
    assert watch.seconds == {}


def test_rules_that_took_no_time_have_no_line() -> None:
    told = list(lines(Account(1, (), {"NAN102": 0.00001, "NAN101": 2.0, "reading": 1.0})))
    assert told[-3:] == [
        f"  {'reading':<36}     1.000",
        f"  {'rules':<36}     2.000",
        f"  {'  NAN101':<36}     2.000",
    ]
