"""Weights that start with what an initialiser draws, given as an object, its class or its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework
from nanlint.interp.apis import KERNEL, named
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import Bound
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Dotted, Layer

INITIALIZER = "kernel_initializer"


def weight(machine: Machine, framework: Framework, bound: Bound, node: cst.Call, spelling: str) -> Value:
    """`layer.add_weight(shape, initializer)`, `get_variable(name, shape, initializer=...)`: a weight that starts so."""
    options = dict(bound.options)
    if options.get("size", machine.unknown()).kind is Kind.STRING:  # up to Keras 2 the name came first
        options["size"] = options.pop("initializer", machine.unknown())
    initializer = named(machine, framework, "initializer", options.get("initializer") or machine.unknown())
    size = options.get("size")
    nothing = initializer.kind in (Kind.UNKNOWN, Kind.NONE)
    drawn = [] if nothing else [_drawn(machine, initializer, size, bound, node)]
    trained = options.get("trainable")
    return machine.record(
        Op.WEIGHT,
        drawn,
        node,
        options=options,
        option_nodes=bound.option_nodes,
        framework=framework.name,
        spelling=spelling,
        default_float=framework.default_float,
        trainable=trained is None or trained.constant is not False,
    )


def _drawn(machine: Machine, initializer: Value, size: Value | None, bound: Bound, node: cst.Call) -> Value:
    """What calling an initialiser, or its class, with the shape gives; an array starts as it is."""
    if initializer.kind is Kind.TENSOR:
        return initializer
    if isinstance(initializer.payload, Dotted):
        initializer = machine.call(initializer, Arguments(), node)
    layer = initializer.payload
    if size is not None and isinstance(layer, Layer):
        initializer = replace(initializer, payload=replace(layer, options={**layer.options, "size": size}))
    shape = () if size is None else ((size, bound.option_nodes.get("size")),)
    return machine.call(initializer, Arguments(shape), node)


def with_kernel(machine: Machine, framework: Framework, made: Value, node: cst.Call) -> Value:
    """A layer whose constructor says how its weights are drawn."""
    layer = made.payload
    if not isinstance(layer, Layer) or INITIALIZER not in layer.options:
        return made
    nodes = {name: layer.nodes[INITIALIZER] for name in ("initializer",) if INITIALIZER in layer.nodes}
    bound = Bound(options={"initializer": layer.options[INITIALIZER]}, option_nodes=nodes)
    kernel = weight(machine, framework, bound, node, layer.name)
    options: Mapping[str, Value] = {**layer.options, KERNEL: kernel}
    return replace(made, payload=replace(layer, options=options))
