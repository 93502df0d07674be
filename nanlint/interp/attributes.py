"""Attribute access: modules, objects of the file, arrays, and everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from nanlint.domain.interval import EVERYTHING
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Call
from nanlint.frameworks.model import Framework
from nanlint.interp.arguments import Arguments
from nanlint.interp.classes import class_member, instance_attribute, super_attribute
from nanlint.interp.containers import overwritten
from nanlint.interp.functions import bound_to, call_function
from nanlint.interp.limits import limit
from nanlint.interp.linking import member
from nanlint.interp.machine import Machine
from nanlint.interp.modules import class_name, class_of
from nanlint.interp.names import TARGETS, assign, change
from nanlint.interp.objects import (
    Chain,
    Class,
    Dotted,
    Elements,
    Entries,
    FilePath,
    FloatInfo,
    Function,
    Graph,
    Instance,
    Layer,
    Linked,
    Member,
    Partial,
    Rows,
    Shape,
    Super,
    TrainingState,
)
from nanlint.interp.own_gradients import applied
from nanlint.interp.paths import parent
from nanlint.interp.promises import index_by_name, small_by_name
from nanlint.interp.rates import rate_attribute_set
from nanlint.interp.store import narrow
from nanlint.interp.values import choices

STARTS = frozenset({Op.UNIFORM, Op.NORMAL, Op.FULL, Op.LIKE, Op.EYE, Op.TENSOR})
"""Operations that compute nothing from what an array held."""
HAVE_ATTRIBUTES = (Instance, Class, Entries, Dotted, TrainingState)
WRAPPED = frozenset({"module", "_orig_mod"})
"""Where `DataParallel` and `torch.compile` keep the model."""
BY_NAME = {table.name: table for table in frameworks.FRAMEWORKS}
DETACHED = frozenset(name for table in frameworks.FRAMEWORKS for name in table.detached)


def attribute(machine: Machine, value: Value, name: str, node: cst.Attribute) -> Value:
    """`value.name`."""
    if name in ("__class__", "__name__") and (known := _class_or_name(machine, value, name)) is not None:
        return known
    handler = _OF.get(type(value.payload))
    found = None if handler is None else handler(machine, value.payload, value, name)
    if found is not None:
        return narrow(found, machine.store.facts)
    either = choices(value)
    if any(isinstance(choice.payload, HAVE_ATTRIBUTES) for choice in either):
        return machine.join([attribute(machine, choice, name, node) for choice in either])
    return _other_attribute(machine, value, name, node)


def _of_instance(machine: Machine, _: Instance, value: Value, name: str) -> Value:
    found = instance_attribute(machine, value, name)
    if found is None:
        return value if name in WRAPPED else unknown_attribute(machine, value, name)
    return found


def _of_super(machine: Machine, payload: Super, _: Value, name: str) -> Value:
    return super_attribute(machine, payload, name) or machine.thing(Kind.FUNCTION, Member(payload.instance, name))


def _of_entries(machine: Machine, payload: Entries, value: Value, name: str) -> Value | None:
    return value if name == "__dict__" else payload.items.get(name)


def _of_elements(machine: Machine, payload: Elements, _: Value, name: str) -> Value | None:
    return payload.items[payload.names.index(name)] if name in payload.names else None


def _of_chain(machine: Machine, payload: Chain, value: Value, name: str) -> Value | None:
    if name in payload.names:
        return payload.layers[payload.names.index(name)]
    return value if name in WRAPPED else None


_ENDS: dict[str, Callable[[Graph], Value]] = {
    **dict.fromkeys(("input", "inputs"), lambda graph: graph.inputs),
    **dict.fromkeys(("output", "outputs"), lambda graph: graph.outputs),
}


# The key is the type of the payload, which no type checker can express; hence Any.
_OF: dict[type, Callable[[Machine, Any, Value, str], Value | None]] = {
    Dotted: lambda machine, payload, value, name: dotted_attribute(machine, f"{payload.name}.{name}"),
    Linked: lambda machine, payload, value, name: member(machine, payload, name),
    Instance: _of_instance,
    Super: _of_super,
    Class: lambda machine, payload, value, name: _class_attribute(machine, value, payload, name),
    FloatInfo: lambda machine, payload, value, name: limit(machine, payload.dtype, name),
    Entries: _of_entries,
    Rows: lambda machine, payload, value, name: payload.attributes.get(name),
    Elements: _of_elements,
    Chain: _of_chain,
    Graph: lambda machine, payload, value, name: _ENDS[name](payload) if name in _ENDS else None,
    Layer: lambda machine, payload, value, name: value if name in WRAPPED else None,
    TrainingState: lambda machine, payload, value, name: payload.items.get(name),
    FilePath: lambda machine, payload, value, name: parent(machine, payload) if name == "parent" else None,
    Partial: lambda machine, payload, value, name: payload.function if name == "func" else None,
}
"""By the type of the owner's payload; None: no attribute that is known."""


def has_attribute(value: Value, name: str) -> bool | None:
    """Whether the object has the attribute; None if nobody knows."""
    payload = value.payload
    if isinstance(payload, Entries):
        return name in payload.items
    if isinstance(payload, Instance):
        if name in payload.cells or payload.of.lookup(name) is not None:
            return True
        return False if all(isinstance(entry, Class) for entry in payload.of.ancestry()) else None
    if isinstance(payload, Class):
        return True if payload.lookup(name) is not None else None
    return True if isinstance(payload, (Dotted, Linked)) or value.kind is Kind.TENSOR else None


