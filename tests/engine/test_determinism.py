"""One program gives one report: whatever Python hashes by, in whatever order files come, in however many processes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import nanlint
from nanlint.api import lint_texts
from nanlint.running.pool import SERIAL_UP_TO

TEXTS = {
    "heads.py": """\
import torch
from torch import nn

class Softmax(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, 5)

    def forward(self, x):
        return self.linear(x).softmax(dim=-1)

class Variance(nn.Module):
    def forward(self, x):
        return torch.exp(x), torch.sqrt(x)

HEADS = {"softmax": Softmax, "variance": Variance}
""",
    "losses.py": """\
import torch
from scale import unit

def entropy(p, mask=None):
    weights = 1.0 if mask is None else mask / mask.sum()
    return -(weights * p * torch.log(p)).sum()

def cosine(x, y):
    return 1 - (unit(x) * unit(y)).sum()
""",
    "scale.py": """\
def unit(x):
    return x / x.norm(dim=-1, keepdim=True)

def spread(x):
    return (x - x.mean(0)) / x.std(0)
""",
    "data.py": """\
import numpy as np
from scale import spread

def load(path, names={"mean", "std", "max"}):
    data = np.load(path)
    return {name: spread(data[name]) for name in names}
""",
    "first.py": """\
import torch
from heads import *
from losses import entropy, cosine

def loss(x, y, mask):
    loss = entropy(Softmax(10)(x), mask) + cosine(x, y)
    loss.backward()
    return loss
""",
    "second.py": """\
import torch
import losses, heads

def loss(x, kind):
    head = heads.HEADS[kind](10)
    return losses.entropy(torch.sigmoid(head(x)), x > 0) + losses.cosine(x, torch.zeros(3))
""",
    "third.py": """\
import torch
from first import loss as one
from second import loss as two

def both(x, y):
    return torch.log(one(x, y, y > 1)) + two(x, "softmax")
""",
    "circle.py": """\
import torch
from third import both
import circle

def run(x, y):
    return both(x, y) / torch.sqrt(((x - y) ** 2).sum())
""",
}
LINT = """\
import sys
from pathlib import Path
from nanlint.api import lint_paths
from nanlint.running.reporting import reports_on
from nanlint.program.project import Project
from nanlint.settings import DEFAULT
from nanlint.running.work import examine_file
how, *paths = sys.argv[1:]
if how == "one":
    project = Project(tuple(paths))
    files = reports_on([examine_file(path, DEFAULT, project) for path in paths], DEFAULT)
else:
    files = lint_paths(paths).files
print(*sorted(map(str, files)), sep="\\n")
"""


def lint(how: str, seed: int, paths: list[str]) -> str:
    """What a new Python prints that hashes by `seed`."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(Path(nanlint.__file__).parents[1])}
    command = [sys.executable, "-c", LINT, how, *paths]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files, and so many that import them that they are shared out among processes."""
    folder = tmp_path_factory.mktemp("program")
    users = {
        f"use{number}.py": f"import torch\nfrom losses import entropy\nentropy(torch.full((3,), {number / 8}))\n"
        for number in range(SERIAL_UP_TO + 1 - len(TEXTS) + 1)
    }
    for name, text in {**TEXTS, **users}.items():
        (folder / name).write_text(text)
    return [str(folder / name) for name in (*TEXTS, *users)]


@pytest.fixture(scope="module")
def reference(program: list[str]) -> str:
    return lint("one", 0, program)


@pytest.mark.parametrize(("how", "seed"), [("one", 1), ("many", 2)])
def test_neither_hashes_nor_order_nor_processes_change_a_report(
    how: str, seed: int, program: list[str], reference: str
) -> None:
    assert lint(how, seed, random.Random(seed).sample(program, len(program))) == reference


def test_the_program_has_findings_that_callers_decide() -> None:
    """Else the test above says little."""
    together = {(f.place.path, f.place.line, f.code, f.level) for f in lint_texts(TEXTS).findings}
    alone = {
        (f.place.path, f.place.line, f.code, f.level) for p, t in TEXTS.items() for f in lint_texts({p: t}).findings
    }
    assert len(together) >= 6
    assert together - alone
