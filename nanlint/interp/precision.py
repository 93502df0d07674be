"""The dtype that code asks for: models cast to another one, autocast regions, the default of new arrays."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import KERNEL, LOSSES
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import BY_NAME
from nanlint.interp.binding import as_dtype, bind
from nanlint.interp.machine import Machine
from nanlint.interp.objects import AutocastMode, Chain, Elements, Entries, Instance, Layer, Region
from nanlint.ops.model import rounded

CONTEXTS = {name: (table, call) for table in FRAMEWORKS for name, call in table.autocast_contexts.items()}
DOUBLE_FLAGS = dict(table.double_flag for table in FRAMEWORKS if table.double_flag is not None)
POLICY_SETTERS = {name: table for table in FRAMEWORKS for name in table.policy_setters}
DEFAULT_FLOAT_SETTERS = {name: table for table in FRAMEWORKS for name in table.default_float_setters}
MAX_PARTS = 400  # layers and objects of one model that a cast visits
_LEARNED = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.STANDARDIZE})
"""Layers with parameters, whose result has the parameters' dtype."""


def cast_model(machine: Machine, model: Value, dtype: Value, node: cst.CSTNode, spelling: str) -> None:
    """The model's parameters, and those of everything in it, are of another dtype from now on: an event."""
    if not isinstance(dtype.payload, Dtype):
        return
    number, framework = model.number, model.made_by.framework
    machine.note(Operation(Op.CAST, (model,), {"dtype": dtype}, number, framework), model, node, spelling=spelling)
    pending, seen = [model], set[int]()
    while pending and len(seen) < MAX_PARTS:
        part = pending.pop()
        payload = part.payload
        if id(payload) in seen:
            continue
        seen.add(id(payload))
        if part is model or isinstance(payload, (Instance, Layer, Chain)):
            machine.store.write(machine.attributes, (part.number, Op.CAST), dtype)
        if isinstance(payload, Instance):
            pending.extend(payload.cells.values())
            _cast_tensors(machine, payload, dtype.payload)
        elif isinstance(payload, Chain):
            pending.extend(payload.layers)
        elif isinstance(payload, Elements):
            pending.extend(payload.items)
        elif isinstance(payload, Entries):
            pending.extend(payload.items.values())


def _cast_tensors(machine: Machine, instance: Instance, dtype: Dtype) -> None:
    """Parameters and buffers; other attributes that are tensors are too few to tell them apart."""
    for name, value in list(instance.cells.items()):
        weight = value.op is Op.WEIGHT and not value.dtype.integer
        if value.kind is Kind.TENSOR and (weight or value.dtype.floating):
            cast = replace(value, dtype=dtype, range=rounded(value.range, dtype))
            machine.store.write(instance.cells, name, cast)


def loaded_as(machine: Machine, model: Value, given: Arguments, node: cst.CSTNode, spelling: str) -> None:
    """`from_pretrained(name, torch_dtype=torch.float16)`: a model whose parameters are half."""
    for framework in FRAMEWORKS:
        for keyword in framework.model_dtypes & given.named.keys():
            cast_model(machine, model, as_dtype(machine, framework, given.named[keyword][0]), node, spelling)


def made_as(machine: Machine, layer: Value, given: Arguments) -> Value:
    """A layer with the dtype that its constructor was given."""
    dtype = given.named.get("dtype")
    if dtype is not None and isinstance(layer.payload, Layer):
        for framework in FRAMEWORKS:
            found = _policy(machine, framework, dtype[0])
            if framework.name == layer.payload.framework and isinstance(found.payload, Dtype):
                machine.store.write(machine.attributes, (layer.number, Op.CAST), found)
    return layer


def dtype_of_model(machine: Machine, model: Value) -> Dtype | None:
    """What the model was cast to; None: nothing is known, or it is what it was made as."""
    found = machine.attributes.get((model.number, Op.CAST))
    return found.payload if found is not None and isinstance(found.payload, Dtype) else None


def cast_layer(machine: Machine, callee: Value, layer: Layer, given: Arguments) -> tuple[Layer, Arguments]:
    """The layer and its arguments in the dtype that its parameters have: it takes no arrays of another one."""
    dtype = dtype_of_model(machine, callee)
    own = BY_NAME[layer.framework].layer_float
    if own is not None and layer.call.op is not Op.EMBEDDING:
        policy = own if layer.call.op in LOSSES else machine.layer_floats.get(layer.framework, own)
        return _casting(layer, dtype or policy, given)
    if dtype is None or layer.call.op not in _LEARNED or machine.active.autocast is not None:
        return layer, given
    number = machine.numbers.setdefault(("dtype", dtype), next(machine.fresh_numbers))
    option = machine.thing(Kind.OBJECT, dtype)
    option = replace(option, made_by=replace(option.made_by, number=number))
    cast = replace(layer, options={**layer.options, "dtype": option})
    if layer.call.op is Op.EMBEDDING:
        return cast, given
    return cast, _arguments_in(dtype, given)


