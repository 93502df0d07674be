"""A loop that steps again and again, and in which nothing sets the gradients back to 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.context import named_test, words
from nanlint.reasoning.hyperparameters import constructions
from nanlint.reasoning.nodes import walk
from nanlint.reasoning.origins import alternatives
from nanlint.reasoning.ownership import denoted, is_thing, owners, related, solid
from nanlint.reasoning.placement import block_of, loop_around, own_line
from nanlint.reasoning.protocol import (
    Update,
    hands_gradients,
    last_word,
    optimizer_node,
    optimizer_of,
    sets_gradients,
    updates,
)
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Rewrite, Rule

HARMLESS = frozenset({"lr", "rate", "schedule", "scheduler", "scale", "save", "log", "state", "clip", "unscale"})
"""Words in the names of functions that may be handed an optimizer and leave its gradients alone."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    adding = [update for update in updates(trace) if _accumulates(update)]
    open_updates = [(update, loop) for update in adding if (loop := _loop(update)) is not None]
    by_hand: dict[int, bool] = {}
    for update, loop in open_updates:
        files = _files(update, loop, trace)
        if _zeroed(update, loop, trace) or any(_by_hand(file, by_hand, trace) for file in files):
            continue
        if not _helped(loop, trace):
            yield _draft(update, trace)


def _accumulates(update: Update) -> bool:
    """Gradients add up, as far as the frameworks are known that compute them."""
    frameworks = [backward.framework for backward in update.backwards]
    return any(not framework or registry.table(framework).accumulates for framework in frameworks)


def _files(update: Update, loop: Loop, trace: Trace) -> list[cst.Module]:
    """The files in which the loop, the backward passes and the step stand."""
    frames = [loop.frame, update.step.site.frame, *(backward.site.frame for backward in update.backwards)]
    found = [trace.trees.get(frame.path, trace.module) for frame in frames]
    return list({id(file): file for file in found}.values())


