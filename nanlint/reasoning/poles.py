"""Where an operation breaks, whether its operand gets there, and how surely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain import arithmetic
from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.model import Direction
from nanlint.ops.poles import ZERO, dtype_of, poles_of
from nanlint.ops.promotion import range_in
from nanlint.reasoning.aftermath import discarded, questioned, repaired, scores, selected, wants_gradient
from nanlint.reasoning.conditions import is_mask
from nanlint.reasoning.context import quiet
from nanlint.reasoning.origins import RANDOM, SAME_ELEMENTS, sources, strip
from nanlint.reasoning.provenance import (
    MAX_VALUES,
    above_zero,
    covers,
    from_network,
    gradient_reaches,
    is_array,
    is_loss_argument,
    is_offset,
    is_schedule,
    leaves,
    reached,
)

SINGULAR = (
    Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY, Op.SQRT, Op.RSQRT, Op.DIVIDE, Op.RECIPROCAL, Op.FLOOR_DIVIDE,
    Op.REMAINDER, Op.POWER, Op.EXP, Op.EXP2, Op.EXPM1, Op.SINH, Op.COSH, Op.ASIN, Op.ACOS, Op.ATANH, Op.ACOSH,
    Op.ERFINV, Op.LOGIT,
)  # fmt: skip
LOGARITHMS = (Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY)
NEAR_ZERO = 1e-2  # a pole at 0 widens by less than this when a quotient or a gradient overflows before 0


SUMMED = frozenset({Op.SUM, Op.MEAN, Op.TENSOR, Op.ADD, Op.SQUARE})
SHARES = frozenset({Op.SOFTMAX, Op.SIGMOID, Op.HISTOGRAM})
"""Of which hardly ever all are 0."""


@dataclass(frozen=True, slots=True)
class Singularity:
    """Where operand number `index` breaks an operation: in its value, or only in its gradient."""

    index: int
    forward: tuple[Interval, ...]
    backward: tuple[Interval, ...]


def singularity(event: Event, index: int | None = None) -> Singularity | None:
    """The poles of the operation in one operand, the first that has any, unless it is said which.

    Those around 0 shrink to 0 itself, where no guard is too small.
    """
    poles = poles_of(event.operation)
    if not poles:
        return None
    index = poles[0].operand if index is None else index
    zones: dict[Direction, list[Interval]] = {Direction.FORWARD: [], Direction.BACKWARD: []}
    for pole in poles:
        where = ZERO if pole.where.contains(0.0) and arithmetic.magnitude(pole.where) < NEAR_ZERO else pole.where
        if pole.operand == index and not any(covers(zone, where) for zone in zones[Direction.FORWARD]):
            zones[pole.direction].append(where)
    return Singularity(index, tuple(zones[Direction.FORWARD]), tuple(zones[Direction.BACKWARD]))


def meets(event: Event, index: int, zones: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """The zones into which the operand's range reaches, in the dtype of the operation."""
    bounds = range_in(event.operands[index], dtype_of(event.operation))
    return tuple(zone for zone in zones if bounds.overlaps(zone.lo, zone.hi))


def differentiated(event: Event, index: int = 0) -> bool:
    """A gradient flows back through the operand."""
    return event.operands[index].gradient and event.result.gradient and not event.site.no_gradient


@dataclass(frozen=True, slots=True)
class Danger:
    """A pole that an operand can meet; `zone` is where, `backward` that only the gradient is lost."""

    level: Level
    because: str
    zone: Interval
    backward: bool = False


