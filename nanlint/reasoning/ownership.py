"""Whose parameters an optimizer or a clip holds, and by which name a fix can write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Chain, Elements, Entries, Instance, Layer, Parameters
from nanlint.interp.trace import Event, Site, Trace
from nanlint.reasoning.hyperparameters import constructions
from nanlint.reasoning.origins import NETWORKS
from nanlint.reasoning.protocol import optimizer_node, optimizer_of
from nanlint.reasoning.provenance import leaves
from nanlint.reasoning.texts import code

MAX_OWNERS = 40  # values visited when looking for the models behind an optimizer's parameters
FEW = 2  # tensors optimised directly: a temperature, an image
MAX_VISITED = 200  # parts of a model looked at, operands followed back


@dataclass(frozen=True, slots=True)
class Owners:
    """The models whose parameters a value holds, and tensors that it holds directly.

    complete: nothing else is in it, as far as the file tells.
    """

    models: tuple[Value, ...]
    tensors: tuple[Value, ...]
    complete: bool


def owners(parameters: Value | None) -> Owners:
    """Whose parameters these are: through lists, groups, generators, `itertools.chain` and the like."""
    models: list[Value] = []
    tensors: list[Value] = []
    complete = parameters is not None
    pending = [parameters] if parameters is not None else []
    seen: set[int] = set()
    while pending and len(seen) < MAX_OWNERS:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        parts = _parts(value)
        if isinstance(value.payload, Parameters):
            models.append(value.payload.of)
        elif parts:
            pending.extend(reversed(parts))
        elif value.kind is Kind.TENSOR:
            tensors.append(value)
        elif value.op is not Op.CONSTANT and value.kind not in (Kind.FUNCTION, Kind.MODULE):
            complete = False
    return Owners(tuple(models), tuple(tensors), complete and not pending)


def _parts(value: Value) -> Sequence[Value]:
    payload = value.payload
    if isinstance(payload, Elements):
        return payload.items
    if isinstance(payload, Entries):
        return [payload.items["params"]] if "params" in payload.items else list(payload.items.values())
    through = value.op in (Op.ITERATE, Op.SELECT, Op.JOIN) or (value.op is Op.OPAQUE and value.kind is not Kind.TENSOR)
    return value.made_by.operands if through else ()


def few_tensors(construction: Event) -> bool:
    """It optimises a tensor or two, not a model; a constructor that nobody knows takes them first."""
    first = construction.operands[0] if construction.op is Op.OPAQUE and construction.operands else None
    parameters = construction.options.get("params", first)
    if parameters is None or not isinstance(parameters.payload, Elements):
        return False
    items = parameters.payload.items
    grouped = any(isinstance(item.payload, Entries) for item in items)
    return parameters.payload.exact and len(items) <= FEW and not grouped and not owners(parameters).models


def only_inputs(construction: Event, trace: Trace) -> bool:
    """All that the file learns is what its layers are given, an image or a latent; their own weights are constants."""
    learned = {id(event.operation) for event in trace.of(Op.WEIGHT) if event.result.gradient}
    if construction.options.get("params") is not None or not 0 < len(learned) <= FEW:
        return False
    layers = list(trace.of(*NETWORKS))
    fixed = all(
        len(layer.operands) > 1 and not any(id(leaf.made_by) in learned for leaf in leaves(layer.operands[1]))
        for layer in layers
    )
    return fixed and any(id(leaf.made_by) in learned for layer in layers for leaf in leaves(layer.x))


def related(a: Value, b: Value) -> bool:
    """One may be, hold, or be made from the other."""
    if not (solid(a) and solid(b)):
        return True
    return any(is_thing(part, b) for part in inside(a)) or any(is_thing(part, a) for part in inside(b))


def solid(model: Value) -> bool:
    """An object of its own, as far as the file tells."""
    return isinstance(model.payload, (Instance, Layer, Chain)) or model.op in (Op.ARGUMENT, Op.OPAQUE)


def inside(model: Value) -> Iterator[Value]:
    """The model, its parts, and what it was made from."""
    pending = [model]
    seen: set[int] = set()
    while pending and len(seen) < MAX_VISITED:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        yield value
        payload = value.payload
        if isinstance(payload, Instance):
            pending.extend(payload.cells.values())
        elif isinstance(payload, Chain):
            pending.extend(payload.layers)
        elif isinstance(payload, Elements):
            pending.extend(payload.items)
        pending.extend(value.made_by.operands)


# names


def denoted(node: cst.BaseExpression | None, site: Site) -> Value | None:
    """What a name or a chain of attributes of the file's objects holds at `site`."""
    if isinstance(node, cst.Name):
        return site.names.get(node.value)
    if isinstance(node, cst.Attribute):
        owner = denoted(node.value, site)
        if owner is not None and isinstance(owner.payload, Instance):
            return owner.payload.cells.get(node.attr.value)
    return None


def is_thing(value: Value | None, other: Value) -> bool:
    """Both are the same object."""
    return value is not None and (value.same(other) or (value.payload is not None and value.payload is other.payload))


def name_of(thing: Value, site: Site, preferred: cst.BaseExpression | None = None) -> str | None:
    """A name or attribute that holds the object at `site`, the preferred spelling if it does."""
    if preferred is not None and is_thing(denoted(preferred, site), thing):
        return code(preferred)
    found = [name for name, value in site.names.items() if is_thing(value, thing)]
    if not found:
        found = [
            f"{name}.{attribute}"
            for name, value in site.names.items()
            if isinstance(value.payload, Instance)
            for attribute, held in value.payload.cells.items()
            if isinstance(attribute, str) and is_thing(held, thing)
        ]
    return min(found, key=lambda name: (len(name), name), default=None)


def parameters_text(step: Event, trace: Trace) -> str | None:
    """How to write, at the step, the parameters that it updates."""
    written = {_constructed_text(construction, step) for construction in constructions(optimizer_of(step), trace)}
    if len(written) == 1 and (text := written.pop()) is not None:
        return text
    node = optimizer_node(step)
    if isinstance(node, (cst.Name, cst.Attribute)):
        return f'[p for group in {code(node)}.param_groups for p in group["params"]]'
    return None


def _constructed_text(construction: Event, step: Event) -> str | None:
    """`model.parameters()`, if the optimizer was built with it and the name still holds the model."""
    parameters = construction.options.get("params")
    if parameters is None or not isinstance(parameters.payload, Parameters):
        return None
    name = name_of(parameters.payload.of, step.site, parameters.payload.node)
    return f"{name}.parameters()" if name is not None else None
