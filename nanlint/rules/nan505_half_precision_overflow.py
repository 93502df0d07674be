"""An operation in float16 whose result is larger than 65504."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import Interval, number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of
from nanlint.ops.relations import squared
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.origins import NETWORKS, sources, strip
from nanlint.reasoning.precision import conditional, dtype_name, why_half
from nanlint.reasoning.provenance import reached
from nanlint.reasoning.spelling import Spelled, spell
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

LARGEST = LIMITS[Dtype.FLOAT16].max
ELEMENTWISE = (Op.SQUARE, Op.POWER, Op.MULTIPLY, Op.EXP, Op.EXP2, Op.EXPM1)
TOTALS = (Op.SUM, Op.CUMSUM)
SQUARING = (Op.VAR, Op.STD, Op.NORM, Op.SQUARED_ERROR)
"""What squares inside."""
ROOT = 255.9  # the largest number whose square is finite in float16
LARGE = 64.0  # of such elements 1,024 of one sign overflow, fewer than a small image has
HIDDEN = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DROPOUT, Op.GELU, Op.SILU, Op.RELU})
"""What stands between layers and leaves activations unbounded."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(*ELEMENTWISE, *TOTALS, *SQUARING):
        if event.result.dtype is not Dtype.FLOAT16 or dtype_of(event.operation) is not Dtype.FLOAT16:
            continue
        judged = _total if event.op in TOTALS else _squared_inside if event.op in SQUARING else _element
        found = judged(event)
        if found is not None:
            yield _draft(event, *found, trace)


def _element(event: Event) -> tuple[Level, str] | None:
    """A result that passes the limit: by known operands, or as the square of activations."""
    bounds = [value.range for value in event.operands]
    if all(value.known and value.range.bounded for value in event.operands) and not event.result.range.bounded:
        if all(_reaches_ends(value) for value in event.operands):
            return Level.ERROR, f"{' and '.join(dict.fromkeys(map(_told, bounds)))} gives infinity"
        return None
    square = squared(event.result)
    if square is not None and _activation(square) and not quiet(event.site):
        return Level.WARNING, "activations above 255.9 have an infinite square"
    return None


def _reaches_ends(value: Value) -> bool:
    """The larger end of the range is taken by some element."""
    end = value.range.hi if abs(value.range.hi) >= abs(value.range.lo) else value.range.lo
    return reached(value, Interval(end, end))


def _activation(value: Value) -> bool:
    """The output of a layer that nothing bounds."""
    if value.range.lo > -LARGEST or value.range.hi < LARGEST:
        return False
    return any(strip(source).op in NETWORKS for source in sources(value, HIDDEN))


def _total(event: Event) -> tuple[Level, str] | None:
    """A sum of elements known to be large and of one sign."""
    x = event.x
    if not (x.known and x.range.bounded) or x.range.lo * x.range.hi < 0.0 or not _reaches_ends(x):
        return None
    largest = max(abs(x.range.lo), abs(x.range.hi))
    if largest < LARGE:
        return None
    return Level.WARNING, f"{math.ceil(LARGEST / largest) + 1} elements of {number(largest)} sum to more than 65504"


def _squared_inside(event: Event) -> tuple[Level, str] | None:
    """A norm, a variance or a squared error of numbers known to be large."""
    if event.op in registry.table(event.framework).widened:
        return None
    if not all(value.known and value.range.bounded for value in event.operands):
        return None
    x = event.x.range
    if event.op is Op.SQUARED_ERROR and len(event.operands) > 1:
        y = event.y.range
        largest = max(abs(x.hi - y.lo), abs(y.hi - x.lo))
    else:
        largest = max(abs(x.lo), abs(x.hi)) if event.op is Op.NORM else (x.hi - x.lo) / 2.0
    return (Level.WARNING, f"{number(largest)} squared is more than 65504") if largest > ROOT else None


def _told(bounds: Interval) -> str:
    return f"an operand in {bounds}" if bounds.point is None else number(bounds.point)


def _draft(event: Event, level: Level, because: str, trace: Trace) -> Draft:
    if level is Level.ERROR and conditional(event.result, trace):
        level = Level.WARNING
    return Draft(
        event,
        level,
        f"{describe(event)} of {quoted(operand_node(event, 0))} in float16, which ends at 65504: {because}",
        "Compute it in float32, or scale the operand down first.",
        evidence=why_half(event.x, trace),
        rewrite=_widened(event),
    )


