"""Methods of what is no object of the file: containers, parsers, models, optimizers, arrays."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.interp.apis import apply, cast_to, fills, opaque, perform, started
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import array_framework
from nanlint.interp.binding import Bound, bind, chosen
from nanlint.interp.classes import FORWARD, LAYERS, set_layers
from nanlint.interp.compiled import compiled, fitted, predicted
from nanlint.interp.container_methods import container_method, rebind
from nanlint.interp.containers import element
from nanlint.interp.functional import FUNCTIONAL, call_functional, functional
from nanlint.interp.generators import generated
from nanlint.interp.initial import weight
from nanlint.interp.keepers import KEEPERS, keep
from nanlint.interp.machine import Machine
from nanlint.interp.modules import GOING_OVER, all_modules, apply_to_all
from nanlint.interp.names import change
from nanlint.interp.objects import (
    ArgumentParser,
    Chain,
    Class,
    Elements,
    Entries,
    FilePath,
    Graph,
    Instance,
    Layer,
    Parameters,
    Shape,
    TrainingState,
)
from nanlint.interp.options import parser_method
from nanlint.interp.paths import path_method
from nanlint.interp.pipelines import flowing
from nanlint.interp.precision import cast_model
from nanlint.interp.rates import SETTERS, variable_set
from nanlint.interp.records import tuple_method
from nanlint.interp.scalers import scaled
from nanlint.interp.states import changed, clip_gradients, constructor, state
from nanlint.interp.store import Fact
from nanlint.interp.trees import mapped
from nanlint.interp.updates import updated
from nanlint.interp.values import choices

ITSELF = frozenset(
    {"to", "type", "cuda", "cpu", "train", "eval", "half", "bfloat16", "double", "float", "requires_grad_",
     "share_memory"}
)  # fmt: skip
"""Methods of models and layers that return the model."""


DIFFERENTIATING = frozenset(table.name for table in frameworks.FRAMEWORKS if table.gradients)
STRING_METHODS = frozenset({"find", "startswith", "endswith", "count", "lower", "upper", "strip"})
PARAMETERS = frozenset({"parameters", "named_parameters", "trainable_variables"})


def call_member(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    """`receiver.name(...)`."""
    payload = receiver.payload
    if "." + name in SETTERS and given.positional and isinstance(node.func, cst.Attribute):
        variable_set(machine, receiver, given.positional[0][0], node.func.value)
    if isinstance(payload, ArgumentParser):
        return parser_method(machine, receiver, payload, name, given, node)
    found = _own_method(machine, receiver, name, given, node)
    if found is not None:
        return found
    either = choices(receiver)
    if any(_has_methods(choice) for choice in either):
        return machine.join([call_member(machine, choice, name, given, node) for choice in either])
    if receiver.kind in (Kind.MODEL, Kind.LAYER, Kind.LOSS) or isinstance(payload, (Layer, Chain, Instance, Graph)):
        return _module_method(machine, receiver, name, given, node)
    text = _string_method(machine, receiver, name, given)
    if text is not None:
        return text
    if receiver.kind is Kind.SESSION and name == "run":
        return _fetched(machine, receiver, given, node)
    step = _protocol_method(machine, receiver, name, given, node)
    if step is not None:
        return step
    if receiver.kind is Kind.DISTRIBUTION or receiver.kind in _NO_ARRAY:
        return opaque(machine, given, node, "." + name, receiver)
    return _array_method(machine, receiver, name, given, node)


_NO_ARRAY = frozenset({Kind.STRING, Kind.PATH, Kind.MODULE, Kind.FUNCTION, Kind.CLASS, Kind.NONE, Kind.OPTIMIZER})


def _own_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """A method of a container, a path, a training state, an indexed array or a dataset; None: it is none of these."""
    payload = receiver.payload
    if isinstance(payload, (Elements, Entries)):
        found = container_method(machine, receiver, name, given, node)
        if found is not None:
            return found
    if isinstance(payload, FilePath):
        return path_method(machine, receiver, name, given)
    return (
        _state_method(machine, receiver, name, given, node)
        or updated(machine, receiver, name, given, node)
        or flowing(machine, receiver, name, given, node)
    )


def _state_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """`state.replace(...)`, and the constructor of a training state that a class of the file inherits."""
    if isinstance(receiver.payload, TrainingState) and name == "replace":
        return changed(machine, receiver, given, stepped=False)
    maker = constructor(receiver.payload, name) if isinstance(receiver.payload, Class) else ""
    return state(machine, maker, given, node) if maker else None


def _string_method(machine: Machine, receiver: Value, name: str, given: Arguments) -> Value | None:
    """`"Conv2d".find("Conv")`: a method of a known string."""
    text, arguments = receiver.constant, [value.constant for value in given.values]
    if not isinstance(text, str) or name not in STRING_METHODS or not all(isinstance(a, str) for a in arguments):
        return None
    try:
        return machine.constant(getattr(text, name)(*arguments))
    except TypeError:  # not the method's number of arguments
        return None


def _has_methods(value: Value) -> bool:
    return isinstance(value.payload, (Instance, Layer, Chain, Graph)) or value.kind is Kind.OPTIMIZER


def _protocol_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """A method of an optimizer, a scaler, a distribution: a step of the protocol. None: no such method."""
    found = frameworks.protocol(receiver.kind, name, receiver.made_by.framework, *sorted(machine.imported))
    if found is not None and found[1].op is Op.STEP and _at_hand(machine, receiver, found[0]):
        _run_closure(machine, given, node)
        clip_gradients(machine, receiver, given.values[0] if given.values else machine.unknown(), node)
    return protocol_event(machine, receiver, name, given, node)


def protocol_event(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """The step of the protocol alone: whoever runs the method of a class of the file has run what it does."""
    found = frameworks.protocol(receiver.kind, name, receiver.made_by.framework, *sorted(machine.imported))
    if found is None or not _at_hand(machine, receiver, found[0]):
        return None
    framework, call = found
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    bound = bind(
        machine, framework, call, Arguments(((receiver, owner), *given.positional), given.keywords, given.star)
    )
    if bound is None:
        return None
    if call.op is Op.WEIGHT:
        return weight(machine, framework, bound, node, "." + name)
    if call.op is Op.ITERATE and receiver.kind is Kind.LAYER:
        return generated(machine, framework, bound, node, "." + name)
    if call.op is Op.COMPILE:
        return compiled(machine, framework, bound, node)
    if call.op is Op.MINIMIZE:
        return _minimized(machine, framework, bound, node, "." + name)
    if call.op in (Op.FIT, Op.PREDICT) and receiver.kind is not Kind.TRAINER:
        run = fitted if call.op is Op.FIT else predicted
        return run(machine, framework, bound, node, "." + name)
    result = apply(machine, framework, call, bound, node, "." + name)
    return changed(machine, receiver, given, stepped=True) if isinstance(receiver.payload, TrainingState) else result


def _at_hand(machine: Machine, receiver: Value, framework: Framework) -> bool:
    """The file works with the framework, as far as it says with which: `compile` of another one is another method."""
    known = machine.imported & DIFFERENTIATING
    return not known or framework.name in known or framework.name == receiver.made_by.framework


def _fetched(machine: Machine, session: Value, given: Arguments, node: cst.Call) -> Value:
    """`session.run([step, loss], feed_dict)`: what the tensors of a graph hold this time, without a gradient."""
    fetches = given.first() or given.named.get("fetches", (machine.unknown(), None))[0]
    opaque(machine, given, node, ".run", session)

    def held(leaf: Value) -> Value:
        made_by = Operation(Op.ITERATE, (leaf,), number=next(machine.fresh_numbers), framework=leaf.made_by.framework)
        return replace(leaf, made_by=made_by, gradient=False, payload=None)

    return mapped(machine, fetches, held)


def _minimized(machine: Machine, framework: Framework, bound: Bound, node: cst.Call, spelling: str) -> Value:
    """`optimizer.minimize(loss)`: a backward pass, then a step; the loss may come as a function that computes it."""
    loss = bound.options.get("loss") or machine.unknown()
    if loss.kind is Kind.FUNCTION:
        loss = machine.call(loss, Arguments(), node)
    written = bound.option_nodes.get("loss")
    backward = Bound([loss], [written])
    apply(machine, framework, Call(Op.BACKWARD, (), result=Kind.UNKNOWN), backward, node, spelling)
    step = Bound(bound.operands, bound.nodes)
    return apply(machine, framework, Call(Op.STEP, (), result=Kind.OBJECT), step, node, spelling)


def _run_closure(machine: Machine, given: Arguments, node: cst.Call) -> None:
    """`optimizer.step(closure)` runs the closure first."""
    closure = given.first()
    if closure is not None and closure.kind is Kind.FUNCTION:
        machine.call(closure, Arguments(), node)


# models and layers


def _module_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    learned = scaled(machine, receiver, name, given, node)
    if learned is not None:
        return learned
    if name in ITSELF:
        dtype = _dtype_named(machine, receiver, name, given)
        if dtype is None:
            opaque(machine, given, node, "." + name, receiver)
        else:
            cast_model(machine, receiver, dtype, node, "." + name)
        return receiver
    if name in PARAMETERS:
        return _parameters(machine, receiver, node)
    if name in FUNCTIONAL and functional(receiver, name):
        return call_functional(machine, receiver, given, node)
    if name == "apply" and given.positional:
        return apply_to_all(machine, receiver, given.positional[0][0], node)
    if name in GOING_OVER:
        return all_modules(machine, receiver, name)
    if _built(machine, receiver, name, given, node):
        return machine.constant(None)
    if name in ("__call__", *FORWARD) and isinstance(receiver.payload, (Instance, Chain, Layer, Graph)):
        return machine.call(_runs(receiver, name), given, node)
    made = tuple_method(machine, receiver, name, given) or _protocol_method(machine, receiver, name, given, node)
    return opaque(machine, given, node, "." + name, receiver) if made is None else made


def _built(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> bool:
    """Methods that put something into a module: its layers, a layer, a buffer, a parameter."""
    own = receiver.payload.cells if isinstance(receiver.payload, Instance) else None
    if name == "__init__" and own is not None:
        set_layers(machine, receiver, given)
    elif name in ("add_module", "register_module", "append", "add") and given.positional:
        _add_layer(machine, receiver, given, node)
    elif name in KEEPERS and isinstance(receiver.payload, Instance):
        keep(machine, receiver.payload, name, given)
    elif name in ("register_buffer", "register_parameter") and len(given.positional) >= 2 and own is not None:
        key = given.positional[0][0].constant
        if isinstance(key, str):
            machine.store.write(own, key, given.positional[1][0])
    else:
        return False
    return True


def _runs(receiver: Value, name: str) -> Value:
    """What runs instead of a method that no class of the file defines."""
    own = receiver.payload.cells.get(LAYERS) if isinstance(receiver.payload, Instance) else None
    return own if own is not None and name in FORWARD else receiver


def _dtype_named(machine: Machine, model: Value, name: str, given: Arguments) -> Value | None:
    """The dtype of `model.half()`, `model.to(device, torch.bfloat16)`; None where none is named."""
    framework = array_framework(machine, model, name)
    entry = framework.methods.get(name) if framework is not None else None
    if framework is None or not isinstance(entry, Call) or entry.op is not Op.CAST:
        return None
    bound = bind(machine, framework, entry, given.behind(model))
    return None if bound is None else cast_to(machine, framework, bound)


def _add_layer(machine: Machine, receiver: Value, given: Arguments, node: cst.Call) -> None:
    layer = given.positional[-1][0]
    if isinstance(receiver.payload, Chain):
        rebind(machine, node, receiver, machine.thing(receiver.kind, _lengthened(receiver.payload, layer, given)))
    elif isinstance(receiver.payload, Instance) and len(given.positional) == 2:
        key = given.positional[0][0].constant
        if isinstance(key, str):
            machine.store.write(receiver.payload.cells, key, layer)
        _lengthen_own(machine, receiver.payload, layer, given)
    elif isinstance(receiver.payload, Instance):
        _lengthen_own(machine, receiver.payload, layer, given)


def _lengthen_own(machine: Machine, instance: Instance, layer: Value, given: Arguments) -> None:
    """An object of a class that derives from `Sequential` runs the layers added to it."""
    own = instance.cells.get(LAYERS)
    if own is not None and isinstance(own.payload, Chain):
        machine.store.write(instance.cells, LAYERS, machine.thing(own.kind, _lengthened(own.payload, layer, given)))


def _lengthened(chain: Chain, layer: Value, given: Arguments) -> Chain:
    """The chain with one more layer at its end, with or without a name."""
    name = given.positional[0][0].constant if len(given.positional) == 2 else None
    named = isinstance(name, str) and len(chain.names) == len(chain.layers)
    return Chain((*chain.layers, layer), chain.exact, names=(*chain.names, str(name)) if named else ())


# arrays


def _array_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    framework = array_framework(machine, receiver, name, *given.named)
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
    held, receiver = receiver, _typed(machine, framework, receiver, name, given)
    operand = node.func.value if isinstance(node.func, cst.Attribute) else None
    whole = Arguments(((receiver, operand), *given.positional), given.keywords, given.star)
    if receiver.kind is Kind.TENSOR:
        result = perform(machine, framework, entry, whole, node, "." + name)
    else:
        result = _uncertain(machine, framework, entry, whole, node, "." + name)
    if isinstance(node.func, cst.Attribute) and fills(framework, chosen(entry, whole), name):
        change(machine, node.func.value, held, started(held, result))
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


TELLING_PROTOCOL = {"zero_grad": Kind.OPTIMIZER, "unscale_": Kind.SCALER, "apply_gradients": Kind.OPTIMIZER}
PASSED_ON = frozenset({Op.COPY, Op.ITERATE, Op.SELECT, Op.CLAMP, Op.JOIN})
MAX_LINKS = 4  # from an argument back to the backward pass


def _takes_gradients(name: str, given: Arguments) -> bool:
    """`optimizer.update(gradients, state)`: no dictionary takes two, nor what a backward pass gave."""
    value = given.first() if name == "update" and len(given.positional) > 1 else None
    for _ in range(MAX_LINKS):
        if value is None or value.op not in PASSED_ON or not value.made_by.operands:
            break
        value = value.made_by.operands[0]
    return value is not None and value.op is Op.BACKWARD


def _unknown_method(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value:
    """A method that no table has; some names tell what the receiver is."""
    if name in PARAMETERS:
        return _parameters(machine, receiver, node)
    kind = Kind.OPTIMIZER if _takes_gradients(name, given) else TELLING_PROTOCOL.get(name)
    if kind is not None and receiver.kind is Kind.UNKNOWN:
        machine.store.learn({receiver.number: Fact(kind=kind)})
        step = _protocol_method(machine, replace(receiver, kind=kind), name, given, node)
        if step is not None:
            return step
    result = opaque(machine, given, node, "." + name, receiver)
    origin = machine.trace.origin(receiver)
    helper = frameworks.helper(origin.site.spelling) if origin is not None else None
    if helper is not None and name in helper.passing and given.positional and not given.star:
        values = tuple(value for value, _ in given.positional)
        return values[0] if len(values) == 1 else machine.thing(Kind.SEQUENCE, Elements(values))
    return result


def _parameters(machine: Machine, receiver: Value, node: cst.Call) -> Value:
    """`model.parameters()`."""
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    return machine.thing(Kind.SEQUENCE, Parameters(receiver, owner))
