"""Calls: what is called decides who interprets it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.interp.apis import call_layer, fills, make_layer, named, opaque, perform, started
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import Bound, bind, chosen, element_type
from nanlint.interp.builtins import BUILTINS
from nanlint.interp.classes import LAYERS, SEQUENTIAL, forward_method, instantiate, prepare, sequential
from nanlint.interp.containers import is_exact, items_of, mapping, merged, sequence
from nanlint.interp.contexts import gradient_mode
from nanlint.interp.control import CONTROL, controlled
from nanlint.interp.datasets import columns, halves, joined, loaded, loader, published, split
from nanlint.interp.derivatives import DERIVATIVES, derivative
from nanlint.interp.functions import call_function
from nanlint.interp.generators import folder
from nanlint.interp.graphs import GRAPHS, graph, run_graph
from nanlint.interp.guards import implied
from nanlint.interp.initial import weight, with_kernel
from nanlint.interp.machine import CALLS, EXPRESSIONS, Machine
from nanlint.interp.methods import call_member, protocol_event
from nanlint.interp.names import change, dotted_name
from nanlint.interp.objects import (
    Chain,
    Class,
    Dotted,
    FloatInfo,
    Function,
    Graph,
    Instance,
    Layer,
    Member,
    Partial,
    Super,
)
from nanlint.interp.optimizers import make_optimizer
from nanlint.interp.own_gradients import BESIDE, MAKERS, RULES, mark
from nanlint.interp.parameters import evaluate_arguments
from nanlint.interp.pipelines import SOURCES, source
from nanlint.interp.precision import (
    autocast_mode,
    cast_inputs,
    cast_layer,
    loaded_as,
    made_as,
    set_default_float,
    set_policy,
)
from nanlint.interp.rates import SETTERS, variable_set
from nanlint.interp.states import STATES, chained, state
from nanlint.interp.trust import trusted

OPTIONAL = frozenset(name for f in frameworks.FRAMEWORKS for name in f.optional_layers)
CONTAINERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.containers)
LOADERS = {name: f.name for f in frameworks.FRAMEWORKS for name in f.loaders}
COLUMNS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.column_datasets)
JOINED = frozenset(name for f in frameworks.FRAMEWORKS for name in f.joined_datasets)
SPLITS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.splits)
HALVES = frozenset(name for f in frameworks.FRAMEWORKS for name in f.halves)
GETTERS = {name: (f, option) for f in frameworks.FRAMEWORKS for name, option in f.getters.items()}
FLOAT_INFO = frozenset(name for f in frameworks.FRAMEWORKS for name in f.float_info)
PARTING = frozenset(name for f in frameworks.FRAMEWORKS for name in f.parting)
WRAPPERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.wrappers)
ASSERTIONS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.assertions)
WRAPPED = ("module", "model", "inner_optimizer", "optimizer", "opt")
"""The keywords by which a wrapper takes what it wraps."""
APPLIERS = frozenset(name for f in frameworks.FRAMEWORKS for name in f.appliers)
APPLIER_OPTIONS = frozenset({"use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug"})


def call(machine: Machine, node: cst.Call) -> Value:
    """`f(...)`; a long chain of methods (`x.a().b().c()`) recurses once per link, as it is nested."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and len(node.args) in (0, 2):
        return _super(machine)
    callee = machine.evaluate(node.func)
    given = evaluate_arguments(machine, node.args)
    result = machine.call(callee, given, node)
    return trusted(machine, callee, given, node, result) if machine.told.safe_functions else result


def _super(machine: Machine) -> Value:
    active = machine.active
    if active.owner is None or active.receiver is None:
        return machine.unknown()
    return machine.thing(Kind.OBJECT, Super(active.receiver, active.owner))


def _function(machine: Machine, function: Function, _: Value, given: Arguments, node: cst.Call) -> Value:
    receiver, passes = function.receiver, machine.trace.count(Op.BACKWARD)
    result = call_function(machine, function, given, node)
    trains = not given.values and machine.trace.count(Op.BACKWARD) > passes  # no optimizer, whatever its methods
    if receiver is not None and receiver.kind is Kind.OPTIMIZER and not trains:
        protocol_event(machine, receiver, function.name.rpartition(".")[2], given, node)
    return result


