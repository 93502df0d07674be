"""A variance computed as E[x^2] - E[x]^2, which rounds below 0, on its way into a root, a divisor or a logarithm."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import squared
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import wants_gradient
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import bare, called, epsilon, literal, quoted
from nanlint.reasoning.origins import SAME_ELEMENTS, strip
from nanlint.reasoning.poles import SINGULAR, differentiated, singularity
from nanlint.reasoning.provenance import MAX_VALUES, leaves
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.squares import is_root, variance_of
from nanlint.reasoning.terms import Term, operand
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

BROKEN = frozenset(
    {Op.SQRT, Op.RSQRT, Op.POWER, Op.LOG, Op.LOG2, Op.LOG10, Op.DIVIDE, Op.RECIPROCAL}
)  # fmt: skip
CARRYING = frozenset({Op.ADD, Op.MULTIPLY, Op.DIVIDE, Op.SUM, Op.MEAN, Op.CONCATENATE}) | SAME_ELEMENTS
"""What leaves a negative variance negative."""
ROUNDING = 1e-7  # of float32 numbers near 1; an epsilon up to this does not cover it
ENOUGH = 1e-4  # covers the rounding of numbers up to about 30


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SUBTRACT):
        if variance_of(event.result) is None or (event.result.kind.scalar and not event.framework):
            continue
        consumers = _consumers(event, trace)
        if not consumers:
            continue
        pole, offset = min(consumers, key=lambda consumer: consumer[1])
        yield Draft(
            event,
            _level(event, trace, offset),
            f"{quoted(event.node)}, a mean of squares less the square of the mean: for nearly constant data it rounds "
            f"below 0, where {_consequence(pole)}",
            "Use the library's variance, which sums squared differences, or clamp the difference.",
            evidence=tuple(Clue(user.node, f"{describe(user)} takes it", event.result) for user, _ in consumers[:3]),
            claims=tuple(user for user, _ in consumers),
            rewrite=_rewrite(event, trace, consumers, limits),
        )


def _consumers(event: Event, trace: Trace) -> list[tuple[Event, float]]:
    """The roots, divisions and logarithms that the difference reaches unguarded, with what was added to it before."""
    found: list[tuple[Event, float]] = []
    pending, seen = [(event.result, 0.0)], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value, offset = pending.pop()
        for user in trace.uses(value):
            if id(user) in seen:
                continue
            seen.add(id(user))
            singular = singularity(user) if user.op in SINGULAR and user.op in BROKEN else None
            if singular is not None and user.operands[singular.index].made_by is value.made_by:
                narrowed = user.operands[singular.index].range.lo >= 0.0
                if offset < ENOUGH and not narrowed and (singular.forward or singular.backward):
                    found.append((user, offset))
            elif user.op in CARRYING:
                added = _added(user, value) if user.op is Op.ADD else 0.0
                if added is not None:
                    pending.append((user.result, offset + added))
    return found


def _added(add: Event, value: Value) -> float | None:
    """The least number that is added to the value; None for something unknown, which may be an epsilon."""
    others = [operand for operand in add.operands if operand.made_by is not value.made_by]
    other = others[0] if others else value
    given = all(leaf.op in (Op.ARGUMENT, Op.ATTRIBUTE, Op.CONSTANT) for leaf in leaves(other))
    if other.kind is not Kind.TENSOR and other.range.lo <= 0.0 and other.range.point is None and given:
        return None  # `(k * data_range) ** 2`
    if other.kind.scalar or other.range.point is not None:
        return max(other.range.lo, 0.0)
    return None if strip(other).op in (Op.ARGUMENT, Op.ATTRIBUTE) else 0.0


def _level(event: Event, trace: Trace, offset: float) -> Level:
    """A warning where a network trains through it: what it makes is near constant now and then, data rarely are."""
    if quiet(event.site):
        return Level.STRICT
    if offset > ROUNDING:
        return Level.NOTE
    return Level.WARNING if wants_gradient(event, trace) else Level.NOTE


def _consequence(pole: Event) -> str:
    if pole.op in (Op.DIVIDE, Op.RECIPROCAL):
        return "the quotient is infinite or has the wrong sign"
    return f"{describe(pole)} is NaN"


# fixes


def _rewrite(event: Event, trace: Trace, consumers: list[tuple[Event, float]], limits: Limits) -> Rewrite | None:
    """The library's variance or standard deviation where it is exactly that, else a clamp."""
    if not isinstance(event.node, cst.BaseExpression) or not plainly_written(event):
        return None
    pole = consumers[0][0]
    guarded = all(offset > 0.0 for _, offset in consumers)
    rooted = all(is_root(user) for user, _ in consumers)
    flows = any(differentiated(user) for user, _ in consumers)
    parts = _parts(event, trace)
    if parts is not None and len(consumers) == 1 and is_root(pole) and pole.site.operands[0] is event.node:
        smooth = not flows or registry.smooth_at_zero(Op.STD, event.framework)
        std = spell(event, Op.STD, parts) if smooth and plainly_written(pole) else None
        if std is not None:
            edit = Replace(pole.node, std.text)
            return Rewrite("Use the library's std", Applicability.SAFE, (edit,), std.imports)
    if parts is not None and (guarded or (rooted and not flows)):
        var = spell(event, Op.VAR, parts)
        if var is not None:
            edit = called(event, var.text, trace)
            return Rewrite("Use the library's variance", Applicability.SAFE, (edit,), var.imports)
    lowest = "0.0" if guarded or (rooted and not flows) else literal(epsilon(event, limits))
    return _clamped(event, trace, lowest)


