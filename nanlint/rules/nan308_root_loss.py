"""The square root of a loss that is 0 at a perfect prediction."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import in_loss, quiet, words
from nanlint.reasoning.destinations import minimised, reaches_loss, returned
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import adding, epsilon, literal, operand_node, quoted
from nanlint.reasoning.origins import POINTWISE, sources, strip
from nanlint.reasoning.placement import stands_alone
from nanlint.reasoning.poles import danger, differentiated
from nanlint.reasoning.protocol import is_backward
from nanlint.reasoning.residuals import ERRORS, is_root_of_error
from nanlint.reasoning.vanishing import multiplied_by_mask
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule

TRAINED = ("forward", "__call__", "training_step")
"""Methods whose result a gradient comes back to."""
MEASURING = frozenset({"compute", "report", "score", "accuracy", "measure", "errors", "statistics", "psnr", "summary"})
"""Words in a function's name that say its result is read, not minimised."""
NAMES_OF_LOSSES = frozenset({"rmse", "mse", "rms", "silog", "error"})
WITHOUT_GRADIENT = (Op.ITEM, Op.DETACH, Op.LESS, Op.GREATER, Op.LESS_EQUAL, Op.GREATER_EQUAL)


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SQRT, Op.POWER):
        if not is_root_of_error(event, trace) or not differentiated(event) or danger(event, trace) is None:
            continue
        level, way = _level(event, trace), _way(event, trace)
        if level is None:
            continue
        yield Draft(
            event,
            min(level, Level.NOTE) if way is None else level,
            f"sqrt of {quoted(operand_node(event, 0))}, a loss that is 0 {way or 'at a perfect prediction'}: "
            "the gradient of the root is infinite there, NaN further back",
            "Add an epsilon inside the root, or minimise the loss without the root: it has the same minimum.",
            evidence=trail(event, trace, event.x),
            rewrite=adding(event, 0, literal(epsilon(event, limits))),
        )


def _level(event: Event, trace: Trace) -> Level | None:
    """None where the root is only read, as a metric."""
    differentiates = any(map(is_backward, trace.uses(event.result)))
    if differentiates or minimised(event, trace) or reaches_loss(event, trace):
        return Level.WARNING
    if quiet(event.site) or _only_read(event, trace):
        return None
    if in_loss(event.site):
        return Level.WARNING
    last = event.site.frame.name.rpartition(".")[2]
    if last in TRAINED:
        return Level.WARNING
    if words(last) & MEASURING:
        return None
    of_loss = any(source.op in ERRORS for source in sources(event.x))
    return Level.NOTE if of_loss or words(last) & NAMES_OF_LOSSES else Level.STRICT


def _way(event: Event, trace: Trace) -> str | None:
    """What makes the loss exactly 0 before it is learned: no prediction is perfect to the last digit."""
    parts = list(sources(event.x, POINTWISE | ERRORS))
    for part in parts:
        ends = part.made_by.operands
        if part.op in ERRORS | {Op.SUBTRACT} and len(ends) > 1 and strip(ends[0]).same(strip(ends[1])):
            return "since both sides are the same"
    for part in parts:
        counted = part.op is Op.DIVIDE and part.made_by.y.range.lo > 0.0 and not part.made_by.y.kind.scalar
        if (counted or _by_rows(part)) and _masked(part.made_by.x, trace):
            return "where the mask leaves nothing"
    return None


def _masked(value: Value, trace: Trace) -> bool:
    """A product with a mask stands in it, squared and summed up afterwards or not: a masked fill passes no NaN back."""
    return any(multiplied_by_mask(source, trace) for source in sources(value))


def _by_rows(value: Value) -> bool:
    """A mean or a sum of each row."""
    axis = value.made_by.options.get("axis")
    return value.op in (Op.MEAN, Op.SUM) and axis is not None and not axis.is_none


def _only_read(event: Event, trace: Trace) -> bool:
    """All that becomes of the result is a number, or an argument of a call made for its effect: `print`, `self.log`."""
    users = trace.uses(event.result)
    read = bool(users) and all(
        user.op in WITHOUT_GRADIENT or (stands_alone(user) and not is_backward(user)) for user in users
    )
    return read and not returned(event, trace)


RULE = Rule(
    code="NAN308",
    name="root-loss",
    summary="The square root of a loss that is 0 at a perfect prediction.",
    why="The derivative of a root is 1 / (2 sqrt(x)), infinite at 0. A mean squared error is 0 where the prediction is "
    "perfect, and so is its own gradient: infinity times 0 is NaN, and one such batch makes every weight NaN. It takes "
    "no perfect model: a batch of one, a mask that leaves one pixel, a target that a saturated head repeats exactly. "
    "The same holds for the scale-invariant log error of depth estimation, "
    "sqrt(mean(d**2) - 0.85 * mean(d)**2).",
    check=check,
    specific=32,
    remedy="Add an epsilon inside the root, or minimise the loss without the root.",
    fix=Applicability.UNSAFE,
    fix_note="The epsilon changes the value: at a perfect prediction the root of 1e-8 is 1e-4. The plain mean squared "
    "error has the same minimum, but other gradients on the way.",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.sqrt.html",
        "https://arxiv.org/abs/1406.2283",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def rmse_loss(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target))

