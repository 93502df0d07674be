"""A review without a terminal: the answers are a list, the files are real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nanlint.findings import Problem
from nanlint.fixing.review import Answer, Question, Reply, Review
from nanlint.fixing.sitting import Sitting
from nanlint.formats import View
from nanlint.formats.full import framed
from nanlint.reports import Report
from nanlint.settings import DEFAULT

TWO_MEANS = """\
import torch


def f(x):
    return torch.exp(x).mean(dim=0).log()


def g(x):
    return torch.exp(x).mean(dim=1).log()
"""
TWINS = """\
import torch


def f(x: torch.Tensor, y: torch.Tensor):
    a = torch.log(x)
    b = torch.log(x)
    return a + b + torch.log(y)
"""


class Answers:
    """Gives the answers in turn and keeps the questions."""

    def __init__(self, *answers: Answer | Reply) -> None:
        self.answers: Iterator[Answer | Reply] = iter(answers)
        self.lines: list[int] = []
        self.problems: list[Problem] = []
        self.before_next: dict[Path, str] = {}

    def __call__(self, question: Question) -> Reply:
        self.lines.append(question.finding.place.line)
        for path, text in self.before_next.items():
            path.write_text(text, encoding="utf-8")
        self.before_next = {}
        answer = next(self.answers, Answer.QUIT)
        return answer if isinstance(answer, Reply) else Reply(answer)


def review(answers: Answers, *paths: Path) -> Review:
    done = Review(Sitting([str(path) for path in paths], DEFAULT), answers, answers.problems.append)
    done.run()
    return done


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.py"


def test_positions_are_those_of_the_text_as_it_is_by_then(path: Path) -> None:
    """The first fix adds an import."""
    path.write_text(TWO_MEANS, encoding="utf-8")
    answers = Answers(Answer.YES, Answer.YES)
    done = review(answers, path)
    assert (answers.lines, done.applied) == ([5, 10], 2)
    assert "torch.exp" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("declined", [0, 1, 2])
def test_of_findings_that_look_alike_the_declined_one_does_not_come_again(path: Path, declined: int) -> None:
    path.write_text(TWINS, encoding="utf-8")
    answers = Answers(*(Answer.NO if turn == declined else Answer.YES for turn in range(3)))
    done = review(answers, path)
    assert (answers.lines, done.applied) == ([5, 6, 7], 2)
    lines = path.read_text(encoding="utf-8").splitlines()[4:]
    assert ["clamp" in line for line in lines] == [turn != declined for turn in range(3)]


def test_ignored_is_not_asked_again_and_the_next_is(path: Path) -> None:
    path.write_text(TWINS, encoding="utf-8")
    answers = Answers(Reply(Answer.IGNORE, "x is positive"), Answer.NO, Answer.IGNORE)
    done = review(answers, path)
    assert (answers.lines, done.ignored, done.applied) == ([5, 6, 7], 2, 0)
    assert path.read_text(encoding="utf-8").splitlines()[4:] == [
        "    a = torch.log(x)  # nanlint: ignore[log-of-zero] x is positive",
        "    b = torch.log(x)",
        "    return a + b + torch.log(y)  # nanlint: ignore[log-of-zero]",
    ]


def test_all_said_to_a_safe_fix_is_no_yes_to_unsafe_ones(path: Path) -> None:
    bounded = "def g(z: torch.Tensor):\n    return torch.log(torch.softmax(z, dim=1) + 1e-8)\n"
    path.write_text(
        f"import torch\n\n\ndef f(z: torch.Tensor):\n    return torch.log(torch.softmax(z, dim=1))\n\n\n{bounded}",
        encoding="utf-8",
    )
    answers = Answers(Answer.ALL, Answer.QUIT)
    done = review(answers, path)
    assert (answers.lines, done.applied) == ([5, 9], 1)
    assert path.read_text(encoding="utf-8").endswith(bounded)


def test_quitting_ends_the_review_of_all_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a.py", tmp_path / "b.py"]
    for one in paths:
        one.write_text(TWINS, encoding="utf-8")
    answers = Answers(Answer.YES, Answer.QUIT)
    assert review(answers, *paths).applied == 1
    assert answers.lines == [5, 6]


def test_a_file_that_somebody_else_saves_is_read_again_and_asked_about(path: Path) -> None:
    path.write_text(TWINS, encoding="utf-8")
    answers = Answers(Answer.YES, Answer.YES, Answer.QUIT)
    answers.before_next = {path: f"# mine\n{TWINS}"}
    done = review(answers, path)
    assert [problem.message for problem in answers.problems] == ["has changed on disk since it was linted; not written"]
    assert (answers.lines, done.applied) == ([5, 6, 7], 1)
    assert path.read_text(encoding="utf-8").startswith("# mine\nimport torch\n")


def test_what_cannot_be_written_is_told_once_and_left(path: Path) -> None:
    """A directory in the place of the file."""
    path.write_text(TWINS, encoding="utf-8")
    sitting = Sitting([str(path)], DEFAULT)
    path.unlink()
    path.mkdir()
    problems: list[Problem] = []
    answers = Answers(Answer.YES)
    Review(sitting, answers, problems.append).run()
    assert [problem.message for problem in problems] == ["is a directory"]
    assert answers.lines == [5]


def test_a_fix_in_one_file_settles_what_another_file_reports(tmp_path: Path) -> None:
    """The caller sees the log of its own softmax in the library; when the library is fixed, so is the caller."""
    library, caller = tmp_path / "library.py", tmp_path / "caller.py"
    library.write_text("import torch\n\n\ndef entropy(p):\n    return torch.log(p)\n", encoding="utf-8")
    caller.write_text(
        "import torch\nfrom library import entropy\n\n\ndef f(z: torch.Tensor):\n    return entropy(torch.relu(z))\n",
        encoding="utf-8",
    )
    sitting = Sitting([str(caller), str(library)], DEFAULT)
    (finding,) = sitting.report(str(library)).findings
    assert finding.level.label == "error"
    sitting.write(str(library), "import torch\n\n\n\ndef entropy(p):\n    return torch.log(p)\n")
    (moved,) = sitting.report(str(library)).findings
    assert (finding.place.line, moved.place.line) == (5, 6)
    sitting.write(str(library), "import torch\n\n\ndef entropy(p):\n    return torch.log(p.clamp(min=1e-3))\n")
    assert sitting.report(str(library)).findings == ()


def test_an_unused_comment_is_offered_too(path: Path) -> None:
    path.write_text("import torch\n\nx = torch.ones(2)  # nanlint: ignore[log-of-zero] once\n", encoding="utf-8")
    assert review(Answers(Answer.YES), path).applied == 1
    assert path.read_text(encoding="utf-8") == "import torch\n\nx = torch.ones(2)  # once\n"


def test_an_unused_comment_can_be_told_to_stay(path: Path) -> None:
    path.write_text("import torch\n\nx = torch.ones(2)  # nanlint: ignore[log-of-zero]\n", encoding="utf-8")
    assert review(Answers(Answer.IGNORE), path).ignored == 1
    assert "# nanlint: ignore[log-of-zero, unused-ignore]\n" in path.read_text(encoding="utf-8")


def test_in_a_notebook_the_fix_is_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [
        ["import torch\n", "%timeit 1\n"],
        ["z = torch.randn(2, 3)\n", "torch.log(torch.softmax(z, dim=1))"],
        ["z"],
    ]
    code = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}
    notebook = {
        "cells": [{**code, "source": source} for source in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    assert review(Answers(Answer.YES), path).applied == 1
    cells[1][1] = "torch.log_softmax(z, dim=1)"
    assert json.loads(path.read_text(encoding="utf-8")) == notebook


def test_a_fix_that_is_asked_about_is_shown_whole(path: Path) -> None:
    """Every line of it, to its end, on however narrow a terminal."""
    terms = " + ".join(f"term_{number}" for number in range(20))
    text = f"import torch\n\n\ndef f(p: torch.Tensor, x):\n    x = {terms}\n    return x + {terms} + torch.log(p)\n"
    path.write_text(text, encoding="utf-8")
    file = Sitting([str(path)], DEFAULT).report(str(path))
    (finding,) = file.findings
    shown = framed(finding, file, View(Report((file,)), width=60, whole=True))
    assert f"+     return x + {terms} + torch.log(torch.clamp(p, min=1e-8))" in shown.splitlines()[-1]
