"""A mask value that the dtype of the array cannot hold."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import LIMITS, Dtype, round_to
from nanlint.domain.interval import number
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.objects import Chain, Instance, Layer
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.origins import NETWORKS, alternatives, comes_from, strip
from nanlint.reasoning.planes import RAISING, Plane, planes
from nanlint.reasoning.precision import conditional, dtype_name, dtype_text, limit_text, model_casts, why_half
from nanlint.reasoning.spelling import spell_method
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

ADDED = frozenset({Op.MULTIPLY})
"""Forms whose result is added to scores: half of the lowest number leaves room for them."""
A_LIMIT = 1e37  # larger ones are limits of a dtype: `finfo(x.dtype).min` of what nobody knows to be half
LOWEST = frozenset(-limits.max for limits in LIMITS.values())
NEAR_LIMIT = 0.6  # two numbers beyond this share of the largest do not fit when added


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    halved = next(_runs_in_half(trace), None)
    for event in trace.of(*RAISING, Op.WHERE, Op.STORE, Op.MULTIPLY, Op.TENSOR, Op.CAST):
        for plane in planes(event):
            if plane.lost:
                yield _draft(event, plane, trace)
                break
            if halved is not None and _may_be_half(event, plane):
                yield _possible(event, plane, halved)
                break
    for event in trace.of(Op.ADD):
        clamped = any(user.op is Op.CLAMP for user in trace.uses(event.result))
        if not clamped and len(event.operands) == 2 and all(_lowest(value) for value in event.operands):
            yield _two_planes(event, trace)


def _draft(event: Event, plane: Plane, trace: Trace) -> Draft:
    uncertain = plane.array is not None and conditional(plane.array, trace)
    evidence = () if plane.array is None or plane.array.kind.scalar else why_half(plane.array, trace)
    return Draft(
        event,
        Level.WARNING if uncertain else Level.ERROR,
        f"{_named(plane)} does not fit into {plane.dtype.value}, which ends at {number(LIMITS[plane.dtype].max)}: "
        f"{_consequence(event)}",
        "Use the lowest number of the array's own dtype, `finfo(x.dtype).min`.",
        evidence=evidence,
        rewrite=_rewrite(event, plane, breaks=(_raises(event) and not uncertain) or _multiplies_infinity(event)),
    )


def _named(plane: Plane) -> str:
    """The number, behind the name that the code gives it."""
    named = isinstance(plane.node, (cst.Name, cst.Attribute))
    digits = f"{plane.meant:g}".replace("e+0", "e").replace("e+", "e")
    return f"{quoted(plane.node)} ({digits})" if named else digits


def _consequence(event: Event) -> str:
    if _raises(event):
        return "that raises an error"
    if _multiplies_infinity(event):
        return "it becomes infinite, and 0 times infinity is NaN where nothing is masked"
    return "it becomes infinite, and a row of which everything is masked NaN in the softmax"


def _multiplies_infinity(event: Event) -> bool:
    """The number is infinite before a mask of zeros is multiplied by it."""
    return event.op is Op.MULTIPLY and bool(event.framework) and not registry.table(event.framework).exact_numbers


def _raises(event: Event) -> bool:
    return event.op in registry.table(event.framework).refuses_large


def _rewrite(event: Event, plane: Plane, breaks: bool) -> Rewrite | None:
    """Safe where the code runs today: what `breaks` with an error gets a meaning only by the fix."""
    if plane.node is None or (plane.dtype_text is None and not plane.lost):
        return None
    dtype, more = (plane.dtype_text, ()) if plane.dtype_text else dtype_name(event, plane.dtype)
    text, imports = limit_text(event, dtype, plane.meant < 0.0)
    text = f"({text} / 2)" if event.op in ADDED else text
    applicability = Applicability.UNSAFE if breaks else Applicability.SAFE
    return Rewrite(f"Use {text}", applicability, (Replace(plane.node, text),), (*imports, *more))


# where the dtype is not known, but the file casts a model


def _runs_in_half(trace: Trace) -> Iterator[Clue]:
    """Where a model of which nothing is known is cast to float16, or called in a region of float16."""
    for event, dtype in model_casts(trace):
        if dtype is Dtype.FLOAT16 and not isinstance(event.x.payload, (Instance, Layer, Chain)):
            yield Clue(event.node, "a model is cast to float16")
    for event in trace.of(Op.OPAQUE):
        region = event.site.autocast
        called = event.operands and event.x.kind in (Kind.UNKNOWN, Kind.MODEL) and event.site.spelling[:1] != "."
        if region is not None and region.dtype is Dtype.FLOAT16 and called:
            yield Clue(region.node, "a model is called under autocast to float16")


def _may_be_half(event: Event, plane: Plane) -> bool:
    """In a `forward`, scores that come from a network and were not converted; the number is beyond float16."""
    if plane.array is None or not plane.value.kind.scalar or plane.array.dtype in (Dtype.FLOAT64, Dtype.BFLOAT16):
        return False
    lost = math.isinf(round_to(plane.meant, Dtype.FLOAT16)) and abs(plane.meant) < A_LIMIT
    if not lost or event.op not in (Op.MASKED_FILL, Op.WHERE, Op.STORE):
        return False
    forward = event.site.frame.name.rpartition(".")[2] == "forward" and event.site.frame.entry
    return forward and event.site.autocast is None and _from_layers(plane.array)


def _from_layers(value: Value) -> bool:
    return comes_from(value, NETWORKS | {Op.MATMUL}) is not None and comes_from(value, frozenset({Op.CAST})) is None


def _possible(event: Event, plane: Plane, halved: Clue) -> Draft:
    return Draft(
        event,
        Level.WARNING,
        f"{_named(plane)} does not fit into float16, in which this file runs a model: {_consequence(event)}",
        "Use the lowest number of the array's own dtype, `finfo(x.dtype).min`.",
        evidence=(halved,),
        rewrite=_rewrite(event, plane, breaks=_raises(event)),
    )


# two planes


def _lowest(value: Value) -> bool:
    """A mask that holds the lowest number of its dtype, known or not: `finfo(dtype).min` where something is masked."""
    return not value.kind.scalar and any(_is_limit(fill) for each in alternatives(value) for fill in _fills(each))


def _fills(plane: Value) -> Iterator[Value]:
    made_by = plane.made_by
    if plane.op in (Op.MASKED_FILL, Op.WHERE, Op.MULTIPLY):
        yield from (operand for operand in made_by.operands if operand.kind.scalar)
    elif plane.op is Op.TRIANGLE:
        yield from _fills(strip(made_by.x))
    elif plane.op in (Op.FULL, Op.LIKE) and "value" in made_by.options:
        yield made_by.options["value"]


def _is_limit(fill: Value) -> bool:
    """`finfo(dtype).min`, which for an unknown dtype is that of any."""
    return fill.range.hi < -NEAR_LIMIT * LIMITS[Dtype.FLOAT16].max and fill.range.lo in LOWEST


def _two_planes(event: Event, trace: Trace) -> Draft:
    """A causal mask spares the diagonal, so that with it no row is -inf everywhere: more than a note is not known."""
    return Draft(
        event,
        Level.NOTE,
        "both masks hold the lowest number of their dtype: where they meet, the sum is -inf, and a row that both mask "
        "everywhere is NaN in the softmax",
        "Combine the masks before they become numbers, or clamp the sum to `finfo(x.dtype).min`.",
        evidence=tuple(
            Clue(origin.node, "holds the lowest number", origin.result)
            for value in event.operands
            if (origin := trace.origin(value)) is not None
        ),
        rewrite=_clamped(event),
    )


def _clamped(event: Event) -> Rewrite | None:
    dtype = event.result.dtype
    text = next((text for node in event.site.operands if (text := dtype_text(node, event.site, dtype))), None)
    if text is None or not isinstance(event.node, cst.BinaryOperation):
        return None
    lowest, imports = limit_text(event, text, lowest=True)
    inner = code(event.node.with_changes(lpar=(), rpar=()))
    clamped = spell_method(event, Op.CLAMP, f"({inner})", {"min": lowest})
    if clamped is None:
        return None
    return Rewrite("Clamp the sum", Applicability.SAFE, (Replace(event.node, clamped),), imports)


RULE = Rule(
    code="NAN503",
    name="half-precision-mask",
    summary="A mask value such as -1e9 in float16, whose lowest number is -65504.",
    why="float16 ends at 65504. `masked_fill` and `full` raise an error for -1e9; `where`, assignment, multiplication "
    "and a later cast give -inf in silence, and a softmax over a row of -inf is NaN. bfloat16 has the range of "
    "float32, but its lowest number is not float32's: `finfo(torch.float32).min` rounds to -inf there. Two masks that "
    "each hold the lowest number overflow when they are added.",
    check=check,
    specific=20,
    remedy="Take the limit of the array's own dtype: `torch.finfo(x.dtype).min`, `np.finfo(x.dtype).min`; half of it "
    "where scores are added to the mask.",
    fix=Applicability.SAFE,
    fix_note="A masked entry keeps the probability 0 wherever a row has an unmasked one; a row that is masked "
    "everywhere becomes uniform instead of NaN. Unsafe where the code raises an error today.",
    references=("https://docs.pytorch.org/docs/stable/type_info.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(scores, mask):
    bias = torch.where(mask, 0.0, -1e9).half()
    return torch.softmax(scores.half() + bias, dim=-1)
""",
            hostile="torch.ones(2, 2), torch.zeros(2, 2, dtype=torch.bool)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    scores = torch.where(mask, scores, -1e9)
    return torch.softmax(scores, dim=-1)
