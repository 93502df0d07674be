"""The logarithm of a softmax."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Trace
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.logarithms import Reading, cause, consequence, effective, explained, readings
from nanlint.reasoning.logforms import judged
from nanlint.reasoning.probabilities import Form
from nanlint.reasoning.spelling import name_of
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for reading in readings(trace, Form.SOFTMAX):
        found = judged(reading, limits)
        if found is None:
            continue
        yield Draft(
            reading.event,
            found[0],
            _message(reading),
            _remedy(reading),
            evidence=trail(reading.event, trace, reading.event.x),
            claims=explained(reading),
            rewrite=found[1],
        )


def _message(reading: Reading) -> str:
    event = reading.event
    what = f"{describe(event)} of {quoted(operand_node(event, 0))}"
    if effective(event):
        return f"{what}: the guard bounds the value, but the gradient fades to 0 where the softmax is smaller than it"
    return f"{what}, a softmax: {cause(reading)}; there {consequence(reading)}"


def _remedy(reading: Reading) -> str:
    if reading.event.op is not Op.LOG:
        base = "2" if reading.event.op is Op.LOG2 else "10"
        return f"Take log_softmax of the logits and divide it by log({base})."
    name = name_of(reading.event, Op.LOG_SOFTMAX)
    loss = registry.table(reading.event.framework).logit_losses.get(Op.CROSS_ENTROPY, "")
    if not loss or not name:
        take = f"Take {name} of the logits, or subtract" if name else "Subtract"
        return f"{take} their logsumexp from the logits."
    return f"Take {name} of the logits; a loss such as {loss} takes the logits themselves."


RULE = Rule(
    code="NAN201",
    name="log-of-softmax",
    summary="The logarithm of a softmax.",
    why="A softmax is exactly 0 once a logit trails the largest by 104 in float32 (17.3 in float16, 745 in float64); "
    "by 87 in TensorFlow and JAX, which compute 0 for what is smaller than the smallest normal number. The logarithm "
    "is -inf there, and the gradient of the whole row NaN. log_softmax is the same function computed without the "
    "detour: its value at that logit is -104.",
    check=check,
    specific=34,
    remedy="Use log_softmax of the logits.",
    fix=Applicability.SAFE,
    fix_note="log_softmax is the same function: float32 results differ by less than 1e-5, and are finite where they "
    "were not. A softmax that something else uses stays. Where an epsilon or a clamp bounds the softmax the fix is "
    "unsafe, since it takes that bound away; where no logits are at hand, or in another base, it is a clamp, and "
    "unsafe.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(logits):
    return torch.log(torch.softmax(logits, dim=-1))
""",
            fixed="""\
import torch

def f(logits):
    return torch.log_softmax(logits, dim=-1)
""",
            hostile="torch.tensor([[0.0, 200.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(logits):
    return logits.softmax(-1).log()
""",
            fixed="""\
import torch

def f(logits):
    return logits.log_softmax(-1)
""",
            hostile="torch.tensor([[0.0, 200.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, temperature=2.0):
    probs = F.softmax(logits / temperature, dim=1, dtype=torch.float32)
    return -torch.log(probs)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(logits, temperature=2.0):
    return -F.log_softmax(logits / temperature, dim=1, dtype=torch.float32)
""",
            hostile="torch.tensor([[0.0, 400.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch.nn import functional as F

def f(scores, chosen):
    policy = F.softmax(scores, dim=1)
    log_prob = torch.log(policy[range(len(chosen)), chosen])  # of the actions taken
    return policy, log_prob
""",
            fixed="""\
import torch
from torch.nn import functional as F

def f(scores, chosen):
    policy = F.softmax(scores, dim=1)
    log_prob = F.log_softmax(scores, dim=1)[range(len(chosen)), chosen]  # of the actions taken
    return policy, log_prob
