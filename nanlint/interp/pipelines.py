"""Pipelines of data: datasets made of arrays, and what their methods make of the rows."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.entries import Flow
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import element, items_of, sequence
from nanlint.interp.datasets import collated, rows_of
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Elements, Entries, Rows

SOURCES = {name: (table.name, flow) for table in FRAMEWORKS for name, flow in table.sources.items()}
FLOWS = {name: (table.name, flow) for table in FRAMEWORKS for name, flow in table.flows.items()}


def source(machine: Machine, name: str, given: Arguments) -> Value:
    """`Dataset.from_tensor_slices((x, y))`, `Dataset.zip((a, b))`."""
    framework, flow = SOURCES[name]
    given_values = given.values
    made_of = given_values[0] if len(given_values) == 1 else sequence(machine, tuple(given_values))
    if flow is Flow.ZIPPED:
        row = sequence(machine, tuple(rows_of(machine, dataset) for dataset in items_of(made_of) or (made_of,)))
    else:
        row = _sliced(machine, made_of) if flow is Flow.SLICED else made_of
    return machine.thing(Kind.DATASET, Rows(collated(machine, framework, row)))


def _sliced(machine: Machine, arrays: Value) -> Value:
    """One element of each array of a tuple or dict; of a list of numbers, one number."""
    payload = arrays.payload
    if isinstance(payload, Elements) and not all(item.kind.scalar for item in payload.items):
        return sequence(machine, tuple(_sliced(machine, item) for item in payload.items), payload.exact)
    if isinstance(payload, Entries):
        entries = {key: _sliced(machine, item) for key, item in payload.items.items()}
        return replace(arrays, payload=replace(payload, items=entries))
    return element(machine, arrays, None)


def flowing(machine: Machine, dataset: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """`dataset.map(f)`, `dataset.batch(n)`; None: no such method."""
    if name not in FLOWS or dataset.kind is not Kind.DATASET:
        return None
    framework, flow = FLOWS[name]
    row = rows_of(machine, dataset)
    if flow is Flow.ROW:
        return row
    function = next(iter(given.values), None)
    if flow is Flow.MAPPED and function is not None:
        arguments = items_of(row) if isinstance(row.payload, Elements) else None
        made = machine.call(function, Arguments(tuple((value, None) for value in arguments or (row,))), node)
        row = rows_of(machine, made) if made.kind is Kind.DATASET else collated(machine, framework, made)
    return machine.thing(Kind.DATASET, Rows(row))
