"""A product of 0 and a logarithm that is infinite there: `p * log(p)`."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import feeds_loss
from nanlint.reasoning.evidence import clue, trail
from nanlint.reasoning.guarding import bare, clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.logarithms import read
from nanlint.reasoning.origins import sources, strip
from nanlint.reasoning.poles import danger, differentiated
from nanlint.reasoning.provenance import above_zero, is_array, is_offset
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.terms import PLAIN
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LOG, Op.LOG2, Op.LOG10):
        found = danger(event, trace)
        if found is None or above_zero(event.x) or is_offset(event.x):
            continue
        if read(trace, event) is not None:
            trace.pass_over(event, "logarithms of a softmax or a sigmoid have rules of their own, with an exact fix")
            continue
        for product in _products(event, trace):
            factor = product.y if product.x.made_by is event.result.made_by else product.x
            itself = _holds(factor, event.x)
            if not itself and (not _is_zero(factor) or _in_two_terms(product, trace)):
                continue
            level = _self_level(found.level, event, product, trace) if itself else found.level
            yield Draft(
                product,
                level,
                f"{quoted(product.node)}: where {quoted(operand_node(event, 0))} is 0 the logarithm is -inf"
                f"{'' if itself else ', and where the factor is 0 as well'}; 0 times infinity is NaN "
                f"({found.because})",
                "Use xlogy or entr, which are 0 there; with a gradient keep the operand of the logarithm above 0.",
                evidence=(*trail(event, trace, event.x), clue(event)),
                claims=(event,),
                rewrite=_rewrite(event, product, limits),
            )


def _products(event: Event, trace: Trace) -> Iterator[Event]:
    """Where the logarithm, or minus it, is a factor."""
    pending = [event.result]
    while pending:
        value = pending.pop()
        for user in trace.uses(value):
            if user.op is Op.MULTIPLY and len(user.operands) == 2:
                direct = user.x.made_by is event.result.made_by or user.y.made_by is event.result.made_by
                if direct:
                    yield user
            elif user.op in PLAIN and user.result.made_by is not value.made_by:
                pending.append(user.result)


def _holds(factor: Value, x: Value, steps: int = 6) -> bool:
    """The factor is x itself, what x is a quotient of, minus it, or a product with it: 0 wherever x is."""
    factor, x = strip(factor), strip(x)
    if factor.same(x) or (x.op is Op.DIVIDE and factor.same(strip(x.made_by.x))):
        return True
    products = factor.op in (Op.NEGATIVE, Op.MULTIPLY) and steps > 0
    return products and any(_holds(part, x, steps - 1) for part in factor.made_by.operands)


def _in_two_terms(product: Event, trace: Trace) -> bool:
    """One of the terms of `y * log(p) + (1 - y) * log(1 - p)`, a loss that other rules know."""
    terms = (term for user in trace.uses(product.result) if user.op in (Op.ADD, Op.SUBTRACT) for term in user.operands)
    return any(
        term.op is Op.MULTIPLY and any(factor.op in (Op.LOG, Op.LOG2) for factor in term.made_by.operands)
        for term in terms
        if term.made_by is not product.result.made_by
    )


def _is_zero(factor: Value) -> bool:
    """Labels, masks, one-hot rows: an array of which some elements are known to be 0."""
    surely = factor.known and factor.range.contains(0.0) and factor.range.lo >= 0.0
    return surely and factor.range.point is None and not factor.kind.scalar


def _self_level(level: Level, event: Event, product: Event, trace: Trace) -> Level:
    """x log x is written for probabilities, of which 0 is one like any other."""
    array = is_array(event.x) or event.site.spelling.startswith(".")
    summed = any(user.op in (Op.SUM, Op.MEAN) for user in trace.uses(product.result))
    if quiet(event.site) or not (array or summed):
        return level
    counted = any(source.op in (Op.COUNT_NONZERO, Op.HISTOGRAM) for source in sources(event.x))  # some bins are empty
    least = Level.WARNING if counted or feeds_loss(event, trace) else Level.NOTE
    return max(level, least)


def _rewrite(event: Event, product: Event, limits: Limits) -> Rewrite | None:
    """xlogy, whose value is right; where its gradient at 0 is NaN still, a clamp inside the logarithm."""
    nodes = [operand_node(product, index) for index in (0, 1)]
    logarithm = next((index for index, node in enumerate(nodes) if node is event.node), None)
    rough = differentiated(event) and not registry.smooth_at_zero(Op.XLOGY, event.framework)
    if rough or logarithm is None or event.op is not Op.LOG:
        return clamping(event, 0, {"min": literal(epsilon(event, limits))})
    factor, x = nodes[1 - logarithm], operand_node(event, 0)
    spelled = None
    if factor is not None and x is not None:
        parts = {"x": bare(factor), "y": bare(x)}
        spelled = spell(product, Op.XLOGY, parts)
    if spelled is None:
        return clamping(event, 0, {"min": literal(epsilon(event, limits))})
    edit = Replace(product.node, spelled.text)
    return Rewrite("Use xlogy, which is 0 where the factor is", Applicability.SAFE, (edit,), spelled.imports)


RULE = Rule(
    code="NAN115",
    name="zero-times-infinity",
    summary="A product of 0 and a logarithm that is infinite there.",
    why="Entropy, cross-entropy and KL divergence take 0 * log(0) to be 0. A computer takes it to be 0 times -inf, "
    "NaN, and one empty bin of a histogram, one label of 0 against a prediction of 0, one masked element makes the "
    "whole sum NaN. xlogy(x, y) and entr(x) are 0 there. Their gradient is not saved: that of xlogy(p, p) at 0 is "
    "NaN, that of entr +inf, so that what is differentiated needs an operand above 0; only TensorFlow's xlogy has a "
    "finite one.",
    check=check,
    specific=20,
    remedy="Use xlogy(x, y) for x * log(y), entr(p) for -p * log(p); with a gradient, clamp inside the logarithm.",
    fix=Applicability.UNSAFE,
    fix_note="Without a gradient, or in TensorFlow, the product becomes xlogy, the same function but for NaN, safe; "
    "with one the operand of the logarithm is clamped to the epsilon, unsafe.",
    references=("https://docs.pytorch.org/docs/stable/special.html#torch.special.xlogy",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def entropy_loss(p):
    return -(p * torch.log(p)).sum(dim=-1).mean()

def f(p):
    return entropy_loss(p)
""",
            fixed="""\
import torch

def entropy_loss(p):
    return -(p * torch.log(torch.clamp(p, min=1e-8))).sum(dim=-1).mean()

def f(p):
    return entropy_loss(p)
""",
            hostile="torch.tensor([[0.0, 1.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(labels):
    counts = torch.bincount(labels, minlength=4)
    p = counts / counts.sum().clamp(min=1)
    return -(p * p.log()).sum()
