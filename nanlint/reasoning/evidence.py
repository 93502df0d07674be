"""The evidence of a finding: the places from the producer of a value to the operation that it breaks."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.origins import NETWORKS
from nanlint.rule import Clue


def trail(event: Event, trace: Trace, operand: Value, limit: int = 6) -> tuple[Clue, ...]:
    """The places from the producer of `operand` to the event, with the range at each."""
    steps: list[Clue] = []
    value = operand
    while len(steps) < limit:
        origin = trace.origin(value)
        if origin is not None and origin.node is not event.node:
            steps.append(clue(origin))
        if value.op in NETWORKS and steps:
            break  # nothing before a layer bounds what comes out of it
        following = _next_source(value)
        if following is None:
            break
        value = following
    return tuple(reversed(steps))


def clue(event: Event) -> Clue:
    """The event as a step of the evidence."""
    return Clue(event.node, describe(event), event.result)


def _next_source(value: Value) -> Value | None:
    """The operand that matters most for where a value comes from."""
    operands = [v for v in value.made_by.operands if v.op is not Op.CONSTANT]
    return operands[0] if operands else None


def describe(event: Event) -> str:
    """`softmax`, `x / y`: the operation as a person names it."""
    if event.op is Op.ARGUMENT:  # read from a configuration file
        return event.site.spelling
    spelling = event.site.spelling.rpartition(".")[2] or event.op.value
    return spelling if spelling.isidentifier() else event.op.value
