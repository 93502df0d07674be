"""Classes of the file: definition, instances, attribute lookup through the bases, models."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.activation import Activation
from nanlint.interp.arguments import Arguments
from nanlint.interp.functions import bound_to, call_function, decorated
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.objects import (
    Cells,
    Chain,
    Class,
    Dotted,
    Elements,
    Entries,
    Field,
    Function,
    Instance,
    Scope,
    Shape,
    Super,
)
from nanlint.interp.optimizers import is_optimizer, own_optimizer
from nanlint.interp.own_gradients import has_own_gradient, mark
from nanlint.interp.parameters import UNFILLED
from nanlint.interp.records import fill, is_record, tuple_fields
from nanlint.interp.trace import Frame

LAYERS = ("layers",)
"""The attribute under which an object of a class that derives from `Sequential` keeps its chain."""
SEQUENTIAL = frozenset(name for framework in FRAMEWORKS for name in framework.sequential)
MODEL_BASES = frozenset(name for framework in FRAMEWORKS for name in framework.model_bases)
PREPARE = tuple(framework.prepare for framework in FRAMEWORKS if framework.prepare)
PREPARED = ("prepared",)
"""The attribute of an object whose weights are made."""
FORWARD = tuple(dict.fromkeys(framework.forward for framework in FRAMEWORKS if framework.model_bases))


def define_class(machine: Machine, node: cst.ClassDef) -> bool:
    values = [machine.evaluate(decorator.decorator) for decorator in node.decorators]
    decorators = tuple(_dotted_name(machine, decorator.decorator) for decorator in node.decorators)
    bases = tuple(machine.evaluate(argument.value) for argument in node.bases)
    for keyword in node.keywords:
        machine.evaluate(keyword.value)
    outer = machine.active
    prefix = outer.frame.name
    name = f"{prefix}.{node.name.value}" if prefix else node.name.value
    cells = Cells(heap=True)
    definition = Class(node, name, bases, cells, decorators, tuple_fields(node, bases))
    frame = Frame(name, name, node, outer.frame, outer.frame.entry, path=outer.scope.path)
    machine.active = Activation(frame, Scope(cells, outer.scope, is_class=True), owner=definition)
    machine.execute(node.body)
    machine.active = outer
    if has_own_gradient(definition):
        mark(machine, cells.values())
    if not machine.dry:
        machine.classes.append(definition)
    machine.bind(node.name.value, decorated(machine, machine.thing(Kind.CLASS, definition), values))
    return True


def _dotted_name(machine: Machine, node: cst.BaseExpression) -> str:
    """The decorator's dotted name, with arguments or without, if it stands outside the file; else ""."""
    payload = machine.evaluate(node.func if isinstance(node, cst.Call) else node).payload
    return payload.name if isinstance(payload, Dotted) else ""


def is_model(definition: Class) -> bool:
    """It derives from a framework's base class of models."""
    return any(isinstance(entry, Dotted) and entry.name in MODEL_BASES for entry in definition.ancestry())


def instantiate(machine: Machine, definition: Class, given: Arguments | None, node: cst.CSTNode | None) -> Value:
    """A new instance after its `__init__`; without one, keywords become attributes."""
    instance = new_instance(machine, definition, given, node)
    found = definition.lookup("__init__")
    if found is not None:
        constructor = bound_to(found[1], instance).payload
        if isinstance(constructor, Function):
            call_function(machine, constructor, given or Arguments(star=True), node or definition.node)
    elif _is_sequential(definition):
        set_layers(machine, instance, given or Arguments(star=True))
    elif is_record(definition):
        fill(machine, instance, definition, given or Arguments(star=True), node)
    elif given is not None and isinstance(instance.payload, Instance):
        fields = [key for key, member in definition.cells.items() if not isinstance(member.payload, Function)]
        for key, (value, _) in [*zip(fields, given.positional, strict=False), *given.named.items()]:
            machine.store.write(instance.payload.cells, key, value)
    _prepare(machine, instance, definition, node)
    return instance


def _prepare(machine: Machine, instance: Value, definition: Class, node: cst.CSTNode | None) -> None:
    """Runs the method by which a model makes its layers or weights before it is called: `setup`, `build`."""
    names = {entry.name for entry in definition.ancestry() if isinstance(entry, Dotted)}
    name = next((table.prepare for table in FRAMEWORKS if table.prepare and names & table.model_bases), "")
    method = instance_attribute(machine, instance, name) if name else None
    if method is not None and isinstance(method.payload, Function):
        call_function(machine, method.payload, Arguments(star=True), node or definition.node)


def _is_sequential(definition: Class) -> bool:
    return any(isinstance(entry, Dotted) and entry.name in SEQUENTIAL for entry in definition.ancestry())