""",
            fixed="""\
import torch

def f(labels):
    counts = torch.bincount(labels, minlength=4)
    p = counts / counts.sum().clamp(min=1)
    return -(torch.xlogy(p, p)).sum()
""",
            hostile="torch.tensor([0, 1])",
            ordinary="torch.tensor([0, 1, 2, 3])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Sparsity(nn.Module):
    def __init__(self):
        super().__init__()
        self.rate = nn.ReLU()

    def forward(self, x):
        rate = self.rate(x)
        cost = rate.log()
        cost.mul_(rate)
        return cost.sum()

def f(x):
    return Sparsity()(x)
""",
            fixed="""\
import torch
from torch import nn

class Sparsity(nn.Module):
    def __init__(self):
        super().__init__()
        self.rate = nn.ReLU()

    def forward(self, x):
        rate = self.rate(x)
        cost = rate.clamp(min=1e-8).log()
        cost.mul_(rate)
        return cost.sum()

def f(x):
    return Sparsity()(x)
""",
            hostile="torch.tensor([-1.0, 1.0])",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def label_loss(p, labels):
    target = F.one_hot(labels, 3)
    return -(target * torch.log(p)).sum(1).mean()

def f(p, labels):
    return label_loss(p, labels)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def label_loss(p, labels):
    target = F.one_hot(labels, 3)
    return -(target * torch.log(torch.clamp(p, min=1e-8))).sum(1).mean()

def f(p, labels):
    return label_loss(p, labels)
""",
            hostile="torch.tensor([[0.0, 0.5, 0.5]]), torch.tensor([1])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    x = torch.relu(x)
    mask = (x > 0).float()
    return (torch.log(x) * mask).sum() / mask.sum().clamp(min=1)
""",
            fixed="""\
import torch

def f(x):
    x = torch.relu(x)
    mask = (x > 0).float()
    return (torch.log(torch.clamp(x, min=1e-8)) * mask).sum() / mask.sum().clamp(min=1)
""",
            hostile="torch.tensor([-1.0, 1.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy import special