def _class(machine: Machine, definition: Class, _: Value, given: Arguments, node: cst.Call) -> Value:
    return instantiate(machine, definition, given, node)


def _layer(machine: Machine, layer: Layer, callee: Value, given: Arguments, node: cst.Call) -> Value:
    return call_layer(machine, *cast_layer(machine, callee, layer, given), node)


def _chain(machine: Machine, chain: Chain, _: Value, given: Arguments, node: cst.Call) -> Value:
    """Layers one after the other; a layer of which nothing is known gives an unknown."""
    if len(given.positional) > 1:
        return opaque(machine, given, node, dotted_name(node.func))  # which of them the layers take, they decide
    value = given.first() or machine.unknown()
    for i, layer in enumerate(chain.layers, 1):
        result = machine.call(layer, Arguments(((value, None),)), node)
        certain = chain.exact or (i == len(chain.layers) and not chain.optional)
        value = result if certain else machine.join([value, result])
    return value


def _graph(machine: Machine, model: Graph, _: Value, given: Arguments, node: cst.Call) -> Value:
    return run_graph(machine, model, cast_inputs(machine, model.framework, given), node)


def _instance(machine: Machine, _: Instance, callee: Value, given: Arguments, node: cst.Call) -> Value:
    method = forward_method(machine, callee)
    if method is not None and isinstance(method.payload, Function):
        prepare(machine, callee, given)
        return call_function(machine, method.payload, given, node)
    own = callee.payload.cells.get(LAYERS) if isinstance(callee.payload, Instance) else None
    if own is not None:
        return machine.call(own, given, node)
    return opaque(machine, given, node, dotted_name(node.func), callee)


def _partial(machine: Machine, partial: Partial, _: Value, given: Arguments, node: cst.Call) -> Value:
    keywords = {**{name: (value, None) for name, value in partial.keywords.items()}, **given.named}
    whole = Arguments(given.positional, keywords, given.star, given.placed).behind(*partial.positional)
    return machine.call(partial.function, whole, node)


def _member(machine: Machine, member: Member, _: Value, given: Arguments, node: cst.Call) -> Value:
    if member.name in RULES:
        mark(machine, given.values)
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
    if name in MAKERS | BESIDE:
        mark(machine, given.values, name)
    higher = _higher(machine, name, given, node)
    if higher is not None:
        return higher
    if name in SETTERS and len(given.positional) > 1:
        (variable, written), (value, _) = given.positional[:2]
        variable_set(machine, variable, value, written)
    found = frameworks.function(name) or unbound_method(name)
    if found is not None:
        return _performed(machine, *found, given, node, name)
    mode = gradient_mode(machine, name, given.first()) or autocast_mode(machine, name, given, node)
    if mode is not None:
        return mode
    layer = frameworks.layer(name) or frameworks.distribution(name)
    if layer is not None:
        bare = make_layer(machine, layer[0], name, layer[1], given, node)
        return made_as(machine, with_kernel(machine, layer[0], bare, node), given)
    optimizer = frameworks.optimizer(name)
    if optimizer is not None:
        return make_optimizer(machine, name, optimizer, given, node)
    made = _make(machine, name, given, node) or _make_dataset(machine, name, given, node)
    made = made or set_default_float(machine, name, given) or set_policy(machine, name, given)
    if made is not None:
        return made
    kind = frameworks.object_kind(name)
    result = opaque(machine, given, node, name)
    loaded_as(machine, result, given, node, name)
    return result if kind is None else replace(result, kind=kind)


