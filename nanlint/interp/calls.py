"""Calls: what is called decides who interprets it."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.model import Call, Framework, Overload
from nanlint.interp.apis import call_layer, element_type, make_layer, opaque, perform
from nanlint.interp.builtins import BUILTINS
from nanlint.interp.classes import forward_method, instantiate
from nanlint.interp.containers import items_of, sequence
from nanlint.interp.contexts import gradient_mode
from nanlint.interp.datasets import columns, loader
from nanlint.interp.functions import call_function
from nanlint.interp.machine import EXPRESSIONS, Machine
from nanlint.interp.methods import call_member
from nanlint.interp.names import assign, dotted_name
from nanlint.interp.objects import (
    Chain,
    Class,
    Dotted,
    Entries,
    FloatInfo,
    Function,
    Instance,
    Layer,
    Member,
    Partial,
    Super,
)
from nanlint.interp.parameters import Arguments, evaluate_arguments
from nanlint.interp.values import choices

SEQUENTIAL = frozenset(name for f in frameworks.FRAMEWORKS for name in f.sequential)
CONTAINERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.containers)
LOADERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.loaders)
COLUMNS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.column_datasets)
FLOAT_INFO = frozenset(name for f in frameworks.FRAMEWORKS for name in f.float_info)
WRAPPERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.wrappers)


def call(machine: Machine, node: cst.Call) -> Value:
    """`f(...)`; a long chain of methods (`x.a().b().c()`) recurses once per link, as it is nested."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
        return _super(machine)
    callee = machine.evaluate(node.func)
    return call_value(machine, callee, evaluate_arguments(machine, node.args), node)


def _super(machine: Machine) -> Value:
    active = machine.active
    if active.owner is None or active.receiver is None:
        return machine.unknown()
    return machine.thing(Kind.OBJECT, Super(active.receiver, active.owner))


def call_value(machine: Machine, callee: Value, given: Arguments, node: cst.Call) -> Value:
    """What calling the Value gives."""
    payload = callee.payload
    if isinstance(payload, Dotted):
        return call_dotted(machine, payload.name, given, node)
    if isinstance(payload, Function):
        return call_function(machine, payload, given, node)
    if isinstance(payload, Class):
        return instantiate(machine, payload, given, node)
    if isinstance(payload, Layer):
        return call_layer(machine, payload, given, node)
    if isinstance(payload, Chain):
        return call_chain(machine, payload, given, node)
    if isinstance(payload, Instance):
        return _call_instance(machine, callee, given, node)
    if isinstance(payload, Partial):
        keywords = {**{name: (value, None) for name, value in payload.keywords.items()}, **given.named}
        whole = Arguments(given.positional, keywords, given.star).behind(*payload.positional)
        return call_value(machine, payload.function, whole, node)
    either = choices(callee)
    if any(choice.payload is not None for choice in either):
        return machine.join([call_value(machine, choice, given, node) for choice in either])
    if isinstance(payload, Member):
        return call_member(machine, payload.receiver, payload.name, given, node)
    return opaque(machine, given, node, dotted_name(node.func), callee)


def _call_instance(machine: Machine, callee: Value, given: Arguments, node: cst.Call) -> Value:
    method = forward_method(machine, callee)
    if method is not None and isinstance(method.payload, Function):
        return call_function(machine, method.payload, given, node)
    return opaque(machine, given, node, dotted_name(node.func), callee)


def call_chain(machine: Machine, chain: Chain, given: Arguments, node: cst.Call) -> Value:
    """Layers one after the other; a layer of which nothing is known gives an unknown."""
    value = given.first() or machine.unknown()
    for layer in chain.layers[:-1]:
        result = call_value(machine, layer, Arguments(((value, None),)), node)
        value = result if chain.exact else machine.join([value, result])
    return call_value(machine, chain.layers[-1], Arguments(((value, None),)), node) if chain.layers else value


