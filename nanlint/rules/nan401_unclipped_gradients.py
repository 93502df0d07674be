"""A step that applies gradients which nothing has clipped since they were computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import number
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Call, Helper, Optimizer, Stride
from nanlint.interp.objects import Dotted, Instance
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.clipping import mentions_clip
from nanlint.reasoning.hyperparameters import constructions, makers, settings, table
from nanlint.reasoning.origins import NETWORKS, alternatives, ancestors, comes_from, sources, strip
from nanlint.reasoning.ownership import denoted, few_tensors, is_thing, parameters_text
from nanlint.reasoning.placement import exclusive, loop_around, own_line, surroundings
from nanlint.reasoning.poles import danger
from nanlint.reasoning.protocol import Update, fits, last_word, optimizer_node, optimizer_of, updates
from nanlint.reasoning.spelling import Spelled, spell, spell_name, takes
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Replace, Rewrite, Rule

POLES = frozenset(
    {Op.EXP, Op.EXP2, Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.SQRT, Op.RSQRT, Op.DIVIDE, Op.RECIPROCAL, Op.POWER}
)
MANUAL = "automatic_optimization"  # with a module that turns it off, a trainer refuses to clip
GROWING = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.NEGATIVE, Op.SQUARE, Op.SUM, Op.MEAN})
"""Operations that hand a growing gradient on: no logarithm or quotient takes the growth back."""
RECURRENT = "a recurrent network multiplies its gradient once per time step"
UNBOUNDED = frozenset({"relu", "linear", "elu", "selu", "softplus", "swish", "silu", "gelu", "exponential"})
UNKNOWN_STRIDE = "one large loss can throw the weights off"
INFINITE = float("inf")
SMALL = 1e-2  # a rate below which gradient descent forgives gradients of ordinary size
CLIP_SETTINGS = ("max_norm", "clip_value")
"""Settings of an optimizer that clips by itself, if it is told how far."""
FEW = 8  # steps through which a gradient hardly explodes
MAX_PARTS = 4  # of what is concatenated


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    """One finding per file: the first loop that likely diverges, or has a risk cue, else the first; else a trainer."""
    open_updates = _unclipped(trace)
    if not open_updates:
        yield from _trainers(trace, limits)
    if not open_updates or _hooked(trace):
        return
    cues = {id(update): _cue(update, trace, limits) for update in open_updates}
    first = max(open_updates, key=lambda update: _gravity(cues[id(update)]))
    for update in open_updates:
        if update.step.node is first.step.node:
            group = [other for other in open_updates if _together(other, update)]
            yield _draft(update, group, cues[id(update)], trace, limits)


def _gravity(cue: Cue | None) -> int:
    return 0 if cue is None else 1 if cue.level is Level.NOTE else 2


def _unclipped(trace: Trace) -> list[Update]:
    """The updates of models without a clip, as far as calls and names in their functions tell."""
    clips = list(trace.of(Op.CLIP_GRADIENT))
    candidates = [
        update
        for update in updates(trace)
        if not (update.clips or _bounded(update, trace) or any(exclusive(update.step, clip) for clip in clips))
    ]
    places = {id(place): place for update in candidates for place in _places(update)}
    clipping = {identity for identity, place in places.items() if mentions_clip(place, trace)}
    return [update for update in candidates if not any(id(place) in clipping for place in _places(update))]


def _places(update: Update) -> list[cst.CSTNode]:
    found = [surroundings(event) for event in (*update.backwards, update.step)]
    return [place for place in found if place is not None]


def _bounded(update: Update, trace: Trace) -> bool:
    built = makers(optimizer_of(update.step), trace)
    if fits(update.step) and not built:
        return True  # by an optimizer that nobody knows, which may have a limit
    return any(_clips_itself(construction) or few_tensors(construction) for construction in built)


def _clips_itself(construction: Event) -> bool:
    """It was given a limit for gradients, or always bounds its updates (Adafactor's `clip_threshold`)."""
    entry = table(construction)
    if entry is None:
        return False
    given = [construction.options[name] for name in CLIP_SETTINGS if name in construction.options]
    if any(not value.is_none and value.range.point != 0.0 for value in given):
        return True
    if any(p.spelled.startswith("clip") and p.canonical not in CLIP_SETTINGS for p in entry.parameters):
        return True
    return _spelled(entry, "max_norm") is not None and _unknown_arguments(construction)


def _spelled(entry: Call | Optimizer, canonical: str) -> str | None:
    """The parameter's name in the framework."""
    return next((parameter.spelled for parameter in entry.parameters if parameter.canonical == canonical), None)


def _hooked(trace: Trace) -> bool:
    """Hooks on tensors may clip each gradient as it is computed."""
    return any(last_word(event) == "register_hook" for event in trace.of(Op.OPAQUE))


def _together(a: Update, b: Update) -> bool:
    """Steps of one loop (or of one function body without a loop)."""
    return a.step.site.frame is b.step.site.frame and a.step.site.loops[-1:] == b.step.site.loops[-1:]


# trainers, which run the loop themselves


def _trainers(trace: Trace, limits: Limits) -> Iterator[Draft]:
    """A trainer that fits a model without its option for a clip, or whose default clip is switched off."""
    for made in trace.of(Op.OPTIMIZER):
        limit = made.options.get("max_norm")
        if limit is not None and limit.range.point == 0.0 and made.result.kind is not Kind.OPTIMIZER:
            edit = _argument(made, "max_norm", limits)
            yield _unclipped_trainer(made, "switches off the clip of the gradients", None, edit)
            return
    if next(trace.of(Op.TRAINER), None) is None:
        return
    by_hand = next(trace.of(Op.BACKWARD), None) is not None or MANUAL in code(trace.module)
    fitting = [] if by_hand or mentions_clip(trace.module, trace) else list(trace.of(Op.FIT))
    for trainer in trace.of(Op.TRAINER):
        fits = any(choice.made_by is trainer.operation for fit in fitting for choice in alternatives(fit.x))
        limit = trainer.options.get("max_norm")
        off = limit is None or limit.is_none or limit.range.point == 0.0
        if fits and off and not _unknown_arguments(trainer):
            edit = _argument(trainer, "max_norm", limits)
            yield _unclipped_trainer(trainer, "trains without a clip of the gradients", _cue_of_file(trace), edit)
            return


def _unknown_arguments(call: Event) -> bool:
    return isinstance(call.node, cst.Call) and any(argument.star for argument in call.node.args)


def _argument(call: Event, canonical: str, limits: Limits) -> Replace | None:
    """The call with that argument set to the limit."""
    written, node = call.site.options.get(canonical), call.node
    if written is not None:
        return Replace(written, repr(limits.max_grad_norm))
    found = registry.function(call.site.spelling)
    entry = found[1] if found is not None and isinstance(found[1], Call) else table(call)
    spelled = _spelled(entry, canonical) if entry is not None else None
    if spelled is None or not isinstance(node, cst.Call):
        return None
    added = f"{spelled}={limits.max_grad_norm!r}"
    if not node.args:
        return Replace(node, f"{code(node.func)}({added})")
    first, last = node.args[0], node.args[-1]
    if call.op is Op.OPTIMIZER:
        return Replace(last.value, f"{code(last.value)}, {added}") if not last.star else None
    first = first.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return Replace(node.args[0], f"{added}, {code(first).rstrip()}") if first.keyword is not None else None


def _unclipped_trainer(trainer: Event, what: str, cue: Cue | None, edit: Replace | None) -> Draft:
    evidence = [Clue(trainer.node, what)]
    reason = UNKNOWN_STRIDE if cue is None else cue.why
    if cue is not None:
        evidence.insert(0, Clue(cue.event.node, cue.why))
    return Draft(
        event=trainer,
        level=Level.NOTE,
        message=f"`{last_word(trainer)}` {what}: {reason}",
        remedy="Set its limit for the norm of the gradients.",
        evidence=tuple(evidence),
        rewrite=Rewrite("Clip the gradients", Applicability.UNSAFE, (edit,)) if edit is not None else None,
    )


# what makes exploding gradients likely


@dataclass(frozen=True, slots=True)
class Cue:
    """Why gradients may explode here, and where that shows.

    `besides` is what makes that likely to throw the weights off: the optimizer that steps. "" if nothing does.
    """

    why: str
    event: Event
    besides: str = ""

    @property
    def level(self) -> Level:
        return Level.WARNING if self.besides else Level.NOTE


def _cue(update: Update, trace: Trace, limits: Limits) -> Cue | None:
    """Gradients that grow beyond any bound, with an optimizer that follows them; else one fact of a kind."""
    built = constructions(optimizer_of(update.step), trace)
    entries = [table(construction) for construction in built]
    if any(entry is not None and entry.stride is Stride.SELF_SCALED for entry in entries):
        return None
    losses = [value for event in update.backwards for value in (*event.operands, *event.options.values())]
    proportional = bool(built) and all(_proportional(construction) for construction in built)
    if proportional and (cue := _growth(losses, trace)) is not None:
        return replace(cue, besides=f"`{last_word(built[0])}` moves the weights in proportion to it")
    unbounded = _through_time(losses, trace, unbounded=True)
    if unbounded is not None:
        return replace(unbounded, besides="nothing bounds its state, as tanh would")
    rate = min((rate for construction in built for rate in _rates(construction)), default=0.0)
    if rate > limits.max_learning_rate and (cue := _through_time(losses, trace)) is not None:
        return replace(cue, besides=f"the learning rate is {number(rate)}")
    return _cue_of_file(trace) or _cue_of_loss(losses, trace)


def _proportional(construction: Event) -> bool:
    """Steps follow the size of the gradient, at a rate that is not known to be small."""
    entry = table(construction)
    rates = _rates(construction)
    return entry is not None and entry.stride is Stride.PROPORTIONAL and not (bool(rates) and max(rates) < SMALL)


def _rates(construction: Event) -> list[float]:
    """The learning rates as far as they are known."""
    entry = table(construction)
    if "lr" not in construction.options and entry is not None and entry.default_rate is not None:
        return [entry.default_rate]
    return [rate for setting in settings(construction, "lr") for rate in setting.known()]


def _growth(losses: Sequence[Value], trace: Trace) -> Cue | None:
    """What the losses are computed from has a gradient that grows with time steps, with returns, or with e^x."""
    through_time = _through_time(losses, trace)
    if through_time is not None:
        return through_time
    behind = {id(value.made_by) for value in ancestors(losses)}
    score = _score_of_file(trace)
    if score is not None and id(score.event.operation) in behind:
        return score
    for value in (source for loss in losses for source in sources(loss, GROWING)):
        event = trace.origin(value) if value.op is Op.EXP and value.gradient else None
        if event is None or event.x.range.hi < INFINITE or _falls(event.x):
            continue
        if comes_from(event.x, NETWORKS) is not None:
            return Cue(f"the gradient grows with `{code(event.node)}`", event)
    return None


def _falls(exponent: Value) -> bool:
    """`-distance / bandwidth`: what is at most 0, divided by a width whose sign nothing tells."""
    exponent = strip(exponent)
    return exponent.op in (Op.DIVIDE, Op.MULTIPLY) and any(x.range.hi <= 0.0 for x in exponent.made_by.operands)


def _through_time(losses: Sequence[Value], trace: Trace, unbounded: bool = False) -> Cue | None:
    """The losses depend on a recurrent network that runs over a sequence (on one whose activation has no bound)."""
    recurrent = {
        id(event.operation): event
        for event in trace.of(Op.RECURRENT)
        if not _few_steps(event) and (not unbounded or _activation(event) in UNBOUNDED)
    }
    if not recurrent:
        return None
    found = next((recurrent[id(value.made_by)] for value in ancestors(losses) if id(value.made_by) in recurrent), None)
    return None if found is None or found.site.no_gradient else Cue(RECURRENT, found)


def _activation(recurrent: Event) -> object:
    """The name of the function on the new state: a string, or the last word of a function's name."""
    given = recurrent.options.get("nonlinearity")
    if given is not None and isinstance(given.payload, Dotted):
        return given.payload.name.rpartition(".")[2]
    return None if given is None else given.constant


def _cue_of_file(trace: Trace) -> Cue | None:
    """A recurrent network, attention in half precision, a policy that is trained on returns."""
    recurrent = next((event for event in trace.of(Op.RECURRENT) if not _few_steps(event)), None)
    if recurrent is not None:
        return Cue(RECURRENT, recurrent)
    attention = next((event for event in trace.of(Op.ATTENTION) if _in_half(event, trace)), None)
    if attention is not None:
        return Cue("attention in half precision overflows at 65504", attention)
    return _score_of_file(trace)


def _score_of_file(trace: Trace) -> Cue | None:
    """A policy gradient, if nothing in the file is divided by its standard deviation, as returns are."""
    score = next((event for event in trace.of(Op.LOG_PROB) if _score(event, trace)), None)
    if score is None or any(source.op is Op.STD for event in trace.of(Op.DIVIDE) for source in sources(event.y)):
        return None
    return Cue("a policy gradient scales with returns that nothing standardises", score)


def _few_steps(event: Event) -> bool:
    """A single step, of a cell or of a sequence of one, that no loop over time repeats: only layers or a few rounds.

    `for _ in range(3): out, h = gru(x.unsqueeze(0), h)`.
    """
    if "steps" not in event.options and not _single_step(event.x):
        return False
    around = loop_around(event)
    if around is None:
        return True
    loop, frame = around
    if not isinstance(loop, cst.For):
        return False
    if frame is not event.site.frame:
        return not code(loop.iter).startswith("range(")
    held = [event.site.names[name] for name in _names(loop.target) if name in event.site.names]
    return any(
        value.kind is Kind.LAYER or (value.kind is Kind.INTEGER and value.range.inside(0.0, FEW - 1.0))
        for value in held
    )


def _single_step(value: Value) -> bool:
    """`x.unsqueeze(0)`, `cat((x.unsqueeze(0), y), -1)`: an axis of length 1 is put in front."""
    if value.op in (Op.CONCATENATE, Op.JOIN):
        return any(_single_step(part) for part in value.made_by.operands[:MAX_PARTS])
    axis = value.made_by.options.get("axis")
    return value.op is Op.RESHAPE and axis is not None and axis.constant == 0


def _names(target: cst.CSTNode) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    for child in target.children:
        yield from _names(child)


def _in_half(event: Event, trace: Trace) -> bool:
    """In an autocast region of float16, or in a file with a gradient scaler, which only float16 needs."""
    region = event.site.autocast
    return (region is not None and region.dtype is Dtype.FLOAT16) or next(trace.of(Op.GRAD_SCALER), None) is not None


def _cue_of_loss(losses: Sequence[Value], trace: Trace) -> Cue | None:
    """A policy gradient, or an operation that is known to break, among what the loss was computed from."""
    broken: Cue | None = None
    for value in ancestors(losses):
        event = trace.origin(value)
        if event is None or event.site.no_gradient:
            continue
        if _ratio(value):
            return Cue("the ratio of two policies grows exponentially as they part", event)
        if broken is None and value.op in POLES and value.gradient and _breaks(event, trace):
            broken = Cue(f"the loss depends on `{code(event.node)}`, whose gradient is unbounded", event)
    return broken


def _breaks(event: Event, trace: Trace) -> bool:
    """One of the operation's poles is known to lie in its operand's range."""
    found = danger(event, trace)
    return found is not None and found.level is Level.ERROR


def _score(event: Event, trace: Trace) -> bool:
    """The log-probability of an action that was just drawn, through which no gradient flows: REINFORCE."""
    if event.site.no_gradient or len(event.operands) < 2:
        return False
    draws = [trace.origin(choice) for choice in alternatives(event.y) if choice.op is Op.SAMPLE]
    return any(draw is not None and last_word(draw) == "sample" and not draw.site.no_gradient for draw in draws)


def _ratio(value: Value) -> bool:
    """`exp(log_prob - old)`, the ratio of proximal policy optimisation."""
    if value.op is not Op.EXP:
        return False
    difference = strip(value.made_by.x)
    return difference.op is Op.SUBTRACT and any(_log_probability(side) for side in difference.made_by.operands)


def _log_probability(value: Value) -> bool:
    inner = strip(value)
    return inner.op is Op.LOG_PROB or (inner.op is Op.SUM and strip(inner.made_by.x).op is Op.LOG_PROB)


# the finding and its fix


def _draft(update: Update, group: Sequence[Update], cue: Cue | None, trace: Trace, limits: Limits) -> Draft:
    backward, step = update.backwards[-1], update.step
    evidence = [Clue(backward.node, "gradients are computed"), Clue(step.node, "and applied as they are")]
    if fits(step):
        built = constructions(optimizer_of(step), trace)
        evidence[:1] = [Clue(made.node, "the optimizer, with no limit for gradients") for made in built]
    reason = _harm(update, trace)
    if cue is not None:
        evidence.insert(0, Clue(cue.event.site.options.get("nonlinearity") or cue.event.node, cue.why))
        reason = f"{cue.why}, and {cue.besides}" if cue.besides else cue.why
    rewrite = _rewrite(group, trace, limits)
    return Draft(
        event=step,
        level=Level.NOTE if cue is None else cue.level,
        message=f"`{code(step.node)}` applies gradients that nothing clips: {reason}",
        remedy=_remedy(update, trace, limits),
        evidence=tuple(evidence),
        rewrite=rewrite,
    )


def _harm(update: Update, trace: Trace) -> str:
    """What a huge gradient does to the optimizer that takes it."""
    built = constructions(optimizer_of(update.step), trace)
    entries = [(construction, entry) for construction in built if (entry := table(construction)) is not None]
    if entries and all(entry.stride is Stride.PROPORTIONAL for _, entry in entries):
        return "one large loss throws the weights off"
    normalised = next((made for made, entry in entries if entry.stride in (Stride.NORMALISED, Stride.SHRINKING)), None)
    if normalised is not None:
        return f"one huge gradient stays in the state of `{last_word(normalised)}` for many steps"
    return UNKNOWN_STRIDE


def _remedy(update: Update, trace: Trace, limits: Limits) -> str:
    to = f"Clip the norm of the gradients to {limits.max_grad_norm}"
    framework = update.backwards[-1].framework
    if takes(Op.CLIP_GRADIENT, "optimizer", framework):
        return f"{to} before the optimizer, in one chain with it."
    entries = [table(construction) for construction in constructions(optimizer_of(update.step), trace)]
    named = {_spelled(entry, "max_norm") for entry in entries if entry is not None}
    if fits(update.step) and len(named) == 1 and (name := named.pop()) is not None:
        return f"{to}: give the optimizer `{name}={limits.max_grad_norm!r}`."
    return f"{to} between the backward pass and the step."


def _rewrite(group: Sequence[Update], trace: Trace, limits: Limits) -> Rewrite | None:
    """Clips before every unclipped step of the loop, or in the optimizers that step."""
    edits: dict[int, Insert | Replace] = {}
    imports: list[str] = []
    for update in group:
        for edit, needed in _clips(update, trace, limits):
            target = edit.statement if isinstance(edit, Insert) else edit.node
            edits.setdefault(id(target), edit)
            imports.extend(needed)
    if not edits:
        return None
    return Rewrite("Clip the gradients", Applicability.UNSAFE, tuple(edits.values()), tuple(dict.fromkeys(imports)))


def _clips(update: Update, trace: Trace, limits: Limits) -> Iterator[tuple[Insert | Replace, Sequence[str]]]:
    """What the framework's clip takes says where it stands: around the optimizer, or in front of the step."""
    built = constructions(optimizer_of(update.step), trace)
    if takes(Op.CLIP_GRADIENT, "optimizer", update.backwards[-1].framework):
        for construction in built:
            wrapped = _wrapped(construction, limits)
            if wrapped is not None and isinstance(construction.node, cst.Call):
                yield Replace(construction.node, wrapped.text), wrapped.imports
        return
    clip = _clip(update, trace, limits) if _insertable(update, trace) else None
    if clip is not None:
        lines = "\n".join([*_unscaled(update), clip.text])
        yield Insert(update.step.site.statement, lines), clip.imports
        return
    for construction in built:
        named = _by_name(construction, trace, limits)
        edit = named[0] if named is not None else _argument(construction, "max_norm", limits)
        if edit is not None:
            yield edit, named[1] if named is not None else ()


def _by_name(construction: Event, trace: Trace, limits: Limits) -> tuple[Replace | None, Sequence[str]] | None:
    """`compile(optimizer="adam")`, which has no call of its own, becomes one; None where there is one."""
    made = [event for event in trace.of(Op.COMPILE) if event.node is construction.node]
    if not made:
        return None
    written, entry = made[0].site.options.get("optimizer"), table(construction)
    spelled = _spelled(entry, "max_norm") if entry is not None else None
    if not isinstance(written, cst.SimpleString) or spelled is None:
        return None, ()
    name, imports = spell_name(construction.site, construction.site.spelling)
    return Replace(written, f"{name}({spelled}={limits.max_grad_norm!r})"), imports


def _wrapped(construction: Event, limits: Limits) -> Spelled | None:
    parts = {"optimizer": code(construction.node), "max_norm": repr(limits.max_grad_norm)}
    return spell(construction, Op.CLIP_GRADIENT, parts)


def _clip(update: Update, trace: Trace, limits: Limits) -> Spelled | None:
    """The framework's clip, or that of the helper object that computed the gradients."""
    framework = update.backwards[-1].framework
    parameters, optimizer = parameters_text(update.step, trace), optimizer_node(update.step)
    parts = {"parameters": parameters or "", "max_norm": repr(limits.max_grad_norm)}
    if takes(Op.CLIP_GRADIENT, "gradients", framework):
        gradients = _gradients(update)
        named = {"gradients": gradients or "", "max_norm": repr(limits.max_grad_norm)}
        return spell(update.step, Op.CLIP_GRADIENT, named, framework) if gradients else None
    if all(_plain(backward) for backward in update.backwards):
        return spell(update.step, Op.CLIP_GRADIENT, parts, framework) if parameters else None
    found = [_helper(backward, update.step, trace) for backward in update.backwards]
    if len(set(found)) != 1 or found[0] is None or optimizer is None or not parameters:
        return None
    name, helper = found[0]
    return Spelled(helper.clip.format(helper=name, optimizer=code(optimizer), **parts))


def _kept(step: Event) -> bool:
    """`train = optimizer.apply_gradients(...)`: an operation of a graph, that a session runs."""
    match step.site.statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) | cst.Return(value=value)]):
            return value is step.node
    return False