""",
            fixed="""\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    return torch.softmax(scores, dim=-1)
""",
            hostile="torch.ones(2, 2), torch.ones(2, 2), torch.zeros(2, 2, dtype=torch.bool)",
            ordinary="torch.ones(2, 2), torch.ones(2, 2), torch.eye(2, dtype=torch.bool)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    return torch.softmax(scores.masked_fill(mask, -1e9), dim=-1)
""",
            fixed="""\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    return torch.softmax(scores.masked_fill(mask, torch.finfo(scores.dtype).min), dim=-1)
""",
            proof="raises(RuntimeError, lambda: f(torch.ones(2, 2), torch.ones(2, 2), torch.eye(2) > 0))",
        ),
        Bad(
            "torch",
            """\
import torch

NEG_INF = -1e12

def f(q, k, mask):
    scores = torch.matmul(q.to(torch.float16), k.to(torch.float16).t())
    scores.masked_fill_(mask, NEG_INF)
    return scores.softmax(-1)
""",
            fixed="""\
import torch

NEG_INF = -1e12

def f(q, k, mask):
    scores = torch.matmul(q.to(torch.float16), k.to(torch.float16).t())
    scores.masked_fill_(mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1)
""",
            proof="raises(RuntimeError, lambda: f(torch.ones(2, 2), torch.ones(2, 2), torch.eye(2) > 0))",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)
        self.k = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ self.k(x).transpose(-2, -1)
        scores[mask] = -1e9
        return scores.softmax(dim=-1)

