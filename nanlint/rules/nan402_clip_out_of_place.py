"""A clip that the step does not feel: at the wrong time, on other parameters, on copies, on a used-up generator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Stride
from nanlint.interp.objects import Elements, Parameters
from nanlint.interp.trace import Event, Site, Trace
from nanlint.reasoning.chains import Behind, Stage, clips_behind
from nanlint.reasoning.hyperparameters import constructions, settings, table
from nanlint.reasoning.moving import contains
from nanlint.reasoning.origins import ancestors, strip
from nanlint.reasoning.ownership import is_thing, name_of, owners, parameters_text, related
from nanlint.reasoning.placement import block_of, own_line, stands_alone
from nanlint.reasoning.protocol import (
    Update,
    is_backward,
    is_step,
    last_word,
    optimizer_of,
    root,
    sets_gradients,
    updates,
)
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Remove, Replace, Rewrite, Rule

_GRADIENT = re.compile(r"\.grad\b")
LIMITS = ("max_norm", "clip_value")
MEANT = 10.0  # times the rate: what bounds updates of that size is meant to
_COMPUTED = frozenset({Op.BACKWARD})
"""What gives gradients: how the loss came about does not tell which of them are applied."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    found = updates(trace)
    for clip in trace.of(Op.CLIP_GRADIENT):
        served = [update for update in found if any(event is clip for event in update.between)]
        draft = (
            _lost_operand(clip, served, trace)
            or _foreign(clip, served, trace)
            or _passed_over(clip, served, trace)
            or _mistimed(clip, found, trace)
        )
        if draft is not None:
            yield draft
    for clamp in trace.of(Op.CLAMP):
        if _thrown_away(clamp):
            yield _discarded(clamp)
    for chain in trace.of(Op.CHAIN):
        for behind in clips_behind(chain, trace):
            if behind.stage is Stage.UPDATE or not _for_updates(behind):
                yield _of_updates(chain, behind)


def _draft(clip: Event, why: str, remedy: str, evidence: Sequence[Clue], rewrite: Rewrite | None) -> Draft:
    message = f"`{code(clip.node)}` {why}"
    return Draft(clip, Level.WARNING, message, remedy, tuple(evidence), rewrite=rewrite)


def _rewrite(title: str, *edits: Replace | Insert | Remove) -> Rewrite:
    return Rewrite(title, Applicability.UNSAFE, edits)


# at the wrong time


def _mistimed(clip: Event, found: Sequence[Update], trace: Trace) -> Draft | None:
    """No gradient is pending: the last step has spent them, or none was computed yet.

    With an infinite limit the call only measures the norm.
    """
    limit = clip.options.get("max_norm")
    if limit is not None and limit.range.point == float("inf"):
        return None
    position = trace.events.index(clip)
    protocol = {i: event for i, event in _protocol(trace).items() if _same_run(event, clip)}
    before = next((protocol[i] for i in reversed(protocol) if i < position), None)
    after = next((protocol[i] for i in protocol if i > position), None)
    if before is not None and is_backward(before):
        return None
    if after is not None and is_backward(after) and _beside(clip, after):
        return _too_early(clip, after, found)
    if after is None and before is not None and is_step(before) and _beside(clip, before):
        first = next((event for event in protocol.values() if event.site.loops == clip.site.loops), before)
        return _too_late(clip, before, found) if is_backward(first) else None
    return None


@lru_cache(maxsize=1)
def _protocol(trace: Trace) -> dict[int, Event]:
    """The backward passes and the steps, by their position among all events."""
    return {i: event for i, event in enumerate(trace.events) if is_backward(event) or is_step(event)}


def _same_run(a: Event, b: Event) -> bool:
    return root(a.site.frame) is root(b.site.frame)


def _beside(a: Event, b: Event) -> bool:
    """Both run once per iteration of the same loop."""
    return a.site.frame is b.site.frame and a.site.loops == b.site.loops


def _too_early(clip: Event, backward: Event, found: Sequence[Update]) -> Draft | None:
    update = next((update for update in found if any(event is backward for event in update.backwards)), None)
    if update is not None and update.clips:
        return None
    why = f"runs before `{code(backward.node)}`: the gradients that the step applies do not exist yet"
    evidence = [Clue(clip.node, "clips"), Clue(backward.node, "computes the gradients")]
    return _out_of_order(clip, update, why, evidence)


