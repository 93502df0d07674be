"""Files linted together: what siblings add, and that neither order nor processes change anything."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from nanlint.api import fix_paths, lint_paths, lint_texts
from nanlint.findings import Finding
from nanlint.running.pool import SERIAL_UP_TO
from nanlint.settings import Settings
from tests.engine.test_api import run

MODEL = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(10, 5)

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=-1)
"""
LOSS = """\
import torch

def entropy(p):
    return -torch.log(p).mean()
"""
TRAIN = """\
from model import Net
from loss import entropy

net = Net()

def objective(x):
    return entropy(net(x))
"""
TEXTS = {"train.py": TRAIN, "model.py": MODEL, "loss.py": LOSS}


def write(folder: Path, texts: dict[str, str]) -> list[Path]:
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def shown(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    return [(finding.place.path, finding.place.line, finding.code) for finding in findings]


def test_a_caller_makes_a_finding_graver_where_the_operation_stands() -> None:
    (alone,) = lint_texts({"loss.py": LOSS}).findings
    (finding,) = lint_texts(TEXTS).findings
    assert (alone.code, finding.code) == ("NAN101", "NAN201")
    assert (finding.place.path, finding.place.line) == ("loss.py", 4)
    assert finding.level > alone.level


def test_evidence_names_the_files_that_it_crosses() -> None:
    (finding,) = lint_texts(TEXTS).findings
    assert finding.place.path == "loss.py"
    assert {(step.place.path, step.place.line) for step in finding.evidence} == {("model.py", 10)}


def test_siblings_take_nothing_away() -> None:
    texts = {**TEXTS, "safe.py": "import torch\nfrom loss import entropy\nentropy(torch.ones(3))\n"}
    for path, text in texts.items():
        alone = shown(lint_texts({path: text}).findings)
        together = {(place, line) for place, line, _ in shown(lint_texts(texts).findings)}
        assert {(place, line) for place, line, _ in alone} <= together


@pytest.mark.parametrize("order", list(itertools.permutations(TEXTS)), ids="-".join)
def test_order_of_the_files_changes_nothing(order: tuple[str, ...]) -> None:
    report = lint_texts({path: TEXTS[path] for path in order})
    assert [file.path for file in report.files] == list(order)
    assert report.findings == lint_texts(TEXTS).findings


def test_comment_silences_what_a_caller_reports() -> None:
    for comment in ("# nanlint: ignore[log-of-softmax]", "# noqa: NAN201"):
        texts = {**TEXTS, "loss.py": LOSS.replace(".mean()", f".mean()  {comment}")}
        assert lint_texts(texts, Settings(select=("NAN201",))).findings == ()


def test_comment_in_a_file_that_imports_no_framework_silences_too() -> None:
    texts = {
        "share.py": "def share(x):\n    return (x * x).mean().sqrt().log()\n",
        "train.py": "import torch\nfrom share import share\n\ndef f(x):\n    share(torch.softmax(x, -1) * 0)\n",
    }
    assert shown(lint_texts(texts).findings)
    texts["share.py"] = "# nanlint: ignore-file\n" + texts["share.py"]
    assert lint_texts(texts).findings == ()


def test_broken_sibling_is_a_problem_of_its_own_and_unknown_to_the_others(tmp_path: Path) -> None:
    report = lint_paths(write(tmp_path, {**TEXTS, "model.py": "def (:\n"}))
    assert [problem.path for problem in report.problems] == [str(tmp_path / "model.py")]
    assert [finding.code for finding in report.findings] == ["NAN101"]


def test_many_processes_give_what_one_gives(tmp_path: Path) -> None:
    texts = dict(TEXTS)
    for number in range(SERIAL_UP_TO + 6):
        use = f"entropy(torch.sigmoid(torch.rand({number})))"
        texts[f"use{number}.py"] = f"import torch\nfrom loss import entropy\n{use}\n"
    paths = write(tmp_path, texts)
    printed = run(
        "import sys\nfrom nanlint.api import lint_paths\nprint(*lint_paths(sys.argv[1:]).files, sep='\\n')",
        *map(str, paths),
    )
    here = lint_texts({str(path): path.read_text() for path in paths})
    assert printed.splitlines() == [str(file) for file in here.files]
    assert len(here.findings) == 1


def test_fixing_sees_the_siblings_as_they_were_and_reports_them_as_they_are(tmp_path: Path) -> None:
    texts = {
        "head.py": "import torch\n\ndef head(x):\n    return torch.log(torch.softmax(x, -1))\n",
        "use.py": "import torch\nfrom head import head\n\ndef f(x):\n    return torch.sqrt(-head(x))\n",
    }
    paths = write(tmp_path, texts)
    for order in (paths, paths[::-1]):
        for result in fix_paths(order, write=False):
            assert result.changed is result.report.path.endswith("head.py")
    results = fix_paths(paths)
    assert "log_softmax" in paths[0].read_text()
    assert [result.report for result in results] == list(lint_paths(paths).files)
