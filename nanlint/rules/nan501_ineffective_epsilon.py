"""An epsilon that its dtype rounds away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.dtypes import Dtype, round_to
from nanlint.domain.interval import number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import HALF_EPSILON, bare, below_one, literal, quoted
from nanlint.reasoning.poles import fed
from nanlint.reasoning.precision import conditional, dtype_of_parameters, floats, why_half
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

THROUGH = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.NEGATIVE, Op.CLAMP, Op.SUM, Op.MEAN})
DEFAULT_EPSILON = {"Adam": 1e-8, "AdamW": 1e-8, "NAdam": 1e-8, "Adamax": 1e-8, "RMSprop": 1e-8, "Adagrad": 1e-10}
"""RAdam and Adadelta stay finite at a gradient of 0."""
LARGEST = 2.0  # a number near a larger whole one is one that was computed with rounding errors
NEAR = 1e-2  # how far from a whole number an epsilon can put a bound


@dataclass(frozen=True, slots=True)
class Lost:
    """A number that its array's dtype rounds to a whole one: `1 - 1e-8` to 1, `1e-8` to 0."""

    value: Value
    node: cst.CSTNode | None
    meant: float
    stored: float


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.CLAMP, Op.MAXIMUM, Op.MINIMUM, Op.ADD, Op.SUBTRACT):
        lost = tuple(_lost(event, dtype_of(event.operation)))
        if lost:  # only then it is worth asking all files of the program
            lost = tuple(_lost(event, floats(event, trace)[0]))
        broken = tuple(fed(event, trace, THROUGH)) if lost else ()
        if broken or (lost and event.op is Op.CLAMP and not quiet(event.site)):
            yield _draft(event, lost, broken, trace)
    yield from _optimizers(trace)


def _lost(event: Event, dtype: Dtype) -> Iterator[Lost]:
    if event.op is Op.CLAMP:
        given = [
            (value, event.site.options.get(name)) for name, value in event.options.items() if name in ("min", "max")
        ]
    elif any(value.kind.scalar for value in event.operands) and not all(v.kind.scalar for v in event.operands):
        given = list(zip(event.operands, event.site.operands, strict=False))
    else:
        return
    for value, node in given:
        meant = value.range.point
        if meant is None or not value.kind.scalar or abs(meant) > LARGEST:
            continue
        stored = round_to(meant, dtype)
        absorbed = meant == stored and meant != 0.0 and _absorbs(value)
        if absorbed or (meant != stored and stored == round(meant) and abs(meant - stored) < NEAR):
            yield Lost(value, node, meant, stored)


def _absorbs(value: Value) -> bool:
    """`1 - 1e-20`, which Python itself rounds to 1."""
    if value.op not in (Op.ADD, Op.SUBTRACT):
        return False
    x, y = value.made_by.x.range.point, value.made_by.y.range.point
    return y not in (0.0, None) and x == value.range.point and abs(y) < NEAR


def _draft(event: Event, lost: tuple[Lost, ...], broken: tuple[Event, ...], trace: Trace) -> Draft:
    dtype = dtype_of(event.operation).value
    level = Level.ERROR if broken else Level.NOTE
    if any(conditional(value, trace) for value in event.operands):
        level = min(level, Level.WARNING)
    if not floats(event, trace)[1]:
        level = Level.NOTE
    half = next((clues for value in event.operands if (clues := why_half(value, trace))), ())
    after = f"; {describe(broken[0])} then meets its pole" if broken else ""
    return Draft(
        event,
        level,
        f"the epsilon in {quoted(lost[-1].node)} is lost: in {dtype} it is exactly {number(lost[-1].stored)}{after}",
        f"Use an epsilon that {dtype} keeps.",
        evidence=(
            *half,
            *(Clue(user.node, f"{describe(user)} is not protected", user.operands[0]) for user in broken[:2]),
        ),
        claims=broken,
        rewrite=_rewrite(event, lost),
    )


def _rewrite(event: Event, lost: tuple[Lost, ...]) -> Rewrite | None:
    if event.op is Op.SUBTRACT and lost[0].stored == 1.0 and event.operands[0] is lost[0].value:
        return _reordered(event)
    step, edits = literal(below_one(event)), []
    near = {0.0: literal(HALF_EPSILON)}
    if event.op not in (Op.ADD, Op.SUBTRACT):
        near |= {1.0: f"1 - {step}", -1.0: f"-1 + {step}"}
    for each in lost:
        if each.node is None or each.stored not in near:
            return None
        edits.append(Replace(each.node, near[each.stored]))
    return Rewrite("Use an epsilon that survives", Applicability.UNSAFE, tuple(edits))


def _reordered(event: Event) -> Rewrite | None:
    """`1e-8 + 1 - p` becomes `1 - p + 1e-8`: added to a small difference, the epsilon survives."""
    subtrahend = event.site.operands[1]
    if subtrahend is None:
        return None
    text = f"1 - {bare(subtrahend)} + {literal(1e-8)}"
    return Rewrite("Add the epsilon last", Applicability.UNSAFE, (Replace(event.node, text),))