def _too_late(clip: Event, step: Event, found: Sequence[Update]) -> Draft | None:
    update = next((update for update in found if update.step is step), None)
    if update is None or update.clips:
        return None
    why = f"runs after `{code(step.node)}`, which has applied the gradients unclipped"
    evidence = [Clue(step.node, "applies the gradients"), Clue(clip.node, "clips")]
    return _out_of_order(clip, update, why, evidence)


def _out_of_order(clip: Event, update: Update | None, why: str, evidence: Sequence[Clue]) -> Draft:
    rewrite = None
    if update is not None and _may_move(clip, update):
        moved = Insert(update.step.site.statement, code(clip.node))
        rewrite = _rewrite("Clip right before the step", Remove(clip.site.statement), moved)
    return _draft(clip, why, "Clip between the backward pass and the step.", evidence, rewrite)


def _may_move(clip: Event, update: Update) -> bool:
    """Both lines stand in one block, and the clip's names hold the same things at the step."""
    step = update.step
    if clip.framework and not registry.table(clip.framework).accumulates:
        return False  # its result is what counts, not where it stands
    if not own_line(clip) or not own_line(step) or not _beside(clip, step):
        return False
    scaled = step.op is Op.SCALER_STEP or len(step.operands) > 1
    if scaled and not any(event.op is Op.UNSCALE or last_word(event) == "unscale_" for event in update.between):
        return False
    block = block_of(clip.site.statement, clip.site.frame.node)
    if not any(statement is step.site.statement for statement in block):
        return False
    return all(_steady(name, clip.site, step.site) for name in set(re.findall(r"[A-Za-z_]\w*", code(clip.node))))


def _steady(name: str, a: Site, b: Site) -> bool:
    before, after = a.names.get(name), b.names.get(name)
    return before is after if before is None or after is None else is_thing(before, after)


# on other parameters


def _foreign(clip: Event, served: Sequence[Update], trace: Trace) -> Draft | None:
    """No step that could feel the clip updates any of its parameters."""
    clipped = owners(clip.x)
    if not served or not clipped.complete or not clipped.models:
        return None
    for update in served:
        built = constructions(optimizer_of(update.step), trace)
        stepped = [owners(construction.options.get("params")) for construction in built]
        if not stepped or not all(owned.complete and owned.models and not owned.tensors for owned in stepped):
            return None
        if any(related(a, b) for owned in stepped for a in owned.models for b in clipped.models):
            return None
    step = served[0].step
    why = f"clips other parameters than those that `{code(step.node)}` updates"
    node, text = clip.site.operands[0], parameters_text(step, trace)
    evidence = [Clue(clip.node, "clips one model"), Clue(step.node, "updates another")]
    rewrite = None
    if node is not None and text is not None and len(served) == 1:
        rewrite = _rewrite("Clip the parameters of the step", Replace(node, text))
    return _draft(clip, why, "Clip the parameters that the optimizer was built with.", evidence, rewrite)


# on copies, and on a generator that is used up


def _lost_operand(clip: Event, served: Sequence[Update], trace: Trace) -> Draft | None:
    parameters = clip.x
    if _copies(parameters) and not sets_gradients(trace.module, trace):
        why = "clips copies of the parameters, which have no gradients"
        return _draft(clip, why, "Pass the parameters themselves.", [Clue(clip.node, "clips copies")], None)
    payload = parameters.payload
    if not isinstance(payload, Parameters):
        return None
    eater = next((event for event in trace.of(Op.OPTIMIZER) if _holds(event.options.get("params"), parameters)), None)
    outside = _made_before_loop(payload, clip)
    if eater is None and not outside:
        return None
    where = f"used up by `{code(eater.node)}`" if eater is not None else "used up by the first iteration of the loop"
    evidence = [Clue((eater or clip).node, "goes through the generator"), Clue(clip.node, "finds nothing left in it")]
    name, node = name_of(payload.of, clip.site, payload.node), clip.site.operands[0]
    rewrite = None
    if name is not None and node is not None:
        rewrite = _rewrite("Ask the model for its parameters again", Replace(node, f"{name}.parameters()"))
    return _draft(
        clip, f"clips nothing: its generator of parameters is {where}", "Call `parameters()` anew.", evidence, rewrite
    )


