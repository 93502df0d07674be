"""A sigmoid or a hyperbolic tangent written out with exponentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.exponentials import differentiated, held_level, limit, overflows, replaced
from nanlint.reasoning.formulas import exponential, inside, minus_one, one_minus, one_plus, opposite, quotient
from nanlint.reasoning.growth import past_limit
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.probabilities import logistic
from nanlint.reasoning.rewording import minus, plus
from nanlint.reasoning.spelling import Spelled, name_of, spell
from nanlint.reasoning.terms import PLAIN, Term, result
from nanlint.reasoning.texts import parsed, wrapped
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule


@dataclass(frozen=True, slots=True)
class Squashing:
    """sigmoid(x) or tanh(x) of the x in an exponential: of -x where `flipped`, of x / 2 where `halved`.

    quotient: both sides of the fraction grow, so that infinity is divided by infinity.
    """

    op: Op
    x: Term
    flipped: bool = False
    halved: bool = False
    quotient: bool = True


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE, Op.RECIPROCAL, Op.POWER):
        found = read(result(trace, event))
        if found is None or not overflows(found.x):
            continue
        grade = held_level(event, found.x, trace)
        if grade is None:
            continue
        harmless = not found.quotient and not differentiated(event)
        yield Draft(
            event,
            min(grade, Level.NOTE) if harmless else grade,
            _message(event, found),
            _remedy(event, found),
            evidence=trail(event, trace, event.operands[-1]),
            claims=inside(trace, event),
            rewrite=_rewrite(event, found),
        )


def read(term: Term) -> Squashing | None:
    """The value as a sigmoid or a tanh that is written out."""
    found = logistic(term)
    if found is not None:
        return Squashing(Op.SIGMOID, found.logits, found.flipped, quotient=not found.flipped)
    parts = quotient(term)
    if parts is None:
        return None
    above, below = parts[0].behind(PLAIN), parts[1].behind(PLAIN)
    return _of_both_signs(above, below) or _of_doubled(above, below) or _of_hyperbolics(above, below)


def _of_both_signs(above: Term, below: Term) -> Squashing | None:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))."""
    if above.op is not Op.SUBTRACT or below.op is not Op.ADD:
        return None
    difference = [exponential(part) for part in above.operands()]
    added = [exponential(part) for part in below.operands()]
    if len(difference) != 2 or len(added) != 2:
        return None
    (x, y), (u, v) = difference, added
    if x is None or y is None or u is None or v is None or not opposite(x, y):
        return None
    same = (u.same(x) and v.same(y)) or (u.same(y) and v.same(x))
    return Squashing(Op.TANH, x) if same else None


def _of_doubled(above: Term, below: Term) -> Squashing | None:
    """(exp(2x) - 1) / (exp(2x) + 1), (1 - exp(-2x)) / (1 + exp(-2x))."""
    grown = one_plus(below)
    u = None if grown is None else exponential(grown)
    for numerator, flipped in ((minus_one(above), False), (one_minus(above), True)):
        x = None if numerator is None else exponential(numerator)
        if x is not None and u is not None and x.same(u):
            return Squashing(Op.TANH, x, flipped, halved=True)
    return None


def _of_hyperbolics(above: Term, below: Term) -> Squashing | None:
    """sinh(x) / cosh(x)."""
    if above.op is Op.SINH and below.op is Op.COSH and above.operand().same(below.operand()):
        return Squashing(Op.TANH, above.operand())
    return None


def _message(event: Event, found: Squashing) -> str:
    name, exponent = found.op.value, quoted(found.x.node)
    if found.quotient:
        return (
            f"{name} written out: exp of {exponent} is infinite above {limit(event)}{past_limit(found.x)}, and "
            "infinity over infinity is NaN"
        )
    if differentiated(event):
        return (
            f"{name} written out: where exp of {exponent} is infinite, above {limit(event)}{past_limit(found.x)}, the "
            "gradient is NaN"
        )
    return f"{name} written out: exp of {exponent} overflows above {limit(event)}; the value stays right"


def _remedy(event: Event, found: Squashing) -> str:
    name = name_of(event, found.op)
    if registry.spelling(found.op, event.framework) is None and found.op is Op.SIGMOID:
        return f"Use {name + ', or ' if name else ''}exp(-logaddexp(0, -x)), which does not overflow."
    return f"Use {name or found.op.value}."


