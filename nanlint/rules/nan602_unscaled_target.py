"""Regression targets that are known to be huge, in a loss that squares their distance to a network's output."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.interval import number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.descent import squared_distances
from nanlint.reasoning.origins import NETWORKS, POINTWISE, SAME_ELEMENTS, sources, strip
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Option, Rule

MAX = Option("max", float, 1e3, "The size from which targets of a squared loss are reported.")
LARGE, HUGE = 1e4, 1e6
LEARNED = NETWORKS | {Op.MATMUL, Op.WEIGHT}
PASSING = SAME_ELEMENTS | {Op.TENSOR, Op.PAD, Op.NEGATIVE, Op.ABSOLUTE, Op.MEAN, Op.POOL}
MAX_DEPTH = 20


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    notable = limits.number(MAX)
    for event, prediction, target in squared_distances(trace):
        size = magnitude(target)
        if (
            size is None
            or size < notable
            or not _learned(prediction)
            or (magnitude(prediction, scale=True) or 0) >= notable
        ):
            continue
        yield _draft(event, target, size, trace)


def _learned(value: Value) -> bool:
    through = POINTWISE | {Op.RELU, Op.LEAKY_RELU, Op.GELU, Op.SILU, Op.TANH, Op.SIGMOID, Op.SOFTPLUS}
    return any(source.op in LEARNED for source in sources(value, through))


def magnitude(value: Value, scale: bool = False, depth: int = MAX_DEPTH) -> float | None:
    """How large the elements typically are, at least; None if that is not known.

    scale: of an unknown value, by what constants it was multiplied.
    """
    made_by, bounds = value.made_by, value.range
    if value.known and bounds.bounded and not _spread(made_by.op):
        return max(abs(bounds.lo), abs(bounds.hi))
    if depth == 0:
        return None
    if made_by.op is Op.NORMAL:
        parts = [made_by.options[name] for name in ("mean", "std") if name in made_by.options]
        sizes = [magnitude(part, scale, depth - 1) for part in parts]
        return None if None in sizes or not sizes else max(size or 0.0 for size in sizes)
    if made_by.op in PASSING and made_by.operands:
        return magnitude(made_by.x, scale, depth - 1)
    if made_by.op in (Op.MULTIPLY, Op.ADD, Op.SUBTRACT) and len(made_by.operands) == 2:
        sizes = [magnitude(operand, scale, depth - 1) for operand in made_by.operands]
        if made_by.op is Op.MULTIPLY:
            return None if None in sizes else (sizes[0] or 0.0) * (sizes[1] or 0.0)
        return None if None in sizes else max(size or 0.0 for size in sizes)
    return 1.0 if scale else None


def _spread(op: Op) -> bool:
    """A standard deviation says more than the range, which float rounding bounds."""
    return op in (Op.NORMAL, Op.JOIN)


def _draft(event: Event, target: Value, size: float, trace: Trace) -> Draft:
    level = Level.ERROR if size >= HUGE else Level.WARNING if size >= LARGE else Level.NOTE
    origin = trace.origin(strip(target))
    shown = f"{size:.3g}" if size >= 1e6 else number(round(size))
    return Draft(
        event=event,
        level=level,
        message=f"targets up to about {shown} in a squared loss: up to {size * size:.0e}, gradients of {2 * size:.0e}",
        remedy="Standardise the targets (and undo it on predictions), or learn their logarithm.",
        evidence=() if origin is None else (Clue(origin.node, f"targets up to about {shown}", origin.result),),
    )


_HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
_LOOP = """\
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
    for _ in range(30):
        optimizer.zero_grad()
        loss = {loss}
        loss.backward()
        optimizer.step()
    return {result}
"""
_HUGE_LOSS = "f(torch.randn(8, 4)).item() > 1e4"


def _script(target: str, loss: str, result: str = "loss.detach()") -> str:
    return f"{_HEAD}def f(x):\n    y = {target}\n{_LOOP.format(loss=loss, result=result)}"


_MSE = "F.mse_loss(model(x), y)"

RULE = Rule(
    code="NAN602",
    name="unscaled-target",
    summary="Huge regression targets in a squared loss.",
    why=(
        "The gradient of a squared loss is twice the distance. Targets of 1e10 make a loss of 1e20 and first steps of"
        " 1e7 with a rate of 1e-3: the network saturates or overflows, in float16 at once (its largest is 65504)."
        " Reported where the targets' size is known: a note from 1e3, a warning from 1e4, an error from 1e6."
    ),
    check=check,
    specific=25,
    options=(MAX,),
    remedy="Standardise the targets (and undo it on predictions), or learn their logarithm.",
    bad=(
        Bad(
            "torch",
            _script("torch.rand(8, 1) * 1e10", _MSE),
            _script("torch.rand(8, 1)", _MSE),
            proof=_HUGE_LOSS,
        ),
        Bad("torch", _script("1e7 * torch.randn(8, 1)", "nn.MSELoss()(model(x), y)"), proof=_HUGE_LOSS),
        Bad("torch", _script("torch.full((8, 1), 2e6)", "((model(x) - y) ** 2).mean()"), proof=_HUGE_LOSS),
        Bad("torch", _script("torch.full((8, 1), 2e6)", "(y - model(x)).pow(2).mean()"), proof=_HUGE_LOSS),
        Bad(
            "torch",
            _script("torch.randint(0, 50000, (8, 1)).float()", "torch.square(model(x) - y).mean()"),
            proof=_HUGE_LOSS,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _script("torch.tensor([[2000.0], [1500.0]]).repeat(4, 1)", _MSE),
            proof=_HUGE_LOSS,
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            "import numpy as np\n\n\ndef f(x):\n    y = np.random.rand(8, 1) * 1e8\n    w = np.zeros((4, 1))\n"
            "    return ((x @ w - y) ** 2).mean()\n",
            proof="f(np.ones((8, 4))) > 1e12",
        ),
    ),
    good=(
        Good("torch", _script("torch.rand(8, 1) * 10", _MSE), "Targets up to 10."),
        Good("torch", _script("torch.rand(8, 1) * 1e10 / 1e10", _MSE), "Scaled back."),
        Good(
            "torch",
            _script("torch.rand(8, 1) * 1e10", "F.mse_loss(model(x) * 1e10, y)"),
            "Predictions are scaled as well.",
        ),
        Good("torch", _script("(torch.rand(8, 1) * 1e10).log1p()", _MSE), "Their logarithm is at most 23."),
        Good(
            "torch",
            _script("torch.rand(8, 1) * 1e10", "F.l1_loss(model(x), y)"),
            "An absolute error has gradients of 1.",
        ),
        Good(
            "torch", _script("torch.rand(8, 1) * 1e10", "F.mse_loss(model(x), y / y.max())"), "Divided by the largest."
        ),
        Good(
            "torch",
            _script("x[:, :1] * 3", _MSE),
            "Nothing is known of the targets.",
        ),
        Good(
            "numpy",
            "import numpy as np\n\n\ndef f(x):\n    return ((x - np.full(8, 1e6)) ** 2).mean()\n",
            "No network predicts here.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            f"{_HEAD}def f(x, prices):\n    return F.mse_loss(nn.Linear(4, 1)(x), prices)\n",
            "That prices are large stands nowhere in the file.",
        ),
    ),
)