# beside the gradients that are applied


def _passed_over(clip: Event, served: Sequence[Update], trace: Trace) -> Draft | None:
    """A clip gives other gradients, where they are values of their own, and the step applies the unclipped ones."""
    if not clip.framework or registry.table(clip.framework).accumulates or len(served) != 1:
        return None
    step = served[0].step
    given = step.options.get("gradients")
    made = set() if given is None else {id(value.made_by) for value in ancestors([given], until=_COMPUTED)}
    computed = any(id(backward.operation) in made for backward in served[0].backwards)
    if not computed or any(id(other.operation) in made for other in (clip, *served[0].clips)):
        return None
    why = f"gives clipped gradients, and `{code(step.node)}` applies those that it was given"
    evidence = [Clue(clip.node, "the clipped ones are left behind"), Clue(step.node, "applies the others")]
    return _draft(clip, why, "Apply what the clip gives.", evidence, _taken(clip))


def _taken(clip: Event) -> Rewrite | None:
    """`gradients, _ = clip(gradients, 1.0)` for a line that throws the clipped ones away."""
    node = clip.site.operands[0]
    text = registry.spelling(Op.CLIP_GRADIENT, clip.framework) or ""
    plain = clip.site.spelling in text and text.startswith("{gradients}, _ = ")
    if not isinstance(node, cst.Name) or not own_line(clip) or not plain or not isinstance(clip.node, cst.Call):
        return None
    return _rewrite("Take the clipped gradients", Replace(clip.node, f"{node.value}, _ = {code(clip.node)}"))


def _copies(parameters: Value) -> bool:
    items = parameters.payload.items if isinstance(parameters.payload, Elements) else (parameters,)
    return bool(items) and all(item.op is Op.DETACH for item in items)


def _holds(given: Value | None, parameters: Value) -> bool:
    return given is not None and given.made_by is parameters.made_by


def _made_before_loop(payload: Parameters, clip: Event) -> bool:
    """The generator was made in this function, but outside the loop that clips."""
    frame, loops = clip.site.frame, clip.site.loops
    if payload.node is None or not loops or frame.node is None or not isinstance(clip.site.operands[0], cst.Name):
        return False
    return not contains(loops[0], payload.node) and contains(frame.node, payload.node)


def _thrown_away(clamp: Event) -> bool:
    """`p.grad.clamp(-1, 1)` as a statement: the clamped copy is lost."""
    written = clamp.site.operands[0] if clamp.site.operands else None
    if written is None or last_word(clamp).endswith("_") or not stands_alone(clamp) or not plainly_written(clamp):
        return False
    return _GRADIENT.search(code(written)) is not None and strip(clamp.x).kind is Kind.TENSOR


def _discarded(clamp: Event) -> Draft:
    node = clamp.node
    name = node.func if isinstance(node, cst.Call) else None
    last = name.attr if isinstance(name, cst.Attribute) else None
    rewrite = _rewrite("Clamp in place", Replace(last, f"{last.value}_")) if last is not None else None
    evidence = [Clue(node, "gives a clamped copy, which nothing takes")]
    return _draft(
        clamp, "leaves the gradient as it is and throws its result away", "Clamp in place.", evidence, rewrite
    )


# behind the optimizer in a chain of transformations


def _of_updates(chain: Event, behind: Behind) -> Draft:
    entry = table(behind.maker)
    stride = Stride.NORMALISED if entry is None else entry.stride
    given = "divided by their history" if behind.stage is Stage.DIRECTION else stride.value
    if stride is Stride.PROPORTIONAL and behind.stage is Stage.DIRECTION:
        given = "the sum of those up to now"
    clip, remembers = behind.clip.node, stride is not Stride.PROPORTIONAL or "momentum" in behind.maker.options
    likely = behind.stage is Stage.UPDATE and not _for_updates(behind) and not _of_their_size(behind)
    return Draft(
        chain,
        Level.WARNING if likely else Level.NOTE,
        f"`{code(clip)}` bounds the updates, not the gradients: behind `{code(behind.maker.node)}` they are {given}"
        f"{', and what the optimizer remembers has taken in the gradients as they came' if remembers else ''}",
        "Put the clip first in the chain.",
        (Clue(behind.maker.node, "takes the gradients unclipped"), Clue(clip, "clips what it makes of them")),
        rewrite=_clip_first(chain, behind) if likely else None,
    )


