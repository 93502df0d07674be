"""Where an operation breaks, whether its operand gets there, and how surely."""

from __future__ import annotations

import enum
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
from nanlint.ops.relations import reduces
from nanlint.reasoning.aftermath import EXPONENTIALS, absorbed, questioned, repair, selected
from nanlint.reasoning.conditions import is_mask
from nanlint.reasoning.context import differentiable, quiet
from nanlint.reasoning.destinations import discarded, scores, wants_gradient
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
from nanlint.reasoning.rawness import raw_everywhere

SINGULAR = (
    Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY, Op.SQRT, Op.RSQRT, Op.DIVIDE, Op.RECIPROCAL, Op.FLOOR_DIVIDE,
    Op.REMAINDER, Op.POWER, Op.EXP, Op.EXP2, Op.EXPM1, Op.SINH, Op.COSH, Op.ASIN, Op.ACOS, Op.ATANH, Op.ACOSH,
    Op.ERFINV, Op.LOGIT,
)  # fmt: skip
LOGARITHMS = (Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY)
ABSORBABLE = EXPONENTIALS | {*LOGARITHMS, Op.DIVIDE}
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
    return event.operands[index].gradient and event.result.gradient and differentiable(event.site)


@dataclass(frozen=True, slots=True)
class Danger:
    """A pole that an operand can meet; `zone` is where, `backward` that only the gradient is lost."""

    level: Level
    because: str
    zone: Interval
    backward: bool = False


class Reason(enum.Enum):
    """Why a pole does no harm."""

    RAISES = "Python raises an exception there; it gives no NaN"
    SKIPPED = "it is computed only where the argument `where` says"
    AWAY = "the operand stays away from it"
    NO_GRADIENT = "no gradient flows back through it"
    STOPPED = "what brings the operand there passes no gradient on"
    SELECTED = "the result is taken only where the operand is away from it"
    EXCEEDED = "a test has shown that the operand is larger than something that is not negative"
    DISCARDED = "nothing that is made of the result needs the gradient"
    ABSORBED = "what the result goes into takes the infinity for what it is, and no gradient flows"
    REPAIRED = "the NaN or infinity is replaced afterwards"


@dataclass(frozen=True, slots=True)
class Spared:
    """A pole that does no harm; `by` is the event that sees to it, if it is one."""

    reason: Reason
    by: Event | None = None


def danger(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | None:
    """How near the event's operand comes to the operation's pole; None where nothing says that it does."""
    seen = assessed(event, trace, found)
    return seen if isinstance(seen, Danger) else None


def assessed(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | Spared | None:
    """What there is to say of the operation's pole; None for an operation without one.

    A result that is repaired afterwards is a note where a gradient flows, and fine where none does; one that is asked
    whether it is finite is a note.
    """
    found = found or singularity(event)
    if found is None:
        return None
    near = _exposed(event, trace, found)
    if isinstance(near, Spared):
        return near
    mended = repair(event, trace)
    if mended is not None and not differentiated(event, found.index):
        return Spared(Reason.REPAIRED, mended)
    return replace(near, level=min(near.level, Level.NOTE)) if mended or questioned(event, trace) else near


def exposure(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | None:
    """As `danger`, whatever is done to the result afterwards."""
    found = found or singularity(event)
    near = None if found is None else _exposed(event, trace, found)
    return near if isinstance(near, Danger) else None


def _exposed(event: Event, trace: Trace, found: Singularity) -> Danger | Spared:
    operand = event.operands[found.index]
    harmless = _harmless(event, operand)
    if harmless is not None:
        return Spared(harmless)
    if event.op in ABSORBABLE and absorbed(event, trace):
        return Spared(Reason.ABSORBED)
    forward = meets(event, found.index, found.forward)
    steep = () if forward else meets(event, found.index, found.backward)
    if not forward and not steep:
        return Spared(Reason.AWAY)
    if steep and not differentiated(event, found.index):
        return Spared(Reason.NO_GRADIENT)
    zones = forward or tuple(zone for zone in steep if gradient_reaches(operand, zone))
    if not zones:
        return Spared(Reason.STOPPED)
    chosen = selected(event, trace, found.index, zones)
    if chosen is not None:
        return Spared(Reason.SELECTED, chosen[0])
    if _exceeds(event, operand, zones):
        return Spared(Reason.EXCEEDED)
    level, because = _likelihood(event, trace, found.index, zones, bool(forward))
    if not forward and discarded(event, trace):
        return Spared(Reason.DISCARDED)
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


def _harmless(event: Event, operand: Value) -> Reason | None:
    """Python's own arithmetic raises; NumPy computes only where it is told to."""
    if registry.scalar(event.framework) or (event.framework == "" and operand.kind.scalar):
        return Reason.RAISES
    return Reason.SKIPPED if has_keyword(event, "where") else None


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
        if raw_everywhere(event, operand, trace):
            return Level.WARNING, "computed from the raw output of a network"
        return Level.NOTE, "on one way through the branches computed from the raw output of a network"
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
        through = SUMMED if "axis" in strip(operand).made_by.options else SUMMED | {Op.MULTIPLY}  # one of all is not 0
        return (min(likely, Level.NOTE) if _of_shares(operand, through) else likely), "a sum of what can be 0"
    if strip(operand).op is Op.REDUCE_MAX and operand.range.lo >= 0.0:
        return min(likely, Level.NOTE), "the largest of what can be 0"
    return certain, "known from what made it"


def _of_shares(value: Value, through: frozenset[Op], steps: int = 4) -> bool:
    """Of a softmax, a mean of several, powers of these."""
    for source in sources(value, through):
        if source.op in SHARES or _of_a_whole(source):
            return True
        onward = steps > 0 and source.op in (Op.DIVIDE, Op.POWER) and len(source.made_by.operands) > 0
        if onward and _of_shares(source.made_by.x, through, steps - 1):
            return True
    return False


def _of_a_whole(value: Value) -> bool:
    """x / sum(x), which sums to 1."""
    operands = value.made_by.operands
    return value.op is Op.DIVIDE and len(operands) == 2 and reduces(operands[1], operands[0], Op.SUM)


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