def set_attribute(machine: Machine, owner: Value, name: str, value: Value, target: cst.Attribute | None) -> None:
    """`owner.name = value`; `target` is the left side, if it is written so."""
    payload = owner.payload
    if isinstance(payload, Instance):
        setter = payload.of.lookup(("setter", name))
        function = bound_to(setter[1], owner).payload if setter is not None else None
        if isinstance(function, Function):
            call_function(machine, function, Arguments(((value, None),)), function.node)
        else:
            machine.store.write(payload.cells, name, value)
    elif isinstance(payload, Class):
        machine.store.write(payload.cells, name, value)
    elif isinstance(payload, Entries):
        entries = replace(payload, items={**payload.items, name: value})
        change(machine, target and target.value, owner, machine.thing(owner.kind, entries))
    elif name == "data" and owner.kind in (Kind.TENSOR, Kind.UNKNOWN) and target is not None:
        assign(machine, target.value, _refilled(owner, overwritten(machine, owner, value, target)))
    else:
        rate_attribute_set(machine, owner, name, value, target)
        machine.store.write(machine.attributes, (owner.number, name), value)


def _refilled(owner: Value, new: Value) -> Value:
    """It takes part in gradients as before; what only sets the start of its training bounds nothing."""
    if not owner.gradient:
        return new
    start = new.made_by.operands[0].op in STARTS
    return replace(new, gradient=True, range=EVERYTHING, known=False) if start else replace(new, gradient=True)


def _assign_attribute(machine: Machine, target: cst.Attribute, value: Value) -> None:
    set_attribute(machine, machine.evaluate(target.value), target.attr.value, value, target)


def _class_or_name(machine: Machine, value: Value, name: str) -> Value | None:
    if name == "__class__":
        return class_of(machine, value)
    known = class_name(value)
    return None if known is None else machine.constant(known)


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
    name = frameworks.canonical(machine.told.meant(name))
    number = frameworks.constant(name)
    if number is not None:
        return machine.constant(number)
    return machine.attributes.get(name) or machine.dotted(name)


def _class_attribute(machine: Machine, value: Value, definition: Class, name: str) -> Value:
    found = definition.lookup(name)
    if found is None:
        own = applied(machine, definition) if name == "apply" else None
        return own or unknown_attribute(machine, value, name)
    function = found[1].payload
    if isinstance(function, Function) and function.bound_kind == "class":
        return bound_to(found[1], value)
    return class_member(machine, found[1], value) if not isinstance(function, Function) else found[1]


def _array_attribute(machine: Machine, framework: Framework, value: Value, name: str, node: cst.Attribute) -> Value:
    found = machine.record(
        framework.attributes[name].op,
        (value,),
        node,
        operand_nodes=(node.value,),
        framework=framework.name,
        kind=value.kind,
        spelling="." + name,
        default_float=value.dtype,
    )
    return replace(found, gradient=False) if name in framework.detached else found


def array_framework(machine: Machine, value: Value, method: str = "", *keywords: str) -> Framework | None:
    """The framework whose array the value is or may be: its own, else the first imported one that has the method.

    Its own has no method of that name where the array was handed over: `x.numpy().astype(float)`. Before others comes
    one that spells the keywords of the call so: `x.max(axis=-1)` is NumPy's, `x.max(dim=-1)` is not.
    """
    made = BY_NAME.get(value.made_by.framework)
    own = made if made is not None and made.methods else None
    if own is not None and (not method or _has_method(own, method)):
        return own
    imported = [table for table in frameworks.FRAMEWORKS if table.methods and table.name in machine.imported]
    having = [table for table in imported if _has_method(table, method)]
    spelled = [table for table in having if keywords and _spells(table, method, keywords)]
    return next(iter(spelled or having), own or next(iter(imported), None))


def _has_method(table: Framework, name: str) -> bool:
    return name in table.methods or (table.in_place and name.endswith("_") and name[:-1] in table.methods)


def _spells(table: Framework, method: str, keywords: tuple[str, ...]) -> bool:
    """The keywords are parameters of one of the forms, under their own names."""
    entry = table.methods.get(method)
    if entry is None:
        return False
    forms = (entry,) if isinstance(entry, Call) else (entry.binary, entry.otherwise)
    return any({parameter.spelled for parameter in form.parameters} >= set(keywords) for form in forms)


def unknown_attribute(machine: Machine, value: Value, name: str) -> Value:
    """An attribute of which nothing is known; read twice, it is the same value."""
    number = machine.numbers.setdefault(("attribute", value.number, name), next(machine.fresh_numbers))
    made_by = Operation(Op.ATTRIBUTE, (value,), number=number, framework=value.made_by.framework)
    own = isinstance(value.payload, Instance)  # a buffer or parameter that was made elsewhere
    recorded = own or (value.gradient and name not in DETACHED)
    gradient = recorded and not machine.active.no_gradient and not index_by_name(name)
    bounds = small_by_name(name)
    result = Value(Kind.UNKNOWN, made_by, bounds, gradient=gradient, payload=Member(value, name))
    return narrow(result, machine.store.facts)


TARGETS[cst.Attribute] = _assign_attribute
