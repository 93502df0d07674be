"""A softplus, its inverse or a log-cosh written out with exponentials."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.exponentials import held_level, level, limit, overflows, selected_away
from nanlint.reasoning.formulas import exponential, inside, minus_one, negated, one_plus, opposite
from nanlint.reasoning.growth import past_limit
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.rewording import minus, plainly_written, plus, repeatable
from nanlint.reasoning.spelling import Spelled, spell, spell_exactly, spell_name
from nanlint.reasoning.terms import PLAIN, Term, operand
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


class Form(enum.Enum):
    """What is written out, and what to use instead."""

    SOFTPLUS = "softplus(x)"
    INVERSE = "x + log(-expm1(-x))"
    LOG_COSH = "x + softplus(-2x) - log(2)"


@dataclass(frozen=True, slots=True)
class Written:
    """A form and its x."""

    form: Form
    x: Term


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P):
        found = read(event, operand(trace, event))
        if found is None or not overflows(found.x):
            continue
        grade = _level(event, found, trace)
        if grade is None:
            continue
        base = {Op.LOG2: ", divided by log(2)", Op.LOG10: ", divided by log(10)"}.get(event.op, "")
        yield Draft(
            event,
            grade,
            f"{describe(event)} of {quoted(operand_node(event, 0))}: exp of {quoted(found.x.node)} is infinite above "
            f"{limit(event)}{past_limit(found.x)}, {_lost(found, trace)}",
            f"Use {found.form.value}{base}.",
            evidence=trail(event, trace, event.x),
            claims=inside(trace, event),
            rewrite=_rewrite(event, found),
        )


def _lost(found: Written, trace: Trace) -> str:
    if selected_away(found.x, trace):
        return "where the logarithm is not taken, but its gradient, 0 times infinity, is NaN"
    return "and so is the logarithm, which is hardly larger than that"


def read(event: Event, inner: Term) -> Written | None:
    """The logarithm as one of the forms."""
    if event.op is Op.LOG1P:
        grown = exponential(inner)
        return None if grown is None else Written(Form.SOFTPLUS, grown)
    inner = inner.behind(PLAIN)
    if inner.op is Op.COSH:
        return Written(Form.LOG_COSH, inner.operand())
    if inner.op is Op.EXPM1:
        return Written(Form.INVERSE, inner.operand())
    if (x := _of_both_signs(inner)) is not None:
        return Written(Form.LOG_COSH, x)
    for form, part in ((Form.SOFTPLUS, one_plus(inner)), (Form.INVERSE, minus_one(inner))):
        x = None if part is None else exponential(part)
        if x is not None:
            return Written(form, x)
    return None


def _of_both_signs(term: Term) -> Term | None:
    """x of (exp(x) + exp(-x)) / 2."""
    if term.op not in (Op.DIVIDE, Op.MULTIPLY) or len(term.value.made_by.operands) != 2:
        return None
    for i in (0,) if term.op is Op.DIVIDE else (0, 1):
        added = term.operand(i).behind(PLAIN)
        if added.op is not Op.ADD or not term.operand(1 - i).is_number(2.0 if term.op is Op.DIVIDE else 0.5):
            continue
        exponents = [exponential(part) for part in added.operands()]
        if len(exponents) == 2 and (x := exponents[0]) and (y := exponents[1]) and opposite(x, y):
            return y if negated(x) is not None else x
    return None


def _level(event: Event, found: Written, trace: Trace) -> Level | None:
    """The cosh is taken of an error, which has the size of what is predicted: no training holds that near 0."""
    return (level if found.form is Form.LOG_COSH else held_level)(event, found.x, trace)


def _rewrite(event: Event, found: Written) -> Rewrite | None:
    if event.op not in (Op.LOG, Op.LOG1P) or not plainly_written(event):
        return None
    if found.x.links or found.x.value.dtype.integer:
        return None
    write = {Form.SOFTPLUS: _softplus, Form.INVERSE: _inverse, Form.LOG_COSH: _log_cosh}[found.form]
    spelled = write(event, found.x)
    if spelled is None:
        return None
    return Rewrite("Use the stable form", Applicability.SAFE, (Replace(event.node, spelled.text),), spelled.imports)


def _softplus(event: Event, x: Term) -> Spelled | None:
    """Where the framework's softplus loses digits of float64, in another form, which may name x twice."""
    text = plus(x, event)
    if text is None:
        return None
    exact = spell_exactly(event, Op.SOFTPLUS, {"x": text}) if x.value.dtype is Dtype.FLOAT64 else None
    if exact is not None:
        return None if repeatable(x, event) is None else exact
    return spell(event, Op.SOFTPLUS, {"x": text})


