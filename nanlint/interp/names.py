"""Bindings: imports, assignment targets, deletion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.containers import element, stored
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.objects import Elements, Entries, Instance, Layer

BY_ROOT = {root: framework.name for framework in FRAMEWORKS for root in framework.roots}


def dotted_name(node: cst.BaseExpression | None) -> str:
    """`a.b.c` of a chain of names, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join([node.value, *reversed(parts)])


def import_modules(machine: Machine, node: cst.Import) -> bool:
    for alias in node.names:
        name = dotted_name(alias.name)
        _imported(machine, name)
        bound = _alias(alias)
        if bound:
            machine.bind(bound, machine.dotted(name))
        else:
            root = name.partition(".")[0]
            machine.bind(root, machine.dotted(root))
    return True


def import_from(machine: Machine, node: cst.ImportFrom) -> bool:
    if isinstance(node.names, cst.ImportStar):
        return True
    module = "." * len(node.relative) + dotted_name(node.module)
    _imported(machine, module)
    for alias in node.names:
        name = dotted_name(alias.name)
        separator = "" if module.endswith(".") else "."
        machine.bind(_alias(alias) or name, machine.dotted(f"{module}{separator}{name}"))
    return True


def _imported(machine: Machine, name: str) -> None:
    framework = BY_ROOT.get(name.partition(".")[0])
    if framework is not None:
        machine.imported.add(framework)


def _alias(alias: cst.ImportAlias) -> str:
    return alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""


def assign(machine: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Binds the target of an assignment, a `for`, a `with`, a walrus or a pattern."""
    handler = TARGETS.get(type(target))
    if handler is not None:
        handler(machine, target, value)


def _assign_name(machine: Machine, target: cst.Name, value: Value) -> None:
    machine.bind(target.value, value)


def _assign_tuple(machine: Machine, target: cst.Tuple | cst.List, value: Value) -> None:
    count = len(target.elements)
    starred = [i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)]
    for i, part in enumerate(target.elements):
        if isinstance(part, cst.StarredElement):
            rest = machine.thing(Kind.SEQUENCE, Elements((element(machine, value, None),), exact=False))
            assign(machine, part.value, rest)
        else:
            index = i if not starred or i < starred[0] else i - count
            assign(machine, part.value, element(machine, value, index))


def _assign_attribute(machine: Machine, target: cst.Attribute, value: Value) -> None:
    owner = machine.evaluate(target.value)
    name = target.attr.value
    if isinstance(owner.payload, Instance):
        machine.store.write(owner.payload.cells, name, value)
    elif isinstance(owner.payload, Entries):
        entries = Entries({**owner.payload.items, name: value}, owner.payload.exact, owner.payload.rest)
        assign(machine, target.value, replace(owner, payload=entries))
    elif name == "data" and owner.kind in (Kind.TENSOR, Kind.UNKNOWN):
        assign(machine, target.value, value)
    else:
        machine.store.write(machine.attributes, (owner.number, name), value)


def _assign_subscript(machine: Machine, target: cst.Subscript, value: Value) -> None:
    """`x[i] = v`: a container or an array that now also holds `v`; the name on the left gets the new value."""
    owner = machine.evaluate(target.value)
    keys = [machine.evaluate(part.slice.value) for part in target.slice if isinstance(part.slice, cst.Index)]
    for part in target.slice:
        if isinstance(part.slice, cst.Slice):
            for bound in (part.slice.lower, part.slice.upper, part.slice.step):
                if bound is not None:
                    machine.evaluate(bound)
    if isinstance(owner.payload, (Layer, Instance)) or owner.kind in (Kind.STRING, Kind.MODULE):
        return
    key = keys[0] if len(keys) == 1 and len(target.slice) == 1 else None
    new = stored(machine, owner, key, value, target)
    if new is not None:
        assign(machine, target.value, new)


TARGETS: dict[type[cst.CSTNode], Callable[[Machine, Any, Value], None]] = {
    cst.Name: _assign_name,
    cst.Tuple: _assign_tuple,
    cst.List: _assign_tuple,
    cst.Attribute: _assign_attribute,
    cst.Subscript: _assign_subscript,
}


def delete(machine: Machine, node: cst.Del) -> bool:
    targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else [cst.Element(node.target)]
    for target in targets:
        if isinstance(target.value, cst.Name):
            machine.store.delete(machine.active.scope.cells, target.value.value)
    return True


def declare_global(machine: Machine, node: cst.Global) -> bool:
    machine.active.scope.global_names.update(item.name.value for item in node.names)
    return True


def declare_nonlocal(machine: Machine, node: cst.Nonlocal) -> bool:
    machine.active.scope.nonlocal_names.update(item.name.value for item in node.names)
    return True


STATEMENTS.update(
    {
        cst.Import: import_modules,
        cst.ImportFrom: import_from,
        cst.Del: delete,
        cst.Global: declare_global,
        cst.Nonlocal: declare_nonlocal,
    }
)