def _gradients(update: Update) -> str | None:
    """`gradients` of `apply_gradients(zip(gradients, variables))`, if the name holds what was computed."""
    match update.step.site.options.get("gradients"):
        case cst.Call(func=cst.Name(value="zip"), args=[cst.Arg(value=cst.Name(value=name)), *_]):
            held = update.step.site.names.get(name)
        case _:
            return None
    computed = any(held is not None and held.made_by is backward.operation for backward in update.backwards)
    return name if computed else None


def _helper(backward: Event, step: Event, trace: Trace) -> tuple[str, Helper] | None:
    """The object of `helper.backward(loss)`, by the name that it has at the step too, and its class."""
    node = backward.node
    owner = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    if len(backward.operands) < 2 or owner is None or backward.site.frame is not step.site.frame:
        return None
    held = denoted(owner, step.site)
    if held is None or not is_thing(held, backward.y):
        return None
    origin, payload = trace.origin(held), held.payload
    names = [origin.site.spelling] if origin is not None else []
    if isinstance(payload, Instance):
        names += [base.name for base in payload.of.ancestry() if isinstance(base, Dotted)]
    return next(((code(owner), found) for name in names if (found := registry.helper(name)) is not None), None)


def _insertable(update: Update, trace: Trace) -> bool:
    """A line of code before the step sees the gradients that the step will apply.

    Not so with a closure, which computes them inside the step, nor with master copies of the weights.
    """
    if not (own_line(update.step) or _kept(update.step)) or "closure" in update.step.options:
        return False
    return not any(last_word(event) == "scale_loss" for event in trace.of(Op.OPAQUE))