def f(x, mask):
    return Attention().half()(x, mask)
""",
            fixed="""\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)
        self.k = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ self.k(x).transpose(-2, -1)
        scores[mask] = torch.finfo(scores.dtype).min
        return scores.softmax(dim=-1)

def f(x, mask):
    return Attention().half()(x, mask)
""",
            hostile="torch.ones(3, 2).half(), torch.ones(3, 3) > 0",
            ordinary="torch.ones(3, 2).half(), torch.eye(3) > 0",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x, mask, amp=True):
    layer = nn.Linear(2, 3)
    with torch.autocast("cpu", dtype=torch.float16, enabled=amp):
        scores = layer(x)
        scores = scores.masked_fill(mask, -1e9)
    return scores.softmax(dim=-1)
""",
            fixed="""\
import torch
from torch import nn

def f(x, mask, amp=True):
    layer = nn.Linear(2, 3)
    with torch.autocast("cpu", dtype=torch.float16, enabled=amp):
        scores = layer(x)
        scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
    return scores.softmax(dim=-1)
""",
            proof="raises(RuntimeError, lambda: f(torch.ones(3, 2), torch.eye(3) > 0))",
            ordinary="torch.ones(3, 2), torch.eye(3) > 0, False",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Scores(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 3)

    def forward(self, x, mask):
        scores = self.q(x)
        scores = torch.where(mask, scores, -1e9)
        return scores.softmax(dim=-1)

