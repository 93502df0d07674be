"""A selection that saves the value of a singular operation and not its gradient."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.guards import implied, under
from nanlint.interp.promises import TARGETS
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import ZERO
from nanlint.reasoning.aftermath import selected
from nanlint.reasoning.context import in_training, quiet, words
from nanlint.reasoning.destinations import discarded, wants_gradient
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.moving import contains, reachable_source
from nanlint.reasoning.origins import RANDOM
from nanlint.reasoning.poles import SINGULAR, differentiated, meets, singularity
from nanlint.reasoning.provenance import from_network, is_offset, leaves, reached
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.texts import code, parsed
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

HARMLESS = {
    Op.LOG1P: "0.0", Op.EXP: "0.0", Op.EXP2: "0.0", Op.EXPM1: "0.0", Op.SINH: "0.0", Op.COSH: "0.0", Op.ASIN: "0.0",
    Op.ACOS: "0.0", Op.ATANH: "0.0", Op.ERFINV: "0.0", Op.LOGIT: "0.5", Op.ACOSH: "2.0",
}  # fmt: skip
"""An operand at which the operation and its derivative are finite, where that is not 1."""
EXPONENTIALS = frozenset({Op.EXP, Op.EXP2, Op.EXPM1, Op.SINH, Op.COSH})
NEAR = 1e-2  # how far an epsilon keeps the operand off the pole
CONSTANT_WORDS = TARGETS | {"mask", "masks"}
"""Names of what is not differentiated although nothing says so."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    repaired: set[int] = set()
    for event in trace.of(*SINGULAR):  # roots before quotients
        singular = singularity(event)
        if singular is None or not differentiated(event, singular.index) or id(event) in repaired:
            continue
        if is_offset(event.operands[singular.index]):
            continue  # an epsilon keeps it off the pole, but for one value among all
        zones = meets(event, singular.index, singular.forward) or meets(event, singular.index, singular.backward)
        selection = selected(event, trace, singular.index, zones) if zones else None
        if selection is None or not selection[0].result.gradient:
            continue
        user, position, truth = selection
        node = operand_node(event, singular.index)
        compiled = " where XLA compiles it" if event.op in registry.table(event.framework).quiet_backward else ""
        repaired.update(id(quotient) for quotient in _divisions_by(event, trace, user))
        yield Draft(
            event,
            _level(event, trace, singular.index, zones, selection),
            f"{describe(event)} of {quoted(node)} is selected away where it breaks; its gradient there is 0 times "
            f"infinity, NaN{compiled}",
            "Make the operand harmless before the operation, with the same condition (the double where).",
            evidence=(
                Clue(
                    event.node, f"{describe(event)} breaks inside {event.operands[singular.index].range}", event.result
                ),
                Clue(user.node, f"{describe(user)} discards it by {quoted(operand_node(user, position))}", user.result),
            ),
            rewrite=_rewrite(event, singular.index, user, position, truth),
        )


def _divisions_by(event: Event, trace: Trace, selection: Event) -> Iterator[Event]:
    """`x / sqrt(s)`, discarded by the same selection: the repair of the root repairs the quotient, too."""
    for user in trace.uses(event.result):
        if user.op is Op.DIVIDE and user.y.made_by is event.result.made_by:
            found = selected(user, trace, 1, (ZERO,))
            if found is not None and found[0] is selection:
                yield user


def _level(
    event: Event, trace: Trace, index: int, zones: tuple[Interval, ...], selection: tuple[Event, int, bool]
) -> Level:
    """The author's own test says that the operand gets there; whether anything is trained by it is less sure."""
    node, operand = operand_node(event, index), event.operands[index]
    constant = node is not None and bool(words(bare(node)) & CONSTANT_WORDS)
    if constant or quiet(event.site) or discarded(selection[0], trace):
        return Level.STRICT
    if event.op in registry.table(event.framework).quiet_backward:
        return Level.NOTE
    if not any(reached(operand, zone) for zone in zones):
        if event.op in EXPONENTIALS:
            return Level.WARNING if from_network(operand) else Level.NOTE
        if not _tests_the_pole(operand, zones, selection):
            return Level.NOTE
    if in_training(event.site):
        return Level.ERROR
    return Level.WARNING if wants_gradient(event, trace) else Level.NOTE


def _tests_the_pole(operand: Value, zones: tuple[Interval, ...], selection: tuple[Event, int, bool]) -> bool:
    """The condition parts the operand where the operation breaks; `x > 0.04` is no test of what breaks below 0."""
    user, position, truth = selection
    kept = under(operand, implied(user.operands[position], truth)).range
    return any(max(kept.lo - zone.hi, zone.lo - kept.hi) <= NEAR for zone in zones)


