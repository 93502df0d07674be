"""A normalisation that divides by 0 on a constant row: no epsilon, or one too small for the dtype."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of
from nanlint.ops.relations import squared
from nanlint.reasoning.context import in_training, quiet
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import adding, epsilon, literal, operand_node, quoted
from nanlint.reasoning.origins import strip
from nanlint.reasoning.precision import conditional, why_half
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

USUAL = 1e-5  # the default of PyTorch's normalising layers


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.STANDARDIZE):
        draft = _layer(event, trace)
        if draft is not None:
            yield draft
    for event in trace.of(Op.SQRT, Op.RSQRT, Op.POWER):
        users = tuple(_scaling(event, trace))
        if users:
            yield _by_hand(event, users, trace, limits)


# layers


def _layer(event: Event, trace: Trace) -> Draft | None:
    given = event.options.get("eps")
    eps = None if given is None else given.range.point
    if eps is None:
        return None
    dtype = dtype_of(event.operation)
    if eps <= 0.0:
        level, because = Level.ERROR, "a row of equal elements, such as padding, is divided by 0"
    elif dtype is Dtype.FLOAT16 and eps**-0.5 > LIMITS[dtype].max and event.result.gradient:
        level = Level.NOTE if conditional(event.x, trace) else Level.ERROR  # CUDA keeps the inverse root in float32
        because = "in float16 its inverse root overflows, and a row of equal elements has the gradient NaN"
    else:
        return None
    return Draft(
        event,
        level,
        f"{describe(event)} with eps={literal(eps) if eps else '0'}: {because}",
        f"Leave eps at its default, or give {literal(USUAL)}.",
        evidence=why_half(event.x, trace) if eps > 0.0 else trail(event, trace, event.x, limit=2),
        rewrite=_usual(event),
    )


def _usual(event: Event) -> Rewrite | None:
    node = event.site.options.get("eps")
    if node is None:
        return None
    return Rewrite(f"Use eps={literal(USUAL)}", Applicability.UNSAFE, (Replace(node, literal(USUAL)),))


# by hand


def _scaling(event: Event, trace: Trace) -> Iterator[Event]:
    """Where x is scaled by the inverse of the root of its own mean square: `x * rsqrt(mean(x**2))`."""
    if event.op is Op.POWER and event.y.range.point not in (0.5, -0.5):
        return
    rooted = _mean_square_of(event.x)
    if rooted is None or event.x.range.lo > 0.0:
        return
    inverse = event.op is Op.RSQRT or (event.op is Op.POWER and event.y.range.point == -0.5)
    for user in trace.uses(event.result):
        if user.op is (Op.MULTIPLY if inverse else Op.DIVIDE) and len(user.operands) == 2:
            other = user.x if user.y.made_by is event.result.made_by else user.y
            scaled = inverse or user.y.made_by is event.result.made_by
            if scaled and strip(other).same(strip(rooted)):
                yield user


def _mean_square_of(value: Value) -> Value | None:
    mean = strip(value)
    if mean.op is not Op.MEAN:
        return None
    return squared(strip(mean.made_by.x))


def _by_hand(event: Event, users: tuple[Event, ...], trace: Trace, limits: Limits) -> Draft:
    trains = in_training(event.site) and users[0].result.gradient and not quiet(event.site)
    return Draft(
        event,
        Level.WARNING if trains else Level.NOTE,
        f"{describe(event)} of {quoted(operand_node(event, 0))}, the mean square of what it scales, without an "
        "epsilon: a row of zeros, such as padding, gives 0 / 0",
        "Add an epsilon inside the root.",
        evidence=trail(event, trace, event.x),
        claims=users,
        rewrite=adding(event, 0, literal(epsilon(event, limits))),
    )


RULE = Rule(
    code="NAN507",
    name="zero-norm-epsilon",
    summary="A normalisation whose epsilon is 0, missing, or too small for the dtype.",
    why="Normalising divides by a standard deviation or a root mean square, and the epsilon is all that stands between "
    "a row of equal elements (padding, a dead channel, a batch of one) and 0 / 0. With eps=0 `layer_norm`, "
    "`group_norm` and `rms_norm` give NaN on such a row, and `batch_norm` raises an error. In float16 eps=1e-12, which "
    "BERT uses, has the inverse root 1e6, beyond 65504: the gradient is NaN.",
    check=check,
    specific=25,
    remedy="Leave eps at its default (1e-5); in a hand-written norm add it inside the root.",
    fix=Applicability.UNSAFE,
    fix_note="The result changes in the digits where the epsilon stands, and much where the variance is of its size.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    return F.layer_norm(x, (4,), eps=0.0)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x):
    return F.layer_norm(x, (4,), eps=1e-5)
""",
            hostile="torch.ones(2, 4)",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.GroupNorm(2, 4, eps=0)

    def forward(self, x):
        return self.norm(x)

