"""The modules of a model: what `model.modules()` goes over, what `model.apply` calls, of which class each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks import registry as frameworks
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import sequence
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Chain, Class, Dotted, Elements, Entries, Instance, Layer
from nanlint.interp.values import choices

MAX_MODULES = 16  # of one model that a function is applied to

GOING_OVER = {"modules": (True, False), "children": (False, False), "named_modules": (True, True),
              "named_children": (False, True)}  # fmt: skip
"""Methods that go over modules: whether over all levels, whether with names."""


def submodules(value: Value, deep: bool = True) -> list[Value]:
    """The layers and models that the value holds, the innermost first; each once."""
    found: dict[int, Value] = {}
    _collect(value, found, deep, set())
    found.pop(id(value.payload), None)
    return list(found.values())


def _collect(value: Value, found: dict[int, Value], deep: bool, seen: set[int]) -> None:
    if id(value.payload) in seen:
        return
    seen.add(id(value.payload))
    for part in _parts(value):
        module = isinstance(part.payload, (Layer, Instance, Chain))
        if deep or not module:
            _collect(part, found, deep, seen)
        if module and part.kind in (Kind.LAYER, Kind.MODEL):
            found.setdefault(id(part.payload), part)


def _parts(value: Value) -> Iterator[Value]:
    match value.payload:
        case Instance(cells=cells):
            yield from list(cells.values())
        case Elements(items=items) | Chain(layers=items):
            yield from items
        case Entries(items=entries):
            yield from list(entries.values())
        case None:
            yield from choices(value)


def apply_to_all(machine: Machine, receiver: Value, function: Value, node: cst.Call) -> Value:
    """`model.apply(function)`: a call for one module of each sort, innermost first, the model last."""
    sorts: dict[object, Value] = {}
    for module in (*submodules(receiver), receiver):
        sorts.setdefault(_sort(module), module)
    for module in list(sorts.values())[-MAX_MODULES:]:
        machine.call(function, Arguments(((module, None),)), node)
    return receiver


def _sort(module: Value) -> object:
    """Equal for modules that an initialiser treats alike: of one class, and layers of one size."""
    match module.payload:
        case Instance(of=definition):
            return id(definition)
        case Layer(name=name, options=options):
            return name, tuple((key, option.range) for key, option in options.items())
    return id(module.payload)


def all_modules(machine: Machine, receiver: Value, name: str) -> Value:
    """`model.modules()` and its like, as a sequence of which any number may be there."""
    deep, named = GOING_OVER[name]
    found = submodules(receiver, deep)[-MAX_MODULES:]
    if deep:
        found.append(receiver)
    if not found:
        found.append(machine.unknown(receiver))
    if named:
        found = [sequence(machine, (machine.unknown(kind=Kind.STRING), module)) for module in found]
    return sequence(machine, tuple(found), exact=False)


# classes


def class_of(machine: Machine, value: Value) -> Value | None:
    """`type(value)`, where it is known."""
    match value.payload:
        case Layer(name=name):
            return machine.dotted(name)
        case Instance(of=definition):
            return machine.thing(Kind.CLASS, definition)
    return None


def class_name(definition: Value) -> str | None:
    """`cls.__name__`, where it is known."""
    match definition.payload:
        case Class(node=node):
            return node.name.value
        case Dotted(name=name) if frameworks.layer(name) is not None:
            return name.rpartition(".")[2]
    return None


def types_in(types: Value) -> tuple[object, ...] | None:
    """The payloads of the second argument of `isinstance`; None if it is not known."""
    members = types.payload.items if isinstance(types.payload, Elements) else (types,)
    if not all(isinstance(member.payload, (Class, Dotted)) for member in members):
        return None
    return tuple(member.payload for member in members)


def is_instance(value: Value, types: tuple[object, ...]) -> bool | None:
    """Whether the layer or object is an instance of one of the classes; None where that is not known."""
    answers = [_is_instance(value, wanted) for wanted in types]
    return True if True in answers else None if None in answers else False


def _is_instance(value: Value, wanted: object) -> bool | None:
    if isinstance(wanted, Dotted) and wanted.name.rpartition(".")[2] == "Module":
        return value.kind in (Kind.LAYER, Kind.MODEL, Kind.LOSS) or None
    match value.payload:
        case Layer(name=name):
            if isinstance(wanted, Dotted) and frameworks.layer(wanted.name) is not None:
                return name.rpartition(".")[2] == wanted.name.rpartition(".")[2]
            return False if isinstance(wanted, Class) else None
        case Instance(of=definition):
            ancestry = definition.ancestry()
            if isinstance(wanted, Class):
                return wanted in ancestry
            if isinstance(wanted, Dotted) and frameworks.layer(wanted.name) is not None:
                last = wanted.name.rpartition(".")[2]
                return any(isinstance(entry, Dotted) and entry.name.rpartition(".")[2] == last for entry in ancestry)
    return None


def examples(machine: Machine, value: Value, types: tuple[object, ...], node: cst.Call) -> list[Value]:
    """What an unknown value is if it is an instance of one of the classes; nothing unless all of them are modules."""
    found = []
    for wanted in types:
        layer = frameworks.layer(wanted.name) if isinstance(wanted, Dotted) else None
        if isinstance(wanted, Dotted) and layer is not None:
            payload = Layer(layer[1], layer[0].name, wanted.name, {}, {}, node)
            found.append(replace(value, kind=Kind.LAYER, payload=payload))
        elif isinstance(wanted, Class) and id(wanted) in machine.instances:
            found.append(machine.instances[id(wanted)])
        else:
            return []
    return found
