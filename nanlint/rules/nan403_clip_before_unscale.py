"""Gradients of a scaled loss that are clipped or applied while they still carry the scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.hyperparameters import constructions
from nanlint.reasoning.ownership import denoted, is_thing, owners, related
from nanlint.reasoning.placement import block_of, exclusive, own_line
from nanlint.reasoning.protocol import Update, optimizer_node, optimizer_of, root, updates
from nanlint.reasoning.scaling import scaler_node, scaler_of, scaling, switched_off, unscales
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Remove, Replace, Rewrite, Rule

INFINITE = float("inf")


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    found = updates(trace)
    for update in found:
        if update.step.op is Op.STEP and (draft := _past_the_scaler(update, trace)) is not None:
            yield draft
    for clip in trace.of(Op.CLIP_GRADIENT):
        served = [update for update in found if any(event is clip for event in update.between)]
        draft = _scaled_clip(clip, served, trace)
        if draft is not None:
            yield draft


def _scaled(backwards: Sequence[Event], trace: Trace, beside: Event) -> Event | None:
    """The scaling of those backward passes whose gradients `beside` meets; None if one of them is not scaled."""
    met = [backward for backward in backwards if not exclusive(backward, beside)]
    found = [scaling(backward, trace) for backward in met]
    if not found or any(scaled is None for scaled in found):
        return None
    scaled = found[-1]
    scaler = scaler_of(scaled) if scaled is not None else None
    return None if scaler is None or switched_off(scaler, trace) else scaled


def _level(scaler: Value) -> Level:
    return Level.ERROR if scaler.kind in (Kind.SCALER, Kind.OPTIMIZER) else Level.WARNING


# a clip


def _scaled_clip(clip: Event, served: Sequence[Update], trace: Trace) -> Draft | None:
    """A clip of scaled gradients. With an infinite limit it only measures; a trainer's own method unscales first."""
    limit = clip.options.get("max_norm")
    served = [update for update in served if _takes_the_scale_out(update, trace)]
    if not served or len(clip.operands) != 1 or (limit is not None and limit.range.point == INFINITE):
        return None
    before = _before(clip, served[0].between)
    backwards = [event for event in served[0].backwards if any(event is earlier for earlier in before)]
    scaled = _scaled(backwards, trace, clip)
    scaler = scaler_of(scaled) if scaled is not None else None
    if scaled is None or scaler is None or any(unscales(event, scaler) for event in before):
        return None
    later = next((event for event in served[0].between if event.op is Op.UNSCALE), None)
    evidence = [
        Clue(scaled.node, "multiplies the loss, and so every gradient, by the scale (tens of thousands at first)"),
        Clue(clip.node, "clips the scaled gradients"),
    ]
    if later is not None:
        evidence.append(Clue(later.node, "takes the scale out too late"))
    message = (
        f"`{code(clip.node)}` sees gradients that are still scaled: what is left after the scale is next to nothing"
    )
    remedy = "Take the scale out of the gradients before the clip."
    return Draft(clip, _level(scaler), message, remedy, tuple(evidence), rewrite=_unscaled(clip, later, served, trace))


def _takes_the_scale_out(update: Update, trace: Trace) -> bool:
    return _through_scaler(update.step) or _unscaled_by_hand(update) or _scaled_by_its_optimizer(update, trace)


def _scaled_by_its_optimizer(update: Update, trace: Trace) -> bool:
    """An optimizer that has scaled the loss takes the scale out when it steps."""
    optimizer = optimizer_of(update.step)
    scaled = [found for backward in update.backwards if (found := scaling(backward, trace)) is not None]
    scalers = [scaler for event in scaled if (scaler := scaler_of(event)) is not None]
    return optimizer is not None and any(scaler.same(optimizer) for scaler in scalers)


def _through_scaler(step: Event) -> bool:
    return step.op is Op.SCALER_STEP or (step.op is Op.OPAQUE and len(step.operands) > 1)


