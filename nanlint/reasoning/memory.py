"""Memory as it was found: which values live in it, what writes to it, and so what is read before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Chain, Dotted, Elements, Entries, Instance, Layer, Member, Parameters
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import words
from nanlint.reasoning.storage import ALIASES, FILLS, MAX_STEPS, attribute_name, owning_classes, storages

SILENT = (
    ALIASES
    | FILLS
    | {Op.EMPTY, Op.LENGTH, Op.CONSTANT, Op.ARGUMENT, Op.ATTRIBUTE, Op.ARANGE, Op.READ, Op.IDENTITY_TEST, Op.CONTAINS,
       Op.INSTANCE_TEST, Op.EQUAL, Op.NOT_EQUAL, Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.LOGICAL_AND,
       Op.LOGICAL_OR, Op.LOGICAL_NOT, Op.OPTIMIZER, Op.ZERO_GRAD, Op.CLIP_GRADIENT, Op.STEP, Op.ONE_HOT}
)  # fmt: skip
"""Operations that do not compute with what is in the memory."""
FILLING_WORDS = frozenset(
    {"init", "initialize", "initialise", "initializer", "initialization", "reset", "weights", "weight", "post", "apply",
     "xavier", "kaiming", "normal", "uniform", "orthogonal", "parameters", "params", "replace", "convert"}
)  # fmt: skip
"""Words in the name of an unknown function that is given a whole model and may initialise it."""
LOADING_WORDS = frozenset({"load", "restore", "pretrained", "checkpoint", "resume"})


@dataclass(slots=True)
class Memory:
    """What an interpretation wrote, by the node that handed out the memory.

    written: the number of the first event that may have written there
    covered: classes of which something unknown may have initialised every parameter; `loaded`: from a file
    attributes: names of attributes of unknown objects that were written, or set from outside of the class
    anything: something was written of which nothing is known
    """

    written: dict[int, int] = field(default_factory=dict)
    covered: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    loads: bool = False
    anything: bool = False

    def forgotten(self, parameter: Event, made: Event) -> bool:
        """Nobody can have written the parameter's memory."""
        classes = set(owning_classes(parameter.site.frame))
        if id(made.node) in self.written or self.anything or classes & self.covered:
            return False
        return attribute_name(parameter) not in self.attributes


def memory(trace: Trace) -> Memory:
    """Goes through all events once."""
    found = Memory()
    for number, event in enumerate(trace.events):
        for target in _targets(event):
            homes = storages(target, trace)
            for home in homes:
                found.written.setdefault(home, number)
            if not homes:
                _write_unknown(found, target)
        if event.op is Op.OPAQUE:
            _unknown_call(found, event, number, trace)
        elif event.op is Op.WEIGHT and not event.site.in_place and not event.site.frame.class_name:
            found.attributes.add(attribute_name(event))  # `module.weight = nn.Parameter(...)`, from outside
    return found


def _targets(event: Event) -> Iterator[Value]:
    """What the event writes into."""
    if "into" in event.options:
        yield event.options["into"]
    elif event.site.in_place and event.operands:
        if event.op in FILLS:
            yield event.x
        elif event.op in (Op.CAST, Op.COPY) and len(event.operands) == 2:
            yield event.y  # copy_


def _write_unknown(found: Memory, target: Value) -> None:
    """The target hangs on something: a model's parameters, an attribute of a module, an argument."""
    while True:
        match target.payload:
            case Parameters(of=owner):
                _cover(found.covered, owner)
                found.anything = found.anything or not isinstance(owner.payload, (Instance, Layer, Chain))
                return
            case Instance():
                _cover(found.covered, target)
                return
            case Layer() | Chain():
                return
            case Member(receiver=receiver, name="data"):
                target = receiver
                continue
            case Member(receiver=receiver, name=name):
                known = isinstance(receiver.payload, (Layer, Chain, Instance, Dotted))
                modules = [part for part in receiver.made_by.operands if isinstance(part.payload, (Layer, Instance))]
                if not known and not modules:
                    found.attributes.add(name)
                return
        if not target.made_by.operands:
            found.anything = found.anything or target.op in (Op.ARGUMENT, Op.OPAQUE)
            return
        target = target.made_by.x


def _unknown_call(found: Memory, event: Event, number: int, trace: Trace) -> None:
    """An unknown function may write whatever it is given; a whole model only if it is named so."""
    if event.site.spelling in ("builtins.print", "builtins.super"):
        return
    named = words(event.site.spelling.rpartition(".")[2].strip("_"))
    loads = bool(named & LOADING_WORDS)
    for operand in _inside(event.operands):
        for home in storages(operand, trace):
            found.written.setdefault(home, number)
        owner = operand.payload.of if isinstance(operand.payload, Parameters) else operand
        if isinstance(owner.payload, Instance) and event.site.spelling != ".__init__":
            if loads:
                _cover(found.loaded, owner)
            elif named & FILLING_WORDS and not event.site.spelling.startswith(".register"):
                _cover(found.covered, owner)
    found.loads = found.loads or loads


def _inside(values: tuple[Value, ...]) -> Iterator[Value]:
    """The values and what the containers among them hold."""
    pending = list(values)
    for _ in range(MAX_STEPS):
        if not pending:
            return
        value = pending.pop()
        yield value
        match value.payload:
            case Member(receiver=receiver, name="ctypes"):  # its address, for a library that fills it
                pending.append(receiver)
            case Elements(items=items) | Chain(layers=items):
                pending.extend(items)
            case Entries(items=entries):
                pending.extend(entries.values())


def _cover(classes: set[str], owner: Value) -> None:
    """The class of the object, its bases, and the classes of the modules in it."""
    pending = [owner]
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if id(value.payload) in seen:
            continue
        seen.add(id(value.payload))
        if isinstance(value.payload, Instance):
            ancestry = value.payload.of.ancestry()
            classes.update(entry.name for entry in ancestry)
            pending.extend(value.payload.cells.values())
        else:
            pending.extend(part for part in _inside((value,)) if part is not value)
