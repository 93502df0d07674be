"""A square root of something negative, or of 0 where a gradient flows."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import trained
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import adding, clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.poles import Danger, danger, differentiated, takes_array
from nanlint.reasoning.provenance import is_share
from nanlint.reasoning.residuals import is_root_of_error
from nanlint.reasoning.squares import (
    ROOTS,
    has_variance,
    is_expanded_distance,
    is_inverse_root,
    is_root,
    is_sum_of_squares,
)
from nanlint.rule import Bad, Draft, Good, Limits, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SQRT, Op.RSQRT, Op.POWER):
        if event.op is Op.POWER and event.y.range.point not in ROOTS:
            continue
        if is_root_of_error(event, trace):
            trace.pass_over(event, "the root of a loss matters only where it is minimised, which root-loss looks for")
            continue
        found = danger(event, trace)
        if found is None:
            continue
        if _is_distance(event, found) or has_variance(event.x):
            trace.pass_over(event, "lengths, distances and variances have rules of their own")
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
    return "rsqrt" if is_inverse_root(event) else "sqrt"


def _evidence(event: Event, trace: Trace, found: Danger) -> tuple[Level, str]:
    """The level by what the operand is, where its shape tells more than its range."""
    if found.backward and is_share(event.x):
        return min(found.level, Level.STRICT if quiet(event.site) else Level.NOTE), "0 only when it underflows"
    whole = is_inverse_root(event) and is_sum_of_squares(event.x)
    if not whole or not takes_array(event) or found.level >= Level.WARNING:
        return found.level, found.because
    if quiet(event.site):
        return Level.STRICT, "0 where all its squares are"
    return (Level.WARNING if trained(event, trace) else Level.NOTE), "0 where all its squares are"


def _is_distance(event: Event, found: Danger) -> bool:
    """Something that has a rule of its own: the length of a vector, a distance, a standard deviation."""
    if not is_root(event) or not takes_array(event):
        return False
    return is_expanded_distance(event.x) or (found.backward and is_sum_of_squares(event.x))


def _consequence(event: Event, found: Danger) -> str:
    if found.backward:
        return f"{event.x.range} reaches 0, where the value is 0 and the gradient infinite, NaN further back"
    if event.x.range.lo < 0.0:
        return f"{event.x.range} reaches below 0, where the value is NaN"
    return f"{event.x.range} reaches 0, where the value is infinite"


def _rewrite(event: Event, limits: Limits) -> Rewrite | None:
    smallest = literal(epsilon(event, limits))
    if event.x.range.lo >= 0.0:
        return adding(event, 0, smallest)
    lowest = smallest if differentiated(event) or is_inverse_root(event) else "0.0"
    return clamping(event, 0, {"min": lowest})


RULE = Rule(
    code="NAN102",
    name="sqrt-of-zero",
    summary="A square root of something that can be negative, or 0 where a gradient flows.",
    why="sqrt of a negative number is NaN, however small the number: differences "
    "of what is nearly equal round below 0. At 0 the value is right and the derivative 1 / (2 sqrt(x)) infinite; what "
    "feeds the root has gradient 0 there, and 0 times infinity is NaN. TensorFlow's relu multiplies in its backward "
    "pass, so that sqrt(relu(x)) has a NaN gradient wherever x is negative; those of PyTorch and JAX select, and it is "
    "0.",
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

class Doubt(torch.nn.Module):
    def forward(self, x):
        return (1 - torch.sigmoid(x)) ** 0.5

def f(x):
    return Doubt()(x)
""",
            fixed="""\
import torch

class Doubt(torch.nn.Module):
    def forward(self, x):
        return (1 - torch.sigmoid(x) + 1e-8) ** 0.5

def f(x):
    return Doubt()(x)
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

class Scale(torch.nn.Module):
    def forward(self, x, weight):
        return weight * torch.rsqrt(x.pow(2).mean(-1, keepdim=True))

def f(x, weight):
    return Scale()(x, weight)
""",
            fixed="""\
import torch

class Scale(torch.nn.Module):
    def forward(self, x, weight):
        return weight * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-8)

def f(x, weight):
    return Scale()(x, weight)
""",
            hostile="torch.zeros(1, 4), torch.ones(4)",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.sqrt(1.0 - np.sum(x**2, axis=-1))
""",
            fixed="""\
import numpy as np

def f(x):
    return np.sqrt(np.maximum(1.0 - np.sum(x**2, axis=-1), 0.0))
""",
            hostile="np.array([1.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def decode(boxes, scores, overlap):
    scores = (torch.sigmoid(scores) * overlap.clamp(0.0, 1.0)).sqrt()
    order = scores.argsort(descending=True)
    return boxes[order], scores[order]

def f(boxes, scores, overlap):
    return sum(x.sum() for x in decode(boxes, scores, overlap))
""",
            fixed="""\
import torch

def decode(boxes, scores, overlap):
    scores = (torch.sigmoid(scores) * overlap.clamp(0.0, 1.0) + 1e-8).sqrt()
    order = scores.argsort(descending=True)
    return boxes[order], scores[order]

def f(boxes, scores, overlap):
    return sum(x.sum() for x in decode(boxes, scores, overlap))
""",
            hostile="torch.ones(2), torch.ones(2), torch.tensor([0.0, 0.5])",
            level=Level.NOTE,  # only the gradient is lost, and nothing says that there is one
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
            "torch",
            """\
import torch

class Diffusion(torch.nn.Module):
    def q_sample(self, x, log_snr):
        alpha, sigma = log_snr.sigmoid().sqrt(), (-log_snr).sigmoid().sqrt()
        return x * alpha + sigma * torch.randn_like(x)

def f(x, log_snr):
    return Diffusion().q_sample(x, log_snr)
""",
            "The logits of a noise schedule stay moderate; their sigmoid is 0 only when it underflows.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

class RootSift(torch.nn.Module):
    def forward(self, histogram):
        return torch.sqrt(F.normalize(F.relu(histogram), p=1) + 1e-8)

def f(histogram):
    return RootSift()(histogram)
""",
            "What is normalised keeps its sign.",
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
)
