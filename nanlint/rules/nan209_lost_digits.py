"""A difference from 1 that rounds away: log(1 + x), exp(x) - 1, log(1 - exp(x)) near 0."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import limits_of
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.formulas import exponential, inside, minus_one, one_minus, one_plus
from nanlint.reasoning.poles import danger
from nanlint.reasoning.provenance import is_array
from nanlint.reasoning.rewording import minus, plainly_written, plus
from nanlint.reasoning.spelling import Spelled, spell
from nanlint.reasoning.terms import Term, operand, result
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

NEAR = 0.1  # below it, 1 + x keeps at least one digit fewer of x than x has


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    explained: set[int] = set()
    for event in trace.of(Op.LOG):
        for draft in _logarithm(trace, event):
            explained |= {id(claim.node) for claim in draft.claims}
            yield draft
    for event in trace.of(Op.SUBTRACT, Op.ADD):
        if id(event.node) not in explained:
            yield from _difference(trace, event)


def _logarithm(trace: Trace, event: Event) -> Iterator[Draft]:
    """log(1 + x), log(1 - x), log(1 - exp(x)), unless a graver finding is made of the logarithm."""
    inner = operand(trace, event)
    grown, shrunk = one_plus(inner), one_minus(inner)
    x = grown or shrunk
    found = danger(event, trace)
    if x is None or not _small(event, x) or (found is not None and found.level > Level.NOTE):
        return
    power = exponential(shrunk) if shrunk is not None else None
    if power is not None:
        yield _draft(trace, event, x, "log(1 - exp(x))", "log(-expm1(x))", _log_of_shrunk(event, power))
    else:
        sign = "+" if grown is not None else "-"
        text = plus(x, event) if grown is not None else minus(x, event)
        spelled = None if text is None or x.links else spell(event, Op.LOG1P, {"x": text})
        yield _draft(trace, event, x, f"log(1 {sign} x)", f"log1p({sign.strip('+')}x)", spelled)


def _log_of_shrunk(event: Event, x: Term) -> Spelled | None:
    text = None if x.links else plus(x, event)
    shrunk = None if text is None else spell(event, Op.EXPM1, {"x": text})
    return None if shrunk is None else spell(event, Op.LOG, {"x": f"-{shrunk.text}"})


def _difference(trace: Trace, event: Event) -> Iterator[Draft]:
    """exp(x) - 1 and 1 - exp(x)."""
    whole = result(trace, event)
    for part, sign in ((minus_one(whole), ""), (one_minus(whole), "-")):
        x = None if part is None else exponential(part)
        if part is None or x is None or not _small(event, x):
            continue
        text = None if x.links else plus(x, event)
        spelled = None if text is None else spell(event, Op.EXPM1, {"x": text})
        form = "1 - exp(x)" if sign else "exp(x) - 1"
        written = None if spelled is None else Spelled(sign + spelled.text, spelled.imports)
        yield _draft(trace, event, part, form, f"{sign}expm1(x)", written)


def _small(event: Event, x: Term) -> bool:
    """x can be near 0, and is stored in floating point."""
    return x.value.range.overlaps(-NEAR, NEAR) and not x.value.dtype.integer and not event.result.kind.scalar


def _draft(trace: Trace, event: Event, x: Term, form: str, stable: str, spelled: Spelled | None) -> Draft:
    surely = is_array(event.result) and not quiet(event.site) and not registry.scalar(event.framework)
    rewrite = None
    if spelled is not None and plainly_written(event) and isinstance(event.node, cst.BaseExpression):
        rewrite = Rewrite(f"Use {stable}", Applicability.SAFE, (Replace(event.node, spelled.text),), spelled.imports)
    eps = number(limits_of(event.operation).eps)
    return Draft(
        event,
        Level.NOTE if surely else Level.STRICT,
        f"{form} loses the digits of a small x: 1 + x is rounded to multiples of {eps}",
        f"Use {stable}.",
        evidence=trail(event, trace, x.value),
        claims=inside(trace, event) if form == "log(1 - exp(x))" else (),
        rewrite=rewrite,
    )


RULE = Rule(
    code="NAN209",
    name="lost-digits",
    summary="log(1 + x), exp(x) - 1 or log(1 - exp(x)) of a small x, whose digits rounding takes away.",
    why="In float32 1 + x is 1 for every x below 6e-8, so log(1 + 1e-8) is 0 in place of 1e-8, exp(1e-8) - 1 is 0 "
    "too, and log(1 - exp(-1e-9)) is -inf in place of -20.7. log1p and expm1 keep all digits. This is about "
    "accuracy: it gives no NaN by itself, but a 0 that something else may divide by.",
    check=check,
    specific=28,
    about_poles=False,
    remedy="Use log1p(x) for log(1 + x) and expm1(x) for exp(x) - 1.",
    fix=Applicability.SAFE,
    fix_note="The same function with more digits near 0; elsewhere float32 results differ in the last digit.",
    references=("https://docs.pytorch.org/docs/stable/special.html#torch.special.log1p",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x: torch.Tensor):
    return torch.log(1 + x)
""",
            fixed="""\
import torch

def f(x: torch.Tensor):
    return torch.log1p(x)
""",
            proof="f(torch.tensor([1e-8])).item() == 0.0",
            ordinary="torch.tensor([2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    penalty = (x**2 + 1.0).log()
    return penalty.sum()
