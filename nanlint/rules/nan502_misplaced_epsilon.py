"""A guard in the wrong place: outside the root, after the logarithm, at 0, upside down, thrown away."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.promises import EPSILON
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import apart
from nanlint.reasoning.context import in_training, quiet
from nanlint.reasoning.destinations import wants_gradient
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import (
    bare,
    clamped,
    epsilon,
    is_method,
    is_operator,
    literal,
    operand_node,
    quoted,
    replaced,
    with_epsilon,
)
from nanlint.reasoning.moving import reachable_source
from nanlint.reasoning.origins import SAME_ELEMENTS, strip
from nanlint.reasoning.poles import Danger, danger, differentiated, fed, has_keyword, singularity
from nanlint.reasoning.provenance import reached
from nanlint.reasoning.squares import is_root, is_sum_of_squares, of_components
from nanlint.reasoning.texts import code
from nanlint.reasoning.vanishing import only_by_relu, vanishing
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

SMALL = 1e-2  # what an epsilon is at most
LOGS = frozenset({Op.LOG, Op.LOG2, Op.LOG10})
PROBABILITIES = frozenset({Op.SOFTMAX, Op.SIGMOID})
NOTHING_BETWEEN: frozenset[Op] = frozenset()
UNKNOWN_MAKERS = frozenset({Op.OPAQUE, Op.ARGUMENT, Op.ATTRIBUTE, Op.ITERATE})
MOVING = SAME_ELEMENTS | {Op.CLAMP, Op.STORE, Op.JOIN, Op.OPAQUE}
"""Operations that other objects have under the same name."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.ADD, Op.SUBTRACT, Op.CLAMP, Op.MAXIMUM, Op.MINIMUM):
        for find in (_epsilon_after, _clamp_after, _clamp_at_zero, _upside_down, _wrong_sign, _thrown_away):
            found = find(event, trace, limits)
            if found is not None:
                yield found
                break


def _draft(guard: Event, pole: Event, level: Level, wrong: str, right: str, rewrite: Rewrite | None) -> Draft:
    clue = Clue(pole.node, f"{describe(pole)} is not protected", pole.operands[0])
    return Draft(guard, level, wrong, right, evidence=(clue,), claims=(pole,), rewrite=rewrite)


def small(value: Value) -> bool:
    """An epsilon: a small positive number, or an unknown one with that name."""
    bounds = value.range
    known = value.kind.scalar and bounds.point is not None and bounds.hi <= SMALL
    return bounds.lo > 0.0 and (known or bounds == EPSILON)


def _level(event: Event, pole: Event, found: Danger | None = None) -> Level:
    if quiet(event.site):
        return Level.STRICT
    if found is not None and found.level is Level.ERROR:
        return Level.ERROR
    return Level.WARNING if in_training(pole.site) else Level.NOTE


# outside the root, after the logarithm


def _guarded(event: Event) -> int | None:
    """The number of the operand to which the event adds an epsilon."""
    for index, other in ((0, 1), (1, 0)):
        if small(event.operands[other]) and not event.operands[index].kind.scalar:
            return index
    return None


