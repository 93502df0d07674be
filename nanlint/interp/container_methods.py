"""Methods of lists and dicts: `append`, `update`, `items`. What changes in place is bound anew to what named it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from nanlint.domain.value import Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import appended, each, element, items_of, mapping, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.names import assign
from nanlint.interp.objects import Elements, Entries


def container_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    handler = (_MAPPING if isinstance(receiver.payload, Entries) else _SEQUENCE).get(name)
    return None if handler is None else handler(machine, receiver, given, node)


def rebind(machine: Machine, node: cst.Call, value: Value) -> None:
    """The container changed in place: what named it holds the new one."""
    if isinstance(node.func, cst.Attribute):
        assign(machine, node.func.value, value)


def _append(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    rebind(machine, node, appended(machine, receiver, tuple(v for v, _ in given.positional[-1:])))
    return machine.constant(None)


def _extend(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    more = given.first() or machine.unknown()
    items = items_of(more)
    result = appended(machine, receiver, items if items is not None else (each(machine, more),))
    if items is None or (isinstance(more.payload, Elements) and not more.payload.exact):
        result = sequence(machine, items_of(result) or (), exact=False)
    rebind(machine, node, result)
    return machine.constant(None)


def _insert(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    new = tuple(v for v, _ in given.positional[1:2])
    rebind(machine, node, sequence(machine, (*new, *(items_of(receiver) or ())), exact=False))
    return machine.constant(None)


def _pop(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    taken = element(machine, receiver, -1 if not given.positional else None)
    rebind(machine, node, sequence(machine, items_of(receiver) or (), exact=False))
    return taken


def _items(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    payload = receiver.payload
    entries = payload.items if isinstance(payload, Entries) else {}
    pairs = tuple(sequence(machine, (machine.constant(key), value)) for key, value in entries.items())
    return sequence(machine, pairs, isinstance(payload, Entries) and payload.exact)


def _values(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    payload = receiver.payload
    entries = payload.items if isinstance(payload, Entries) else {}
    return sequence(machine, tuple(entries.values()), isinstance(payload, Entries) and payload.exact)


def _get(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    payload, key = receiver.payload, given.first()
    entries = payload.items if isinstance(payload, Entries) else {}
    if key is not None and key.constant in entries:
        return entries[key.constant]
    return given.positional[1][0] if len(given.positional) > 1 else machine.unknown(receiver)


def _update(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    payload, other = receiver.payload, given.first()
    items = dict(payload.items) if isinstance(payload, Entries) else {}
    exact = isinstance(payload, Entries) and payload.exact
    if other is not None:
        items.update(other.payload.items if isinstance(other.payload, Entries) else {})
        exact = exact and isinstance(other.payload, Entries)
    items.update({name: value for name, (value, _) in given.named.items()})
    rebind(machine, node, mapping(machine, items, exact))
    return machine.constant(None)


def _copy(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    return receiver


ContainerMethod = Callable[[Machine, Value, Arguments, cst.Call], Value]
_SEQUENCE: dict[str, ContainerMethod] = {
    "append": _append,
    "add": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "copy": _copy,
}
_MAPPING: dict[str, ContainerMethod] = {
    "items": _items,
    "values": _values,
    "get": _get,
    "pop": _get,
    "update": _update,
    "copy": _copy,
}
