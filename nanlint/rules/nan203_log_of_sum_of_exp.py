"""The logarithm of a sum, a mean or a quotient of exponentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.exponentials import level, limit, lowered, overflows, shifted
from nanlint.reasoning.formulas import exponential, inside, quotient, unguarded
from nanlint.reasoning.growth import sunk
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.moving import reachable_source
from nanlint.reasoning.origins import SAME_ELEMENTS
from nanlint.reasoning.rewording import plainly_written, repeatable
from nanlint.reasoning.spelling import Spelled, spell, spell_log_count
from nanlint.reasoning.terms import PLAIN, Term, operand
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


@dataclass(frozen=True, slots=True)
class LogSum:
    """log(sum(exp(x))) and its kin.

    total: the sum, mean or scan, or None for exp(x) + exp(y) + ...; terms: the exponents; numerator: the a of
    log(exp(a) / sum(exp(x))); mixed: other factors stand beside the exponentials, or several sums are added;
    guarded: an epsilon is.
    """

    terms: tuple[Term, ...]
    total: Event | None = None
    numerator: Term | None = None
    mixed: bool = False
    guarded: bool = False


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LOG, Op.LOG2, Op.LOG10):
        found = read(operand(trace, event))
        if found is None or not _breaks(event, found):
            continue
        grade = level(event, found.terms[0], trace)
        if grade is None:
            continue
        yield Draft(
            event,
            grade if _reaches(found) else min(grade, Level.NOTE),
            _message(event, found),
            _remedy(event, found),
            evidence=trail(event, trace, event.x),
            claims=inside(trace, event),
            rewrite=_rewrite(event, found),
        )


def read(term: Term) -> LogSum | None:
    """The operand of a logarithm as something with exponentials in it."""
    inner, guard = unguarded(term.behind(SAME_ELEMENTS))
    guarded = guard is not None
    parts = quotient(inner)
    if parts is not None and (numerator := exponential(parts[0])) is not None:
        below = read(parts[1])
        if below is None or below.numerator is not None:
            return None
        if below.total is not None and below.terms[0].same(numerator):
            return None  # exp(x) over its own sum is a softmax
        return LogSum(below.terms, below.total, numerator, below.mixed, guarded or below.guarded)
    if inner.op is Op.ADD:
        added = _addends(inner)
        if added is None:
            return None
        return LogSum(tuple(x for x, _ in added), mixed=any(summed for _, summed in added), guarded=guarded)
    if inner.op not in (Op.SUM, Op.MEAN, Op.CUMSUM):
        return None
    summed, total = inner.operand(), inner.origin
    if (x := exponential(summed)) is not None:
        return LogSum((x,), total, guarded=guarded)
    if summed.op is Op.MULTIPLY:
        factors = [x for factor in summed.operands() if (x := exponential(factor)) is not None]
        return LogSum((factors[0],), total, mixed=True, guarded=guarded) if factors else None
    return None


def _addends(term: Term) -> tuple[tuple[Term, bool], ...] | None:
    """x, y, ... of exp(x) + sum(exp(y)) + ..., each with whether it is summed; None if something else is added."""
    found: list[tuple[Term, bool]] = []
    for part in (addend.behind(PLAIN) for addend in term.operands()):
        if (x := exponential(part)) is not None:
            found.append((x, False))
        elif part.op is Op.SUM and (x := exponential(part.operand())) is not None:
            found.append((x, True))
        elif part.op is Op.ADD and (inner := _addends(part)) is not None:
            found.extend(inner)
        else:
            return None
    return None if "alpha" in term.options else tuple(found)


def _breaks(event: Event, found: LogSum) -> bool:
    """An exponential overflows, or all underflow, and no maximum was subtracted."""
    terms = found.terms if found.numerator is None else (*found.terms, found.numerator)
    if any(overflows(x) for x in terms):
        return True
    return not found.guarded and event.x.range.contains(0.0) and not all(shifted(x.value) for x in terms)


def _reaches(found: LogSum) -> bool:
    """An exponential overflows; or all underflow, since a square or a sum sinks them, or the largest of others does.

    After their own largest is subtracted they do only if a mask or weights hide that one.
    """
    if any(overflows(x) for x in found.terms):
        return True
    return any(sunk(x) or (lowered(x.value) and not found.mixed) for x in found.terms)


def _message(event: Event, found: LogSum) -> str:
    what = f"{describe(event)} of {quoted(operand_node(event, 0))}"
    large = next((x for x in found.terms if overflows(x)), None)
    if large is not None:
        return (
            f"{what}: exp of {quoted(large.node)} is infinite above {limit(event)}, and the logarithm with it, though "
            "it is hardly larger than that"
        )
    how = ""
    if any(lowered(x.value) for x in found.terms):
        how = ", as they can where the largest is " + ("masked" if found.mixed else "not the one that is subtracted")
    return f"{what}: the sum is 0 where all exponentials underflow{how}, and the logarithm -inf"


def _remedy(event: Event, found: LogSum) -> str:
    if found.mixed and found.total is not None:
        return "Use logsumexp(x + log(w)), with the logarithm of the weights inside."
    if found.mixed:
        return "Concatenate the exponents and use logsumexp, or logaddexp of one logsumexp and another."
    if found.numerator is not None:
        return "Subtract: the logarithm of exp(a) / sum(exp(x)) is a - logsumexp(x)."
    name = "logaddexp" if found.total is None else "logcumsumexp" if found.total.op is Op.CUMSUM else "logsumexp"
    base = {Op.LOG2: ", divided by log(2)", Op.LOG10: ", divided by log(10)"}.get(event.op, "")
    return f"Use {name}{base}: it subtracts the maximum before the exponential."


def _rewrite(event: Event, found: LogSum) -> Rewrite | None:
    if event.op is not Op.LOG or found.mixed or not plainly_written(event):
        return None
    if any(x.links or x.value.dtype.integer for x in found.terms):
        return None
    spelled = _log_sum(event, found)
    binary = spelled if found.total is None else None
    unlike = binary is not None and Op.LOGADDEXP in registry.table(binary.framework).same_shapes
    if spelled is not None and found.numerator is not None:
        above = None if found.numerator.links else found.numerator.atom(event)
        spelled = None if above is None else Spelled(f"{above} - {spelled.text}", spelled.imports)
    if spelled is None:
        return None
    applicability = Applicability.UNSAFE if found.guarded or unlike else Applicability.SAFE
    return Rewrite("Use the stable form", applicability, (Replace(event.node, spelled.text),), spelled.imports)


def _log_sum(event: Event, found: LogSum) -> Spelled | None:
    if found.total is None:
        return _log_of_addends(event, found.terms)
    total, x = found.total, found.terms[0]
    if not plainly_written(total) or not set(total.site.options) <= {"axis", "keepdim"}:
        return None
    passed = {name: node for name, node in total.site.options.items() if not total.options[name].is_none}
    parts = {name: reachable_source(node, total, event) for name, node in passed.items()}
    given = {name: text for name, text in parts.items() if text is not None}
    if len(given) < len(parts):
        return None
    if total.op is Op.MEAN:
        return _log_mean(event, x, given, total)
    text = x.bare(event)
    if text is None:
        return None
    if total.op is Op.CUMSUM:
        axis = total.options.get("axis")
        counted = axis is not None and isinstance(axis.constant, int) and axis.constant >= 0
        if not counted and Op.LOGCUMSUMEXP in registry.table(event.framework).first_axes:
            return None
        return spell(event, Op.LOGCUMSUMEXP, {"x": text, **given})
    if _all_methods(event, found) and "axis" in given:
        options = [given["axis"]] + ([f"keepdim={given['keepdim']}"] if "keepdim" in given else [])
        return Spelled(f"{x.atom(event)}.logsumexp({', '.join(options)})")
    return spell(event, Op.LOGSUMEXP, {"x": text, **given})


def _all_methods(event: Event, found: LogSum) -> bool:
    exp = found.terms[0].event
    spellings = [
        event.site.spelling,
        exp.site.spelling if exp else "",
        found.total.site.spelling if found.total else "",
    ]
    has_method = registry.method(event.framework, Op.LOGSUMEXP.value) is not None
    return has_method and all(spelling.startswith(".") for spelling in spellings)


def _log_of_addends(event: Event, terms: tuple[Term, ...]) -> Spelled | None:
    texts = [x.bare(event) for x in terms]
    if any(text is None for text in texts) or any(x.value.kind.scalar for x in terms):
        return None
    combined = Spelled(texts[0] or "")
    for text in texts[1:]:
        spelled = spell(event, Op.LOGADDEXP, {"x": combined.text, "y": text or ""})
        if spelled is None:
            return None
        combined = replace(spelled, imports=(*combined.imports, *spelled.imports))
    return combined


def _log_mean(event: Event, x: Term, given: dict[str, str], total: Event) -> Spelled | None:
    """logsumexp(x) - log(n), with n the size of one axis or of all."""
    text, axis = repeatable(x, event), total.options.get("axis")
    if axis is not None and axis.is_none:
        axis = None
    whole = axis is None
    if text is None or (axis is not None and not isinstance(axis.constant, int)):
        return None
    summed = spell(event, Op.LOGSUMEXP, {"x": text, **({} if whole else given)})
    count = spell_log_count(event, {"x": text} if whole else {"x": text, "axis": given["axis"]})
    if summed is None or count is None:
        return None
    return Spelled(f"{summed.text} - {count.text}", (*summed.imports, *count.imports))


RULE = Rule(
    code="NAN203",
    name="log-of-sum-of-exp",
    summary="The logarithm of a sum or mean of exponentials.",
    why="exp(x) is infinite from 88.7 in float32 (11.1 in float16, 709.8 in float64), although the logarithm of the "
    "sum is hardly larger than the largest x; and where every x is below -104 (-87 in TensorFlow and JAX) "
    "the sum is 0 and its logarithm -inf. logsumexp subtracts the maximum first, so that neither happens.",
    check=check,
    specific=32,
    remedy="Use logsumexp, logaddexp or logcumsumexp.",
    fix=Applicability.SAFE,
    fix_note="logsumexp is the same function: float32 results differ by less than 1e-5. A row in which every x is -inf "
    "still has a NaN gradient. Where an epsilon stands beside the sum the fix is unsafe, since it takes that away.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.sum(torch.exp(x), dim=1, keepdim=True))
""",
            fixed="""\
import torch

def f(x):
    return torch.logsumexp(x, dim=1, keepdim=True)
""",
            hostile="torch.tensor([[100.0, 1.0], [-200.0, -300.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return (x / 2).exp().sum(-1).log()
