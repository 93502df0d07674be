"""The optimisation protocol as rules see it: which backward passes, clips and steps belong together, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.frameworks.model import Optimizer
from nanlint.interp.objects import Elements, Entries, Instance, Parameters
from nanlint.interp.trace import Event, Frame, Site, Trace
from nanlint.rules.reasoning import alternatives, words
from nanlint.rules.rewriting import code

STEPS = frozenset({Op.STEP, Op.SCALER_STEP})
BY_HAND = frozenset({Op.CLAMP, Op.MINIMUM, Op.MULTIPLY, Op.DIVIDE, Op.WHERE, Op.NORMALIZE, Op.NAN_TO_NUM})
"""Operations with which scripts limit `p.grad` themselves."""
MAX_OWNERS = 40  # values visited when looking for the models behind an optimizer's parameters
_GRADIENT = re.compile(r"\.grad\b")
_COMMENT = re.compile(r"#.*")
_CLIP_CALL = re.compile(r"\w*(?:clip\w*grad|grad\w*clip)\w*\s*[(=]", re.IGNORECASE)


@dataclass(slots=True)
class Update:
    """Backward passes, what happens after the first of them, and one step that applies the gradients."""

    backwards: list[Event]
    between: list[Event]
    step: Event

    @property
    def clips(self) -> list[Event]:
        return [event for event in self.between if clips_gradients(event, self.step.site.frame)]


@dataclass(slots=True)
class _Gradients:
    """What has happened since gradients were first computed; `step` is the last one that applied them."""

    backwards: list[Event] = field(default_factory=list)
    later: list[Event] = field(default_factory=list)
    step: Event | None = None


def updates(trace: Trace) -> list[Update]:
    """Every step with the backward passes before it, up to those of an earlier step.

    Two steps of one activation after one backward pass (an encoder's and a decoder's optimizer) share it.
    """
    found: list[Update] = []
    by_root: dict[int, _Gradients] = {}
    named = _zeroed(trace)
    for event in trace.events:
        gradients = by_root.setdefault(id(root(event.site.frame)), _Gradients())
        if is_backward(event):
            if gradients.step is not None:
                gradients = by_root[id(root(event.site.frame))] = _Gradients()
            gradients.backwards.append(event)
        elif is_step(event, named):
            if gradients.backwards and (gradients.step is None or gradients.step.site.frame is event.site.frame):
                found.append(Update(list(gradients.backwards), list(gradients.later), event))
            gradients.step = event
        if gradients.backwards:
            gradients.later.append(event)
    return found


def root(frame: Frame) -> Frame:
    """The activation that nobody in the file called."""
    while frame.parent is not None:
        frame = frame.parent
    return frame


def is_backward(event: Event) -> bool:
    """Computes gradients, by itself or through a helper object (`accelerator.backward(loss)`)."""
    return event.op is Op.BACKWARD or (
        event.op is Op.OPAQUE and last_word(event) == "backward" and len(event.operands) > 1
    )


def is_step(event: Event, zeroed: frozenset[int] = frozenset()) -> bool:
    """Applies gradients. Of an object that nothing tells about, its name does, or that its gradients are zeroed."""
    if event.op in STEPS:
        return True
    if event.op is not Op.OPAQUE or event.site.spelling != ".step" or not stands_alone(event):
        return False
    optimizer = optimizer_of(event)
    node = optimizer_node(event)
    return optimizer is not None and (
        optimizer.kind is Kind.OPTIMIZER or optimizer.number in zeroed or (node is not None and _optimizer_name(node))
    )


def stands_alone(event: Event) -> bool:
    """The call is a statement of its own: an environment's `step` gives something back."""
    statement = event.site.statement
    for line in (statement, getattr(statement, "body", None), getattr(statement, "orelse", None)):
        if isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            return any(isinstance(small, cst.Expr) and small.value is event.node for small in line.body)
    return False


def own_line(event: Event) -> bool:
    """The call is all that its line does, so that lines may be put before it, or it be moved."""
    statement = event.site.statement
    return stands_alone(event) and isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1


def _optimizer_name(node: cst.BaseExpression) -> bool:
    name = node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""
    found = words(name)
    return any(word.startswith("opt") for word in found) and not any(word.startswith("sched") for word in found)


def _zeroed(trace: Trace) -> frozenset[int]:
    """Value numbers of what `zero_grad` is called on."""
    return frozenset(event.x.number for event in trace.of(Op.ZERO_GRAD) if event.operands)


def last_word(event: Event) -> str:
    return event.site.spelling.rpartition(".")[2]


# the optimizer and its parameters


def optimizer_of(step: Event) -> Value | None:
    """The optimizer that steps: the receiver, or the argument of a gradient scaler's `step`."""
    scaled = step.op is Op.SCALER_STEP or (step.op is Op.OPAQUE and len(step.operands) > 1)
    position = 1 if scaled else 0
    return step.operands[position] if len(step.operands) > position else None


def optimizer_node(step: Event) -> cst.BaseExpression | None:
    """The expression for the optimizer."""
    node = step.node
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None
    if step.op is Op.SCALER_STEP or (step.op is Op.OPAQUE and node.args):
        return node.args[0].value if node.args else None
    return node.func.value


def constructions(optimizer: Value | None, trace: Trace) -> list[Event]:
    """The constructor calls that the optimizer may come from; empty when one of them is unknown."""
    found = []
    for choice in alternatives(optimizer) if optimizer is not None else ():
        origin = trace.origin(choice)
        if origin is None or origin.op is not Op.OPTIMIZER:
            return []
        found.append(origin)
    return found