def f(labels):
    p = np.bincount(labels, minlength=4) / len(labels)
    return -np.sum(p * np.log(p)) + special.expit(0.0)
""",
            fixed="""\
import numpy as np
from scipy import special

def f(labels):
    p = np.bincount(labels, minlength=4) / len(labels)
    return -np.sum(special.xlogy(p, p)) + special.expit(0.0)
""",
            hostile="np.array([0, 1])",
            ordinary="np.array([0, 1, 2, 3])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np
import scipy.stats

def f(p, q):
    return np.sum(p * np.log(p / q)) + scipy.stats.norm.pdf(0.0)
""",
            fixed="""\
import numpy as np
import scipy.stats

def f(p, q):
    return np.sum(scipy.special.xlogy(p, p / q)) + scipy.stats.norm.pdf(0.0)
""",
            hostile="np.array([0.0, 1.0]), np.array([0.5, 0.5])",
            ordinary="np.array([0.2, 0.8]), np.array([0.5, 0.5])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    p = np.histogram(x, bins=8)[0] / len(x)
    return -np.sum(p * np.log(p))
""",
            fixed="""\
import numpy as np

def f(x):
    p = np.histogram(x, bins=8)[0] / len(x)
    return -np.sum(p * np.log(np.maximum(p, 1e-8)))
""",
            hostile="np.array([0.0, 1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def entropy(image):
    counts = np.bincount(image.ravel(), minlength=256)
    p = counts / counts.sum()
    return -(p * np.log2(p)).sum()

def f(image):
    return entropy(image)
""",
            fixed="""\
import numpy as np

def entropy(image):
    counts = np.bincount(image.ravel(), minlength=256)
    p = counts / counts.sum()
    return -(p * np.log2(np.maximum(p, 1e-8))).sum()

def f(image):
    return entropy(image)
""",
            hostile="np.zeros((2, 2), dtype=int)",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def entropy_loss(logits):
    log_p = torch.log_softmax(logits, dim=-1)
    return -(log_p.exp() * log_p).sum(-1).mean()

def f(logits):
    return entropy_loss(logits)
""",
            "From logits the logarithm is finite.",
        ),
        Good(
            "torch",
            """\
import torch

def entropy_loss(p, eps=1e-8):
    return -(p * torch.log(p + 1e-8)).sum() - (p * p.clamp(min=eps).log()).sum()

def f(p):
    return entropy_loss(p.abs())
""",
            "The operand of the logarithm is kept above 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(labels):
    counts = torch.bincount(labels, minlength=4)
    p = counts / counts.sum().clamp(min=1)
    return torch.special.entr(p).sum() - torch.xlogy(p, p).sum()
""",
            "entr and xlogy are 0 at 0, and a count has no gradient.",
        ),
        Good(
            "torch",
            """\
import torch

def f(logits):
    p = torch.softmax(logits, dim=-1)
    return -(p * torch.log(p)).sum(-1)
""",
            "The logarithm of a softmax is another rule's, whose fix is exact.",
        ),
        Good(
            "torch",
            """\
import math
import torch

def f(x, n=5):
    return x * math.log(n) + 0.5 * torch.log(x.abs() + 1.0) * x
""",
            "A logarithm of a Python number, and one of something at least 1.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(labels):
    counts = np.bincount(labels)
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log(p)).sum()
""",
            "Only the bins that hold something are taken.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def divergence_loss(p, q):
    return F.kl_div(q.clamp(min=1e-6).log(), p, reduction="sum") + torch.xlogy(p, p / q.clamp(min=1e-6)).sum() * 0

def f(p, q):
    return divergence_loss(p.detach(), q)
""",
            "The library's divergence, and xlogy, take 0 times the logarithm of 0 to be 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(p, eps=1e-12):
    return -(p * np.log(np.abs(p) + 1e-12)).sum() - (p * np.log(np.maximum(p, eps))).sum()
""",
            "An epsilon or a clamp keeps the operand of the logarithm above 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(p):
    return np.where(p > 0, p * np.log(p), 0.0).sum()
""",
            "In NumPy a selection afterwards is enough.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def divergence_loss(p, log_ratio):
    return (p * log_ratio).sum()

def f(p, q):
    return divergence_loss(p, torch.log(p) - torch.log(q))
""",
            "The product is with a difference of logarithms; each of them is reported as a logarithm of 0.",
        ),
    ),
)
