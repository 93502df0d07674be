"""Targets of a binary cross-entropy that are known to leave [0, 1]."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import Interval, inf, interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.binary import label, written_out
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.logarithms import LOGARITHMS
from nanlint.reasoning.origins import RANDOM, comes_from
from nanlint.reasoning.provenance import leaves
from nanlint.reasoning.targets import chosen_together, compared, masked, of_image, picked, pieces, sometimes_inside
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule

WRITTEN_OUT = "a binary cross-entropy written out"
LOSSES = (Op.BINARY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS)
IMAGES = frozenset({Op.PIXELS, Op.SCALE_PIXELS, Op.RESCALE})
NOISE = 0.25  # how far labels are blurred beyond 0 and 1, at most
SLACK = 1e-5  # what rounding may take a computed probability beyond 1


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(*LOSSES):
        if len(loss.operands) > 1 and not masked(loss, trace):
            yield from _reported(loss, loss.y, operand_node(loss, 1), describe(loss), trace)
    if any(trace.of(*LOGARITHMS)):
        for event in trace.of(Op.ADD, Op.SUBTRACT):
            sides = written_out(trace, event)
            target = None if sides is None else label(sides)
            if sides is not None and target is not None and not compared(target.value, trace):
                product = next((use for use in trace.uses(sides[0].log.result) if use.op is Op.MULTIPLY), event)
                yield from _reported(product, target.value, target.node, WRITTEN_OUT, trace)


def _reported(event: Event, target: Value, node: cst.BaseExpression | None, loss: str, trace: Trace) -> Iterator[Draft]:
    """One finding for the first part of the target that is outside."""
    for piece in pieces(target):
        outside = _outside(piece)
        if outside is not None and not (_is_noise(piece) and not _checked(event)):
            yield Draft(
                event=event,
                level=Level.NOTE if chosen_together(target, event, trace) else _level(target, piece),
                message=f"{quoted(node)}, the target of {loss}, lies in {_shown(target.range)}, not in [0, 1]: "
                f"{_effect(event, outside)}",
                remedy=_remedy(piece),
                evidence=trail(event, trace, piece),
            )
            return


def _level(target: Value, piece: Value) -> Level:
    """An image is most likely what it is read as; picked elements, and one way of several, may be others."""
    if picked(target) or sometimes_inside(target, 0.0, 1.0):
        return Level.NOTE
    return Level.ERROR if piece.known and not of_image(piece) else Level.WARNING


def _outside(piece: Value) -> Interval | None:
    """The part of the range that leaves [0, 1], if it is known, or most likely what an image holds."""
    bounds = piece.range
    finite = bounds.lo != -inf or bounds.hi != inf or piece.op is Op.NORMAL
    if bounds.empty or not finite or not (piece.known or comes_from(piece, IMAGES) is not None):
        return None
    if bounds.hi > 1.0 + SLACK and (bounds.hi != inf or bounds.lo > 1.0 or piece.op is Op.NORMAL):
        return interval(max(bounds.lo, 1.0), bounds.hi)
    if bounds.lo < -SLACK and (bounds.lo != -inf or bounds.hi < 0.0):
        return interval(bounds.lo, min(bounds.hi, 0.0))
    return None


def _checked(event: Event) -> bool:
    """The loss refuses such a target."""
    stated = event.options.get("checked")
    return stated is not None and stated.constant is True


def _is_noise(piece: Value) -> bool:
    """Labels blurred on purpose, as a discriminator's are: 1 plus a little that is drawn."""
    return piece.range.inside(-NOISE, 1.0 + NOISE) and any(source.op in RANDOM for source in leaves(piece))


