"""A loss that is told to expect logits and gets probabilities, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import FLAG, activated, named_input, written_out
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.logits import telling
from nanlint.reasoning.origins import NETWORKS, alternatives
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rewrite, Rule

OF_LOGITS = (Op.CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS)
OF_PROBABILITIES = (Op.PROBABILITY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY)
LOGARITHMS = frozenset({Op.LOG_SOFTMAX, Op.LOG_SIGMOID})
SIGNED = frozenset({Op.TANH, Op.LEAKY_RELU, Op.ELU, Op.SELU, Op.GELU, Op.SILU, Op.SOFTSIGN})
"""Activations that leave negative numbers."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(*OF_LOGITS):
        if FLAG in loss.options:
            yield from _of_probabilities(loss, trace)
    for loss in trace.of(*OF_PROBABILITIES):
        yield from _of_scores(loss, trace)


def _of_probabilities(loss: Event, trace: Trace) -> Iterator[Draft]:
    found = activated(loss, trace)
    if found is not None:
        form = found.p.form.value
        yield Draft(
            event=loss,
            level=_level(loss),
            message=f"{describe(loss)} is told to expect logits ({FLAG}=True), {named_input(loss)} is a {form}: "
            f"where the loss applies another {form}, it has a floor and confident mistakes stay",
            remedy=f"Drop the {form} behind the last layer, or pass {FLAG}=False.",
            evidence=(*trail(loss, trace, loss.x), *_stated(loss)),
            claims=written_out(found, trace),
            rewrite=_told(loss, trace, logits=False),
        )


def _of_scores(loss: Event, trace: Trace) -> Iterator[Draft]:
    outputs = list(alternatives(loss.x))
    if outputs and all(_is_score(value) for value in outputs):
        invertible = all(value.op in NETWORKS | LOGARITHMS for value in outputs)
        yield Draft(
            event=loss,
            level=_level(loss),
            message=f"{describe(loss)} takes probabilities, {named_input(loss)} is {_described(outputs[0])}: "
            f"{_effect(loss)}",
            remedy=f"Pass {FLAG}=True, or end the model in a softmax (a sigmoid for one output)."
            if FLAG in loss.options
            else "Give the loss a sigmoid of the scores, or use its form that takes logits.",
            evidence=trail(loss, trace, loss.x),
            rewrite=_told(loss, trace, logits=True) if invertible else None,
        )


def _stated(loss: Event) -> tuple[Clue, ...]:
    """Where the flag is written: often far from the call that applies the loss."""
    flag = loss.site.options.get(FLAG)
    return () if flag is None else (Clue(flag, f"the loss is told {FLAG}={code(flag)}"),)


def _level(loss: Event) -> Level:
    return Level.NOTE if quiet(loss.site) else Level.ERROR


def _is_score(value: Value) -> bool:
    """The output of a layer, as it is or behind an activation that leaves negative numbers."""
    if value.op in LOGARITHMS | SIGNED:
        return any(inner.op in NETWORKS for inner in alternatives(value.made_by.x))
    return value.op in NETWORKS


def _described(output: Value) -> str:
    if output.op in NETWORKS:
        return "the output of a layer without an activation"
    return f"a {output.op.value} of the output of a layer"


def _effect(loss: Event) -> str:
    clip, checked = loss.options.get("clip"), loss.options.get("checked")
    if checked is not None and checked.constant is True:
        return "it raises a RuntimeError on a CPU and aborts on a GPU"
    if clip is None:
        return "its logarithm of a negative number is NaN"
    edge = f"{clip.range.lo:g}"
    sparse = loss.options.get("sparse")
    if sparse is not None and sparse.constant is False:
        return f"they are divided by their sum, which may be 0, and clipped to [{edge}, 1 - {edge}], without a gradient"
    return f"they are clipped to [{edge}, 1 - {edge}], beyond which there is no gradient"


def _told(loss: Event, trace: Trace, logits: bool) -> Rewrite | None:
    edits = telling(loss, trace, logits)
    if edits is None:
        return None
    return Rewrite(f"Pass {FLAG}={logits}", Applicability.UNSAFE, edits.edits, edits.imports)


_SCORES = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1){})
criterion = nn.{}()


def f(x, y):
    return criterion(net(x), y)
"""
_TANH = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(2, 1)


def f(x, y):
    p = torch.tanh(net(x))
    return F.binary_cross_entropy({}, y)
"""
_RAISES = "raises(RuntimeError, lambda: [f(s * torch.ones(1, 2) * 1e4, torch.ones(1, 1)) for s in (-1.0, 1.0)])"

RULE = Rule(
    code="NAN302",
    name="logits-mismatch",
    summary="A loss is told to expect logits and gets probabilities, or expects probabilities and gets logits.",
    why=(
        "Losses of Keras take probabilities unless from_logits=True. Scores given as probabilities are clipped to"
        " [1e-7, 1 - 1e-7]: beyond, the loss has no gradient. The categorical one divides by the sum of a row first,"
        " and is NaN where that is 0. Probabilities given as logits pass through a second softmax or sigmoid: with ten"
        " classes the loss stays above 1.46, and confident mistakes stay. TensorFlow's backend of Keras undoes the"
        " second one, with a warning, where the activation is Keras's own and the very last operation; behind a"
        " reshape, in half precision and with another backend it does not. BCELoss of PyTorch raises."
    ),
    check=check,
    specific=45,
    remedy="Let the model end in scores and pass from_logits=True.",
    fix=Applicability.UNSAFE,
    fix_note="Passes the flag that fits the model, so the loss has another value, the one that was meant.",
    bad=(
        Bad("torch", _SCORES.format("", "BCELoss"), proof=_RAISES),
        Bad("torch", _TANH.format("p"), proof=_RAISES),
    ),
    good=(
        Good("torch", _SCORES.format("", "BCEWithLogitsLoss"), "This loss takes logits."),
        Good("torch", _SCORES.format(", nn.Hardsigmoid()", "BCELoss"), "A hard sigmoid lies in [0, 1]."),
        Good("torch", _TANH.format("(p + 1) / 2"), "Mapped to [0, 1]."),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F


def f(model, x, y):
    return F.binary_cross_entropy(model(x), y)
""",
            "What the model ends in is written in another file.",
        ),
    ),
)