def call_dotted(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value:
    """Something outside the file: a builtin, a framework's function, layer or optimizer, or anything else."""
    builtin = BUILTINS.get(name)
    if builtin is not None:
        return builtin(machine, given, node)
    found = frameworks.function(name) or unbound_method(name)
    if found is not None:
        result = perform(machine, found[0], found[1], given, node, name)
        if name.endswith("_") and found[0].in_place and result.op is not Op.CLIP_GRADIENT and node.args:
            assign(machine, node.args[0].value, result)  # a clip changes the gradients, not its argument
        return result
    mode = gradient_mode(machine, name, given.first())
    if mode is not None:
        return mode
    layer = frameworks.layer(name) or frameworks.distribution(name)
    if layer is not None:
        return make_layer(machine, layer[0], name, layer[1], given, node)
    if frameworks.optimizer(name) is not None:
        return _make_optimizer(machine, name, given, node)
    made = _make(machine, name, given)
    if made is not None:
        return made
    kind = frameworks.object_kind(name)
    result = opaque(machine, given, node, name)
    return result if kind is None else replace(result, kind=kind)


def _make(machine: Machine, name: str, given: Arguments) -> Value | None:
    """What holds or wraps other things: containers of layers, datasets, wrappers, limits of a dtype."""
    if name in SEQUENTIAL:
        return machine.thing(Kind.LAYER, _chain(given))
    if name in CONTAINERS:
        return _container(machine, given)
    if name in FLOAT_INFO:
        return machine.thing(Kind.OBJECT, FloatInfo(element_type(machine, given.first())))
    if name in WRAPPERS and given.positional:
        return given.positional[0][0]
    if name in LOADERS:
        return loader(machine, given)
    if name in COLUMNS:
        return columns(machine, given)
    return None


def unbound_method(name: str) -> tuple[Framework, Call | Overload] | None:
    """`torch.Tensor.exp`: a method as a function."""
    owner, _, method = name.rpartition(".")
    framework = next((table for table in frameworks.FRAMEWORKS if owner in table.tensor_types), None)
    return None if framework is None else frameworks.method(framework.name, method)


def _chain(given: Arguments) -> Chain:
    """`Sequential(a, b)`, `Sequential(*layers)`, `Sequential(OrderedDict(a=...))`."""
    values = tuple(value for value, _ in given.positional)
    if len(values) == 1 and isinstance(values[0].payload, Entries):
        return Chain(tuple(values[0].payload.items.values()), values[0].payload.exact)
    return Chain(values, not given.star)


def _container(machine: Machine, given: Arguments) -> Value:
    """`ModuleList([...])`, `ModuleDict({...})`, `ParameterList`."""
    content = given.first()
    if content is None:
        return sequence(machine, ())
    if isinstance(content.payload, Entries):
        return machine.thing(Kind.MAPPING, content.payload)
    items = items_of(content)
    return content if items is not None else sequence(machine, (machine.unknown(content),), exact=False)


def _make_optimizer(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value:
    """An optimizer: an event with the constructor's arguments under canonical names."""
    found = frameworks.optimizer(name)
    if found is None:
        return opaque(machine, given, node, name)
    framework, entry = found
    options: dict[str, Value] = {}
    nodes: dict[str, cst.BaseExpression] = {}
    spelled = {parameter.spelled: parameter.canonical for parameter in entry.parameters}
    named = list(given.named.items())
    for parameter, argument in [*zip((p.spelled for p in entry.parameters), given.positional, strict=False), *named]:
        value, expression = argument
        canonical = spelled.get(parameter, parameter)
        options[canonical] = value
        if expression is not None:
            nodes[canonical] = expression
    return machine.record(
        Op.OPTIMIZER,
        (),
        node,
        options=options,
        option_nodes=nodes,
        framework=framework.name,
        kind=Kind.OPTIMIZER,
        spelling=name,
    )


EXPRESSIONS[cst.Call] = call
