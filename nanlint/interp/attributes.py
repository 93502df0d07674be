"""Attribute access: modules, objects of the file, arrays, and everything else."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.model import Framework
from nanlint.interp.classes import class_member, instance_attribute, super_attribute
from nanlint.interp.functions import bound_to
from nanlint.interp.limits import limit
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Class, Dotted, Elements, Entries, FloatInfo, Function, Instance, Member, Shape, Super
from nanlint.interp.parameters import small_by_name
from nanlint.interp.store import narrow
from nanlint.interp.values import choices

HAVE_ATTRIBUTES = (Instance, Class, Entries, Dotted)
BY_NAME = {table.name: table for table in frameworks.FRAMEWORKS}


def attribute(machine: Machine, value: Value, name: str, node: cst.Attribute) -> Value:
    """`value.name`."""
    payload = value.payload
    if isinstance(payload, Dotted):
        return dotted_attribute(machine, f"{payload.name}.{name}")
    if isinstance(payload, Instance):
        found = instance_attribute(machine, value, name)
        return narrow(found, machine.store.facts) if found is not None else unknown_attribute(machine, value, name)
    if isinstance(payload, Super):
        found = super_attribute(machine, payload, name)
        return found if found is not None else machine.thing(Kind.FUNCTION, Member(payload.instance, name))
    if isinstance(payload, Class):
        return _class_attribute(machine, value, payload, name)
    if isinstance(payload, FloatInfo):
        return limit(machine, payload.dtype, name)
    if isinstance(payload, Entries) and name in payload.items:
        return narrow(payload.items[name], machine.store.facts)
    if isinstance(payload, Elements) and name in payload.names:
        return payload.items[payload.names.index(name)]
    either = choices(value)
    if any(isinstance(choice.payload, HAVE_ATTRIBUTES) for choice in either):
        return machine.join([attribute(machine, choice, name, node) for choice in either])
    return _other_attribute(machine, value, name, node)


def _other_attribute(machine: Machine, value: Value, name: str, node: cst.Attribute) -> Value:
    """An attribute of an array or of something unknown."""
    written = machine.attributes.get((value.number, name))
    if written is not None:
        return narrow(written, machine.store.facts)
    if value.kind in (Kind.TENSOR, Kind.UNKNOWN) and name == "shape":
        return machine.thing(Kind.SEQUENCE, Shape(value))
    framework = array_framework(machine, value) if value.kind is Kind.TENSOR else BY_NAME.get(value.made_by.framework)
    if framework is not None and name in framework.attributes:
        return _array_attribute(machine, framework, value, name, node)
    return unknown_attribute(machine, value, name)


def dotted_attribute(machine: Machine, name: str) -> Value:
    """Something of a module: a number (`math.pi`) if the tables say so, else a longer dotted name."""
    number = frameworks.constant(name)
    if number is not None:
        return machine.constant(number)
    return machine.dotted(name)


def _class_attribute(machine: Machine, value: Value, definition: Class, name: str) -> Value:
    found = definition.lookup(name)
    if found is None:
        return unknown_attribute(machine, value, name)
    function = found[1].payload
    if isinstance(function, Function) and function.bound_kind == "class":
        return bound_to(found[1], value)
    return class_member(machine, found[1], value) if not isinstance(function, Function) else found[1]


def _array_attribute(machine: Machine, framework: Framework, value: Value, name: str, node: cst.Attribute) -> Value:
    return machine.record(
        framework.attributes[name].op,
        (value,),
        node,
        operand_nodes=(node.value,),
        framework=framework.name,
        kind=value.kind,
        spelling="." + name,
        default_float=value.dtype,
    )


def array_framework(machine: Machine, value: Value, method: str = "") -> Framework | None:
    """The framework whose array the value is or may be: its own, else the first imported one that has the method."""
    own = BY_NAME.get(value.made_by.framework)
    if own is not None and own.methods:
        return own
    imported = [table for table in frameworks.FRAMEWORKS if table.methods and table.name in machine.imported]
    having = [table for table in imported if method in table.methods]
    return next(iter(having or imported), None)


def unknown_attribute(machine: Machine, value: Value, name: str) -> Value:
    """An attribute of which nothing is known; read twice, it is the same value."""
    number = machine.numbers.setdefault(("attribute", value.number, name), next(machine.fresh_numbers))
    made_by = Operation(Op.ATTRIBUTE, (value,), number=number, framework=value.made_by.framework)
    own = isinstance(value.payload, Instance)  # a buffer or parameter that was made elsewhere
    gradient = (own or value.gradient) and not machine.active.no_gradient
    bounds = small_by_name(name)
    result = Value(Kind.UNKNOWN, made_by, bounds, gradient=gradient, payload=Member(value, name))
    return narrow(result, machine.store.facts)
