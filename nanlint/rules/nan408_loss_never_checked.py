"""A training loop in which nothing would notice that the loss has become NaN."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.placement import loop_around
from nanlint.reasoning.protocol import updates
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule

TESTS = (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE)
_COMMENT = re.compile(r"#.*")
_WATCH = re.compile(
    r"is_?(?:nan|inf|finite)|detect_anomaly|set_detect_anomaly|error_if_nonfinite\s*=\s*True|terminate_?on_?nan"
    r"|check_(?:numerics|finite)|debug_(?:nans|infs)|nan_?(?:guard|check|hook|detector)|skip_?nan|\bFloatingPointError\b",
    re.IGNORECASE,
)
"""What notices a NaN by other means than a test of a value."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    """One finding per file, at its first loop."""
    looping = (update for update in updates(trace) if loop_around(update.step) is not None)
    first = next(looping, None)
    if first is None or _watched(trace):
        return
    backward = first.backwards[-1]
    yield Draft(
        event=backward,
        level=Level.STRICT,
        message=f"`{code(backward.node)}` in a loop: a loss that has become NaN would go unnoticed",
        remedy="Stop (or skip the batch) when the loss is not finite, before the backward pass.",
        evidence=(
            Clue(backward.node, "differentiates the loss, whatever it is"),
            Clue(first.step.node, "makes the weights NaN if it is NaN"),
        ),
    )


def _watched(trace: Trace) -> bool:
    """A test, a gradient scaler (which leaves out steps that are not finite) or another guard, anywhere in the file."""
    tested = any(_compares(event) for event in trace.of(*TESTS, Op.NOT_EQUAL))
    scaled = next(trace.of(Op.GRAD_SCALER, Op.SCALER_STEP), None) is not None
    return tested or scaled or _WATCH.search(_COMMENT.sub("", trace.source)) is not None


def _compares(event: Event) -> bool:
    """A test for NaN, be it `x != x`."""
    return event.op is not Op.NOT_EQUAL or event.x.same(event.y)


_PLAIN = """\
import torch


def f(batches):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for x in batches:
        optimizer.zero_grad()
        loss = model(x).mean()
        if not torch.isfinite(loss):
            raise ValueError("the loss is not finite")
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model
"""
_TEST = '        if not torch.isfinite(loss):\n            raise ValueError("the loss is not finite")\n'
_CLASS = """\
import math

from torch import nn, optim


class Trainer:
    def __init__(self):
        self.net = nn.Linear(1, 1)
        self.optimizer = optim.Adam(self.net.parameters(), lr=1e-3)

    def update(self, x):
        loss = self.net(x).mean()
        if math.isnan(loss.item()):
            return
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()


def f(batches):
    trainer = Trainer()
    for x in batches:
        trainer.update(x)
    return trainer.net
"""
_CLASS_TEST = "        if math.isnan(loss.item()):\n            return\n"
_BATCHES = "[torch.ones(1, 1), torch.tensor([[float('nan')]])]"

RULE = Rule(
    code="NAN408",
    name="loss-never-checked",
    summary="A loop of training steps without any test that the loss is finite.",
    why=(
        "Once a weight is NaN, every later loss is NaN, and hours of training are spent on nothing; the checkpoints"
        " written meanwhile are lost too. One test before the backward pass costs a synchronisation and shows the first"
        " bad batch. Off by default: most loops that never meet a NaN have no such test."
    ),
    check=check,
    specific=5,
    optional=True,
    remedy="Test the loss with `isfinite` before the backward pass, and stop or skip the batch.",
    bad=(
        Bad(
            "torch",
            _PLAIN.replace(_TEST, ""),
            _PLAIN,
            proof=f"not raises(ValueError, lambda: f({_BATCHES}))",
            level=Level.STRICT,
        ),
        Bad("torch", _CLASS.replace(_CLASS_TEST, ""), _CLASS, hostile=_BATCHES, level=Level.STRICT),
    ),
    good=(
        Good(
            "torch",
            _PLAIN.replace(_TEST, "        assert loss == loss\n"),
            "NaN is the only number that differs from itself.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_TEST, "").replace("    for x", "    torch.autograd.set_detect_anomaly(True)\n    for x"),
            "Anomaly detection raises at the operation that gives the first NaN.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_TEST, "").replace("1.0)", "1.0, error_if_nonfinite=True)"),
            "The clip raises when the norm is not finite.",
        ),
        Good(
            "torch",
            """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    model(x).mean().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return model
""",
            "A single step is seen by whoever looks at its result.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch


class Module(torch.nn.Module):
    def training_step(self, batch):
        return self.layer(batch).mean()


def f(x):
    return Module
""",
            "The loop is a trainer's, outside of the file.",
        ),
    ),
)
