"""An exponential divided by its sum, with no maximum subtracted."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import reduction
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.exponentials import level, limit, overflows, replaced, shifted
from nanlint.reasoning.formulas import inside
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.moving import contains, reachable_source, removable
from nanlint.reasoning.origins import NETWORKS, comes_from, strip
from nanlint.reasoning.probabilities import Share, share, unshifted
from nanlint.reasoning.rewording import plainly_written, plus, repeatable
from nanlint.reasoning.spelling import default, spell
from nanlint.reasoning.terms import Term, result
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE):
        found = share(result(trace, event))
        if found is None or not (overflows(found.x) or _vanishes(event, found)):
            continue
        grade = level(event, found.x, trace)
        if grade is None:
            continue
        yield Draft(
            event,
            grade,
            _message(event, found),
            "Use softmax, or subtract the maximum before the exponential.",
            evidence=trail(event, trace, event.x),
            claims=inside(trace, event),
            rewrite=_rewrite(trace, event, found),
        )


def _vanishes(event: Event, found: Share) -> bool:
    """Every exponential of a sum can underflow: of a network's output, or where the maximum is that of another axis.

    Other exponents that are nowhere above 0 are mostly those of Gaussian windows, around 0 in the middle.
    """
    x = strip(found.x.value)
    if shifted(x) or not event.y.range.contains(0.0):
        return False
    misplaced = x.op is Op.SUBTRACT and reduction(x.made_by.y, Op.REDUCE_MAX) is not None
    return misplaced or comes_from(x, NETWORKS) is not None


def _message(event: Event, found: Share) -> str:
    exp = quoted(found.x.node)
    if overflows(found.x):
        return f"softmax written out: exp of {exp} is infinite above {limit(event)}, and infinity over infinity is NaN"
    return f"softmax written out: where exp of {exp} underflows along the whole sum, 0 is divided by 0"


def _rewrite(trace: Trace, event: Event, found: Share) -> Rewrite | None:
    if not isinstance(event.node, cst.BaseExpression) or not plainly_written(found.total) or not found.aligned:
        return None
    if found.x.links or found.x.value.dtype.integer or not set(found.total.site.options) <= {"axis", "keepdim"}:
        return None
    axis_node, axis = found.total.site.options.get("axis"), found.total.options.get("axis")
    whole = axis is None or axis.is_none
    along = None if whole else reachable_source(axis_node, found.total, event)
    if not whole and along is None:
        return None
    return _library(event, found, along) or _subtracted(trace, event, found, along)


def _library(event: Event, found: Share, along: str | None) -> Rewrite | None:
    """Softmax along the axis; without one, where softmax takes all elements as well."""
    text = plus(unshifted(found.x, found.total), event)
    parts = {} if along is None else {"axis": along}
    spelled = None if text is None else spell(event, Op.SOFTMAX, {"x": text, **parts})
    if spelled is None or (along is None and not _of_all(spelled.framework)):
        return None
    return replaced(event, found.x, spelled, "Use softmax", _applicability(found))


def _of_all(framework: str) -> bool:
    """Softmax without an axis is one over all elements."""
    return default(Op.SOFTMAX, "axis", framework) is None and not registry.table(framework).chooses_axis


def _subtracted(trace: Trace, event: Event, found: Share, along: str | None) -> Rewrite | None:
    """The maximum subtracted in every exponential, if none of them is used for anything else."""
    exponentials = _exponentials(trace, event, found)
    places = [event.node] if contains(event.node, found.total.node) else [event.node, found.total.node]
    edits: dict[int, Replace] = {}
    imports: list[str] = []
    for exp in exponentials:
        node = exp.site.operands[0] if exp.site.operands else None
        text = repeatable(Term(trace, exp.x, node, exp), exp)
        inline = any(contains(place, exp.node) for place in places)
        if node is None or text is None or not plainly_written(exp) or not (inline or removable(exp, places)):
            return None
        kept = {} if along is None else {"axis": along, "keepdim": "True"}
        largest = spell(exp, Op.REDUCE_MAX, {"x": text, **kept})
        if largest is None:
            return None
        imports.extend(largest.imports)
        edits[id(node)] = Replace(node, f"{text} - {largest.text}")
    if not edits:
        return None
    return Rewrite("Subtract the maximum", _applicability(found), tuple(edits.values()), tuple(dict.fromkeys(imports)))


def _exponentials(trace: Trace, event: Event, found: Share) -> list[Event]:
    events = [trace.origin(event.x), trace.origin(found.total.x)]
    return [event for event in events if event is not None and event.op is Op.EXP]


def _applicability(found: Share) -> Applicability:
    return Applicability.UNSAFE if found.guarded else Applicability.SAFE


RULE = Rule(
    code="NAN204",
    name="handwritten-softmax",
    summary="An exponential divided by its sum, with no maximum subtracted.",
    why="exp(x) is infinite from 88.7 in float32 (11.1 in float16, 709.8 in float64), and infinity divided by "
    "infinity is NaN; where all of a row is below -104 (-87 in TensorFlow and JAX) it is 0 divided by 0. Softmax "
    "does not change when the maximum is subtracted, and then neither can happen.",
    check=check,
    specific=30,
    remedy="Use softmax, or subtract the maximum along the same axis before the exponential.",
    fix=Applicability.SAFE,
    fix_note="softmax is the same function: float32 results differ by less than 1e-5. In NumPy, without SciPy, the "
    "maximum is subtracted in place. A sum that is not divided along its own axis has no fix. Where an epsilon "
    "stands beside the sum the fix is unsafe, since it takes that away.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x):
    p = torch.exp(x) / torch.exp(x).sum(dim=1, keepdim=True)
    return p[:, 0]
""",
            fixed="""\
import torch

def f(x):
    p = torch.softmax(x, dim=1)
    return p[:, 0]
""",
            hostile="torch.tensor([[100.0, 1.0], [-200.0, -300.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores):
    weights = torch.exp(scores / 0.5)
    weights = weights / weights.sum(-1, keepdim=True)
    return weights**2