def _for_updates(behind: Behind) -> bool:
    """A limit of the root mean square, as Adafactor sets one to its updates."""
    return "max_rms" in behind.clip.options


def _of_their_size(behind: Behind) -> bool:
    """The limit is as small as the updates are: they are meant."""
    limits = [behind.clip.options[name].range.point for name in LIMITS if name in behind.clip.options]
    rates = [rate for setting in settings(behind.maker, "lr") for rate in setting.known()]
    return bool(rates) and any(limit is not None and limit <= MEANT * max(rates) for limit in limits)


def _clip_first(chain: Event, behind: Behind) -> Rewrite | None:
    """The parts as they are written, the clip before the first that wants clipped gradients."""
    nodes = [node for node in chain.site.operands if node is not None]
    given = chain.node.args if isinstance(chain.node, cst.Call) else ()
    if len(nodes) != len(given) or any(argument.star or argument.keyword for argument in given):
        return None
    if "#" in code(chain.node):
        return None  # a comment says something of the part before it
    moved = [*nodes]
    moved.insert(behind.first, moved.pop(behind.place))
    if any(bool(old.lpar) is not bool(new.lpar) for old, new in zip(nodes, moved, strict=True)):
        return None
    inner = [code(new.with_changes(lpar=(), rpar=())) for new in moved]
    edits = [Replace(old, text) for old, new, text in zip(nodes, moved, inner, strict=True) if old is not new]
    return _rewrite("Clip the gradients, before the optimizer takes them", *edits)


_MODEL = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model
"""
_CLIP = "        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
_BACKWARD = "        loss.backward()\n"
_STEP = "        optimizer.step()\n"
_CLASS = """\
from torch import nn, optim
from torch.nn.utils import clip_grad_norm_


class Trainer:
    def __init__(self):
        self.net = nn.Linear(1, 1)
        self.optimizer = optim.SGD(self.net.parameters(), lr=0.05)

    def update(self, x, y):
        loss = (self.net(x) - y).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(self.net.parameters(), max_norm=1.0)
        self.optimizer.step()


def f(x, y):
    trainer = Trainer()
    for _ in range(60):
        trainer.update(x, y)
    return trainer.net
"""
_CLASS_CLIP = "        clip_grad_norm_(self.net.parameters(), max_norm=1.0)\n"
_TWO = """\
import torch
from torch import nn


def f(x):
    encoder, critic = nn.Linear(1, 1), nn.Linear(1, 1)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = (critic(encoder(x)) - 1).pow(2).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
        optimizer.step()
    return critic
"""
_USED_UP = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    params = model.parameters()
    optimizer = torch.optim.SGD(params, lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
    return model
"""
_OUTSIDE = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    weights = model.parameters()
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, max_norm=1.0)
        optimizer.step()
    return model
"""
_BY_HAND = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        for p in model.parameters():
            p.grad.clamp_(-1, 1)
        optimizer.step()
    return model
"""
_SLOWER = _MODEL.replace("lr=0.05", "lr=0.04")
_COPIES = _MODEL.replace("(model.parameters(), 1.0)", "([p.detach() for p in model.parameters()], 1.0)")
_LARGE = "torch.tensor([[1e4]]), torch.tensor([[1.0]])"

