"""The logarithm of a sigmoid, or of 1 minus one."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.frameworks import registry
from nanlint.interp.trace import Trace
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.logarithms import Reading, cause, consequence, effective, explained, readings
from nanlint.reasoning.logforms import judged, log_sigmoid_words
from nanlint.reasoning.probabilities import Form
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for reading in readings(trace, Form.SIGMOID):
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
        return f"{what}: the guard bounds the value, but the gradient is 0 where the sigmoid is saturated"
    return f"{what}, {'1 minus ' * reading.complement}a sigmoid: {cause(reading)}; there {consequence(reading)}"


def _remedy(reading: Reading) -> str:
    event = reading.event
    form = f"{log_sigmoid_words(event, reading.complement)} of the logits x"
    if event.op in (Op.LOG2, Op.LOG10):
        return f"Take {form} and divide it by log({'2' if event.op is Op.LOG2 else '10'})."
    loss = registry.table(event.framework).logit_losses.get(Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, "")
    return f"Take {form}; {loss} takes the logits themselves." if loss else f"Take {form}."


RULE = Rule(
    code="NAN202",
    name="log-of-sigmoid",
    summary="The logarithm of a sigmoid, or of 1 minus a sigmoid.",
    why="In float32 a sigmoid is exactly 0 from a logit of -88.7 down (-87.4 in TensorFlow and JAX, which compute 0 "
    "for what is smaller than the smallest normal number) and exactly 1 from 16.64 up (8.3 in float16), so "
    "log(sigmoid(x)) and, much sooner, log(1 - sigmoid(x)) are -inf with a NaN gradient. logsigmoid(x) and "
    "logsigmoid(-x) are the same functions, finite everywhere. It is a note where nothing but a choice is made of the "
    "logarithm, in evaluation, where the sigmoid itself is a divisor as well, and for products with unit vectors.",
    check=check,
    specific=34,
    remedy="Use logsigmoid(x) for log(sigmoid(x)) and logsigmoid(-x) for log(1 - sigmoid(x)).",
    fix=Applicability.SAFE,
    fix_note="logsigmoid is the same function: float32 results differ by less than 1e-5, and are finite where they "
    "were not. NumPy writes it as -logaddexp(0, -x). Where an epsilon or a clamp bounds the sigmoid the fix is "
    "unsafe, since it takes that bound away; where no logits are at hand, or in another base, it is a clamp, and "
    "unsafe.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.sigmoid(x))
""",
            fixed="""\
import torch

def f(x):
    return torch.nn.functional.logsigmoid(x)
""",
            hostile="torch.tensor([-200.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "torch",
            """\
import torch.nn.functional as F

def f(x):
    return (1 - x.sigmoid()).log()
""",
            fixed="""\
import torch.nn.functional as F

def f(x):
    return F.logsigmoid(-x)
""",
            hostile="torch.tensor([20.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch.nn.functional import relu

def f(x, offset):
    gate = torch.sigmoid(x - offset)
    return torch.log1p(-gate) + relu(x)
""",
            fixed="""\
import torch
from torch.nn.functional import relu

def f(x, offset):
    return torch.nn.functional.logsigmoid(-(x - offset)) + relu(x)
""",
            hostile="torch.tensor([20.0]), torch.tensor([1.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), torch.tensor([1.0])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn

class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 1)
        self.squash = nn.Sigmoid()

    def forward(self, x):
        score = self.body(x)
        p = self.squash(score)
        return p, -torch.log(p[:, 0]).mean()

def f(x):
    return Discriminator()(x)
""",
            fixed="""\
import torch
import torch.nn.functional as F
from torch import nn

class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 1)
        self.squash = nn.Sigmoid()

    def forward(self, x):
        score = self.body(x)
        p = self.squash(score)
        return p, -F.logsigmoid(score)[:, 0].mean()

def f(x):
    return Discriminator()(x)
""",
            hostile="torch.tensor([[-1e6, 0.0], [1e6, 0.0]])",
            ordinary="torch.tensor([[0.5, 1.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1), nn.Sigmoid())

    def forward(self, x):
        return self.body(x)

def f(noise):
    discriminator = Discriminator()
    return torch.log(1 - discriminator(noise)).mean()
""",
            fixed="""\
import torch
from torch import nn

class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1), nn.Sigmoid())

    def forward(self, x):
        return self.body(x)

def f(noise):
    discriminator = Discriminator()
    return torch.log(torch.clamp(1 - discriminator(noise), min=1e-8)).mean()
