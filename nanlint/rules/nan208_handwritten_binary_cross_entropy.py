"""A binary cross-entropy written out with the logarithms of p and 1 - p."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.binary import Side, written_out
from nanlint.reasoning.context import in_training, quiet
from nanlint.reasoning.evidence import clue, trail
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.logarithms import LOGARITHMS, effective, explained, level, read
from nanlint.reasoning.logforms import assembled, clamp, log_sigmoid_words, replacement
from nanlint.reasoning.outlines import targets
from nanlint.reasoning.poles import danger
from nanlint.reasoning.probabilities import Form
from nanlint.reasoning.provenance import is_schedule
from nanlint.reasoning.spelling import spell
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    if not any(trace.of(*LOGARITHMS)):
        return
    for event in trace.of(Op.ADD, Op.SUBTRACT, Op.WHERE):
        sides = written_out(trace, event)
        if sides is None or sides[0].log.site.statement is not sides[1].log.site.statement:
            continue  # of logarithms in statements of their own, each is reported where it stands
        grade = _level(trace, sides)
        if grade is None:
            continue
        readings = [reading for side in sides if (reading := read(trace, side.log)) is not None]
        rewrite = _rewrite(trace, sides, limits)
        if rewrite is None and all(effective(side.log) for side in sides):
            continue
        yield Draft(
            event,
            grade,
            _message(sides, grade),
            _remedy(event),
            evidence=(*trail(sides[0].log, trace, sides[0].log.x), *(clue(side.log) for side in sides)),
            claims=(*(side.log for side in sides), *(event for reading in readings for event in explained(reading))),
            rewrite=rewrite,
        )


def _level(trace: Trace, sides: tuple[Side, Side]) -> Level | None:
    """The graver of the two logarithms; the form itself says that p is a probability, which rounds to 0 and 1.

    None where guards hold, and where one is lost to rounding, which is what another rule tells.
    """
    if any(side.argument.guarded and not effective(side.log) for side in sides):
        return None
    readings = [read(trace, side.log) for side in sides]
    if all(reading is not None and reading.p.form is Form.SIGMOID for reading in readings):
        return max((grade for reading in readings if reading and (grade := level(reading)) is not None), default=None)
    if all(effective(side.log) for side in sides):
        return None
    found = [grave.level for side in sides if (grave := danger(side.log, trace)) is not None]
    if not found or any(registry.scalar(side.log.framework) for side in sides):
        return None
    if sides[0].log.x.kind.scalar:
        return Level.STRICT
    harmless = quiet(sides[0].log.site) or is_schedule(sides[0].log.x)  # a grid, for a plot
    harmless = harmless or all(_of_elsewhere(side, trace) for side in sides)
    return Level.NOTE if harmless else max(Level.WARNING, *found)


def _of_elsewhere(side: Side, trace: Trace) -> bool:
    """What an unknown function predicts, or gives to a lambda, and nothing says that it is trained: it may be clipped.

    A function with a name says itself what it wants.
    """
    op, function = side.argument.term.value.op, side.log.site.frame.node
    passed = isinstance(function, cst.Lambda) and not targets(trace.module, function, trace)
    return (op is Op.OPAQUE or (op is Op.ARGUMENT and passed)) and not in_training(side.log.site)


def _message(sides: tuple[Side, Side], grade: Level) -> str:
    p = quoted(sides[0].argument.term.node)
    if grade is Level.NOTE and all(effective(side.log) for side in sides):
        return (
            "binary cross-entropy written out: the guard bounds the loss, and the gradient of a wrong prediction is 0"
        )
    return (
        f"binary cross-entropy written out: where {p} rounds to 0 or 1 a logarithm is -inf, and times a label of 0 it "
        "is NaN even if the prediction is right"
    )


def _remedy(event: Event) -> str:
    loss = registry.table(event.framework).logit_losses.get(Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, "")
    if loss:
        logs = f"log(p) and log(1 - p) are {log_sigmoid_words(event)} and {log_sigmoid_words(event, complement=True)}"
        return f"Use {loss} on the logits x; {logs}."
    formula = spell(event, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, {"input": "x", "target": "y"})
    return f"Compute it from the logits x: {formula.text if formula else 'softplus(x) - y * x'}."


def _rewrite(trace: Trace, sides: tuple[Side, Side], limits: Limits) -> Rewrite | None:
    """Both logarithms from the logits: right whatever weights, means and masks stand around them. Else both clamped."""
    readings = [reading for side in sides if (reading := read(trace, side.log)) is not None]
    edits = [edit for reading in readings if (edit := replacement(reading)) is not None]
    if len(edits) == 2 and all(reading.p.form is Form.SIGMOID for reading in readings):
        return assembled("Use logsigmoid of the logits", readings, edits)
    clamps = [fix for side in sides if (fix := clamp(side.log, limits)) is not None]
    if not clamps:
        return None
    imports = dict.fromkeys(line for fix in clamps for line in fix.imports)
    parts = tuple(edit for fix in clamps for edit in fix.edits)
    return Rewrite("Clamp what the logarithms are taken of", Applicability.UNSAFE, parts, tuple(imports))


RULE = Rule(
    code="NAN208",
    name="handwritten-binary-cross-entropy",
    summary="A binary cross-entropy written out with log(p) and log(1 - p).",
    why="In float32 a sigmoid is exactly 1 from a logit of 16.64 and exactly 0 from -88.7. One of the logarithms is "
    "-inf then, and if its label is 0 the loss is NaN although the prediction is right, because 0 times infinity is "
    "NaN. binary_cross_entropy_with_logits starts from the logits and stays finite.",
    check=check,
    specific=40,
    remedy="Use binary_cross_entropy_with_logits on the logits, or logsigmoid(x) and logsigmoid(-x) in place of "
    "log(p) and log(1 - p).",
    fix=Applicability.SAFE,
    fix_note="Only the two logarithms become logsigmoid(x) and logsigmoid(-x), the same functions; labels, weights, "
    "masks and reduction stay as they are, whatever their shapes and dtypes. Where an epsilon or a clamp bounds p "
    "the fix is unsafe, since it takes that bound away; where p is no sigmoid of logits at hand it is a clamp, and "
    "unsafe.",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x, y):
    p = torch.sigmoid(x)
    loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p))
    return F.relu(loss).mean()
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x, y):
    loss = -(y * F.logsigmoid(x) + (1 - y) * F.logsigmoid(-x))
    return F.relu(loss).mean()
""",
            hostile="torch.tensor([20.0]), torch.tensor([1.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), torch.tensor([0.0, 1.0, 0.9])",
        ),
        Bad(
            "torch",
            """\
import torch.nn.functional as F

def f(x, y, weight):
    p = x.sigmoid()
    return -((1.0 - y) * (1.0 - p).log()).mean() - (weight * y * p.log()).mean()
""",
            fixed="""\
import torch.nn.functional as F

def f(x, y, weight):
    return -((1.0 - y) * F.logsigmoid(-x)).mean() - (weight * y * F.logsigmoid(x)).mean()
""",
            hostile="torch.tensor([20.0]), torch.tensor([1.0]), 2.0",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), torch.tensor([0.0, 1.0, 0.9]), 2.0",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, y):
    p = torch.sigmoid(x)
    return torch.where(y > 0.5, -torch.log(p), -torch.log(1 - p)).mean()
