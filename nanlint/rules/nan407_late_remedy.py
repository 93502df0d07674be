"""A remedy for NaN that comes after the gradient, or the weights, are broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import repair
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import discarded, trained
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.moving import contains
from nanlint.reasoning.origins import POINTWISE, strip
from nanlint.reasoning.poles import SINGULAR, differentiated, exposure, singularity
from nanlint.reasoning.protocol import Update, updates
from nanlint.reasoning.provenance import MAX_VALUES, above_zero, gradient_reaches, leaves
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule

TESTS = (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE)


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    if next(trace.of(Op.NAN_TO_NUM, Op.EQUAL, *TESTS), None) is None:
        return
    late: dict[int, list[Draft]] = {}
    for event in trace.of(*SINGULAR):
        mend = repair(event, trace)
        draft = _repaired(event, mend, trace) if mend is not None else None
        if draft is not None:
            late.setdefault(id(mend), []).append(draft)
    yield from map(_one, late.values())
    for mend in trace.of(Op.NAN_TO_NUM):
        if id(mend) not in late and _is_loss(mend, trace):
            yield _repaired_loss(mend)
    yield from _tests(trace)


# a value that is repaired


def _one(drafts: Sequence[Draft]) -> Draft:
    """One finding for one repair: at the gravest of the operations that it is for, the last of these."""
    gravest = max(reversed(drafts), key=lambda draft: draft.level)
    return replace(gravest, claims=tuple(draft.event for draft in drafts if draft is not gravest))


def _repaired(event: Event, mend: Event, trace: Trace) -> Draft | None:
    """`nan_to_num(log(p))`: backward, the repair gives 0, and the operation makes 0 times infinity of it."""
    found = singularity(event)
    if found is None or not differentiated(event, found.index) or discarded(event, trace):
        return None
    near = exposure(event, trace, found)
    if near is None or near.backward or not gradient_reaches(event.operands[found.index], near.zone):
        return None
    what, how = describe(event), "an assignment" if mend.op is Op.STORE else f"`{describe(mend)}`"
    return Draft(
        event=event,
        level=_level(event, near.level, found.index, trace),
        message=f"`{code(event.node)}` is repaired by {how} only afterwards: the value is saved, its gradient is NaN",
        remedy=f"Keep the operand of `{what}` off the pole (clamp it, or choose a safe one with `where` before it).",
        evidence=(Clue(event.node, near.because, event.operands[found.index]), Clue(mend.node, "repairs the value")),
    )


def _level(event: Event, level: Level, index: int, trace: Trace) -> Level:
    """That somebody wrote a repair is evidence that it breaks; an underflow to 0 is rare all the same."""
    if level is Level.ERROR:
        return level
    if quiet(event.site):
        return Level.STRICT
    operand = event.operands[index]
    trains = trained(event, trace) and not above_zero(operand) and not _hidden(event, operand)
    return Level.WARNING if trains else min(level, Level.NOTE)


def _hidden(event: Event, operand: Value) -> bool:
    """Whether a gradient flows through it nobody knows: an unknown call's, or what it or a target is computed with."""
    beside = [leaf for x in event.operands for leaf in leaves(x)]
    aside = any(leaf.op is Op.OPAQUE or (leaf.op is Op.ARGUMENT and not leaf.gradient) for leaf in beside)
    return all(leaf.op is Op.OPAQUE or (aside and _handed(leaf)) for leaf in leaves(operand) if leaf.gradient)


def _handed(leaf: Value) -> bool:
    """A parameter of which nothing says that it is an array."""
    return leaf.op is Op.ARGUMENT and leaf.kind is Kind.UNKNOWN


def _is_loss(mend: Event, trace: Trace) -> bool:
    """What is repaired is differentiated, as it is or within a sum."""
    pending, seen = [mend.result], set[int]()
    while mend.x.gradient and pending and len(seen) < MAX_VALUES:
        for user in trace.uses(pending.pop()):
            if user.op is Op.BACKWARD:
                return True
            if user.op in POINTWISE and id(user) not in seen:
                seen.add(id(user))
                pending.append(user.result)
    return False


def _repaired_loss(mend: Event) -> Draft:
    return Draft(
        event=mend,
        level=Level.NOTE,
        message=f"`{code(mend.node)}` repairs the loss: where a NaN arises before it, the gradient stays NaN",
        remedy="Find the operation that gives the NaN and guard its operand; or skip the batch.",
        evidence=(Clue(mend.node, "repairs the value, not the gradient"),),
    )


# a test of the loss


