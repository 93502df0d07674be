"""Methods of what is no object of the file: containers, parsers, models, optimizers, arrays."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.model import Call, Framework, Overload
from nanlint.interp.apis import apply, bind, call_layer, opaque, perform
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import array_framework
from nanlint.interp.container_methods import container_method, rebind
from nanlint.interp.containers import element
from nanlint.interp.machine import Machine
from nanlint.interp.names import assign
from nanlint.interp.objects import (
    ArgumentParser,
    Chain,
    Elements,
    Entries,
    Instance,
    Layer,
    Parameters,
    Shape,
)
from nanlint.interp.parser import parser_method
from nanlint.interp.store import Fact
from nanlint.interp.values import choices

ITSELF = frozenset(
    {"to", "cuda", "cpu", "train", "eval", "half", "bfloat16", "double", "float", "requires_grad_", "share_memory"}
)
"""Methods of models and layers that return the model."""


PARAMETERS = frozenset({"parameters", "named_parameters", "trainable_variables"})


def call_member(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    """`receiver.name(...)`."""
    payload = receiver.payload
    if isinstance(payload, ArgumentParser):
        return parser_method(machine, receiver, payload, name, given)
    if isinstance(payload, (Elements, Entries)):
        found = container_method(machine, receiver, name, given, node)
        if found is not None:
            return found
    either = choices(receiver)
    if any(_has_methods(choice) for choice in either):
        return machine.join([call_member(machine, choice, name, given, node) for choice in either])
    if receiver.kind in (Kind.MODEL, Kind.LAYER, Kind.LOSS) or isinstance(payload, (Layer, Chain, Instance)):
        return _module_method(machine, receiver, name, given, node)
    step = _protocol_method(machine, receiver, name, given, node)
    if step is not None:
        return step
    if receiver.kind is Kind.DISTRIBUTION or receiver.kind in _NO_ARRAY:
        return opaque(machine, given, node, "." + name, receiver)
    return _array_method(machine, receiver, name, given, node)


_NO_ARRAY = frozenset({Kind.STRING, Kind.PATH, Kind.MODULE, Kind.FUNCTION, Kind.CLASS, Kind.NONE, Kind.OPTIMIZER})


def _has_methods(value: Value) -> bool:
    return isinstance(value.payload, (Instance, Layer, Chain)) or value.kind is Kind.OPTIMIZER


def _protocol_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """A method of an optimizer, a scaler, a distribution: a step of the protocol. None: no such method."""
    found = frameworks.protocol(receiver.kind, name)
    if found is None:
        return None
    framework, call = found
    if call.op is Op.STEP:
        _run_closure(machine, given, node)
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    bound = bind(
        machine, framework, call, Arguments(((receiver, owner), *given.positional), given.keywords, given.star)
    )
    return None if bound is None else apply(machine, framework, call, bound, node, "." + name)


def _run_closure(machine: Machine, given: Arguments, node: cst.Call) -> None:
    """`optimizer.step(closure)` runs the closure first."""
    closure = given.first()
    if closure is not None and closure.kind is Kind.FUNCTION:
        machine.call(closure, Arguments(), node)


# models and layers


def _module_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    if name in ITSELF:
        opaque(machine, given, node, "." + name, receiver)  # an event: `half` changes the weights' dtype
        return receiver
    if name in PARAMETERS:
        return _parameters(machine, receiver, node)
    if name == "forward" and isinstance(receiver.payload, Layer):
        return call_layer(machine, receiver.payload, given, node)
    if name in ("add_module", "register_module", "append") and given.positional:
        _add_layer(machine, receiver, given, node)
        return machine.constant(None)
    if name == "register_buffer" and len(given.positional) >= 2 and isinstance(receiver.payload, Instance):
        key = given.positional[0][0].constant
        if isinstance(key, str):
            machine.store.write(receiver.payload.cells, key, given.positional[1][0])
        return machine.constant(None)
    step = _protocol_method(machine, receiver, name, given, node)
    return opaque(machine, given, node, "." + name, receiver) if step is None else step


def _add_layer(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> None:
    layer = given.positional[-1][0]
    if isinstance(receiver.payload, Chain):
        rebind(
            machine, node, replace(receiver, payload=Chain((*receiver.payload.layers, layer), receiver.payload.exact))
        )
    elif isinstance(receiver.payload, Instance) and len(given.positional) == 2:
        key = given.positional[0][0].constant
        if isinstance(key, str):
            machine.store.write(receiver.payload.cells, key, layer)


# arrays


def _array_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    framework = array_framework(machine, receiver, name)
    if framework is None:
        return _unknown_method(machine, receiver, name, given, node)
    if name in ("size", "dim", "ndimension", "numel", "nelement"):
        return _size(machine, receiver, name, given)
    entry = framework.methods.get(name)
    in_place = entry is None and framework.in_place and name.endswith("_")
    if in_place:
        entry = framework.methods.get(name[:-1])
    if entry is None:
        return _unknown_method(machine, receiver, name, given, node)
    receiver = _typed(machine, framework, receiver, name, given)
    operand = node.func.value if isinstance(node.func, cst.Attribute) else None
    whole = Arguments(((receiver, operand), *given.positional), given.keywords, given.star)
    if receiver.kind is Kind.TENSOR:
        result = perform(machine, framework, entry, whole, node, "." + name)
    else:
        result = _uncertain(machine, framework, entry, whole, node, "." + name)
    if framework.in_place and name.endswith("_") and isinstance(node.func, cst.Attribute):
        assign(machine, node.func.value, result)
    return result


def _uncertain(
    machine: Machine, framework: Framework, entry: Call | Overload, given: Arguments, node: cst.Call, spelling: str
) -> Value:
    """A method that arrays have, on something that may be no array: the result may be none either."""
    return perform(machine, replace(framework, result=Kind.UNKNOWN), entry, given, node, spelling)


def _typed(machine: Machine, framework: Framework, receiver: Value, name: str, given: Arguments) -> Value:
    """An unknown receiver of a method that only arrays have is an array; so is that of a bare `.log()`."""
    if receiver.kind is not Kind.UNKNOWN:
        return receiver
    plain = name.removesuffix("_") if framework.in_place else name
    telling = plain in framework.telling_methods or name in framework.telling_methods
    bare = plain in ("log", "sqrt", "exp") and not given.values
    return machine.as_array(receiver, framework.name) if telling or bare else receiver


def _size(machine: Machine, receiver: Value, name: str, given: Arguments) -> Value:
    shape = machine.thing(Kind.SEQUENCE, Shape(receiver))
    number = machine.numbers.setdefault(("shape", receiver.number), shape.number)
    shape = replace(shape, made_by=replace(shape.made_by, number=number))
    axis = given.first()
    if name == "size" and axis is None:
        return shape
    index = axis.constant if axis is not None else name
    which = index if isinstance(index, int) else None
    return element(machine, shape, which)


TELLING_PROTOCOL = {"zero_grad": Kind.OPTIMIZER, "unscale_": Kind.SCALER}


def _unknown_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    """A method that no table has; some names tell what the receiver is."""
    if name in PARAMETERS:
        return _parameters(machine, receiver, node)
    kind = TELLING_PROTOCOL.get(name)
    if kind is not None and receiver.kind is Kind.UNKNOWN:
        machine.store.learn({receiver.number: Fact(kind=kind)})
        step = _protocol_method(machine, replace(receiver, kind=kind), name, given, node)
        if step is not None:
            return step
    return opaque(machine, given, node, "." + name, receiver)


def _parameters(machine: Machine, receiver: Value, node: cst.Call) -> Value:
    """`model.parameters()`."""
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    return machine.thing(Kind.SEQUENCE, Parameters(receiver, owner))