""",
            fixed="""\
import torch

def f(scores):
    weights = torch.exp(scores / 0.5)
    weights = torch.softmax(scores / 0.5, dim=-1)
    return weights**2
""",
            proof="f(torch.tensor([[100.0, 1.0]])).isnan().any()",
            ordinary="torch.tensor([[0.0, 0.5], [-0.3, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch.nn.functional as F

def f(scores, values):
    e = scores.exp()
    attention = e / e.sum(1).unsqueeze(1)
    return F.dropout(attention, 0.0) * values
""",
            fixed="""\
import torch.nn.functional as F

def f(scores, values):
    attention = F.softmax(scores, dim=1)
    return F.dropout(attention, 0.0) * values
""",
            hostile="torch.tensor([[100.0, 1.0]]), torch.tensor([[1.0, 2.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]]), torch.tensor([[1.0, 2.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores):
    e = torch.exp(scores)
    e /= e.sum(dim=-1, keepdim=True)
    return e
""",
            proof="f(torch.tensor([[100.0, 1.0]])).isnan().any()",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    e = torch.exp(x - x.max())
    return (e / e.sum(dim=1, keepdim=True)) ** 2
""",
            fixed="""\
import torch

def f(x):
    return (torch.softmax(x, dim=1)) ** 2
""",
            hostile="torch.tensor([[200.0, 1.0], [2.0, 3.0]])",
            ordinary="torch.tensor([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    total = np.sum(np.exp(x), axis=1, keepdims=True)
    return np.exp(x) / total
""",
            fixed="""\
import numpy as np

def f(x):
    total = np.sum(np.exp(x - np.max(x, axis=1, keepdims=True)), axis=1, keepdims=True)
    return np.exp(x - np.max(x, axis=1, keepdims=True)) / total
""",
            hostile="np.array([[800.0, 1.0], [-800.0, -900.0]])",
            ordinary="np.array([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(scores):
    e_x = np.exp(scores)
    return e_x / e_x.sum()
""",
            fixed="""\
import numpy as np

def f(scores):
    e_x = np.exp(scores - np.max(scores))
    return e_x / e_x.sum()
""",
            hostile="np.array([800.0, 1.0])",
            ordinary="np.array([1.0, 2.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy import special

def f(x):
    e = np.exp(2 * x)
    return e / e.sum(axis=0) + special.expit(x)
""",
            fixed="""\
import numpy as np
from scipy import special

def f(x):
    return special.softmax(2 * x, axis=0) + special.expit(x)
""",
            hostile="np.array([[800.0, 1.0], [2.0, 3.0]])",
            ordinary="np.array([[1.0, 2.0], [-3.0, 0.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(dist):
    weight = torch.exp(-dist[0])
    return weight / weight.sum()
""",
            hostile="torch.full((2, 3), -100.0)",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.softmax(x, dim=0) + x.softmax(-1)
""",
            "The library function.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    e = torch.exp(x - x.max(dim=1, keepdim=True)[0])
    return e / e.sum(dim=1, keepdim=True)
""",
            "The maximum of the row is subtracted.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, sigma):
    window = torch.exp(-(x**2) / (2 * sigma**2))
    return window / window.sum(dim=-1, keepdim=True)
""",
            "A Gaussian window: exponents are at most 0, and near 0 in the middle.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    e = torch.exp(x.clamp(-30.0, 30.0))
    return e / e.sum(dim=1, keepdim=True)
""",
            "Clamped on both sides.",
        ),
        Good(
            "torch",
            """\
import torch

def f(p):
    return p / p.sum(dim=1, keepdim=True).clamp(min=1e-8)
""",
            "Normalised, but no exponential.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, total=4.0):
    return torch.exp(-x.abs()) / total
""",
            "Divided by a constant.",
        ),
        Good(
            "torch",
            """\
import math

def f(scores=(0.1, 0.2)):
    total = sum(math.exp(s) for s in scores)
    return [math.exp(s) / total for s in scores]
""",
            "Python floats raise OverflowError in place of giving an infinity.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    e = torch.exp(torch.log_softmax(x, dim=-1))
    return e / (e.sum(dim=-1, keepdim=True) + 1e-6)
""",
            "Exponentials of log-probabilities are at most 1, and the epsilon is beside their sum.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)
""",
            "The maximum of the row is subtracted.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(width=5, sigma=1.5):
    kernel = np.exp(-((np.arange(width) - width // 2) ** 2) / (2 * sigma**2))
    return kernel / kernel.sum()
""",
            "A Gaussian kernel: exponents are at most 0, and the one in the middle is 0.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x, mask):
    e = torch.exp(x) * mask
    return e / e.sum(dim=1, keepdim=True)
""",
            "A masked softmax: what is summed is a product.",
        ),
    ),
)
