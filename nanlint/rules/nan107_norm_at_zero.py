"""A norm, a distance or a standard deviation written as a root of squares: its gradient at 0 is NaN."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import squared
from nanlint.reasoning.context import names_of, quiet
from nanlint.reasoning.destinations import feeds_loss, trained
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import adding, clamping, epsilon, is_method, literal, operand_node, quoted
from nanlint.reasoning.moving import reachable_source
from nanlint.reasoning.origins import strip
from nanlint.reasoning.poles import danger, differentiated, takes_array
from nanlint.reasoning.provenance import MAX_VALUES
from nanlint.reasoning.residuals import is_root_of_error
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.roots import written_out
from nanlint.reasoning.spelling import spell, spell_method
from nanlint.reasoning.squares import is_expanded_distance, is_root, is_sum_of_squares
from nanlint.reasoning.terms import operand
from nanlint.reasoning.vanishing import along_edges, only_by_relu, vanishing
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

SPECTRAL = frozenset({"spectrogram", "spectrum", "stft", "mel", "fbank", "mfcc", "magnitude"})
"""Words for the magnitudes of complex numbers, mostly of the input, to which no gradient goes back."""
NORMS = (Op.NORM, Op.STD, Op.PAIRWISE_DISTANCE, Op.HYPOT)


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SQRT, Op.POWER):
        if is_root(event):
            yield from _root(event, trace, limits)
    twice = [event for event in trace.of(Op.OPAQUE) if _keeps_graph(event)]
    for event in trace.of(*NORMS):
        yield from _norm(event, trace, twice, limits)


def _root(event: Event, trace: Trace, limits: Limits) -> Iterator[Draft]:
    """`sqrt((x ** 2).sum())`, `sqrt(a2 + b2 - 2 * a @ b.T)`."""
    found = danger(event, trace)
    if found is None or not takes_array(event) or is_root_of_error(event, trace):
        return
    text, way, rewrite = quoted(operand_node(event, 0)), vanishing(event.x, trace, backward=True), None
    if is_expanded_distance(event.x):
        wrong = f"sqrt of {text}, a squared distance whose digits cancel: between near points it rounds below 0, to NaN"
        remedy = "Clamp the squared distance above 0, or use the library's distance."
        rewrite = clamping(event, 0, {"min": literal(epsilon(event, limits)) if differentiated(event) else "0.0"})
    elif found.backward and is_sum_of_squares(event.x) and not only_by_relu(event.x):
        zero = way or ("where two points coincide" if along_edges(event.x) else "where all of them are 0")
        wrong = f"sqrt of {text}, a sum of squares: {zero} the gradient is infinity times 0, NaN"
        rewrite = _library(event, trace)
        remedy = "Use the library's own function, whose gradient there is 0." if rewrite else "Add an epsilon inside."
        rewrite = rewrite or adding(event, 0, literal(epsilon(event, limits)))
    else:
        return
    spectrum = strip(event.x).op is Op.ADD or bool(names_of(event.site.frame) & SPECTRAL)
    known = feeds_loss(event, trace) if spectrum or along_edges(event.x) else way is not None and trained(event, trace)
    level = Level.STRICT if quiet(event.site) else Level.WARNING if known or not found.backward else Level.NOTE
    yield Draft(event, level, wrong, remedy, evidence=trail(event, trace, event.x), rewrite=rewrite)


# the library's norm or standard deviation


def _library(event: Event, trace: Trace) -> Rewrite | None:
    """The root as the framework's own function, where the gradient of that is 0 at 0."""
    term = operand(trace, event)
    if term.op is Op.VAR:
        op, inner = Op.STD, term.operand()
    elif term.op is Op.SUM and (base := term.operand()).origin is not None and squared(base.value) is not None:
        op, inner = Op.NORM, base.operand()
    else:
        return None
    reducing, text, imports = term.origin, inner.bare(event), tuple[str, ...]()
    if reducing is None or term.links or inner.links or not registry.smooth_at_zero(op, event.framework):
        return None
    parts = _options(reducing, event)
    if parts is None or text is None or not (plainly_written(event) and plainly_written(reducing)):
        return None
    written = None
    if is_method(event) and is_method(reducing):
        written = spell_method(event, op, inner.atom(event) or text, parts)
    if written is None:
        spelled = spell(event, op, {"x": text, **parts})
        if spelled is None:
            return None
        written, imports = spelled.text, spelled.imports
    title = f"Use {'the norm' if op is Op.NORM else 'std'}, whose gradient at 0 is 0"
    return Rewrite(title, Applicability.SAFE, (Replace(event.node, written),), imports)