def _unscaled_by_hand(update: Update) -> bool:
    """The step applies what a call has returned without the scale."""
    return any(event.op is Op.UNSCALE and event.result.kind is not Kind.NONE for event in update.between)


def _before(event: Event, between: Sequence[Event]) -> list[Event]:
    found = []
    for other in between:
        if other is event:
            break
        found.append(other)
    return found


def _unscaled(clip: Event, later: Event | None, served: Sequence[Update], trace: Trace) -> Rewrite | None:
    """`scaler.unscale_(optimizer)` right before the clip, taken from behind it if it stands there."""
    update = served[0] if len(served) == 1 else _owner(clip, served, trace)
    if update is None or not own_line(clip) or _unscaled_by_hand(update):
        return None
    node, optimizer = update.step.node, optimizer_node(update.step)
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or optimizer is None:
        return None
    if not all(_holds_still(part, clip, update.step) for part in (node.func.value, optimizer)):
        return None
    edits: list[Insert | Remove] = []
    if later is not None:
        block = block_of(clip.site.statement, clip.site.frame.node)
        if not own_line(later) or not any(statement is later.site.statement for statement in block):
            return None
        edits.append(Remove(later.site.statement))
    text = f"{code(node.func.value)}.unscale_({code(optimizer)})"
    return Rewrite("Unscale the gradients first", Applicability.UNSAFE, (*edits, Insert(clip.site.statement, text)))


def _owner(clip: Event, served: Sequence[Update], trace: Trace) -> Update | None:
    """The one update whose optimizer holds the clipped parameters."""
    clipped = owners(clip.x).models
    mine = [
        update
        for update in served
        for built in constructions(optimizer_of(update.step), trace)
        if any(related(a, b) for a in owners(built.options.get("params")).models for b in clipped)
    ]
    return mine[0] if len(mine) == 1 else None


def _holds_still(node: cst.BaseExpression, at: Event, later: Event) -> bool:
    """The name or attribute holds the same thing at both places."""
    if at.site.frame is not later.site.frame:
        return False
    before, after = denoted(node, at.site), denoted(node, later.site)
    if before is not None and after is not None:
        return is_thing(before, after)
    return isinstance(node, cst.Attribute)


# a step


def _past_the_scaler(update: Update, trace: Trace) -> Draft | None:
    """`optimizer.step()` behind a scaled backward pass, in code that never steps through the scaler."""
    step = update.step
    top = root(step.site.frame)
    if any(root(event.site.frame) is top for event in trace.of(Op.SCALER_STEP)) or step.site.options:
        return None
    scaled = _scaled(update.backwards, trace, step)
    scaler = scaler_of(scaled) if scaled is not None else None
    if scaled is None or scaler is None or scaler.kind is not Kind.SCALER:
        return None
    clips = [event for event in update.between if event.op is Op.CLIP_GRADIENT]
    evidence = [
        Clue(scaled.node, "scales the loss, and so every gradient"),
        *(Clue(clip.node, "clips the scaled gradients") for clip in clips),
        Clue(step.node, "steps without the scaler"),
    ]
    if any(unscales(event, scaler) for event in update.between):
        why, level = "applies gradients that overflowed, where the scaler's `step` skips them", Level.WARNING
    else:
        why, level = "applies gradients that are still multiplied by the loss scale, 65536 at first", Level.ERROR
    remedy = "Step through the scaler: `scaler.step(optimizer)`, then `scaler.update()`."
    rewrite = _through(update, scaled, trace)
    return Draft(step, level, f"`{code(step.node)}` {why}", remedy, tuple(evidence), rewrite=rewrite)


