"""Probabilities given to a loss that takes logits."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import FLAG, Activated, activated, at_loss, at_source, named_input, written_out
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import discarded
from nanlint.reasoning.evidence import describe, trail
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rewrite, Rule

LOSSES = (Op.CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS)
AS_GOOD = (*LOSSES, Op.ARGMAX)
"""Uses of probabilities for which logits do as well."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(*LOSSES):
        found = None if FLAG in loss.options else activated(loss, trace)
        if found is not None:
            form = found.p.form.value
            yield Draft(
                event=loss,
                level=Level.NOTE if quiet(loss.site) or discarded(loss, trace) else Level.ERROR,
                message=f"{describe(loss)} takes logits, {named_input(loss)} is a {form}: {_floor(loss)}",
                remedy=f"Drop the {form}: the loss applies it itself.",
                evidence=trail(loss, trace, loss.x),
                claims=written_out(found, trace),
                rewrite=_rewrite(found, trace),
            )


def _floor(loss: Event) -> str:
    if loss.op is Op.CROSS_ENTROPY:
        return "the loss cannot fall below log(e + C - 1) - 1 for C classes (1.46 for ten), and confident mistakes stay"
    return "the loss cannot fall below 0.31 for a positive and 0.69 for a negative, and confident mistakes stay"


def _rewrite(found: Activated, trace: Trace) -> Rewrite | None:
    dropped = at_loss(found) or at_source(found, trace, AS_GOOD)
    if dropped is None:
        return None
    return Rewrite(f"Drop the {found.p.form.value}", Applicability.UNSAFE, dropped.edits, dropped.imports)


_CONFIDENT = "torch.tensor([[50.0, 0.0, 0.0]]), torch.tensor([1])"
_FLOORED = f"f({_CONFIDENT}).item() < 2"
_ALWAYS_FLOORED = "max(f(torch.full((1, 3), 1e4), torch.tensor([k])).item() for k in range(3)) < 2"
_SURE = "torch.tensor([50.0]), torch.tensor([0.0])"
_CAPPED = f"f({_SURE}).item() < 2"
_MODEL = """\
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 3)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.body(x)
        return self.softmax(x)


def f(x, y):
    net = Net()
    criterion = nn.CrossEntropyLoss()
    return criterion(net(x), y)
"""
_SEQUENTIAL = """\
from torch import nn


def f(x, y):
    net = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1))
    scores = net(x)
    return nn.CrossEntropyLoss()(scores, y)
"""
_HELPER = """\
import torch
import torch.nn.functional as F


def predict(x):
    return torch.softmax(x, dim=-1)


def f(x, y):
    return F.cross_entropy(predict(x), y)
"""