def _tests(trace: Trace) -> Iterator[Draft]:
    """`if isnan(loss): continue` behind the step, or before it where the NaN gradients stay for the next round."""
    order = {id(event): i for i, event in enumerate(trace.events)}
    tests = [event for event in trace.of(*TESTS) if _skips(event)]
    for update in updates(trace) if tests else ():
        for test in tests:
            if test.site.frame is update.step.site.frame and update.step.op is Op.STEP and _of_loss(test, update):
                draft = _late(test, update, tests, order, trace)
                if draft is not None:
                    yield draft


def _skips(test: Event) -> bool:
    """The test decides whether the rest of the loop's round is left out."""
    branch = test.site.statement
    if not isinstance(branch, cst.If) or not contains(branch.test, test.node) or "zero_grad" in code(branch.body):
        return False
    last = branch.body.body[-1] if branch.body.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Continue)


def _of_loss(test: Event, update: Update) -> bool:
    """What is tested is what was differentiated."""
    tested = strip(test.x)
    return any(backward.operands and strip(backward.x).same(tested) for backward in update.backwards)


def _late(test: Event, update: Update, tests: Sequence[Event], order: Mapping[int, int], trace: Trace) -> Draft | None:
    backward, step = update.backwards[0], update.step
    position = order[id(test)]
    evidence = [Clue(backward.node, "computes the gradients")]
    if position > order[id(step)]:
        if any(order[id(other)] < order[id(step)] and _of_loss(other, update) for other in tests):
            return None
        evidence += [Clue(step.node, "applies them"), Clue(test.node, "tests the loss")]
        why = f"comes after `{code(step.node)}`: the weights are NaN already"
        return _untimely(test, why, evidence)
    if position < order[id(backward)]:
        return None
    zeroing = [event for event in trace.of(Op.ZERO_GRAD) if event.site.loops[: len(test.site.loops)] == test.site.loops]
    if not zeroing or not test.site.loops or any(order[id(event)] < position for event in zeroing):
        return None
    evidence += [Clue(test.node, "leaves out the rest of the round"), Clue(zeroing[0].node, "with what zeroes them")]
    why = f"leaves out `{code(zeroing[0].node)}` as well: NaN gradients stay, and all later ones are added to them"
    return _untimely(test, why, evidence)


def _untimely(test: Event, why: str, evidence: Sequence[Clue]) -> Draft:
    return Draft(
        event=test,
        level=Level.WARNING,
        message=f"`{code(test.node)}` {why}",
        remedy="Test the loss before the backward pass.",
        evidence=tuple(evidence),
    )


_LOSS = """\
import torch


def loss(p, q):
    return torch.nan_to_num(p / q).mean()


def f(p, q):
    return loss(p, q)
"""
_LAYER = """\
import torch
from torch import nn


class Mean(nn.Module):
    def forward(self, x, mask):
        mean = (x * mask).sum(-1) / mask.sum(-1)
        return mean.masked_fill(~mean.isfinite(), 0.0)


def f(x, mask):
    return Mean()(x, mask)
"""
_LOOP = """\
import torch


def f(batches):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for x in batches:
        optimizer.zero_grad()
        loss = model(x).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if torch.isnan(loss):
            continue
        print(loss.item())
    return model
"""
_TEST = "        if torch.isnan(loss):\n            continue\n"
_BACKWARD = "        loss.backward()\n"
_ZERO = "        optimizer.zero_grad()\n"
_STEP = "        optimizer.step()\n"
_KEPT = _LOOP.replace(_ZERO, "").replace(_TEST, "").replace(_STEP, _STEP + _ZERO)
_BATCHES = "[torch.ones(1, 1), torch.tensor([[float('nan')]]), torch.ones(1, 1)]"
_RELU = """\
import torch


def f(x):
    p = torch.tanh(x).square()
    return torch.nan_to_num(torch.log(p), neginf=0.0)
"""