def table(construction: Event) -> Optimizer | None:
    """What the framework's table says of the optimizer's class."""
    entry = registry.optimizer(construction.site.spelling)
    return entry[1] if entry is not None else None


@dataclass(frozen=True, slots=True)
class Owners:
    """The models whose parameters a value holds, and tensors that it holds directly.

    complete: nothing else is in it, as far as the file tells.
    """

    models: tuple[Value, ...]
    tensors: tuple[Value, ...]
    complete: bool


def owners(parameters: Value | None) -> Owners:
    """Whose parameters these are: through lists, groups, generators, `itertools.chain` and the like."""
    models: list[Value] = []
    tensors: list[Value] = []
    complete = parameters is not None
    pending = [parameters] if parameters is not None else []
    seen: set[int] = set()
    while pending and len(seen) < MAX_OWNERS:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        parts = _parts(value)
        if isinstance(value.payload, Parameters):
            models.append(value.payload.of)
        elif parts:
            pending.extend(reversed(parts))
        elif value.kind is Kind.TENSOR:
            tensors.append(value)
        elif value.op is not Op.CONSTANT and value.kind not in (Kind.FUNCTION, Kind.MODULE):
            complete = False
    return Owners(tuple(models), tuple(tensors), complete and not pending)


def _parts(value: Value) -> Sequence[Value]:
    payload = value.payload
    if isinstance(payload, Elements):
        return payload.items
    if isinstance(payload, Entries):
        return [payload.items["params"]] if "params" in payload.items else list(payload.items.values())
    through = value.op in (Op.ITERATE, Op.SELECT, Op.JOIN) or (value.op is Op.OPAQUE and value.kind is not Kind.TENSOR)
    return value.made_by.operands if through else ()


# clips


def clips_gradients(event: Event, within: Frame) -> bool:
    """Limits gradients: the framework's function, any call whose name says clip, or arithmetic on `p.grad`."""
    if event.op is Op.CLIP_GRADIENT:
        return True
    if event.op is Op.OPAQUE and any(word.startswith("clip") for word in words(event.site.spelling)):
        return True
    if event.op in BY_HAND and _GRADIENT.search(code(event.node)):
        return True
    return any(any(word.startswith("clip") for word in words(frame.name)) for frame in _inner(event.site.frame, within))


def _inner(frame: Frame, outer: Frame) -> Iterator[Frame]:
    """The activations from `frame` up to `outer`, that one left out."""
    current: Frame | None = frame
    while current is not None and current is not outer:
        yield current
        current = current.parent


def surroundings(event: Event) -> cst.CSTNode | None:
    """The function in which the event happens; of a script, the loop."""
    node, loops = event.site.frame.node, event.site.loops
    return loops[0] if isinstance(node, cst.Module) and loops else node


def mentions_clip(node: cst.CSTNode) -> bool:
    """The code calls, or passes as an argument, something whose name says that gradients are clipped.

    Covers what leaves no event: a branch that defaults rule out, a helper that was interpreted before.
    """
    return _CLIP_CALL.search(_COMMENT.sub("", code(node))) is not None


def clips_somewhere(trace: Trace) -> bool:
    """The file clips gradients in some place."""
    return next(trace.of(Op.CLIP_GRADIENT), None) is not None or mentions_clip(trace.module)


# names


def denoted(node: cst.BaseExpression | None, site: Site) -> Value | None:
    """What a name or a chain of attributes of the file's objects holds at `site`."""
    if isinstance(node, cst.Name):
        return site.names.get(node.value)
    if isinstance(node, cst.Attribute):
        owner = denoted(node.value, site)
        if owner is not None and isinstance(owner.payload, Instance):
            return owner.payload.cells.get(node.attr.value)
    return None


def is_thing(value: Value | None, other: Value) -> bool:
    """Both are the same object."""
    return value is not None and (value.same(other) or (value.payload is not None and value.payload is other.payload))


def name_of(thing: Value, site: Site, preferred: cst.BaseExpression | None = None) -> str | None:
    """A name or attribute that holds the object at `site`, the preferred spelling if it does."""
    if preferred is not None and is_thing(denoted(preferred, site), thing):
        return code(preferred)
    found = [name for name, value in site.names.items() if is_thing(value, thing)]
    if not found:
        found = [
            f"{name}.{attribute}"
            for name, value in site.names.items()
            if isinstance(value.payload, Instance)
            for attribute, held in value.payload.cells.items()
            if isinstance(attribute, str) and is_thing(held, thing)
        ]
    return min(found, key=lambda name: (len(name), name), default=None)


def parameters_text(step: Event, trace: Trace) -> str | None:
    """How to write, at the step, the parameters that it updates."""
    written = {_constructed_text(construction, step) for construction in constructions(optimizer_of(step), trace)}
    if len(written) == 1 and (text := written.pop()) is not None:
        return text
    node = optimizer_node(step)
    if isinstance(node, (cst.Name, cst.Attribute)):
        return f'[p for group in {code(node)}.param_groups for p in group["params"]]'
    return None


def _constructed_text(construction: Event, step: Event) -> str | None:
    """`model.parameters()`, if the optimizer was built with it and the name still holds the model."""
    parameters = construction.options.get("params")
    if parameters is None or not isinstance(parameters.payload, Parameters):
        return None
    name = name_of(parameters.payload.of, step.site, parameters.payload.node)
    return f"{name}.parameters()" if name is not None else None