def _options(reducing: Event, target: Event) -> dict[str, str] | None:
    """The source of the reduction's options for use at `target`; None where they are not those of a norm."""
    parts: dict[str, str] = {}
    for name, node in reducing.site.options.items():
        text = reachable_source(node, reducing, target)
        if text is None or name not in ("axis", "keepdim", "unbiased", "correction"):
            return None
        if name != "unbiased":
            parts[name] = text
        elif reducing.options[name].constant is False:
            parts["correction"] = "0"
        elif reducing.options[name].constant is not True:
            return None
    return parts


# norms that the framework has, but not their gradients


def _norm(event: Event, trace: Trace, twice: list[Event], limits: Limits) -> Iterator[Draft]:
    """`torch.hypot` at the origin; a norm whose gradient is differentiated again."""
    if not differentiated(event) or not all(x.range.contains(0.0) for x in event.operands):
        return
    text = quoted(event.node)
    if not registry.smooth_at_zero(event.op, event.framework):
        way = vanishing(event.result, trace, backward=True)
        wrong = f"{text}: its gradient at 0{f', {way},' if way else ''} is 0 / 0, NaN"
        level = Level.STRICT if event.op is Op.STD else Level.NOTE  # data are rarely constant
        level = Level.WARNING if way is not None and trained(event, trace) else level
    elif twice and event.op is not Op.STD and _reaches(event, trace, twice):
        wrong = f"{text} is differentiated twice: its gradient at 0 is 0, its second derivative NaN"
        level = Level.NOTE
    else:
        return
    level = Level.STRICT if quiet(event.site) else level
    remedy = "Write the root out, with an epsilon inside."
    yield Draft(event, level, wrong, remedy, evidence=trail(event, trace, event.x), rewrite=_written_out(event, limits))


def _keeps_graph(event: Event) -> bool:
    """A gradient that will be differentiated itself: `torch.autograd.grad(..., create_graph=True)`."""
    keeps = event.options.get("create_graph")
    return keeps is not None and keeps.constant is True


def _reaches(event: Event, trace: Trace, goals: list[Event]) -> bool:
    """The result is part of the first operand of one of the events."""
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value = pending.pop()
        for user in trace.uses(value):
            if any(user is goal and user.x.made_by is value.made_by for goal in goals):
                return True
            if id(user) not in seen:
                seen.add(id(user))
                pending.append(user.result)
    return False


def _written_out(event: Event, limits: Limits) -> Rewrite | None:
    root = written_out(event, limits)
    if root is None:
        return None
    edit = Replace(event.node, root.text)
    return Rewrite("Write it out with an epsilon", Applicability.UNSAFE, (edit,), root.imports)


