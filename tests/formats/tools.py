"""A small report built by hand, of a file and of a notebook."""

from __future__ import annotations

from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Problem, Step
from nanlint.reports import FileReport, Report
from nanlint.text.lines import Cell, Lines

SOURCE = """\
import torch
import torch.nn.functional as F


def loss(model, x, y, mask):
\tp = F.softmax(model(x), dim=-1)
\t损失 = torch.log(p)
\treturn -(y * 损失).sum() / mask.sum()
"""


def place(fragment: str, source: str = SOURCE, path: str = "train.py") -> Place:
    """Where the fragment stands for the first time."""
    start = source.index(fragment)
    return Lines(source).place(path, start, start + len(fragment))


def edit(fragment: str, text: str) -> Edit:
    start = SOURCE.index(fragment)
    return Edit(start, start + len(fragment), text)


def finding(
    fragment: str,
    level: Level = Level.ERROR,
    *,
    evidence: tuple[Step, ...] = (),
    fix: Fix | None = None,
    message: str = "p can be 0",
    remedy: str = "",
    source: str = SOURCE,
) -> Finding:
    return Finding(
        place(fragment, source), "NAN101", "log-of-zero", level, message, remedy, evidence, fix, statement=(1, 1)
    )


def report(*findings: Finding, source: str = SOURCE) -> Report:
    return Report((FileReport("train.py", findings, text=source),))


SAFE = Fix(
    "take the log_softmax instead",
    Applicability.SAFE,
    (edit("F.softmax(model(x), dim=-1)", "F.log_softmax(model(x), dim=-1)"), edit("torch.log(p)", "p")),
)
UNSAFE = Fix(
    "keep the divisor above 0",
    Applicability.UNSAFE,
    (Edit(0, 0, "import math\n"), edit("mask.sum()", "mask.sum().clamp_min(1)")),
)
SUGGESTION = Fix("lower the rate", Applicability.SUGGESTION, (edit("mask.sum()", "1"),))
PROVEN = finding(
    "torch.log(p)",
    evidence=(
        Step(place("F.softmax(model(x), dim=-1)"), "softmax of the logits", "[0, 1]"),
        Step(place("torch.log(p)"), "its log", "(-inf, 0]"),
    ),
    fix=SAFE,
    message="log of p, which is exactly 0 once a logit trails by 104",
    remedy="log_softmax is the same function and never forms the number that rounds to 0. "
    "It wants the logits, so take them where they are still at hand.",
)
LIKELY = finding(
    "-(y * 损失).sum() / mask.sum()",
    Level.WARNING,
    evidence=(Step(place("mask.sum()"), "sum of a mask", "0"),),
    fix=UNSAFE,
    message="mask.sum() can be 0",
)

MIXED = (
    PROVEN,
    finding("x, y", Level.NOTE, message="nothing bounds x"),
    finding("loss", Level.STRICT, fix=UNSAFE),
    LIKELY,
)
BROKEN = FileReport("broken.py", problems=(Problem("broken.py", "invalid syntax", 1, 2), Problem("gone.py", "no")))

FIRST, SECOND = "import torch\n", "p = torch.relu(x)\ny = torch.log(p)\n"
NOTEBOOK = FileReport(
    "deep/nb.ipynb",
    (
        Finding(
            Place("deep/nb.ipynb", 2, 5, 2, 17, cell=4),
            "NAN101",
            "log-of-zero",
            Level.ERROR,
            "log of p",
            "Clamp it.",
            (Step(Place("deep/nb.ipynb", 1, 5, 1, 18, cell=4), "relu", "[0, inf)"),),
            Fix("clamp", Applicability.UNSAFE, (Edit(len(FIRST) + 32, len(FIRST) + 33, "p.clamp(min=1e-8)"),)),
            statement=(3, 3),
        ),
    ),
    (Problem("deep/nb.ipynb", "odd magic", 1, 1, cell=2),),
    text=FIRST + SECOND,
    cells=(
        Cell(2, 1, 0, len(FIRST), (9, 10)),
        Cell(4, 2, len(FIRST), len(FIRST + SECOND), (21, 22, 23)),
    ),
)
"""A notebook whose fourth cell begins on line 21 of its file."""
