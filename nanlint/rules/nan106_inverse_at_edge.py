"""acos, asin, atanh, acosh, erfinv, logit at or beyond the edge of their domain."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import questioned
from nanlint.reasoning.context import quiet
from nanlint.reasoning.cosines import is_cosine
from nanlint.reasoning.destinations import trained
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import bare, below_one, clamping, is_method, literal, operand_node, quoted
from nanlint.reasoning.origins import strip
from nanlint.reasoning.poles import Danger, danger, differentiated
from nanlint.reasoning.spelling import Spelled, spell, spell_method, takes
from nanlint.reasoning.texts import wrapped
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.ASIN, Op.ACOS, Op.ATANH, Op.ACOSH, Op.ERFINV, Op.LOGIT):
        found = danger(event, trace)
        if found is None:
            continue
        yield Draft(
            event,
            _level(event, trace, found),
            _message(event, found),
            "Clamp the operand strictly inside the domain.",
            evidence=trail(event, trace, event.x),
            rewrite=_rewrite(event),
        )


def _message(event: Event, found: Danger) -> str:
    what = f"{describe(event)} of {quoted(operand_node(event, 0))}"
    if is_cosine(event.x):
        lost = "the gradient at 1 is infinite, and beyond it the value NaN" if differentiated(event) else "that is NaN"
        return f"{what}, a cosine, which rounding takes beyond 1: {lost}"
    lost = "the gradient is infinite" if found.backward else _lost(event)
    return f"{what}, {found.because}: {event.x.range} reaches the edge of {_domain(event)}, where {lost}"


def _lost(event: Event) -> str:
    """At the edge itself acos and asin have a value, and their gradient has none."""
    if event.op not in (Op.ACOS, Op.ASIN):
        return "the value is infinite or NaN"
    return "the gradient is infinite; beyond, the value is NaN" if differentiated(event) else "rounding makes it NaN"


def _domain(event: Event) -> str:
    return {Op.LOGIT: "[0, 1]", Op.ACOSH: "[1, inf)"}.get(event.op, "[-1, 1]")


def _level(event: Event, trace: Trace, found: Danger) -> Level:
    """A clamp exactly to the edge saves the value; its gradient is lost at the edge alone.

    A cosine gets beyond it for parallel vectors, whose angle a training comes near to; others hardly are.
    """
    cosine = is_cosine(event.x) and differentiated(event)
    if found.level is Level.NOTE and cosine and not (quiet(event.site) or questioned(event, trace)):
        return Level.WARNING
    if event.op in (Op.ACOS, Op.ASIN) and not differentiated(event) and event.x.range.inside(-1.0, 1.0):
        return Level.NOTE  # finite at the edge, and nothing but rounding goes beyond
    if found.backward and strip(event.x).op is Op.CLAMP and found.level > Level.NOTE:
        return Level.WARNING if trained(event, trace) else Level.STRICT if quiet(event.site) else Level.NOTE
    return found.level


def _rewrite(event: Event) -> Rewrite | None:
    step = literal(below_one(event))
    if event.op is Op.ACOSH:
        return clamping(event, 0, {"min": f"1 + {step}"})
    if event.op is not Op.LOGIT:
        return clamping(event, 0, {"min": f"-1 + {step}", "max": f"1 - {step}"})
    node = operand_node(event, 0)
    if node is None or not takes(Op.LOGIT, "eps", event.framework):
        return clamping(event, 0, {"min": step, "max": f"1 - {step}"})
    written = spell_method(event, Op.LOGIT, wrapped(node), {"eps": step}) if is_method(event) else None
    spelled = Spelled(written) if written else spell(event, Op.LOGIT, {"x": bare(node), "eps": step})
    if spelled is None:
        return None
    edit = Replace(event.node, spelled.text)
    return Rewrite(f"Keep {quoted(node)} away from 0 and 1", Applicability.UNSAFE, (edit,), spelled.imports)


RULE = Rule(
    code="NAN106",
    name="inverse-at-edge",
    summary="An inverse function at the edge of its domain: acos, asin, atanh, acosh, erfinv, logit.",
    why="acos and asin have an infinite derivative at 1 and -1 and are NaN beyond; a cosine similarity reaches "
    "1.0000004 in float32 by rounding. atanh, erfinv and logit are infinite at the edge, and tanh is exactly 1 from 9 "
    "on, sigmoid from 16.7. A clamp to [-1, 1] saves the value of acos and leaves the gradient at 1 infinite.",
    check=check,
    specific=10,
    remedy="Clamp strictly inside the domain, by a step that the dtype keeps (1e-6 in float32), or use atan2.",
    fix=Applicability.UNSAFE,
    fix_note="Values within the step of the edge change, and their gradient is 0.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.acos.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(a, b):
    return torch.acos(F.cosine_similarity(a, b, dim=-1))
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(a, b):
    return torch.acos(torch.clamp(F.cosine_similarity(a, b, dim=-1), min=-1 + 1e-6, max=1 - 1e-6))
""",
            hostile="torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(a, b):
    cosine = (F.normalize(a, dim=-1) * F.normalize(b, dim=-1)).sum(-1)
    return torch.arccos(cosine)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(a, b):
    cosine = (F.normalize(a, dim=-1) * F.normalize(b, dim=-1)).sum(-1)
    return torch.arccos(torch.clamp(cosine, min=-1 + 1e-6, max=1 - 1e-6))