""",
            fixed="""\
import torch

def f(x, y):
    return torch.where(y > 0.5, -torch.nn.functional.logsigmoid(x), -torch.nn.functional.logsigmoid(-x)).mean()
""",
            hostile="torch.tensor([20.0]), torch.tensor([1.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), torch.tensor([0.0, 1.0, 0.9])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.layers(x)

def f(x, y):
    p = Net()(x)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
""",
            fixed="""\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.layers(x)

def f(x, y):
    p = Net()(x)
    return -(y * torch.log(torch.clamp(p, min=1e-8)) + (1 - y) * torch.log(torch.clamp(1 - p, min=1e-8))).mean()
""",
            hostile="torch.tensor([[1e4, 1e4], [-1e4, -1e4]]), torch.tensor([[1.0], [1.0]])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(p, y):
    return torch.mean(-y * torch.log(p) - (1 - y) * torch.log(1 - p))
""",
            fixed="""\
import torch

def f(p, y):
    return torch.mean(-y * torch.log(torch.clamp(p, min=1e-8)) - (1 - y) * torch.log(torch.clamp(1 - p, min=1e-8)))
""",
            hostile="torch.tensor([1.0]), torch.tensor([1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(y, a):
    logs = np.multiply(y, np.log(a)) + np.multiply(1 - y, np.log(1 - a))
    return -(1 / len(y)) * np.sum(logs)
""",
            fixed="""\
import numpy as np

def f(y, a):
    logs = np.multiply(y, np.log(np.maximum(a, 1e-8))) + np.multiply(1 - y, np.log(np.maximum(1 - a, 1e-8)))
    return -(1 / len(y)) * np.sum(logs)
""",
            hostile="np.array([1.0]), np.array([1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def f(features, weights, y):
    z = features @ weights
    h = sigmoid(z)
    return (-y * np.log(h) - (1 - y) * np.log(1 - h)).mean()