def _casting(layer: Layer, dtype: Dtype, given: Arguments) -> tuple[Layer, Arguments]:
    """A layer that casts what it is given, and its own weights, to the dtype."""
    if KERNEL in layer.options:
        layer = replace(layer, options={**layer.options, KERNEL: _in_dtype(layer.options[KERNEL], dtype)})
    return layer, _arguments_in(dtype, given)


def cast_inputs(machine: Machine, framework: str, given: Arguments) -> Arguments:
    """The arguments of a whole model, as its first layers take them."""
    own = BY_NAME[framework].layer_float if framework in BY_NAME else None
    return given if own is None else _arguments_in(machine.layer_floats.get(framework, own), given)


def _arguments_in(dtype: Dtype, given: Arguments) -> Arguments:
    positional = tuple((_in_dtype(value, dtype), node) for value, node in given.positional)
    keywords = {name: (_in_dtype(value, dtype), node) for name, (value, node) in given.named.items()}
    return replace(given, positional=positional, keywords=keywords)


def _in_dtype(value: Value, dtype: Dtype) -> Value:
    if value.kind not in (Kind.TENSOR, Kind.UNKNOWN) or value.dtype.integer or value.dtype is dtype:
        return value
    return replace(value, dtype=dtype, range=rounded(value.range, dtype))


# regions and defaults


def autocast_mode(machine: Machine, name: str, given: Arguments, node: cst.CSTNode) -> Value | None:
    """What a call of `autocast(...)` gives; None for any other name."""
    found = CONTEXTS.get(name)
    if found is None:
        return None
    framework, call = found
    bound = bind(machine, framework, call, given)
    options = {} if bound is None else bound.options
    device, enabled = options.get("device"), options.get("enabled")
    rules = framework.autocast.get(_device_type(device)) or next(iter(framework.autocast.values()))
    dtype = options.get("dtype")
    if dtype is None or dtype.is_none:
        chosen: object = rules.default
    else:
        chosen = as_dtype(machine, framework, dtype).payload
    switched = True if enabled is None else enabled.constant
    region = Region(
        framework.name, rules, chosen if isinstance(chosen, Dtype) else Dtype.UNKNOWN, switched is True, node
    )
    return machine.thing(Kind.OBJECT, AutocastMode(None if switched is False else region))


def _device_type(device: Value | None) -> str:
    """`cuda` of "cuda:0"; "" where it is not known."""
    name = device.constant if device is not None else None
    return name.partition(":")[0] if isinstance(name, str) else ""


def set_policy(machine: Machine, name: str, given: Arguments) -> Value | None:
    """`set_global_policy("mixed_float16")`: layers compute in float16; None for any other name."""
    framework, value = POLICY_SETTERS.get(name), given.first()
    if framework is None or value is None:
        return None
    found = _policy(machine, framework, value).payload
    if isinstance(found, Dtype):
        machine.layer_floats[framework.name] = found
    return machine.constant(None)


def _policy(machine: Machine, framework: Framework, value: Value) -> Value:
    """In what layers compute under a dtype, or a policy by its name; anything else stays what it is."""
    name = value.constant
    return as_dtype(
        machine, framework, machine.constant(name.removeprefix("mixed_")) if isinstance(name, str) else value
    )


def set_default_float(machine: Machine, name: str, given: Arguments) -> Value | None:
    """`torch.set_default_dtype(dtype)`; None for any other name."""
    if name in DOUBLE_FLAGS:
        return _set_flag(machine, DOUBLE_FLAGS[name], given)
    framework, value = DEFAULT_FLOAT_SETTERS.get(name), given.first()
    if framework is None or value is None:
        return None
    found = as_dtype(machine, framework, value).payload
    if isinstance(found, Dtype) and found.floating:
        machine.default_float = found
    return machine.constant(None)


def _set_flag(machine: Machine, flag: str, given: Arguments) -> Value:
    """`jax.config.update("jax_enable_x64", True)`."""
    values = given.values
    if len(values) == 2 and values[0].constant == flag and values[1].constant is not False:
        machine.default_float = Dtype.FLOAT64
    return machine.constant(None)
