"""Builtins that handle objects, attributes and functions: `getattr`, `vars`, `partial`, `property`, `copy`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import attribute, has_attribute, set_attribute
from nanlint.interp.machine import Machine
from nanlint.interp.numbers import Builtin
from nanlint.interp.objects import Elements, Entries, Function, Instance, Partial
from nanlint.interp.records import as_dict, changed


def _getattr(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """An attribute by a constant name; what is given instead counts as a default where nobody knows the attribute."""
    if len(given.positional) < 2:
        return machine.unknown(*given.values)
    (value, expression), (key, _), *rest = given.positional
    name = key.constant
    if not isinstance(name, str) or not name.isidentifier():
        return machine.unknown(value)
    there = has_attribute(value, name)
    if rest and there is not True:
        default = rest[0][0]
        if there is False:
            return default
        if default.kind in (Kind.NUMBER, Kind.INTEGER):
            return machine.argument(default=default)
    return attribute(machine, value, name, cst.Attribute(expression or cst.Name("object"), cst.Name(name)))


def _setattr(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    if len(given.positional) == 3 and isinstance(name := given.positional[1][0].constant, str):
        (owner, expression), _, (value, _) = given.positional
        target = None if expression is None else cst.Attribute(expression, cst.Name(name))
        set_attribute(machine, owner, name, value, target)
    return machine.constant(None)


def _vars(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`vars(args)`: a namespace or an object as a dictionary."""
    value = given.first() or machine.unknown()
    return as_dict(machine, value)


def _namespace(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    items: dict[object, Value] = {name: value for name, (value, _) in given.named.items()}
    return machine.thing(Kind.OBJECT, Entries(items, exact=not given.star))


def _partial(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    function = given.first()
    if function is None:
        return machine.unknown()
    positional = tuple(value for value, _ in given.positional[1:])
    keywords = {name: value for name, (value, _) in given.named.items()}
    return machine.thing(Kind.FUNCTION, Partial(function, positional, keywords))


def _marked(decorator: str) -> Builtin:
    """`staticmethod(f)`, `property(f)`: the function of the file as if it were decorated."""

    def run(machine: Machine, given: Arguments, node: cst.Call) -> Value:
        value = given.first() or machine.unknown()
        if not isinstance(value.payload, Function):
            return value
        return replace(value, payload=replace(value.payload, decorators=(decorator,)))

    return run


def _copy(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """A copy of a container or an object changes for itself."""
    value = given.first() or machine.unknown()
    if isinstance(value.payload, (Elements, Entries)):
        return machine.thing(value.kind, value.payload)
    if value.kind is Kind.UNKNOWN and value.payload is None:  # a model from elsewhere, say: its copy is cast by itself
        return replace(value, made_by=Operation(Op.COPY, (value,), number=next(machine.fresh_numbers)))
    return changed(machine, value, {}) if isinstance(value.payload, Instance) else value


REFLECTION: dict[str, Builtin] = {
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.vars": _vars,
    "builtins.staticmethod": _marked("staticmethod"),
    "builtins.classmethod": _marked("classmethod"),
    "builtins.property": _marked("property"),
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
}