""",
            fixed="""\
import torch

def f(x):
    return (x / 2).logsumexp(-1)
""",
            hostile="torch.tensor([[200.0, 1.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    weights = torch.exp(x)
    total = weights.sum()
    return weights, torch.log(total)
""",
            fixed="""\
import torch

def f(x):
    weights = torch.exp(x)
    total = weights.sum()
    return weights, torch.logsumexp(x.flatten(), dim=0)
""",
            proof="math.isinf(f(torch.tensor([[100.0, 1.0]]))[1])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.exp(x).mean(dim=0).log()
""",
            fixed="""\
import torch
import math

def f(x):
    return torch.logsumexp(x, dim=0) - math.log(x.shape[0])
""",
            hostile="torch.tensor([[100.0, 1.0], [2.0, 3.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, y):
    return torch.log(torch.exp(x) + torch.exp(-y))
""",
            fixed="""\
import torch

def f(x, y):
    return torch.logaddexp(x, -y)
""",
            hostile="torch.tensor([100.0, -200.0]), torch.tensor([1.0, 300.0])",
            ordinary="torch.tensor([1.0, -2.0]), torch.tensor([1.0, 0.3])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.cumsum(torch.exp(x), dim=0))
""",
            fixed="""\
import torch

def f(x):
    return torch.logcumsumexp(x, dim=0)
