"""An angle computed as the arctangent of a quotient, where the divisor is 0."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.moving import removable
from nanlint.reasoning.poles import danger, differentiated, takes_array
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.terms import PLAIN, operand
from nanlint.rule import Bad, Draft, Good, Limits, Remove, Replace, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.ATAN):
        quotient = operand(trace, event).behind(PLAIN).origin
        if quotient is None or quotient.op is not Op.DIVIDE or len(quotient.operands) != 2:
            continue
        found = danger(quotient, trace)
        if found is None:
            continue
        lost = "the gradient is NaN, and at the origin the value, too" if differentiated(event) else "0 / 0 is NaN"
        sure = takes_array(quotient, 1) or found.level is not Level.NOTE
        yield Draft(
            event,
            _level(quotient.y, found.level) if sure else Level.STRICT,
            f"arctangent of a quotient whose divisor {quoted(operand_node(quotient, 1))} can be 0: there {lost}",
            _remedy(event),
            evidence=trail(quotient, trace, quotient.y),
            claims=(quotient,),
            rewrite=_rewrite(event, trace),
        )


def _level(divisor: Value, level: Level) -> Level:
    """What has both signs is hardly ever exactly 0."""
    return min(level, Level.NOTE) if divisor.range.lo < 0.0 < divisor.range.hi else level


def _remedy(event: Event) -> str:
    if registry.smooth_at_zero(Op.ATAN2, event.framework):
        return "Use the arctangent of two arguments, which takes the origin, too."
    return "Use the arctangent of two arguments; where both can be 0 keep its gradient away with a double where."


def _rewrite(event: Event, trace: Trace) -> Rewrite | None:
    quotient = operand(trace, event)
    if quotient.op is not Op.DIVIDE or not plainly_written(event):
        return None
    y, x = (quotient.operand(i).bare(event) for i in (0, 1))
    spelled = None if x is None or y is None else spell(event, Op.ATAN2, {"y": y, "x": x})
    if spelled is None:
        return None
    edits: list[Replace | Remove] = [Replace(event.node, spelled.text)]
    line = None if quotient.origin is None else removable(quotient.origin, [event.node])
    if line is not None:
        edits.append(Remove(line))
    return Rewrite("Use the arctangent of two arguments", Applicability.UNSAFE, tuple(edits), spelled.imports)


RULE = Rule(
    code="NAN117",
    name="atan2-at-origin",
    summary="An angle computed as the arctangent of a quotient, where the divisor is 0.",
    why="atan(y / x) goes through infinity where x is 0: the value still comes out as a quarter turn, but the gradient "
    "is infinity times 0, NaN, and at the origin 0 / 0 makes the value NaN as well. It also takes opposite directions "
    "for the same. atan2(y, x) has none of this: PyTorch defines its gradient at the origin as 0 (also where the "
    "squares of the coordinates underflow), and NumPy's is 0 there; in TensorFlow and "
    "JAX the gradient at the origin alone is still NaN.",
    check=check,
    specific=14,
    optional=True,
    remedy="Use atan2(y, x).",
    fix=Applicability.UNSAFE,
    fix_note="atan2 is the same for x > 0; for x < 0 it gives the true direction, half a turn away.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.atan2.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x: torch.Tensor, y: torch.Tensor):
    return torch.atan(y / x)
""",
            fixed="""\
import torch

def f(x: torch.Tensor, y: torch.Tensor):
    return torch.atan2(y, x)
""",
            hostile="torch.tensor([0.0]), torch.tensor([1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Slant(torch.nn.Module):
    def forward(self, x):
        rise, run = torch.tanh(x), F.relu(x)
        slope = rise.div(run)
        return slope.arctan()

def f(x):
    return Slant()(x)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Slant(torch.nn.Module):
    def forward(self, x):
        rise, run = torch.tanh(x), F.relu(x)
        return torch.atan2(rise, run)

def f(x):
    return Slant()(x)
""",
            hostile="torch.tensor([0.0, 1.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(points):
    x, y = np.abs(points).sum(axis=0), points.sum(axis=0)
    return np.arctan(y / x)
""",
            fixed="""\
import numpy as np

def f(points):
    x, y = np.abs(points).sum(axis=0), points.sum(axis=0)
    return np.arctan2(y, x)
""",
            hostile="np.zeros((3, 2))",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def angle_loss(x, y, target):
    return (torch.atan2(y, x) - target).abs().mean() + torch.complex(x, y).angle().mean()

def f(x, y, target):
    return angle_loss(x, y, target)
""",
            "PyTorch's atan2 has the gradient 0 at the origin, and so has the angle of a complex number.",
        ),
        Good(
            "torch",
            """\
import torch

class Field(torch.nn.Module):
    def forward(self, size, focal: float):
        return 2 * torch.atan(size / (2 * focal)) + torch.atan(size / (size**2 + 1.0))

def f(size):
    return Field()(size, 1.5)
""",
            "A divisor that is a number of the caller's, or above 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, y):
    return np.arctan2(y, x) + np.arctan(y / (np.abs(x) + 1e-8)) + np.arctan(x)
""",
            "NumPy's arctan2 takes the origin; an epsilon keeps the divisor above 0.",
        ),
    ),
)
