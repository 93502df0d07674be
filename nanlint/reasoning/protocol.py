"""The optimisation protocol as rules see it: which backward passes, clips and steps belong together, and for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Parameters
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.clipping import clips_gradients
from nanlint.reasoning.context import words
from nanlint.reasoning.nodes import Noted
from nanlint.reasoning.origins import NETWORKS, alternatives
from nanlint.reasoning.placement import stands_alone
from nanlint.reasoning.texts import code

STEPS = frozenset({Op.STEP, Op.SCALER_STEP})
_BY_HAND = re.compile(
    r"\._?grad\s*=[^=]|\.grad\b[\w.]*\.(?:zero_|detach_|fill_|copy_)|\.grad\s*\*=|autograd\.grad\("
    r"|zero_gradients|clear_grad"
)
_HANDED = re.compile(r"\._?grad\s*=[^=\n]*\.grad\b")
_COMMENT = re.compile(r"#.*")


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


@lru_cache(maxsize=1)
def updates(trace: Trace) -> Sequence[Update]:
    """Every step with the backward passes before it, up to those of an earlier step.

    Two steps of one activation after one backward pass (an encoder's and a decoder's optimizer) share it. What an
    optimizer of the file does within its `step` is that step.
    """
    found: list[Update] = []
    by_root: dict[int, _Gradients] = {}
    named = _zeroed(trace)
    calls = frozenset(id(event.node) for event in trace.of(Op.STEP))
    for event in trace.events:
        gradients = by_root.setdefault(id(root(event.site.frame)), _Gradients())
        if is_backward(event):
            if gradients.step is not None:
                gradients = by_root[id(root(event.site.frame))] = _Gradients()
            gradients.backwards.append(event)
        elif is_step(event, named) and not _within(event.site.frame, calls):
            if gradients.backwards and (gradients.step is None or gradients.step.site.frame is event.site.frame):
                found.append(Update(list(gradients.backwards), list(gradients.later), event))
            gradients.step = event
        if gradients.backwards:
            gradients.later.append(event)
    return found


def _within(frame: Frame, calls: frozenset[int]) -> bool:
    """The activation is that of one of the calls, or of something that it called."""
    current: Frame | None = frame
    while current is not None:
        if id(current.call_node) in calls:
            return True
        current = current.parent
    return False


def trains(trace: Trace) -> bool:
    """The file has an optimizer or a backward pass."""
    return any(True for _ in trace.of(Op.OPTIMIZER, Op.BACKWARD))


def sets_gradients(part: cst.Module | cst.FunctionDef, trace: Trace) -> bool:
    """The file or function sets gradients itself: it copies them, or computes them without adding them up."""
    if isinstance(part, cst.FunctionDef):
        return _SETTING.of(part, trace)
    return any(_SETTING.each(part, trace))


def hands_gradients(function: cst.FunctionDef) -> bool:
    """It gives parameters the gradients of others."""
    return _HANDED.search(_COMMENT.sub("", code(function))) is not None


def _sets_gradients(statement: cst.CSTNode) -> bool:
    return _BY_HAND.search(_COMMENT.sub("", code(statement))) is not None


_SETTING = Noted(_sets_gradients)


def demonstrates(trace: Trace) -> bool:
    """Every backward pass starts from a network's output as it is, compared with nothing: no loss, nothing to learn."""
    passes = list(trace.of(Op.BACKWARD))
    return bool(passes) and all(_is_output(event.x) for event in passes)


def _is_output(value: Value) -> bool:
    """`model(x).sum()`."""
    return all(
        choice.op in NETWORKS or (choice.op in (Op.SUM, Op.MEAN) and _is_output(choice.made_by.x))
        for choice in alternatives(value)
    )


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
    """Applies gradients. Of an object that nothing else tells about, its name does, what it was made from, or that its
    gradients are zeroed.
    """
    if event.op in STEPS or fits(event):
        return True
    if event.op is not Op.OPAQUE or event.site.spelling != ".step" or not stands_alone(event):
        return False
    optimizer = optimizer_of(event)
    node = optimizer_node(event)
    return optimizer is not None and (
        optimizer.kind is Kind.OPTIMIZER
        or optimizer.number in zeroed
        or any(_of_parameters(choice) for choice in alternatives(optimizer))
        or (node is not None and _optimizer_name(node))
    )


def fits(event: Event) -> bool:
    """A model is fitted to data with the loss and the optimizer that were compiled into it."""
    return event.op is Op.FIT and len(event.operands) > 1 and "optimizer" in event.options


def _of_parameters(value: Value) -> bool:
    """`LARS(model.parameters(), lr=0.1)`: made by somebody else's constructor, from the parameters of a model."""
    operands = value.made_by.operands
    return value.op is Op.OPAQUE and bool(operands) and isinstance(operands[0].payload, Parameters)


def _optimizer_name(node: cst.BaseExpression) -> bool:
    name = node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""
    found = words(name)
    return any(word.startswith("opt") for word in found) and not any(word.startswith("sched") for word in found)


def _zeroed(trace: Trace) -> frozenset[int]:
    """Value numbers of what `zero_grad` is called on."""
    return frozenset(event.x.number for event in trace.of(Op.ZERO_GRAD) if event.operands)


def last_word(event: Event) -> str:
    return event.site.spelling.rpartition(".")[2]


def optimizer_of(step: Event) -> Value | None:
    """The optimizer that steps: the receiver, the argument of a gradient scaler's `step`, what a model is fitted by."""
    if fits(step):
        return step.options["optimizer"]
    scaled = step.op is Op.SCALER_STEP or (step.op is Op.OPAQUE and len(step.operands) > 1)
    position = 1 if scaled else 0
    return step.operands[position] if len(step.operands) > position else None


def optimizer_node(step: Event) -> cst.BaseExpression | None:
    """The expression for the optimizer."""
    node = step.node
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or fits(step):
        return None
    if step.op is Op.SCALER_STEP or (step.op is Op.OPAQUE and node.args):
        return node.args[0].value if node.args else None
    return node.func.value