def _effect(event: Event, outside: Interval) -> str:
    if _checked(event):
        return "it raises a RuntimeError on a CPU and aborts on a GPU"
    clip = event.options.get("clip")
    if event.op is Op.BINARY_CROSS_ENTROPY and clip is not None:
        return f"the loss falls until the prediction is clipped at {clip.range.lo:g} from 0 or 1, far from any label"
    far = outside.hi if outside.hi > 1.0 else outside.lo
    if far in (inf, -inf):
        return "the loss falls without a bound as the scores grow"
    side = "30" if far > 1.0 else "-30"
    return f"the loss of a target of {far:g} is -30 or less at a logit of {side}, and falls without a bound"


def _shown(bounds: Interval) -> str:
    low, high = (f"{end:.4g}" for end in (bounds.lo, bounds.hi))
    return f"{'(' if bounds.lo == -inf else '['}{low}, {high}{')' if bounds.hi == inf else ']'}"


def _remedy(piece: Value) -> str:
    if piece.range.lo < 0.0 and piece.range.hi <= 1.0 + SLACK:
        return "Map the targets to [0, 1]: (y + 1) / 2 for targets in [-1, 1], y > 0 for signs."
    if piece.range.hi <= 2.0:
        return "Map the targets to [0, 1]: y - 1 for classes 1 and 2."
    return "Map the targets to [0, 1]: divide pixels by 255, or compare a mask with 0."


_MASK = """\
import torch
import torch.nn.functional as F


def f(scores):
    mask = torch.randint(0, 256, scores.shape, dtype=torch.uint8)
    mask[0] = 255
    return F.binary_cross_entropy_with_logits(scores, mask.float(){})
"""
_SIGNS = """\
import torch
from torch import nn


class Margin(nn.Module):
    def __init__(self):
        super().__init__()
        self.criterion = nn.BCEWithLogitsLoss()

    def forward(self, scores, returns):
        target = torch.sign(returns)
        return self.criterion(scores, {})


def f(scores, returns):
    return Margin()(scores, returns)
"""
_DOUBLED = """\
import torch
from torch import nn

criterion = nn.BCELoss()


def f(scores, labels):
    target = (labels > 0.5).float()
    target = target * 2 - 1
    return criterion(torch.sigmoid(scores), {})
"""
_TANH = """\
import torch
import torch.nn.functional as F
from torch import nn

generator = nn.Sequential(nn.Linear(2, 2), nn.Tanh())


def f(scores, noise):
    with torch.no_grad():
        picture = generator(noise)
    return F.binary_cross_entropy(torch.sigmoid(scores), picture{})
"""
_TWO = """\
import torch
from torch import nn


def f(scores):
    kind = torch.tensor([1, 2, 2, 1])
    return nn.BCEWithLogitsLoss(reduction="sum")(scores, kind.float(){})
"""
_SMOOTH = """\
import torch
import torch.nn.functional as F
from torch import nn

discriminator = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())


def f(x):
    real = torch.empty(len(x), 1).uniform_(0.7, {})
    return F.binary_cross_entropy(discriminator(x), real)
"""
_LOADER = """\
import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Masks(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        picture = np.ones(3, dtype=np.float32)
        mask = np.full(3, 255{})
        return picture, mask


def f(scale):
    total = 0
    for picture, mask in DataLoader(Masks(), batch_size=2):
        total = total + F.binary_cross_entropy_with_logits(picture * scale, mask.float())
    return total
"""
_WRITTEN = """\
import numpy as np


def f(p):
    y = np.array([-1.0, 1.0])
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return -np.mean({0} * np.log(p) + (1 - {0}) * np.log(1 - p))
"""
_NEGATIVE = "f(torch.full(({0},), 50.0)).item() < 0"


def _raised(arguments: str) -> str:
    return f"raises(RuntimeError, lambda: f({arguments}))"