def danger(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | None:
    """How near the event's operand comes to the operation's pole; None where nothing says that it does.

    A result that is repaired afterwards is a note where a gradient flows, and fine where none does; one that is asked
    whether it is finite is a note.
    """
    found = found or singularity(event)
    near = exposure(event, trace, found)
    if found is None or near is None:
        return None
    mended = repaired(event, trace)
    if mended and not differentiated(event, found.index):
        return None
    return replace(near, level=min(near.level, Level.NOTE)) if mended or questioned(event, trace) else near


def exposure(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | None:
    """As `danger`, whatever is done to the result afterwards."""
    found = found or singularity(event)
    if found is None or _harmless(event, event.operands[found.index]):
        return None
    operand, flows = event.operands[found.index], differentiated(event, found.index)
    forward = meets(event, found.index, found.forward)
    steep = meets(event, found.index, found.backward) if flows and not forward else ()
    zones = forward or tuple(zone for zone in steep if gradient_reaches(operand, zone))
    if not zones or selected(event, trace, found.index, zones) is not None or _exceeds(event, operand, zones):
        return None
    level, because = _likelihood(event, trace, found.index, zones, bool(forward))
    if not forward and discarded(event, trace):
        return None
    if not forward and level > Level.NOTE and not wants_gradient(event, trace):
        level = Level.NOTE
    return Danger(level, because, zones[0], not forward)


def _exceeds(event: Event, operand: Value, zones: tuple[Interval, ...]) -> bool:
    """A test has shown that what is not negative is larger than something: a norm above its limit."""
    if operand.range.lo < 0.0 or not all(zone.contains(0.0) for zone in zones):
        return False
    numbers = {operand.number, strip(operand).number}
    return any(
        isinstance(number, tuple) and number[0] in numbers and fact.range.lo > 0.0
        for number, fact in event.site.facts.items()
    )


def _harmless(event: Event, operand: Value) -> bool:
    """Python's own arithmetic raises; NumPy computes only where it is told to."""
    numbers = registry.scalar(event.framework) or (event.framework == "" and operand.kind.scalar)
    return numbers or has_keyword(event, "where")


def has_keyword(event: Event, name: str) -> bool:
    """The call passes this keyword, whether the table knows it or not."""
    arguments = event.node.args if isinstance(event.node, cst.Call) else ()
    return any(argument.keyword is not None and argument.keyword.value == name for argument in arguments)


def _likelihood(
    event: Event, trace: Trace, index: int, zones: tuple[Interval, ...], forward: bool
) -> tuple[Level, str]:
    operand, hushed = event.operands[index], quiet(event.site)
    possible = Level.STRICT if hushed else Level.NOTE
    certain = any(reached(operand, zone) for zone in zones)
    if operand.kind.scalar or not (takes_array(event, index) or (certain and operand.made_by.framework)):
        return Level.STRICT, "unbounded as far as this file tells"
    if strip(operand).op is Op.LENGTH:
        return Level.STRICT, "a number of elements, 0 only where there are none"
    if all(zone.contains(0.0) for zone in zones) and above_zero(operand):
        return (possible if certain else Level.STRICT), "0 only when it underflows"
    if event.op in LOGARITHMS and is_mask(operand):
        return possible, "a flag, of which minus infinity may be the logarithm that is meant"
    if certain:
        return _proven(operand, hushed)
    if forward and from_network(operand) and not hushed:
        return Level.WARNING, "computed from the raw output of a network"
    if operand.range.nonzero or is_offset(operand):
        return Level.STRICT, "off the pole, unless it is negative"
    if event.op in LOGARITHMS and is_loss_argument(event, operand) and scores(event, trace):
        return possible, "a probability that a loss function is given and nothing bounds"
    return possible, "a tensor that nothing bounds"


def _proven(operand: Value, hushed: bool) -> tuple[Level, str]:
    """The level of a pole that is reached: random draws and schedules reach it once in millions, or never."""
    if any(value.op in RANDOM for value in leaves(operand)):
        return (Level.STRICT if hushed else Level.NOTE), "a random draw that can be exactly at the edge"
    if is_schedule(operand):
        return (Level.STRICT if hushed else Level.NOTE), "computed from constants"
    likely, certain = (Level.NOTE, Level.NOTE) if hushed else (Level.WARNING, Level.ERROR)
    if strip(operand).op in (Op.SUM, Op.MEAN):
        shares = any(source.op in SHARES for source in sources(operand, SUMMED))
        return (min(likely, Level.NOTE) if shares else likely), "a sum of what can be 0"
    if strip(operand).op is Op.REDUCE_MAX and operand.range.lo >= 0.0:
        return min(likely, Level.NOTE), "the largest of what can be 0"
    return certain, "known from what made it"


def takes_array(event: Event, index: int = 0) -> bool:
    """The operand is surely an array, be it only because the operation was written as its method."""
    as_method = index == 0 and event.site.spelling.startswith(".") and isinstance(event.node, cst.Call)
    if as_method and isinstance(event.node, cst.Call):
        # `progress.log(*args)` is none
        as_method = len(event.node.args) < len(event.operands) and not any(arg.star for arg in event.node.args)
    return as_method or is_array(event.operands[index])


def fed(event: Event, trace: Trace, through: frozenset[Op]) -> Iterator[Event]:
    """The singular operations whose pole the event's result can meet, directly or through the operations `through`."""
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value = pending.pop()
        for user in trace.uses(value):
            if id(user) in seen:
                continue
            seen.add(id(user))
            singular = singularity(user) if user.op in SINGULAR else None
            if singular is not None and user.operands[singular.index].made_by is value.made_by:
                if meets(user, singular.index, singular.forward + singular.backward):
                    yield user
            elif user.op in through or user.op in SAME_ELEMENTS:
                pending.append(user.result)
