"""Tuples, lists, dicts and arrays as containers: taking an element out, putting one in, going over them."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.interval import NON_NEGATIVE
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.guards import implied
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Chain, Elements, Entries, Rows, Shape
from nanlint.interp.store import narrow
from nanlint.interp.values import MAX_JOINED, choices


def sequence(machine: Machine, items: tuple[Value, ...], exact: bool = True) -> Value:
    return machine.thing(Kind.SEQUENCE, Elements(items, exact))


def mapping(machine: Machine, items: dict[object, Value], exact: bool = True) -> Value:
    return machine.thing(Kind.MAPPING, Entries(items, exact))


def element(machine: Machine, value: Value, index: int | None) -> Value:
    """Element `index` of a sequence (None: any of them), without an event."""
    items = items_of(value)
    if items is not None:
        if index is not None and _exact(value) and -len(items) <= index < len(items):
            return items[index]
        if index == -1 and items:
            return items[-1]
        return machine.join(items) if items else machine.unknown()
    if isinstance(value.payload, Shape):
        return extent(machine, value, index)
    if either := choices(value):
        return machine.join([element(machine, choice, index) for choice in either])
    return _any_element(machine, value, index)


def extent(machine: Machine, shape: Value, index: int | None) -> Value:
    """One extent of a shape: an integer, at least 0."""
    which = machine.constant(index) if index is not None else machine.unknown()
    size = machine.unknown(shape, which, op=Op.LENGTH, kind=Kind.INTEGER)
    number = machine.numbers.setdefault(("extent", shape.number, which.number), size.number)
    return replace(size, made_by=replace(size.made_by, number=number), range=NON_NEGATIVE)


def _any_element(machine: Machine, value: Value, index: int | None) -> Value:
    """An element of an array has the array's range; of anything else nothing is known."""
    which = machine.constant(index) if index is not None else machine.unknown()
    number = machine.numbers.setdefault(("element", value.number, which.number), next(machine.fresh_numbers))
    made_by = Operation(Op.ITERATE, (value, which), number=number, framework=value.made_by.framework)
    kind = Kind.TENSOR if value.kind is Kind.TENSOR else Kind.UNKNOWN
    if value.op is Op.ITEM:  # `x.tolist()`
        kind = Kind.NUMBER
    elif value.kind not in (Kind.TENSOR, Kind.UNKNOWN):
        return narrow(Value(kind, made_by), machine.store.facts)
    taken = replace(value, kind=kind, made_by=made_by, payload=None)
    return narrow(taken, machine.store.facts)


def items_of(value: Value) -> tuple[Value, ...] | None:
    """The items of a tuple, list, set or layer list; None for what is no such container."""
    if isinstance(value.payload, Elements):
        return value.payload.items
    if isinstance(value.payload, Chain):
        return value.payload.layers
    return None


def _exact(value: Value) -> bool:
    return not isinstance(value.payload, (Elements, Chain)) or value.payload.exact


def each(machine: Machine, value: Value) -> Value:
    """What a `for` over the value binds in some iteration."""
    if isinstance(value.payload, Rows):
        return value.payload.row
    if isinstance(value.payload, Entries):
        keys = [machine.constant(key) for key in value.payload.items if _hashable_constant(key)]
        return machine.join(keys) if keys and value.payload.exact else machine.unknown()
    return element(machine, value, None)


def _hashable_constant(key: object) -> bool:
    return isinstance(key, (int, float, str, bytes, bool)) or key is None


def subscript(machine: Machine, value: Value, key: Value | None, node: cst.Subscript) -> Value:
    """`value[key]`; `key` is None for slices and several indices."""
    payload = value.payload
    if isinstance(payload, Entries) and key is not None and key.constant in payload.items:
        return narrow(payload.items[key.constant], machine.store.facts)
    if isinstance(payload, Entries):
        return _entry(machine, value, payload, key)
    if isinstance(payload, (Elements, Chain)):
        index = key.constant if key is not None else None
        if key is None:
            return _slice(machine, value, node)
        return element(machine, value, index if isinstance(index, int) else None)
    if isinstance(payload, Shape):
        index = key.constant if key is not None else None
        return extent(machine, value, index if isinstance(index, int) else None) if key is not None else value
    if value.kind in (Kind.STRING, Kind.MODULE, Kind.CLASS, Kind.FUNCTION, Kind.PATH):
        return machine.unknown(value, kind=Kind.STRING) if value.kind is Kind.STRING else machine.unknown(value)
    either = choices(value)
    if any(isinstance(choice.payload, (Elements, Entries, Chain)) for choice in either):
        return machine.join([subscript(machine, choice, key, node) for choice in either])
    return select(machine, value, key, node)


