"""Context managers and decorators that matter: those under which no gradient is recorded."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Dotted

NO_GRADIENT = frozenset(name for framework in FRAMEWORKS for name in framework.no_gradient)


def stops_gradient(value: Value) -> bool:
    """`torch.no_grad`, or a call of it."""
    if isinstance(value.payload, Dotted):
        return value.payload.name in NO_GRADIENT
    return any(isinstance(v.payload, Dotted) and v.payload.name in NO_GRADIENT for v in value.made_by.operands[:1])


def entered(machine: Machine, value: Value) -> None:
    """`with value:` begins."""
    if stops_gradient(value):
        machine.active.no_gradient = True