def _rewrite(event: Event, index: int, user: Event, position: int, truth: bool) -> Rewrite | None:
    """The operand, replaced by a harmless number under the condition that the later selection has."""
    node = operand_node(event, index)
    alone = contains(user.node, event.node)  # otherwise the result may have other uses
    condition = _condition(user, position, event, alone)
    if node is None or condition is None:
        return None
    harmless = HARMLESS.get(event.op, "1.0")
    filled = _filled(event, node, user, truth, harmless)
    chosen = (bare(node), filled) if truth else (filled, bare(node))
    parts = {"condition": condition, "x": chosen[0], "y": chosen[1]}
    spelled = spell(event, Op.WHERE, parts, user.framework)
    if spelled is None:
        return None
    return Rewrite(
        f"Replace {quoted(node)} by {harmless} where the result is discarded",
        Applicability.SAFE if alone else Applicability.UNSAFE,
        (Replace(node, f"({spelled.text})" if spelled.text[:1] == "-" else spelled.text),),
        spelled.imports,
    )


def _filled(event: Event, node: cst.BaseExpression, user: Event, truth: bool, number: str) -> str:
    """The number, as an array where the selection of an older release takes arrays of one shape only."""
    other = user.operands[2 if truth else 1] if user.op is Op.WHERE and len(user.operands) == 3 else None
    if other is None or other.kind.scalar or Op.WHERE not in registry.table(user.framework).same_shapes:
        return number
    spelled = spell(event, Op.LIKE, {"x": bare(node), "value": number}, user.framework)
    return number if spelled is None else bare(parsed(spelled.text))


def _condition(user: Event, position: int, event: Event, within: bool) -> str | None:
    """The text of the selection's condition for use at the operation; within one expression calls may be repeated."""
    node = operand_node(user, position)
    if node is None or not within:
        return reachable_source(node, user, event)
    repeatable = all(leaf.op is not Op.OPAQUE and leaf.op not in RANDOM for leaf in leaves(user.operands[position]))
    return code(node) if repeatable else None