def f(prediction, target):
    return rmse_loss(prediction, target)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def rmse_loss(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target) + 1e-8)

def f(prediction, target):
    return rmse_loss(prediction, target)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class RMSE(nn.Module):
    def __init__(self):
        super().__init__()
        self.mse = nn.MSELoss()

    def forward(self, prediction, target):
        return torch.sqrt(self.mse(prediction, target))

def f(prediction, target):
    return RMSE()(prediction, target)
""",
            fixed="""\
import torch
from torch import nn

class RMSE(nn.Module):
    def __init__(self):
        super().__init__()
        self.mse = nn.MSELoss()

    def forward(self, prediction, target):
        return torch.sqrt(self.mse(prediction, target) + 1e-8)

def f(prediction, target):
    return RMSE()(prediction, target)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

criterion = nn.MSELoss()

def f(model, x, y):
    loss = criterion(model * x, y) ** 0.5
    loss.backward()
    return loss
""",
            fixed="""\
import torch
from torch import nn

criterion = nn.MSELoss()

def f(model, x, y):
    loss = (criterion(model * x, y) + 1e-8) ** 0.5
    loss.backward()
    return loss
""",
            hostile="torch.ones(3), torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class RMSELoss(torch.nn.Module):
    def forward(self, prediction, target, mask):
        squares = (prediction - target) ** 2
        return (squares * mask).sum().div(mask.sum().clamp(min=1)).sqrt()

def f(prediction, target, mask):
    return RMSELoss()(prediction, target, mask)
""",
            fixed="""\
import torch

class RMSELoss(torch.nn.Module):
    def forward(self, prediction, target, mask):
        squares = (prediction - target) ** 2
        return ((squares * mask).sum().div(mask.sum().clamp(min=1)) + 1e-8).sqrt()

def f(prediction, target, mask):
    return RMSELoss()(prediction, target, mask)
""",
            hostile="torch.ones(3), torch.zeros(3), torch.zeros(3)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def silog_loss(prediction, depth, variance_focus=0.85):
    d = torch.log(prediction.clamp(min=1e-3)) - torch.log(depth.clamp(min=1e-3))
    return torch.sqrt((d**2).mean() - variance_focus * d.mean() ** 2) * 10.0

def f(prediction, depth):
    return silog_loss(prediction, depth)
""",
            fixed="""\
import torch

def silog_loss(prediction, depth, variance_focus=0.85):
    d = torch.log(prediction.clamp(min=1e-3)) - torch.log(depth.clamp(min=1e-3))
    return torch.sqrt((d**2).mean() - variance_focus * d.mean() ** 2 + 1e-8) * 10.0

def f(prediction, depth):
    return silog_loss(prediction, depth)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class SILog(nn.Module):
    def forward(self, prediction, depth):
        g = torch.log(prediction) - torch.log(depth)
        return 10 * torch.sqrt(torch.var(g) + 0.15 * torch.pow(torch.mean(g), 2))

def f(prediction, depth):
    return SILog()(prediction.clamp(min=0.1), depth.clamp(min=0.1))
""",
            fixed="""\
import torch
from torch import nn

class SILog(nn.Module):
    def forward(self, prediction, depth):
        g = torch.log(prediction) - torch.log(depth)
        return 10 * torch.sqrt(torch.var(g) + 0.15 * torch.pow(torch.mean(g), 2) + 1e-8)

def f(prediction, depth):
    return SILog()(prediction.clamp(min=0.1), depth.clamp(min=0.1))
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def reconstruction_loss(image, target):
    loss = F.mse_loss(image, target, reduction="none").mean(dim=(1, 2))
    loss.sqrt_()
    return loss.mean()

def f(image, target):
    return reconstruction_loss(image, target)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def reconstruction_loss(image, target):
    loss = F.mse_loss(image, target, reduction="none").mean(dim=(1, 2))
    loss.add_(1e-8).sqrt_()
    return loss.mean()

def f(image, target):
    return reconstruction_loss(image, target)
""",
            hostile="torch.ones(2, 3, 3), torch.ones(2, 3, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(model, x, y):
    rmse = torch.sqrt(F.mse_loss(model * x, y))
    print(rmse.item())
    return rmse
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(model, x, y):
    rmse = torch.sqrt(F.mse_loss(model * x, y) + 1e-8)
    print(rmse.item())
    return rmse
""",
            hostile="torch.ones(3), torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(weight, x, y, steps=3):
    for step in range(steps):
        loss = F.mse_loss(weight * x, y).sqrt()
        loss.backward()
        value = loss.item()
    return value
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(weight, x, y, steps=3):
    for step in range(steps):
        loss = (F.mse_loss(weight * x, y) + 1e-8).sqrt()
        loss.backward()
        value = loss.item()
    return value
