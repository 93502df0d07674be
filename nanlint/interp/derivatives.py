"""Functions that compute gradients of functions: `grad(f)`, `value_and_grad(f, has_aux=True)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import bind
from nanlint.interp.containers import element, items_of, sequence
from nanlint.interp.machine import CALLS, Machine
from nanlint.interp.objects import Derivative, Function
from nanlint.interp.trees import differentiable, traced

DERIVATIVES = {name: (table, call) for table in FRAMEWORKS for name, call in table.derivatives.items()}


def derivative(machine: Machine, name: str, given: Arguments, node: cst.CSTNode) -> Value:
    """`value_and_grad(loss, has_aux=True)`: a function, which computes nothing yet."""
    framework, call = DERIVATIVES[name]
    bound = bind(machine, framework, call, given)
    if bound is None:
        return opaque(machine, given, node, name)
    options = {key: value.constant for key, value in bound.options.items() if value.constant is not None}
    made = Derivative(
        bound.operands[0],
        _numbers(bound.options.get("argnums")),
        options.get("has_aux") is True,
        options.get("with_value") is True,
        options.get("value_last") is True,
        framework.name,
        name,
    )
    return machine.thing(Kind.FUNCTION, made)


def _numbers(argnums: Value | None) -> tuple[int, ...] | int:
    """`argnums` as it was given: one, or several in a tuple."""
    several = None if argnums is None else items_of(argnums)
    if several is not None:
        return tuple(item.constant for item in several if isinstance(item.constant, int))
    return argnums.constant if argnums is not None and isinstance(argnums.constant, int) else 0


def _call(machine: Machine, made: Derivative, _: Value, given: Arguments, node: cst.Call) -> Value:
    """Runs the function with gradients recorded, then the backward pass."""
    numbers = (made.argnums,) if isinstance(made.argnums, int) else made.argnums
    nested = machine.differentiating > 0

    def taken(value: Value, wanted: bool) -> Value:
        if wanted:
            return differentiable(machine, traced(machine, value))
        return value if nested else differentiable(machine, value, flows=False)

    positional = tuple((taken(value, i in numbers), written) for i, (value, written) in enumerate(given.positional))
    keywords = {name: (taken(value, False), written) for name, (value, written) in given.named.items()}
    held = machine.held_constant
    if not nested:
        machine.held_constant = frozenset(_around(made.function))
    machine.differentiating += 1
    result = machine.call(made.function, replace(given, positional=positional, keywords=keywords), node)
    machine.differentiating -= 1
    machine.held_constant = held
    value = element(machine, result, 0) if made.has_aux else result
    wanted = [positional[i][0] for i in numbers if i < len(positional)]
    gradients = _backward(machine, made, value, wanted, node)
    parts: tuple[Value, ...] = (gradients,)
    if made.with_value:
        parts = (gradients, result) if made.value_last else (result, gradients)
    elif made.has_aux:
        parts = (gradients, element(machine, result, 1))
    kept = parts if machine.differentiating else tuple(differentiable(machine, part, flows=False) for part in parts)
    return kept[0] if len(kept) == 1 else sequence(machine, kept)


def _around(function: Value) -> Iterator[int]:
    """The scopes that a function of the file closes over."""
    scope = function.payload.scope if isinstance(function.payload, Function) else None
    while scope is not None:
        yield id(scope)
        scope = scope.parent


def _backward(machine: Machine, made: Derivative, value: Value, wanted: Sequence[Value], node: cst.Call) -> Value:
    """The gradients with respect to the wanted arguments."""
    operation = Operation(Op.BACKWARD, (value,), number=next(machine.fresh_numbers), framework=made.framework)
    kind = Kind.TENSOR if wanted and wanted[0].kind is Kind.TENSOR else Kind.UNKNOWN
    result = Value(kind, operation, gradient=True)
    machine.note(operation, result, node, spelling=made.name)
    if isinstance(made.argnums, int):
        return result
    return sequence(machine, tuple(element(machine, result, i) for i in range(len(made.argnums))))


CALLS[Derivative] = _call
