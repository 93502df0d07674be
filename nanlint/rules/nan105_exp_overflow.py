"""An exponential of something that has no upper bound."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.interval import inf
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of, limits_of
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import clamping, operand_node, quoted
from nanlint.reasoning.origins import strip
from nanlint.reasoning.poles import danger, singularity, takes_array
from nanlint.reasoning.provenance import from_network
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule

LARGEST = "20.0"  # exp(20) is 4.9e8: far above any variance or ratio that trains, far below overflow
LARGEST_HALF = "10.0"  # exp(10) is 22026 of 65504
MAX_TERMS = 12  # terms of a sum that are looked at
LOG_PROBABILITIES = frozenset({Op.LOG_PROB, Op.LOG_SOFTMAX, Op.LOG_SIGMOID})


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.EXP, Op.EXP2, Op.EXPM1, Op.SINH, Op.COSH, Op.POWER):
        singular = singularity(event)
        if singular is None or (event.op is Op.POWER and singular.index != 1):
            continue
        found = danger(event, trace, singular)
        if found is None:
            continue
        operand = event.operands[singular.index]
        level, because = _evidence(event, trace, singular.index)
        yield Draft(
            event,
            level,
            f"{describe(event)} of {quoted(operand_node(event, singular.index))}, {because}: "
            f"{operand.range} goes beyond {limits_of(event.operation).log_max:.4g}, where the value is infinite",
            "Clamp the operand from above, or work with the logarithm.",
            evidence=trail(event, trace, operand),
            rewrite=_rewrite(event),
        )


def _rewrite(event: Event) -> Rewrite | None:
    """A clamp of the exponent; none for a power, whose base decides where it overflows."""
    if event.op is Op.POWER:
        return None
    return clamping(event, 0, {"max": LARGEST_HALF if dtype_of(event.operation).half else LARGEST})


def _evidence(event: Event, trace: Trace, index: int) -> tuple[Level, str]:
    """A bound beyond the overflow is a mistake; a head without one is what most code has, and seldom overflows."""
    operand = event.operands[index]
    if not takes_array(event, index):
        return Level.STRICT, "unbounded as far as this file tells"
    hushed = quiet(event.site)
    possible = Level.STRICT if hushed else Level.NOTE
    if operand.known and operand.range.hi < inf:
        if strip(operand).op is Op.CLAMP:
            return (Level.STRICT if hushed else Level.WARNING), "clamped, but not below the overflow"
        return possible, "bounded, but not below the overflow"
    if _is_log_ratio(operand) or _is_clipped_ratio(event, trace):
        return possible, "a difference of log-probabilities that nothing bounds"
    if _is_half(operand) or _is_divergence(event, trace):
        return possible, "a log-variance that nothing bounds"
    if from_network(operand):
        return possible, "the raw output of a network"
    return Level.STRICT, "unbounded as far as this file tells"


def _is_log_ratio(value: Value) -> bool:
    """log p - log q, as in the ratio of a policy to its older self."""
    value = strip(value)
    return value.op is Op.SUBTRACT and any(strip(x).op in LOG_PROBABILITIES for x in value.made_by.operands)


def _is_clipped_ratio(event: Event, trace: Trace) -> bool:
    """exp(a - b), clamped to an interval around 1 afterwards: the ratio of proximal policy optimisation."""
    if strip(event.operands[0]).op is not Op.SUBTRACT:
        return False
    clamps = (user for user in trace.uses(event.result) if user.op is Op.CLAMP)
    return any(user.result.range.lo > 0.0 and user.result.range.contains(1.0) for user in clamps)


def _is_half(value: Value) -> bool:
    """0.5 * log_variance, log_variance / 2: on the way to a standard deviation."""
    value = strip(value)
    factor = {Op.MULTIPLY: 0.5, Op.DIVIDE: 2.0}.get(value.op)
    return factor is not None and any(x.range.point == factor for x in value.made_by.operands)


def _is_divergence(event: Event, trace: Trace) -> bool:
    """1 + v - mean**2 - exp(v): what is exponentiated is a term beside it, as in the divergence of two normals."""
    terms, pending = [event.result], [event.result]
    while pending and len(terms) < MAX_TERMS:
        for user in trace.uses(pending.pop()):
            if user.op in (Op.ADD, Op.SUBTRACT):
                terms += user.operands
                pending.append(user.result)
    tree = [part for term in terms for part in _terms(term)]
    return any(part.same(event.operands[0]) for part in tree)


def _terms(value: Value) -> Iterator[Value]:
    """The terms of a sum, a few deep."""
    pending, count = [value], 0
    while pending and count < MAX_TERMS:
        current, count = pending.pop(), count + 1
        if current.op in (Op.ADD, Op.SUBTRACT, Op.NEGATIVE):
            pending.extend(current.made_by.operands)
        else:
            yield current


RULE = Rule(
    code="NAN105",
    name="exp-overflow",
    summary="An exponential of something that has no upper bound.",
    why="exp(x) is infinite from 88.7 on in float32 and from 11.1 on in float16. A log-variance straight from a linear "
    "layer, or the log-ratio of a new policy to an old one, stays small while training goes well and passes the bound "
    "within a few steps once it does not. Infinity minus infinity, or times 0, is NaN.",
    check=check,
    specific=10,
    remedy="Clamp the exponent from above (20 is ample for a log-variance or a log-ratio), or stay with the logarithm.",
    fix=Applicability.UNSAFE,
    fix_note="Where the operand is above the bound the value changes and the gradient is 0.",
    bad=(
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_variance = nn.Linear(2, 2)

    def forward(self, x):
        return torch.exp(0.5 * self.log_variance(x))

def f(x):
    return Encoder()(x)
""",
            fixed="""\
import torch
from torch import nn

class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_variance = nn.Linear(2, 2)

    def forward(self, x):
        return torch.exp(torch.clamp(0.5 * self.log_variance(x), max=20.0))

def f(x):
    return Encoder()(x)
""",
            hostile="torch.tensor([[1e4, 1e4], [-1e4, -1e4], [1e4, -1e4], [-1e4, 1e4]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(logits, old, action):
    new = torch.distributions.Categorical(logits=logits).log_prob(action)
    ratio = (new - old).exp()
    return ratio
