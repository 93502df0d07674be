"""Tuples, lists, dicts and arrays as containers: taking an element out, putting one in, going over them."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NON_NEGATIVE
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.draws import at_draw
from nanlint.interp.guards import implied, under
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Chain, Dotted, Elements, Entries, Instance, Rows, Shape
from nanlint.interp.promises import small_by_name
from nanlint.interp.store import narrow
from nanlint.interp.values import MAX_JOINED, choices

MAX_UNROLLED = 8  # items that are gone over one by one


def sequence(machine: Machine, items: tuple[Value, ...], exact: bool = True) -> Value:
    return machine.thing(Kind.SEQUENCE, Elements(items, exact))


def mapping(machine: Machine, items: dict[object, Value], exact: bool = True) -> Value:
    return machine.thing(Kind.MAPPING, Entries(items, exact))


def element(machine: Machine, value: Value, index: int | None) -> Value:
    """Element `index` of a sequence (None: any of them), without an event."""
    items = items_of(value)
    if items is not None:
        if index is not None and is_exact(value) and -len(items) <= index < len(items):
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
    if isinstance(value.payload, Instance) and value.payload.of.tuple_fields:
        return tuple(value.payload.cells[name] for name in value.payload.of.tuple_fields if name in value.payload.cells)
    return None


def is_exact(value: Value) -> bool:
    """The container holds just the items that are known, in their order."""
    return not isinstance(value.payload, (Elements, Entries, Chain)) or value.payload.exact


def rows(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """What going over the value gives, one by one, if that is known and short."""
    if isinstance(value.payload, Entries):
        items = tuple(machine.constant(key) for key in value.payload.items)
    else:
        items = items_of(value) or ()
    return items if is_exact(value) and 0 < len(items) <= MAX_UNROLLED else None


def merged(machine: Machine, base: Value, *others: Value) -> Value:
    """A dictionary with what the others hold, the last one prevailing."""
    payload = base.payload if isinstance(base.payload, Entries) else Entries({}, exact=False)
    for other in others:
        entries = other.payload
        pairs = pairs_of(machine, other)
        if isinstance(entries, Entries):
            rest = [x for x in (payload.rest, entries.rest) if x is not None]
            joined = machine.join(rest) if rest else None
            items = {**payload.items, **entries.items}
            payload = replace(payload, items=items, exact=payload.exact and entries.exact, rest=joined)
        elif pairs is not None:
            payload = replace(payload, items={**payload.items, **pairs})
        else:
            payload = replace(payload, exact=False)
    return machine.thing(base.kind if isinstance(base.payload, Entries) else Kind.MAPPING, payload)


def pairs_of(machine: Machine, value: Value) -> dict[object, Value] | None:
    """The entries of a sequence of (constant, value) pairs."""
    if not isinstance(value.payload, Elements) or not value.payload.exact:
        return None
    keys = [element(machine, pair, 0).constant for pair in value.payload.items]
    if any(key is None for key in keys):
        return None
    return {key: element(machine, pair, 1) for key, pair in zip(keys, value.payload.items, strict=True)}


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
    if isinstance(payload, Elements) and payload.items and len(node.slice) > 1:
        return select(machine, payload.items[0], key, node)  # no pair: another framework's `max` gives an array
    if items_of(value) is not None:
        index = key.constant if key is not None else None
        if key is None:
            return _slice(machine, value, node)
        return _same_again(machine, value, key, element(machine, value, index if isinstance(index, int) else None))
    if isinstance(payload, Shape):
        index = key.constant if key is not None else None
        return extent(machine, value, index if isinstance(index, int) else None) if key is not None else value
    if isinstance(payload, Rows) and key is not None:
        return payload.row
    if value.kind in (Kind.STRING, Kind.MODULE, Kind.CLASS, Kind.FUNCTION, Kind.PATH):
        return machine.unknown(value, kind=Kind.STRING) if value.kind is Kind.STRING else machine.unknown(value)
    either = choices(value)
    if any(isinstance(choice.payload, (Elements, Entries, Chain)) for choice in either):
        return _same_again(machine, value, key, machine.join([subscript(machine, x, key, node) for x in either]))
    return select(machine, value, key, node)


def _same_again(machine: Machine, value: Value, key: Value | None, found: Value) -> Value:
    """What one of several items is: read twice with the same key, it is the same value."""
    if key is None or found.op is not Op.JOIN:
        return found
    number = machine.numbers.setdefault(("element", value.number, key.number), found.number)
    return narrow(replace(found, made_by=replace(found.made_by, number=number)), machine.store.facts)


def _entry(machine: Machine, value: Value, payload: Entries, key: Value | None) -> Value:
    """The entry of a key that is not known: one of all, or what the other keys hold."""
    constant = key is not None and isinstance(key.payload, Constant)
    if payload.rest is not None:
        return machine.join([*(() if constant else payload.items.values()), payload.rest])
    if payload.factory is not None:
        return _made(machine, payload.factory)
    if payload.exact and payload.items and not constant:
        return machine.join(list(payload.items.values()))
    return machine.unknown(value)


def _made(machine: Machine, factory: Value) -> Value:
    """What the factory of a `defaultdict` makes, if it is one of the usual ones."""
    name = factory.payload.name if isinstance(factory.payload, Dotted) else ""
    if name in ("builtins.list", "builtins.set"):
        return sequence(machine, ())
    if name == "builtins.dict":
        return mapping(machine, {})
    zero = {"builtins.int": 0, "builtins.float": 0.0}.get(name)
    return machine.unknown() if zero is None else machine.constant(zero)


def _slice(machine: Machine, value: Value, node: cst.Subscript) -> Value:
    """A constant slice of known items; otherwise some of them."""
    items = items_of(value) or ()
    part = node.slice[0].slice if len(node.slice) == 1 else None
    if is_exact(value) and isinstance(part, cst.Slice):
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
        value = at_draw(under(value, implied(key, True)), key)
    for part in node.slice:
        if isinstance(part.slice, cst.Index) and isinstance(part.slice.value, cst.Name):
            value = at_draw(value, machine.evaluate(part.slice.value))
    result = machine.record(
        Op.SELECT,
        (value, key if key is not None else _index(machine, node)),
        node,
        operand_nodes=(node.value,),
        framework=value.made_by.framework,
        kind=value.kind if value.kind is Kind.TENSOR else Kind.UNKNOWN,
        spelling="[]",
        default_float=value.dtype,
        gradients=value.gradient,  # an index has none to pass on
    )
    named = key.constant if key is not None and value.kind is Kind.UNKNOWN else None
    return result.within(small_by_name(named)) if isinstance(named, str) else result


def _index(machine: Machine, node: cst.Subscript) -> Value:
    """Slices or several indices, as one value: the same where all names and numbers in the brackets are."""
    index = machine.unknown()
    parts = tuple(_index_part(machine, element.slice) for element in node.slice)
    if None in parts:
        return index
    number = machine.numbers.setdefault(("index", parts), index.number)
    return replace(index, made_by=replace(index.made_by, number=number))


def _index_part(machine: Machine, part: cst.BaseSlice) -> object:
    """What tells one index from another; None for what may not be the same twice."""
    if isinstance(part, cst.Slice):
        bounds = tuple(_bound(machine, bound) for bound in (part.lower, part.upper, part.step))
        return None if None in bounds else bounds
    return _bound(machine, part.value) if isinstance(part, cst.Index) else None


def _bound(machine: Machine, node: cst.BaseExpression | None) -> object:
    if node is None:
        return ""
    if isinstance(node, cst.Ellipsis):
        return "..."
    if isinstance(node, cst.UnaryOperation) and isinstance(node.expression, cst.Integer):
        return type(node.operator), node.expression.value
    return machine.evaluate(node).number if isinstance(node, (cst.Name, cst.Integer)) else None


def stored(machine: Machine, owner: Value, key: Value | None, value: Value, node: cst.Subscript) -> Value | None:
    """The container or array after `owner[key] = value`; None when nothing about it is kept."""
    payload = owner.payload
    if isinstance(payload, Entries):
        if key is None or not isinstance(key.payload, Constant) or not _hashable_constant(key.constant):
            rest = value if payload.rest is None else machine.join([payload.rest, value])
            return machine.thing(owner.kind, replace(payload, exact=False, rest=rest))
        return machine.thing(owner.kind, replace(payload, items={**payload.items, key.constant: value}))
    if isinstance(payload, Elements):
        index = key.constant if key is not None else None
        if payload.exact and isinstance(index, int) and -len(payload.items) <= index < len(payload.items):
            items = list(payload.items)
            items[index] = value
            return sequence(machine, tuple(items))
        return sequence(machine, (*payload.items, value)[:MAX_JOINED], exact=False)
    if _whole(node) and owner.kind is Kind.TENSOR:
        return overwritten(machine, owner, value, node)
    if _takes_mask(owner, key) or _computed(owner):
        owner = machine.as_array(owner, owner.made_by.framework or (key.made_by.framework if key else ""))
    if owner.kind is not Kind.TENSOR:
        machine.store.write(machine.attributes, (owner.number, "[]", key.number if key else -1), value)
        return None
    kept = owner
    if key is not None:
        facts = implied(key, False)
        left = facts.get(owner.number)
        if owner.range.point == 0.0 and left is not None and not left.range.contains(0.0):
            return overwritten(machine, owner, value, node)  # nothing is kept: all of it was 0
        kept = under(owner, facts)
    return machine.record(
        Op.STORE,
        (kept, value),
        node,
        options={} if key is None else {"index": key},
        operand_nodes=(node.value, None),
        framework=owner.made_by.framework,
        spelling="[]=",
        default_float=owner.dtype,
        in_place=True,
    )


def overwritten(machine: Machine, owner: Value, value: Value, node: cst.BaseExpression) -> Value:
    """The array after `owner[:] = value` or `owner.data = value`: nothing is left of it but its memory."""
    return machine.record(
        Op.STORE,
        (value,),
        node,
        options={"into": owner},
        framework=owner.made_by.framework,
        kind=Kind.TENSOR if owner.kind is Kind.TENSOR else value.kind,
        spelling="[]=",
        default_float=owner.dtype,
        in_place=True,
    )


def _computed(owner: Value) -> bool:
    """A framework computed it, of something unknown: what takes elements is no scalar, so it is an array."""
    opaque = owner.op in (Op.OPAQUE, Op.ATTRIBUTE, Op.ARGUMENT, Op.SELECT, Op.ITERATE)
    return owner.made_by.framework != "" and owner.kind in (Kind.UNKNOWN, Kind.NUMBER) and not opaque


def _takes_mask(owner: Value, key: Value | None) -> bool:
    """Something unknown that is, or is indexed with, truth values that are no Python boolean: an array."""
    of_truths = key is not None and key.dtype is Dtype.BOOLEAN and key.kind in (Kind.TENSOR, Kind.UNKNOWN)
    truths = of_truths or owner.dtype is Dtype.BOOLEAN
    return truths and owner.kind is Kind.UNKNOWN and owner.payload is None


def _whole(node: cst.Subscript) -> bool:
    """`x[:]` or `x[...]`."""
    part = node.slice[0].slice if len(node.slice) == 1 else None
    if isinstance(part, cst.Slice):
        return part.lower is part.upper is part.step is None
    return isinstance(part, cst.Index) and isinstance(part.value, cst.Ellipsis)


def without(items: tuple[Value, ...], index: object) -> tuple[Value, ...] | None:
    """The items but the one at `index`; None if it is not known which that is."""
    if not isinstance(index, int) or not -len(items) <= index < len(items):
        return None
    left = list(items)
    del left[index]
    return tuple(left)


def appended(machine: Machine, owner: Value, values: tuple[Value, ...]) -> Value:
    """A list after `append`, `extend` or `+=`."""
    items = items_of(owner) or ()
    if len(items) + len(values) > MAX_JOINED:
        return sequence(machine, (*items, *values)[-MAX_JOINED:], exact=False)
    return sequence(machine, (*items, *values), is_exact(owner))