def _inverse(event: Event, x: Term) -> Spelled | None:
    """log(exp(x) - 1) = x + log(1 - exp(-x))."""
    text, negative = repeatable(x, event), minus(x, event)
    shrunk = None if negative is None else spell(event, Op.EXPM1, {"x": negative})
    log = None if shrunk is None else spell(event, Op.LOG, {"x": f"-{shrunk.text}"})
    return None if text is None or log is None else Spelled(f"{text} + {log.text}", log.imports)


def _log_cosh(event: Event, x: Term) -> Spelled | None:
    text, negative = repeatable(x, event), minus(x, event)
    if text is None or negative is None:
        return None
    log, imports = spell_name(event.site, registry.table(event.framework).number_log)
    both = spell(event, Op.LOGADDEXP, {"x": text, "y": negative})
    if both is not None and Op.LOGADDEXP not in registry.table(both.framework).same_shapes:
        return Spelled(f"{both.text} - {log}(2)", (*both.imports, *imports))
    softplus = spell(event, Op.SOFTPLUS, {"x": f"-2 * {text}"})
    return None if softplus is None else Spelled(f"{text} + {softplus.text} - {log}(2)", (*softplus.imports, *imports))


RULE = Rule(
    code="NAN206",
    name="handwritten-softplus",
    summary="A softplus, its inverse or a log-cosh written out with exponentials.",
    why="exp(x) is infinite from 88.7 in float32 (11.1 in float16), and so is log(1 + exp(x)), although it is hardly "
    "larger than x; its gradient is NaN there. On the other side log(1 + exp(x)) is 0 from -16.6 down, where softplus "
    "keeps all its digits. The same goes for log(exp(x) - 1) and log(cosh(x)). A score that is trained through a "
    "softplus stays far below 88: this is a note, unless half precision, a square, a sum or a factor of ten or more "
    "takes x there. The cosh is taken of an error, which can be of any size.",
    check=check,
    specific=31,
    remedy="Use softplus; in NumPy logaddexp(0, x).",
    fix=Applicability.SAFE,
    fix_note="The same function: float32 results differ by less than 1e-5. In float64, where torch's softplus is off "
    "by 1e-9 near its threshold, logaddexp takes its place. log(exp(x) - 1) keeps its pole at 0.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x):
    return F.relu(torch.log(1 + torch.exp(x)))
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x):
    return F.relu(F.softplus(x))
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores, labels):
    margin = labels * scores
    return torch.log1p(torch.exp(-margin)).mean()
""",
            fixed="""\
import torch

def f(scores, labels):
    margin = labels * scores
    return torch.nn.functional.softplus(-margin).mean()
""",
            hostile="torch.tensor([-100.0]), torch.tensor([1.0])",
            ordinary="torch.tensor([-2.0, 0.5]), torch.tensor([1.0, -1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return x.exp().add(1).log()
""",
            fixed="""\
import torch

def f(x):
    return torch.nn.functional.softplus(x)
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, beta=2.0):
    grown = 1 + torch.exp(beta * x)
    return torch.log(grown) / beta
""",
            fixed="""\
import torch

def f(x, beta=2.0):
    grown = 1 + torch.exp(beta * x)
    return torch.nn.functional.softplus(beta * x) / beta
""",
            proof="math.isinf(f(torch.tensor([60.0])))",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    x = x.double()
    return torch.log(torch.exp(x) + 1)
""",
            fixed="""\
import torch

def f(x):
    x = x.double()
    return torch.logaddexp(x, torch.zeros_like(x))
""",
            hostile="torch.tensor([800.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.where(x > 20, x, torch.log1p(torch.exp(x)))
""",
            fixed="""\
import torch

def f(x):
    return torch.where(x > 20, x, torch.nn.functional.softplus(x))
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([-2.0, 0.5, 4.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(scale):
    return torch.log(torch.exp(scale) - 1)
""",
            fixed="""\
import torch

def f(scale):
    return scale + torch.log(-torch.expm1(-scale))
""",
            hostile="torch.tensor([100.0])",
            ordinary="torch.tensor([2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import math