""",
            fixed="""\
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def f(features, weights, y):
    z = features @ weights
    h = sigmoid(z)
    return (-y * -np.logaddexp(0, -z) - (1 - y) * -np.logaddexp(0, z)).mean()
""",
            hostile="np.array([[40.0]]), np.array([1.0]), np.array([1.0])",
            ordinary="np.array([[1.0, -2.0]]), np.array([0.5, 1.0]), np.array([1.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x, y, alpha=0.25, gamma=2):
    p = torch.sigmoid(x)
    hard = alpha * (1 - p) ** gamma * y * torch.log(p)
    easy = (1 - alpha) * p**gamma * (1 - y) * torch.log1p(-p)
    return torch.sum(-hard - easy)
""",
            "A focal loss is no cross-entropy, and no loss of the library: its logarithms are reported one by one.",
        ),
        Good(
            "torch",
            """\
import torch.nn.functional as F

def f(x, y):
    return F.binary_cross_entropy_with_logits(x, y)
""",
            "The library function takes the logits.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return x.clamp(min=0) - x * y + torch.log1p(torch.exp(-x.abs()))
""",
            "The stable spelling from logits.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.layers(x)

def f(real, fake):
    d = Discriminator()
    return -(torch.log(d(real)) + torch.log(1 - d(fake))).mean()
""",
            "Two logarithms of two probabilities; log-of-sigmoid reports each.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    p = torch.sigmoid(x)
    return -(p * torch.log(p) + (1 - p) * torch.log(1 - p))
""",
            "An entropy; log-of-sigmoid reports each logarithm.",
        ),
        Good(
            "torch",
            """\
import torch

def f(p, y):
    p = p.clamp(1e-6, 1 - 1e-6)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
""",
            "A clamp that float32 keeps, on both sides.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y, z):
    return y * torch.log(1 + x**2) + (1 - y) * torch.log(2 + z**2)
""",
            "Two logarithms of other things.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(y, a, eps=1e-12):
    a = np.clip(a, eps, 1 - eps)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
""",
            "float64 keeps an epsilon of 1e-12.",
        ),
        Good(
            "numpy",
            """\
import math

def f(y=1, p=0.3):
    return -(y * math.log(p) + (1 - y) * math.log(1 - p))
""",
            "Python floats raise an exception in place of giving NaN.",
        ),
    ),
    missed=(
        Miss(
            "numpy",
            """\
def f(y, a):
    import numpy as np

    total = 0.0
    for target, p in zip(y, a):
        if target == 1:
            total -= np.log(p)
        else:
            total -= np.log(1 - p)
    return total
""",
            "One logarithm at a time, in the branches of a test.",
        ),
    ),
)
