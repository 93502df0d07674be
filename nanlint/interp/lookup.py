"""What a name holds: in its scope, the enclosing ones, the module, another file of the run; else a builtin."""

from __future__ import annotations

from dataclasses import replace

from nanlint.domain.value import Value
from nanlint.interp.linking import resolved, starred
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Linked, Scope
from nanlint.interp.store import narrow


def lookup(machine: Machine, name: str) -> Value:
    """The Value of the name, with what is known of it here."""
    active = machine.active.scope
    scope: Scope | None = active.module if name in active.global_names else active
    first = True
    while scope is not None:
        if name in scope.cells and (first or not scope.is_class):
            value = scope.cells[name]
            found = resolved(machine, value) if isinstance(value.payload, Linked) else value
            if machine.differentiating and found.gradient and id(scope) in machine.held_constant:
                found = replace(found, gradient=False)
            return narrow(found, machine.store.facts)
        first = first and scope.transparent
        scope = scope.parent
    return _outside(machine, name)


def _outside(machine: Machine, name: str) -> Value:
    """A name that the file does not bind: of a module that it imports with a star, or a builtin."""
    found = starred(machine, machine.active.scope.module, name)
    return resolved(machine, found) if found is not None else machine.dotted("builtins." + name)