RULE = Rule(
    code="NAN107",
    name="norm-at-zero",
    summary="A norm, a distance or a standard deviation written as a root of squares: its gradient at 0 is NaN.",
    why="The gradient of sqrt(s) is infinite at s = 0, that of s = sum(x**2) is 0 there: infinity times 0 is NaN. So "
    "the distance between two equal points, the length of a padded row, the magnitude of a silent frame are right and "
    "their gradients NaN. PyTorch's norm, vector_norm, cdist, pairwise_distance and std define that gradient as 0, "
    "but not hypot, and not the second derivative, which a gradient penalty on a network with a norm inside needs. "
    "Those of TensorFlow, Keras and JAX do not: there tf.norm and jnp.linalg.norm are no repair. A squared distance "
    "written as a2 + b2 - 2ab is worse: its digits cancel, between near points it rounds below 0 and the root itself "
    "is NaN.",
    check=check,
    specific=15,
    remedy="Use the library's norm, distance or std where its gradient at 0 is 0, as in PyTorch; else add an epsilon "
    "inside the root.",
    fix=Applicability.SAFE,
    fix_note="The library's norm and std compute the same function, up to the last digits, with a gradient of 0 at 0. "
    "An epsilon inside the root, where no library function fits, is not safe: sqrt(1e-8) is 1e-4.",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html",
        "https://docs.pytorch.org/docs/stable/generated/torch.cdist.html",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Distance(torch.nn.Module):
    def forward(self, a, b):
        difference = a - b
        return difference.pow(2).sum(dim=-1).sqrt()

def f(a, b):
    return Distance()(a, b)
""",
            fixed="""\
import torch

class Distance(torch.nn.Module):
    def forward(self, a, b):
        difference = a - b
        return difference.norm(dim=-1)

def f(a, b):
    return Distance()(a, b)
""",
            hostile="torch.ones(2, 3), torch.ones(2, 3)",
            ordinary="torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.tensor([[0.0, 4.0], [0.5, 3.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def triplet_loss(anchor, positive, negative, margin=1.0):
    near = torch.sqrt(torch.sum((anchor - positive) ** 2, dim=1))
    far = torch.sqrt(torch.sum(torch.square(anchor - negative), dim=1) + 1e-8)
    return torch.relu(near - far + margin).mean()

def f(anchor, positive, negative):
    return triplet_loss(anchor, positive, negative)
""",
            fixed="""\
import torch

def triplet_loss(anchor, positive, negative, margin=1.0):
    near = torch.linalg.vector_norm(anchor - positive, dim=1)
    far = torch.sqrt(torch.sum(torch.square(anchor - negative), dim=1) + 1e-8)
    return torch.relu(near - far + margin).mean()

def f(anchor, positive, negative):
    return triplet_loss(anchor, positive, negative)
""",
            hostile="torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3)",
            ordinary="torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]]), torch.tensor([[0.5, 3.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Pool(torch.nn.Module):
    def forward(self, x, mask):
        x = x * mask.unsqueeze(1)
        energy = (x * x).sum(1, keepdim=True)
        return energy**0.5

def f(x, mask):
    return Pool()(x, mask)
""",
            fixed="""\
import torch

class Pool(torch.nn.Module):
    def forward(self, x, mask):
        x = x * mask.unsqueeze(1)
        energy = (x * x).sum(1, keepdim=True)
        return torch.linalg.vector_norm(x, dim=1, keepdim=True)

def f(x, mask):
    return Pool()(x, mask)
""",
            hostile="torch.ones(2, 3), torch.zeros(2)",
            ordinary="torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.ones(2)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Statistics(torch.nn.Module):
    def forward(self, x, mask):
        x = x * mask
        return torch.cat([x.mean(dim=1), x.var(dim=1, unbiased=False).sqrt()], dim=1)

def f(x, mask):
    return Statistics()(x, mask)
""",
            fixed="""\
import torch

class Statistics(torch.nn.Module):
    def forward(self, x, mask):
        x = x * mask
        return torch.cat([x.mean(dim=1), x.std(dim=1, correction=0)], dim=1)

def f(x, mask):
    return Statistics()(x, mask)
""",
            hostile="torch.ones(2, 3, 4), torch.zeros(2, 3, 4)",
            ordinary="torch.arange(24.0).reshape(2, 3, 4) ** 2, torch.ones(2, 3, 4)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def spectral_loss(real, imaginary, target):
    magnitude = torch.sqrt(real**2 + imaginary**2)
    return (magnitude - target).abs().mean()

def f(real, imaginary, target):
    return spectral_loss(real, imaginary, target)
""",
            fixed="""\
import torch

def spectral_loss(real, imaginary, target):
    magnitude = torch.sqrt(real**2 + imaginary**2 + 1e-8)
    return (magnitude - target).abs().mean()

def f(real, imaginary, target):
    return spectral_loss(real, imaginary, target)
""",
            hostile="torch.zeros(2), torch.zeros(2), torch.ones(2)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Edges(torch.nn.Module):
    def forward(self, x):
        dx = x[:, 1:, :-1] - x[:, :-1, :-1]
        dy = x[:, :-1, 1:] - x[:, :-1, :-1]
        return torch.hypot(dx, dy)

def f(x):
    return Edges()(x)
""",
            fixed="""\
import torch

class Edges(torch.nn.Module):
    def forward(self, x):
        dx = x[:, 1:, :-1] - x[:, :-1, :-1]
        dy = x[:, :-1, 1:] - x[:, :-1, :-1]
        return torch.sqrt(dx**2 + dy**2 + 1e-8)

def f(x):
    return Edges()(x)
""",
            hostile="torch.ones(1, 3, 3)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def distance_loss(x):
    squares = x.pow(2).sum(dim=1, keepdim=True)
    distances = torch.sqrt(squares + squares.t() - 2 * x @ x.t())
    return distances.mean()

def f(x):
    return distance_loss(x)
""",
            fixed="""\
import torch

def distance_loss(x):
    squares = x.pow(2).sum(dim=1, keepdim=True)
    distances = torch.sqrt(torch.clamp(squares + squares.t() - 2 * x @ x.t(), min=1e-8))
    return distances.mean()

def f(x):
    return distance_loss(x)
""",
            hostile="torch.tensor([[0.1, 0.3], [0.1, 0.3], [0.7, 1.1]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def critic(x):
    return torch.norm(x, dim=1)

def f(x):
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (slope**2).sum(dim=1)
""",
            fixed="""\
import torch

def critic(x):
    return torch.sqrt(torch.sum(x**2, dim=1) + 1e-8)

def f(x):
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (slope**2).sum(dim=1)
""",
            hostile="torch.zeros(2, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(a, b):
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)
    return np.sqrt(squares - 2 * np.dot(a, b.T))
""",
            fixed="""\