RULE = Rule(
    code="NAN301",
    name="softmax-before-cross-entropy",
    summary="Probabilities are given to a loss that takes logits, which applies softmax or sigmoid a second time.",
    why=(
        "cross_entropy begins with a log-softmax, binary_cross_entropy_with_logits with a log-sigmoid. Probabilities"
        " lie between 0 and 1, so as logits they are never confident: with ten classes the loss stays above 1.46"
        " however right the model is, and where it is confidently wrong the first activation has a gradient of 1e-13,"
        " so it stays wrong. No value is ever NaN; training just stalls. A log-softmax before cross_entropy is"
        " harmless, because a second one changes nothing."
    ),
    check=check,
    specific=40,
    remedy="Return logits from the model and apply softmax or sigmoid only where probabilities are wanted.",
    fix=Applicability.UNSAFE,
    fix_note=(
        "Drops the activation, so the loss has another value and, where the fix is made in a model, the model returns"
        " logits. It is offered only where nothing else in the file uses the probabilities."
    ),
    bad=(
        Bad(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(F.softmax(x, dim=1), y)\n",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(x, y)\n",
            proof=_FLOORED,
        ),
        Bad(
            "torch",
            "import torch\nfrom torch import nn\n\n\ndef f(x, y):\n    probs = x.softmax(-1)\n"
            "    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)\n    return criterion(probs, y)\n",
            "import torch\nfrom torch import nn\n\n\ndef f(x, y):\n"
            "    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)\n    return criterion(x, y)\n",
            proof=_FLOORED,
        ),
        Bad("torch", _MODEL, _MODEL.replace("self.softmax(x)", "x"), proof=_ALWAYS_FLOORED),
        Bad("torch", _SEQUENTIAL, _SEQUENTIAL.replace("nn.Softmax(dim=1)", "nn.Identity()"), proof=_ALWAYS_FLOORED),
        Bad("torch", _HELPER, _HELPER.replace("torch.softmax(x, dim=-1)", "x"), proof=_FLOORED),
        Bad(
            "torch",
            """\
import torch
from torch import nn


def f(x, y):
    probability = torch.sigmoid(x)
    loss = nn.BCEWithLogitsLoss()(probability, y)
    accuracy = ((probability > 0.5) == (y > 0.5)).float().mean()
    return loss + 0 * accuracy
""",
            """\
import torch
from torch import nn


def f(x, y):
    probability = torch.sigmoid(x)
    loss = nn.BCEWithLogitsLoss()(x, y)
    accuracy = ((probability > 0.5) == (y > 0.5)).float().mean()
    return loss + 0 * accuracy
""",
            proof=_CAPPED,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    e = torch.exp(x - x.max())
    return F.cross_entropy(e / e.sum(-1, keepdim=True), y)
""",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    e = torch.exp(x - x.max())
    return F.cross_entropy(x, y)
""",
            proof=_FLOORED,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F


class Net(torch.nn.Module):
    def forward(self, x):
        return torch.sigmoid(x * 1.0)


def f(x, y):
    scores = Net()(x)
    print(scores.mean())
    return F.binary_cross_entropy_with_logits(scores, y)
""",
            proof=_CAPPED,
        ),
    ),
    good=(
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(x, F.softmax(y, dim=1))\n",
            "The softmax makes the target, as in distillation.",
        ),
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(F.log_softmax(x, 1), y)\n",
            "A log-softmax of a log-softmax is itself.",
        ),
        Good(
            "torch",
            """\
import torch.nn as nn


class Net(nn.Module):
    def forward(self, x):
        if not self.training:
            x = x.softmax(-1)
        return x


def f(x, y):
    return nn.CrossEntropyLoss()(Net()(x), y)
""",
            "Probabilities only outside training.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    loss = F.cross_entropy(x, y)
    confidence = F.softmax(x, dim=1).max()
    return loss + 0 * confidence
""",
            "Logits for the loss, probabilities for the report.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(q, k, v, y):
    attention = torch.softmax(q @ k.T, dim=-1)
    return F.cross_entropy(attention @ v, y)
""",
            "The softmax weighs values, it is no prediction.",
        ),
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(10.0 * F.sigmoid(x), y)\n",
            "A scaled sigmoid bounds the logits on purpose.",
        ),
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.nll_loss(F.log_softmax(x, -1), y)\n",
            "nll_loss takes log-probabilities.",
        ),
        Good(
            "torch",
            "import torch\n\n\ndef f(x, y):\n    return torch.nn.BCELoss()(torch.sigmoid(x), y)\n",
            "BCELoss takes probabilities; that it saturates is another rule's.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn as nn


class Net(nn.Module):
    def forward(self, x):
        if self.training:
            return x.softmax(-1)
        return x


def f(x, y):
    return nn.CrossEntropyLoss()(Net()(x), y)
""",
            "Which branch runs in training is not followed.",
        ),
        Miss(
            "torch",
            '''\
import torch.nn.functional as F


def f(model, x, y):
    """The model, from another file, ends in a softmax."""
    return F.cross_entropy(model(x), y)
''',
            "The model is defined in another file.",
        ),
    ),
)
