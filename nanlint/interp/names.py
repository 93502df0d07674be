"""Bindings: imports, assignment targets, deletion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS, canonical, provided
from nanlint.interp.containers import element, is_exact, items_of, stored, without
from nanlint.interp.identity import replace_everywhere
from nanlint.interp.linking import import_everything, linked
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.objects import Elements, Entries, Instance, Layer
from nanlint.interp.rates import rate_set

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
        root = name.partition(".")[0]
        machine.bind(bound or root, _module(machine, name if bound else root))
    return True


def import_from(machine: Machine, node: cst.ImportFrom) -> bool:
    module = "." * len(node.relative) + dotted_name(node.module)
    _imported(machine, module)
    if isinstance(node.names, cst.ImportStar):
        names = import_everything(machine, module)
        machine.imported.update(BY_ROOT[name] for name in names if name in BY_ROOT)
        return True
    for alias in node.names:
        name = dotted_name(alias.name)
        separator = "" if module.endswith(".") else "."
        full = f"{module}{separator}{name}"
        machine.bind(_alias(alias) or name, _module(machine, full))
    return True


def _module(machine: Machine, name: str) -> Value:
    """What an import binds: something of another file of the run, or of a package outside."""
    foreign = machine.told.meant(name) != name
    return (None if foreign else linked(machine, name)) or machine.dotted(name)


def _imported(machine: Machine, name: str) -> None:
    name = machine.told.meant(name)
    for written in (name, canonical(name), *provided(name.partition(".")[0])):
        framework = BY_ROOT.get(written.partition(".")[0])
        if framework is not None:
            machine.imported.add(framework)


def _alias(alias: cst.ImportAlias) -> str:
    return alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""


def assign(machine: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Binds the target of an assignment, a `for`, a `with`, a walrus or a pattern."""
    handler = TARGETS.get(type(target))
    if handler is not None:
        handler(machine, target, value)


def change(machine: Machine, target: cst.BaseExpression | None, old: Value, new: Value) -> None:
    """The object `old`, written as `target`, changes in place to `new`, whatever else holds it."""
    if target is not None:
        assign(machine, target, new)
    replace_everywhere(machine, old, new)


def _assign_name(machine: Machine, target: cst.Name, value: Value) -> None:
    machine.bind(target.value, value)


def _assign_tuple(machine: Machine, target: cst.Tuple | cst.List, value: Value) -> None:
    count = len(target.elements)
    starred = [i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)]
    for i, part in enumerate(target.elements):
        if isinstance(part, cst.StarredElement):
            items = items_of(value) if is_exact(value) else None
            left = (element(machine, value, None),) if items is None else items[i : len(items) - (count - 1 - i)]
            assign(machine, part.value, machine.thing(Kind.SEQUENCE, Elements(left, exact=items is not None)))
        else:
            index = i if not starred or i < starred[0] else i - count
            assign(machine, part.value, element(machine, value, index))


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
    rate_set(machine, owner, key, value, target)
    new = stored(machine, owner, key, value, target)
    if new is not None:
        change(machine, target.value, owner, new)


TARGETS: dict[type[cst.CSTNode], Callable[[Machine, Any, Value], None]] = {
    cst.Name: _assign_name,
    cst.Tuple: _assign_tuple,
    cst.List: _assign_tuple,
    cst.Subscript: _assign_subscript,
}


def delete(machine: Machine, node: cst.Del) -> bool:
    targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else [cst.Element(node.target)]
    for target in targets:
        if isinstance(target.value, cst.Name):
            machine.store.delete(machine.active.scope.cells, target.value.value)
        elif isinstance(target.value, cst.Subscript):
            _delete_item(machine, target.value)
    return True


def _delete_item(machine: Machine, target: cst.Subscript) -> None:
    """`del xs[0]`, `del d["key"]`."""
    owner = machine.evaluate(target.value)
    part = target.slice[0].slice if len(target.slice) == 1 else None
    key = machine.evaluate(part.value).constant if isinstance(part, cst.Index) else None
    payload = owner.payload
    if isinstance(payload, Entries):
        left = {name: value for name, value in payload.items.items() if name != key}
        change(machine, target.value, owner, machine.thing(owner.kind, replace(payload, items=left)))
    elif isinstance(payload, Elements):
        items = without(payload.items, key) if payload.exact else None
        rest = Elements(payload.items if items is None else items, exact=items is not None)
        change(machine, target.value, owner, machine.thing(owner.kind, rest))


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