RULE = Rule(
    code="NAN402",
    name="clip-out-of-place",
    summary="A gradient clip that the step does not feel: too early, too late, of other parameters, copies or updates.",
    why=(
        "The clip is there, so nobody looks for exploding gradients, and it does nothing: before the backward pass"
        " there are no gradients, after the step they have been applied, copies of parameters have none, and the"
        " generator that `parameters()` gives is empty after one pass, which the optimizer's constructor may have made."
        " Behind the optimizer in a chain of transformations it bounds updates: those of Adam are about the rate in"
        " size, while one gradient of 10,000 goes into the mean of the squares and stops the weights for thousands of"
        " steps."
    ),
    check=check,
    specific=40,
    remedy="Clip the parameters that the optimizer was built with, after the backward pass and before the step;"
    " in a chain, before the optimizer.",
    fix=Applicability.UNSAFE,
    fix_note="Moves or repairs the clip, which then takes effect for the first time: training changes.",
    bad=(
        Bad(
            "torch",
            _MODEL.replace(_CLIP, "").replace(_BACKWARD, _CLIP + _BACKWARD),
            _MODEL,
            hostile=_LARGE,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _SLOWER.replace(_CLIP + _STEP, _STEP + _CLIP),
            _SLOWER,
            hostile=_LARGE,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _CLASS.replace(_CLASS_CLIP, "").replace("        loss.b", _CLASS_CLIP + "        loss.b"),
            _CLASS,
            hostile=_LARGE,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _TWO.replace("norm_(critic", "norm_(encoder"),
            _TWO,
            hostile="torch.tensor([[1e4]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _USED_UP,
            _USED_UP.replace("norm_(params", "norm_(model.parameters()"),
            hostile=_LARGE,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _OUTSIDE,
            _OUTSIDE.replace("norm_(weights", "norm_(model.parameters()"),
            hostile=_LARGE,
            level=Level.WARNING,
        ),
        Bad("torch", _BY_HAND.replace("clamp_", "clamp"), _BY_HAND, hostile=_LARGE, level=Level.WARNING),
        Bad("torch", _COPIES, hostile=_LARGE, level=Level.WARNING),
    ),
    good=(
        Good(
            "torch",
            _USED_UP.replace("params = model.parameters()", "params = list(model.parameters())"),
            "A list can be gone through many times.",
        ),
        Good(
            "torch",
            """\
import torch


def f(batches):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for i, x in enumerate(batches):
        if i % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
        model(x).square().mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    return model
""",
            "The step at the head of the loop applies the gradients that the iteration before has clipped.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn


def f(x):
    model = nn.Sequential(nn.Linear(1, 4), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    model(x).square().mean().backward()
    nn.utils.clip_grad_norm_(model[0].parameters(), 1.0)
    optimizer.step()
    return model
""",
            "A part of the model that is updated.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn


def f(x):
    actor, critic = nn.Linear(1, 1), nn.Linear(1, 1)
    actor_optimizer = torch.optim.SGD(actor.parameters(), lr=0.05)
    critic_optimizer = torch.optim.SGD(critic.parameters(), lr=0.05)
    for _ in range(3):
        actor_optimizer.zero_grad()
        critic_optimizer.zero_grad()
        (actor(x).mean() + critic(x).square().mean()).backward()
        nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
        nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
        actor_optimizer.step()
        critic_optimizer.step()
    return [actor, critic]
""",
            "Two clips and two steps after one backward pass.",
        ),
        Good(
            "torch",
            _MODEL.replace(
                "(model.parameters(), 1.0)", '([p for group in optimizer.param_groups for p in group["params"]], 1.0)'
            ),
            "The parameters are taken from the optimizer.",
        ),
        Good(
            "torch",
            _MODEL.replace("        loss.b", "        for part in loss.split(1):\n            part.b").replace(
                ".mean()", ".sum(0)"
            ),
            "Several backward passes add up before one clip and one step.",
        ),
        Good(
            "torch",
            _MODEL.replace("    for _", '    scaler = torch.amp.GradScaler("cpu")\n    for _')
            .replace("        loss.b", "        scaler.scale(loss).b")
            .replace(_CLIP + _STEP, f"        scaler.unscale_(optimizer)\n{_CLIP}        scaler.step(optimizer)\n"),
            "The clip stands between `unscale_` and the step.",
        ),
        Good(
            "torch",
            """\
import torch


class Wrapper(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


def f(x):
    wrapper = Wrapper(torch.nn.Linear(1, 1))
    optimizer = torch.optim.SGD(wrapper.inner.parameters(), lr=0.05)
    wrapper(x).square().mean().backward()
    torch.nn.utils.clip_grad_norm_(wrapper.parameters(), 1.0)
    optimizer.step()
    return wrapper
""",
            "The clipped model holds the one that is updated.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import copy

import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        torch.nn.utils.clip_grad_norm_(copy.deepcopy(model).parameters(), 1.0)
        optimizer.step()
    return model
""",
            "A deep copy counts as the model that it was made from.",
        ),
    ),
)