""",
            hostile="torch.tensor([100.0, 1.0])",
            ordinary="torch.tensor([1.0, -2.0, 0.5])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(positive, negative):
    return -torch.log(torch.exp(positive) / torch.exp(negative).sum(dim=1))
""",
            fixed="""\
import torch

def f(positive, negative):
    return -(positive - torch.logsumexp(negative, dim=1))
""",
            hostile="torch.tensor([100.0]), torch.tensor([[99.0, 1.0]])",
            ordinary="torch.tensor([1.0]), torch.tensor([[0.5, 1.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(distances):
    return -torch.log(torch.exp(-(distances**2)).sum(dim=1))
""",
            fixed="""\
import torch

def f(distances):
    return -torch.logsumexp(-(distances**2), dim=1)
""",
            hostile="torch.tensor([[20.0, 30.0]])",
            ordinary="torch.tensor([[1.0, 0.3]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    shifted = x - x.max()
    return torch.log(torch.exp(shifted).sum(dim=1)) + x.max()
""",
            fixed="""\
import torch

def f(x):
    shifted = x - x.max()
    return torch.logsumexp(shifted, dim=1) + x.max()
""",
            hostile="torch.tensor([[200.0, 1.0], [2.0, 3.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x, weights):
    return torch.log((weights * torch.exp(x)).sum(dim=-1))
