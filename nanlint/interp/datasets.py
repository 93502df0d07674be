"""Datasets: the rows that a loader batches, where they come from, how they are joined and split."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval, inf
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Dataset, Target
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.classes import instance_attribute
from nanlint.interp.containers import each, element, items_of, sequence
from nanlint.interp.functions import call_function
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Entries, Function, Instance, Rows

BYTES = Interval(0.0, 255.0)
"""What a pixel of an image file holds."""
PICTURES = ("data", "train_data", "test_data")
LABELS = ("targets", "labels", "train_labels", "test_labels")


def loader(machine: Machine, framework: str, given: Arguments, node: cst.Call) -> Value:
    """`DataLoader(dataset)`: its rows, collated to arrays of the framework."""
    dataset = _argument(given, "dataset")
    row = machine.unknown() if dataset is None else _row(machine, dataset) or rows_of(machine, dataset)
    collate = given.named.get("collate_fn", (None, None))[0]
    if collate is None or collate.is_none:
        batch = collated(machine, framework, row)
    else:
        batch = machine.call(collate, Arguments(((sequence(machine, (row,), exact=False), None),)), node)
    attributes = {} if dataset is None else {"dataset": dataset}
    return machine.thing(Kind.DATASET, Rows(batch, attributes))


def columns(machine: Machine, given: Arguments) -> Value:
    """`TensorDataset(x, y)`: rows (x, y)."""
    row = sequence(machine, tuple(element(machine, value, None) for value, _ in given.positional), not given.star)
    return machine.thing(Kind.DATASET, Rows(row))


def joined(machine: Machine, given: Arguments) -> Value:
    """`ConcatDataset([a, b])`: the rows of either."""
    datasets = _argument(given, "datasets")
    parts = (items_of(datasets) if datasets is not None else None) or ()
    row = machine.join([rows_of(machine, part) for part in parts]) if parts else machine.unknown()
    return machine.thing(Kind.DATASET, Rows(row))


def split(machine: Machine, given: Arguments) -> Value:
    """`random_split(dataset, lengths)`: datasets with the same rows."""
    dataset = _argument(given, "dataset")
    return machine.unknown() if dataset is None else sequence(machine, (dataset,), exact=False)


def halves(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`train_test_split(x, y)`: some elements of x, the others, some of y, the others."""
    parts: list[Value] = []
    for value, expression in given.positional:
        which = machine.unknown()
        for _ in ("train", "test"):
            parts.append(
                machine.record(
                    Op.SELECT,
                    (value, which),
                    node,
                    operand_nodes=(expression,),
                    framework=value.made_by.framework,
                    kind=value.kind if value.kind is Kind.TENSOR else Kind.UNKNOWN,
                    spelling="[]",
                    default_float=value.dtype,
                )
            )
            which = machine.unknown()
    return sequence(machine, tuple(parts), exact=not given.star)


def published(machine: Machine, dataset: Dataset, name: str, given: Arguments, node: cst.Call) -> Value:
    """`torchvision.datasets.MNIST(transform=...)`: rows (image, target), each through its transform."""
    source = opaque(machine, given, node, name)
    names = [parameter.spelled for parameter in dataset.parameters]
    options = dict(zip(names, (value for value, _ in given.positional), strict=False))
    options.update({name: value for name, (value, _) in given.named.items()})
    target = _target(machine, source, dataset)
    if "transforms" in options and not options["transforms"].is_none:
        row = machine.unknown(source)
    else:
        image = _transformed(machine, _pixels(machine, source), options.get("transform"), node)
        row = sequence(machine, (image, _transformed(machine, target, options.get("target_transform"), node)))
    pictures = replace(_pixels(machine, source), kind=Kind.TENSOR)
    numbers = replace(target, kind=Kind.TENSOR if target.kind is Kind.INTEGER else Kind.UNKNOWN)
    attributes = {**dict.fromkeys(PICTURES, pictures), **dict.fromkeys(LABELS, numbers)}
    return machine.thing(Kind.DATASET, Rows(row, attributes))