import numpy as np

def f(a, b):
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)
    return np.sqrt(np.maximum(squares - 2 * np.dot(a, b.T), 0.0))
""",
            hostile="np.linspace(0, 1, 30).reshape(10, 3), np.linspace(0, 1, 30).reshape(10, 3)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Edges(torch.nn.Module):
    def forward(self, points, sender, receiver):
        return (points[sender] - points[receiver]).pow(2).sum(-1).sqrt()

def f(points):
    return Edges()(points, torch.tensor([0]), torch.tensor([1]))
""",
            fixed="""\
import torch

class Edges(torch.nn.Module):
    def forward(self, points, sender, receiver):
        return (points[sender] - points[receiver]).norm(dim=-1)

def f(points):
    return Edges()(points, torch.tensor([0]), torch.tensor([1]))
""",
            hostile="torch.zeros(2, 3)",
            ordinary="torch.tensor([[0.0, 1.0, 2.0], [3.0, 1.0, 1.0]])",
            level=Level.NOTE,  # 0 only where two points coincide
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def distance_loss(a, b):
    near = torch.linalg.vector_norm(a - b, dim=-1) + (a - b).norm(dim=-1) + F.pairwise_distance(a, b)
    return near.mean() + torch.cdist(a, b).mean() + torch.dist(a, b) + a.std(dim=-1).mean()

def f(a, b):
    return distance_loss(a, b)
""",
            "PyTorch's own norms, distances and std have gradient 0 at 0.",
        ),
        Good(
            "torch",
            """\
import torch

def distance_loss(a, b, eps=1e-6):
    return torch.sqrt(((a - b) ** 2).sum(-1) + eps).mean() + (a - b).pow(2).sum(-1).clamp(min=1e-12).sqrt().mean()

def f(a, b):
    return distance_loss(a, b)
""",
            "The epsilon or the clamp is inside the root.",
        ),
        Good(
            "torch",
            """\
import torch

def f(critic, x):
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((slope.norm(2, dim=1) - 1) ** 2).mean()
""",
            "A gradient penalty takes the norm of a gradient: that norm is differentiated once.",
        ),
        Good(
            "torch",
            """\
import torch

class Pool(torch.nn.Module):
    def forward(self, x):
        return torch.relu(x).pow(2).mean(dim=(2, 3)).sqrt()

def f(x):
    return Pool()(x)
""",
            "Where the root is 0, nothing goes back through the ReLU: its backward selects.",
        ),
        Good(
            "torch",
            """\
import torch

@torch.no_grad()
def f(a, b):
    return torch.sqrt(((a - b) ** 2).sum(-1))
""",
            "Without a gradient a root at 0 is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(model):
    total = 0.0
    for p in model.parameters():
        total += p.grad.data.norm(2).item() ** 2
    return total**0.5
""",
            "The length of all gradients as a Python number.",
        ),
        Good(
            "torch",
            """\
import torch

class Quadratic(torch.nn.Module):
    def forward(self, x):
        return torch.sqrt(1 + x**2) - 1 + torch.sqrt(x.pow(2).sum(-1, keepdim=True) + 1.0)

def f(x):
    return Quadratic()(x)
""",
            "A sum of squares that starts at 1.",
        ),
        Good(
            "torch",
            """\
import torch

class Distance(torch.nn.Module):
    def forward(self, a, b):
        squares = (a - b).pow(2).sum(-1)
        return torch.where(squares > 0, torch.where(squares > 0, squares, torch.ones_like(squares)).sqrt(), 0.0)

def f(a, b):
    return Distance()(a, b)
""",
            "The root of 1 is taken where the distance is 0.",
        ),
        Good(
            "torch",
            """\
import torch

class Pairs(torch.nn.Module):
    def forward(self, a, b):
        squares = a.pow(2).sum(1, keepdim=True) + b.pow(2).sum(1) - 2 * a @ b.t()
        return squares.clamp(min=1e-12).sqrt() + torch.sqrt(torch.relu(squares) + 1e-8)

def f(a, b):
    return Pairs()(a, b)
""",
            "What cancels below 0 is clamped before the root.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b):
    return np.sqrt(((a - b) ** 2).sum(axis=-1)) + np.hypot(a, b).sum(axis=-1) + np.linalg.norm(a - b)
""",
            "NumPy has no gradient, and a sum of squares is not negative.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b):
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0.0))
""",
            "What rounds below 0 is raised to 0.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def distance_loss(a, b):
    d = a - b
    return torch.sqrt(torch.einsum("ij,ij->i", d, d)).mean()

def f(a, b):
    return distance_loss(a, b)
""",
            "A sum of squares written as a product of matrices is not seen as one.",
        ),
    ),
)