def _rewrite(event: Event, found: Squashing) -> Rewrite | None:
    if not isinstance(event.node, cst.BaseExpression) or found.x.links:
        return None
    spelled = _sigmoid(event, found) if found.op is Op.SIGMOID else _tanh(event, found)
    if spelled is None:
        return None
    return replaced(event, found.x, spelled, f"Use {found.op.value}", Applicability.SAFE)


def _sigmoid(event: Event, found: Squashing) -> Spelled | None:
    text = minus(found.x, event) if found.flipped else plus(found.x, event)
    spelled = None if text is None else spell(event, Op.SIGMOID, {"x": text})
    if spelled is not None:
        return spelled
    negative = plus(found.x, event) if found.flipped else minus(found.x, event)
    softplus = None if negative is None else spell(event, Op.SOFTPLUS, {"x": negative})
    return None if softplus is None else spell(event, Op.EXP, {"x": f"-{softplus.text}"})


def _tanh(event: Event, found: Squashing) -> Spelled | None:
    text = _half(found, event) if found.halved else plus(found.x, event)
    if text is None:
        return None
    return spell(event, Op.TANH, {"x": text})


def _half(found: Squashing, event: Event) -> str | None:
    """y where the exponent is 2y or y * 2 (-2y where flipped), else half of it."""
    x = found.x
    if x.op is Op.MULTIPLY and len(x.value.made_by.operands) == 2:
        wanted = -2.0 if found.flipped else 2.0
        for i in (0, 1):
            if x.operand(i).is_number(wanted):
                return plus(x.operand(1 - i), event)
    text = minus(x, event) if found.flipped else x.atom(event)
    return None if text is None else f"{wrapped(parsed(text), text)} / 2"


RULE = Rule(
    code="NAN205",
    name="handwritten-sigmoid",
    summary="A sigmoid or a hyperbolic tangent written out with exponentials.",
    why="exp(x) is infinite from 88.7 in float32 (11.1 in float16). exp(x) / (1 + exp(x)) and the quotients for tanh "
    "are then infinity over infinity, NaN. 1 / (1 + exp(-x)) has the right value, 0, but its gradient multiplies 0 "
    "by infinity. The library functions are right everywhere, and faster. A score that is trained through it stays far "
    "below that: this is a note, unless half precision, a square, a sum or a factor of ten or more takes x there.",
    check=check,
    specific=30,
    remedy="Use sigmoid or tanh; in NumPy scipy.special.expit, or exp(-logaddexp(0, -x)).",
    fix=Applicability.SAFE,
    fix_note="The same function: float32 results differ by less than 1e-5. NumPy alone has no sigmoid; there it "
    "becomes exp(-logaddexp(0, -x)) unless the file imports scipy.special.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    return 1 / (1 + torch.exp(-x))
""",
            fixed="""\
import torch

def f(x):
    return torch.sigmoid(x)
""",
            hostile="torch.tensor([-100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    e = torch.exp(x)
    p = e / (e + 1.0)
    return 2 * p
""",
            fixed="""\
import torch

def f(x):
    p = torch.sigmoid(x)
    return 2 * p
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, center):
    return (1 + (x - center).exp()).reciprocal()
""",
            fixed="""\
import torch

def f(x, center):
    return torch.sigmoid(-(x - center))
""",
            hostile="torch.tensor([100.0]), torch.tensor([1.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0]), torch.tensor([1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    q = torch.add(torch.exp(torch.neg(x)), 1) ** -1
    return q
""",
            fixed="""\
import torch

def f(x):
    q = torch.sigmoid(x)
    return q
""",
            hostile="torch.tensor([-100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))
""",
            fixed="""\
import torch

def f(x):
    return torch.tanh(x)
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            tolerance=1e-4,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    grown = torch.exp(2 * x)
    y = (grown - 1) / (grown + 1)
    return y.sum()
""",
            fixed="""\
import torch

def f(x):
    y = torch.tanh(x)
    return y.sum()
""",
            hostile="torch.tensor([50.0])",
            ordinary="torch.tensor([-2.0, 0.5, 1.0])",
            tolerance=1e-4,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    y = (1 - torch.exp(-x)) / (1 + torch.exp(-x))
    return 3 * y
""",
            fixed="""\
import torch

def f(x):
    y = torch.tanh(x / 2)
    return 3 * y
""",
            hostile="torch.tensor([-100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 1.0])",
            tolerance=1e-4,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    y = torch.sinh(x) / torch.cosh(x)
    return y - 1
""",
            fixed="""\
import torch

def f(x):
    y = torch.tanh(x)
    return y - 1
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 1.0])",
            tolerance=1e-4,
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(z):
    return 1 / (1 + np.exp(-z))
""",
            fixed="""\
import numpy as np

def f(z):
    return np.exp(-np.logaddexp(0, -z))
""",
            proof="raises(FloatingPointError, lambda: np.errstate(over='raise')(f)(np.array([-800.0])))",
            ordinary="np.array([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy.special import expit

def f(z, w):
    return np.exp(z * w) / (1 + np.exp(z * w)) + expit(0.0)
""",
            fixed="""\
import numpy as np
from scipy.special import expit

def f(z, w):
    return expit(z * w) + expit(0.0)
""",
            hostile="np.array([800.0]), 1.0",
            ordinary="np.array([-2.0, 0.5, 4.0]), 0.5",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    ep, em = np.exp(x), np.exp(-x)
    return (ep - em) / (ep + em)
""",
            fixed="""\
import numpy as np

def f(x):
    ep, em = np.exp(x), np.exp(-x)
    return np.tanh(x)
""",
            hostile="np.array([800.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(image, cutoff=0.5, gain=10.0):
    return 1 / (1 + torch.exp(gain * (cutoff - image)))
""",
            fixed="""\
import torch

def f(image, cutoff=0.5, gain=10.0):
    return torch.sigmoid(-(gain * (cutoff - image)))
""",
            hostile="torch.full((3,), -50.0)",
            ordinary="torch.rand(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    step = 1 / (1 + torch.exp(50 * (0.5 - x)))
    return step.mean()
""",
            fixed="""\
import torch

def f(x):
    step = torch.sigmoid(-(50 * (0.5 - x)))
    return step.mean()
""",
            hostile="torch.tensor([-2.0])",
            ordinary="torch.tensor([0.2, 0.5, 0.7])",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x, y):
    return 1 / (1 + torch.exp(-F.cosine_similarity(x, y)))
