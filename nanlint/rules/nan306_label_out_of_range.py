"""Labels known to leave the classes that there are."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import clue, describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.origins import sources, strip
from nanlint.reasoning.targets import FATES, fate, from_image, picked, pieces, takes_indices, width
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule

WHOLE = frozenset({Op.SIGN, Op.ROUND, Op.FLOOR, Op.CEIL})
"""Operations that make whole numbers, whatever they are stored in."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS):
        if takes_indices(loss):
            classes = width(loss.x, trace)
            ignored = loss.options.get("ignore_index")
            yield from _reported(loss, loss.y, classes, None if ignored is None else ignored.range.point, trace)
    for coded in trace.of(Op.ONE_HOT):
        yield from _reported(coded, coded.x, _number(coded.options.get("num_classes")), None, trace)
    for chosen in trace.of(Op.SELECT):
        if len(chosen.operands) > 1 and chosen.x.op is Op.EYE and chosen.y.dtype is Dtype.INTEGER:
            size = chosen.x.made_by.options
            yield from _reported(chosen, chosen.y, _number(size.get("n") or size.get("N")), None, trace)
    for trainer in trace.of(Op.TRAINER):
        for fit in trace.uses(trainer.result):
            if fit.op is Op.FIT and "y" in fit.options and "n_classes" in trainer.options:
                yield from _reported(fit, fit.options["y"], _number(trainer.options["n_classes"]), None, trace)


def _number(value: Value | None) -> Value | None:
    """A number of classes; -1 and None mean as many as the labels need."""
    return None if value is None or value.range.point is None or value.range.lo < 1.0 else value


def _reported(
    event: Event, labels: Value, classes: Value | None, ignored: float | None, trace: Trace
) -> Iterator[Draft]:
    """One finding for the first part of the labels that is outside."""
    top = float("inf") if classes is None else classes.range.lo - 1.0
    parts = list(pieces(labels))
    for piece in parts:
        beyond = _beyond(piece, top, ignored)
        if beyond is None or (classes is None and _of_caller(event, piece, trace)):
            continue
        if not (beyond == -1.0 and fate(event, beyond) == "zeros"):  # the usual way to write: no class
            yield Draft(
                event=event,
                level=Level.NOTE if _sentinel(piece, parts) or picked(labels) else _level(event, classes, beyond),
                message=_message(event, piece, beyond, classes),
                remedy="Number the classes from 0, and give the loss as many outputs as there are classes.",
                evidence=(*trail(event, trace, piece), *_sized(event, classes, trace)),
            )
            return


def _beyond(piece: Value, top: float, ignored: float | None) -> float | None:
    """The label farthest outside [0, top] that the piece is known to hold; the ignored one is none."""
    whole = piece.dtype.integer or piece.op in WHOLE or piece.range.point is not None
    if not whole or not piece.known or piece.range.empty or from_image(piece):
        return None
    ends = [end for end in (piece.range.lo, piece.range.hi) if not 0.0 <= end <= top and end != ignored]
    finite = [end for end in ends if abs(end) != float("inf")]
    return finite[-1] if finite else None


def _sentinel(piece: Value, parts: list[Value]) -> bool:
    """-1 beside labels of which nothing is known: what a search returns that finds none, which callers test for."""
    return piece.range.point == -1.0 and any(not part.known for part in parts)


def _of_caller(event: Event, piece: Value, trace: Trace) -> bool:
    """A function that codes what it is given may do so only for some of its callers."""
    origin = trace.origin(strip(piece))
    return event.op is Op.ONE_HOT and (origin is None or origin.site.frame is not event.site.frame)


def _level(event: Event, classes: Value | None, beyond: float) -> Level:
    """A default that callers elsewhere may replace makes the number of classes likely, not certain."""
    if fate(event, beyond) == "zeros":
        return Level.WARNING
    if beyond < 0.0 or classes is None:
        return Level.ERROR
    return Level.WARNING if any(source.op is Op.ARGUMENT for source in sources(classes)) else Level.ERROR


def _message(event: Event, piece: Value, beyond: float, classes: Value | None) -> str:
    node = _label_node(event)
    labels = "the index" if node is None else quoted(node)
    of = "" if classes is None else f" {classes.range.lo:g}"
    effect = FATES[fate(event, beyond)]
    return (
        f"{labels} {_shown(piece.range)}, but {_taker(event)} has{of} classes from 0 on: a label of {beyond:g} {effect}"
    )