def _plain(backward: Event) -> bool:
    """`loss.backward()`, not `accelerator.backward(loss)`, `optimizer.backward(loss)`, `self.manual_backward(loss)`."""
    if backward.op is not Op.BACKWARD or last_word(backward) != "backward":
        return False
    node, operands = backward.node, backward.site.operands
    if not backward.site.spelling.startswith(".") or not isinstance(node, cst.Call):
        return True
    return isinstance(node.func, cst.Attribute) and bool(operands) and operands[0] is node.func.value


def _unscaled(update: Update) -> list[str]:
    """What a gradient scaler needs before a clip: the gradients in their true size."""
    node, optimizer = update.step.node, optimizer_node(update.step)
    scaled = update.step.op is Op.SCALER_STEP or len(update.step.operands) > 1
    done = any(event.op is Op.UNSCALE or last_word(event) == "unscale_" for event in update.between)
    if not scaled or done or optimizer is None:
        return []
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return []
    return [f"{code(node.func.value)}.unscale_({code(optimizer)})"]


_PLAIN = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return model
"""
_ALIASED = """\
import torch.nn as nn
import torch.optim as optim


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = optim.SGD(self.net.parameters(), lr=0.05)
        self.loss = nn.MSELoss()

    def train_step(self, x, y):
        self.opt.zero_grad()
        loss = self.loss(self.net(x), y)
        loss.backward()
        self.opt.step()  # in place