def _through(update: Update, scaled: Event, trace: Trace) -> Rewrite | None:
    """`scaler.step(optimizer)`, and `scaler.update()` if nothing does that."""
    step, scaler, optimizer = update.step, scaler_node(scaled), optimizer_node(update.step)
    if scaler is None or optimizer is None or not own_line(step) or not _holds_still(scaler, scaled, step):
        return None
    edits: list[Replace | Insert] = [Replace(step.node, f"{code(scaler)}.step({code(optimizer)})")]
    if next(trace.of(Op.SCALER_UPDATE), None) is None:
        edits.append(Insert(step.site.statement, f"{code(scaler)}.update()", after=True))
    return Rewrite("Step through the scaler", Applicability.UNSAFE, tuple(edits))


_PLAIN = """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scaler = torch.amp.GradScaler("cpu")
    before = model.weight.detach().clone()
    for _ in range(3):
        optimizer.zero_grad()
        loss = (model(x) * 100).mean()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
    return (model.weight.detach() - before).abs().max().item()
"""
_UNSCALE = "        scaler.unscale_(optimizer)\n"
_CLIP = "        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
_STEP = "        scaler.step(optimizer)\n"
_NORM, _VALUE = "clip_grad_norm_", "clip_grad_value_"
_HELPER = """\

def limit(parameters, largest):
    torch.nn.utils.clip_grad_norm_(list(parameters), largest)

"""
_CLASS = """\
from torch import nn, optim
from torch.amp import GradScaler
from torch.nn.utils import clip_grad_value_


class Trainer:
    def __init__(self):
        self.net = nn.Linear(1, 1)
        self.optimizer = optim.SGD(self.net.parameters(), lr=0.5)
        self.scaler = GradScaler("cpu")

    def update(self, x):
        self.optimizer.zero_grad()
        scaled = self.scaler.scale(self.net(x).mean() * 100)
        scaled.backward()
        self.scaler.unscale_(self.optimizer)
        clip_grad_value_(self.net.parameters(), 1.0)
        self.scaler.step(self.optimizer)
        self.scaler.update()


def f(x):
    trainer = Trainer()
    before = trainer.net.weight.detach().clone()
    for _ in range(3):
        trainer.update(x)
    return (trainer.net.weight.detach() - before).abs().max().item()
"""
_CLASS_UNSCALE = "        self.scaler.unscale_(self.optimizer)\n"
_ACCUMULATED = """\
import torch
import torch.nn as nn


def train(model, optimizer, scaler, batches, steps=2):
    for i, x in enumerate(batches):
        with torch.autocast("cpu"):
            loss = (model(x).float() * 100).mean() / steps
        scaler.scale(loss).backward()
        if (i + 1) % steps == 0:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)


def f(x):
    model = nn.Linear(1, 1)
    before = model.weight.detach().clone()
    train(model, torch.optim.SGD(model.parameters(), lr=0.5), torch.amp.GradScaler("cpu"), [x] * 4)
    return (model.weight.detach() - before).abs().max().item()
"""
_ACCUMULATED_UNSCALE = "            scaler.unscale_(optimizer)\n"
_TWO = """\
import torch
from torch import nn


def f(x):
    g, d = nn.Linear(1, 1), nn.Linear(1, 1)
    opt_g, opt_d = torch.optim.SGD(g.parameters(), lr=0.5), torch.optim.SGD(d.parameters(), lr=0.5)
    scaler = torch.amp.GradScaler("cpu")
    before = g.weight.detach().clone()
    for _ in range(3):
        opt_g.zero_grad()
        opt_d.zero_grad()
        scaler.scale((d(g(x)) * 100).mean()).backward()
        scaler.unscale_(opt_g)
        nn.utils.clip_grad_norm_(g.parameters(), 1.0)
        scaler.step(opt_g)
        scaler.step(opt_d)
        scaler.update()
    return (g.weight.detach() - before).abs().max().item()
"""
_ONES = "torch.ones(1, 1)"
_BARELY = f"f({_ONES}) < 1e-2"
_FAR = f"f({_ONES}) > 1e3"

