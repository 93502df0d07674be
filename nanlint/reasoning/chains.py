"""Optimizers put together from transformations: where in one a clip stands, and what it is given there."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Optimizer, Part
from nanlint.interp.objects import Chain, Layer
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.hyperparameters import table
from nanlint.reasoning.origins import alternatives


class Stage(enum.Enum):
    """What has become of the gradients somewhere in a chain."""

    GRADIENT = "nothing, or nothing that their history has a part in"
    DIRECTION = "divided by their history, or added up"
    UPDATE = "what is added to the parameters"


@dataclass(frozen=True, slots=True)
class Behind:
    """A clip of a chain, number `place` of its parts, behind what turns gradients into something else.

    maker: made the first of the parts that do, number `first`.
    """

    clip: Layer
    place: int
    first: int
    maker: Event
    stage: Stage


def clips_behind(chain: Event, trace: Trace) -> Iterator[Behind]:
    """The clips that come too late for the gradients; none that another clip stands before."""
    turned: tuple[int, Event] | None = None
    stage = Stage.GRADIENT
    for place, part in enumerate(chain.operands):
        if any(_is_clip(inner) for inner in _flat(part)):
            if turned is not None and isinstance(part.payload, Layer):
                yield Behind(part.payload, place, *turned, stage)
            return
        for inner in _flat(part):
            made = [(origin, entry) for origin, entry in _makers(inner, trace) if entry is not None]
            stage = _next(stage, [entry.part for _, entry in made])
            if stage is not Stage.GRADIENT and turned is None:
                turned = place, made[0][0]


def _next(stage: Stage, parts: Sequence[Part]) -> Stage:
    if parts and all(part is Part.WHOLE for part in parts):
        return Stage.UPDATE
    if stage is Stage.GRADIENT:
        return Stage.DIRECTION if Part.DIRECTION in parts else stage
    return Stage.UPDATE if Part.LENGTH in parts else stage


def _flat(value: Value) -> Iterator[Value]:
    """The parts of a chain in a chain, one by one."""
    if isinstance(value.payload, Chain):
        for part in value.payload.layers:
            yield from _flat(part)
    else:
        yield value


def _is_clip(value: Value) -> bool:
    return isinstance(value.payload, Layer) and value.payload.call.op is Op.CLIP_GRADIENT


def _makers(value: Value, trace: Trace) -> list[tuple[Event, Optimizer | None]]:
    """The constructor calls that it may come from; none if one of them is unknown."""
    origins = [trace.origin(choice) for choice in alternatives(value)]
    known = [origin for origin in origins if origin is not None and origin.op is Op.OPTIMIZER]
    return [(origin, table(origin)) for origin in known] if len(known) == len(origins) else []