def _higher(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """What takes functions and runs them or makes others of them, and what takes an optimizer for its own."""
    if name in APPLIERS and given.positional:
        return _applied(machine, given, node)
    if name in DERIVATIVES:
        return derivative(machine, name, given, node)
    if name in CONTROL:
        return controlled(machine, name, given, node)
    return state(machine, name, given, node) if name in STATES else None


def _performed(
    machine: Machine, framework: Framework, entry: Call | Overload, given: Arguments, node: cst.Call, name: str
) -> Value:
    """A framework's function; what it does to its first argument, and what holds when it has returned."""
    if isinstance(entry, Call) and entry.op is Op.WEIGHT and not entry.operands:  # `get_variable("w", [3, 4])`
        bound = bind(machine, framework, entry, given)
        return weight(machine, framework, bound or Bound(), node, name)
    result = perform(machine, framework, entry, given, node, name)
    if name in ASSERTIONS and len(result.made_by.operands) == 2:
        machine.store.learn(implied(result, True))
    if node.args and fills(framework, chosen(entry, given), name):
        changed = given.first() or result
        change(machine, node.args[0].value, changed, started(changed, result))
    return result


def _applied(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`checkpoint(function, x)`: the function on the other arguments; the keywords are the caller's own."""
    function, *arguments = given.positional
    named = {key: value for key, value in given.named.items() if key not in APPLIER_OPTIONS}
    return machine.call(function[0], Arguments(tuple(arguments), named, given.star), node)


def _make(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """What holds or wraps other things: containers of layers, wrappers, limits of a dtype."""
    if name in SEQUENTIAL:
        return chained(machine, name, sequential(given), given, node)
    if name in OPTIONAL:
        return machine.thing(Kind.LAYER, replace(sequential(given), exact=False, optional=True))
    if name in CONTAINERS:
        return _container(machine, name, given)
    if name in FLOAT_INFO:
        return machine.thing(Kind.OBJECT, FloatInfo(element_type(machine, given.first())))
    if name in PARTING and given.positional:
        return sequence(machine, (given.positional[0][0],) * max(2, len(given.positional)))
    if name in WRAPPERS:
        return given.first() or next((given.named[key][0] for key in WRAPPED if key in given.named), None)
    if name in GETTERS and given.positional:
        return named(machine, *GETTERS[name], given.positional[0][0])
    return graph(machine, name, given) if name in GRAPHS else None


def _make_dataset(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """Datasets and what batches, joins or splits them."""
    if name in LOADERS:
        return loader(machine, LOADERS[name], given, node)
    if name in COLUMNS:
        return columns(machine, given)
    if name in JOINED:
        return joined(machine, given)
    if name in SPLITS:
        return split(machine, given)
    if name in SOURCES and given.values:
        return source(machine, name, given)
    if name in HALVES:
        return halves(machine, given, node)
    whole = frameworks.loaded_dataset(name)
    if whole is not None:
        return loaded(machine, whole, name, given, node)
    folders = frameworks.image_folder(name)
    if folders is not None:
        return folder(machine, *folders, name, given, node)
    found = frameworks.dataset(name)
    return None if found is None else published(machine, found[1], name, given, node)


@lru_cache(maxsize=5_000)
def unbound_method(name: str) -> tuple[Framework, Call | Overload] | None:
    """`torch.Tensor.exp`: a method as a function."""
    owner, _, method = name.rpartition(".")
    framework = next((table for table in frameworks.FRAMEWORKS if owner in table.tensor_types), None)
    return None if framework is None else frameworks.method(framework.name, method)


def _container(machine: Machine, name: str, given: Arguments) -> Value:
    """`ModuleList([...])`, `ModuleDict({...})`, `ParameterList`."""
    if name.endswith("Dict"):
        return merged(machine, mapping(machine, {}), *(value for value, _ in given.positional[:1]))
    content = given.first()
    if content is None:
        return sequence(machine, ())
    items = items_of(content)
    if items is None:
        return sequence(machine, (machine.unknown(content),), exact=False)
    return sequence(machine, items, is_exact(content))


EXPRESSIONS[cst.Call] = call
CALLS.update(
    {
        Dotted: _dotted,
        Function: _function,
        Class: _class,
        Layer: _layer,
        Chain: _chain,
        Graph: _graph,
        Instance: _instance,
        Partial: _partial,
        Member: _member,
        type(None): _unknown,
    }
)