""",
            fixed="""\
import torch

def f(logits, old, action):
    new = torch.distributions.Categorical(logits=logits).log_prob(action)
    ratio = (new - old).clamp(max=20.0).exp()
    return ratio
""",
            hostile="torch.zeros(2), torch.tensor(-200.0), torch.tensor(0)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(mean, log_variance):
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
""",
            fixed="""\
import torch

def f(mean, log_variance):
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.clamp(max=20.0).exp())
""",
            hostile="torch.zeros(1), torch.tensor([100.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(log_scale):
    return log_scale.clamp(-100, 100).exp()
""",
            fixed="""\
import torch

def f(log_scale):
    return log_scale.clamp(-100, 100).clamp(max=20.0).exp()
""",
            hostile="torch.tensor([100.0])",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
from torch import nn

class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_variance = nn.Linear(2, 2)

    def forward(self, x):
        return torch.exp(0.5 * self.log_variance(x).clamp(-30, 20))

def f(x):
    return Encoder()(x)
""",
            "A clamp bounds the exponent.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    shifted = torch.exp(x - x.max(dim=-1, keepdim=True).values)
    return shifted + torch.exp(-x.abs()) + torch.exp(-(x**2)) + torch.log_softmax(x, -1).exp()
""",
            "These exponents are at most 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, loss):
    return torch.exp(x), loss.exp()
""",
            "An exponential of any tensor is no evidence of overflow.",
        ),
        Good(
            "torch",
            """\
import torch

@torch.no_grad()
def evaluate(mean, log_variance):
    return torch.exp(0.5 * log_variance) * torch.randn_like(mean) + mean

def f(mean, log_variance):
    return evaluate(mean, log_variance)
""",
            "An evaluation trains nothing.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.exp(x) + 2.0 ** np.arange(8) + 10 ** (-0.05 * x)
""",
            "Nothing says that the exponents are large.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x):
    return torch.exp(x.half())
""",
            "float16 overflows from 11.1 on, but an unknown operand is shown with --strict only.",
        ),
    ),
)
