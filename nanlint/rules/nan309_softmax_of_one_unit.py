"""A softmax over an axis of size one, and a ReLU in front of a loss that takes logits."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import named_input
from nanlint.reasoning.axes import UnitAxis, sizes_of, unit_axis
from nanlint.reasoning.destinations import discarded
from nanlint.reasoning.evidence import clue, describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.origins import NETWORKS, alternatives, sources
from nanlint.reasoning.targets import COMPARISONS
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule

NORMALISING = (Op.SOFTMAX, Op.LOG_SOFTMAX, Op.SOFTMIN, Op.GUMBEL_SOFTMAX)
LOSSES = (
    Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.BINARY_CROSS_ENTROPY,
)  # fmt: skip
RELUS = frozenset({Op.RELU, Op.RELU6})
SCORES = NETWORKS | {Op.STANDARDIZE}
CLASS_AXIS = 1  # of a cross-entropy that does not say


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    yield from _of_softmax(trace)
    yield from _of_one_class(trace)
    yield from _of_relu(trace)


def _of_softmax(trace: Trace) -> Iterator[Draft]:
    for event in trace.of(*NORMALISING):
        single = unit_axis(event.x, trace)
        level = None if single is None else _held(_level(event, single, trace), single, trace)
        if single is not None and level is not None:
            always = 0 if event.op is Op.LOG_SOFTMAX else 1
            yield Draft(
                event=event,
                level=level,
                message=f"{describe(event)} over an axis of size one is {always} whatever "
                f"{quoted(operand_node(event, 0))} is, and its gradient is 0: nothing is learned through it",
                remedy="Use sigmoid for one output (binary_cross_entropy_with_logits as its loss), or two outputs.",
                evidence=_sized(single, trace),
            )


def _level(event: Event, single: UnitAxis, trace: Trace) -> Level | None:
    """Certain where the axis is surely that one; likely where none is given and the second of two is taken.

    Of three axes that would be the first. Where the result weighs another array, there may be three.
    """
    axis = event.options.get("axis")
    if axis is None or axis.is_none:
        if not registry.table(event.framework).chooses_axis or single.index != -1:
            return None
        weighs = any(use.op in (Op.MULTIPLY, Op.MATMUL) for use in trace.uses(event.result))
        return Level.NOTE if weighs and single.axes is None else Level.WARNING
    return Level.ERROR if single.is_axis(axis.constant) else None


def _held(level: Level | None, single: UnitAxis, trace: Trace) -> Level | None:
    """A note where the size is a parameter's default, which callers may replace; nothing where the file tests it."""
    options = single.maker.made_by.options
    named = (options[name] for name in ("out_features", "out_channels") if name in options)
    sizes = (*named, *sizes_of(single.maker))
    defaults = [source for size in sizes for source in sources(size) if source.op is Op.ARGUMENT]
    if level is None or any(use.op in COMPARISONS for default in defaults for use in trace.uses(default)):
        return None
    return Level.NOTE if defaults else level


def _of_one_class(trace: Trace) -> Iterator[Draft]:
    """A cross-entropy whose scores are for one class."""
    for loss in trace.of(Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY):
        if any(value.op in NORMALISING for value in alternatives(loss.x)):
            continue  # reported where it is computed
        single = unit_axis(loss.x, trace)
        if single is None or single.maker.op is not Op.LINEAR or not _are_classes(loss, single):
            continue
        level = _held(Level.ERROR if single.is_axis(_class_axis(loss)) else Level.WARNING, single, trace)
        if level is not None:
            yield Draft(
                event=loss,
                level=level,
                message=f"{describe(loss)} of {named_input(loss)}, scores for one class: that has always "
                "probability 1, so the loss and its gradient are 0",
                remedy="Use binary_cross_entropy_with_logits for a single output, or an output for each class.",
                evidence=_sized(single, trace),
            )


def _class_axis(loss: Event) -> object:
    axis = loss.options.get("axis")
    return CLASS_AXIS if axis is None else axis.constant


def _are_classes(loss: Event, single: UnitAxis) -> bool:
    """The axis is, or most likely is, that of the classes: the last of two."""
    return single.is_axis(_class_axis(loss)) or (single.index == -1 and single.axes is None)


def _of_relu(trace: Trace) -> Iterator[Draft]:
    """Scores that a ReLU cut off."""
    for loss in trace.of(*LOSSES):
        outputs = list(alternatives(loss.x))
        if outputs and all(_is_cut(value) for value in outputs):
            yield Draft(
                event=loss,
                level=Level.NOTE if loss.site.no_gradient or discarded(loss, trace) else Level.WARNING,
                message=f"{describe(loss)} of {named_input(loss)}, cut off at 0 by a ReLU: {_effect(loss)}",
                remedy=_instead(loss),
                evidence=trail(loss, trace, loss.x),
            )