def f(x, y):
    trainer = Trainer(nn.Linear(1, 1))
    for _ in range(60):
        trainer.train_step(x, y)
    return trainer.net
"""
_TWO = """\
import torch
from torch import nn


def f(x):
    generator, critic = nn.Linear(1, 1), nn.Linear(1, 1)
    optimizer_G = torch.optim.SGD(generator.parameters(), lr=0.05)
    optimizer_D = torch.optim.SGD(critic.parameters(), lr=0.05)
    for _ in range(60):
        optimizer_D.zero_grad()
        d_loss = (critic(x) - 1).pow(2).mean() + critic(generator(x).detach()).pow(2).mean()
        d_loss.backward()
        optimizer_D.step()

        optimizer_G.zero_grad()
        g_loss = (critic(generator(x)) - 1).pow(2).mean()
        g_loss.backward()
        optimizer_G.step()
    return generator
"""
_GIVEN = """\
import torch


def train(model, optimizer, x, y):
    for _ in range(60):
        loss = (model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def f(x, y):
    weights = [torch.full((1, 1), 0.5, requires_grad=True), torch.zeros(1, requires_grad=True), torch.zeros(1)]
    train(lambda x: x @ weights[0] + weights[1], torch.optim.SGD(weights, lr=0.05), x, y)
    return weights
"""
_SCALED = """\
import torch


def f(x, y):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    return model.weight.detach()
"""
_ACCUMULATED = """\
import torch


def f(batches):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for i, x in enumerate(batches):
        loss = (model(x) ** 2).mean() / 2
        loss.backward()
        if (i + 1) % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
    return model
"""
_RECURRENT = """\
import torch


def f(x):
    network = torch.nn.RNN(1, 4, nonlinearity="relu")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    for _ in range(20):
        optimizer.zero_grad()
        states, _ = network(x)
        loss = states.square().mean()
        loss.backward()
        optimizer.step()
    return network
"""
_REINFORCE = """\
import torch
from torch.distributions import Categorical


def f(x, returns):
    policy = torch.nn.Linear(2, 3)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.05)
    for _ in range(20):
        choice = Categorical(logits=policy(x))
        action = choice.sample()
        loss = -(choice.log_prob(action) * returns.detach()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy.weight.detach()
"""
_ADAPTIVE = """\
import torch


def f(targets):
    network = torch.nn.RNN(1, 4)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for y in targets:
        optimizer.zero_grad()
        states, _ = network(torch.ones(5, 1, 1))
        loss = (states - y).square().mean()
        loss.backward()
        optimizer.step()
    return loss
"""
_EXPONENTIAL = """\
import torch


def f(x):
    head = torch.nn.Linear(1, 1)
    torch.nn.init.ones_(head.weight)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.05)
    for _ in range(20):
        logvar = head(x)
        loss = 0.5 * torch.sum(torch.exp(logvar) - logvar - 1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head.weight.detach()
"""
_OWN = """\
import torch
from torch.optim import Optimizer


class Descent(Optimizer):
    def __init__(self, params, lr=0.05):
        super().__init__(params, {"lr": lr})

    def step(self, closure=None):
        for group in self.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
            for p in group["params"]:
                p.data.add_(p.grad, alpha=-group["lr"])


def f(model, x):
    optimizer = Descent(model.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    return model
"""
_CLOSURE = """\
import torch


def f(x):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=5)

    def closure():
        optimizer.zero_grad()
        loss = (model(x) ** 2).sum()
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    return model
"""


def _with(text: str, before: str, *lines: str) -> str:
    """The text with lines inserted before the first line that starts with `before`, at its indentation."""
    for line in text.splitlines(keepends=True):
        if line.strip().startswith(before):
            indentation = line[: len(line) - len(line.lstrip())]
            return text.replace(line, "".join(f"{indentation}{new}\n" for new in lines) + line, 1)
    raise ValueError(before)


_GROUPS = 'torch.nn.utils.clip_grad_norm_([p for group in {}.param_groups for p in group["params"]], max_norm=1.0)'
_LARGE = "torch.tensor([[1e4]]), torch.tensor([[1.0]])"

RULE = Rule(
    code="NAN401",
    name="unclipped-gradients",
    summary="Gradients are applied as they come: no clip between the backward pass and the step.",
    why=(
        "One batch with a huge loss gives a huge gradient, the step throws the weights far away, and the next loss is"
        " larger still; a few such steps end in inf and NaN. Plain gradient descent follows any gradient: it makes the"
        " finding a warning where the loss runs through a recurrent network over time, scales with returns that nothing"
        " standardises, or with the exp of a network's output, unless the rate is below 0.01. Adam and its kin move"
        " each weight by about the rate, but a huge gradient stays in their averages and stalls training for hundreds"
        " of steps; that, and everything else, is a note, once per file. A clip does not repair a gradient that is NaN"
        " already."
    ),
    check=check,
    specific=10,
    remedy="Clip the norm of the gradients right before the step; under a gradient scaler, unscale them first.",
    fix=Applicability.UNSAFE,
    fix_note=(
        "Inserts a clip of the global norm before each unclipped step of the loop, and `unscale_` before it under a"
        " gradient scaler; where a library computes the gradients, its own clip; for a trainer, its argument. That"
        " changes training wherever the norm exceeds the limit (1.0 by default)."
    ),
    bad=(
        Bad(
            "torch",
            _PLAIN,
            _with(_PLAIN, "optimizer.step()", "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)"),
            hostile=_LARGE,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _ALIASED,
            _with(_ALIASED, "self.opt.step()", "nn.utils.clip_grad_norm_(self.net.parameters(), max_norm=1.0)"),
            hostile=_LARGE,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _TWO,
            _with(
                _with(_TWO, "optimizer_D.step()", "nn.utils.clip_grad_norm_(critic.parameters(), max_norm=1.0)"),
                "optimizer_G.step()",
                "nn.utils.clip_grad_norm_(generator.parameters(), max_norm=1.0)",
            ),
            hostile="torch.tensor([[1e4]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _GIVEN,
            _with(_GIVEN, "optimizer.step()", _GROUPS.format("optimizer")),
            hostile=_LARGE,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _SCALED,
            _with(
                _SCALED,
                "scaler.step(",
                "scaler.unscale_(optimizer)",
                "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)",
            ),
            proof=f"f({_LARGE}).abs().max().item() > 1e9",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _ACCUMULATED,
            _with(
                _ACCUMULATED,
                "optimizer.step()",
                "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)",
            ),
            hostile="[torch.tensor([[1e4]])] * 40",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _RECURRENT,
            _with(_RECURRENT, "optimizer.step()", "torch.nn.utils.clip_grad_norm_(network.parameters(), max_norm=1.0)"),
            proof="max(p.abs().max().item() for p in f(torch.full((12, 1, 1), 1e3)).parameters()) > 50",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _REINFORCE,
            _with(_REINFORCE, "optimizer.step()", "torch.nn.utils.clip_grad_norm_(policy.parameters(), max_norm=1.0)"),
            proof="f(torch.ones(4, 2), torch.full((4,), 1e6)).abs().max().item() > 10",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _EXPONENTIAL,
            _with(_EXPONENTIAL, "optimizer.step()", "torch.nn.utils.clip_grad_norm_(head.parameters(), max_norm=1.0)"),
            proof="f(torch.full((1, 1), 20.0)).abs().max().item() > 1e3",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _ADAPTIVE,
            _with(_ADAPTIVE, "optimizer.step()", "torch.nn.utils.clip_grad_norm_(network.parameters(), max_norm=1.0)"),
            proof="f([1e6] + [-0.5] * 150).item() > 0.05",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            _with(_PLAIN, "optimizer.step()", "torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)"),
            "Every gradient is clipped by value.",
        ),
        Good(
            "torch",
            _with(_PLAIN, "optimizer.step()", "for p in model.parameters():", "    p.grad.data.clamp_(-1, 1)"),
            "The gradients are clamped by hand.",
        ),
        Good(
            "torch",
            _with(_PLAIN.replace("f(x, y)", "f(x, y, clip_gradients)"), "optimizer.step()", "clip_gradients(model)"),
            "A function from elsewhere whose name says that it clips.",
        ),
        Good(
            "torch",
            _with(
                _PLAIN,
                "optimizer.step()",
                "if y is not None:",
                "    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)",
            ),
            "A clip behind a test is a decision of the author.",
        ),
        Good(
            "torch",
            _with(_PLAIN, "for _", "for p in model.parameters():", "    p.register_hook(lambda g: g.clamp(-1, 1))"),
            "Hooks clip each gradient as it is computed.",
        ),
        Good(
            "torch",
            """\
import torch


def f(x):
    log_alpha = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([log_alpha], lr=1e-3)
    for _ in range(3):
        loss = (log_alpha.exp() * x.detach()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return log_alpha
""",
            "A single scalar such as a temperature is optimised.",
        ),
        Good("torch", _OWN, "An optimizer of the file, whose `step` clips."),
        Good(
            "torch",
            _OWN.replace('            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)\n', "")
            .replace("f(model, x)", "f(x)")
            .replace("    optimizer =", "    shift = torch.zeros(1, requires_grad=True)\n    optimizer =")
            .replace("model.parameters()", "[shift]")
            .replace("model(x)", "(x - shift)")
            .replace("return model", "return shift"),
            "So is the one tensor that an optimizer of the file moves.",
        ),
        Good(
            "torch",
            """\
import torch


class Module(torch.nn.Module):
    def training_step(self, batch):
        return self.layer(batch).square().mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


def f(x):
    return Module
""",
            "A trainer outside the file runs the steps, and has an option for the clip.",
        ),
        Good(
            "torch",
            """\
import torch


def f(model, x):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    optimizer.step()
    return optimizer
""",
            "No gradient is computed here, so nothing is known of a clip.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch


def f(x, rate=1e-3):
    model = torch.nn.Linear(1, 1)
    for _ in range(3):
        model.zero_grad()
        model(x).square().mean().backward()
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-rate)
    return model
""",
            "The parameters are updated by hand, without an optimizer.",
        ),
    ),
)
