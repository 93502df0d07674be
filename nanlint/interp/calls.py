"""Calls: what is called decides who interprets it."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.model import Call, Framework, Overload
from nanlint.interp.apis import call_layer, element_type, make_layer, opaque, perform
from nanlint.interp.arguments import Arguments
from nanlint.interp.builtins import BUILTINS
from nanlint.interp.classes import forward_method, instantiate
from nanlint.interp.containers import items_of, sequence
from nanlint.interp.contexts import gradient_mode
from nanlint.interp.datasets import columns, loader
from nanlint.interp.functions import call_function
from nanlint.interp.machine import CALLS, EXPRESSIONS, Machine
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
from nanlint.interp.parameters import evaluate_arguments

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
    return machine.call(callee, evaluate_arguments(machine, node.args), node)


def _super(machine: Machine) -> Value:
    active = machine.active
    if active.owner is None or active.receiver is None:
        return machine.unknown()
    return machine.thing(Kind.OBJECT, Super(active.receiver, active.owner))


def _function(machine: Machine, function: Function, _: Value, given: Arguments, node: cst.Call) -> Value:
    return call_function(machine, function, given, node)


def _class(machine: Machine, definition: Class, _: Value, given: Arguments, node: cst.Call) -> Value:
    return instantiate(machine, definition, given, node)


def _layer(machine: Machine, layer: Layer, _: Value, given: Arguments, node: cst.Call) -> Value:
    return call_layer(machine, layer, given, node)


def _chain(machine: Machine, chain: Chain, _: Value, given: Arguments, node: cst.Call) -> Value:
    """Layers one after the other; a layer of which nothing is known gives an unknown."""
    value = given.first() or machine.unknown()
    *inner, last = chain.layers or (None,)
    for layer in inner:
        result = machine.call(layer, Arguments(((value, None),)), node)
        value = result if chain.exact else machine.join([value, result])
    return value if last is None else machine.call(last, Arguments(((value, None),)), node)


def _instance(machine: Machine, _: Instance, callee: Value, given: Arguments, node: cst.Call) -> Value:
    method = forward_method(machine, callee)
    if method is not None and isinstance(method.payload, Function):
        return call_function(machine, method.payload, given, node)
    return opaque(machine, given, node, dotted_name(node.func), callee)


def _partial(machine: Machine, partial: Partial, _: Value, given: Arguments, node: cst.Call) -> Value:
    keywords = {**{name: (value, None) for name, value in partial.keywords.items()}, **given.named}
    whole = Arguments(given.positional, keywords, given.star).behind(*partial.positional)
    return machine.call(partial.function, whole, node)


def _member(machine: Machine, member: Member, _: Value, given: Arguments, node: cst.Call) -> Value:
    return call_member(machine, member.receiver, member.name, given, node)


def _unknown(machine: Machine, _: object, callee: Value, given: Arguments, node: cst.Call) -> Value:
    return opaque(machine, given, node, dotted_name(node.func), callee)


def _dotted(machine: Machine, dotted: Dotted, _: Value, given: Arguments, node: cst.Call) -> Value:
    return call_dotted(machine, dotted.name, given, node)


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
        return machine.thing(Kind.LAYER, _sequential(given))
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


def _sequential(given: Arguments) -> Chain:
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
CALLS.update(
    {
        Dotted: _dotted,
        Function: _function,
        Class: _class,
        Layer: _layer,
        Chain: _chain,
        Instance: _instance,
        Partial: _partial,
        Member: _member,
        type(None): _unknown,
    }
)