""",
            hostile="torch.tensor([[0.0, 200.0], [1.0, 2.0]]), torch.tensor([0, 1])",
            ordinary="torch.tensor([[0.0, 2.0], [1.0, -2.0]]), torch.tensor([0, 1])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores, chosen):
    policy = torch.softmax(scores, 1)
    return policy.gather(1, chosen.unsqueeze(1)).log().squeeze(1)
""",
            fixed="""\
import torch

def f(scores, chosen):
    return torch.log_softmax(scores, dim=1).gather(1, chosen.unsqueeze(1)).squeeze(1)
""",
            hostile="torch.tensor([[0.0, 200.0], [1.0, 2.0]]), torch.tensor([0, 1])",
            ordinary="torch.tensor([[0.0, 2.0], [1.0, -2.0]]), torch.tensor([0, 1])",
        ),
        Bad(
            "torch",
            """\
import torch

def probabilities(scores):
    return torch.nn.functional.softmax(scores, dim=-1)

def f(x):
    scores = 3 * x
    p = probabilities(scores)
    return p.mean() - torch.log(p)
""",
            fixed="""\
import torch

def probabilities(scores):
    return torch.nn.functional.softmax(scores, dim=-1)

def f(x):
    scores = 3 * x
    p = probabilities(scores)
    return p.mean() - torch.nn.functional.log_softmax(scores, dim=-1)
""",
            hostile="torch.tensor([[0.0, 200.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 3)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        scores = self.body(x)
        return torch.log(self.softmax(scores))

def f(x):
    return Classifier()(x)
""",
            fixed="""\
import torch
from torch import nn

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 3)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        scores = self.body(x)
        return torch.log_softmax(scores, dim=1)

def f(x):
    return Classifier()(x)
""",
            hostile="torch.tensor([[-1e4, 1e4]])",
            ordinary="torch.tensor([[0.3, -1.2]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x, labels):
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=-1))
    return -torch.log(model(x)[torch.arange(len(labels)), labels]).mean()
""",
            fixed="""\
import torch
from torch import nn

def f(x, labels):
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=-1))
    return -torch.log(torch.clamp(model(x)[torch.arange(len(labels)), labels], min=1e-8)).mean()
""",
            hostile="torch.tensor([[-1e4, 1e4]]), torch.tensor([1])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(logits):
    odds = torch.exp(logits)
    share = odds / odds.sum(-1, keepdim=True)
    return torch.log(share)
""",
            fixed="""\
import torch

def f(logits):
    odds = torch.exp(logits)
    return torch.log_softmax(logits, dim=-1)
""",
            hostile="torch.tensor([[0.0, 200.0]])",
            ordinary="torch.tensor([[0.3, -1.2, 2.0]])",
        ),
        Bad(
            "torch",
            """\
import math

import torch

def f(logits):
    p = torch.softmax(logits, dim=-1)
    return -(p * torch.log2(p)).sum(-1) / math.log2(p.shape[-1])
""",
            fixed="""\
import math

import torch

def f(logits):
    p = torch.softmax(logits, dim=-1)
    return -(p * torch.log2(torch.clamp(p, min=1e-8))).sum(-1) / math.log2(p.shape[-1])
""",
            hostile="torch.tensor([[0.0, 200.0]])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(logits):
    p = torch.softmax(logits, dim=-1)
    return torch.log(p[0] + 1e-8)
""",
            fixed="""\
import torch

def f(logits):
    return torch.log_softmax(logits, dim=-1)[0]
""",
            proof="f(torch.tensor([0.0, 60.0])) > -19",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy.special import softmax

def f(logits, labels):
    p = softmax(logits, axis=1)
    return -np.log(p[np.arange(len(labels)), labels]).mean()
""",
            fixed="""\
import numpy as np
from scipy.special import softmax
from scipy.special import log_softmax

def f(logits, labels):
    return -log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean()