def f(x):
    return Block()(x)
""",
            fixed="""\
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.GroupNorm(2, 4, eps=1e-5)

    def forward(self, x):
        return self.norm(x)

def f(x):
    return Block()(x)
""",
            hostile="torch.ones(2, 4)",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    norm = nn.BatchNorm1d(4, 0.0)
    return norm(x)
""",
            fixed="""\
import torch
from torch import nn

def f(x):
    norm = nn.BatchNorm1d(4, 1e-5)
    return norm(x)
""",
            proof="raises(ValueError, lambda: f(torch.ones(2, 4)))",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

EPS = 0.0

def f(x):
    return nn.Sequential(nn.Flatten(), nn.RMSNorm(4, eps=EPS))(x)
""",
            fixed="""\
import torch
from torch import nn

EPS = 0.0

def f(x):
    return nn.Sequential(nn.Flatten(), nn.RMSNorm(4, eps=1e-5))(x)
""",
            hostile="torch.zeros(2, 4)",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    norm = nn.LayerNorm(4, eps=1e-12).half()
    return norm(x.half())
""",
            fixed="""\
import torch
from torch import nn

def f(x):
    norm = nn.LayerNorm(4, eps=1e-5).half()
    return norm(x.half())
""",
            hostile="torch.ones(1, 4)",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True))
        return self.weight * x

def f(x):
    return RMSNorm(4)(x)
""",
            fixed="""\
import torch
from torch import nn

class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-8)
        return self.weight * x

def f(x):
    return RMSNorm(4)(x)
""",
            hostile="torch.zeros(1, 4)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return x / (x ** 2).mean(dim=-1, keepdim=True).sqrt()
""",
            fixed="""\
import torch

def f(x):
    return x / ((x ** 2).mean(dim=-1, keepdim=True) + 1e-8).sqrt()
""",
            hostile="torch.zeros(1, 4)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return x / np.sqrt(np.mean(x ** 2, axis=-1, keepdims=True))
""",
            fixed="""\
import numpy as np

def f(x):
    return x / np.sqrt(np.mean(x ** 2, axis=-1, keepdims=True) + 1e-8)
""",
            hostile="np.zeros((1, 4))",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn

def f(x):
    return nn.LayerNorm(4)(x) + F.layer_norm(x, (4,)) + nn.BatchNorm1d(4)(x)
""",
            "The defaults are 1e-5.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    return nn.RMSNorm(4, eps=None)(x)
""",
            "None means the eps of the dtype.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    return nn.LayerNorm(4, eps=1e-12)(x)
""",
            "In float32 the inverse root of 1e-12 is 1e6.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    norm = nn.LayerNorm(4, eps=1e-12).bfloat16()
    return norm(x.bfloat16())
""",
            "bfloat16 has the range of float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    norm = nn.LayerNorm(4, eps=1e-6).half()
    return norm(x.half())
""",
            "The inverse root of 1e-6 is 1000, which float16 holds.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    layer, norm = nn.Linear(4, 4), nn.LayerNorm(4, eps=1e-12)
    with torch.autocast("cuda", dtype=torch.float16):
        return norm(layer(x))
""",
            "Autocast computes the norm in float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        x = x * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * x

def f(x):
    return RMSNorm(4)(x)
""",
            "The epsilon stands inside the root.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, y):
    return y / np.sqrt(np.mean(x ** 2) + 1e-12) + np.sqrt(np.mean(x ** 2))
""",
            "An epsilon in the divisor; the other root divides nothing.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch
from torch import nn

def make(dim, eps):
    return nn.LayerNorm(dim, eps=eps)

def f(x, config):
    return make(4, config.layer_norm_eps)(x)
""",
            "What a configuration holds is not known.",
        ),
    ),
)