RULE = Rule(
    code="NAN403",
    name="clip-before-unscale",
    summary="Gradients of a scaled loss are clipped, or applied, while they still carry the scale.",
    why=(
        "A gradient scaler multiplies the loss by 65536 at first, so every gradient is that much too large until"
        " `unscale_` or the scaler's own `step` divides them again. A clip to norm 1 before that leaves 1.5e-5 where 1"
        " was meant, whatever the gradient: training stands still, and what explodes is not seen. An"
        " `optimizer.step()` past the scaler applies the gradients 65536 times too large, infinities included."
    ),
    check=check,
    specific=30,
    remedy="Call `scaler.unscale_(optimizer)` between the backward pass and the clip, and step through the scaler.",
    fix=Applicability.UNSAFE,
    fix_note=(
        "Puts `unscale_` before the clip (or moves it there), or the scaler's `step` in place of the optimizer's. The"
        " limit of the clip holds for true gradients from then on, which changes training."
    ),
    bad=(
        Bad("torch", _PLAIN.replace(_UNSCALE, ""), _PLAIN, proof=_BARELY),
        Bad(
            "torch",
            _PLAIN.replace(_UNSCALE + _CLIP, _CLIP + _UNSCALE).replace(_NORM, _VALUE),
            _PLAIN.replace(_NORM, _VALUE),
            proof=_BARELY,
        ),
        Bad("torch", _CLASS.replace(_CLASS_UNSCALE, ""), _CLASS, proof=_BARELY),
        Bad("torch", _ACCUMULATED.replace(_ACCUMULATED_UNSCALE, ""), _ACCUMULATED, proof=_BARELY),
        Bad("torch", _TWO.replace("        scaler.unscale_(opt_g)\n", ""), _TWO, proof=_BARELY),
        Bad(
            "torch",
            _PLAIN.replace(_UNSCALE + _CLIP + _STEP + "        scaler.update()\n", "        optimizer.step()\n"),
            _PLAIN.replace(_UNSCALE + _CLIP, ""),
            proof=_FAR,
        ),
    ),
    good=(
        Good(
            "torch",
            _PLAIN.replace("torch.nn.utils.clip_grad_norm_(model", "limit(model").replace(
                "\ndef f", _HELPER + "\ndef f"
            ),
            "The gradients are unscaled before the clip, which stands in a function of its own.",
        ),
        Good(
            "torch",
            _CLASS.replace("        scaled", "        # in the mean\n        scaled"),
            "So they are in methods.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_UNSCALE, "").replace('GradScaler("cpu")', 'GradScaler("cpu", enabled=False)'),
            "A scaler that is switched off scales nothing.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_UNSCALE, "").replace("1.0)\n        s", 'float("inf"))\n        s'),
            "With an infinite limit the call only measures the norm.",
        ),
        Good(
            "torch",
            _PLAIN.replace(
                "        scaler.scale(loss).backward()\n" + _UNSCALE + _CLIP + _STEP + "        scaler.update()\n",
                """\
        if x.is_cuda:
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        else:
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
""",
            ),
            "The clip stands in the branch without the scaler.",
        ),
        Good(
            "torch",
            _PLAIN.replace(
                "        scaler.scale(loss).backward()\n" + _UNSCALE + _CLIP,
                """\
        if x.is_cuda:
            scaler.scale(loss).backward()
        else:
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
""",
            ),
            "The clip belongs to the backward pass of its own branch.",
        ),
        Good(
            "torch",
            """\
def train(accelerator, model, optimizer, batches):
    for x in batches:
        optimizer.zero_grad()
        accelerator.backward(model(x).mean())
        accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def f(x):
    import torch

    return torch
""",
            "The accelerator's own clip unscales first.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_UNSCALE, "        prepare(scaler, optimizer)\n").replace("f(x)", "f(x, prepare)"),
            "A function from elsewhere gets the scaler, and may unscale.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _PLAIN.replace("scaler.scale(loss).backward()", "(loss * scaler.get_scale()).backward()").replace(
                _UNSCALE, ""
            ),
            "The loss is multiplied by the scale by hand.",
        ),
    ),
)
