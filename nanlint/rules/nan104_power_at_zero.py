"""A power with an exponent that negative bases or 0 cannot take."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.origins import strip
from nanlint.reasoning.poles import Danger, danger, singularity
from nanlint.reasoning.squares import ROOTS
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule

ROUNDING = frozenset({Op.FLOOR, Op.CEIL, Op.ROUND, Op.SIGN})
"""Operations that give whole numbers."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.POWER):
        exponent = event.y.range.point
        if exponent in ROOTS or (exponent is not None and (math.isinf(exponent) or float(exponent).is_integer())):
            continue  # roots and quotients have rules of their own
        if _whole(event.y) and event.y.range.lo >= 0.0:
            continue  # 0 ** 0 is 1, its derivative 0
        singular = singularity(event)
        found = danger(event, trace, singular) if singular is not None and singular.index == 0 else None
        if found is None:
            continue
        yield Draft(
            event,
            _level(event, found),
            f"power of {quoted(operand_node(event, 0))} with the exponent {quoted(operand_node(event, 1))} in "
            f"{event.y.range}; the base, {found.because}, is in {event.x.range}: {_consequence(event, found)}",
            "Clamp the base to a small positive number, or take the power of its absolute value and restore the sign.",
            evidence=trail(event, trace, event.x),
            rewrite=clamping(event, 0, {"min": literal(epsilon(event, limits))}),
        )


def _whole(value: Value, steps: int = 6) -> bool:
    """Whole numbers, be it in floating point: `arange(n) + 1`, `angle.floor()`."""
    value = strip(value)
    operands, point = value.made_by.operands, value.range.point
    if value.op in ROUNDING:
        return True
    if value.op is Op.ARANGE:
        ends = [value.made_by.options[name] for name in ("start", "step") if name in value.made_by.options]
        return all(_whole(end, steps - 1) for end in ends)
    if value.op in (Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.NEGATIVE) and steps > 0:
        return all(_whole(operand, steps - 1) for operand in operands)
    return value.dtype is Dtype.INTEGER or (point is not None and point.is_integer())


def _level(event: Event, found: Danger) -> Level:
    """What an unknown exponent does is not known either."""
    if event.y.range.point is not None or event.y.known:
        return found.level
    return min(found.level, Level.STRICT)


def _consequence(event: Event, found: Danger) -> str:
    if found.backward:
        return "at 0 the gradient is infinite"
    if event.x.range.lo < 0.0:
        return "a power of a negative number is NaN"
    return "at 0 the value is infinite"


RULE = Rule(
    code="NAN104",
    name="power-at-zero",
    summary="A fractional or variable power of something that can be 0 or negative.",
    why="A fractional power of a negative number is NaN. An exponent below 1 has an infinite derivative at 0, and a "
    "negative one is infinite there: `p ** 0.3` with p from a softmax breaks the first time p underflows.",
    check=check,
    specific=10,
    remedy="Clamp the base to a small positive number first.",
    fix=Applicability.UNSAFE,
    fix_note="The clamp changes the value where the base was below the epsilon, and its gradient there is 0.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.pow.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def sharpening_loss(x):
    return torch.pow(torch.softmax(x, dim=-1), 0.3)

def f(x):
    return sharpening_loss(x)
""",
            fixed="""\
import torch

def sharpening_loss(x):
    return torch.pow(torch.clamp(torch.softmax(x, dim=-1), min=1e-8), 0.3)

def f(x):
    return sharpening_loss(x)
""",
            hostile="torch.tensor([[0.0, 200.0]])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    score = torch.tanh(x)
    return score ** 1.5
""",
            fixed="""\
import torch

def f(x):
    score = torch.tanh(x)
    return score.clamp(min=1e-8) ** 1.5
""",
            hostile="torch.tensor([-1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return x.pow(1 / 2.4)
""",
            fixed="""\
import torch

def f(x):
    return x.clamp(min=1e-8).pow(1 / 2.4)
""",
            hostile="torch.tensor([-1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    gate = torch.sigmoid(x)
    return (1 - gate) ** -0.7
""",
            fixed="""\
import torch

def f(x):
    gate = torch.sigmoid(x)
    return (1 - gate).clamp(min=1e-8) ** -0.7
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.power(np.tanh(x), 0.45)
""",
            fixed="""\
import numpy as np

def f(x):
    return np.power(np.maximum(np.tanh(x), 1e-8), 0.45)
""",
            hostile="np.array([-1.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x, gamma=2.0):
    p = torch.sigmoid(x)
    return (1 - p) ** gamma + x**2 + x.pow(3)
""",
            "Whole exponents of at least 1 are harmless; the default of gamma is one.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, gamma):
    p = torch.sigmoid(x)
    return (1 - p) ** gamma
""",
            "Nothing says that the exponent of a focal loss is below 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return x.clamp(min=1e-6) ** 0.3 + (x.abs() + 1e-4) ** 0.7 + (1 + x**2) ** -0.25
""",
            "The base is kept above 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(step: int, total=100, power=0.9, base_rate=0.1):
    return torch.tensor(base_rate * (1 - step / total) ** power)
""",
            "A schedule computes with Python numbers.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    decay = torch.sigmoid(x)
    steps = torch.arange(8, dtype=torch.float32)
    return decay ** torch.flip(steps, dims=(0,)) + decay ** (steps + 1)
""",
            "Whole exponents, be it in floating point: the derivative of 0 ** 0 is 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.abs(x) ** 0.5 + np.square(x) ** 0.3
""",
            "The base is not negative, and NumPy has no gradient.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x, exponent: torch.Tensor):
    return torch.relu(x) ** exponent
""",
            "The gradient into the exponent holds log(0) where the base is 0; an exponent that nothing bounds is shown "
            "with --strict only.",
        ),
    ),
)
