"""Methods of lists and dicts: `append`, `update`, `items`. What changes in place is bound anew to what named it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Constant, Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import appended, each, element, is_exact, items_of, mapping, merged, sequence, without
from nanlint.interp.machine import Machine
from nanlint.interp.names import change
from nanlint.interp.objects import Elements, Entries


def container_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    handler = (_MAPPING if isinstance(receiver.payload, Entries) else _SEQUENCE).get(name)
    return None if handler is None else handler(machine, receiver, given, node)


def rebind(machine: Machine, node: cst.Call, before: Value, after: Value) -> None:
    """The container changed in place: what held it holds the new one."""
    change(machine, node.func.value if isinstance(node.func, cst.Attribute) else None, before, after)


def _append(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    rebind(machine, node, receiver, appended(machine, receiver, tuple(v for v, _ in given.positional[-1:])))
    return machine.constant(None)


def _extend(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    more = given.first() or machine.unknown()
    items = items_of(more)
    result = appended(machine, receiver, items if items is not None else (each(machine, more),))
    if items is None or not is_exact(more):
        result = sequence(machine, items_of(result) or (), exact=False)
    rebind(machine, node, receiver, result)
    return machine.constant(None)


def _append_left(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    items = (*(v for v, _ in given.positional[-1:]), *(items_of(receiver) or ()))
    rebind(machine, node, receiver, sequence(machine, items, is_exact(receiver)))
    return machine.constant(None)


def _insert(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    items = list(items_of(receiver) or ())
    index = given.first()
    where = index.constant if index is not None else None
    position = where if isinstance(where, int) else 0
    items[position:position] = [value for value, _ in given.positional[1:2]]
    exact = is_exact(receiver) and isinstance(where, int)
    rebind(machine, node, receiver, sequence(machine, tuple(items), exact))
    return machine.constant(None)


def _pop(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    items = items_of(receiver) or ()
    which = given.first()
    index = -1 if which is None else which.constant
    rest = without(items, index) if is_exact(receiver) else None
    taken = element(machine, receiver, index if isinstance(index, int) else None)
    rebind(machine, node, receiver, sequence(machine, items if rest is None else rest, exact=rest is not None))
    return taken


def _pop_first(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    return _pop(machine, receiver, Arguments(((machine.constant(0), None),)), node)


def _reverse(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    rebind(machine, node, receiver, sequence(machine, (items_of(receiver) or ())[::-1], is_exact(receiver)))
    return machine.constant(None)


def _disordered(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    """`sort`, `remove`, `discard`: some of the items, in some order."""
    rebind(machine, node, receiver, sequence(machine, items_of(receiver) or (), exact=False))
    return machine.constant(None)


def _clear(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    empty = mapping(machine, {}) if isinstance(receiver.payload, Entries) else sequence(machine, ())
    rebind(machine, node, receiver, empty)
    return machine.constant(None)


def _replace(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value | None:
    """`_replace` of a named tuple."""
    payload = receiver.payload
    if not isinstance(payload, Elements) or not payload.names:
        return None
    items = dict(zip(payload.names, payload.items, strict=True))
    items.update({name: value for name, (value, _) in given.named.items() if name in items})
    return machine.thing(receiver.kind, replace(payload, items=tuple(items.values())))


def _as_dict(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value | None:
    payload = receiver.payload
    if not isinstance(payload, Elements) or not payload.names:
        return None
    return mapping(machine, dict(zip(payload.names, payload.items, strict=True)))


def _items(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    entries = _entries(receiver)
    pairs = [sequence(machine, (machine.constant(key), value)) for key, value in entries.items.items()]
    if entries.rest is not None:
        pairs.append(sequence(machine, (machine.unknown(), entries.rest)))
    return sequence(machine, tuple(pairs), entries.exact)


def _keys(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    entries = _entries(receiver)
    keys = [machine.constant(key) for key in entries.items]
    if not entries.exact:
        keys.append(machine.unknown())
    return sequence(machine, tuple(keys), entries.exact)


def _values(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    entries = _entries(receiver)
    rest = () if entries.rest is None else (entries.rest,)
    return sequence(machine, (*entries.items.values(), *rest), entries.exact)


def _entries(receiver: Value) -> Entries:
    return receiver.payload if isinstance(receiver.payload, Entries) else Entries({}, exact=False)


def _get(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    """The entry; what is given instead if it is surely not there; one or the other if nobody knows."""
    entries, key = _entries(receiver), given.first()
    otherwise = given.positional[1][0] if len(given.positional) > 1 else None
    if key is not None and key.constant in entries.items:
        return entries.items[key.constant]
    constant = key is not None and isinstance(key.payload, Constant)
    if entries.exact and constant:
        return otherwise or machine.constant(None)
    some = [*(() if constant else entries.items.values()), *(() if entries.rest is None else (entries.rest,))]
    if some:
        return machine.join([*some, otherwise] if otherwise is not None else some)
    return machine.unknown(receiver) if otherwise is None or otherwise.is_none else otherwise


def _pop_entry(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    entries, key = _entries(receiver), given.first()
    taken = _get(machine, receiver, given, node)
    if key is not None and key.constant in entries.items:
        left = {name: value for name, value in entries.items.items() if name != key.constant}
        rebind(machine, node, receiver, machine.thing(receiver.kind, replace(entries, items=left)))
    return taken


def _setdefault(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    entries, key = _entries(receiver), given.first()
    if key is None or not isinstance(key.payload, Constant):
        return _get(machine, receiver, given, node)
    if key.constant in entries.items:
        return entries.items[key.constant]
    value = _get(machine, receiver, given, node)
    items = {**entries.items, key.constant: value}
    rebind(machine, node, receiver, machine.thing(receiver.kind, replace(entries, items=items)))
    return value


def _update(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    other = given.first()
    named = mapping(machine, {name: value for name, (value, _) in given.named.items()}, not given.star)
    result = merged(machine, receiver, *(() if other is None else (other,)), named)
    rebind(machine, node, receiver, result)
    return machine.constant(None)


def _copy(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> Value:
    return machine.thing(receiver.kind, receiver.payload)


ContainerMethod = Callable[[Machine, Value, Arguments, cst.Call], Value | None]
_SEQUENCE: dict[str, ContainerMethod] = {
    "append": _append,
    "add": _append,
    "extend": _extend,
    "appendleft": _append_left,
    "insert": _insert,
    "pop": _pop,
    "popleft": _pop_first,
    "reverse": _reverse,
    "sort": _disordered,
    "remove": _disordered,
    "discard": _disordered,
    "clear": _clear,
    "copy": _copy,
    "_replace": _replace,
    "_asdict": _as_dict,
}
_MAPPING: dict[str, ContainerMethod] = {
    "items": _items,
    "keys": _keys,
    "values": _values,
    "get": _get,
    "pop": _pop_entry,
    "setdefault": _setdefault,
    "update": _update,
    "clear": _clear,
    "copy": _copy,
}
