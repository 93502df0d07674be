"""Optimizers: what a framework's constructor makes, and the objects of the file's own classes that are one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Optimizer
from nanlint.frameworks.model import Framework
from nanlint.interp.arguments import Arguments
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Class, Dotted, Function, Instance

METHODS = ("step", "zero_grad")
SETTINGS = {name: name for name in ("params", "lr", "momentum", "betas", "eps", "weight_decay")} | {
    "parameters": "params",
    "learning_rate": "lr",
}
"""Names of parameters that mean the same in every optimizer's constructor."""
TELLING = frozenset({"params", "lr"})
"""Whose constructor takes both is an optimizer, though its base may be unknown."""


def is_optimizer(definition: Class) -> bool:
    """It derives from a framework's optimizers, has their methods, or has an unknown base and their constructor."""
    outside = [entry.name for entry in definition.ancestry() if isinstance(entry, Dotted)]
    if any(frameworks.optimizer(name) or frameworks.object_kind(name) is Kind.OPTIMIZER for name in outside):
        return True
    if all(_takes_nothing(definition, name) for name in METHODS):
        return True
    known = all(name.startswith("builtins.") for name in outside)
    return not known and set(_own_parameters(definition) or ()) >= TELLING


def _takes_nothing(definition: Class, name: str) -> bool:
    """It has a method of that name that can be called without arguments."""
    found = definition.lookup(name)
    function = None if found is None else found[1].payload
    if not isinstance(function, Function):
        return False
    parameters = function.node.params
    taken = [*parameters.posonly_params, *parameters.params][1:]
    return all(parameter.default is not None for parameter in (*taken, *parameters.kwonly_params))


def make_optimizer(
    machine: Machine, name: str, found: tuple[Framework, Optimizer], given: Arguments, node: cst.Call
) -> Value:
    """An event with the constructor's arguments under canonical names."""
    framework, entry = found
    spelled = {parameter.spelled: parameter.canonical for parameter in entry.parameters}
    options, nodes = _settings(given, list(spelled), spelled)
    return machine.record(
        Op.OPTIMIZER,
        (),
        node,
        options=options,
        option_nodes=nodes,
        framework=framework.name,
        kind=entry.result,
        spelling=name,
    )


def own_optimizer(machine: Machine, instance: Instance, given: Arguments, node: cst.Call) -> Value:
    """The same for an object of a class of the file, as far as the names of its parameters tell."""
    parameters = _own_parameters(instance.of)
    inherited = [frameworks.optimizer(entry.name) for entry in instance.of.ancestry() if isinstance(entry, Dotted)]
    framework, entry = next((found for found in inherited if found is not None), (None, None))
    meaning = SETTINGS
    if parameters is None and entry is not None:
        meaning = {parameter.spelled: parameter.canonical for parameter in entry.parameters}
        parameters = list(meaning)
    options, nodes = _settings(given, parameters or [], meaning)
    return machine.record(
        Op.OPTIMIZER,
        (),
        node,
        options=options,
        option_nodes=nodes,
        framework="" if framework is None else framework.name,
        kind=Kind.OPTIMIZER,
        spelling=instance.of.name,
        payload=instance,
    )


def _own_parameters(definition: Class) -> list[str] | None:
    """The names that the constructor of the file takes by position; None if it has none."""
    found = definition.lookup("__init__")
    function = None if found is None else found[1].payload
    if not isinstance(function, Function):
        return None
    parameters = function.node.params
    return [parameter.name.value for parameter in (*parameters.posonly_params, *parameters.params)][1:]


def _settings(
    given: Arguments, parameters: Sequence[str], meaning: dict[str, str]
) -> tuple[dict[str, Value], dict[str, cst.BaseExpression]]:
    """The arguments and their expressions by canonical name; a name without one stays."""
    options: dict[str, Value] = {}
    nodes: dict[str, cst.BaseExpression] = {}
    for parameter, (value, node) in [*zip(parameters, given.positional, strict=False), *given.named.items()]:
        canonical = meaning.get(parameter, parameter)
        options[canonical] = value
        if node is not None:
            nodes[canonical] = node
    return options, nodes