""",
            hostile="torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def angle_loss(x, w):
    cosine = x @ w.t() / (x.norm(dim=1, keepdim=True) * w.norm(dim=1) + 1e-10)
    return torch.acos(cosine).mean()

def f(x):
    return angle_loss(x, x.detach())
""",
            fixed="""\
import torch

def angle_loss(x, w):
    cosine = x @ w.t() / (x.norm(dim=1, keepdim=True) * w.norm(dim=1) + 1e-10)
    return torch.acos(torch.clamp(cosine, min=-1 + 1e-6, max=1 - 1e-6)).mean()

def f(x):
    return angle_loss(x, x.detach())
""",
            hostile="torch.tensor([[0.1, 0.2, 0.3], [0.3, 0.3, 0.3]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def rotation_loss(trace):
    return ((trace - 1) / 2).clamp(-1, 1).acos().mean()

def f(trace):
    return rotation_loss(trace)
""",
            fixed="""\
import torch

def rotation_loss(trace):
    return ((trace - 1) / 2).clamp(-1, 1).clamp(min=-1 + 1e-6, max=1 - 1e-6).acos().mean()

def f(trace):
    return rotation_loss(trace)
""",
            hostile="torch.tensor([3.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    action = torch.tanh(x)
    return torch.atanh(action)
""",
            fixed="""\
import torch

def f(x):
    action = torch.tanh(x)
    return torch.atanh(torch.clamp(action, min=-1 + 1e-6, max=1 - 1e-6))
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.logit(torch.sigmoid(x))
""",
            fixed="""\
import torch

def f(x):
    return torch.logit(torch.sigmoid(x), eps=1e-6)
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.acosh(x)
""",
            fixed="""\
import torch

def f(x):
    return torch.acosh(torch.clamp(x, min=1 + 1e-6))
""",
            hostile="torch.tensor([1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x: np.ndarray):
    return np.arccos(x)
""",
            fixed="""\
import numpy as np

def f(x: np.ndarray):
    return np.arccos(np.clip(x, -1 + 1e-6, 1 - 1e-6))
""",
            hostile="np.array([1.0000001])",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(a, b, eps=1e-6):
    cosine = F.cosine_similarity(a, b, dim=-1).clamp(-1 + eps, 1 - eps)
    return torch.acos(cosine) + torch.atanh(0.99 * torch.tanh(a)).sum(-1)
""",
            "The operand stays strictly inside.",
        ),
        Good(
            "torch",
            """\
import torch

def f(p):
    return torch.logit(p, eps=1e-6)
""",
            "logit clamps to eps itself.",
        ),
        Good(
            "torch",
            """\
import torch

@torch.no_grad()
def f(x):
    return torch.acos(x.clamp(-1, 1))
""",
            "Without a gradient the edge itself is harmless.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return torch.atan2(x, y) + torch.atan(x) + torch.asinh(y)
""",
            "These inverses have no edge.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, w):
    cosine = (x * w).sum(-1) / (x.norm(dim=-1) * w.norm(dim=-1))
    return torch.acos(0.999 * cosine)
""",
            "A factor below 1 keeps the cosine inside, rounding and all.",
        ),
        Good(
            "torch",
            """\
import math

import torch

def f(x, ratio):
    return x * math.acos(min(1.0, ratio))
""",
            "`math.acos` raises outside its domain.",
        ),
        Good(
            "torch",
            """\
import torch

def f(real, imaginary):
    return torch.angle(torch.complex(real, imaginary)) + torch.erf(real)
""",
            "An angle by its two coordinates needs no inverse of a cosine.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b):
    return np.arccos(np.clip(np.dot(a, b), -1.0, 1.0))
""",
            "NumPy has no gradient, and the clip keeps the value defined.",
        ),
    ),
    missed=(
        Miss(
            "numpy",
            """\
import numpy as np
from geometry import cosine_between

def f(u, v):
    return np.arccos(cosine_between(u, v))
""",
            "What another module returns is not known; it may be a Python number.",
        ),
    ),
)