def f(x, mask, fp16=True):
    model = Scores()
    if fp16:
        model.half()
        x = x.half()
    return model(x, mask)
""",
            fixed="""\
import torch
from torch import nn

class Scores(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 3)

    def forward(self, x, mask):
        scores = self.q(x)
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
        return scores.softmax(dim=-1)

def f(x, mask, fp16=True):
    model = Scores()
    if fp16:
        model.half()
        x = x.half()
    return model(x, mask)
""",
            hostile="torch.ones(3, 2), torch.zeros(3, 3) > 0",
            ordinary="torch.ones(3, 2), torch.eye(3) > 0",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    penalty = (1.0 - mask.half().clamp(0, 1)) * -1e6
    return torch.softmax(scores + penalty, dim=-1)
""",
            fixed="""\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    penalty = (1.0 - mask.half().clamp(0, 1)) * (torch.finfo(torch.float16).min / 2)
    return torch.softmax(scores + penalty, dim=-1)
""",
            hostile="torch.ones(2, 2), torch.ones(2, 2), torch.zeros(2, 2)",
            ordinary="torch.ones(2, 2), torch.ones(2, 2), torch.eye(2)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores, pad, future):
    first = torch.zeros(2, 2).masked_fill(pad, torch.finfo(torch.float32).min)
    second = torch.zeros(2, 2).masked_fill(future, torch.finfo(torch.float32).min)
    return torch.softmax(scores * 0 + (first + second), dim=-1)
""",
            fixed="""\
import torch

def f(scores, pad, future):
    first = torch.zeros(2, 2).masked_fill(pad, torch.finfo(torch.float32).min)
    second = torch.zeros(2, 2).masked_fill(future, torch.finfo(torch.float32).min)
    return torch.softmax(scores * 0 + ((first + second).clamp(min=torch.finfo(first.dtype).min)), dim=-1)
""",
            hostile="torch.ones(2, 2), torch.ones(2, 2) > 0, torch.ones(2, 2) > 0",
            ordinary="torch.ones(2, 2), torch.eye(2) > 0, torch.zeros(2, 2) > 0",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def bias(keep, dtype):
    return torch.zeros(2, 2, dtype=dtype).masked_fill(keep == 0, torch.finfo(dtype).min)

def f(scores, documents, tokens):
    both = bias(documents, scores.dtype) + bias(tokens, scores.dtype)
    return torch.softmax(scores * 0 + both, dim=-1)
""",
            hostile="torch.ones(2, 2), torch.zeros(2, 2), torch.zeros(2, 2)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(mask):
    bias = torch.full((2, 2), -1e9, dtype=torch.float16)
    return bias.masked_fill(mask, 0.0)
""",
            fixed="""\
import torch

def f(mask):
    bias = torch.full((2, 2), torch.finfo(torch.float16).min, dtype=torch.float16)
    return bias.masked_fill(mask, 0.0)
""",
            proof="raises(RuntimeError, lambda: f(torch.eye(2) > 0))",
        ),
        Bad(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    scores = torch.where(mask, scores, torch.full_like(scores, -1e5))
    return scores.softmax(dim=-1)
""",
            fixed="""\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    scores = torch.where(mask, scores, torch.full_like(scores, torch.finfo(scores.dtype).min))
    return scores.softmax(dim=-1)
""",
            proof="raises(RuntimeError, lambda: f(torch.ones(2, 2), torch.ones(2, 2), torch.eye(2) > 0))",
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores, mask):
    penalty = (1.0 - mask.clamp(0, 1)) * -1e6
    return torch.softmax(scores.half() + penalty.half(), dim=-1)
""",
            hostile="torch.ones(2, 2), torch.zeros(2, 2)",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ x.transpose(-2, -1)
        scores = scores.masked_fill(mask, -1e9)
        return scores.softmax(dim=-1)

def f(build, x, mask):
    model = build(Attention)
    model = model.half()
    return model(x, mask)
""",
            fixed="""\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ x.transpose(-2, -1)
        scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
        return scores.softmax(dim=-1)

def f(build, x, mask):
    model = build(Attention)
    model = model.half()
    return model(x, mask)
""",
            proof="raises(RuntimeError, lambda: f(lambda cls: cls(), torch.ones(3, 2).half(), torch.eye(3) > 0))",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x, mask):
    scores = x.astype(np.float16)
    scores = np.where(mask, scores, -1e9)
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
""",
            fixed="""\
