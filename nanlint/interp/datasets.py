"""Datasets: the rows that a loader batches."""

from __future__ import annotations

from dataclasses import replace

from nanlint.domain.value import Kind, Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.classes import instance_attribute
from nanlint.interp.containers import each, element, items_of, sequence
from nanlint.interp.functions import call_function
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Function, Instance, Rows


def loader(machine: Machine, given: Arguments) -> Value:
    """`DataLoader(dataset)`: its rows, collated to arrays."""
    dataset = given.first() or (given.named["dataset"][0] if "dataset" in given.named else None)
    row = machine.unknown() if dataset is None else rows_of(machine, dataset)
    return machine.thing(Kind.DATASET, Rows(collated(machine, row)))


def columns(machine: Machine, given: Arguments) -> Value:
    """`TensorDataset(x, y)`: rows (x, y)."""
    row = sequence(machine, tuple(element(machine, value, None) for value, _ in given.positional), not given.star)
    return machine.thing(Kind.DATASET, Rows(row))


def rows_of(machine: Machine, dataset: Value) -> Value:
    """What indexing or going over the dataset gives."""
    if isinstance(dataset.payload, Instance):
        for name in ("__getitem__", "__iter__"):
            method = instance_attribute(machine, dataset, name)
            if method is not None and isinstance(method.payload, Function):
                index = (machine.argument(Kind.INTEGER), None)
                given = Arguments((index,)) if name == "__getitem__" else Arguments()
                result = call_function(machine, method.payload, given, method.payload.node)
                return result if name == "__getitem__" else each(machine, result)
    return each(machine, dataset)


def collated(machine: Machine, row: Value) -> Value:
    """A batch of rows: Python numbers become arrays of them."""
    items = items_of(row)
    if items is not None and row.kind is Kind.SEQUENCE:
        return sequence(machine, tuple(collated(machine, item) for item in items))
    return replace(row, kind=Kind.TENSOR, payload=None) if row.kind.scalar else row