def loaded(machine: Machine, dataset: Dataset, name: str, given: Arguments, node: cst.Call) -> Value:
    """`mnist.load_data()`: ((inputs, targets), (inputs, targets)), as arrays."""
    source = opaque(machine, given, node, name)
    halves = []
    for _ in ("train", "test"):
        inputs = _pixels(machine, source) if dataset.images else machine.unknown(source, op=Op.READ)
        parts = (inputs, _target(machine, source, dataset))
        halves.append(sequence(machine, tuple(_array(machine, part, dataset.arrays) for part in parts)))
    return sequence(machine, tuple(halves))


def _array(machine: Machine, value: Value, framework: str) -> Value:
    """What was read, as an array of the framework."""
    made_by = replace(value.made_by, framework=framework)
    return replace(value, made_by=made_by, kind=Kind.TENSOR, gradient=False)


def _pixels(machine: Machine, source: Value) -> Value:
    """An image as its file has it."""
    image = machine.unknown(source, op=Op.READ)
    return replace(image, range=BYTES, dtype=Dtype.INTEGER, known=True, gradient=False)


def _target(machine: Machine, source: Value, dataset: Dataset) -> Value:
    if dataset.target is Target.MASK:
        return _pixels(machine, source)
    target = machine.unknown(source, op=Op.READ, kind=Kind.INTEGER if dataset.target is Target.CLASS else Kind.UNKNOWN)
    if dataset.target is Target.UNKNOWN:
        return replace(target, gradient=False)
    last = inf if dataset.classes is None else dataset.classes - 1.0
    known = dataset.classes is not None
    return replace(target, range=Interval(0.0, last), dtype=Dtype.INTEGER, known=known, gradient=False)


def _transformed(machine: Machine, value: Value, transform: Value | None, node: cst.Call) -> Value:
    if transform is None or transform.is_none:
        return value
    return machine.call(transform, Arguments(((value, None),)), node)


def _argument(given: Arguments, name: str) -> Value | None:
    """The first argument, by position or by name."""
    return given.first() or given.named.get(name, (None, None))[0]


def rows_of(machine: Machine, dataset: Value) -> Value:
    """What going over the dataset gives, or over anything else."""
    if not isinstance(dataset.payload, Instance):
        return each(machine, dataset)
    rows = _call(machine, dataset, "__iter__")
    if rows is None:
        row = _row(machine, dataset)
    else:
        row = _call(machine, rows, "__next__") if isinstance(rows.payload, Instance) else each(machine, rows)
    return each(machine, dataset) if row is None else row


def _row(machine: Machine, dataset: Value) -> Value | None:
    """`dataset[index]` of an object of the file; None: it cannot be indexed."""
    return item(machine, dataset, machine.argument(Kind.INTEGER))


def item(machine: Machine, owner: Value, key: Value) -> Value | None:
    """`owner[key]` of an object of the file that has such a method."""
    return _call(machine, owner, "__getitem__", key)


def _call(machine: Machine, owner: Value, name: str, *arguments: Value) -> Value | None:
    """What a method of the object gives; None: it has none."""
    method = instance_attribute(machine, owner, name)
    if method is None or not isinstance(method.payload, Function):
        return None
    given = Arguments(tuple((value, None) for value in arguments))
    return call_function(machine, method.payload, given, method.payload.node)


def collated(machine: Machine, framework: str, row: Value) -> Value:
    """A batch of rows: Python numbers and other frameworks' arrays become arrays of the framework."""
    items = items_of(row)
    if items is not None and row.kind is Kind.SEQUENCE:
        return sequence(machine, tuple(collated(machine, framework, item) for item in items))
    if isinstance(row.payload, Entries):
        entries = {key: collated(machine, framework, value) for key, value in row.payload.items.items()}
        return replace(row, payload=replace(row.payload, items=entries))
    if not row.kind.scalar and row.kind is not Kind.TENSOR:
        return row
    named = machine.remade(row, replace(row.made_by, framework=framework))
    return replace(named, kind=Kind.TENSOR, payload=None)
