"""A gamma function or one of its kin at 0 or at a negative integer."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import poles_of
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.poles import Danger, danger, singularity
from nanlint.reasoning.provenance import above_zero, is_array, reached
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule

FUNCTIONS = (Op.LGAMMA, Op.DIGAMMA, Op.POLYGAMMA, Op.GAMMA, Op.BETA, Op.LOG_BETA, Op.ZETA)


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(*FUNCTIONS):
        indices = sorted({pole.operand for pole in poles_of(event.operation)})
        drafts = [draft for index in indices if (draft := _draft(event, trace, index, limits)) is not None]
        if drafts:
            yield max(drafts, key=lambda draft: draft.level)


def _draft(event: Event, trace: Trace, index: int, limits: Limits) -> Draft | None:
    """What is to be said of one operand."""
    found = danger(event, trace, singularity(event, index))
    if found is None:
        return None
    operand = event.operands[index]
    return Draft(
        event,
        _level(event, index, found),
        f"{describe(event)} of {quoted(operand_node(event, index))}, {found.because}: {operand.range} reaches "
        f"{_pole(event, index, found)}",
        "Keep the operand off the pole with a clamp before the function.",
        evidence=trail(event, trace, operand),
        rewrite=_rewrite(event, index, limits),
    )


def _level(event: Event, index: int, found: Danger) -> Level:
    """Shown only where something puts the operand at the pole."""
    operand = event.operands[index]
    array = is_array(operand) or operand.made_by.framework != ""
    underflows = found.zone.contains(0.0) and above_zero(operand)
    return found.level if array and reached(operand, found.zone) and not underflows else Level.STRICT


def _pole(event: Event, index: int, found: Danger) -> str:
    if event.op is Op.ZETA and index == 0:
        return "1, below which the series does not converge: infinite there, NaN below"
    if found.zone.contains(0.0):
        return "0, where it is infinite" + (" and its gradient, too" if event.result.gradient else "")
    return "the negative integers, where it is infinite or NaN"


def _rewrite(event: Event, index: int, limits: Limits) -> Rewrite | None:
    """A clamp for an operand that is not negative; what a negative one means nobody knows."""
    operand = event.operands[index]
    if event.op is Op.ZETA or operand.range.lo < 0.0 or operand.kind.scalar or operand.dtype.integer:
        return None
    return clamping(event, index, {"min": literal(epsilon(event, limits))})


RULE = Rule(
    code="NAN114",
    name="special-function-pole",
    summary="A gamma function or one of its kin at 0 or at a negative integer.",
    why="lgamma, digamma, polygamma, gamma and beta have poles at 0 and at the negative integers: lgamma(0) is inf, "
    "digamma(0) -inf, digamma(-1) NaN. The argument is a concentration, a count or a rate, and what computes it (a "
    "ReLU, a clamp at 0, a count of events) gives exactly 0. The zeta function has its pole at 1.",
    check=check,
    specific=10,
    optional=True,
    remedy="Clamp the operand to a small positive number; add 1 to a count, whose factorial is gamma(n + 1).",
    fix=Applicability.UNSAFE,
    fix_note="The clamp changes the value where the operand was below the epsilon, and its gradient there is 0.",
    references=("https://docs.pytorch.org/docs/stable/special.html#torch.special.gammaln",),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    return torch.lgamma(F.relu(x))
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x):
    return torch.lgamma(torch.clamp(F.relu(x), min=1e-8))
""",
            hostile="torch.tensor([-1.0, 2.0])",
        ),
        Bad(
            "torch",
            """\
import torch

class Dirichlet(torch.nn.Module):
    def forward(self, evidence):
        alpha = evidence.clamp(min=0)
        return alpha.digamma() - alpha.sum(-1, keepdim=True)

def f(evidence):
    return Dirichlet()(evidence)
""",
            fixed="""\
import torch

class Dirichlet(torch.nn.Module):
    def forward(self, evidence):
        alpha = evidence.clamp(min=0)
        return alpha.clamp(min=1e-8).digamma() - alpha.sum(-1, keepdim=True)

def f(evidence):
    return Dirichlet()(evidence)
""",
            hostile="torch.tensor([0.0, 2.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    rate = torch.relu(x)
    return torch.polygamma(1, rate) + torch.special.polygamma(1, rate + 1)
""",
            fixed="""\
import torch

def f(x):
    rate = torch.relu(x)
    return torch.polygamma(1, torch.clamp(rate, min=1e-8)) + torch.special.polygamma(1, rate + 1)
""",
            hostile="torch.tensor([-1.0, 2.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    order = torch.ones(2)
    return torch.special.zeta(order, x.detach().abs() + 1)
""",
            hostile="torch.tensor([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    rate = x.abs().clamp(0, 10)
    rate.lgamma_()
    return rate
""",
            fixed="""\
import torch

def f(x):
    rate = x.abs().clamp(0, 10)
    rate.clamp_(min=1e-8).lgamma_()
    return rate
""",
            hostile="torch.tensor([0.0, 2.0])",
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy import special

def f(x):
    return special.gammaln(np.maximum(x, 0)) + special.gammaln(np.maximum(x, 0) + 1)
""",
            fixed="""\
import numpy as np
from scipy import special

def f(x):
    return special.gammaln(np.maximum(np.maximum(x, 0), 1e-8)) + special.gammaln(np.maximum(x, 0) + 1)
""",
            hostile="np.array([0.0, 2.0])",
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy.special import beta

def f(a, x):
    return beta(a, np.clip(x, 0, 1))
""",
            fixed="""\
import numpy as np
from scipy.special import beta

def f(a, x):
    return beta(a, np.maximum(np.clip(x, 0, 1), 1e-8))
""",
            hostile="np.array([1.0]), np.array([0.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    alpha = F.softplus(x) + 1
    return torch.lgamma(alpha.sum(-1)) - torch.lgamma(alpha).sum(-1) + torch.digamma(alpha).sum(-1)
""",
            "Concentrations of more than 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(counts, rate):
    return counts * torch.log(rate.clamp(min=1e-6)) - rate - torch.lgamma(counts.clamp(min=0) + 1)
""",
            "The factorial of a count is gamma(count + 1).",
        ),
        Good(
            "torch",
            """\
import torch

def f(concentration):
    return torch.lgamma(concentration) + torch.digamma(concentration)
""",
            "Nothing says that a parameter is 0 or a negative integer.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.lgamma(torch.exp(x)) + torch.nn.functional.softplus(x).lgamma()
""",
            "0 only where the exponential underflows, 87 and more below 0.",
        ),
        Good(
            "torch",
            """\
import math

import torch

def f(x):
    return x * math.lgamma(5.0)
""",
            "A Python number; at a pole it raises an error.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    rate = torch.relu(x)
    safe = torch.where(rate > 0, rate, torch.ones_like(rate))
    return torch.where(rate > 0, torch.lgamma(safe), torch.zeros_like(rate))
""",
            "The operand is made safe first.",
        ),
        Good(
            "scipy",
            """\
import numpy as np
from scipy.special import betaln, digamma, gammaln, zeta

def f(a, b):
    return gammaln(np.abs(a) + 1) + digamma(np.abs(b) + 0.5) + betaln(np.abs(a) + 1, 2.0) + zeta(2.0, np.abs(b) + 1)
""",
            "Everything is off the poles.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(events, total):
    remaining = total - events
    return torch.lgamma(remaining)
""",
            "A difference of counts is 0 where they are equal; shown with --strict only.",
        ),
    ),
)