def _is_cut(value: Value) -> bool:
    return value.op in RELUS and any(inner.op in SCORES for inner in alternatives(value.made_by.x))


def _instead(loss: Event) -> str:
    if loss.op in (Op.PROBABILITY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY):
        return "Put a softmax (a sigmoid for one output) behind the last layer in place of the ReLU."
    return "Drop the ReLU behind the last layer: the loss takes scores of either sign."


def _effect(loss: Event) -> str:
    if loss.op in (Op.PROBABILITY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY):
        return "that is no probability, and what is 0 or beyond 1 gets no gradient"
    if loss.op is Op.BINARY_CROSS_ENTROPY_WITH_LOGITS:
        return "no probability is below 0.5, and a score below 0 gets no gradient"
    return "a class whose score is below 0 gets no gradient, and with all of them below 0 nothing is learned"


def _sized(single: UnitAxis, trace: Trace) -> tuple[Clue, ...]:
    origin = trace.origin(single.maker)
    return () if origin is None else (clue(origin),)


_SEQUENTIAL = """\
import torch
from torch import nn

net = nn.Sequential(nn.Flatten(), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, {}), nn.{})


def f(x):
    return net(x)
"""
_HEAD = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return {}


def f(x):
    return Net()(x)
"""
_ATTENTION = """\
import torch
from torch import nn


class Pooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(4, 1)

    def forward(self, words):
        scores = self.score(torch.tanh(words))
        weights = torch.softmax(scores, dim={})
        return (weights * words).sum(dim=1)


def f(words):
    return Pooling()(words)
"""
_ROWS = """\
import numpy as np
from scipy.special import softmax


def f(x, w):
    score = np.sum(x * w, axis=-1, keepdims=True)
    return {}
"""
_ONE_CLASS = """\
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, {})

    def forward(self, x):
        return self.head(x.view(x.size(0), -1))


def f(x):
    criterion = nn.CrossEntropyLoss()
    return criterion(Net()(x), torch.zeros(len(x), dtype=torch.long))
"""
_MAP = """\
import torch
import torch.nn.functional as F
from torch import nn

head = nn.Conv2d(3, {}, 1)


def f(x):
    return F.cross_entropy(head(x), torch.zeros(len(x), 2, 2, dtype=torch.long))
"""
_CUT = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return {}


def f(x, y):
    return F.cross_entropy(Net()(x), y)
"""
_CUT_LAYER = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1){})
criterion = nn.BCEWithLogitsLoss()


def f(x, y):
    return criterion(net(x), y)
"""
_KERNELS = """\
import torch
from torch import nn


class Kernels(nn.Module):
    def __init__(self, inputs, kernel_size, heads=2):
        super().__init__()
        self.kernel_size = kernel_size
        self.heads = heads
        self.predict = nn.Linear(inputs, heads * kernel_size)

    def forward(self, x):
        batch, k = len(x), self.kernel_size
        weight = self.predict(x).view(batch, self.heads, k)
        {}return torch.softmax(weight, dim=-1)


def f(x, kernel_size={}):
    return Kernels(4, kernel_size)(x)
