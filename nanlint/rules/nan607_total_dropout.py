"""Dropout with a probability of 1: every activation becomes 0."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.origins import alternatives
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DROPOUT):
        share, kept = event.options.get("p"), event.options.get("keep")
        if _switched_off(event):
            continue
        level = None if share is None else _level(share)
        if share is not None and level is not None:
            yield _draft(event, share, level)
        elif kept is not None and kept.known and kept.range.hi <= 0.0:
            yield _nothing_kept(event, kept)


def _switched_off(event: Event) -> bool:
    training = event.options.get("training")
    return training is not None and training.constant is False


def _level(share: Value) -> Level | None:
    """An error where it is surely everything; where only some way leads there, a warning."""
    shares = [way.range for way in alternatives(share) if way.known]
    if not shares or max(bounds.lo for bounds in shares) < 1.0:
        return None
    certain = share.known and share.range.lo >= 1.0 and share.op is not Op.ARGUMENT
    return Level.ERROR if certain else Level.WARNING


def _draft(event: Event, share: Value, level: Level) -> Draft:
    written = event.site.options.get("p")
    largest = number(max(way.range.lo for way in alternatives(share) if way.known))
    kept = " (a share to keep, given as the share to drop?)" if _named_kept(written) else ""
    return Draft(
        event=event,
        level=level,
        message=f"dropout with a probability of {largest}{kept}: {_effect(share)}",
        remedy="Pass the share to drop, usually 0.1 to 0.5; to switch dropout off, pass 0.",
        evidence=() if written is None else (Clue(written, f"the probability is {largest}", share),),
    )


def _nothing_kept(event: Event, kept: Value) -> Draft:
    written = event.site.options.get("keep")
    return Draft(
        event=event,
        level=Level.ERROR,
        message="dropout that keeps nothing: every activation and every gradient is 0, or it is refused",
        remedy="Pass the share to keep, usually 0.5 to 0.9; to switch dropout off, pass 1.",
        evidence=() if written is None else (Clue(written, "the share to keep is 0", kept),),
    )


def _effect(share: Value) -> str:
    if any(way.known and way.range.lo > 1.0 for way in alternatives(share)):
        return "it raises a ValueError"
    return "every activation and every gradient is 0"


def _named_kept(node: cst.BaseExpression | None) -> bool:
    name = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(name, cst.Name) and bool({"keep", "kept", "retain"} & set(name.value.lower().split("_")))


_TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
_DEAD = "not f(torch.ones(2, 3, 4)).any()"


def _function(body: str, parameters: str = "x") -> str:
    return f"{_TORCH}def f({parameters}):\n    return {body}\n"


def _layer(layer: str) -> str:
    return f"{_TORCH}def f(x):\n    layer = {layer}\n    return layer(x)\n"


_NET = """\
class Net(nn.Module):
    def __init__(self, {parameter}):
        super().__init__()
        self.drop = nn.Dropout({share})

    def forward(self, x):
        return self.drop(x) * 2


def f(x):
    return Net({argument})(x)
"""


def _net(parameter: str, share: str, argument: str = "") -> str:
    return _TORCH + _NET.format(parameter=parameter, share=share, argument=argument)


RULE = Rule(
    code="NAN607",
    name="total-dropout",
    summary="A dropout probability of 1: nothing passes.",
    why=(
        "PyTorch's probability is the share that is dropped. With 1 every activation and every gradient behind it is 0,"
        " so the layers before it never learn and a loss such as a log of their sum meets 0; a mask divided by its kept"
        " share of 0 by hand is 0/0. Often a keep probability is meant."
    ),
    check=check,
    specific=30,
    remedy="Pass the share to drop, usually 0.1 to 0.5; to switch dropout off, pass 0.",
    bad=(
        Bad("torch", _layer("nn.Dropout(p=1.0)"), _layer("nn.Dropout(p=0.1)"), proof=_DEAD),
        Bad("torch", _layer("nn.Dropout(1)"), proof=_DEAD),
        Bad("torch", _layer("nn.Sequential(nn.ReLU(), nn.Dropout1d(1.0))"), proof=_DEAD),
        Bad(
            "torch",
            _layer("nn.AlphaDropout(1.0)"),
            proof=_DEAD.replace("not ", "1 == len(").replace(".any()", ".unique())"),
        ),
        Bad("torch", _function("F.dropout(x, 1.0)"), _function("F.dropout(x, 0.5)"), proof=_DEAD),
        Bad("torch", _function("F.dropout(x, p=rate, training=True)", "x, rate=1.0"), proof=_DEAD, level=Level.WARNING),
        Bad("torch", _function("torch.dropout(x, 1.0, True)"), proof=_DEAD),
        Bad("torch", _function("torch.dropout_(x.clone(), 1.0, True)"), proof=_DEAD),
        Bad("torch", _net("keep_prob=1.0", "keep_prob"), _net("keep_prob=1.0", "1 - keep_prob"), proof=_DEAD),
        Bad("torch", _net("rate", "rate", "1 - 0"), proof=_DEAD),
    ),
    good=(
        Good("torch", _layer("nn.Dropout(p=0.5)"), "Half of the activations pass."),
        Good("torch", _layer("nn.Dropout(0)"), "Everything passes."),
        Good("torch", _layer("nn.Dropout()"), "The default is 0.5."),
        Good("torch", _layer("nn.Sequential(nn.ReLU(), nn.Dropout2d(0.1))"), "A tenth is dropped."),
        Good("torch", _layer("nn.AlphaDropout(0.05)"), "A twentieth is dropped."),
        Good("torch", _function("F.dropout(x, 1.0, training=False)"), "Switched off."),
        Good("torch", _function("F.dropout(x, p=rate)", "x, rate"), "Nothing is known of the probability."),
        Good("torch", _function("F.dropout(x, p=min(rate, 0.9))", "x, rate"), "Bounded below 1."),
        Good("torch", _net("keep=1.0", "1 - keep"), "The share to drop of a share to keep is 0."),
        Good("torch", _net("rate=1.0", "rate", "0.1"), "The caller's probability counts, not the default."),
    ),
    missed=(
        Miss(
            "numpy",
            "import numpy as np\n\n\ndef f(x):\n    return x * (np.random.rand(*x.shape) > 1.0)\n",
            "Dropout by hand is a comparison and a product.",
        ),
    ),
)