def _by_hand(file: cst.Module, known: dict[int, bool], trace: Trace) -> bool:
    """The file sets gradients itself."""
    if id(file) not in known:
        known[id(file)] = sets_gradients(file, trace)
    return known[id(file)]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop around a step, the activation that runs it, and the nodes in it."""

    node: cst.For | cst.While
    frame: Frame
    inside: frozenset[int]

    def runs(self, event: Event) -> bool:
        """The event happens in the loop, or in a function that is called there."""
        frame = event.site.frame
        if frame is self.frame:
            return id(event.node) in self.inside
        while frame.parent is not None and frame.parent is not self.frame:
            frame = frame.parent
        return frame.parent is self.frame and id(frame.call_node) in self.inside


def _loop(update: Update) -> Loop | None:
    """The loop in which the backward passes and the step take turns, if it goes round more than once."""
    found = loop_around(update.step)
    if found is None or not isinstance(found[0], (cst.For, cst.While)) or _once(found[0]):
        return None
    loop = Loop(found[0], found[1], frozenset(map(id, walk(found[0].body))))
    return loop if all(loop.runs(backward) for backward in update.backwards) else None


def _once(loop: cst.For | cst.While) -> bool:
    """`while True: ...; break`, `for _ in range(1)`."""
    last = loop.body.body[-1] if loop.body.body else None
    ends = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], (cst.Break, cst.Return, cst.Raise))
    return ends or (isinstance(loop, cst.For) and code(loop.iter) == "range(1)")


def _zeroed(update: Update, loop: Loop, trace: Trace) -> bool:
    """Something in the loop sets the gradients to 0, or may do so as far as the file tells."""
    optimizer = optimizer_of(update.step)
    if optimizer is None or _made_inside(optimizer, loop, trace):
        return True
    zeroing = [event for event in trace.of(Op.ZERO_GRAD) if loop.runs(event)]
    if any(_may_zero(event, optimizer, trace) for event in zeroing) or _unseen(zeroing, update, loop, trace):
        return True
    return any(loop.runs(event) and _hands_over(event, optimizer, update) for event in trace.of(Op.OPAQUE))


def _made_inside(optimizer: Value, loop: Loop, trace: Trace) -> bool:
    """Each round has an optimizer of its own."""
    return any(id(built.node) in loop.inside for built in constructions(optimizer, trace))


def _may_zero(event: Event, optimizer: Value, trace: Trace) -> bool:
    """It is not known that the zeroed gradients are those of other parameters."""
    zeroed = event.x if event.operands else None
    if zeroed is None or any(is_thing(a, b) for a in alternatives(zeroed) for b in alternatives(optimizer)):
        return True
    mine = _models(optimizer, trace)
    others = _models(zeroed, trace) if zeroed.kind is Kind.OPTIMIZER else [zeroed]
    if not mine or not others:
        return True
    return any(related(a, b) for a in mine for b in others)


def _models(optimizer: Value, trace: Trace) -> Sequence[Value]:
    """The models that the optimizer updates; empty if it may update something else."""
    owned = [owners(built.options.get("params")) for built in constructions(optimizer, trace)]
    models = [model for owner in owned for model in owner.models]
    sure = all(owner.complete and not owner.tensors for owner in owned) and all(solid(model) for model in models)
    return models if sure else []


def _unseen(zeroing: Sequence[Event], update: Update, loop: Loop, trace: Trace) -> bool:
    """The loop, or what runs in it, has a call that zeroes and was not interpreted, or one of a function that was not.

    A context manager zeroes as well: `with zero_grad_ctx(parameters):`.
    """
    seen = {id(event.node) for event in zeroing}
    ran = _ran(loop, trace)
    zeroing_functions = {
        node.name.value
        for file in _files(update, loop, trace)
        for node in walk(file)
        if isinstance(node, cst.FunctionDef) and id(node) not in ran and "zero_grad" in code(node)
    }
    called = _calls(loop, ran)
    return any(name in zeroing_functions or ("zero_grad" in name and node not in seen) for name, node in called)


def _helped(loop: Loop, trace: Trace) -> bool:
    """A function of any file that the loop calls sets gradients itself.

    One that hands a worker's gradients to a shared model passes on their sum, unless the loop zeroes something.
    """
    called = {name for name, _ in _calls(loop, _ran(loop, trace))}
    zeroes = any("zero_grad" in name for name in called)
    return any(
        isinstance(node, cst.FunctionDef)
        and node.name.value in called
        and sets_gradients(node, trace)
        and (zeroes or not hands_gradients(node))
        for file in trace.trees.values()
        for node in walk(file)
    )


def _ran(loop: Loop, trace: Trace) -> dict[int, cst.CSTNode]:
    """The functions that run in the loop."""
    frames = [event.site.frame for event in trace.events if event.site.frame is not loop.frame and loop.runs(event)]
    return {id(frame.node): frame.node for frame in frames if frame.node is not None}


def _calls(loop: Loop, ran: Mapping[int, cst.CSTNode]) -> list[tuple[str, int]]:
    """The names of what the loop calls, with the nodes."""
    return [(_called(node), id(node)) for body in (loop.node.body, *ran.values()) for node in walk(body)]


def _called(node: cst.CSTNode) -> str:
    if not isinstance(node, cst.Call):
        return ""
    function = node.func
    return function.attr.value if isinstance(function, cst.Attribute) else getattr(function, "value", "")


def _hands_over(event: Event, optimizer: Value, update: Update) -> bool:
    """The optimizer is passed to something unknown, which may zero its gradients."""
    name = last_word(event)
    if event is update.step or name == "step" or words(name) & HARMLESS:
        return False
    return any(is_thing(operand, optimizer) for operand in event.operands)


# the finding and its fix


def _draft(update: Update, trace: Trace) -> Draft:
    step, backward = update.step, update.backwards[0]
    outside = _outside(update, trace)
    evidence = [
        Clue(backward.node, "adds to the gradients of the last round"),
        Clue(step.node, "applies the sum"),
    ]
    where = "nothing in the loop sets the gradients back to 0"
    if outside is not None:
        evidence.insert(0, Clue(outside.node, "zeroes them once, outside of the loop"))
        where = f"`{code(outside.node)}` stands outside of the loop"
    return Draft(
        event=step,
        level=Level.NOTE if named_test(step.site) else Level.WARNING,
        message=f"`{code(step.node)}` applies the sum of all gradients so far: {where}",
        remedy="Zero the gradients in each round, before the backward pass.",
        evidence=tuple(evidence),
        rewrite=_rewrite(update),
    )


def _outside(update: Update, trace: Trace) -> Event | None:
    """The gradients are zeroed in the same run, but not in the loop."""
    optimizer = optimizer_of(update.step)
    for event in trace.of(Op.ZERO_GRAD):
        same_run = event.site.frame is update.step.site.frame
        if same_run and optimizer is not None and event.operands and is_thing(event.x, optimizer):
            return event
    return None


def _rewrite(update: Update) -> Rewrite | None:
    """Before the first backward pass of the round; behind a step that comes only after several of them."""
    step, backward, node = update.step, update.backwards[0], optimizer_node(update.step)
    optimizer = optimizer_of(step)
    if not isinstance(node, (cst.Name, cst.Attribute)) or optimizer is None:
        return None
    spelled = spell(step, Op.ZERO_GRAD, {"optimizer": code(node)}, backward.framework)
    if spelled is None:
        return None
    if _takes_turns(backward, step) or "closure" in step.options:
        held = denoted(node, backward.site)
        if not isinstance(backward.site.statement, cst.SimpleStatementLine):
            return None
        if held is None or not is_thing(held, optimizer):
            return None
        place = Insert(backward.site.statement, spelled.text)
    elif own_line(step):
        place = Insert(step.site.statement, spelled.text, after=True)
    else:
        return None
    return Rewrite("Zero the gradients", Applicability.UNSAFE, (place,))


def _takes_turns(backward: Event, step: Event) -> bool:
    """Both are statements of one block."""
    if backward.site.frame is not step.site.frame or backward.site.loops != step.site.loops:
        return False
    block = block_of(backward.site.statement, backward.site.frame.node)
    return any(statement is step.site.statement for statement in block)


_PLAIN = """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(20):
        optimizer.zero_grad()
        loss = model(x).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 100.0)
        optimizer.step()
    return model.weight.grad.norm().item()
