"""A cross-entropy written out with the logarithm of a softmax."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import same
from nanlint.reasoning.evidence import clue, trail
from nanlint.reasoning.logarithms import Reading, cause, consequence, effective, explained, readings
from nanlint.reasoning.logforms import judged
from nanlint.reasoning.probabilities import Form
from nanlint.reasoning.spelling import name_of
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule

STEPS = 8  # operations from the logarithm to the end of the loss


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for reading in readings(trace, Form.SOFTMAX):
        found = judged(reading, limits)
        loss = None if found is None else loss_of(trace, reading)
        if found is None or loss is None:
            continue
        yield Draft(
            loss,
            found[0],
            _message(reading),
            _remedy(reading.event),
            evidence=(*trail(reading.event, trace, reading.event.x), clue(reading.event)),
            claims=(reading.event, *explained(reading)),
            rewrite=found[1],
        )


def loss_of(trace: Trace, reading: Reading) -> Event | None:
    """Where a loss of the logarithm ends: minus the sum of labels times it, or nll_loss; None if there is none.

    A logarithm of selected probabilities may be anything, a policy gradient for one; so may one of p times p.
    """
    if any(link is None or link.op is Op.SELECT for link in reading.term.links):
        return None
    last, weighted, summed, negative = reading.event, False, False, False
    for _ in range(STEPS):
        user = next(
            (user for user in trace.uses(last.result) if user.site.frame is last.site.frame and user.op in _FOLLOWED),
            None,
        )
        if user is None or user.op is Op.NLL_LOSS:
            return user or (last if weighted and summed and negative else None)
        if user.op in (Op.MULTIPLY, Op.MATMUL) and len(user.operands) == 2:
            other = user.y if user.x.made_by is last.result.made_by else user.x
            if same(other.made_by.x if other.op is Op.NEGATIVE else other, reading.term.value):
                return None
            factor = other.range.point
            weighted |= factor is None
            negative ^= other.op is Op.NEGATIVE or (factor is not None and factor < 0.0)
        negative ^= user.op is Op.NEGATIVE
        summed |= user.op in (Op.SUM, Op.MEAN, Op.MATMUL)
        last = user
    return None


_FOLLOWED = frozenset({Op.MULTIPLY, Op.MATMUL, Op.NEGATIVE, Op.SUM, Op.MEAN, Op.DIVIDE, Op.RESHAPE, Op.NLL_LOSS})


def _message(reading: Reading) -> str:
    if effective(reading.event):
        return "cross-entropy written out: the guard bounds the loss, and the gradient of a wrong prediction fades to 0"
    zero = ", also where the label is 0, for 0 times infinity is NaN"
    return f"cross-entropy written out: {cause(reading)}; there {consequence(reading)}{zero}"


def _remedy(event: Event) -> str:
    loss = registry.table(event.framework).logit_losses.get(Op.CROSS_ENTROPY, "")
    name = name_of(event, Op.LOG_SOFTMAX)
    if not loss:
        return f"Take {name or 'log_softmax'} of the logits, which is x - logsumexp(x)."
    return f"Use {loss}, which takes the logits, or {name or 'x - logsumexp(x)'} of them."


RULE = Rule(
    code="NAN207",
    name="handwritten-cross-entropy",
    summary="A cross-entropy written out with the logarithm of a softmax.",
    why="A softmax is exactly 0 once a logit trails the largest by 104 in float32 (17.3 in float16; 87 in float32 of "
    "TensorFlow and JAX). Its logarithm "
    "is -inf, and with a one-hot label the loss is NaN even if the prediction is right, because 0 times infinity is "
    "NaN. cross_entropy and log_softmax start from the logits and stay finite.",
    check=check,
    specific=40,
    remedy="Use cross_entropy on the logits, or log_softmax in place of the logarithm of the softmax.",
    fix=Applicability.SAFE,
    fix_note="Only the logarithm of the softmax becomes log_softmax, the same function; labels, weights, masks and "
    "reduction stay as they are, whatever their shapes. Where an epsilon or a clamp bounds the softmax the fix is "
    "unsafe, since it takes that bound away; where no logits are at hand it is a clamp, and unsafe.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(logits, labels):
    p = torch.softmax(logits, dim=1)
    return -(labels * torch.log(p)).sum(dim=1).mean()
""",
            fixed="""\
import torch

def f(logits, labels):
    return -(labels * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
""",
            hostile="torch.tensor([[0.0, 200.0]]), torch.tensor([[0.0, 1.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]]), torch.tensor([[0.1, 0.2, 0.7]])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(student, teacher, temperature=4.0):
    soft = F.softmax(teacher / temperature, dim=-1)
    return torch.sum(-soft * F.softmax(student / temperature, dim=-1).log(), dim=-1)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(student, teacher, temperature=4.0):
    soft = F.softmax(teacher / temperature, dim=-1)
    return torch.sum(-soft * F.log_softmax(student / temperature, dim=-1), dim=-1)