def _label_node(event: Event) -> cst.BaseExpression | None:
    if event.op is Op.FIT:
        return event.site.options.get("y")
    return operand_node(event, 0 if event.op is Op.ONE_HOT else 1)


def _taker(event: Event) -> str:
    named = {Op.SELECT: "the identity matrix", Op.FIT: "the estimator"}
    return named.get(event.op) or describe(event)


def _shown(bounds: Interval) -> str:
    return f"holds {bounds.lo:g}" if bounds.lo == bounds.hi else f"lies in [{bounds.lo:g}, {bounds.hi:g}]"


def _sized(event: Event, classes: Value | None, trace: Trace) -> tuple[Clue, ...]:
    """The layer that says how many classes there are."""
    if classes is None:
        return ()
    for layer in trace.of(Op.LINEAR):
        if classes in layer.options.values():
            return (clue(layer),)
    return ()


_DRAWN = """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x):
    labels = torch.randint(0, 11, (len(x),))
    labels[0] = {}
    scores = nn.Linear(4, 10)(x)
    return F.cross_entropy(scores, labels)
"""
_MODEL = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.head = nn.Linear(8, classes)

    def forward(self, x):
        return F.log_softmax(self.head(F.relu(self.body(x))), dim=1)


def f(x):
    net = Net(5)
    criterion = nn.NLLLoss()
    stars = torch.tensor([1, 2, 3, 4, 5])
    return criterion(net(x), {})
"""
_SIGNS = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
criterion = nn.CrossEntropyLoss()


def f(x, returns):
    direction = torch.sign(returns).long()
    return criterion(net(x), direction{})
"""
_ONE_HOT = """\
import torch
import torch.nn.functional as F


def f(scores):
    digits = torch.arange(1, 11)
    target = F.one_hot(digits{}, num_classes=10).float()
    return -(target * F.log_softmax(scores, dim=-1)).sum(dim=-1).mean()
"""
_EYE = """\
import numpy as np


def f(scores):
    labels = np.array([1, 2, 3])
    target = np.eye(3)[labels{}]
    return ((scores - target) ** 2).mean()
"""
_WRAPPED = """\
import numpy as np


def f(returns):
    labels = np.sign(returns).astype(int)
    return np.eye(3)[labels{}]
"""
_PADDED = """\
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


def f(scores):
    tags = pad_sequence([torch.tensor([0, 2, 1]), torch.tensor([1])], batch_first=True, padding_value=-1)
    criterion = nn.CrossEntropyLoss({})
    return criterion(scores, tags)
"""
_MAPS = """\
import torch
import torch.nn.functional as F
from torch import nn


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        return F.interpolate(self.head(x), scale_factor=2)


def f(x):
    classes = torch.randint(0, {}, (1, 4, 4))
    return F.cross_entropy(Segmenter()(x), classes)
"""
_ROWS = "torch.zeros(3, 4)"


def _raised(arguments: str, error: str = "IndexError") -> str:
    return f"raises({error}, lambda: f({arguments}))"


