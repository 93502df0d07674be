"""Nested tuples, lists and dicts of arrays: a function for each leaf, what a compiler traces, what training moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Elements, Entries

TRACED = {Kind.NUMBER: Dtype.FLOAT32, Kind.INTEGER: Dtype.INTEGER, Kind.BOOLEAN: Dtype.BOOLEAN}


def mapped(machine: Machine, tree: Value, function: Callable[[Value], Value]) -> Value:
    """The tree with what the function makes of each leaf; None is no leaf."""
    payload = tree.payload
    if isinstance(payload, Elements):
        items = tuple(mapped(machine, item, function) for item in payload.items)
        return machine.thing(tree.kind, replace(payload, items=items))
    if isinstance(payload, Entries):
        entries = {key: mapped(machine, item, function) for key, item in payload.items.items()}
        rest = None if payload.rest is None else mapped(machine, payload.rest, function)
        return machine.thing(tree.kind, replace(payload, items=entries, rest=rest))
    return tree if tree.is_none else function(tree)


def paired(machine: Machine, a: Value, b: Value, function: Callable[[Value, Value], Value]) -> Value:
    """A tree of what the function makes of each two leaves in the same place; of unlike trees, the function's own."""
    x, y = a.payload, b.payload
    if isinstance(x, Elements) and isinstance(y, Elements) and x.exact and y.exact and len(x.items) == len(y.items):
        items = tuple(paired(machine, left, right, function) for left, right in zip(x.items, y.items, strict=True))
        return machine.thing(a.kind, replace(x, items=items))
    if isinstance(x, Entries) and isinstance(y, Entries) and x.items.keys() == y.items.keys():
        entries = {key: paired(machine, item, y.items[key], function) for key, item in x.items.items()}
        return machine.thing(a.kind, replace(x, items=entries))
    return function(a, b)


def traced(machine: Machine, tree: Value) -> Value:
    """What a function that is compiled gets for its arguments: arrays, also for Python's numbers."""

    def leaf(value: Value) -> Value:
        dtype = TRACED.get(value.kind)
        return value if dtype is None else replace(value, kind=Kind.TENSOR, dtype=dtype, payload=None)

    return mapped(machine, tree, leaf)


def differentiable(machine: Machine, tree: Value, flows: bool = True) -> Value:
    """The tree with leaves through which a gradient flows, or does not."""
    kinds = (Kind.TENSOR, Kind.UNKNOWN)
    return mapped(
        machine,
        tree,
        lambda leaf: replace(leaf, gradient=flows and not leaf.dtype.integer) if leaf.kind in kinds else leaf,
    )


def trained(machine: Machine, tree: Value) -> Value:
    """The parameters somewhere in training, wherever they started."""

    def leaf(value: Value) -> Value:
        if value.kind not in (Kind.TENSOR, Kind.UNKNOWN):
            return value
        moved = machine.unknown(value, op=Op.WEIGHT, kind=value.kind)
        return replace(moved, dtype=value.dtype, gradient=True)

    return mapped(machine, tree, leaf)