"""
_DEAD = "torch.autograd.grad(f(x := torch.randn(2, {}, requires_grad=True))[..., :1].sum(), x)[0].abs().max() == 0"
_ZERO = "f(torch.randn({})).item() == 0"

RULE = Rule(
    code="NAN309",
    name="softmax-of-one-unit",
    summary="A softmax over an axis of size one, which is constant; a ReLU on the scores that a loss takes.",
    why=(
        "exp(x) / sum(exp(x)) with one term is 1, whatever x is: its gradient is 0, and a model that ends in"
        " Linear(n, 1) and a softmax never learns. Nothing is NaN and nothing raises. A cross-entropy of scores for one"
        " class is 0 in the same way. A ReLU on the scores cuts off half of what the softmax or sigmoid in the loss"
        " expects: below 0 no gradient passes, and a probability below 0.5 cannot be said."
    ),
    check=check,
    specific=45,
    remedy="Use a sigmoid for one output, softmax for two or more, and no activation on scores that a loss takes.",
    bad=(
        Bad(
            "torch",
            _SEQUENTIAL.format(1, "Softmax(dim=-1)"),
            _SEQUENTIAL.format(1, "Sigmoid()"),
            proof=_DEAD.format(4),
        ),
        Bad(
            "torch",
            _SEQUENTIAL.format(1, "LogSoftmax(dim=1)"),
            _SEQUENTIAL.format(1, "LogSigmoid()"),
            proof=_DEAD.format(4),
        ),
        Bad(
            "torch",
            _SEQUENTIAL.format(1, "Softmax()"),
            _SEQUENTIAL.format(2, "Softmax(dim=1)"),
            proof=_DEAD.format(4),
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _HEAD.format("F.softmax(self.out(x), dim=-1)"),
            _HEAD.format("torch.sigmoid(self.out(x))"),
            proof=_DEAD.format(4),
        ),
        Bad(
            "torch",
            _HEAD.format("(self.out(x) / 2.0).softmax(-1)"),
            _HEAD.format("(self.out(x) / 2.0).sigmoid()"),
            proof=_DEAD.format(4),
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.out = nn.Linear(4, outputs)

    def forward(self, x):
        return torch.softmax(self.out(x), dim=-1)


def f(x, outputs=1):
    return Head(outputs)(x)
""",
            proof=_DEAD.format(4),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _ATTENTION.format(-1),
            _ATTENTION.format(1),
            proof="torch.equal(f(words := torch.randn(1, 3, 4)), words.sum(dim=1))",
        ),
        Bad(
            "numpy",
            _ROWS.format("softmax(score, axis=-1)"),
            _ROWS.format("softmax(score, axis=0)"),
            proof="(f(np.eye(3), np.arange(3.0)) == 1).all()",
        ),
        Bad("torch", _ONE_CLASS.format(1), _ONE_CLASS.format(2), proof=_ZERO.format("3, 2, 2")),
        Bad("torch", _MAP.format(1), _MAP.format(2), proof=_ZERO.format("1, 3, 2, 2")),
        Bad(
            "torch",
            _CUT.format("F.relu(self.out(x))"),
            _CUT.format("self.out(x)"),
            proof="any(torch.autograd.grad(f(x := torch.randn(1, 4, requires_grad=True), torch.tensor([0])), x)[0]"
            ".abs().max() == 0 for _ in range(20))",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _CUT_LAYER.format(", nn.ReLU()"),
            _CUT_LAYER.format(""),
            proof="max(f(s * 1e4 * torch.ones(1, 4), torch.zeros(1, 1)).item() for s in (-1, 1)) >= math.log(2) - 1e-6 "
            "and min(f(s * 1e4 * torch.ones(1, 4), torch.zeros(1, 1)).item() for s in (-1, 1)) >= math.log(2) - 1e-6",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _KERNELS.format("", 1),
            _KERNELS.format("", 3),
            proof=_DEAD.format(4),
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            _KERNELS.format("if k > 1:\n            weight = weight / k\n        ", 1),
            "A kernel of one is a default, and the file asks how large it is.",
        ),
        Good("torch", _SEQUENTIAL.format(3, "Softmax(dim=1)"), "Three outputs."),
        Good("torch", _SEQUENTIAL.format(1, "Tanh()"), "One output, no softmax."),
        Good("torch", _ATTENTION.format("+1"), "The weights of attention, along the words."),
        Good("torch", _ATTENTION.format("-2"), "The last axis but one is that of the words."),
        Good(
            "torch",
            _ATTENTION.format(-1).replace("torch.tanh(words))", "torch.tanh(words)).squeeze(-1)"),
            "Without the last axis the words are the last.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

source, target = nn.Linear(4, 1), nn.Linear(4, 1)


def f(nodes):
    scores = source(nodes) + target(nodes).transpose(0, 1)
    return torch.softmax(scores, dim=-1)
""",
            "A column and a row add up to a square.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

attention = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1), nn.Softmax(dim=1))


def f(bags):
    return (attention(bags) * bags).sum(dim=1)
""",
            "Attention over the instances of a bag: nothing says that there are but two axes.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn

score = nn.Linear(4, 1)


def f(choices, answer):
    return F.cross_entropy(score(choices).view(-1, 5), answer)
""",
            "One score for each of five choices.",
        ),
        Good("torch", _CUT.format("self.out(F.relu(x))"), "The ReLU stands before the last layer."),
        Good("torch", _CUT_LAYER.format(", nn.LeakyReLU()"), "A leaky ReLU passes either sign."),
        Good(
            "torch",
            """\
import torch
from torch import nn


class Segmenter(nn.Module):
    def __init__(self, classes=1):
        super().__init__()
        self.classes = classes
        self.head = nn.Conv2d(4, classes, 1)

    def forward(self, x):
        scores = self.head(x)
        if self.classes > 1:
            return torch.softmax(scores, dim=1)
        return torch.sigmoid(scores)


def f(x):
    return Segmenter()(x)
""",
            "The number of classes is tested.",
        ),
        Good("numpy", _ROWS.format("softmax(np.hstack([score, -score]), axis=-1)"), "Two columns."),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 1), nn.Softmax(dim=1))


def f(rows):
    return net(rows)
""",
            "Nothing says that the rows have two axes: over a sequence it would be attention.",
        ),
    ),
)
