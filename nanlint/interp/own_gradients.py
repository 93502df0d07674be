"""Functions that say what their gradient is: `custom_vjp`, `custom_gradient`, the methods of an `autograd.Function`.

They compute what is written in them; the framework differentiates none of it, so no gradient is lost in them.
"""

from __future__ import annotations

from collections.abc import Iterable

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Class, Dotted, Function, Member, Partial

BASES = frozenset(name for framework in FRAMEWORKS for name in framework.own_gradient)
MAKERS = frozenset(name for framework in FRAMEWORKS for name in framework.custom_gradients)
BESIDE = frozenset(name for framework in FRAMEWORKS for name in framework.gradient_beside)
RULES = frozenset(name for framework in FRAMEWORKS for name in framework.gradient_rules)


def mark(machine: Machine, functions: Iterable[Value], maker: str = "") -> None:
    """What made them so decides whether they give their gradient's function beside their value."""
    for value in functions:
        if isinstance(value.payload, Function):
            machine.own_gradients[id(value.payload.node)] = maker in BESIDE


def mark_decorated(machine: Machine, value: Value, decorators: Iterable[Value]) -> None:
    """`@custom_jvp` marks the function, `@function.defjvp` the one that computes its gradient."""
    for decorator in decorators:
        payload = decorator.payload.function.payload if isinstance(decorator.payload, Partial) else decorator.payload
        if isinstance(payload, Dotted) and payload.name in MAKERS | BESIDE:
            mark(machine, (value,), payload.name)
        elif isinstance(payload, Member) and payload.name in RULES:
            mark(machine, (value,))


def in_own_gradient(machine: Machine) -> bool:
    """What runs is such a function."""
    running = machine.active.function
    return running is not None and id(running.node) in machine.own_gradients


def has_own_gradient(definition: Class) -> bool:
    return any(isinstance(entry, Dotted) and entry.name in BASES for entry in definition.ancestry())


def applied(machine: Machine, definition: Class) -> Value | None:
    """`apply` of such a class: its `forward`, given a context first unless `setup_context` takes that."""
    found = definition.lookup("forward")
    if found is None or not has_own_gradient(definition):
        return None
    context = () if definition.lookup("setup_context") is not None else (machine.unknown(),)
    return machine.thing(Kind.FUNCTION, Partial(found[1], context, {}))
