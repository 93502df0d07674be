"""Context managers and decorators that matter: those that switch the recording of gradients, and autocast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.machine import Machine
from nanlint.interp.objects import AutocastMode, Dotted, GradientMode
from nanlint.interp.values import choices

NO_GRADIENT = frozenset(name for framework in FRAMEWORKS for name in framework.no_gradient)
WITH_GRADIENT = frozenset(name for framework in FRAMEWORKS for name in framework.with_gradient)
GRADIENT_SWITCH = frozenset(name for framework in FRAMEWORKS for name in framework.gradient_switch)


def gradient_mode(machine: Machine, name: str, setting: Value | None) -> Value | None:
    """What a call of `no_grad`, `enable_grad` or `set_grad_enabled(setting)` gives; None for any other name."""
    if name in NO_GRADIENT:
        return machine.thing(Kind.OBJECT, GradientMode(False))
    if name in WITH_GRADIENT:
        return machine.thing(Kind.OBJECT, GradientMode(True))
    if name in GRADIENT_SWITCH:
        enabled = setting.constant if setting is not None else None
        return machine.thing(Kind.OBJECT, GradientMode(enabled if isinstance(enabled, bool) else None))
    return None


def stops_gradient(value: Value) -> bool:
    """The decorator `@no_grad` or `@no_grad()`."""
    if isinstance(value.payload, Dotted):
        return value.payload.name in NO_GRADIENT
    return isinstance(value.payload, GradientMode) and value.payload.enabled is False


def entered(machine: Machine, value: Value) -> None:
    """`with value:` begins."""
    if stops_gradient(value):
        machine.active.no_gradient = True
    elif isinstance(value.payload, GradientMode) and value.payload.enabled:
        machine.active.no_gradient = False
    elif isinstance(value.payload, AutocastMode):
        machine.active.autocast = value.payload.region
    else:
        _enter_any(machine, choices(value))


def _enter_any(machine: Machine, contexts: Sequence[Value]) -> None:
    """`nullcontext() if cpu else autocast()`: a region that may not be there."""
    for context in contexts:
        if isinstance(context.payload, AutocastMode) and context.payload.region is not None:
            machine.active.autocast = replace(context.payload.region, certain=False)


def autocast_of(decorators: Sequence[Value]) -> AutocastMode | None:
    """The region that a decorator opens or closes."""
    return next((value.payload for value in decorators if isinstance(value.payload, AutocastMode)), None)
