"""Arithmetic with infinity that gives NaN: 0 times infinity, infinity minus infinity."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import inf
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import reduces
from nanlint.reasoning.aftermath import repaired
from nanlint.reasoning.conditions import named_mask
from nanlint.reasoning.context import callers, quiet
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.grading import HOW, clues, graded, mask_text
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.masks import ways
from nanlint.reasoning.origins import strip
from nanlint.reasoning.precision import imported
from nanlint.reasoning.provenance import is_array, leaves
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.texts import wrapped
from nanlint.reasoning.unmasking import array_name, finite_fill, limit_of
from nanlint.reasoning.visibility import Cover, cover, culprit, guarded
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.MULTIPLY, Op.ADD, Op.SUBTRACT):
        if len(event.operands) < 2:
            continue  # somewhere in star arguments
        if event.op is Op.MULTIPLY:
            yield from _product(event, trace)
            yield from _weighted(event, trace)
        else:
            yield from _opposite(event, trace)
        if event.op is Op.SUBTRACT:
            yield from _shifted(event, trace)


def infinite(value: Value) -> bool:
    """An infinity and nothing else; a count that a test says to exceed infinity is none, that code is dead."""
    return value.kind is not Kind.INTEGER and value.range.point in (inf, -inf)


# 0 times infinity


def _product(event: Event, trace: Trace) -> Iterator[Draft]:
    """A flag times infinity."""
    index = next((index for index in (0, 1) if infinite(event.operands[index])), None)
    if index is None or infinite(event.operands[1 - index]) or not event.operands[1 - index].range.contains(0.0):
        return
    factor, node = event.operands[1 - index], operand_node(event, 1 - index)
    level = _likelihood(event, factor, node)
    if level is None or repaired(event, trace):
        return
    infinity = quoted(operand_node(event, index))
    yield Draft(
        event,
        level,
        f"{quoted(node)} times {infinity}: 0 times infinity is NaN wherever {quoted(node)} is 0",
        "Choose between 0 and the infinity with where or masked_fill, which do not multiply.",
        evidence=trail(event, trace, factor),
        rewrite=_finite(event, index, trace),
    )


def _weighted(event: Event, trace: Trace) -> Iterator[Draft]:
    """Weights times the log-softmax of scores some of which a mask made -inf: 0 times -inf where a weight is 0."""
    for index in (0, 1):
        scores = strip(event.operands[index])
        found = ways(scores.made_by.x, trace) if scores.op is Op.LOG_SOFTMAX else []
        factor, node = event.operands[1 - index], operand_node(event, 1 - index)
        zero = factor.kind is Kind.TENSOR and factor.known and factor.range.contains(0.0)
        if not found or not zero or repaired(event, trace):
            continue
        yield Draft(
            event,
            Level.WARNING if quiet(event.site) else Level.ERROR,
            f"{quoted(event.node)}: the log-softmax is -inf where {mask_text(culprit(found[0]), trace)} hides a score, "
            f"and {quoted(node)} may be 0 there; 0 times infinity is NaN",
            "Fill with the lowest finite number of the dtype instead of -inf.",
            evidence=tuple(clues(found[0], trace)),
            rewrite=finite_fill(event, found[0], trace, every=True),
        )
        return


def _likelihood(event: Event, factor: Value, node: cst.CSTNode | None) -> Level | None:
    if factor.kind.scalar:
        return Level.ERROR if factor.range.point == 0.0 else None
    if factor.kind not in (Kind.TENSOR, Kind.UNKNOWN) or factor.range.point == 0.0:
        return None
    complement = factor.op is Op.SUBTRACT and factor.made_by.operands[0].range.point == 1.0
    mask = complement or factor.op is Op.LOGICAL_NOT or named_mask(node)
    if factor.known and factor.range.inside(0.0, 1.0):
        return Level.ERROR
    if mask and (is_array(factor) or named_mask(node)):
        return Level.WARNING if quiet(event.site) else Level.ERROR  # a mask without a 0 hides everything
    return Level.NOTE if is_array(factor) else Level.STRICT


def _finite(event: Event, index: int, trace: Trace) -> Rewrite | None:
    """The lowest finite number of the dtype of the scores that the product is added to."""
    infinity = operand_node(event, index)
    for user in trace.uses(event.result):
        if user.op is not Op.ADD or user.site.frame is not event.site.frame or infinity is None:
            continue
        other = 1 if user.x.made_by is event.result.made_by else 0
        name = array_name(operand_node(user, other), event)
        end = "min" if event.operands[index].range.lo == -inf else "max"
        spelled = (
            None if name is None else limit_of(name, event, event.framework or user.framework or _only(event), end)
        )
        if spelled is not None:
            edit = Replace(infinity, spelled[0])
            return Rewrite(
                f"Multiply by a finite number instead of {quoted(infinity)}", Applicability.UNSAFE, (edit,), spelled[1]
            )
    return _chosen(event, index)


def _chosen(event: Event, index: int) -> Rewrite | None:
    """`where(flag == 0, 0.0, -inf)`."""
    infinity, flag = operand_node(event, index), operand_node(event, 1 - index)
    scalar = event.operands[1 - index].kind.scalar
    if infinity is None or flag is None or scalar or event.site.in_place:
        return None
    parts = {"condition": f"{wrapped(flag)} == 0", "x": "0.0", "y": bare(infinity)}
    spelled = spell(event, Op.WHERE, parts, event.framework or _only(event))
    if spelled is None or not isinstance(event.node, cst.BaseExpression):
        return None
    title = f"Choose between 0 and {quoted(infinity)}"
    return Rewrite(title, Applicability.UNSAFE, (Replace(event.node, spelled.text),), spelled.imports)


def _only(event: Event) -> str:
    """The framework with arrays that the file imports, if it is one."""
    found = imported(event)
    return found[0] if len(found) == 1 else ""


# infinity minus infinity


def _opposite(event: Event, trace: Trace) -> Iterator[Draft]:
    """Two infinities that cancel."""
    x, y = event.operands[:2]
    same_sign = x.range.point == y.range.point
    if not infinite(x) or not infinite(y) or same_sign != (event.op is Op.SUBTRACT):
        return
    yield Draft(
        event,
        Level.NOTE if _started_elsewhere(event, trace) else Level.ERROR,
        f"{quoted(event.node)}: infinity minus infinity is NaN",
        "Use finite numbers where infinities can meet.",
    )


def _started_elsewhere(event: Event, trace: Trace) -> bool:
    """The infinity is what another function starts a state with, and is gone once anything was found."""
    here = {id(frame.node) for frame in callers(event.site.frame)}
    made = [trace.origin(leaf) for operand in event.operands[:2] for leaf in leaves(operand)]
    frames = [origin.site.frame for origin in made if origin is not None]
    return any(frame.name and id(frame.node) not in here for frame in frames)


def _shifted(event: Event, trace: Trace) -> Iterator[Draft]:
    """Scores minus their largest, where a mask can hide a whole row."""
    if not reduces(event.y, event.x, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.LOGSUMEXP, Op.MEAN) or repaired(event, trace):
        return
    found = max(ways(strip(event.x), trace), key=cover, default=())
    if not found or cover(found) is Cover.NEVER or guarded(found, trace):
        return
    how, level = graded(event, found, trace)
    yield Draft(
        event,
        level,
        f"{quoted(event.node)}: {mask_text(culprit(found), trace)} {HOW[how]}, and there -inf minus -inf is NaN",
        "Fill with the lowest finite number of the dtype instead of -inf, or make sure that every row keeps one entry.",
        evidence=tuple(clues(found, trace)),
        rewrite=finite_fill(event, found, trace),
    )


RULE = Rule(
    code="NAN506",
    name="infinite-arithmetic",
    summary="Arithmetic with infinity that gives NaN: 0 times infinity, infinity minus infinity.",
    why="`(1 - mask) * -inf` looks like a mask of 0 and -inf. It is NaN wherever the mask lets something through, "
    "since 0 times infinity is NaN, so that every row of the softmax is NaN. Infinity minus infinity is NaN as well: "
    "in `x - x.max()` of a row that is hidden altogether.",
    check=check,
    specific=18,
    remedy="Use `where` or `masked_fill`, which choose and do not multiply, or a large finite number.",
    fix=Applicability.UNSAFE,
    fix_note="What was NaN becomes 0 or the infinity, as the mask says; or the lowest finite number of the dtype takes "
    "the place of -inf.",
    bad=(
        Bad(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        scores = scores + (1.0 - mask) * float("-inf")
        return scores.softmax(-1)

def f(scores, mask):
    return Attention()(scores, mask)
""",
            fixed="""\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        scores = scores + (1.0 - mask) * torch.finfo(scores.dtype).min
        return scores.softmax(-1)

def f(scores, mask):
    return Attention()(scores, mask)
""",
            hostile="torch.rand(2, 3), torch.tensor([[1, 1, 0], [1, 0, 0]])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores, lengths):
    hidden = torch.arange(scores.size(-1)) >= lengths[:, None]
    return torch.softmax(scores + torch.mul(hidden.float(), -torch.inf), dim=-1)
