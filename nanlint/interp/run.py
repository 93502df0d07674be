"""Interpreting a whole module: its statements, then every function that nobody in the file called."""

from __future__ import annotations

import libcst as cst

from nanlint.interp import calls, classes, expressions, functions, loops, names, operators, patterns, statements
from nanlint.interp.classes import instantiate
from nanlint.interp.functions import bound_to, enter_function
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Function
from nanlint.interp.trace import Trace

HANDLERS = (calls, classes, expressions, functions, loops, names, operators, patterns, statements)
"""The modules that register handlers for nodes."""


def interpret(module: cst.Module) -> Trace:
    """Every operation that running the module, or calling any of its functions, may perform."""
    machine = Machine(module)
    machine.execute_all(module.body)
    _enter_the_rest(machine)
    return machine.trace


def _enter_the_rest(machine: Machine) -> None:
    """Functions in the order of their definition; entering one may define or call others."""
    position = 0
    while position < len(machine.functions):
        function = machine.functions[position]
        position += 1
        if id(function.node) in machine.interpreted:
            continue
        enter_function(machine, _as_method(machine, function))


def _as_method(machine: Machine, function: Function) -> Function:
    """A method is entered with an instance: one that the file makes, else a new one."""
    owner = function.owner
    if owner is None or function.bound_kind == "static":
        return function
    instance = machine.instances.get(id(owner)) or instantiate(machine, owner, None, None)
    bound = bound_to(machine.thing(instance.kind, function), instance).payload
    return bound if isinstance(bound, Function) else function
