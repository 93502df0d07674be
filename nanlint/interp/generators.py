"""Batches of images and their labels: from folders, and from generators that scale and move them on the way."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import UNIT, Interval, inf
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Dataset
from nanlint.frameworks.model import Framework
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import Bound
from nanlint.interp.containers import sequence
from nanlint.interp.datasets import BYTES
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Layer, Rows

CHANGING = frozenset(
    {"featurewise_center", "samplewise_center", "featurewise_std_normalization", "samplewise_std_normalization",
     "preprocessing_function"}
)  # fmt: skip
"""Options of a generator that leave nothing known of its images."""


def folder(
    machine: Machine, framework: Framework, dataset: Dataset, name: str, given: Arguments, node: cst.Call
) -> Value:
    """`image_dataset_from_directory(path, label_mode="int")`: batches of images, with labels or without."""
    source = opaque(machine, given, node, name)
    names = [parameter.spelled for parameter in dataset.parameters]
    options = dict(zip(names, (value for value, _ in given.positional), strict=False))
    options.update({key: value for key, (value, _) in given.named.items()})
    images = _images(machine, framework, source)
    mode = options.get("label_mode") or machine.constant("int")
    if mode.is_none or ("labels" in options and options["labels"].is_none):
        return machine.thing(Kind.DATASET, Rows(images))
    return machine.thing(Kind.DATASET, Rows(sequence(machine, (images, _labels(machine, framework, source, mode)))))


def generated(machine: Machine, framework: Framework, bound: Bound, node: cst.Call, spelling: str) -> Value:
    """`generator.flow(x, y)`, `generator.flow_from_directory(path)`: batches that the generator has scaled."""
    generator = bound.operands[0]
    source = opaque(machine, Arguments(tuple((value, None) for value in bound.options.values())), node, spelling)
    x = bound.options.get("x")
    images = _images(machine, framework, source) if x is None else x
    layer = generator.payload
    changed = not isinstance(layer, Layer) or any(_given(layer.options.get(name)) for name in CHANGING)
    scaled = machine.unknown(images) if changed else machine.call(generator, Arguments(((images, None),)), node)
    if x is not None:
        y = bound.options.get("y")
        return machine.thing(Kind.DATASET, Rows(scaled if y is None else sequence(machine, (scaled, y))))
    mode = bound.options.get("class_mode") or machine.constant("categorical")
    if mode.is_none:
        return machine.thing(Kind.DATASET, Rows(scaled))
    return machine.thing(Kind.DATASET, Rows(sequence(machine, (scaled, _labels(machine, framework, source, mode)))))


def _given(value: Value | None) -> bool:
    return value is not None and not value.is_none and value.constant is not False


def _images(machine: Machine, framework: Framework, source: Value) -> Value:
    """Bytes, as floats."""
    return _read(machine, framework, source, BYTES, Dtype.FLOAT32, known=True)


def _labels(machine: Machine, framework: Framework, source: Value, mode: Value) -> Value:
    """Numbers of classes, or for each class 0 or 1."""
    if mode.constant in ("int", "sparse"):
        return _read(machine, framework, source, Interval(0.0, inf), Dtype.INTEGER, known=False)
    if mode.constant in ("categorical", "binary"):
        return _read(machine, framework, source, UNIT, Dtype.FLOAT32, known=True)
    return machine.unknown(source, op=Op.READ)


def _read(
    machine: Machine, framework: Framework, source: Value, bounds: Interval, dtype: Dtype, *, known: bool
) -> Value:
    value = machine.unknown(source, op=Op.READ, kind=Kind.TENSOR)
    made_by = replace(value.made_by, framework=framework.name)
    return replace(value, made_by=made_by, range=bounds, dtype=dtype, known=known, gradient=False)