def _parts(event: Event, trace: Trace) -> dict[str, str] | None:
    """The parts of the spelling of mean(x ** 2) - mean(x) ** 2 as a variance; None where it is none."""
    second, mean = operand(trace, event, 0), _root(operand(trace, event, 1))
    if mean is None or second.op is not Op.MEAN or mean.op is not Op.MEAN or second.links or mean.links:
        return None
    x, whole = _root(second.operand()), mean.operand()
    options, others = second.options, mean.options
    alike = options.keys() == others.keys() and all(value.same(others[name]) for name, value in options.items())
    if x is None or second.origin is None or not alike or not x.value.same(whole.value) or x.links or whole.links:
        return None
    text = whole.bare(event) or x.bare(event)
    nodes = second.origin.site.options
    if text is None or not nodes.keys() <= {"axis", "keepdim"} or not plainly_written(second.origin):
        return None
    return {"x": text, "correction": "0", **{name: code(node) for name, node in nodes.items()}}


def _root(term: Term) -> Term | None:
    """The x of x ** 2, with its place."""
    return term.operand() if term.origin is not None and not term.links and squared(term.value) is not None else None


def _clamped(event: Event, trace: Trace, lowest: str) -> Rewrite | None:
    text = bare(event.node)
    for op, parts in ((Op.CLAMP, {"x": text, "min": lowest}), (Op.MAXIMUM, {"x": text, "y": lowest})):
        spelled = spell(event, op, parts)
        if spelled is not None:
            title = f"Clamp {quoted(event.node)} to at least {lowest}"
            edit = called(event, spelled.text, trace)
            return Rewrite(title, Applicability.UNSAFE, (edit,), spelled.imports)
    return None


