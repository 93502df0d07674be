"""A loss that gets its target as prediction and the prediction as target."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import clue, describe, trail
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.origins import alternatives
from nanlint.reasoning.probabilities import probability
from nanlint.reasoning.provenance import from_network
from nanlint.reasoning.targets import COMPARISONS
from nanlint.reasoning.terms import operand
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

LOSSES = (
    Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY,
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE,
)  # fmt: skip
SQUASHED = frozenset({Op.SIGMOID, Op.SOFTMAX, Op.LOG_SOFTMAX, Op.LOG_SIGMOID})
LOGARITHMS = frozenset({Op.LOG_SOFTMAX, Op.LOG_SIGMOID, Op.LOG})
DATA = COMPARISONS | {Op.FULL, Op.LIKE, Op.ONE_HOT, Op.RANDOM_INTEGER, Op.READ, Op.ARGMAX, Op.EYE}
"""What nothing learned, whatever its operands are."""
GIVEN = frozenset({Op.ARGUMENT, Op.OPAQUE})
"""What comes from outside: a parameter, an item of a loader that nothing is known of."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(*LOSSES):
        level = _level(loss, trace) if len(loss.operands) > 1 else None
        if level is not None:
            first, second = (quoted(operand_node(loss, i)) for i in (0, 1))
            yield Draft(
                event=loss,
                level=level,
                message=f"{describe(loss)} gets {first} as its prediction, which {_what(loss)}, and {second}, "
                f"{_what_second(loss)}, as its target: {_effect(loss)}",
                remedy="Swap the two arguments.",
                evidence=(*_made(loss.x, loss, trace), *trail(loss, trace, loss.y)),
                rewrite=_swapped(loss),
            )


def _made(value: Value, loss: Event, trace: Trace) -> tuple[Clue, ...]:
    """Where the first argument is made."""
    origin = trace.origin(value)
    return () if origin is None or origin.node is loss.node else (clue(origin),)


def _what(loss: Event) -> str:
    return "holds probabilities" if loss.op is Op.KL_DIVERGENCE else "is data"


def _what_second(loss: Event) -> str:
    return "their logarithms" if loss.op is Op.KL_DIVERGENCE else "the output of the model"


def _effect(loss: Event) -> str:
    if loss.op is Op.KL_DIVERGENCE:
        return "it takes the logarithm of its target, which of a negative number is NaN"
    if loss.op is Op.BINARY_CROSS_ENTROPY:
        clip = loss.options.get("clip")
        floor = -100.0 if clip is None else math.log(clip.range.lo)
        return f"logarithms are taken of the labels, and their {floor:.0f} for a label of 0 or 1 drowns the prediction"
    if loss.op is Op.BINARY_CROSS_ENTROPY_WITH_LOGITS:
        return "labels are read as logits, and the loss falls without a bound as the scores grow"
    return "it raises, or the model learns from numbers that mean nothing"


def _level(loss: Event, trace: Trace) -> Level | None:
    """ERROR where the first argument is surely data and the second surely a prediction, WARNING where it was given."""
    if loss.op is Op.KL_DIVERGENCE:
        return _level_of_divergence(loss, trace)
    if not (loss.y.gradient or loss.site.no_gradient):
        return None
    predictions = list(alternatives(loss.y))
    raw = all(from_network(value) or _is_log(value) for value in predictions)
    if not raw and not all(_is_squashed(value) for value in predictions):
        return None
    if _is_data(loss.x):
        return Level.ERROR
    soft_target = not raw and loss.op not in (Op.BINARY_CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY)
    return Level.WARNING if _is_given(loss.x) and not soft_target else None


def _level_of_divergence(loss: Event, trace: Trace) -> Level | None:
    """The logarithms stand second."""
    stated = loss.options.get("log_target")
    plain = stated is None or stated.constant is False
    if not plain or not all(_is_log(value) for value in alternatives(loss.y)):
        return None
    if _is_data(loss.x) or all(probability(term) is not None for term in operand(trace, loss).alternatives()):
        return Level.ERROR
    return Level.WARNING if _is_given(loss.x) and loss.y.gradient else None


def _is_squashed(value: Value) -> bool:
    return value.op in SQUASHED and any(from_network(inner) for inner in alternatives(value.made_by.x))


def _is_log(value: Value) -> bool:
    return value.op in LOGARITHMS


def _is_data(value: Value) -> bool:
    """Integers, or what was made, drawn, read or compared."""
    if value.dtype.integer:
        return True
    return all(source.op in DATA or source.dtype.integer for source in alternatives(value))


def _is_given(value: Value) -> bool:
    return all(source.op in GIVEN and not source.made_by.operands for source in alternatives(value))


def _swapped(loss: Event) -> Rewrite | None:
    first, second = operand_node(loss, 0), operand_node(loss, 1)
    if first is None or second is None:
        return None
    edits = (Replace(first, bare(second)), Replace(second, bare(first)))
    return Rewrite("Swap the arguments", Applicability.UNSAFE, edits)


_LABELS = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(4, 3)


def f(x, labels):
    logits = net(x)
    return F.cross_entropy({})
"""
_CRITERION = """\
import torch
from torch import nn


class Trainer:
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3), nn.LogSoftmax(dim=1))
        self.criterion = nn.NLLLoss()

    def step(self, batch):
        for x, y in batch:
            prediction = self.net(x)
            loss = self.criterion({})
        return loss


def f(x, y):
    return Trainer().step([(x, y)])