def _widened(event: Event) -> Rewrite | None:
    """The float16 operands converted to float32."""
    edits: list[Replace] = []
    imports: list[str] = []
    for value, node in zip(event.operands, event.site.operands, strict=False):
        if value.dtype is not Dtype.FLOAT16:
            continue
        if node is None:
            return None
        cast = _in_float32(event, node)
        if cast is None:
            return None
        edits.append(Replace(node, cast.text))
        imports.extend(cast.imports)
    if not edits:
        return None
    return Rewrite("Compute in float32", Applicability.UNSAFE, tuple(edits), tuple(dict.fromkeys(imports)))


def _in_float32(event: Event, node: cst.BaseExpression) -> Spelled | None:
    """The operand as the framework converts it: `x.float()`, `x.astype(np.float32)`, `tf.cast(x, tf.float32)`."""
    name, imports = dtype_name(event, Dtype.FLOAT32)
    spelled = spell(event, Op.CAST, {"x": bare(node), "dtype": name})
    if spelled is None or name not in spelled.text:
        return spelled
    return Spelled(spelled.text, (*spelled.imports, *imports))


RULE = Rule(
    code="NAN505",
    name="half-precision-overflow",
    summary="A square, power, exponential or sum in float16 that passes 65504.",
    why="float16 ends at 65504: squares overflow from 256 on, cubes from 40.4, exp from 11.1, a sum of pixels in "
    "0..255 after 257 of them. CUDA autocast computes powers, exponentials, sums and norms in float32 for this "
    "reason, but not `x * x`, and a model that was cast with `.half()` has no such protection. An infinite mean square "
    "makes a hand-written RMSNorm return 0, with no error at all.",
    check=check,
    specific=20,
    remedy="Convert to float32 before the operation (`x.float()`), or use the library's norm, which does so.",
    fix=Applicability.UNSAFE,
    fix_note="The result is float32; convert it back where a layer in float16 takes it.",
    references=("https://docs.pytorch.org/docs/stable/amp.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(image):
    pixels = image.clamp(0, 255).half()
    return (pixels ** 3).mean()
""",
            fixed="""\
import torch

def f(image):
    pixels = image.clamp(0, 255).half()
    return (pixels.float() ** 3).mean()
""",
            hostile="torch.full((4,), 200.0)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(image):
    pixels = image.clamp(0, 255).half()
    return pixels.sum()
""",
            fixed="""\
import torch

def f(image):
    pixels = image.clamp(0, 255).half()
    return pixels.float().sum()
""",
            hostile="torch.full((300,), 250.0)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    logits = torch.clamp(x.half(), -20, 20)
    return torch.exp(logits) / 1000.0
""",
            fixed="""\
import torch

def f(x):
    logits = torch.clamp(x.half(), -20, 20)
    return torch.exp(logits.float()) / 1000.0
""",
            hostile="torch.tensor([15.0])",
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2, bias=False)
        nn.init.ones_(self.fc.weight)

    def forward(self, x):
        h = self.fc(x)
        return torch.rsqrt((h * h).mean(-1) + 1e-4)

def f(x):
    return Net().half()(x)
""",
            fixed="""\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2, bias=False)
        nn.init.ones_(self.fc.weight)

    def forward(self, x):
        h = self.fc(x)
        return torch.rsqrt((h.float() * h.float()).mean(-1) + 1e-4)

def f(x):
    return Net().half()(x)
""",
            proof="bool((f(torch.full((1, 2), 200.0).half()) == 0).all())",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    layer = nn.Linear(2, 2, bias=False)
    nn.init.ones_(layer.weight)
    with torch.autocast("cpu", dtype=torch.float16):
        h = layer(x)
        return h.pow(2).mean(-1) / 100
""",
            fixed="""\
import torch
from torch import nn

def f(x):
    layer = nn.Linear(2, 2, bias=False)
    nn.init.ones_(layer.weight)
    with torch.autocast("cpu", dtype=torch.float16):
        h = layer(x)
        return h.float().pow(2).mean(-1) / 100
""",
            hostile="torch.full((1, 2), 200.0)",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(image):
    pixels = np.clip(image, 0, 1000).astype(np.float16)
    return np.square(pixels)
""",
            fixed="""\
import numpy as np

def f(image):
    pixels = np.clip(image, 0, 1000).astype(np.float16)
    return np.square(pixels.astype(np.float32))
""",
            hostile="np.array([300.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(depth):
    meters = depth.clamp(0, 1000).half()
    return meters.var()
""",
            fixed="""\
import torch

def f(depth):
    meters = depth.clamp(0, 1000).half()
    return meters.float().var()
""",
            hostile="torch.tensor([0.0, 1000.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(depth, target):
    prediction = depth.clamp(0, 1000).half()
    return nn.MSELoss()(prediction, target.clamp(0, 1000).half())
""",
            fixed="""\
import torch
from torch import nn

def f(depth, target):
    prediction = depth.clamp(0, 1000).half()
    return nn.MSELoss()(prediction.float(), target.clamp(0, 1000).half().float())
""",
            hostile="torch.tensor([900.0]), torch.tensor([100.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    offsets = np.clip(x, -500, 500).astype(np.float16)
    return np.linalg.norm(offsets)
""",
            fixed="""\
import numpy as np

def f(x):
    offsets = np.clip(x, -500, 500).astype(np.float16)
    return np.linalg.norm(offsets.astype(np.float32))
""",
            hostile="np.array([300.0])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(image):
    pixels = np.clip(image, 0, 255).astype(np.float16)
    return np.sum(pixels)
""",
            fixed="""\
import numpy as np

def f(image):
    pixels = np.clip(image, 0, 255).astype(np.float16)
    return np.sum(pixels.astype(np.float32))
""",
            hostile="np.full(300, 250.0)",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(image):
    pixels = image.clamp(0, 255).half()
    return pixels ** 2, pixels.mean()
""",
            "255 squared is 65025; a mean is computed in float32 and is no larger than its largest element.",
        ),
        Good(
            "torch",
            """\
import torch

def f(image):
    pixels = (image.clamp(0, 255) / 255).half()
    return (pixels ** 3).sum()
""",
            "Scaled to [0, 1].",
        ),
        Good(
            "torch",
            """\
import torch

def f(depth):
    meters = depth.clamp(0, 1000).half()
    return meters.norm(), meters.std(), torch.linalg.vector_norm(meters)
""",
            "PyTorch's norm and std square in float32.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(depth, target):
    prediction = depth.clamp(0, 100).half()
    return prediction.var() + F.mse_loss(prediction, target.clamp(0, 100).half())
""",
            "100 squared is 10000.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(depth, target):
    layer = nn.Linear(1, 1)
    with torch.autocast("cuda", dtype=torch.float16):
        return nn.MSELoss()(layer(depth).clamp(0, 1000), target.clamp(0, 1000).half())
""",
            "Autocast computes losses in float32.",
        ),
        Good(
            "torch",
            """\
import torch

def f(image):
    pixels = image.clamp(0, 255).bfloat16()
    return (pixels ** 3).sum()
""",
            "bfloat16 has the range of float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    layer = nn.Linear(2, 2)
    with torch.autocast("cuda", dtype=torch.float16):
        h = layer(x)
        return h.pow(2).sum() + h.exp().sum() + (h ** 2).mean()
""",
            "CUDA autocast computes powers, exponentials and sums in float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class RMSNorm(nn.Module):
    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.norm = RMSNorm()

    def forward(self, x):
        return self.norm(self.fc(x))

def f(x):
    return Net().half()(x)
""",
            "The norm is computed in float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    gate = torch.sigmoid(nn.Linear(2, 2).half()(x.half()))
    return gate * gate + torch.softmax(x.half(), -1).sum()
""",
            "A sigmoid is at most 1; shares sum to 1.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(image):
    pixels = np.clip(image, 0, 255).astype(np.float16)
    return np.square(pixels)
""",
            "255 squared is 65025.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(q, k):
    return (q.half() @ k.half().transpose(-2, -1)) / q.shape[-1] ** 0.5
""",
            "A product of two unbounded arrays may overflow before it is scaled; nothing says that it does.",
        ),
    ),
)
