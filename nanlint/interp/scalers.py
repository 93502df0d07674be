"""Objects that learn from data how to scale or number them: `StandardScaler().fit_transform(x)`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import call_layer, opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import items_of
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Layer

FITTING = {table.name: table.fitting for table in FRAMEWORKS if table.fitting}
APPLYING = {table.name: table.applying for table in FRAMEWORKS if table.applying}


def scaled(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """What such an object's method gives; None for another method or object."""
    layer = receiver.payload
    if not isinstance(layer, Layer) or layer.framework not in FITTING:
        return None
    data = given.first() or next(iter(given.values), machine.unknown())
    learned = (receiver.number, "learned")
    if name in FITTING[layer.framework]:
        machine.store.write(machine.attributes, learned, data)
        opaque(machine, given, node, "." + name, receiver)
        return receiver
    if name not in APPLYING[layer.framework]:
        return None
    known = machine.attributes.get(learned)
    own = APPLYING[layer.framework][name] or (known is not None and known.same(data))
    options = {**layer.options, "fitted": machine.constant(own)}
    span = items_of(options.pop("span", machine.unknown()))
    if span is not None and len(span) == 2:
        options |= {"lo": span[0], "hi": span[1]}
    if name in APPLYING[layer.framework] and APPLYING[layer.framework][name]:
        machine.store.write(machine.attributes, learned, data)
    return call_layer(machine, replace(layer, options=options), Arguments(given.positional[:1], given.named), node)