def _entry(machine: Machine, value: Value, payload: Entries, key: Value | None) -> Value:
    """The entry of a key that is not known: one of all, or what the other keys hold."""
    if payload.rest is not None:
        return machine.join([*payload.items.values(), payload.rest])
    constant = key is not None and (key.constant is not None or key.is_none)
    if payload.exact and payload.items and not constant:
        return machine.join(list(payload.items.values()))
    return machine.unknown(value)


def _slice(machine: Machine, value: Value, node: cst.Subscript) -> Value:
    """A constant slice of known items; otherwise some of them."""
    items = items_of(value) or ()
    part = node.slice[0].slice if len(node.slice) == 1 else None
    if _exact(value) and isinstance(part, cst.Slice):
        bounds = [machine.evaluate(b).constant if b else None for b in (part.lower, part.upper, part.step)]
        given = [b for b in (part.lower, part.upper, part.step) if b is not None]
        integers = [b for b in bounds if isinstance(b, int)]
        if len(integers) == len(given) and 0 not in bounds[2:]:
            lower, upper, step = (b if isinstance(b, int) else None for b in bounds)
            return _of_items(machine, value, items[slice(lower, upper, step)], exact=True)
    return _of_items(machine, value, items, exact=False)


def _of_items(machine: Machine, like: Value, items: tuple[Value, ...], exact: bool) -> Value:
    """A container of the same sort with other items."""
    payload = Chain(items, exact) if isinstance(like.payload, Chain) else Elements(items, exact)
    return machine.thing(like.kind, payload)


def select(machine: Machine, value: Value, key: Value | None, node: cst.Subscript) -> Value:
    """`x[i]`, `x[mask]`, `x[:, 0]` of an array or of something unknown: some of its elements."""
    if key is not None:
        value = narrow(value, implied(key, True))
    pure = key if key is not None else machine.unknown()
    return machine.record(
        Op.SELECT,
        (value, pure) if value.kind is Kind.TENSOR or key is not None else (value,),
        node,
        operand_nodes=(node.value,),
        framework=value.made_by.framework,
        kind=value.kind if value.kind is Kind.TENSOR else Kind.UNKNOWN,
        spelling="[]",
        default_float=value.dtype,
        gradients=value.gradient,  # an index has none to pass on
    )


def stored(machine: Machine, owner: Value, key: Value | None, value: Value, node: cst.Subscript) -> Value | None:
    """The container or array after `owner[key] = value`; None when nothing about it is kept."""
    payload = owner.payload
    if isinstance(payload, Entries):
        if key is None or not _hashable_constant(key.constant) or (key.constant is None and not key.is_none):
            return machine.thing(owner.kind, Entries(payload.items, exact=False))
        return machine.thing(owner.kind, Entries({**payload.items, key.constant: value}, payload.exact))
    if isinstance(payload, Elements):
        index = key.constant if key is not None else None
        if payload.exact and isinstance(index, int) and -len(payload.items) <= index < len(payload.items):
            items = list(payload.items)
            items[index] = value
            return sequence(machine, tuple(items))
        return sequence(machine, (*payload.items, value)[:MAX_JOINED], exact=False)
    if _whole(node) and owner.kind is Kind.TENSOR:
        return machine.record(
            Op.STORE,
            (value,),
            node,
            framework=owner.made_by.framework,
            spelling="[]=",
            default_float=owner.dtype,
        )
    if owner.kind is not Kind.TENSOR:
        machine.store.write(machine.attributes, (owner.number, "[]", key.number if key else -1), value)
        return None
    kept = owner
    if key is not None:
        facts = implied(key, False)
        kept = narrow(owner, facts)
    return machine.record(
        Op.STORE,
        (kept, value),
        node,
        operand_nodes=(node.value, None),
        framework=owner.made_by.framework,
        spelling="[]=",
        default_float=owner.dtype,
    )


def _whole(node: cst.Subscript) -> bool:
    """`x[:]` or `x[...]`."""
    part = node.slice[0].slice if len(node.slice) == 1 else None
    if isinstance(part, cst.Slice):
        return part.lower is part.upper is part.step is None
    return isinstance(part, cst.Index) and isinstance(part.value, cst.Ellipsis)


def appended(machine: Machine, owner: Value, values: tuple[Value, ...]) -> Value:
    """A list after `append`, `extend` or `+=`."""
    items = items_of(owner) or ()
    if len(items) + len(values) > MAX_JOINED:
        return sequence(machine, (*items, *values)[-MAX_JOINED:], exact=False)
    return sequence(machine, (*items, *values), _exact(owner))
