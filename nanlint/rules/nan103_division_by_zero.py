"""A tensor divided by something that can be 0."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import NEGATIVE
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.counting import counted
from nanlint.interp.guards import under
from nanlint.interp.store import Facts
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import reduction, squared
from nanlint.reasoning.conditions import MASK_WORDS, compares_padding, named_mask
from nanlint.reasoning.context import quiet, words
from nanlint.reasoning.destinations import feeds_loss, trained, wants_gradient
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.firsts import begins
from nanlint.reasoning.guarding import adding, bare, clamping, epsilon, literal, operand_node, quoted
from nanlint.reasoning.hindsight import thrown_away
from nanlint.reasoning.nodes import children
from nanlint.reasoning.normalising import normalisation, spread_of
from nanlint.reasoning.origins import POINTWISE, alternatives, sources, strip
from nanlint.reasoning.poles import Danger, danger, takes_array
from nanlint.reasoning.provenance import ORDERED, from_network, is_array, is_share, leaves, reached
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.squares import has_variance
from nanlint.reasoning.targets import pieces
from nanlint.reasoning.vanishing import vanishing
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

INTEGER_DIVISIONS = (Op.FLOOR_DIVIDE, Op.REMAINDER)
NOT_A_TENSOR = frozenset(
    {"num", "size", "sizes", "steps", "step", "width", "height", "dim", "dims", "length", "len", "count", "fan", "args",
     "arg", "opt", "opts", "cfg", "config", "conf", "hparams", "params", "temperature", "temp", "tau", "sigma", "beta",
     "alpha", "gamma", "momentum", "decay", "prob", "rate", "lr", "eps", "epsilon", "factor", "ratio", "path", "dir",
     "root", "folder", "file", "name", "stride", "patch", "heads", "head", "channels", "groups", "batch", "epochs",
     "epoch", "iters", "interval", "freq", "total", "max", "min", "time", "elapsed", "duration", "n", "k", "world"}
)  # fmt: skip
"""Words in the name of a divisor of unknown kind that say it is an integer, a hyper-parameter or a path."""

PROBABILITIES = frozenset({Op.SOFTMAX, Op.SIGMOID})
WEIGHT_WORDS = frozenset({"weight", "weights", "weighting"})
MASKED = POINTWISE | {Op.TENSOR}
FINITENESS = frozenset({Op.IS_NAN, Op.IS_INF, Op.IS_FINITE})
NEGATED = frozenset({Op.LOGICAL_NOT, Op.LOGICAL_AND, Op.LOGICAL_OR})
UNLABELLED = "the number of labels that are given, 0 only for a batch without any"
LENGTH_WORDS = frozenset({"length", "lengths", "len", "lens", "sequence"})


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE, Op.RECIPROCAL, Op.POWER, *INTEGER_DIVISIONS):
        index = _divisor(event)
        if index is None:
            continue
        if not _can_be_an_array(event, index):
            trace.pass_over(event, "the divisor is a Python number or an integer, by what made it or by its name")
            continue
        found = danger(event, trace)
        if found is None:
            continue
        if normalisation(event, trace) is not None or has_variance(event.operands[index]):
            trace.pass_over(event, "normalising by a norm or a spread, and variances, have rules of their own")
            continue
        divisor = event.operands[index]
        if _used_where_sound(event, divisor, trace):
            trace.pass_over(event, "the quotient is used only where a test has shown that the divisor is not 0")
            continue
        level, because = _evidence(event, trace, index, found)
        yield Draft(
            event,
            level,
            f"division by {quoted(operand_node(event, index))}, {because}: "
            f"{divisor.range} holds 0, where the value is infinite or NaN",
            "Keep the divisor away from 0 with a clamp or an epsilon.",
            evidence=trail(event, trace, divisor),
            rewrite=_rewrite(event, index, limits),
        )


def _used_where_sound(event: Event, divisor: Value, trace: Trace) -> bool:
    def away(facts: Facts) -> bool:
        return not counted(under(divisor, facts), facts).range.contains(0.0)

    return thrown_away(event, away, trace)


def _divisor(event: Event) -> int | None:
    """The number of the operand that is divided by; a negative whole power divides, too."""
    if event.op is Op.RECIPROCAL:
        return 0
    if event.op is Op.POWER:
        exponent = event.y.range.point
        return 0 if exponent is not None and exponent < 0.0 and float(exponent).is_integer() else None
    return 1


def _can_be_an_array(event: Event, index: int) -> bool:
    divisor = event.operands[index]
    if divisor.kind not in (Kind.TENSOR, Kind.UNKNOWN) or (divisor.dtype.integer and not is_count(divisor)):
        return False
    if event.op in INTEGER_DIVISIONS:
        return divisor.dtype.floating and is_array(divisor)
    return is_array(divisor) or not _named_like_a_scalar(operand_node(event, index))


def _named_like_a_scalar(node: cst.BaseExpression | None) -> bool:
    """`self.num_heads`, `args.temperature`, `n`."""
    names: set[str] = set()
    while isinstance(node, cst.Attribute):
        names |= words(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names |= words(node.value)
    return bool(names & NOT_A_TENSOR)


def _evidence(event: Event, trace: Trace, index: int, found: Danger) -> tuple[Level, str]:
    """The level by what the divisor is; its range alone cannot tell a count from a standard deviation."""
    divisor = event.operands[index]
    hushed = quiet(event.site)
    possible = Level.STRICT if hushed else Level.NOTE
    if not takes_array(event, index):
        either = divisor.range.lo < 0.0 < divisor.range.hi
        return (min(found.level, possible) if either else found.level), found.because
    if (spread := spread_of(divisor)) is not None:
        shown = vanishing(spread.made_by.x, trace) is not None and trained(event, trace)
        return (Level.WARNING if shown else possible), "0 for constant data"
    emptiness = UNLABELLED if counts_given(divisor, trace) else _emptiness(event, divisor)
    if emptiness is not None:  # in a layer the data mostly fills the mask: a padded row has a token
        filled = is_weight(operand_node(event, index)) or by_length(divisor, trace) or not selective(divisor, trace)
        filled = filled or is_begun(divisor, trace) or emptiness == UNLABELLED
        return (Level.WARNING if feeds_loss(event, trace) and not filled else possible), emptiness
    if event.op is Op.DIVIDE and is_sum_of_output(divisor, event.x):
        return (Level.WARNING if trained(event, trace) else possible), "the sum of a network's raw output"
    if event.op is Op.DIVIDE and is_union_of(divisor, event.x):
        return possible, "the union of what the dividend is the intersection of, 0 where both are empty"
    if is_extent(divisor):
        return possible, "the extent of what encloses others, 0 where they have none"
    crosses = divisor.range.lo < 0.0 < divisor.range.hi
    if crosses and found.level >= Level.WARNING:
        return possible, f"{found.because}, of both signs"  # exactly 0 hardly ever
    if is_floored_root(divisor):
        return possible, "0 only where what its root is taken of is not above 0"
    recorded = all(piece.op in PROBABILITIES for piece in pieces(divisor)) and not wants_gradient(event, trace)
    if is_share(divisor) or recorded:
        return min(found.level, possible), "0 only when it underflows"
    return found.level, found.because


def _emptiness(event: Event, divisor: Value) -> str | None:
    """What the divisor counts, if it is 0 where there is nothing to count."""
    if any(is_count(way) for way in alternatives(divisor)):
        return "a count that is 0 where nothing is selected"
    if event.op is Op.DIVIDE and is_mask_of(divisor, event.x):
        return "the sum of a mask that can be empty"
    return None


def is_count(value: Value) -> bool:
    """The number (or the share) of elements for which something holds."""
    value = strip(value)
    if value.op is Op.MULTIPLY:  # in other units
        x, y = value.made_by.operands
        return any(b.range.point not in (None, 0.0) and is_count(a) for a, b in ((x, y), (y, x)))
    if value.op in (Op.SUM, Op.MEAN):
        return is_flag(value.made_by.x)
    return value.op is Op.COUNT_NONZERO


def counts_given(value: Value, trace: Trace) -> bool:
    """The sum over a whole batch of a mask of the labels that are not missing: `y**2 > 0`, `x is not None`.

    A row or a column of such a batch, or one of several, may well have none.
    """
    total = strip(value)
    axis = total.made_by.options.get("axis")
    if total.op is not Op.SUM or (axis is not None and not axis.is_none):
        return False
    parts = list(sources(total.made_by.x, MASKED | NEGATED))
    made = trace.origin(total)
    item = made is not None and isinstance(operand_node(made, 0), cst.Subscript)
    if item or any(part.op in (Op.SELECT, Op.ITERATE) for part in parts):
        return False
    return any(part.op is Op.IDENTITY_TEST or _not_zero(part) for part in parts)


def _not_zero(test: Value) -> bool:
    """`y**2 > 0`, `abs(y) > 0`, `y != 0` in other words."""
    if test.op is not Op.GREATER or test.made_by.y.range.point != 0.0:
        return False
    size = strip(test.made_by.x)
    base = size.made_by.x if size.op is Op.ABSOLUTE else squared(size)
    return base is not None and strip(base).op not in POINTWISE and not from_network(base)


def is_flag(value: Value) -> bool:
    """Nothing but 0 and 1, be it as a float: `mask * 1.0`."""
    if any(x.dtype.integer and x.range.inside(0.0, 1.0) for x in (value, strip(value))):
        return True
    factors = value.made_by.operands if value.op is Op.MULTIPLY else ()
    return any(x.range.point == 1.0 and is_flag(y) for x, y in zip(factors, factors[::-1], strict=True))


def is_mask_of(divisor: Value, dividend: Value) -> bool:
    """sum(x * m) / sum(m) or sum(x[m]) / sum(m), with a mask that looks like any other tensor."""
    mask = reduction(divisor, Op.SUM)
    total = reduction(dividend, Op.SUM)
    if mask is None:
        return False
    ways = [way for value in (dividend, total) if value is not None for way in alternatives(value)]
    factors = [factor for way in ways if way.op is Op.MULTIPLY for factor in way.made_by.operands]
    if total is not None and total.op is Op.SELECT:
        factors += total.made_by.operands[1:]
    return any(strip(factor).same(strip(mask)) for factor in factors)


def is_weight(divisor: cst.BaseExpression | None) -> bool:
    """`weights.sum()`, `torch.sum(class_weight)`: weights are chosen, and not all of them 0."""
    pending: list[cst.CSTNode] = [] if divisor is None else [divisor]
    named: set[str] = set()
    while pending:
        node = pending.pop()
        named |= words(node.value) if isinstance(node, cst.Name) else set()
        pending.extend(children(node))
    return bool(named & WEIGHT_WORDS) and not named & MASK_WORDS


def by_length(divisor: Value, trace: Trace) -> bool:
    """The sum of a mask that shows each sequence as far as its length: no batch is made of empty ones."""
    for part in (part for mask in strip(divisor).made_by.operands[:1] for part in sources(mask, MASKED)):
        if part.op in ORDERED and any(leaf.op is Op.ARANGE for x in part.made_by.operands for leaf in leaves(x)):
            return True
        origin = trace.origin(part) if part.op is Op.OPAQUE else None
        called = set() if origin is None else words(origin.site.spelling)
        if called & MASK_WORDS and called & LENGTH_WORDS:
            return True
    return False


def is_begun(divisor: Value, trace: Trace) -> bool:
    """The sum of a mask that was put together with ones, as the first token of every sequence, and shaped anew."""
    if any(begins(mask, True, trace) for mask in strip(divisor).made_by.operands[:1]):
        return True
    masks = [part for mask in strip(divisor).made_by.operands[:1] for part in sources(mask, MASKED)]
    joined = [part for mask in masks if mask.op is Op.CONCATENATE for part in mask.made_by.operands]
    parts = [way for part in joined for way in alternatives(part)]
    return any(part.range.lo > 0.0 for part in parts)


def selective(divisor: Value, trace: Trace) -> bool:
    """The mask is made here, by a comparison of data of which nothing says that it holds somewhere.

    What others hand over they mostly have seen to; text is not all padding; `1 - eye(n)` is empty for n = 1 alone;
    where nothing is finite a count of what is does no harm.
    """
    parts = [part for mask in strip(divisor).made_by.operands[:1] for part in sources(mask, MASKED | NEGATED)]
    if any(part.op in FINITENESS for part in parts):
        return False
    compared = [part for part in parts if (part.op in ORDERED or _matched(part)) and not _of_mask(part, trace)]
    return bool(compared) and not any(compares_padding(part, trace) for part in compared)


def _of_mask(comparison: Value, trace: Trace) -> bool:
    """`masked_index > 0`: it asks of a mask what the mask says."""
    made = trace.origin(comparison)
    return made is not None and named_mask(made.node)


def _matched(comparison: Value) -> bool:
    """Two arrays are compared, as labels with labels: what is equal to a number is that often enough."""
    both = comparison.op in (Op.EQUAL, Op.NOT_EQUAL)
    return both and not any(x.kind.scalar or x.range.point is not None for x in comparison.made_by.operands)


def is_floored_root(value: Value) -> bool:
    """sqrt(max(x, 0)), be it times a number: a floor for what rounding takes below 0 is no sign that x gets there."""
    value = strip(value)
    if value.op is Op.MULTIPLY:
        x, y = value.made_by.operands
        return any(a.range.point is not None and is_floored_root(b) for a, b in ((x, y), (y, x)))
    floored = strip(value.made_by.x) if value.op is Op.SQRT else value
    if floored.op is Op.MAXIMUM:
        lowest = [x for x in floored.made_by.operands if x.range.point == 0.0]
        return len(lowest) == 1 and not any(reached(x, NEGATIVE) for x in floored.made_by.operands)
    low = floored.made_by.options.get("min") if floored.op is Op.CLAMP and value.op is Op.SQRT else None
    return low is not None and low.range.point == 0.0 and not reached(floored.made_by.x, NEGATIVE)


def is_extent(value: Value, steps: int = 6) -> bool:
    """The largest edge less the smallest, or the area of such: an enclosing box."""
    value = strip(value)
    if steps == 0:
        return False
    if value.op in (Op.CLAMP, Op.RELU, Op.SQUARE, Op.POWER):
        return is_extent(value.made_by.x, steps - 1)
    if value.op in (Op.MULTIPLY, Op.ADD):
        return all(is_extent(x, steps - 1) or x.range.lo > 0.0 for x in value.made_by.operands)
    ends = [strip(x).op for x in value.made_by.operands]
    return value.op is Op.SUBTRACT and ends == [Op.MAXIMUM, Op.MINIMUM]


def is_union_of(divisor: Value, dividend: Value) -> bool:
    """a + b - both, the union, under both, the intersection."""
    divisor = strip(divisor)
    return divisor.op is Op.SUBTRACT and strip(divisor.made_by.y).same(strip(dividend))


def is_sum_of_output(divisor: Value, dividend: Value) -> bool:
    """p / sum(p) where nothing bounds p."""
    total = reduction(divisor, Op.SUM)
    return total is not None and strip(total).same(strip(dividend)) and from_network(total)


def _rewrite(event: Event, index: int, limits: Limits) -> Rewrite | None:
    divisor = event.operands[index]
    if _emptiness(event, divisor) is not None and (without := _nothing_for_nothing(event)) is not None:
        return without
    if divisor.range.lo < 0.0 or event.op in INTEGER_DIVISIONS:
        return None  # an epsilon only moves the 0 of a divisor of both signs
    if is_count(divisor) and strip(divisor).op is not Op.MEAN:
        return clamping(event, index, {"min": "1"})
    return adding(event, index, literal(epsilon(event, limits)))


def _nothing_for_nothing(event: Event) -> Rewrite | None:
    """The framework's own division that gives 0 where the divisor is 0."""
    nodes = [operand_node(event, index) for index in (0, 1)] if event.op is Op.DIVIDE else []
    texts = [bare(node) for node in nodes if node is not None]
    if len(texts) != 2 or not plainly_written(event):
        return None
    spelled = spell(event, Op.DIVIDE_NO_NAN, {"x": texts[0], "y": texts[1]})
    if spelled is None or spelled.imports:
        return None
    edit = Replace(event.node, spelled.text)
    return Rewrite("Divide with divide_no_nan, which gives 0 where the divisor is 0", Applicability.UNSAFE, (edit,))


