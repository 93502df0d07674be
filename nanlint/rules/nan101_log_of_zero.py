"""The logarithm of something that can be 0 or negative."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import apart
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import below_one, clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.poles import danger, differentiated
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY):
        found = danger(event, trace)
        index = 1 if event.op is Op.XLOGY else 0
        if found is None:
            continue
        if event.op is Op.XLOGY and event.x.same(event.y):
            trace.pass_over(event, "xlogy(p, p) is 0 where p is")
            continue
        operand = event.operands[index]
        pole = "-1" if event.op is Op.LOG1P else "0"
        gradient = " and the gradient not finite" if differentiated(event, index) else ""
        yield Draft(
            event,
            min(found.level, Level.NOTE) if apart(event) else found.level,
            f"{describe(event)} of {quoted(operand_node(event, index))}, {found.because}: "
            f"{operand.range} reaches {pole}, where the value is -inf{gradient}",
            f"Keep the operand above {pole} with a clamp before the logarithm, or compute the logarithm from logits.",
            evidence=trail(event, trace, operand),
            rewrite=_rewrite(event, index, limits),
        )


def _rewrite(event: Event, index: int, limits: Limits) -> Rewrite | None:
    lowest = literal(epsilon(event, limits))
    if event.op is Op.LOG1P:
        lowest = f"-1 + {literal(below_one(event))}"
    elif event.operands[index].dtype.integer:
        lowest = "1"
    return clamping(event, index, {"min": lowest})


RULE = Rule(
    code="NAN101",
    name="log-of-zero",
    summary="A logarithm of something that can be 0 or negative.",
    why="log(0) is -inf and its gradient infinite; log of a negative number is NaN. In float32 a sigmoid is exactly 0 "
    "from a logit of -88.7 and exactly 1 from 16.7, a softmax exactly 0 once a logit trails the largest by 104, "
    "a ReLU is 0 half of the time. One such element makes the loss infinite, and one step later every weight is NaN.",
    check=check,
    specific=10,
    remedy="Clamp the operand to a small positive number before the logarithm, or compute the logarithm from logits "
    "(log_softmax, logsigmoid).",
    fix=Applicability.UNSAFE,
    fix_note="The clamp changes the value where the operand was below the epsilon, and its gradient there is 0.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.log.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(x)
""",
            fixed="""\
import torch

def f(x):
    return torch.log(torch.clamp(x, min=1e-8))
""",
            hostile="torch.tensor([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch.nn.functional as F

def f(x):
    rate = F.relu(x)
    return rate.log()
""",
            fixed="""\
import torch.nn.functional as F

def f(x):
    rate = F.relu(x)
    return rate.clamp(min=1e-8).log()
""",
            hostile="torch.tensor([-1.0, 1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    action = torch.tanh(x)
    return -torch.log(1 - action**2).sum(-1)
""",
            fixed="""\
import torch

def f(x):
    action = torch.tanh(x)
    return -torch.log(torch.clamp(1 - action**2, min=1e-8)).sum(-1)
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Rate(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        return torch.log(self.head(x))

def f(x):
    return Rate()(x)
""",
            fixed="""\
import torch
from torch import nn

class Rate(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        return torch.log(torch.clamp(self.head(x), min=1e-8))

def f(x):
    return Rate()(x)
""",
            hostile="torch.tensor([[9.0, 9.0], [-9.0, -9.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def likelihood_loss(density):
    return -torch.log(density).mean()

def f(density):
    return likelihood_loss(density)
""",
            fixed="""\
import torch

def likelihood_loss(density):
    return -torch.log(torch.clamp(density, min=1e-8)).mean()

def f(density):
    return likelihood_loss(density)
""",
            hostile="torch.tensor([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch.nn.functional as F

def divergence_loss(heatmap, target):
    return F.kl_div(heatmap.flatten(1).log(), target.flatten(1), reduction="batchmean")

def f(heatmap, target):
    return divergence_loss(heatmap, target)
""",
            fixed="""\
import torch.nn.functional as F

def divergence_loss(heatmap, target):
    return F.kl_div(heatmap.flatten(1).clamp(min=1e-8).log(), target.flatten(1), reduction="batchmean")

def f(heatmap, target):
    return divergence_loss(heatmap, target)
""",
            hostile="torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(-torch.tanh(x))