def set_layers(machine: Machine, instance: Value, given: Arguments) -> None:
    """The constructor of `Sequential`, called for an object of a class that derives from it."""
    if isinstance(instance.payload, Instance) and _is_sequential(instance.payload.of):
        chain = sequential(given)
        machine.store.write(instance.payload.cells, LAYERS, machine.thing(Kind.LAYER, chain))
        for name, layer in zip(chain.names, chain.layers, strict=False):
            machine.store.write(instance.payload.cells, name, layer)


def sequential(given: Arguments) -> Chain:
    """`Sequential(a, b)`, `Sequential(*layers)`, `Sequential(OrderedDict(a=...))`, `Compose([a, b])`.

    `named_chain(("clip", a), ("adam", b))` is one as well.
    """
    values = tuple(value for value, _ in given.positional) or tuple(v for v in given.values if v.constant is None)[:1]
    if len(values) == 1 and isinstance(values[0].payload, Entries):
        entries = values[0].payload
        names = tuple(entries.items) if all(isinstance(name, str) for name in entries.items) else ()
        return Chain(tuple(entries.items.values()), entries.exact, names=names)
    if len(values) == 1 and isinstance(values[0].payload, Elements):
        items = tuple(item for item in values[0].payload.items if item.kind is not Kind.TENSOR)
        return Chain(items, values[0].payload.exact)  # a symbolic input among layers only tells a shape
    return Chain(tuple(_unnamed(value) for value in values), not given.star)


def _unnamed(value: Value) -> Value:
    """A layer that comes with its name before it."""
    pair = value.payload.items if isinstance(value.payload, Elements) else ()
    return pair[1] if len(pair) == 2 and pair[0].kind is Kind.STRING else value


def new_instance(machine: Machine, definition: Class, given: Arguments | None, node: cst.CSTNode | None) -> Value:
    payload = Instance(definition, Cells(heap=True))
    kind = Kind.MODEL if is_model(definition) else Kind.OPTIMIZER if is_optimizer(definition) else Kind.OBJECT
    if kind is Kind.OPTIMIZER and given is not None and isinstance(node, cst.Call):
        instance = own_optimizer(machine, payload, given, node)
    else:
        instance = machine.thing(kind, payload)
    machine.instances.setdefault(id(definition), instance)
    return instance


def instance_attribute(machine: Machine, instance: Value, name: str) -> Value | None:
    """An attribute of the object or of its class; methods come bound, properties are called."""
    payload = instance.payload
    if not isinstance(payload, Instance):
        return None
    if name in payload.cells:
        return payload.cells[name]
    found = payload.of.lookup(name)
    return None if found is None else class_member(machine, found[1], instance)


def class_member(machine: Machine, member: Value, instance: Value) -> Value:
    function = member.payload
    if isinstance(function, Field):
        return function.default or machine.unknown()
    if not isinstance(function, Function):
        return member
    bound = bound_to(member, instance)
    if function.bound_kind == "property" and isinstance(bound.payload, Function):
        return call_function(machine, bound.payload, Arguments(), function.node)
    return bound


def super_attribute(machine: Machine, payload: Super, name: str) -> Value | None:
    instance = payload.instance.payload
    if not isinstance(instance, Instance):
        return None
    ancestry = instance.of.ancestry()
    behind = ancestry[ancestry.index(payload.after) + 1 :] if payload.after in ancestry else []
    for entry in behind:
        if isinstance(entry, Class) and name in entry.cells:
            return class_member(machine, entry.cells[name], payload.instance)
    return None


def forward_method(machine: Machine, instance: Value) -> Value | None:
    """What runs when an object is called."""
    for name in ("__call__", *FORWARD):
        method = instance_attribute(machine, instance, name)
        if method is not None and isinstance(method.payload, Function):
            return method
    return None


def prepare(machine: Machine, instance: Value, given: Arguments) -> None:
    """Before the first call of a layer, its method that makes the weights runs; it is given the shape of the input."""
    payload = instance.payload
    if not isinstance(payload, Instance) or PREPARED in payload.cells or instance.kind is not Kind.MODEL:
        return
    machine.store.write(payload.cells, PREPARED, machine.constant(True))
    for name in PREPARE:
        method = instance_attribute(machine, instance, name)
        if method is not None and isinstance(method.payload, Function):
            shape = machine.thing(Kind.SEQUENCE, Shape(given.first() or machine.unknown()))
            call_function(machine, method.payload, Arguments(((shape, None),)), method.payload.node)


def _unfilled(machine: Machine, definition: Class) -> Value | None:
    return instantiate(machine, definition, None, None) if is_record(definition) else None


STATEMENTS[cst.ClassDef] = define_class
UNFILLED[Class] = _unfilled
