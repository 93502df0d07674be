"""`--interactive` in a real terminal: what it asks, what each answer does to the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Session
from tests.cli.tools import lay_out, nanlint

SOFTMAX = """\
import torch


def loss(z: torch.Tensor) -> torch.Tensor:
    return torch.log(torch.softmax(z, dim=-1))


def again(z: torch.Tensor) -> torch.Tensor:
    return torch.log(torch.softmax(z, dim=1))
"""
LOGS = """\
import torch


def entropy(p: torch.Tensor) -> torch.Tensor:
    return torch.log(p)


def other(q: torch.Tensor) -> torch.Tensor:
    return torch.log(q)
"""
RATE = """\
import torch

model = torch.nn.Linear(2, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=5.0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"a.py": SOFTMAX, "b.py": LOGS})
    return tmp_path


def text(project: Path, name: str) -> str:
    return (project / name).read_text(encoding="utf-8")


def test_each_fix_is_shown_with_evidence_and_diff_and_applied_if_the_answer_is_yes(project: Path) -> None:
    with Session("--interactive", "a.py", cwd=project) as session:
        first = session.asked()
        assert "a.py:5:12: error[NAN201] log-of-softmax: " in first
        assert "1. " in first and "help: " in first, "evidence and remedy"
        assert "- " + SOFTMAX.splitlines()[4] in first
        assert "+     return torch.log_softmax(z, dim=-1)" in first
        assert first.endswith("Apply this safe fix? (1 more in this file) [y,n,a,i,q,?] ")
        session.type("n")
        second = session.asked()
        assert "a.py:9:12: error[NAN201]" in second
        session.type("y")
        code, end = session.ended()
    assert (code, end.splitlines()[-1]) == (1, "Fixed 1 finding, ignored 0, left 1")
    assert text(project, "a.py") == SOFTMAX.replace("torch.log(torch.softmax(z, dim=1))", "torch.log_softmax(z, dim=1)")


def test_all_of_this_rule_asks_no_more_for_it(project: Path) -> None:
    with Session("--interactive", cwd=project) as session:
        session.asked()
        session.type("a")
        third = session.asked()
        assert text(project, "a.py").count("log_softmax") == 2
        assert "b.py:5:12: note[NAN101] log-of-zero: " in third
        assert "Apply this unsafe fix? It changes values or training. (1 more in this file)" in third
        session.type("a")
        code, end = session.ended()
    assert (code, end.splitlines()[-1]) == (0, "Fixed 4 findings, ignored 0, left 0")
    assert text(project, "b.py").count("clamp") == 2


def test_ignore_writes_the_comment_with_its_reason_and_suggestions_are_not_applied(project: Path) -> None:
    lay_out(project, {"rate.py": RATE})
    with Session("--interactive", "b.py", "rate.py", cwd=project) as session:
        session.asked()
        session.type("i p is a softmax")
        session.asked()
        session.type("i")
        assert session.asked().endswith("This is a suggestion for you to apply. [n,i,q,?] ")
        session.type("y")
        assert "quit; what was applied stays" in session.asked(), "no answer here: the help, and the question again"
        assert text(project, "rate.py") == RATE
        session.type("I a toy")
        code, end = session.ended()
    assert (code, end.splitlines()[-1]) == (0, "Fixed 0 findings, ignored 3, left 0")
    lines = text(project, "b.py").splitlines()
    assert lines[4] == "    return torch.log(p)  # nanlint: ignore[log-of-zero] p is a softmax"
    assert lines[8] == "    return torch.log(q)  # nanlint: ignore[log-of-zero]"
    assert text(project, "rate.py").splitlines()[3].endswith("lr=5.0)  # nanlint: ignore[high-learning-rate] a toy")


@pytest.mark.parametrize("key", [b"q\n", b"\x03", b"\x04"], ids=["q", "Ctrl-C", "end of input"])
def test_leaving_keeps_what_was_applied(project: Path, key: bytes) -> None:
    with Session("--interactive", cwd=project) as session:
        session.asked()
        session.type("yes")
        session.asked()
        session.press(key)
        code, end = session.ended()
    assert (code, end.splitlines()[-1]) == (1, "Fixed 1 finding, ignored 0, left 3")
    assert text(project, "a.py").count("log_softmax") == 1
    assert text(project, "b.py") == LOGS


def test_the_baseline_goes_along(project: Path) -> None:
    nanlint("--write-baseline", "known.json", cwd=project)
    lay_out(project, {"nanlint.toml": 'baseline = "known.json"\n'})
    with Session("--interactive", "a.py", cwd=project) as session:
        session.asked()
        session.type("y")
        session.asked()
        session.type("i see #12")
        code, rest = session.ended()
    assert code == 0
    assert "Fixed 1 finding, ignored 1, left 0" in rest
    assert "known.json: 2 findings taken out" in rest
    assert "a.py" not in text(project, "known.json") and "b.py" in text(project, "known.json")


def test_what_cannot_be_linted_is_told_and_fails(project: Path) -> None:
    lay_out(project, {"broken.py": "def f(:\n"})
    with Session("--interactive", cwd=project) as session:
        assert "error: broken.py:1:" in session.asked()
        session.type("q")
        code, _ = session.ended()
    assert code == 2


def test_without_a_terminal_nothing_is_done(project: Path) -> None:
    ran = nanlint("--interactive", cwd=project)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1 and "--interactive needs a terminal" in ran.stderr
    assert text(project, "a.py") == SOFTMAX


def test_with_what_it_does_not_go_together_is_said(project: Path) -> None:
    ran = nanlint("--interactive", "--diff", cwd=project)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "error: --interactive and --diff do not go together\n")