# optimizers


def _optimizers(trace: Trace) -> Iterator[Draft]:
    """Adam and its kin over parameters in float16: the denominator sqrt(v) + eps is 0 where the gradient is."""
    for event in trace.of(Op.OPTIMIZER):
        given, name = event.options.get("eps"), event.site.spelling.rpartition(".")[2]
        eps = DEFAULT_EPSILON.get(name) if given is None else given.range.point
        if eps is None or name not in DEFAULT_EPSILON or round_to(eps, Dtype.FLOAT16) != 0.0:
            continue
        cast = dtype_of_parameters(event, trace)
        if cast is None or cast[1] is not Dtype.FLOAT16:
            continue
        yield Draft(
            event,
            Level.ERROR,
            f"eps={literal(eps)} of {name} is lost: in float16, the dtype of the parameters, it is exactly 0, and "
            "a gradient of 0 is divided by 0",
            "Train float32 parameters under autocast, or give an eps that float16 keeps.",
            evidence=(Clue(cast[0].node, "the parameters become float16"),),
            rewrite=_with_eps(event),
        )


def _with_eps(event: Event) -> Rewrite | None:
    node, kept = event.site.options.get("eps"), literal(HALF_EPSILON)
    if node is not None:
        return Rewrite(f"Use eps={kept}", Applicability.UNSAFE, (Replace(node, kept),))
    last = event.node.args[-1] if isinstance(event.node, cst.Call) and event.node.args else None
    if last is None or last.star:
        return None
    return Rewrite(f"Use eps={kept}", Applicability.UNSAFE, (Replace(last.value, f"{bare(last.value)}, eps={kept}"),))


RULE = Rule(
    code="NAN501",
    name="ineffective-epsilon",
    summary="An epsilon that rounding takes away in the dtype it is used in.",
    why="float32 has 24 bits: 1 - 1e-8 is exactly 1, so a clamp of p to [1e-8, 1 - 1e-8] protects log(p) and not "
    "log(1 - p), which is -inf from a logit of 16.7 on. 1e-10 + 1 - p adds the epsilon to 1, where it is lost. In "
    "float16 everything below 3e-8 is 0, the eps of Adam included.",
    check=check,
    specific=20,
    remedy="In float32 stay 1e-7 or more away from 1; in float16 use 1e-4 near 0 and 1e-3 near 1. Add an epsilon to "
    "the small number, not to the large one.",
    fix=Applicability.UNSAFE,
    fix_note="A larger epsilon moves the clamp and with it the largest value of the logarithm.",
    references=("https://en.wikipedia.org/wiki/Machine_epsilon",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x, y):
    p = torch.sigmoid(x).clamp(1e-8, 1 - 1e-8)
    return torch.log(1 - p) * y
""",
            fixed="""\
import torch

def f(x, y):
    p = torch.sigmoid(x).clamp(1e-8, 1 - 1e-6)
    return torch.log(1 - p) * y
""",
            hostile="torch.tensor([20.0]), torch.tensor([1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

EPS = 1e-10

def f(x):
    odds = torch.clamp(torch.tanh(x), min=-1 + EPS, max=1 - EPS)
    return torch.atanh(odds)
""",
            fixed="""\
import torch

EPS = 1e-10

def f(x):
    odds = torch.clamp(torch.tanh(x), min=-1 + 1e-6, max=1 - 1e-6)
    return torch.atanh(odds)
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(p):
    return -torch.log(1e-10 + 1 - torch.sigmoid(p))
""",
            fixed="""\
import torch

def f(p):
    return -torch.log(1 - torch.sigmoid(p) + 1e-8)
""",
            hostile="torch.tensor([20.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    share = torch.softmax(x, -1).half()
    return torch.log(share + 1e-8)
""",
            fixed="""\
import torch

def f(x):
    share = torch.softmax(x, -1).half()
    return torch.log(share + 1e-4)
""",
            hostile="torch.tensor([0.0, 50.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    with torch.autocast("cpu", dtype=torch.float16):
        share = torch.softmax(x @ x.T, -1)
        return torch.log(share + 1e-8)
""",
            fixed="""\
import torch

def f(x):
    with torch.autocast("cpu", dtype=torch.float16):
        share = torch.softmax(x @ x.T, -1)
        return torch.log(share + 1e-4)
""",
            hostile="torch.tensor([[10.0], [0.0]])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

EPS = 1e-8

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, x):
        share = self.fc(x).softmax(-1)
        return torch.log(share + EPS)

def f(x):
    model = Net()
    nn.init.constant_(model.fc.weight, 1.0)
    model.fc.weight.data[0] = 30.0
    model.to(dtype=torch.float16)
    return model(x.half())
""",
            fixed="""\
import torch
from torch import nn

EPS = 1e-8

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, x):
        share = self.fc(x).softmax(-1)
        return torch.log(share + 1e-4)