RULE = Rule(
    code="NAN108",
    name="where-gradient",
    summary="A singular operation in a branch of `where` whose condition protects the value and not the gradient.",
    why="`where` computes both branches and selects. In the backward pass the discarded branch receives a gradient of "
    "0, which the operation multiplies by its own derivative: at log(0), sqrt(0), 1 / 0 that is 0 times infinity, NaN. "
    "The value is right, so nothing looks wrong until the weights are NaN. `masked_fill` afterwards does the same. "
    "TensorFlow's own backward of sqrt, rsqrt and reciprocal gives 0 for 0, until XLA compiles it.",
    check=check,
    specific=15,
    remedy="Select twice: `where(c, f(where(c, x, 1)), 0)` gives the operation a harmless operand where its result is "
    "discarded.",
    fix=Applicability.UNSAFE,
    fix_note="The same function, safe, where the operation stands inside the selection; if it stands in an earlier "
    "statement its result may be used elsewhere too, and the fix is unsafe.",
    references=("https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where",),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Entropy(torch.nn.Module):
    def forward(self, p):
        return torch.where(p > 0, p * torch.log(p), torch.zeros_like(p)).sum()

def f(p):
    return Entropy()(p)
""",
            fixed="""\
import torch

class Entropy(torch.nn.Module):
    def forward(self, p):
        return torch.where(p > 0, p * torch.log(torch.where(p > 0, p, 1.0)), torch.zeros_like(p)).sum()

def f(p):
    return Entropy()(p)
""",
            hostile="torch.tensor([0.0, 1.0])",
            ordinary="torch.tensor([0.2, 0.8])",
        ),
        Bad(
            "torch",
            """\
import torch

def ratio_loss(a, b):
    return torch.where(b == 0, torch.zeros_like(a), a / b).mean()

def f(a, b):
    return ratio_loss(a, b)
""",
            fixed="""\
import torch

def ratio_loss(a, b):
    return torch.where(b == 0, torch.zeros_like(a), a / torch.where(b == 0, 1.0, b)).mean()

def f(a, b):
    return ratio_loss(a, b)
""",
            hostile="torch.ones(2), torch.tensor([0.0, 1.0])",
            ordinary="torch.ones(2), torch.tensor([2.0, 1.0])",
        ),
        Bad(
            "torch",
            """\
import torch

def entropy_loss(p):
    return -(p * torch.log(p).masked_fill(p == 0, 0.0)).sum()

def f(p):
    return entropy_loss(p)
""",
            fixed="""\
import torch

def entropy_loss(p):
    return -(p * torch.log(torch.where(p == 0, 1.0, p)).masked_fill(p == 0, 0.0)).sum()

def f(p):
    return entropy_loss(p)
""",
            hostile="torch.tensor([0.0, 1.0])",
            ordinary="torch.tensor([0.2, 0.8])",
        ),
        Bad(
            "torch",
            """\
import torch

class Length(torch.nn.Module):
    def forward(self, x):
        squared = (x * x).sum(-1)
        empty = squared <= 0
        length = squared.sqrt()
        return length.masked_fill(empty, 0.0)

def f(x):
    return Length()(x)
""",
            fixed="""\
import torch

class Length(torch.nn.Module):
    def forward(self, x):
        squared = (x * x).sum(-1)
        empty = squared <= 0
        length = torch.where(empty, 1.0, squared).sqrt()
        return length.masked_fill(empty, 0.0)

def f(x):
    return Length()(x)
""",
            hostile="torch.zeros(2, 3)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.where(x.abs() < 1, torch.atanh(x), x)
""",
            fixed="""\
import torch

def f(x):
    return torch.where(x.abs() < 1, torch.atanh(torch.where(x.abs() < 1, x, 0.0)), x)
""",
            hostile="torch.tensor([1.0, 0.5])",
            ordinary="torch.tensor([0.1, 0.5])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def curvature(s, y):
    return torch.where(y > 0, s / y, 1.0)

def f(s, y):
    return curvature(s, y) * s
""",
            fixed="""\
import torch

def curvature(s, y):
    return torch.where(y > 0, s / torch.where(y > 0, y, 1.0), 1.0)

def f(s, y):
    return curvature(s, y) * s
""",
            hostile="torch.ones(2), torch.tensor([0.0, 1.0])",
            ordinary="torch.ones(2), torch.tensor([0.5, 2.0])",
            level=Level.NOTE,  # its callers are known, and nothing is trained by any
        ),
        Bad(
            "torch",
            """\
import torch

def to_linear(image):
    return torch.where(image > 0.04, ((image + 0.055) / 1.055) ** 2.4, image / 12.92)

def f(image):
    return to_linear(image)
""",
            fixed="""\
import torch

def to_linear(image):
    return torch.where(image > 0.04, (torch.where(image > 0.04, (image + 0.055) / 1.055, 1.0)) ** 2.4, image / 12.92)

def f(image):
    return to_linear(image)
""",
            hostile="torch.tensor([-1.0, 0.5])",
            ordinary="torch.tensor([0.02, 0.5])",
            level=Level.NOTE,  # the test has another purpose: what it sends away need not be negative
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def loss(x):
    safe = torch.where(x > 0, x, 1.0)
    return torch.where(x > 0, torch.log(safe), 0.0).sum()

def f(x):
    return loss(x)
""",
            "The double where: the operand is harmless where the result is discarded.",
        ),
        Good(
            "torch",
            """\
import torch

def loss(x, y):
    return torch.where(y > 0, x / y.clamp(min=1e-6), 0.0).sum()

def f(x, y):
    return loss(x, y)
""",
            "The clamp keeps the operand off the pole.",
        ),
        Good(
            "torch",
            """\
import torch

@torch.no_grad()
def f(x, y):
    return torch.where(y != 0, x / y, 0.0)
""",
            "Without a gradient the selection is enough.",
        ),
        Good(
            "torch",
            """\
import torch

def loss(x, keep):
    return torch.where(keep, 2 * x, 0.0).sum() + torch.relu(x).masked_fill(~keep, 0.0).sum()

def f(x, keep):
    return loss(x, keep)
""",
            "What is selected has no pole.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x, y):
    return np.where(x > 0, np.log(x), 0.0) + np.where(y != 0, x / y, 0.0)
""",
            "NumPy has no gradient.",
        ),
        Good(
            "torch",
            """\
import torch

class Threshold(torch.nn.Module):
    def forward(self, x, below):
        total = x.sum(-1, keepdim=True)
        mean = torch.where(below > 0, x / below, torch.zeros_like(x))
        best = torch.argmax((mean - total) ** 2, dim=-1)
        return x * best.unsqueeze(-1)

def f(x, below):
    return Threshold()(x, below)
""",
            "What is selected ends in an index: no gradient comes back.",
        ),
        Good(
            "torch",
            """\
import torch

def degrees_loss(edges, size):
    ones = torch.ones(edges.shape[1])
    degree = torch.sparse_coo_tensor(edges, ones, (size, size)).to_dense().sum(-1)
    return torch.where(degree > 0, 1 / degree, degree)

def f(size):
    return degrees_loss(torch.tensor([[0, 1], [1, 0]]), size)
""",
            "Counted from indices, which carry no gradient.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def loss(x, keep):
    return torch.where(keep, 1 / torch.expm1(x), 0.0).sum()

def f(x, keep):
    return loss(x, keep)
""",
            "Nothing says that `keep` protects `x`; the division is reported as any other.",
        ),
    ),
)