import numpy as np

def f(x, mask):
    scores = x.astype(np.float16)
    scores = np.where(mask, scores, np.finfo(scores.dtype).min)
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
""",
            hostile="np.ones((2, 2)), np.zeros((2, 2), bool)",
            ordinary="np.ones((2, 2)), np.eye(2, dtype=bool)",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q @ k.T
    return torch.softmax(scores.masked_fill(mask, -1e9), dim=-1)
""",
            "float32 holds -1e9.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = (q @ k.T).half()
    lowest = torch.finfo(scores.dtype).min
    return torch.softmax(scores.masked_fill(mask, lowest), dim=-1)
""",
            "The lowest number of the array's own dtype.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    return torch.softmax(scores.masked_fill(mask, -1e4), dim=-1)
""",
            "-1e4 fits.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.bfloat16() @ k.bfloat16().T
    return torch.softmax(scores.masked_fill(mask, -1e9), dim=-1)
""",
            "bfloat16 has the exponents of float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = (q.half() @ k.half().T).float()
    return torch.softmax(scores.masked_fill(mask, -1e9), dim=-1).half()
""",
            "The scores are converted to float32 before the mask.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    return torch.softmax(scores.masked_fill(mask, float("-inf")), dim=-1)
""",
            "-inf is meant and can be held; what it does to a row that is masked everywhere is another question.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x, mask):
    layer = nn.Linear(2, 3)
    with torch.autocast("cuda", dtype=torch.float16):
        weights = layer(x).exp()
        return weights.masked_fill(mask, 1e9)
""",
            "Autocast computes the exponential in float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(q, k, mask):
    scores = q.half() @ k.half().T
    lowest = -1e4 if scores.dtype == torch.float16 else -1e9
    return scores.masked_fill(mask, lowest).softmax(-1)
""",
            "The dtype is tested.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, mask, fp16=False):
    scores = x @ x.T
    if fp16:
        scores = scores.half()
        return scores.masked_fill(mask, -6e4).softmax(-1)
    return scores.masked_fill(mask, -1e9).softmax(-1)
""",
            "Each precision has a number of its own.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ x.transpose(-2, -1)
        return scores.masked_fill(mask, -1e9).softmax(-1)

def f(x, mask):
    with torch.autocast("cuda", dtype=torch.bfloat16):
        return Attention()(x, mask)
""",
            "The region computes in bfloat16.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, mask):
    scores = x.half()
    return torch.where(mask, scores, -1e4) + 1e5 * scores.float()
""",
            "The large factor meets float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(2, 2)

    def forward(self, x, mask):
        scores = self.q(x) @ x.transpose(-2, -1)
        return scores.masked_fill(mask, -1e9).softmax(dim=-1)

def f(x, mask):
    encoder = nn.Linear(2, 2).half()
    return Attention()(encoder(x.half()).float(), mask)
""",
            "The model that is cast is another one.",
        ),
        Good(
            "torch",
            """\
import torch

def f(scores, pad, future):
    lowest = torch.finfo(scores.dtype).min
    masked = torch.zeros_like(scores).masked_fill(pad | future, lowest)
    return torch.softmax(scores.masked_fill(pad, lowest) + 1.0, -1) + torch.softmax(masked / 2 + scores, -1)
""",
            "One mask, made of both.",
        ),
        Good(
            "torch",
            """\
import torch

def f(mask):
    bias = torch.full((2, 2), torch.finfo(torch.bfloat16).min, dtype=torch.bfloat16)
    return bias.masked_fill(mask, 0.0), torch.zeros(2, 2).masked_fill(mask, -1e9)
""",
            "Each number fits into the dtype of its array.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, mask):
    return np.where(mask, x.astype(np.float32), -1e9)
""",
            "float32 holds it.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(scores, mask):
    return scores.masked_fill(mask, -1e9)

def run(model, q, k, mask):
    model = model.half()
    return f(model(q), mask)
""",
            "What an unknown model gives is of an unknown dtype.",
        ),
    ),
)