RULE = Rule(
    code="NAN103",
    name="division-by-zero",
    summary="A tensor divided by something that can be 0.",
    why="x / 0 is infinite and 0 / 0 NaN, in the value and in the gradient, without any exception. What is 0 now and "
    "then: the sum of a mask that selects nothing, the standard deviation of constant data, the union of two empty "
    "boxes. Python numbers raise instead and are not reported.",
    check=check,
    ceiling=Level.NOTE,
    specific=10,
    remedy="Clamp a count to 1 from below; add an epsilon to a norm or a standard deviation, or use the library's "
    "`normalize`. TensorFlow and Keras have divide_no_nan, which is 0 where the divisor is.",
    fix=Applicability.UNSAFE,
    fix_note="The epsilon changes the quotient by its size relative to the divisor; a count of at least 1 stays as it "
    "is, and so does what divide_no_nan divides. A divisor that can be negative gets no fix: an epsilon would only "
    "move the 0.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(x, y: torch.Tensor):
    return x / y
""",
            hostile="torch.ones(2), torch.tensor([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x, gate):
    return torch.div(x, F.relu(gate))
""",
            fixed="""\
import torch
import torch.nn.functional as F

def f(x, gate):
    return torch.div(x, F.relu(gate) + 1e-8)
""",
            hostile="torch.ones(2), torch.tensor([-1.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def masked_loss(prediction, target, mask):
    error = (prediction - target).abs() * mask
    return error.sum() / mask.sum()

def f(prediction, target, mask):
    return masked_loss(prediction, target, mask)
""",
            hostile="torch.ones(2), torch.zeros(2), torch.zeros(2)",
            level=Level.NOTE,  # whoever hands a mask over may see to it that it is not empty
        ),
        Bad(
            "torch",
            """\
import torch

def depth_loss(prediction, depth):
    valid = depth > 0
    return ((prediction - depth).abs() * valid).sum() / valid.sum()

def f(prediction, depth):
    return depth_loss(prediction, depth)
""",
            fixed="""\
import torch

def depth_loss(prediction, depth):
    valid = depth > 0
    return ((prediction - depth).abs() * valid).sum() / valid.sum().clamp(min=1)

def f(prediction, depth):
    return depth_loss(prediction, depth)
""",
            hostile="torch.ones(2), torch.zeros(2)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def contrastive_loss(scores):
    others = 1.0 - torch.eye(scores.shape[0])
    return (scores * others).sum() / others.sum()

def f(scores):
    return contrastive_loss(scores)
""",
            fixed="""\
import torch

def contrastive_loss(scores):
    others = 1.0 - torch.eye(scores.shape[0])
    return (scores * others).sum() / (others.sum() + 1e-8)

def f(scores):
    return contrastive_loss(scores)
""",
            hostile="torch.ones(1, 1)",
            level=Level.NOTE,  # empty for a batch of one
        ),
        Bad(
            "torch",
            """\
import torch

class TaskLoss(torch.nn.Module):
    def forward(self, error, labels):
        given = labels**2 > 0
        return ((error * given).sum(dim=0) / given.sum(dim=0)).mean()

def f(error, labels):
    return TaskLoss()(error, labels)
""",
            fixed="""\
import torch

class TaskLoss(torch.nn.Module):
    def forward(self, error, labels):
        given = labels**2 > 0
        return ((error * given).sum(dim=0) / given.sum(dim=0).clamp(min=1)).mean()

def f(error, labels):
    return TaskLoss()(error, labels)
""",
            hostile="torch.ones(2, 2), torch.tensor([[1.0, 0.0], [-1.0, 0.0]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class TaskLoss(torch.nn.Module):
    def forward(self, error, labels):
        given = labels**2 > 0
        return (error * given).sum() / given.sum()

def f(error, labels):
    return TaskLoss()(error, labels)
""",
            fixed="""\
import torch

class TaskLoss(torch.nn.Module):
    def forward(self, error, labels):
        given = labels**2 > 0
        return (error * given).sum() / given.sum().clamp(min=1)

def f(error, labels):
    return TaskLoss()(error, labels)
""",
            hostile="torch.ones(2, 2), torch.zeros(2, 2)",
            level=Level.NOTE,  # a whole batch without a label is remote
        ),
        Bad(
            "torch",
            """\
import torch

class Balanced(torch.nn.Module):
    def forward(self, error, labels, classes, known):
        count = (labels[:, None] == classes).sum(0).clamp(min=1)
        weight = (known > 0) / count
        return (error * weight).sum() / weight.sum()

def f(error, labels, classes, known):
    return Balanced()(error, labels, classes, known)
""",
            fixed="""\
import torch

class Balanced(torch.nn.Module):
    def forward(self, error, labels, classes, known):
        count = (labels[:, None] == classes).sum(0).clamp(min=1)
        weight = (known > 0) / count
        return (error * weight).sum() / (weight.sum() + 1e-8)

def f(error, labels, classes, known):
    return Balanced()(error, labels, classes, known)
""",
            hostile="torch.ones(2), torch.tensor([0, 1]), torch.arange(2), torch.zeros(2)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Head(torch.nn.Module):
    def forward(self, x, target):
        keep = target != -100
        return (x * keep).sum() / keep.sum()

def f(x, target):
    return Head()(x, target)
""",
            fixed="""\
import torch

class Head(torch.nn.Module):
    def forward(self, x, target):
        keep = target != -100
        return (x * keep).sum() / keep.sum().clamp(min=1)

def f(x, target):
    return Head()(x, target)
""",
            hostile="torch.ones(2), torch.tensor([-100, -100])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(signal, noise):
    return signal.mean() / noise.std()
""",
            fixed="""\
import torch

def f(signal, noise):
    return signal.mean() / (noise.std() + 1e-8)
""",
            hostile="torch.ones(4), torch.ones(4)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(scores):
    hits = np.sum(scores > 0.5, axis=0)
    return scores.sum(axis=0) / hits
""",
            fixed="""\
import numpy as np

def f(scores):
    hits = np.sum(scores > 0.5, axis=0)
    return scores.sum(axis=0) / np.maximum(hits, 1)
""",
            hostile="np.zeros((3, 2))",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def weighted_loss(errors, class_weights):
    return (errors * class_weights).sum() / class_weights.sum()

def f(errors, class_weights):
    return weighted_loss(errors, class_weights)
""",
            hostile="torch.ones(2), torch.zeros(2)",
            level=Level.NOTE,  # weights are chosen, and not all of them 0
        ),
        Bad(
            "torch",
            """\
import torch

def padded_loss(errors, lengths):
    shown = (torch.arange(errors.shape[1]) < lengths[:, None]).to(errors.dtype)
    return (errors * shown).sum() / shown.sum()

def f(errors, lengths):
    return padded_loss(errors, lengths)
""",
            fixed="""\
import torch

def padded_loss(errors, lengths):
    shown = (torch.arange(errors.shape[1]) < lengths[:, None]).to(errors.dtype)
    return (errors * shown).sum() / shown.sum().clamp(min=1)

def f(errors, lengths):
    return padded_loss(errors, lengths)
""",
            hostile="torch.ones(2, 3), torch.zeros(2)",
            level=Level.NOTE,  # not all sequences of a batch are empty
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Peak(nn.Module):
    def __init__(self):
        super().__init__()
        self.smooth = nn.Linear(3, 3)

    def forward(self, histogram):
        left, centre, right = self.smooth(histogram).unbind(-1)
        return (left - right) / (left + right - 2.0 * centre)

def f(histogram):
    return Peak()(histogram * float("nan") if histogram.sum() == 0 else histogram)
""",
            hostile="torch.zeros(1, 3)",
            level=Level.NOTE,  # a difference of raw outputs is 0 by chance
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(x, log_snr, generator=None):
    with torch.no_grad():
        alpha, sigma = map(torch.sqrt, (log_snr.sigmoid(), (-log_snr).sigmoid()))
        return (x - sigma) / alpha
""",
            because="a noise schedule's logits stay moderate; its sigmoid is 0 only when it underflows, at -88.7",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, mask, eps=1e-6):
    mean = (x * mask).sum() / mask.sum().clamp(min=1)
    return mean / (x.std() + eps) + x / x.norm().clamp_min(1e-12)
""",
            "Clamps and epsilons keep the divisors above 0.",
        ),
        Good(
            "torch",
            """\
import torch

class Balanced(torch.nn.Module):
    def forward(self, error, labels, classes):
        count = (labels[:, None] == classes).sum(0).clamp(min=1)
        weight = 1.0 / count
        return (error * weight).sum() / weight.sum()

def f(error, labels, classes):
    return Balanced()(error, labels, classes)
""",
            "A count is finite, and so 1 over it is above 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(pred, target):
    valid = target > 0
    loss = ((pred - target).abs() * valid).sum() / valid.sum()
    if valid.sum() == 0:
        return pred.sum() * 0
    return loss
""",
            "Where nothing is valid the quotient is thrown away.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, num_heads, scale: float = 2.0):
    batch, length, width = x.shape
    return x / x.argmax() + x / num_heads + x / length / len(x) / scale / x.numel() / (width // num_heads)
""",
            "Sizes, indices and hyper-parameters are no tensors that become 0.",
        ),
        Good(
            "torch",
            """\
from pathlib import Path

import torch

def f(x, root="runs", total=0):
    folder = Path(root) / "checkpoints" / f"{total}.pt"
    return x, folder
""",
            "A slash between paths is no division.",
        ),
        Good(
            "torch",
            """\
import torch

def f(scores):
    same = torch.eye(len(scores)).to(scores.device)
    return (scores * same).sum() / same.sum()

def f(scores):
    return loss(scores)
""",
            "An identity matrix has a 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, mask):
    count = mask.sum()
    if count == 0:
        return x.sum() * 0.0
    return (x * mask).sum() / count
""",
            "The test sends an empty mask another way.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm(dim=-1, keepdim=True)
    return x / torch.where(norm > 0, norm, torch.ones_like(norm))
""",
            "The divisor is made 1 where it is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(mean, log_std):
    return mean / torch.exp(log_std).add(1e-6) + mean / (1 + mean**2)
""",
            "An epsilon, and a sum that starts at 1.",
        ),
        Good(
            "torch",
            """\
import torch

def f(step: int, losses):
    correction = 1 - 0.9**step
    return sum(losses) / len(losses) / correction
""",
            "Metrics over Python numbers can only raise.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

class Bins(nn.Module):
    def __init__(self, norm="linear"):
        super().__init__()
        self.layer = nn.Linear(8, 4)
        self.norm = norm

    def forward(self, x):
        y = self.layer(x)
        if self.norm == "linear":
            y = torch.relu(y) + 0.1
        else:
            y = torch.sigmoid(y)
        return y / y.sum(dim=1, keepdim=True)

def f(x):
    return Bins()(x)
""",
            "Shares of what is above 0 on each way through the branches: not all of them underflow.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def ssim_loss(x, y, window, c1=1e-4, c2=9e-4):
    mu_x, mu_y = F.conv2d(x, window), F.conv2d(y, window)
    sigma_x, sigma_y = F.conv2d(x * x, window) - mu_x**2, F.conv2d(y * y, window) - mu_y**2
    sigma_xy = F.conv2d(x * y, window) - mu_x * mu_y
    luminance = (2 * mu_x * mu_y + c1) / (mu_x**2 + mu_y**2 + c1)
    return 1 - (luminance * (2 * sigma_xy + c2) / (sigma_x + sigma_y + c2)).mean()

def f(x, y, window):
    return ssim_loss(x, y, window)
""",
            "A window is no layer, and the constant of SSIM covers the rounding of its variances.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def total(x, reduce_all):
    result = np.zeros_like(x)
    reduce_all(x, result)
    return result

def f(values, reduce_all):
    sums = total(np.array([np.sum(values), len(values)]), reduce_all)
    return sums[0] / sums[1]
""",
            "A buffer of zeros is filled by something out of sight.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(a, b):
    ratio = np.where(b != 0, a / b, 0.0)
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0) + ratio
""",
            "NumPy has no gradient: the selection discards what division by 0 gave.",
        ),
        Good(
            "torch",
            """\
import torch

def step_loss(x, slope, eps=1e-4):
    sign = (slope >= 0).to(slope) * 2 - 1
    other = 1 - 2 * (slope < 0).float()
    return x / (slope.abs().clip(eps) * sign) + x / (other * (1 + x.abs()))

def f(x, slope):
    return step_loss(x, slope)
""",
            "A truth value scaled to -1 and 1 is never 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

class ImportanceSampler:
    def draw(self, weights, number):
        drawn = np.minimum(weights * number, 1.0).sum().item()
        return min(drawn, number) / max(drawn, number)

def f(weights):
    return ImportanceSampler().draw(weights, 8)
""",
            "Python's own numbers raise.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
def f(boxes, other):
    return boxes / other
""",
            "Nothing says that the operands are tensors.",
        ),
    ),
)