""",
            hostile="torch.tensor([100.0, 1.0]), torch.tensor([0.5, 0.5])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(positive, negative):
    ratio = torch.exp(positive) / (torch.exp(positive) + torch.exp(negative).sum(dim=1))
    return -torch.log(ratio).mean()
""",
            hostile="torch.tensor([100.0]), torch.tensor([[99.0, 1.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(np.sum(np.exp(x), axis=1))
""",
            fixed="""\
import numpy as np

def f(x):
    return np.logaddexp.reduce(x, axis=1)
""",
            hostile="np.array([[800.0, 1.0]])",
            ordinary="np.array([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(np.exp(x).sum()), np.mean(x)
""",
            fixed="""\
import numpy as np

def f(x):
    return np.logaddexp.reduce(x, axis=None), np.mean(x)
""",
            hostile="np.array([[800.0, 1.0]])",
            ordinary="np.array([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(np.mean(np.exp(x), axis=0, keepdims=True))
""",
            fixed="""\
import numpy as np

def f(x):
    return np.logaddexp.reduce(x, axis=0, keepdims=True) - np.log(np.size(x, 0))
""",
            hostile="np.array([[800.0, 1.0]])",
            ordinary="np.array([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(mixture, weights, x):
    density = torch.sum(weights * torch.exp(mixture.log_prob(x)), dim=-1)
    return -torch.log(1e-5 + density).mean()
""",
            "A log-density is nowhere near 88, and the epsilon is there for densities that vanish.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.logsumexp(x, dim=1)
""",
            "The library function.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    highest = x.max(dim=1, keepdim=True).values
    return highest + torch.log(torch.exp(x - highest).sum(dim=1, keepdim=True))
""",
            "The maximum is subtracted: the largest exponential is 1, the sum at least 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, sharpness):
    highest = x.max(dim=1, keepdim=True).values
    total = torch.exp(sharpness * (x - highest)).mean(dim=1, keepdim=True)
    return highest + torch.log(total) / sharpness
""",
            "The maximum is subtracted before the scaling.",
        ),
        Good(
            "torch",
            """\
import torch

def f(scores):
    best = scores[0, scores.argmax(dim=1)]
    return best + torch.log(torch.sum(torch.exp(scores - best.view(1, -1).expand(1, scores.size()[1]))))
""",
            "The maximum by way of its index, as in many a conditional random field.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    top = torch.maximum(x, y)
    return top + torch.log(torch.exp(x - top) + torch.exp(y - top))
""",
            "The larger of the two is subtracted.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.exp(torch.tanh(x)).sum(dim=1))
""",
            "Exponents in [-1, 1] neither overflow nor underflow.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x, y):
    similarity = F.cosine_similarity(x, y, dim=-1)
    return torch.log(torch.exp(similarity / 0.1).sum())
""",
            "A cosine over a temperature of 0.1 is at most 10.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, y):
    return torch.log(torch.sum(x**2, dim=1) + 1) + torch.exp(-y.abs()).sum()
""",
            "A logarithm of a sum and a sum of exponentials, one not of the other.",
        ),
        Good(
            "torch",
            """\
import math

def f(a=1.0, b=2.0):
    return math.log(math.exp(a) + math.exp(b))
""",
            "Python floats raise OverflowError in place of giving an infinity.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log_softmax(x, dim=-1).exp().sum(dim=-1).log1p()
""",
            "A sum of probabilities, in log1p.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    lower = torch.clamp(x, -20.0, 20.0)
    return torch.log(torch.exp(lower).sum(dim=0))
""",
            "Clamped on both sides.",
        ),
        Good(
            "numpy",
            """\
import numpy as np
from scipy.special import logsumexp

def f(x):
    return logsumexp(x, axis=1) + np.logaddexp.reduce(x, axis=1)
""",
            "SciPy has it, and NumPy's logaddexp reduces.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))
""",
            "The maximum of all, subtracted before the sum of all.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(n=8):
    return np.log(np.exp(np.arange(n) / n).sum())
""",
            "A table of constants.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(xs):
    total = 0
    for x in xs:
        total = total + torch.exp(x)
    return torch.log(total)
""",
            "A sum that a loop accumulates.",
        ),
        Miss(
            "torch",
            """\
import torch

def f(x):
    return torch.log2(torch.exp2(x).sum(dim=1))
""",
            "Powers of 2; there is no logsumexp for them.",
        ),
    ),
)