""",
            hostile="torch.ones(3), torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Trainer:
    def __init__(self, task):
        self.task = task

    def train_model(self, model, x, y):
        if self.task == "regression":
            loss = torch.sqrt(F.mse_loss(model * x, y))
        else:
            loss = F.l1_loss(model * x, y)
        loss.backward()
        return loss

def f(model, x, y):
    return Trainer("regression").train_model(model, x, y)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Trainer:
    def __init__(self, task):
        self.task = task

    def train_model(self, model, x, y):
        if self.task == "regression":
            loss = torch.sqrt(F.mse_loss(model * x, y) + 1e-8)
        else:
            loss = F.l1_loss(model * x, y)
        loss.backward()
        return loss

def f(model, x, y):
    return Trainer("regression").train_model(model, x, y)
""",
            hostile="torch.ones(3), torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def rmse(prediction, target):
    return (prediction - target).square().mean().pow(0.5)

def f(prediction, target):
    return rmse(prediction, target)
""",
            fixed="""\
import torch

def rmse(prediction, target):
    return ((prediction - target).square().mean() + 1e-8).pow(0.5)

def f(prediction, target):
    return rmse(prediction, target)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

class RMSELoss(torch.nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, prediction, target):
        return torch.sqrt(F.mse_loss(prediction, target) + self.eps)

def f(prediction, target):
    return RMSELoss()(prediction, target)
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

@torch.no_grad()
def f(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target))
""",
            "No gradient flows: the root of 0 is 0.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(model, optimizer, x, y):
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    print(torch.sqrt(loss))
    return torch.sqrt(loss).item(), loss.detach().sqrt()
""",
            "The root is for a person to read: nothing is differentiated through it.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Task(torch.nn.Module):
    def training_step(self, batch, index):
        x, y = batch
        loss = F.mse_loss(self(x), y)
        self.log("train_rmse", torch.sqrt(loss))
        return loss

def f():
    return Task()
""",
            "The root goes to a log; the loss itself is what is minimised.",
        ),
        Good(
            "torch",
            """\
import torch

def f(lower, higher, tolerance):
    norm = lambda v: torch.sqrt(torch.square(v.reshape((v.shape[0], -1))).mean(dim=-1, keepdim=True))
    return bool(torch.all(norm((higher - lower) / tolerance) <= 1.0))
""",
            "The size of a step's error, by which a solver chooses the next one.",
        ),
        Good(
            "torch",
            """\
import torch

def loss_function(x, scale):
    centred = x - x.mean(-1, keepdim=True)
    deviation = torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5)
    return (centred / deviation).mean() * scale

def f(x):
    return loss_function(x, 2.0)
""",
            "A standard deviation with its epsilon.",
        ),
        Good(
            "torch",
            """\
import torch

def evaluate(truth, prediction):
    squares = (truth - prediction) ** 2
    return torch.sqrt(squares.mean())

def compute_depth_errors(truth, prediction):
    squares = (torch.log(truth.clamp(min=1e-3)) - torch.log(prediction.clamp(min=1e-3))) ** 2
    return torch.sqrt(squares.mean())

def f(truth, prediction):
    return evaluate(truth, prediction), compute_depth_errors(truth, prediction)
""",
            "By their names these functions compute metrics.",
        ),
        Good(
            "torch",
            """\
import torch.nn.functional as F

def loss_function(prediction, target):
    loss = F.mse_loss(prediction, target)
    if loss > 0:
        loss = loss.sqrt()
    return loss

def f(prediction, target):
    return loss_function(prediction, target)
""",
            "The root is taken of positive losses only.",
        ),
        Good(
            "torch",
            """\
import torch

def loss_function(prediction, target):
    return (prediction - target).norm() / prediction.numel() ** 0.5

def f(prediction, target):
    return loss_function(prediction, target)
""",
            "PyTorch's own norm has gradient 0 at 0.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def loss_function(prediction, target):
    return torch.sqrt(F.mse_loss(prediction, target).clamp(min=1e-12))

def f(prediction, target):
    return loss_function(prediction, target)
""",
            "A clamp inside the root passes no gradient on where it holds.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(prediction, target):
    return np.sqrt(np.mean((prediction - target) ** 2)), np.mean((prediction - target) ** 2) ** 0.5
""",
            "NumPy has no gradient.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F

class Task:
    def step(self, model, x, y):
        self.loss = F.mse_loss(model(x), y) ** 0.5
        return {"rmse": self.loss.item()}

def f(model, x, y):
    return Task().step(model, x, y)
""",
            "One use of the root only reads it; another, of the attribute, is somewhere else.",
        ),
    ),
)