"""
_ZERO = "        optimizer.zero_grad()\n"
_LOSS = "        loss = model(x).mean()\n"
_CLASS = """\
from torch import nn, optim


class Trainer:
    def __init__(self):
        self.net = nn.Linear(1, 1)
        self.optimizer = optim.Adam(self.net.parameters(), lr=1e-3)

    def update(self, x):
        loss = self.net(x).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 100.0)
        self.optimizer.step()

    def fit(self, batches):
        for x in batches:
            self.update(x)


def f(x):
    trainer = Trainer()
    trainer.fit([x] * 20)
    return trainer.net.weight.grad.norm().item()
"""
_TWO = """\
import torch
from torch import nn


def f(x):
    g, d = nn.Linear(1, 1), nn.Linear(1, 1)
    opt_g, opt_d = torch.optim.Adam(g.parameters(), lr=1e-3), torch.optim.Adam(d.parameters(), lr=1e-3)
    for _ in range(20):
        opt_d.zero_grad()
        loss_d = d(x).mean() - d(g(x).detach()).mean() * 0.5
        loss_d.backward()
        nn.utils.clip_grad_norm_(d.parameters(), 100.0)
        opt_d.step()
        loss_g = g(x).mean()
        opt_g.zero_grad()
        loss_g.backward()
        nn.utils.clip_grad_norm_(g.parameters(), 100.0)
        opt_g.step()
    return g.weight.grad.norm().item()
"""
_ACCUMULATED = """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for i in range(20):
        loss = model(x).mean() / 2
        loss.backward()
        if (i + 1) % 2 == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 100.0)
            optimizer.step()
            optimizer.zero_grad()
    return model.weight.detach().sub(1).norm().item() if model.weight.grad is None else model.weight.grad.norm().item()