""",
            hostile="torch.tensor([[0.0, 800.0]]), torch.tensor([[0.0, 1.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]]), torch.tensor([[0.1, 0.2, 0.7]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Loss(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = weight
        self.softmax = nn.Softmax(dim=1)

    def forward(self, logits, one_hot):
        log_p = torch.log(self.softmax(logits))
        return torch.mean(-torch.sum(self.weight * one_hot * log_p, dim=1))

def f(logits, one_hot):
    return Loss(torch.tensor([1.0, 2.0]))(logits, one_hot)
""",
            fixed="""\
import torch
from torch import nn

class Loss(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = weight
        self.softmax = nn.Softmax(dim=1)

    def forward(self, logits, one_hot):
        log_p = torch.log_softmax(logits, dim=1)
        return torch.mean(-torch.sum(self.weight * one_hot * log_p, dim=1))

def f(logits, one_hot):
    return Loss(torch.tensor([1.0, 2.0]))(logits, one_hot)
""",
            hostile="torch.tensor([[0.0, 200.0]]), torch.tensor([[0.0, 1.0]])",
            ordinary="torch.tensor([[0.3, -1.2]]), torch.tensor([[0.1, 0.9]])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, target):
    probs = F.softmax(logits, dim=1)
    return F.nll_loss(torch.log(probs), target)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(logits, target):
    return F.nll_loss(F.log_softmax(logits, dim=1), target)
""",
            hostile="torch.tensor([[0.0, 200.0]]), torch.tensor([0])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]]), torch.tensor([1])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x, labels):
    model = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    return -(labels * torch.log(model(x))).sum(1)
""",
            fixed="""\
import torch
from torch import nn

def f(x, labels):
    model = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    return -(labels * torch.log(torch.clamp(model(x), min=1e-8))).sum(1)
""",
            hostile="torch.tensor([[-1e4, 1e4]]), torch.tensor([[1.0, 1.0, 1.0]])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy.special import softmax

def f(logits, labels):
    p = softmax(logits, axis=1)
    return -np.sum(labels * np.log(p), axis=1).mean()
""",
            fixed="""\
import numpy as np
from scipy.special import softmax
from scipy.special import log_softmax

def f(logits, labels):
    return -np.sum(labels * log_softmax(logits, axis=1), axis=1).mean()
""",
            hostile="np.array([[0.0, 800.0]]), np.array([[0.0, 1.0]])",
            ordinary="np.array([[0.0, 2.0], [1.0, -2.0]]), np.array([[0.2, 0.8]])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def f(z, y):
    p = softmax(z)
    return -np.mean(np.sum(y * np.log(p), axis=1))
""",
            fixed="""\
import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def f(z, y):
    p = softmax(z)
    return -np.mean(np.sum(y * (z - np.logaddexp.reduce(z, axis=1, keepdims=True)), axis=1))
""",
            hostile="np.array([[0.0, 800.0]]), np.array([[0.0, 1.0]])",
            ordinary="np.array([[0.0, 2.0], [1.0, -2.0]]), np.array([[0.2, 0.8]])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch.nn.functional as F

def f(logits, target):
    return F.cross_entropy(logits, target)
""",
            "The library function takes the logits.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits, shares):
    return -(shares * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
""",
            "log_softmax is finite for finite logits.",
        ),
        Good(
            "torch",
            """\
import torch

def f(scores, actions, advantages):
    policy = torch.softmax(scores, dim=1)
    chosen = policy.gather(1, actions.unsqueeze(1)).squeeze(1)
    return -(advantages * torch.log(chosen)).mean()
""",
            "A policy gradient, not a cross-entropy; log-of-softmax reports it.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    p = torch.softmax(logits, dim=1)
    return -(p * torch.log(p)).sum(dim=1)
""",
            "An entropy; log-of-softmax reports it.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, labels):
    return -(labels * torch.log(q.clamp(min=1e-6))).sum(dim=1)
""",
            "Probabilities of unknown origin, clamped.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits, labels):
    with torch.no_grad():
        p = torch.softmax(logits, dim=1)
        return -(labels * torch.log(p + 1e-12)).sum(dim=1).mean()
""",
            "An epsilon keeps the metric finite, and no gradient flows that could fade.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(p, y):
    return -np.sum(y * np.log(np.clip(p, 1e-12, 1.0))) / len(y)
""",
            "Clipped probabilities of unknown origin.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(logits, labels):
    p = torch.softmax(logits, dim=1)
    log_p = [torch.log(row) for row in p]
    return -sum((y * row).sum() for y, row in zip(labels, log_p))
""",
            "Summed by Python over a list; log-of-softmax reports the logarithm.",
        ),
    ),
)
