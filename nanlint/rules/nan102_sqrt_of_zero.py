"""A square root of something negative, or of 0 where a gradient flows."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import squared
from nanlint.rules.aftermath import trained
from nanlint.rules.guarding import adding, clamping, epsilon, literal, operand_node, quoted
from nanlint.rules.model import Bad, Draft, Good, Limits, Miss, Rewrite, Rule
from nanlint.rules.poles import Danger, danger, differentiated, takes_array
from nanlint.rules.reasoning import quiet, strip, trail

ROOTS = (0.5, -0.5)


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SQRT, Op.RSQRT, Op.POWER):
        if event.op is Op.POWER and event.y.range.point not in ROOTS:
            continue
        found = danger(event, trace)
        if found is None:
            continue
        level, because = _evidence(event, trace, found)
        yield Draft(
            event,
            level,
            f"{_name(event)} of {quoted(operand_node(event, 0))}, {because}: {_consequence(event, found)}",
            "Keep the operand above 0: add an epsilon, or clamp, inside the root.",
            evidence=trail(event, trace, event.x),
            claims=tuple(_divisions_by(event, trace)),
            rewrite=_rewrite(event, limits),
        )


def _divisions_by(event: Event, trace: Trace) -> Iterator[Event]:
    """`x / sqrt(s)`: an epsilon inside the root repairs the quotient, too."""
    for user in trace.uses(event.result):
        if user.op is Op.DIVIDE and user.y.made_by is event.result.made_by:
            yield user


def _name(event: Event) -> str:
    return "rsqrt" if _inverse(event) else "sqrt"


def _inverse(event: Event) -> bool:
    return event.op is Op.RSQRT or (event.op is Op.POWER and event.y.range.point == -0.5)


def _evidence(event: Event, trace: Trace, found: Danger) -> tuple[Level, str]:
    """The level by what the operand is, where its shape tells more than its range."""
    shape = None
    if is_difference_of_moments(event.x):
        shape = "a difference of moments that rounds below 0"
    elif is_sum_of_squares(event.x) and (found.backward or _inverse(event)):
        shape = "0 where all its squares are"
    if shape is None or not takes_array(event) or found.level >= Level.WARNING:
        return found.level, found.because
    if quiet(event.site):
        return Level.STRICT, shape
    likely = trained(event, trace) or (not found.backward and not _inverse(event))
    return (Level.WARNING if likely else Level.NOTE), shape


def _consequence(event: Event, found: Danger) -> str:
    if found.backward:
        return f"{event.x.range} reaches 0, where the value is 0 and the gradient infinite, NaN further back"
    if event.x.range.lo < 0.0:
        return f"{event.x.range} reaches below 0, where the value is NaN"
    return f"{event.x.range} reaches 0, where the value is infinite"


def is_sum_of_squares(value: Value) -> bool:
    """A square, a mean squared error, a variance, or a sum of such."""
    value = strip(value)
    if value.op in (Op.SQUARED_ERROR, Op.VAR) or squared(value) is not None:
        return True
    if value.op in (Op.SUM, Op.MEAN):
        return is_sum_of_squares(value.made_by.x)
    return value.op is Op.ADD and all(is_sum_of_squares(operand) for operand in value.made_by.operands)


def is_difference_of_moments(value: Value) -> bool:
    """mean(x**2) - mean(x)**2: never negative but by rounding, which makes it so for nearly constant data."""
    value = strip(value)
    if value.op is not Op.SUBTRACT:
        return False
    second, first = strip(value.made_by.x), squared(value.made_by.y)
    if second.op is not Op.MEAN or first is None or strip(first).op is not Op.MEAN:
        return False
    root = squared(second.made_by.x)
    return root is not None and strip(root).same(strip(strip(first).made_by.x))


def _rewrite(event: Event, limits: Limits) -> Rewrite | None:
    smallest = literal(epsilon(event, limits))
    if event.x.range.lo >= 0.0:
        return adding(event, 0, smallest)
    lowest = smallest if differentiated(event) or _inverse(event) else "0.0"
    return clamping(event, 0, {"min": lowest})


RULE = Rule(
    code="NAN102",
    name="sqrt-of-zero",
    summary="A square root of something that can be negative, or 0 where a gradient flows.",
    why="sqrt of a negative number is NaN, however small the number: differences of moments and of squared distances "
    "round below 0. At 0 the value is right and the derivative 1 / (2 sqrt(x)) infinite; what feeds the root has "
    "gradient 0 there, and 0 times infinity is NaN. So a root mean squared error breaks at a perfect prediction, "
    "a distance between equal points, a standard deviation by hand on a constant row.",
    check=check,
    specific=10,
    remedy="Add an epsilon inside the root, not outside; PyTorch's own `norm` and `std` have gradient 0 at 0.",
    fix=Applicability.UNSAFE,
    fix_note="The epsilon changes the value: sqrt(1e-8) is 1e-4.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.sqrt.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.sqrt(x)
""",
            fixed="""\
import torch

def f(x):
    return torch.sqrt(torch.clamp(x, min=1e-8))
""",
            hostile="torch.tensor([0.0, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def rmse_loss(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target))

