"""Results of functions that the user knows to be safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.machine import Machine
from nanlint.interp.names import dotted_name
from nanlint.interp.objects import Dotted, Function


def trusted(machine: Machine, callee: Value, given: Arguments, node: cst.Call, result: Value) -> Value:
    """The result of a call; of a safe function, a value of which nothing is known but that."""
    if not any(map(machine.told.safe, _names(callee, node))):
        return result
    value = result if result.op is Op.OPAQUE else opaque(machine, given, node, dotted_name(node.func))
    machine.trace.safe.add(value.number)
    return replace(value, kind=result.kind, dtype=result.dtype, gradient=result.gradient)


def _names(callee: Value, node: cst.Call) -> Iterator[str]:
    """What a function is called: as it is written, as it was imported, by the file that defines it."""
    yield dotted_name(node.func)
    if isinstance(callee.payload, Dotted):
        yield callee.payload.name
    elif isinstance(callee.payload, Function):
        module = callee.payload.scope.path.removesuffix(".py").removesuffix("/__init__")
        yield f"{module.replace('/', '.')}.{callee.payload.name}"