RULE = Rule(
    code="NAN116",
    name="negative-variance",
    summary="A variance computed as E[x^2] - E[x]^2, which rounds below 0.",
    why="The two moments agree in all but their last digits when the data varies little around a large mean, and "
    "their difference is rounding noise of either sign: near 1000 it is -0.125 in float32 for constant data, and the "
    "root of that is NaN in 76 of 200 trials. The library's variance sums squared differences from the mean and is "
    "never negative. The same holds for local variances (pooled or convolved, as in SSIM) and for running sums of x "
    "and x^2; an epsilon helps only if it is larger than the rounding, 1e-7 of the mean square.",
    check=check,
    specific=25,
    remedy="Use the library's variance with a correction of 0, or clamp the difference from below.",
    fix=Applicability.SAFE,
    fix_note="The library's variance over the same axes is the same number without the lost digits. Where there is no "
    "such function (windows, weights, running sums) the difference is clamped, which is not safe: it changes what "
    "rounded below the bound.",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.var.html",
        "https://numpy.org/doc/stable/reference/generated/numpy.var.html",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Spread(torch.nn.Module):
    def forward(self, x):
        return torch.sqrt(x.pow(2).mean(dim=-1) - x.mean(dim=-1).pow(2))

def f(x):
    return Spread()(x)
""",
            fixed="""\
import torch

class Spread(torch.nn.Module):
    def forward(self, x):
        return torch.std(x, dim=-1, correction=0)

def f(x):
    return Spread()(x)
""",
            hostile="torch.full((2, 5), 1000.1)",
            ordinary="torch.tensor([[1.0, 3.0, 2.0], [0.5, -1.0, 4.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Norm(torch.nn.Module):
    def forward(self, x):
        mean = torch.mean(x, 1, keepdim=True)
        variance = torch.mean(x * x, 1, keepdim=True) - mean**2
        return (x - mean) / torch.sqrt(variance + 1e-8)

def f(x):
    return Norm()(x)
""",
            fixed="""\
import torch

class Norm(torch.nn.Module):
    def forward(self, x):
        mean = torch.mean(x, 1, keepdim=True)
        variance = torch.var(x, dim=1, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(variance + 1e-8)

def f(x):
    return Norm()(x)
""",
            hostile="torch.full((2, 5), 1000.1)",
            ordinary="torch.tensor([[1.0, 3.0, 2.0], [0.5, -1.0, 4.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def contrast_loss(x, y):
    mean = F.avg_pool2d(x, 3, 1)
    deviation = (F.avg_pool2d(x.square(), 3, 1) - mean.square()).sqrt()
    return (deviation - y).abs().mean()

def f(x, y):
    return contrast_loss(x, y)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def contrast_loss(x, y):
    mean = F.avg_pool2d(x, 3, 1)
    deviation = torch.clamp(F.avg_pool2d(x.square(), 3, 1) - mean.square(), min=1e-8).sqrt()
    return (deviation - y).abs().mean()

def f(x, y):
    return contrast_loss(x, y)
""",
            hostile="torch.full((1, 1, 8, 8), 1000.1), torch.zeros(1)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Texture(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = torch.nn.AvgPool2d(3, stride=1)

    def forward(self, x):
        mean = self.pool(x)
        variance = self.pool(x**2) - mean**2
        return torch.log(variance)

def f(x):
    return Texture()(x)
""",
            fixed="""\
import torch

class Texture(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = torch.nn.AvgPool2d(3, stride=1)

    def forward(self, x):
        mean = self.pool(x)
        variance = torch.clamp(self.pool(x**2) - mean**2, min=1e-8)
        return torch.log(variance)

def f(x):
    return Texture()(x)
""",
            hostile="torch.full((1, 1, 4, 4), 0.1)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class ValueSpread(torch.nn.Module):
    def forward(self, logits, support):
        p = logits.softmax(dim=-1)
        mean = (p * support).sum(dim=-1)
        return ((p * support**2).sum(dim=-1) - mean**2) ** 0.5

def f(logits, support):
    return ValueSpread()(logits, support)
""",
            fixed="""\
import torch

class ValueSpread(torch.nn.Module):
    def forward(self, logits, support):
        p = logits.softmax(dim=-1)
        mean = (p * support).sum(dim=-1)
        return (torch.clamp((p * support**2).sum(dim=-1) - mean**2, min=1e-8)) ** 0.5

def f(logits, support):
    return ValueSpread()(logits, support)
""",
            hostile="torch.tensor([[0.0, 200.0]]), torch.tensor([3.0, 7.0])",
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
    return np.std(x, ddof=0)
""",
            hostile="np.full(5, 1000.1, np.float32)",
            ordinary="np.array([1.0, 3.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(batches):
    total, squares, count = 0.0, 0.0, 0
    for batch in batches:
        total += batch.sum(axis=0)
        squares += (batch**2).sum(axis=0)
        count += len(batch)
    return np.sqrt(squares / count - (total / count) ** 2)
""",
            fixed="""\
import numpy as np

def f(batches):
    total, squares, count = 0.0, 0.0, 0
    for batch in batches:
        total += batch.sum(axis=0)
        squares += (batch**2).sum(axis=0)
        count += len(batch)
    return np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0.0))