"""
_CLOSURE = """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def closure():
        loss = model(x).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 100.0)
        return loss

    for _ in range(20):
        optimizer.step(closure)
    return model.weight.grad.norm().item()
"""
_ADDED = "f(torch.ones(1, 1)) > 5"

RULE = Rule(
    code="NAN406",
    name="gradients-never-zeroed",
    summary="A loop of backward passes and steps in which nothing sets the gradients back to 0.",
    why=(
        "A backward pass adds to the gradients that are there. Without `zero_grad` each step applies the sum of all"
        " rounds before it: after a hundred rounds the step is a hundred times too long, and points to where it"
        " was right long ago. Training swings ever more widely, until the loss overflows."
    ),
    check=check,
    specific=20,
    remedy="Zero the gradients once per step: before the backward pass, or after the step when several passes add up.",
    fix=Applicability.UNSAFE,
    fix_note="Inserts `zero_grad` into the loop, which changes training from the second round on, as it should.",
    bad=(
        Bad(
            "torch",
            _PLAIN.replace(_ZERO, ""),
            _PLAIN.replace(_ZERO + _LOSS, _LOSS + _ZERO),
            proof=_ADDED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _PLAIN.replace(_ZERO, "").replace("    for", "    optimizer.zero_grad()\n    for"),
            _PLAIN.replace(_ZERO + _LOSS, _LOSS + _ZERO).replace("    for", "    optimizer.zero_grad()\n    for"),
            proof=_ADDED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _CLASS.replace("        self.optimizer.zero_grad()\n", ""),
            _CLASS,
            proof=_ADDED,
            level=Level.WARNING,
        ),
        Bad("torch", _TWO.replace("        opt_g.zero_grad()\n", ""), _TWO, proof=_ADDED, level=Level.WARNING),
        Bad(
            "torch",
            _ACCUMULATED.replace("            optimizer.zero_grad()\n", ""),
            _ACCUMULATED,
            proof=_ADDED,
            level=Level.WARNING,
        ),
        Bad("torch", _CLOSURE.replace(_ZERO, ""), _CLOSURE, proof=_ADDED, level=Level.WARNING),
    ),
    good=(
        Good("torch", _PLAIN.replace("optimizer.zero_grad()", "model.zero_grad()"), "The model zeroes its gradients."),
        Good(
            "torch",
            _PLAIN.replace("optimizer.zero_grad()", "for p in model.parameters():\n            p.grad = None"),
            "The gradients are taken away by hand.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_ZERO, "        prepare(optimizer)\n").replace("f(x)", "f(x, prepare)"),
            "A function from elsewhere gets the optimizer, and may zero the gradients.",
        ),
        Good(
            "torch",
            _PLAIN.replace(_ZERO, "        reset(model)\n").replace(
                "import torch\n", "import torch\n\n\ndef reset(module):\n    module.zero_grad(set_to_none=True)\n"
            ),
            "A function of the file zeroes them.",
        ),
        Good(
            "torch",
            _PLAIN.replace("    for _ in range(20):\n" + _ZERO, "    if x is not None:\n"),
            "A single step needs no zero.",
        ),
        Good(
            "torch",
            """\
import torch


def f(xs):
    for x in xs:
        shift = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([shift], lr=0.1)
        (x + shift).square().mean().backward()
        optimizer.step()
    return xs
""",
            "Each round has an optimizer and a parameter of its own.",
        ),
        Good(
            "torch",
            _ACCUMULATED.replace("/ 2", "/ 4").replace("% 2", "% 4"),
            "The gradients of four rounds add up on purpose, and are zeroed with the step.",
        ),
        Good(
            "torch",
            _TWO.replace("opt_g.zero_grad()", "g.zero_grad()").replace("opt_d.zero_grad()", "d.zero_grad()"),
            "Each model zeroes its own.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch


class Trainer:
    def training_round(self, x):
        loss = self.model(x).mean()
        loss.backward()
        self.optimizer.step()


def f(x):
    return Trainer
""",
            "The loop that calls it stands in another file, and might zero the gradients there.",
        ),
    ),
)