"""
_REAL = """\
import torch
from torch import nn

discriminator = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
adversarial_loss = nn.BCELoss()


def f(pictures):
    real = torch.ones(len(pictures), 1)
    verdict = discriminator(pictures)
    return adversarial_loss({})
"""
_SCORED = """\
import torch
import torch.nn.functional as F
from torch import nn


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 1)

    def forward(self, x):
        return self.out(x)


def f(x, relevant):
    target = (relevant > 0).float().unsqueeze(1)
    return F.binary_cross_entropy_with_logits({})
"""
_DIVERGENCE = """\
import torch
import torch.nn.functional as F


def f(student, teacher):
    p = F.softmax(teacher, dim=-1)
    log_q = F.log_softmax(student, dim=-1)
    return F.kl_div({}, reduction="batchmean")
"""
_LAYER = """\
import torch
from torch import nn


def f(student, teacher):
    divergence = nn.KLDivLoss(reduction="sum")
    return divergence({})
"""
_NAMED = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(4, 3)


def f(x):
    y = torch.randint(0, 3, (len(x),))
    return F.cross_entropy(target={}, input={})
"""
_OF_SCORES = "torch.zeros(2, 4), torch.tensor([0, 1])"
_RAISES = f"raises((RuntimeError, IndexError, ValueError), lambda: f({_OF_SCORES}))"

RULE = Rule(
    code="NAN310",
    name="swapped-loss-arguments",
    summary="The target is given as prediction and the prediction as target: `cross_entropy(labels, logits)`.",
    why=(
        "PyTorch's losses take (input, target). A squared error is the same both ways; a cross-entropy is not. With"
        " integer labels in front it raises. With 0 and 1 in front binary_cross_entropy takes their logarithms, held at"
        " -100, and a sigmoid as target: the loss is some fifty however good the model is. With logits as the target of"
        " binary_cross_entropy_with_logits the loss has no lower bound. kl_div takes log-probabilities first; of"
        " log-probabilities as target it takes the logarithm, which is NaN."
    ),
    check=check,
    specific=45,
    remedy="Pass the prediction first, the target second.",
    fix=Applicability.UNSAFE,
    fix_note="Swaps the two arguments, so the loss has another value, the one that was meant.",
    bad=(
        Bad(
            "torch",
            _LABELS.format("labels, logits"),
            _LABELS.format("logits, labels"),
            proof=_RAISES,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LABELS.format("labels.long(), logits"),
            _LABELS.format("logits, labels.long()"),
            proof=_RAISES,
        ),
        Bad(
            "torch",
            _CRITERION.format("y.view(-1), prediction"),
            _CRITERION.format("prediction, y.view(-1)"),
            proof=_RAISES,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _REAL.format("real, verdict"),
            _REAL.format("verdict, real"),
            proof="f(torch.zeros(1, 2)).item() > 10",
        ),
        Bad(
            "torch",
            _SCORED.format("target, Head()(x)"),
            _SCORED.format("Head()(x), target"),
            proof="min(f(sign * 1e4 * torch.ones(1, 4), torch.tensor([1])).item() for sign in (-1, 1)) < 0",
        ),
        Bad(
            "torch",
            _DIVERGENCE.format("p, log_q"),
            _DIVERGENCE.format("log_q, p"),
            hostile="torch.zeros(1, 3), torch.zeros(1, 3)",
        ),
        Bad(
            "torch",
            _LAYER.format("teacher.softmax(1), student.log_softmax(1)"),
            _LAYER.format("student.log_softmax(1), teacher.softmax(1)"),
            hostile="torch.zeros(1, 3), torch.zeros(1, 3)",
        ),
        Bad(
            "torch",
            _NAMED.format("net(x)", "y"),
            _NAMED.format("y", "net(x)"),
            proof="raises((RuntimeError, IndexError, ValueError), lambda: f(torch.zeros(2, 4)))",
        ),
    ),
    good=(
        Good("torch", _LABELS.format("logits, labels.view(-1)"), "The prediction stands first."),
        Good("torch", _REAL.format("verdict, torch.ones_like(verdict)"), "Ones of the verdict's shape are the target."),
        Good("torch", _DIVERGENCE.format("log_q, p.detach()"), "Log-probabilities first."),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x, y):
    return F.mse_loss(y, nn.Linear(4, 1)(x)) + F.l1_loss(y, nn.Linear(4, 1)(x))
""",
            "A squared or absolute error is the same both ways.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn

teacher = nn.Linear(4, 3)


def f(student_logits, x):
    return F.cross_entropy(student_logits, teacher(x).softmax(dim=-1))
""",
            "Another model's probabilities are the target, as in distillation.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn

teacher = nn.Linear(4, 3)


def f(student_logits, x):
    with torch.no_grad():
        target = torch.sigmoid(teacher(x))
    return F.binary_cross_entropy(student_logits.sigmoid(), target)
""",
            "A target without a gradient, for a prediction with one.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(reconstruction, picture):
    return F.binary_cross_entropy(reconstruction, picture)
""",
            "Nothing is known of either.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x, y):
    scores = nn.Linear(4, 3)(x)
    return F.cross_entropy(scores.detach(), nn.Linear(4, 3)(y).softmax(1)) + F.cross_entropy(scores, y[:, 0].long())
""",
            "Both come from networks.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F


def f(model, x, y):
    return F.cross_entropy(y, model(x))
""",
            "What the model gives is written in another file.",
        ),
    ),
)