""",
            hostile="[np.full((5, 1), 1000.1, np.float32), np.full((5, 1), 1000.1, np.float32)]",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Similarity(torch.nn.Module):
    def __init__(self, data_range=None, k=(0.01, 0.03)):
        super().__init__()
        self.offset = (k[1] * data_range) ** 2

    def forward(self, x, y):
        mean, other = F.avg_pool2d(x, 3), F.avg_pool2d(y, 3)
        spread = F.avg_pool2d(x * x, 3) - mean * mean
        shared = F.avg_pool2d(x * y, 3) - mean * other
        return shared / (spread + self.offset)

def f(x, y):
    return Similarity(1.0)(x, y)
""",
            "What is added goes with the range of the data: it covers the rounding.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    variance = x.var(dim=-1, correction=0)
    return torch.sqrt(variance + 1e-6) + (x - x.mean(dim=-1, keepdim=True)).pow(2).mean(dim=-1).add(1e-6).sqrt()
""",
            "The library's variance, and squared differences from the mean, are not negative.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    variance = x.pow(2).mean(dim=-1) - x.mean(dim=-1).pow(2)
    return variance.clamp(min=1e-6).sqrt() + torch.log(torch.relu(variance) + 1e-6) + torch.sqrt(variance.abs() + 1e-6)
""",
            "The difference is clamped, or its sign taken off, before the root.",
        ),
        Good(
            "torch",
            """\
import torch

class SSIM(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = torch.nn.AvgPool2d(3, 1)
        self.C1, self.C2 = 0.01**2, 0.03**2

    def forward(self, x, y):
        mu_x, mu_y = self.pool(x), self.pool(y)
        sigma_x = self.pool(x**2) - mu_x**2
        sigma_y = self.pool(y**2) - mu_y**2
        sigma_xy = self.pool(x * y) - mu_x * mu_y
        top = (2 * mu_x * mu_y + self.C1) * (2 * sigma_xy + self.C2)
        return top / ((mu_x**2 + mu_y**2 + self.C1) * (sigma_x + sigma_y + self.C2))

def f(x, y):
    return SSIM()(x, y)
""",
            "The constant of SSIM, 9e-4, is far above the rounding of pixels between 0 and 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    spread = x.pow(2).mean() - x.mean().pow(2)
    covariance = (x[0] * x[1]).mean() - x[0].mean() * x[1].mean()
    return spread + covariance
""",
            "Nothing breaks at a variance slightly below 0, nor at a covariance, which has both signs.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    peaks = F.max_pool2d(x**2, 3) - F.max_pool2d(x, 3) ** 2
    return peaks, 0.5 * (x.sum(1) ** 2 - (x**2).sum(1))
""",
            "Maxima are no means, and the square of a sum less the sum of squares is the other way round.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    variance = np.mean(x**2, axis=0) - np.mean(x, axis=0) ** 2
    return np.sqrt(np.maximum(variance, 0.0)) + np.sqrt(np.var(x, axis=0)) + np.sqrt(variance.clip(min=0))
""",
            "What rounds below 0 is raised to 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b, c):
    return np.sqrt(b**2 - 4 * a * c) + np.sqrt(np.mean(a**2) - np.mean(b) ** 2)
""",
            "A discriminant is no variance, nor is a difference of moments of two arrays.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(square_avg, grad_avg):
    return (square_avg - grad_avg**2).sqrt()
""",
            "Nothing says that one argument is the mean of the squares of what the other is the mean of.",
        ),
    ),
)