def f(prediction, target):
    return rmse_loss(prediction, target)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def rmse_loss(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target) + 1e-8)

def f(prediction, target):
    return rmse_loss(prediction, target)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Distance(torch.nn.Module):
    def forward(self, a, b):
        difference = a - b
        return difference.pow(2).sum(dim=-1).sqrt()

def f(a, b):
    return Distance()(a, b)
""",
            fixed="""\
import torch

class Distance(torch.nn.Module):
    def forward(self, a, b):
        difference = a - b
        return (difference.pow(2).sum(dim=-1) + 1e-8).sqrt()

def f(a, b):
    return Distance()(a, b)
""",
            hostile="torch.ones(2, 3), torch.ones(2, 3)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return (1 - torch.sigmoid(x)) ** 0.5
""",
            fixed="""\
import torch

def f(x):
    return (1 - torch.sigmoid(x) + 1e-8) ** 0.5
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

class RMSNorm(torch.nn.Module):
    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True))

def f(x):
    return RMSNorm()(x)
""",
            fixed="""\
import torch

class RMSNorm(torch.nn.Module):
    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-8)

def f(x):
    return RMSNorm()(x)
""",
            hostile="torch.zeros(1, 4)",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.sqrt(np.mean(x**2) - np.mean(x) ** 2)
""",
            fixed="""\
import numpy as np

def f(x):
    return np.sqrt(np.maximum(np.mean(x**2) - np.mean(x) ** 2, 0.0))
""",
            hostile="np.full(5, 1000.1, np.float32)",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x, eps=1e-6):
    return torch.sqrt(x.pow(2).sum(-1) + eps) + x.var(-1).add(eps).rsqrt()
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return x.norm(dim=-1) + x.std(dim=-1)
""",
            "PyTorch's own norm and std have gradient 0 at 0.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    return torch.sqrt(F.relu(x)) + torch.sqrt(torch.where(x > 0, x, torch.zeros_like(x)))
""",
            "The backward of `relu` and `where` selects: where they put a 0 they pass 0 on, whatever comes in.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

@torch.no_grad()
def f(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target))
""",
            "Without a gradient only negative operands are a hazard.",
        ),
        Good(
            "torch",
            """\
import math

import torch

def f(q, k):
    scale = q.shape[-1] ** -0.5
    return q @ k.transpose(-1, -2) * scale / math.sqrt(k.size(-1))
""",
            "Sizes are Python integers.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b):
    return np.sqrt(((a - b) ** 2).sum(axis=-1)) + np.sqrt(2.0)
""",
            "A sum of squares is not negative, and NumPy has no gradient.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(critic, x):
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((slope.norm(2, dim=1) - 1) ** 2).mean()
""",
            "The first derivative of `norm` is 0 at 0, but the second one, which a gradient penalty needs, is NaN.",
        ),
    ),
)