""",
            fixed="""\
import torch

def f(x):
    penalty = torch.log1p(x**2)
    return penalty.sum()
""",
            proof="f(torch.tensor([1e-4])).item() == 0.0",
            ordinary="torch.tensor([2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(p: torch.Tensor):
    return torch.log(1 - p)
""",
            fixed="""\
import torch

def f(p: torch.Tensor):
    return torch.log1p(-p)
""",
            proof="f(torch.tensor([1e-8])).item() == 0.0",
            ordinary="torch.tensor([0.2, 0.5])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.relu(x) + torch.log(1 + torch.exp(-x.abs()))
""",
            fixed="""\
import torch

def f(x):
    return torch.relu(x) + torch.log1p(torch.exp(-x.abs()))
""",
            proof="f(torch.tensor([-20.0])).item() == 0.0",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.exp(x) - 1
""",
            fixed="""\
import torch

def f(x):
    return torch.expm1(x)
""",
            proof="f(torch.tensor([1e-8])).item() == 0.0",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, scale):
    grown = -1 + (x * scale).exp()
    return grown / scale
""",
            fixed="""\
import torch

def f(x, scale):
    grown = torch.expm1(x * scale)
    return grown / scale
""",
            proof="f(torch.tensor([1e-8]), 1.0).item() == 0.0",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), 0.5",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(density, length):
    alpha = 1.0 - torch.exp(-density * length)
    return 2 * alpha
""",
            fixed="""\
import torch

def f(density, length):
    alpha = -torch.expm1(-density * length)
    return 2 * alpha
""",
            proof="f(torch.tensor([1e-8]), 1.0).item() == 0.0",
            ordinary="torch.tensor([2.0, 0.5, 4.0]), 0.1",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(log_p: torch.Tensor):
    return torch.log(1 - torch.exp(log_p))
""",
            fixed="""\
import torch

def f(log_p: torch.Tensor):
    return torch.log(-torch.expm1(log_p))
""",
            hostile="torch.tensor([-1e-9])",
            ordinary="torch.tensor([-2.0, -0.5, -4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x: np.ndarray):
    return np.log(1 + x)
""",
            fixed="""\
import numpy as np

def f(x: np.ndarray):
    return np.log1p(x)
""",
            proof="f(np.array([1e-17]))[0] == 0.0",
            ordinary="np.array([2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(rate):
    return np.exp(rate) - 1
""",
            fixed="""\
import numpy as np

def f(rate):
    return np.expm1(rate)
""",
            proof="f(np.array([1e-17]))[0] == 0.0",
            ordinary="np.array([2.0, 0.5, 4.0])",
            level=Level.STRICT,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(x.abs()) + torch.expm1(x)
""",
            "The library functions.",
        ),
        Good(
            "torch",
            """\
import torch

def f(counts):
    counts = counts.long()
    return torch.log(1 + counts)
""",
            "Whole numbers: 1 + n is exact.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(1 + x.abs().clamp(min=2.0))
""",
            "x is at least 2: no digits of it are lost.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(2 + x.abs()) + torch.exp(x) - 2 + torch.log(x.abs() + 1e-8)
""",
            "No difference from 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(log_var, mean):
    return -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
""",
            "The divergence of a variational autoencoder: other terms stand between 1 and the exponential.",
        ),
        Good(
            "torch",
            """\
import torch

def f(new, old):
    with torch.no_grad():
        ratio = torch.exp(new - old)
        return ((ratio - 1) - (new - old)).mean()
""",
            "A diagnostic without a gradient.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(1 - torch.sigmoid(x)) * 0.5
""",
            "log-of-sigmoid reports it: near 0 is not where this one breaks.",
        ),
        Good(
            "torch",
            """\
import math

def f(step=3, total=10):
    return (math.exp(step / total) - 1) * math.log(1 + step)
""",
            "A schedule in Python floats.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.exp2(x) - 1 + 10**x - 1
""",
            "Other bases have no expm1.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(n=8):
    return np.log2(1 + np.arange(n)) + np.log(1 + n)
""",
            "Whole numbers, and base 2.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x):
    return 1 - torch.cos(x)
""",
            "The same loss in another function: 2 * sin(x / 2)**2 keeps the digits.",
        ),
    ),
)
