"""Training states: parameters with the optimizer that updates them; and optimizers put together from parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Part
from nanlint.frameworks.registry import FRAMEWORKS, optimizer
from nanlint.interp.apis import call_layer, opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import bind
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Chain, Class, Dotted, Layer, TrainingState
from nanlint.interp.trees import trained
from nanlint.interp.values import choices

STATES = {name: (table, call) for table in FRAMEWORKS for name, call in table.states.items()}
OPTIMIZER = "tx"
PARAMETERS = "params"


def state(machine: Machine, name: str, given: Arguments, node: cst.CSTNode) -> Value:
    """`TrainState.create(apply_fn=..., params=..., tx=...)`: the optimizer, with what is kept beside it."""
    framework, call = STATES[name]
    bound = bind(machine, framework, call, given)
    if bound is None:
        return opaque(machine, given, node, name)
    held = bound.operands[0]
    kept = {key: value for key, (value, _) in given.named.items()} | bound.options | {OPTIMIZER: held}
    if PARAMETERS in kept:
        kept[PARAMETERS] = trained(machine, kept[PARAMETERS])
    return replace(held, kind=Kind.OPTIMIZER, payload=TrainingState(kept))


def constructor(definition: Class, method: str) -> str:
    """The table's name of a method that a class of the file inherits and that makes a state; "" for any other."""
    names = (f"{entry.name}.{method}" for entry in definition.ancestry() if isinstance(entry, Dotted))
    return next((name for name in names if name in STATES), "")


def changed(machine: Machine, held: Value, given: Arguments, stepped: bool) -> Value:
    """The state with other fields; after a step its parameters are others too."""
    if not isinstance(held.payload, TrainingState):
        return held
    items = {**held.payload.items, **{key: value for key, (value, _) in given.named.items() if key != "grads"}}
    if stepped and PARAMETERS in items:
        items[PARAMETERS] = trained(machine, items[PARAMETERS])
    return replace(held, payload=TrainingState(items))


def chained(machine: Machine, name: str, chain: Chain, given: Arguments, node: cst.Call) -> Value:
    """`chain(clip, adam)` is its optimizer with the others around it; a chain without one is a chain of layers."""
    optimizers = [part for part in chain.layers if part.kind is Kind.OPTIMIZER]
    if not optimizers:
        return machine.thing(Kind.LAYER, chain)
    written = [argument for _, argument in given.positional] if len(given.positional) == len(chain.layers) else []
    machine.record(Op.CHAIN, chain.layers, node, operand_nodes=written, kind=Kind.OPTIMIZER, spelling=name)
    steering = [part for part in optimizers if part.op is Op.OPTIMIZER and not _only_scales(machine, part)]
    return replace((steering or optimizers)[-1], payload=chain)


def _only_scales(machine: Machine, part: Value) -> bool:
    """It multiplies by the rate and leaves the direction to those before it."""
    origin = machine.trace.origin(part)
    found = None if origin is None else optimizer(origin.site.spelling)
    return found is not None and found[1].part is Part.LENGTH


def clip_gradients(machine: Machine, stepping: Value, gradients: Value, node: cst.CSTNode) -> None:
    """The clips that are part of an optimizer do their work before it steps."""
    for clip in _clips(stepping):
        call_layer(machine, clip, Arguments(((gradients, None),)), node)


def _clips(stepping: Value) -> Iterator[Layer]:
    payload = stepping.payload
    if isinstance(payload, TrainingState):
        yield from _clips(payload.items[OPTIMIZER])
    elif isinstance(payload, Chain):
        for part in payload.layers:
            yield from _clips(part)
    elif isinstance(payload, Layer) and payload.call.op is Op.CLIP_GRADIENT:
        yield payload
    elif payload is None:
        for choice in choices(stepping):
            yield from _clips(choice)