def f(x):
    model = Net()
    nn.init.constant_(model.fc.weight, 1.0)
    model.fc.weight.data[0] = 30.0
    model.to(dtype=torch.float16)
    return model(x.half())
""",
            hostile="torch.ones(1, 2)",
        ),
        Bad(
            "torch",
            """\
import torch

TINY = torch.finfo(torch.float32).tiny

def f(x):
    gate = torch.relu(x.half())
    return 1 / (gate + TINY)
""",
            fixed="""\
import torch

TINY = torch.finfo(torch.float32).tiny

def f(x):
    gate = torch.relu(x.half())
    return 1 / (gate + 1e-4)
""",
            hostile="torch.tensor([-1.0])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x, amp=True):
    layer = nn.Linear(2, 2)
    nn.init.constant_(layer.weight, 30.0)
    with torch.autocast("cpu", dtype=torch.float16, enabled=amp):
        gate = torch.sigmoid(layer(x))
        return torch.log(gate + 1e-8)
""",
            fixed="""\
import torch
from torch import nn

def f(x, amp=True):
    layer = nn.Linear(2, 2)
    nn.init.constant_(layer.weight, 30.0)
    with torch.autocast("cpu", dtype=torch.float16, enabled=amp):
        gate = torch.sigmoid(layer(x))
        return torch.log(gate + 1e-4)
""",
            hostile="torch.full((1, 2), -1.0)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    model = torch.nn.Linear(2, 1).half()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    (model(x.half()).sum() * 128).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return model.weight.detach()
""",
            fixed="""\
import torch

def f(x):
    model = torch.nn.Linear(2, 1).half()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-4)
    (model(x.half()).sum() * 128).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return model.weight.detach()
""",
            hostile="torch.zeros(1, 2)",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    p = np.clip(x.astype(np.float32), 1e-9, 1 - 1e-9)
    return np.log(1 - p)
""",
            fixed="""\
import numpy as np

def f(x):
    p = np.clip(x.astype(np.float32), 1e-9, 1 - 1e-6)
    return np.log(1 - p)
""",
            hostile="np.array([1.0])",
        ),
        Bad(
            "torch",
            """\
import numpy as np
import torch

EPS = np.finfo(float).eps

def f(x):
    p = torch.sigmoid(x).clamp(EPS, 1 - EPS)
    return torch.log1p(-p)
""",
            fixed="""\
import numpy as np
import torch

EPS = np.finfo(float).eps

def f(x):
    p = torch.sigmoid(x).clamp(EPS, 1 - 1e-6)
    return torch.log1p(-p)
""",
            hostile="torch.tensor([20.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x):
    p = torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)
    return torch.log(p) - torch.log(1 - p)
""",
            "1 - 1e-6 is 0.999999 in float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    p = torch.sigmoid(x.double()).clamp(1e-12, 1 - 1e-12)
    return torch.log(1 - p)
""",
            "float64 keeps 1e-12.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(1 - torch.sigmoid(x) + 1e-8) + torch.log(x.abs() + 1e-20)
""",
            "Added to something near 0, a small epsilon survives in float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    share = torch.softmax(x, -1).half()
    return torch.log(share + 1e-4) + (2 * share + 0.1)
""",
            "1e-4 is a normal number in float16; 0.1 is no epsilon.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    p = torch.sigmoid(x.half())
    p = p.clamp(torch.finfo(p.dtype).eps, 1 - torch.finfo(p.dtype).eps)
    return torch.log(p) - torch.log(1 - p)
""",
            "The eps of the array's own dtype survives on both sides.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

EPS = 1e-8

def f(x):
    layer = nn.Linear(2, 2)
    with torch.autocast("cuda", dtype=torch.float16):
        share = torch.softmax(layer(x), -1)
        return torch.log(share + EPS)
""",
            "CUDA autocast computes the softmax, and so the sum, in float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    model = torch.nn.Linear(2, 1).half()
    return torch.optim.RAdam(model.parameters(), lr=1e-3), torch.optim.SGD(model.parameters(), lr=1e-3), x
""",
            "RAdam and SGD do not divide by a root that is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    model = torch.nn.Linear(2, 1).half().float()
    return torch.optim.Adam(model.parameters(), lr=1e-3), x
""",
            "The parameters are float32 again.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    model = torch.nn.Linear(2, 1).bfloat16()
    return torch.optim.Adam(model.parameters(), lr=1e-3), x
""",
            "bfloat16 has the exponents of float32: 1e-8 is not 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    p = np.clip(x.astype(np.float32), 0.0, 1 - np.finfo(np.float32).eps)
    return np.log1p(-p)
""",
            "The eps of float32 survives in float32.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    p = np.clip(x, 1e-9, 1 - 1e-9)
    return np.log(1 - p)
""",
            "NumPy computes in float64 unless told otherwise.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(p):
    return torch.log(1 - p.clamp(max=1 - torch.finfo(p.dtype).tiny))
""",
            "The smallest normal number is lost next to 1 in every dtype, but which dtype it is nobody knows here.",
        ),
    ),
)