""",
            hostile="np.array([[0.0, 800.0]]), np.array([0])",
            ordinary="np.array([[0.0, 2.0], [1.0, -2.0]]), np.array([0, 1])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[range(len(labels)), labels]).mean(), p
""",
            fixed="""\
import numpy as np

def f(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))[range(len(labels)), labels].mean(), p
""",
            hostile="np.array([[0.0, 800.0]]), np.array([0])",
            ordinary="np.array([[0.0, 2.0], [1.0, -2.0]]), np.array([0, 1])",
        ),
        Bad(
            "torch",
            """\
import torch

class NucleusSampler:
    def __call__(self, logits):
        shares, order = torch.sort(torch.softmax(logits, dim=-1), dim=-1, descending=True)
        return torch.log(shares) + order

def f(logits):
    return NucleusSampler()(logits)
""",
            fixed="""\
import torch

class NucleusSampler:
    def __call__(self, logits):
        shares, order = torch.sort(torch.softmax(logits, dim=-1), dim=-1, descending=True)
        return torch.log(torch.clamp(shares, min=1e-8)) + order

def f(logits):
    return NucleusSampler()(logits)
""",
            hostile="torch.tensor([[200.0, 0.0]])",
            level=Level.NOTE,  # what is drawn from it is right: -inf is never drawn
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch.nn.functional as F

def f(logits):
    return F.log_softmax(logits, dim=-1)
""",
            "The library function subtracts the maximum.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, labels):
    p = F.softmax(logits, dim=1)
    return F.cross_entropy(logits, labels), p.argmax(1)
""",
            "The loss takes the logits; the softmax is for the prediction.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    with torch.no_grad():
        p = torch.softmax(logits, dim=-1).clamp(min=1e-6)
        return -(p * p.log()).sum(-1)
""",
            "A clamp keeps 0 out, and no gradient flows that could fade.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    attention = torch.softmax(10 * torch.tanh(x), dim=-1)
    return attention.log()
""",
            "Logits within 20 of each other: no exponential underflows.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    confidence = torch.softmax(logits, dim=-1).max(dim=-1).values
    return confidence.log()
""",
            "The largest share of n is at least 1/n.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    return torch.softmax(logits, dim=-1).sum(-1).log()
""",
            "The shares sum to 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits, prior):
    p = torch.softmax(logits, dim=-1)
    return torch.xlogy(p, p).sum(-1) + torch.log(prior.clamp(min=1e-6)).sum()
""",
            "xlogy is 0 at 0; the logarithm is of something else.",
        ),
        Good(
            "torch",
            """\
import torch

def log(message):
    print(message)

def f(logits):
    p = torch.softmax(logits, dim=-1)
    log(p)
    return p
""",
            "This `log` prints.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(1 + torch.softmax(x, dim=-1))
""",
            "1 + p is at least 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits, labels):
    dist = torch.distributions.Categorical(logits=logits)
    return dist.log_prob(labels)
""",
            "The distribution normalises with logsumexp.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    p = torch.softmax(logits, dim=-1)
    p = torch.where(p > 0, p, torch.ones_like(p))
    return p.log()
""",
            "Zeros are replaced before the logarithm.",
        ),
        Good(
            "numpy",
            """\
import numpy as np
from scipy.special import log_softmax

def f(logits):
    return log_softmax(logits, axis=1)
""",
            "SciPy has it, too.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[range(len(labels)), labels].mean()
""",
            "The logarithm of the sum, which is at least 1 with the maximum subtracted.",
        ),
        Good(
            "torch",
            """\
import torch

class GreedySampler:
    def __call__(self, logits):
        return torch.softmax(logits, dim=-1).argmax(-1), torch.log_softmax(logits, dim=-1)

def f(logits):
    return GreedySampler()(logits)
""",
            "A sampler that takes its scores from the logits.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch
from models import Net

def f(x):
    return torch.log(Net()(x))
""",
            "A model from another module may end in a softmax.",
        ),
    ),
)