""",
            hostile="torch.tensor([[1e4, 1e4], [-1e4, -1e4], [1e4, -1e4], [-1e4, 1e4]])",
        ),
        Bad(
            "torch",
            """\
import torch

def squash(x):
    return torch.sigmoid(x)

def f(x):
    score = 2 * x
    with torch.no_grad():
        scale = score.abs().max().clamp(min=1)
    return torch.log(1 - squash(score)) / scale
""",
            fixed="""\
import torch

def squash(x):
    return torch.sigmoid(x)

def f(x):
    score = 2 * x
    with torch.no_grad():
        scale = score.abs().max().clamp(min=1)
    return torch.nn.functional.logsigmoid(-score) / scale
""",
            hostile="torch.tensor([20.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    bits = torch.log2(torch.sigmoid(x))
    return bits.sum()
""",
            fixed="""\
import torch

def f(x):
    bits = torch.log2(torch.clamp(torch.sigmoid(x), min=1e-8))
    return bits.sum()
""",
            hostile="torch.tensor([-200.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy.special import expit

def f(x):
    p = expit(x)
    return np.log(1 - p)
""",
            fixed="""\
import numpy as np
from scipy.special import expit

def f(x):
    return -np.logaddexp(0, x)
""",
            hostile="np.array([40.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def f(z):
    return np.log(sigmoid(z)) ** 2
""",
            fixed="""\
import numpy as np

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def f(z):
    return (-np.logaddexp(0, -z)) ** 2
""",
            hostile="np.array([-800.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    return torch.log(0.5 * (1 + torch.tanh(x / 2)))
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x):
    return F.logsigmoid(x)
""",
            hostile="torch.tensor([-40.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    a = (np.tanh(0.5 * x) + 1) / 2
    return np.log(1 - a)
""",
            fixed="""\
import numpy as np

def f(x):
    return -np.logaddexp(0, x)
""",
            hostile="np.array([60.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch.nn.functional as F

def f(x):
    return F.logsigmoid(x) + F.logsigmoid(-x)
""",
            "The library function.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.sigmoid(torch.tanh(x)))
""",
            "A logit in [-1, 1] keeps the sigmoid between 0.27 and 0.73.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(a, b):
    a, b = F.normalize(a, dim=-1), F.normalize(b, dim=-1)
    return torch.log(torch.sigmoid((a * b).sum(-1))) + torch.log(torch.sigmoid(-(a @ b.T)))
""",
            "The dot product of two unit vectors is a cosine, between -1 and 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(1 + torch.sigmoid(x)) + torch.log(2 - torch.sigmoid(x))
""",
            "Both operands are at least 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    with torch.no_grad():
        p = torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)
        return (p / (1 - p)).log() + p.log()
""",
            "A clamp keeps 0 and 1 out, and no gradient flows that could fade.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    depth = 1 / (0.01 + 10 * torch.sigmoid(x))
    return torch.log(depth)
""",
            "An affine map of the sigmoid is between its bounds.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    p = torch.sigmoid(x)
    return torch.nn.functional.binary_cross_entropy_with_logits(x, y), p > 0.5
""",
            "The loss takes the logits; the sigmoid is for the prediction.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    p = torch.sigmoid(x)
    q = torch.where(p < 0.5, torch.full_like(p, 0.5), p)
    return torch.log(q)
""",
            "Small values are replaced before the logarithm.",
        ),
        Good(
            "numpy",
            """\
import numpy as np
from scipy.special import log_expit

def f(x):
    return log_expit(x) - np.logaddexp(0, x)
""",
            "SciPy has it, and NumPy's logaddexp with 0 is a softplus.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    p = 1 / (1 + np.exp(-x))
    np.clip(p, 1e-7, 1 - 1e-7, p)
    return np.log(p) - np.log(1 - p)
""",
            "The fourth argument of clip is where it writes.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    p = 1 / (1 + np.exp(-x))
    return np.where(p > 0, np.log(p), -700.0)
""",
            "The logarithm of 0 is left out, and NumPy has no gradient for it to spoil.",
        ),
        Good(
            "numpy",
            """\
import math

def f(x=0.3):
    return math.log(1 / (1 + math.exp(-x)))
""",
            "Python floats raise an exception in place of giving NaN.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x):
    p = 0.5 + torch.atan(torch.sinh(x)) / torch.pi
    return torch.log(p)
""",
            "Other functions of an S shape have no such form; log-of-zero reports the logarithm.",
        ),
    ),
)