""",
            fixed="""\
import torch

def f(scores, lengths):
    hidden = torch.arange(scores.size(-1)) >= lengths[:, None]
    return torch.softmax(scores + torch.mul(hidden.float(), torch.finfo(scores.dtype).min), dim=-1)
""",
            hostile="torch.rand(2, 3), torch.tensor([1, 2])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(keep):
    hidden = (~keep.bool()).float()
    hidden.mul_(float("-inf"))
    return hidden
""",
            fixed=None,
            hostile="torch.ones(2, 3)",
            proof="f(torch.ones(2, 3)).isnan().all()",
        ),
        Bad(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, lengths):
        mask = torch.arange(scores.size(-1)) < lengths[:, None]
        scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
        return weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)

def f(scores, lengths):
    return Attention()(scores, lengths)
""",
            fixed="""\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, lengths):
        mask = torch.arange(scores.size(-1)) < lengths[:, None]
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
        return weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)

def f(scores, lengths):
    return Attention()(scores, lengths)
""",
            hostile="torch.rand(2, 3), torch.tensor([2, 0])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(scores, seen):
    return scores + (1 - (seen > 0)) * -np.inf
""",
            fixed="""\
import numpy as np

def f(scores, seen):
    return scores + (1 - (seen > 0)) * np.finfo(scores.dtype).min
""",
            hostile="np.zeros(3), np.ones(3)",
            proof="np.isnan(f(np.zeros(3), np.ones(3))).all()",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def forward(scores, lengths):
    mask = np.arange(scores.shape[1]) < lengths[:, None]
    scores = np.where(mask, scores, -np.inf)
    scores = scores - scores.max(axis=1, keepdims=True)
    return np.exp(scores)