RULE = Rule(
    code="NAN307",
    name="target-outside-unit-interval",
    summary="The target of a binary cross-entropy is known to leave [0, 1]: pixels up to 255, labels -1 and 1.",
    why=(
        "Binary cross-entropy is y * log(p) + (1 - y) * log(1 - p) with its sign turned. For a target of 2 or of -1 one"
        " of the two weights is negative, and the loss falls without a bound as the prediction grows: -30 at a logit of"
        " 30, and training goes there. binary_cross_entropy_with_logits says nothing of it; binary_cross_entropy"
        " raises. Masks are read as 0 and 255, a transform made for pictures takes masks to [-1, 1], and data for"
        " margin losses have labels -1 and 1."
    ),
    check=check,
    specific=40,
    remedy="Map the targets to 0 and 1 where they are read.",
    bad=(
        Bad("torch", _MASK.format(""), _MASK.format(" / 255"), proof=_NEGATIVE.format(4)),
        Bad(
            "torch",
            _SIGNS.format("target"),
            _SIGNS.format("(target + 1) / 2"),
            proof="f(torch.tensor([-30.0]), torch.tensor([-1.0])).item() < 0",
        ),
        Bad(
            "torch",
            _DOUBLED.format("target"),
            _DOUBLED.format("(target + 1) / 2"),
            proof=_raised("torch.zeros(1), torch.zeros(1)"),
        ),
        Bad(
            "torch",
            _TANH.format(""),
            _TANH.format(" / 2 + 0.5"),
            proof=_raised("torch.zeros(2), torch.ones(2) * 9e9"),
        ),
        Bad("torch", _TWO.format(""), _TWO.format(" - 1"), proof=_NEGATIVE.format(4)),
        Bad("torch", _SMOOTH.format(1.2), _SMOOTH.format(1.0), proof=_raised("torch.zeros(99, 2)")),
        Bad(
            "numpy",
            _LOADER.format(""),
            _LOADER.format(" / 255"),
            proof="f(torch.tensor(50.0)).item() < 0",
        ),
        Bad(
            "numpy",
            _WRITTEN.format("y"),
            _WRITTEN.format("(y > 0)"),
            proof="f(np.array([1e-5, 0.5])) < 0",
        ),
        Bad(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(scores):\n"
            "    noise = torch.randn(len(scores))\n    return F.binary_cross_entropy_with_logits(scores, noise)\n",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(scores):\n"
            "    noise = torch.rand(len(scores))\n    return F.binary_cross_entropy_with_logits(scores, noise)\n",
            proof="min(f(torch.full((3,), sign * 1e4)).item() for sign in (-1, 1) for _ in range(9)) < 0",
        ),
    ),
    good=(
        Good("torch", _MASK.format(" / 255.0"), "Pixels divided by 255."),
        Good("torch", _MASK.format(".gt(0).float()"), "A mask compared with 0."),
        Good("torch", _SIGNS.format("target.clamp(min=0)"), "Signs, of which the negative ones become 0."),
        Good("torch", _TWO.format(" - 1.0"), "1 and 2, less 1."),
        Good("torch", _SMOOTH.format(0.99), "Labels smoothed within [0, 1]."),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, labels):
    target = torch.sign(labels)
    known = (target >= 0).float()
    return F.binary_cross_entropy_with_logits(scores, target, weight=known)
""",
            "Targets of -1 are marked and have no weight.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, labels):
    target = torch.sign(labels)
    losses = F.binary_cross_entropy_with_logits(scores, target, reduction="none")
    return losses[target != -1].mean()
""",
            "Targets of -1 are left out of the mean.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, labels):
    return F.binary_cross_entropy_with_logits(scores, labels * 2 - 1)
""",
            "Nothing is known of the labels: they may lie in [0.5, 1].",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores, teacher):
    return F.binary_cross_entropy_with_logits(scores, torch.softmax(teacher, -1) + 1e-6)
""",
            "An epsilon beyond 1 is rounding.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, returns):
    target = torch.sign(returns)
    return F.soft_margin_loss(x, target) + F.mse_loss(x, target)
""",
            "Other losses take -1 and 1.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F


def f(scores, batch):
    return F.binary_cross_entropy_with_logits(scores, batch["mask"].float())
""",
            "Where the mask is read is written in another file.",
        ),
    ),
)