""",
            "A cosine is between -1 and 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(image, cutoff=0.5, gain=10.0):
    return 1 / (1 + torch.exp(gain * (cutoff - image.clamp(0, 1))))
""",
            "The exponent is between -5 and 5.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.sigmoid(x) + torch.tanh(x / 2)
""",
            "The library functions.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    z = torch.exp(-torch.abs(x))
    return torch.where(x >= 0, 1 / (1 + z), z / (1 + z))
""",
            "The exponent is at most 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return 1 / (1 + torch.exp(-x.clamp(min=-30.0)))
""",
            "Clamped from below: the exponential is at most e^30.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return 1 / (1 + x**2) + 1 / (1 + torch.exp(-(x**2)))
""",
            "A square is no exponential, and the exponential of a negative square is at most 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, capacity):
    return capacity / (capacity + torch.exp(-torch.relu(x)))
""",
            "A logistic curve with a capacity of its own, its exponent at most 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return (torch.exp(-x.abs()) - torch.exp(-y.abs())) / (torch.exp(-x.abs()) + torch.exp(-y.abs()))
""",
            "Exponents of two variables, at most 0.",
        ),
        Good(
            "torch",
            """\
import math

def f(step=3, steps=10):
    return 1 / (1 + math.exp(-10 * (step / steps - 0.5)))
""",
            "A schedule in Python floats.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return 1 / (2 + torch.exp(-x.abs()))
""",
            "2 in place of 1: no sigmoid.",
        ),
        Good(
            "numpy",
            """\
from scipy.special import expit

def f(z):
    return expit(z)
""",
            "SciPy has it.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
""",
            "The branch that overflows is discarded, and NumPy has no gradient for it to spoil.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))
""",
            "float64 holds e^500.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x, sharpness):
    return 1 / (1 + sharpness * torch.exp(-x))
""",
            "A factor beside the exponential: no sigmoid of x, though its gradient overflows all the same.",
        ),
    ),
)