def f(scores, lengths):
    return forward(scores, lengths)
""",
            fixed="""\
import numpy as np

def forward(scores, lengths):
    mask = np.arange(scores.shape[1]) < lengths[:, None]
    scores = np.where(mask, scores, np.finfo(scores.dtype).min)
    scores = scores - scores.max(axis=1, keepdims=True)
    return np.exp(scores)

def f(scores, lengths):
    return forward(scores, lengths)
""",
            hostile="np.ones((2, 3)), np.array([2, 0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def bias(mask):
    return (1 - mask) * float("-inf")

def f(mask):
    return bias(mask)
""",
            fixed="""\
import torch

def bias(mask):
    return torch.where((1 - mask) == 0, 0.0, float("-inf"))

def f(mask):
    return bias(mask)
""",
            proof="f(torch.ones(3)).isnan().any()",
        ),
        Bad(
            "numpy",
            """\
import math
import numpy as np

BOUND = math.inf - math.inf

def f(x):
    return np.minimum(x, BOUND)
""",
            fixed=None,
            hostile="np.ones(2)",
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, legal):
    logits = logits.masked_fill(~legal, float("-inf"))
    p = F.softmax(logits, dim=-1)
    return -(p * F.log_softmax(logits, dim=-1)).sum(-1)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(logits, legal):
    logits = logits.masked_fill(~legal, torch.finfo(logits.dtype).min)
    p = F.softmax(logits, dim=-1)
    return -(p * F.log_softmax(logits, dim=-1)).sum(-1)
""",
            hostile="torch.rand(2, 3), torch.tensor([[True, False, True], [True, True, True]])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, legal, action):
    logits = logits.masked_fill(~legal, float("-inf"))
    return F.log_softmax(logits, dim=-1).gather(-1, action[:, None])
""",
            "The logarithm of a legal action is taken, and nothing is multiplied by the others.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(logits, legal, target):
    logits = logits.masked_fill(~legal, -1e9)
    return -(target.softmax(-1) * F.log_softmax(logits, dim=-1)).sum(-1)
""",
            "A finite number: 0 times it is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(scores, mask):
    bias = torch.zeros_like(scores).masked_fill(mask == 0, float("-inf"))
    return scores + bias + (1.0 - mask) * -1e9
""",
            "A fill chooses; a finite number times 0 is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(n):
    return torch.triu(torch.ones(n, n) * float("-inf"), diagonal=1) + torch.full((n, n), -torch.inf).triu(1)
""",
            "Ones times infinity are infinity, and -inf plus -inf is -inf.",
        ),
        Good(
            "torch",
            """\
import torch

class Causal(torch.nn.Module):
    def forward(self, scores):
        n = scores.size(-1)
        seen = torch.tril(torch.ones(n, n)) > 0
        scores = scores.masked_fill(~seen, float("-inf"))
        return torch.exp(scores - scores.amax(-1, keepdim=True))

def f(scores):
    return Causal()(scores)
""",
            "The largest score of a row under a causal mask is finite.",
        ),
        Good(
            "torch",
            """\
import math
import torch

def f(x, sign=1):
    best = -math.inf * sign
    worst = math.inf
    return torch.clamp(x, best, worst + 1.0)
""",
            "A sign that is not 0 times infinity; infinity plus a finite number.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        low = torch.finfo(scores.dtype).min
        return scores + (1.0 - mask[:, None, None, :]) * low

def f(scores, mask):
    return Attention()(scores, mask)
""",
            "0 times the lowest finite number is 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(scores):
    scores = scores - scores.max(axis=1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
""",
            "Finite scores minus their largest.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, seen):
    bound = -np.inf * np.ones(3)
    return np.maximum(np.where(seen, x, -np.inf), bound)
""",
            "Infinities that do not meet 0 or each other's opposite.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(scores, lengths):
    hidden = np.arange(scores.shape[1]) >= np.maximum(lengths, 1)[:, None]
    scores = np.where(hidden, -np.inf, scores)
    return np.exp(scores - scores.max(axis=1, keepdims=True))
""",
            "Every row has at least one entry.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x, scale):
    best = torch.where(x > 0, x, float("-inf")).max()
    return (x - best) * scale
""",
            "That nothing may be above 0, so that the largest is -inf, is not seen.",
        ),
    ),
)
