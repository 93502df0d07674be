"""Gradient scalers: which backward passes compute scaled gradients, and who takes the scale out again."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.origins import alternatives
from nanlint.reasoning.protocol import last_word

MENTIONS = frozenset({"scale", "get_scale", "is_enabled", "step", "update", "state_dict", "load_state_dict"})
"""Methods of a scaler that leave the gradients as they are."""


def scaling(backward: Event, trace: Trace) -> Event | None:
    """The `scaler.scale(loss)` behind the loss of a backward pass; None if one way to it is without."""
    if not backward.operands:
        return None
    found = [trace.origin(choice) for choice in alternatives(backward.x)]
    scaled = [event for event in found if event is not None and scaler_of(event) is not None]
    return scaled[0] if scaled and len(scaled) == len(found) else None


def scaler_of(event: Event) -> Value | None:
    """The scaler whose method the event is."""
    if event.op is Op.MULTIPLY and len(event.operands) == 2 and event.y.kind in (Kind.SCALER, Kind.OPTIMIZER):
        return event.y  # an optimizer that scales wraps the one that steps
    if event.op is Op.OPAQUE and last_word(event) == "scale" and len(event.operands) == 2:
        return event.x
    return None


def scaler_node(scaled: Event) -> cst.BaseExpression | None:
    """The expression for the scaler in `scaler.scale(loss)`."""
    node = scaled.node
    return node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None


def switched_off(scaler: Value, trace: Trace) -> bool:
    """It was made with `enabled=False`, so that it does nothing."""
    origin = trace.origin(scaler)
    enabled = origin.options.get("enabled") if origin is not None else None
    return enabled is not None and enabled.constant is False


def unscales(event: Event, scaler: Value) -> bool:
    """Takes the scale out of the gradients, or may: the scaler is handed to something unknown."""
    if event.op is Op.UNSCALE:
        return True
    if event.op is not Op.OPAQUE:
        return False
    word = last_word(event)
    return "unscale" in word or (word not in MENTIONS and any(operand.same(scaler) for operand in event.operands))