RULE = Rule(
    code="NAN306",
    name="label-out-of-range",
    summary="Labels known to leave [0, C) are used as classes of a loss or of a one-hot code with C classes.",
    why=(
        "A class index must lie in [0, C). On the CPU PyTorch raises an IndexError in the loss; on a GPU the kernel"
        " aborts, asynchronously, in another line, and the process can compute no more. What the loss is told to ignore"
        " (-100 by default) is left out in silence, and a batch of nothing else has a loss of NaN. NumPy counts a"
        " negative index from the end, so that -1 marks the last class without a word. Labels from 1 to C, -1 for"
        " missing ones and -1, 0, 1 for down, level and up are what usually stands behind it."
    ),
    check=check,
    specific=40,
    remedy="Number the classes from 0 to C - 1, and name the label of missing ones as ignore_index.",
    bad=(
        Bad("torch", _DRAWN.format(10), _DRAWN.format(9).replace("(0, 11", "(0, 10"), proof=_raised(_ROWS)),
        Bad(
            "torch",
            _MODEL.replace("{}", "stars"),
            _MODEL.replace("{}", "stars - 1"),
            proof=_raised("torch.zeros(5, 4)"),
        ),
        Bad("torch", _SIGNS.replace("{}", ""), _SIGNS.replace("{}", " + 1"), proof=_raised(f"{_ROWS}, -torch.ones(3)")),
        Bad(
            "torch",
            _ONE_HOT.replace("{}", ""),
            _ONE_HOT.replace("{}", " - 1"),
            proof=_raised("torch.zeros(10, 10)", "RuntimeError"),
        ),
        Bad("numpy", _EYE.replace("{}", ""), _EYE.replace("{}", " - 1"), proof=_raised("np.zeros((3, 3))")),
        Bad(
            "numpy",
            _WRAPPED.replace("{}", ""),
            _WRAPPED.replace("{}", " + 1"),
            proof="f(np.array([-1.0])).tolist() == [[0, 0, 1]]",
        ),
        Bad(
            "torch",
            _PADDED.format(""),
            _PADDED.format("ignore_index=-1"),
            proof=_raised("torch.zeros(2, 4, 3)"),
        ),
        Bad("torch", _MAPS.format(3), _MAPS.format(2), proof=_raised("torch.zeros(1, 3, 2, 2)")),
        Bad(
            "torch",
            """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.head = nn.Linear(4, classes)

    def forward(self, x):
        return self.head(x)


def f(x, classes=5):
    labels = torch.tensor([1, 2, 5])
    return nn.CrossEntropyLoss()(Net(classes)(x), labels)
""",
            proof=_raised(_ROWS),
            level=Level.WARNING,
        ),
    ),
    good=(
        Good("torch", _DRAWN.format(8).replace("(0, 11", "(0, 10"), "From 0 to 9 for ten classes."),
        Good("torch", _MODEL.replace("{}", "(stars - 1)"), "From 1 to 5, less 1, for five classes."),
        Good("torch", _SIGNS.replace("{}", ".clamp(min=0)"), "Down and level are one class."),
        Good("torch", _DRAWN.format(-100).replace("(0, 11", "(0, 10"), "-100 is what the loss ignores."),
        Good("torch", _PADDED.format("reduction='sum', ignore_index=-1"), "The padding is ignored."),
        Good("numpy", _EYE.replace("np.eye(3)[labels{}]", "np.eye(4)[labels]"), "From 1 to 3 in four rows."),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, labels, valid):
    labels = torch.where(valid, labels, torch.full_like(labels, -100))
    return F.cross_entropy(scores, labels)
""",
            "What is not valid is ignored; of the rest nothing is known.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x):
    labels = torch.randint(0, 6, (len(x),))
    scores = nn.Linear(4, 12)(x).view(-1, 6)
    return F.cross_entropy(scores, labels.repeat_interleave(2))
""",
            "The outputs are arranged anew, so that they are no longer twelve classes.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def encoded(observation, space):
    if isinstance(space.n, int):
        return F.one_hot(observation.long(), num_classes=space.n).float()
    return observation.float()


def f(space):
    return encoded(torch.tensor([-1, 1]), space)
""",
            "The space says whether it takes labels, and how many.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def encoded(observation, discrete):
    if discrete:
        return F.one_hot(observation.long(), num_classes=4).float()
    return observation.float()


def f(x):
    return encoded(torch.tanh(x), False)
""",
            "Real numbers take the other branch; that they are cast does not make them labels.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores):
    return F.cross_entropy(scores, torch.rand(2, 3) * 2)
""",
            "Floating-point targets are probabilities, not indices.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x, path):
    import numpy as np
    from PIL import Image

    mask = torch.from_numpy(np.array(Image.open(path))).long()
    return F.cross_entropy(nn.Conv2d(3, 2, 1)(x), mask)
""",
            "A mask is stored as an image of one byte, of which it needs but a few.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(8, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return self.shared(x) + self.bias


def f(x):
    return F.cross_entropy(Shared()(x), torch.randint(0, 10, (len(x),)))
""",
            "The bias spreads the one output over ten classes.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, path):
    labels = torch.tensor([int(line) for line in open(path)])
    return F.cross_entropy(scores, labels + 1)
""",
            "The file says which labels there are.",
        ),
    ),
)