""",
            fixed="""\
import torch

def f(x):
    return torch.log1p(torch.clamp(-torch.tanh(x), min=-1 + 1e-6))
""",
            hostile="torch.tensor([20.0, 0.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x: np.ndarray):
    return np.log(x)
""",
            fixed="""\
import numpy as np

def f(x: np.ndarray):
    return np.log(np.maximum(x, 1e-8))
""",
            hostile="np.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(documents):
    frequency = (documents > 0).sum(axis=0)
    return -np.log10(frequency)
""",
            fixed="""\
import numpy as np

def f(documents):
    frequency = (documents > 0).sum(axis=0)
    return -np.log10(np.maximum(frequency, 1))
""",
            hostile="np.array([[0.0, 1.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def duration_loss(log_durations, durations):
    return F.mse_loss(log_durations, torch.log1p(durations))

def f(log_durations, durations):
    return duration_loss(log_durations, durations)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def duration_loss(log_durations, durations):
    return F.mse_loss(log_durations, torch.log1p(torch.clamp(durations, min=-1 + 1e-6)))

def f(log_durations, durations):
    return duration_loss(log_durations, durations)
""",
            hostile="torch.zeros(2), torch.tensor([-1.0, 3.0])",
            level=Level.NOTE,  # arguments of a loss are 0 now and then; -1 they are for a reason only
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(x.clamp_min(1e-6)) + torch.log(x.abs() + 1e-8) + torch.log(1 + x**2)

class Loss(torch.nn.Module):
    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, p, q):
        return torch.log(p + 1e-10) + torch.log(q + self.eps) + (self.eps + p * q).log()
""",
            "A clamp, an epsilon and a sum that starts at 1 keep the operand above 0.",
        ),
        Good(
            "torch",
            """\
import math

import torch

def f(x, temperature=0.5):
    return torch.log_softmax(x / math.log(10000.0), -1) - math.log(temperature)
""",
            "`math.log` of a number raises at 0; it cannot give NaN.",
        ),
        Good(
            "torch",
            """\
import torch

def safe_log(t, eps=1e-20):
    return torch.log(t.clamp(min=eps))

def f(x):
    return safe_log(torch.softmax(x, -1))
""",
            "The helper clamps.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    if (x <= 0).any():
        raise ValueError("not positive")
    return x.log()
""",
            "The check leaves positive numbers only.",
        ),
        Good(
            "torch",
            """\
import torch

class Logger:
    def log(self, name, value):
        print(name, value)

def f(x):
    logger = Logger()
    logger.log("loss", x.sum())
    return x
""",
            "A logger's `log` is no logarithm.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    log_z = torch.logsumexp(x, dim=-1, keepdim=True)
    shifted = x - x.amax(dim=-1, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=-1, keepdim=True)) + log_z
""",
            "The largest term of the sum is exp(0) = 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(rates):
    kept = torch.relu(rates)
    rows = torch.arange(kept.shape[0])
    chosen = torch.multinomial(kept, 1)[:, 0]
    again = torch.distributions.Categorical(kept).sample()
    return kept[rows, chosen].log(), kept.gather(1, again[:, None]).log()
""",
            "Nothing whose weight is 0 is ever drawn by it.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.where(x > 0, np.log(x), 0.0)
""",
            "NumPy has no gradient: the selection discards the infinite values.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

EPSILON = 1e-12

def f(counts):
    shares = counts / max(counts.sum(), 1)
    shares = np.maximum(shares, EPSILON)
    return -(shares * np.log(shares)).sum() / np.log(2)
""",
            "An earlier statement bounds the operand.",
        ),
        Good(
            "torch",
            """\
import torch

def counting_loss(prediction, events):
    counts = torch.relu(events)
    return (prediction - torch.log1p(counts)).abs().mean()

def f(prediction, events):
    return counting_loss(prediction, events)
""",
            "log1p breaks at -1, far from what a count can be.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch
from helpers import probabilities

def f(x):
    return [torch.log(p) for p in map(float, probabilities(x))]
""",
            "What another module returns is not known; it may not even be a tensor.",
        ),
    ),
)