def _epsilon_after(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`sqrt(s) + eps`, `log(p) + eps`."""
    index = _guarded(event) if event.op is Op.ADD else None
    pole = None if index is None else trace.origin(strip(event.operands[index]))
    if index is None or pole is None or not (pole.op in LOGS or is_root(pole)):
        return None
    found = danger(pole, trace)
    if found is None or found.level is Level.STRICT or strip(pole.x).op in PROBABILITIES:
        return None
    if pole.op not in LOGS and not (found.backward and (found.level > Level.NOTE or is_sum_of_squares(pole.x))):
        return None
    if only_by_relu(pole.x):
        return None
    rewrite = _moved_inside(event, 1 - index, pole)
    text = quoted(operand_node(event, 1 - index))
    if pole.op in LOGS:
        wrong = f"{text} is added after the logarithm: log(0) stays -inf"
        return _draft(event, pole, _level(event, pole, found), wrong, "Add the epsilon to the operand.", rewrite)
    wrong = f"{text} is added outside the root: the gradient of sqrt at 0 stays infinite"
    level = _level(event, pole)
    if level is Level.WARNING:
        met = not of_components(pole.x) or vanishing(pole.x, trace) is not None
        level = Level.ERROR if met and wants_gradient(pole, trace) else Level.NOTE
    return _draft(event, pole, level, wrong, "Add the epsilon inside the root.", rewrite)


def _moved_inside(event: Event, index: int, pole: Event) -> Rewrite | None:
    """`sqrt(s) + eps` becomes `sqrt(s + eps)`, also where the root has an earlier statement of its own."""
    node, inner = operand_node(event, index), operand_node(pole, 0)
    kept = operand_node(event, 1 - index)
    addend = None if node is None else reachable_source(node, event, pole) or _constant(node)
    text = None if addend is None else with_epsilon(pole, 0, addend)
    if inner is None or kept is None or text is None:
        return None
    title = f"Move {quoted(node)} inside"
    if kept is pole.node:
        whole = replaced(pole.node, inner, f"({text})" if is_method(pole) or is_operator(pole) else text)
        return None if whole is None else Rewrite(title, Applicability.UNSAFE, (Replace(event.node, whole),))
    edits = (Replace(inner, text), Replace(event.node, bare(kept)))
    return Rewrite(title, Applicability.UNSAFE, edits)


def _constant(node: cst.CSTNode) -> str | None:
    return code(node) if isinstance(node, (cst.Float, cst.Integer)) else None


# a clamp after the operation


def _clamp_after(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`log(p).clamp(min=-100)`, `sqrt(s).clamp(min=eps)`: the value is saved, the gradient is not."""
    if event.op is not Op.CLAMP:
        return None
    pole = trace.origin(strip(event.x))
    low = event.options.get("min")
    if pole is None or low is None or low.is_none or not (pole.op in LOGS or is_root(pole)):
        return None
    if not differentiated(pole) or strip(pole.x).op in PROBABILITIES or (pole.op not in LOGS and low.range.lo < 0.0):
        return None
    found = danger(pole, trace)
    if found is None or found.level is Level.STRICT:
        return None
    wrong = f"the clamp comes after {describe(pole)}: it saves the value, the gradient at 0 is 0 times infinity, NaN"
    inner, outer = clamped(pole, 0, {"min": literal(epsilon(pole, limits))}), operand_node(event, 0)
    node, rewrite = operand_node(pole, 0), None
    if inner is not None and node is not None and outer is pole.node:
        whole = replaced(pole.node, node, inner[0])
        if whole is not None:
            edits = (Replace(event.node, whole),)
            rewrite = Rewrite("Clamp the operand instead", Applicability.UNSAFE, edits, inner[1])
    return _draft(event, pole, _level(event, pole, found), wrong, "Clamp the operand, not the result.", rewrite)


# a clamp at 0, or with the wrong bound


def _consumer(event: Event, trace: Trace) -> Event | None:
    """The first operation that takes the event's result to its pole at 0, with nothing but reshaping in between."""
    for pole in fed(event, trace, NOTHING_BETWEEN):
        singular = singularity(pole)
        if singular is not None and event.framework and danger(pole, trace, singular) is not None:
            return pole
    return None


def _bound(event: Event, name: str) -> tuple[float, cst.CSTNode | None] | None:
    """The bound that a clamp (or a maximum, a minimum with a number) sets, and its source."""
    if event.op is Op.CLAMP:
        value = event.options.get(name)
        x = None if value is None else value.range.point
        return None if x is None else (x, event.site.options.get(name))
    if event.op is (Op.MAXIMUM if name == "min" else Op.MINIMUM):
        for value, node in zip(event.operands, event.site.operands, strict=False):
            x = value.range.point
            if x is not None:
                return x, node if value.kind.scalar else None
    return None


def _clamp_at_zero(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`x.clamp(min=0).sqrt()`, `log(x.clamp(0, 1))`."""
    low = _bound(event, "min")
    pole = _consumer(event, trace) if low is not None and low[0] == 0.0 else None
    singular = None if pole is None else singularity(pole)
    if low is None or pole is None or singular is None or pole.op in (Op.FLOOR_DIVIDE, Op.REMAINDER):
        return None
    found = danger(pole, trace, singular)
    if found is None or not reached(pole.operands[singular.index], found.zone):
        return None
    lost = "its gradient there is infinite" if found.backward or _of_root(pole) else "its value there is infinite"
    wrong = f"the clamp to 0 lets 0 into {describe(pole)}: {lost}"
    level = _level(event, pole) if found.backward or pole.op is Op.DIVIDE else _level(event, pole, found)
    if apart(pole) or (found.backward and not wants_gradient(pole, trace)) or not _below_one(pole):
        level = min(level, Level.NOTE)
    rewrite = None
    if low[1] is not None:
        eps = literal(epsilon(pole, limits))
        rewrite = Rewrite(f"Clamp to {eps}", Applicability.UNSAFE, (Replace(low[1], eps),))
    return _draft(event, pole, level, wrong, "Clamp to a small positive number.", rewrite)


def _of_root(pole: Event) -> bool:
    """A power whose exponent nobody knows: below 0 its value is infinite at 0, below 1 its gradient, the likelier."""
    return pole.op is Op.POWER and len(pole.operands) > 1 and pole.y.range.hi > 0.0


def _below_one(pole: Event) -> bool:
    """Where it is a power, the exponent is known to be so small that the gradient at 0 is infinite."""
    return pole.op is not Op.POWER or len(pole.operands) < 2 or pole.y.range.hi < 1.0


def _upside_down(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`x.clamp(max=1e-8).log()`: minimum where maximum was meant."""
    high = _bound(event, "max")
    if high is None or not 0.0 < high[0] <= SMALL or _bound(event, "min") is not None:
        return None
    pole = _consumer(event, trace)
    if pole is None:
        return None
    wrong = f"{describe(event)} bounds the operand of {describe(pole)} by {literal(high[0])} from above, not from below"
    level = Level.STRICT if quiet(event.site) else Level.ERROR
    return _draft(event, pole, level, wrong, "Bound it from below (min=, maximum).", _turned(event, high))


def _turned(event: Event, high: tuple[float, cst.CSTNode | None]) -> Rewrite | None:
    """The clamp with its bound as a lower one."""
    index = next((i for i, value in enumerate(event.operands) if value.range.point is None), 0)
    text = None if high[1] is None else clamped(event, index, {"min": bare(high[1])})
    if text is None:
        return None
    return Rewrite("Bound it from below", Applicability.UNSAFE, (Replace(event.node, text[0]),), text[1])


def _wrong_sign(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`log(p - eps)`, `x / (norm - eps)`."""
    if event.op is not Op.SUBTRACT or not small(event.y) or event.x.kind.scalar or event.x.range.lo > 0.0:
        return None
    if event.y.range.point is not None and event.y.range.point > SMALL * SMALL:
        return None  # larger than an epsilon: a margin, a threshold
    pole = _consumer(event, trace)
    if pole is None or not (event.x.range.lo == 0.0 or pole.op in LOGS or is_root(pole)):
        return None
    text = quoted(operand_node(event, 1))
    wrong = f"{text} is subtracted from the operand of {describe(pole)}: that moves it to the pole"
    proven = Level.ERROR if event.x.range.lo == 0.0 else Level.WARNING
    left, right = operand_node(event, 0), operand_node(event, 1)
    rewrite = None
    if left is not None and right is not None and isinstance(event.node, cst.BinaryOperation):
        edit = Replace(event.node, f"{code(left)} + {code(right)}")
        rewrite = Rewrite("Add the epsilon", Applicability.UNSAFE, (edit,))
    level = Level.STRICT if quiet(event.site) else proven
    return _draft(event, pole, level, wrong, "Add the epsilon.", rewrite)


# thrown away


def _thrown_away(event: Event, trace: Trace, limits: Limits) -> Draft | None:
    """`x.clamp(min=eps)` as a statement: the result is a new tensor that nobody takes."""
    statement = event.site.statement
    if event.op is not Op.CLAMP or not _is_statement(event.node, statement):
        return None
    node = operand_node(event, 0)
    if event.site.spelling.endswith("_") or has_keyword(event, "out") or trace.uses(event.result) or node is None:
        return None
    if not _is_array(event.x, trace):
        return None
    wrong = f"the clamped {quoted(node)} is thrown away: {describe(event)} returns a new tensor"
    rewrite = None
    if isinstance(node, (cst.Name, cst.Attribute)):
        edit = Replace(event.node, f"{code(node)} = {code(event.node)}")
        rewrite = Rewrite(f"Assign it to {quoted(node)}", Applicability.UNSAFE, (edit,))
    return Draft(event, Level.ERROR, wrong, "Assign the result.", rewrite=rewrite)


def _is_array(value: Value, trace: Trace) -> bool:
    """Surely: what an unknown call or a caller hands over may have a `clamp` of its own that works in place."""
    if value.op not in UNKNOWN_MAKERS:
        return value.kind is Kind.TENSOR
    return any(use.framework and use.op not in MOVING for use in trace.uses(value))


def _is_statement(node: cst.CSTNode, statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return any(isinstance(small, cst.Expr) and small.value is node for small in statement.body)


RULE = Rule(
    code="NAN502",
    name="misplaced-epsilon",
    summary="A guard that stands where it protects nothing: outside the root, after the logarithm, at 0, upside down.",
    why="sqrt(s) + eps has the same infinite gradient at 0 as sqrt(s); log(p) + eps is still -inf. A clamp after the "
    "operation saves the value and leaves 0 times infinity in the backward pass. A clamp to 0 lets exactly the pole "
    "through; clamp(max=eps) and a subtracted epsilon push everything onto it; a clamp whose result nobody takes does "
    "nothing at all.",
    check=check,
    specific=20,
    remedy="Put the epsilon on the operand, before the operation, on its safe side.",
    fix=Applicability.UNSAFE,
    fix_note="The guard begins to work, so values and gradients near the pole change.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.clamp.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Unit(torch.nn.Module):
    def forward(self, x):
        return x / (torch.sqrt((x**2).sum(-1, keepdim=True)) + 1e-8)

def f(x):
    return Unit()(x)
""",
            fixed="""\
import torch

class Unit(torch.nn.Module):
    def forward(self, x):
        return x / (torch.sqrt((x**2).sum(-1, keepdim=True) + 1e-8))

def f(x):
    return Unit()(x)
""",
            hostile="torch.zeros(1, 3)",
        ),
        Bad(
            "torch",
            """\
import torch

class Unit(torch.nn.Module):
    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return x / (x.square().sum() ** 0.5 + self.eps)

def f(x):
    return Unit(1e-8)(x)
""",
            fixed="""\
import torch

class Unit(torch.nn.Module):
    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return x / ((x.square().sum() + self.eps) ** 0.5)

def f(x):
    return Unit(1e-8)(x)
""",
            hostile="torch.zeros(3)",
        ),
        Bad(
            "torch",
            """\
import torch

def distance_loss(a, b, eps=1e-6):
    distance = (a - b).pow(2).sum(-1).sqrt()
    return (distance + eps).mean()

def f(a, b):
    return distance_loss(a, b)
""",
            fixed="""\
import torch

def distance_loss(a, b, eps=1e-6):
    distance = ((a - b).pow(2).sum(-1) + eps).sqrt()
    return (distance).mean()

def f(a, b):
    return distance_loss(a, b)
""",
            hostile="torch.ones(1, 3), torch.ones(1, 3)",
        ),
        Bad(
            "torch",
            """\
import torch

def likelihood_loss(p):
    return -(torch.log(p) + 1e-8).mean()

def f(p):
    return likelihood_loss(p)
""",
            fixed="""\
import torch

def likelihood_loss(p):
    return -(torch.log(p + 1e-8)).mean()

def f(p):
    return likelihood_loss(p)
""",
            hostile="torch.tensor([0.0, 1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def likelihood_loss(p):
    return -torch.clamp(torch.log(p), min=-100).mean()

def f(p):
    return likelihood_loss(p)
""",
            fixed="""\
import torch

def likelihood_loss(p):
    return -torch.log(torch.clamp(p, min=1e-8)).mean()

def f(p):
    return likelihood_loss(p)
""",
            hostile="torch.tensor([0.0, 1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Spread(torch.nn.Module):
    def forward(self, x):
        variance = (x * x).mean(-1) - x.mean(-1) ** 2
        return variance.clamp(min=0).sqrt()

def f(x):
    return Spread()(x)
""",
            fixed="""\
import torch

class Spread(torch.nn.Module):
    def forward(self, x):
        variance = (x * x).mean(-1) - x.mean(-1) ** 2
        return variance.clamp(min=1e-8).sqrt()

def f(x):
    return Spread()(x)
""",
            hostile="torch.ones(1, 4)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.clamp(x, 0.0, 1.0))
""",
            fixed="""\
import torch

def f(x):
    return torch.log(torch.clamp(x, 1e-8, 1.0))
""",
            hostile="torch.tensor([-1.0, 1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(p):
    return p.clamp(max=1e-8).log()
""",
            fixed="""\
import torch

def f(p):
    return p.clamp(min=1e-8).log()
""",
            hostile="torch.tensor([0.0, 1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    p = torch.softmax(x, -1)
    return torch.log2(p - 1e-8)
""",
            fixed="""\
import torch

def f(x):
    p = torch.softmax(x, -1)
    return torch.log2(p + 1e-8)
""",
            hostile="torch.tensor([0.0, 200.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    torch.clamp(x, min=1e-6)
    return x.log()
""",
            fixed="""\
import torch

def f(x):
    x = torch.clamp(x, min=1e-6)
    return x.log()
""",
            hostile="torch.tensor([0.0, 1.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(p):
    return np.log(np.minimum(p, 1e-12))
""",
            fixed="""\
import numpy as np

def f(p):
    return np.log(np.maximum(p, 1e-12))
""",
            hostile="np.array([0.0, 1.0])",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(p):
    return np.log(np.clip(p, 0, None))
""",
            fixed="""\
import numpy as np

def f(p):
    return np.log(np.clip(p, 1e-8, None))
""",
            hostile="np.array([0.0, 1.0])",
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

class Unit(torch.nn.Module):
    def forward(self, x, eps=1e-8):
        length = torch.sqrt((x**2).sum(-1, keepdim=True) + eps)
        return x / length + torch.log(x.clamp(min=eps))

def f(x):
    return Unit()(x)
""",
            "The epsilon is inside.",
        ),
        Good(
            "torch",
            """\
import torch

class Unit(torch.nn.Module):
    def forward(self, x):
        return x / (x.norm(dim=-1, keepdim=True) + 1e-8) + x / (x.std() + 1e-5)

def f(x):
    return Unit()(x)
""",
            "In PyTorch norm and std have gradient 0 at 0: here the epsilon is for the division.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, bias=1e-3):
    return torch.log(1 + x.abs()) + bias + torch.sqrt(1 + x**2) + 1e-6
""",
            "A small number added to a result that has no pole to fear is no guard.",
        ),
        Good(
            "torch",
            """\
import torch

class Optimizer:
    @torch.no_grad()
    def step(self, parameter, average, rate=1e-3, eps=1e-8):
        parameter -= rate * parameter.grad / (average.sqrt() + eps)

def f(parameter, average):
    Optimizer().step(parameter, average)
    return parameter
""",
            "An optimizer's epsilon stands outside the root, where no gradient flows.",
        ),
        Good(
            "torch",
            """\
import torch

def f(boxes_of, corners, size, found):
    boxes = boxes_of(torch.as_tensor(corners))
    boxes.clip(size)
    found.clamp(0, size)
    kept = boxes.inside(found)
    kept.clamp(0, size, inplace=True)
    return boxes.tensor, kept
""",
            "Nothing says that these are arrays: an object of its own may clip itself in place.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(model, entries):
    item = model.properties.add()
    item.key = "names"
    names = set()
    names.add("a")
    return np.add.reduce(entries)
""",
            "`add` with one operand is a container's.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, step):
    x.clamp_(min=1e-6)
    ratio = torch.exp(x - x.detach()).clamp(0.8, 1.2)
    return x.log() * ratio
""",
            "The in-place clamp changes its receiver; the ratio's clamp guards nothing.",
        ),
        Good(
            "torch",
            """\
import torch

class Spread(torch.nn.Module):
    def forward(self, x):
        with torch.no_grad():
            return (x.pow(2).mean(-1) - x.mean(-1) ** 2).clamp(min=0).sqrt()

def f(x):
    return Spread()(x)
""",
            "Without a gradient the clamp to 0 is all a root needs.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.clamp(x, max=1e-3) + x.clamp(min=0).sum() + torch.log(x.abs() + 1.0)
""",
            "These clamps feed no singular operation.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, margin=0.2):
    return torch.relu(x - margin).sum() + torch.log(1 + x**2 - 0.01)
""",
            "A subtracted margin that stays clear of the pole.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, low=1e-6):
    y = x.clamp(min=low)
    z = torch.clamp(y, low, 1 - low)
    return y.log() + torch.logit(z)
""",
            "Both results are taken.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, eps=1e-12):
    spread = np.sqrt(np.maximum((x**2).mean(0) - x.mean(0) ** 2, 0.0))
    return (x - x.mean(0)) / (spread + eps)
""",
            "NumPy has no gradient.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(power, floor=-100.0):
    return np.maximum(10.0 * np.log10(power + 1e-20), floor)
""",
            "A floor on decibels after the logarithm is for display; the operand has its own epsilon.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, out):
    np.clip(x, 0.0, 1.0, out=out)
    return out
""",
            "The result goes to `out`.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(x):
    guarded = x.clone()
    guarded.clamp_(min=1e-8)
    return torch.where(guarded > 0, x, guarded).sqrt()
""",
            "A guard on a copy, while the operation takes the original: only the use of the original is looked at.",
        ),
    ),
)