import torch

def f(prediction, target):
    error = prediction - target
    return torch.log(torch.cosh(error)).mean() / math.pi
""",
            fixed="""\
import math

import torch

def f(prediction, target):
    error = prediction - target
    return (torch.logaddexp(error, -error) - math.log(2)).mean() / math.pi
""",
            hostile="torch.tensor([100.0]), torch.tensor([0.0])",
            ordinary="torch.tensor([-2.0, 1.0]), torch.tensor([0.5, -2.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log2(1 + torch.exp(x))
""",
            hostile="torch.tensor([100.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(1 + np.exp(x))
""",
            fixed="""\
import numpy as np

def f(x):
    return np.logaddexp(0, x)
""",
            hostile="np.array([800.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(np.expm1(x)) + np.log1p(np.exp(-np.abs(x)))
""",
            fixed="""\
import numpy as np

def f(x):
    return x + np.log(-np.expm1(-x)) + np.log1p(np.exp(-np.abs(x)))
""",
            hostile="np.array([800.0])",
            ordinary="np.array([2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(error):
    return np.log(np.cosh(error)).mean()
""",
            fixed="""\
import numpy as np

def f(error):
    return (np.logaddexp(error, -error) - np.log(2)).mean()
""",
            hostile="np.array([800.0])",
            ordinary="np.array([-2.0, 0.5, 4.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(activity, threshold=2.0):
    goodness = activity.pow(2).mean(dim=1)
    return torch.log(1 + torch.exp(goodness - threshold)).mean()
""",
            fixed="""\
import torch

def f(activity, threshold=2.0):
    goodness = activity.pow(2).mean(dim=1)
    return torch.nn.functional.softplus(goodness - threshold).mean()
""",
            hostile="torch.tensor([[10.0, 10.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(torch.exp(100 * x)) / 100
""",
            fixed="""\
import torch

def f(x):
    return torch.nn.functional.softplus(100 * x) / 100
""",
            hostile="torch.tensor([1.5])",
            ordinary="torch.tensor([-0.2, 0.1, 0.5])",
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
    return torch.log(1 + torch.exp(-F.cosine_similarity(x, y)))
""",
            "A cosine is between -1 and 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return torch.log1p(torch.exp(-((x - y) ** 2).sum(dim=-1)))
""",
            "A sum of squares, but on its way down.",
        ),
        Good(
            "torch",
            """\
import torch.nn.functional as F

def f(x):
    return F.softplus(x) + F.softplus(-x, beta=2.0)
""",
            "The library function.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return x.clamp(min=0) - x * y + torch.log1p(torch.exp(-x.abs()))
""",
            "The stable spelling: the exponent is at most 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    negative = torch.where(x >= 0, -x, x)
    return torch.relu(x) + torch.log1p(torch.exp(negative))
""",
            "Minus the absolute value by way of `where`.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(torch.exp(torch.minimum(x, torch.zeros_like(x))))
""",
            "The exponent is cut off at 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(2 + torch.exp(x.clamp(max=10.0)))
""",
            "2 in place of 1: no softplus, and clamped from above.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(x.abs()) + torch.log1p(torch.sigmoid(x))
""",
            "log1p of something that is no exponential.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.logaddexp(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-(x**2)))
""",
            "logaddexp with 0 is a softplus; the exponent of the other is at most 0.",
        ),
        Good(
            "torch",
            """\
import math

def f(x=0.5):
    return math.log1p(math.exp(x)) + math.log(math.cosh(x))
""",
            "Python floats raise OverflowError in place of giving an infinity.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.cosh(torch.tanh(x)))
""",
            "cosh of something in [-1, 1].",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
""",
            "The stable spelling.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    y = np.logaddexp(0, x)
    return y
""",
            "NumPy's logaddexp with 0 is a softplus.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.where(x > 30, x, np.log1p(np.exp(x)))
""",
            "The branch that overflows is discarded, and NumPy has no gradient for it to spoil.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x):
    return torch.log2(1 + 2**x)
""",
            "The softplus of base 2, logaddexp2(x, 0).",
        ),
    ),
)