RULE = Rule(
    code="NAN407",
    name="late-remedy",
    summary="A NaN is replaced, or looked for, after the gradient or the weights have taken it up.",
    why=(
        "`nan_to_num`, `where(isnan(y), 0, y)` and `masked_fill` repair a value. Their backward pass gives 0 for the"
        " repaired elements, and the operation before them multiplies that 0 by its own infinite derivative: NaN, which"
        " reaches every weight. A test of the loss that stands behind the step finds the weights broken already."
    ),
    check=check,
    specific=20,
    remedy="Repair the operand of the operation that breaks, not its result; test the loss before the backward pass.",
    bad=(
        Bad(
            "torch",
            _RELU,
            _RELU.replace("torch.nan_to_num(torch.log(p), neginf=0.0)", "torch.log(p + 1e-6)"),
            hostile="torch.tensor([0.0, 2.0])",
        ),
        Bad(
            "torch",
            _LOSS,
            _LOSS.replace("torch.nan_to_num(p / q)", "(p / q.clamp(min=1e-3))"),
            hostile="torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LOSS.replace(
                "    return torch.nan_to_num(p / q).mean()\n",
                "    ratio = p / q\n    ratio = torch.where(torch.isnan(ratio), torch.zeros_like(ratio), ratio)\n"
                "    return ratio.mean()\n",
            ),
            _LOSS.replace(
                "    return torch.nan_to_num(p / q).mean()\n",
                "    ratio = p / q.clamp(min=1e-3)\n    return ratio.mean()\n",
            ),
            hostile="torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LOSS.replace(
                "    return torch.nan_to_num(p / q).mean()\n",
                "    ratio = p / q\n    ratio[torch.isnan(ratio)] = 0.0\n    return ratio.mean()\n",
            ),
            _LOSS.replace(
                "    return torch.nan_to_num(p / q).mean()\n",
                "    q = q.clamp(min=1e-3)\n    ratio = p / q\n    return ratio.mean()\n",
            ),
            hostile="torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LOSS.replace("torch.nan_to_num(p / q).mean()", "p.div(q).nan_to_num_(0.0).mean()"),
            _LOSS.replace("torch.nan_to_num(p / q).mean()", "p.div(q.clamp(min=1e-3)).mean()"),
            hostile="torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LAYER,
            _LAYER.replace("mask.sum(-1)\n", "mask.sum(-1).clamp(min=1)\n").replace(
                "mean.masked_fill(~mean.isfinite(), 0.0)", "mean"
            ),
            hostile="torch.ones(2, 3), torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _LOOP,
            _LOOP.replace(_TEST, "").replace(_BACKWARD, _TEST + _BACKWARD),
            hostile=_BATCHES,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _KEPT.replace(_BACKWARD, _BACKWARD + _TEST),
            _KEPT.replace(_BACKWARD, _TEST + _BACKWARD),
            hostile=_BATCHES,
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch


class Convolution(torch.nn.Module):
    def forward(self, x, edge_index):
        ones = x.new_ones(edge_index.size(1))
        degree = x.new_zeros(x.size(0)).scatter_add_(0, edge_index[0], ones)
        inverse = 1.0 / degree
        inverse[inverse == float("inf")] = 0.0
        return inverse[:, None] * x


def f(x, edge_index):
    return Convolution()(x, edge_index)
""",
            "Degrees are counted from ones: no gradient flows back through them.",
        ),
        Good(
            "torch",
            _LOSS.replace("torch.nan_to_num(p / q)", "torch.where(q != 0, p / torch.where(q != 0, q, 1), 0)"),
            "The operand is made safe before the division.",
        ),
        Good(
            "torch",
            _LOSS.replace("torch.nan_to_num(p / q)", "torch.nan_to_num(p) / torch.nan_to_num(q).clamp(min=1e-3)"),
            "The repair comes before the division, and the clamp keeps its operand off 0.",
        ),
        Good(
            "torch",
            _RELU.replace("def f", "@torch.no_grad()\ndef f"),
            "No gradient is recorded, so the value is all there is.",
        ),
        Good(
            "numpy",
            """\
import numpy as np


def f(p, q):
    return np.nan_to_num(p / q).mean()
""",
            "NumPy differentiates nothing.",
        ),
        Good(
            "torch",
            """\
import torch


def f(x):
    p = torch.relu(x)
    return torch.nan_to_num(torch.log(p), neginf=0.0)
""",
            "The backward pass of relu selects, so that nothing of the NaN goes on.",
        ),
        Good(
            "torch",
            """\
import torch


def f(x):
    return torch.nan_to_num(x).exp().clamp(max=1e6)
""",
            "The input is cleaned before anything is computed from it.",
        ),
        Good(
            "torch",
            _LOOP.replace(_TEST, "").replace(_BACKWARD, _TEST.replace("isnan(loss)", "isnan(loss).any()") + _BACKWARD),
            "The loss is tested before the backward pass.",
        ),
        Good(
            "torch",
            _LOOP.replace(_TEST, "").replace(_STEP, _TEST + _STEP),
            "The test keeps the step from being made, and the next round zeroes the gradients first.",
        ),
        Good(
            "torch",
            _LOOP.replace("continue", 'raise ValueError("the loss is NaN")'),
            "Training stops where the loss is NaN.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch


def f(p, q):
    try:
        return torch.special.entr(p).sum() if torch.isfinite(q.log()).all() else p.sum() * 0
    except RuntimeError:
        return p.sum()
""",
            "The test is of one formula and the value of another.",
        ),
    ),
)
