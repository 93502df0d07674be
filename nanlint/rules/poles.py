"""What the rules about poles share: where an operation breaks, whether an operand gets there, and how surely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain import arithmetic
from nanlint.domain.interval import Interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.guards import implied, under
from nanlint.interp.trace import Event, Trace
from nanlint.ops.model import Direction
from nanlint.ops.poles import ZERO, dtype_of, poles_of
from nanlint.ops.promotion import range_in
from nanlint.rules.reasoning import (
    NETWORKS,
    POINTWISE,
    RANDOM,
    SAME_ELEMENTS,
    in_loss,
    in_training,
    quiet,
    strip,
    words,
)

SINGULAR = (
    Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY, Op.SQRT, Op.RSQRT, Op.DIVIDE, Op.RECIPROCAL, Op.FLOOR_DIVIDE,
    Op.REMAINDER, Op.POWER, Op.EXP, Op.EXP2, Op.EXPM1, Op.SINH, Op.COSH, Op.ASIN, Op.ACOS, Op.ATANH, Op.ACOSH,
    Op.ERFINV, Op.LOGIT,
)  # fmt: skip
REDUCING = frozenset(
    {Op.SUM, Op.MEAN, Op.STD, Op.VAR, Op.NORM, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.PRODUCT, Op.COUNT_NONZERO, Op.ANY,
     Op.ALL, Op.LOGSUMEXP}
)  # fmt: skip
ARITHMETIC = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.NEGATIVE})
ABOVE_ZERO = frozenset({Op.EXP, Op.EXP2, Op.SOFTPLUS, Op.COSH})
"""Never 0 but by underflow, 87 and more below 0."""
AFFINE = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.NEGATIVE, Op.DROPOUT, Op.LEAKY_RELU, Op.STANDARDIZE, Op.POOL}
)
INITIAL = frozenset({Op.CONSTANT, Op.FULL, Op.LIKE})
LOSSES = (
    Op.CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE,
    Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR,
)  # fmt: skip
UNKNOWABLE = frozenset({Op.OPAQUE, Op.ATTRIBUTE, Op.READ, Op.WEIGHT, Op.EMBEDDING}) | NETWORKS | RANDOM
EPSILON_WORDS = frozenset({"eps", "epsilon", "smooth", "smoothing", "tiny"})
STEPS = 12  # operations followed back in one line
MAX_VALUES = 60  # values visited in one search
NEAR_ZERO = 1e-2  # a pole at 0 widens by less than this when a quotient or a gradient overflows before 0


@dataclass(frozen=True, slots=True)
class Singularity:
    """Where operand number `index` breaks an operation: in its value, or only in its gradient."""

    index: int
    forward: tuple[Interval, ...]
    backward: tuple[Interval, ...]

    @property
    def zones(self) -> tuple[Interval, ...]:
        return self.forward or self.backward


def singularity(event: Event) -> Singularity | None:
    """The poles of the event's operation; those around 0 shrink to 0 itself, where no guard is too small."""
    poles = poles_of(event.operation)
    if not poles:
        return None
    index = poles[0].operand
    zones: dict[Direction, list[Interval]] = {Direction.FORWARD: [], Direction.BACKWARD: []}
    for pole in poles:
        where = ZERO if pole.where.contains(0.0) and arithmetic.magnitude(pole.where) < NEAR_ZERO else pole.where
        if pole.operand == index and not any(_covers(zone, where) for zone in zones[Direction.FORWARD]):
            zones[pole.direction].append(where)
    return Singularity(index, tuple(zones[Direction.FORWARD]), tuple(zones[Direction.BACKWARD]))


def _covers(outer: Interval, inner: Interval) -> bool:
    return inner.inside(outer.lo, outer.hi)


def meets(event: Event, index: int, zones: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """The zones into which the operand's range reaches, in the dtype of the operation."""
    bounds = range_in(event.operands[index], dtype_of(event.operation))
    return tuple(zone for zone in zones if bounds.overlaps(zone.lo, zone.hi))


def differentiated(event: Event, index: int = 0) -> bool:
    """A gradient flows through the operand, and its producer does not stop it at the pole.

    The gradient of `relu` and of `where` is selected, not multiplied: what they put at 0 passes none on.
    """
    operand = event.operands[index]
    if event.site.no_gradient or not (operand.gradient and event.result.gradient):
        return False
    return strip(operand).op not in (Op.RELU, Op.RELU6)


# how surely


@dataclass(frozen=True, slots=True)
class Danger:
    """A pole that an operand can meet; `zone` is where, `backward` that only the gradient is lost."""

    level: Level
    because: str
    zone: Interval
    backward: bool = False


def danger(event: Event, trace: Trace, found: Singularity | None = None) -> Danger | None:
    """How near the event's operand comes to the operation's pole; None where nothing says that it does."""
    found = found or singularity(event)
    if (
        found is None
        or event.framework == "math"
        or (event.framework == "" and event.operands[found.index].kind.scalar)
    ):
        return None
    forward = meets(event, found.index, found.forward)
    backward = meets(event, found.index, found.backward) if differentiated(event, found.index) else ()
    zones = forward or backward
    if not zones or selected(event, trace, found.index, found.zones) is not None:
        return None
    level, because = _likelihood(event, trace, found.index, zones, bool(forward))
    if repaired(event, trace):
        if not differentiated(event, found.index):
            return None
        level = min(level, Level.NOTE)
    return Danger(level, because, zones[0], not forward)


def has_keyword(event: Event, name: str) -> bool:
    """The call passes this keyword, whether the table knows it or not."""
    arguments = event.node.args if isinstance(event.node, cst.Call) else ()
    return any(argument.keyword is not None and argument.keyword.value == name for argument in arguments)


def _likelihood(
    event: Event, trace: Trace, index: int, zones: tuple[Interval, ...], forward: bool
) -> tuple[Level, str]:
    operand = event.operands[index]
    certain = any(reached(operand, zone) for zone in zones)
    if operand.kind.scalar or not (takes_array(event, index) or (certain and operand.made_by.framework)):
        return Level.STRICT, "unbounded as far as this file tells"
    if certain:
        return proven(event, operand)
    hushed = quiet(event.site)
    if all(zone.contains(0.0) for zone in zones) and above_zero(operand):
        return Level.STRICT, "0 only when it underflows"
    if forward and from_network(operand) and not hushed:
        return Level.WARNING, "computed from the raw output of a network"
    if is_offset(operand, trace):
        return Level.STRICT, "kept off the pole by what is added, unless it is negative"
    if forward and is_loss_argument(event, operand):
        return Level.WARNING, "an argument of a loss function that nothing bounds"
    return (Level.STRICT if hushed else Level.NOTE), "a tensor that nothing bounds"


def takes_array(event: Event, index: int = 0) -> bool:
    """The operand is surely an array, be it only because the operation was written as its method."""
    return is_array(event.operands[index]) or (index == 0 and event.site.spelling.startswith("."))


def is_array(value: Value, steps: int = STEPS) -> bool:
    """Surely an array: by its kind, because a reduction of a framework made it, or by arithmetic on such a value."""
    if value.kind is not Kind.UNKNOWN:
        return value.kind is Kind.TENSOR
    value = strip(value)
    if value.op in REDUCING:
        return value.made_by.framework != ""
    arithmetic = value.op in ARITHMETIC or value.op is Op.POWER
    return steps > 0 and arithmetic and any(is_array(x, steps - 1) for x in value.made_by.operands)


def proven(event: Event, operand: Value) -> tuple[Level, str]:
    """The level of a pole that is reached: random draws and schedules reach it once in millions, or never."""
    hushed = quiet(event.site)
    if above_zero(operand):
        return (Level.STRICT if hushed else Level.NOTE), "0 only when it underflows"
    origins = list(leaves(operand))
    if any(value.op in RANDOM for value in origins):
        return (Level.STRICT if hushed else Level.NOTE), "a random draw that can be exactly at the edge"
    if not any(_varies(value, origins) for value in origins):
        return (Level.STRICT if hushed else Level.NOTE), "computed from constants"
    if strip(operand).op in (Op.SUM, Op.MEAN):
        return Level.WARNING, "a sum of what can be 0"
    return (Level.WARNING if hushed else Level.ERROR), "known from what made it"


def _varies(value: Value, origins: list[Value]) -> bool:
    """Not fixed when the model is written; beside a grid (`linspace(0, 1, n)`) a parameter is one of a schedule."""
    if value.op is Op.ARGUMENT:
        on_grid = value.kind is not Kind.TENSOR and any(origin.op is Op.ARANGE for origin in origins)
        return not (value.kind.scalar or on_grid)
    return value.op in UNKNOWABLE


def reached(value: Value, zone: Interval, seen: set[int] | None = None) -> bool:
    """Some element is in the zone as far as its producers tell: a clamp puts elements at its bounds, a ReLU at 0.

    What an array or a sum starts with before it is filled is no evidence.
    """
    seen = set() if seen is None else seen
    if not value.range.overlaps(zone.lo, zone.hi) or id(value.made_by) in seen or len(seen) > MAX_VALUES:
        return False
    seen.add(id(value.made_by))
    made_by, op = value.made_by, value.op
    if op is Op.CLAMP:
        bounds = [made_by.options[name].range for name in ("min", "max") if name in made_by.options]
        return any(_covers(zone, bound) for bound in bounds) or reached(made_by.x, zone, seen)
    if op in (Op.MAXIMUM, Op.MINIMUM):
        return any(reached(operand, zone, seen) for operand in made_by.operands)
    if op is Op.WHERE and len(made_by.operands) == 3:
        return any(reached(branch, zone, seen) for branch in branches(value))
    if op is Op.JOIN:
        return value.known and any(reached(x, zone, seen) for x in made_by.operands if x.op not in INITIAL)
    if op is Op.STORE:
        return value.known and any(reached(x, zone, seen) for x in made_by.operands[1:])
    if op is Op.ADD and value.range.lo == 0.0 and all(x.range.lo >= 0.0 for x in made_by.operands):
        return value.known and all(reached(x, zone, seen) for x in made_by.operands)
    if op in SAME_ELEMENTS and made_by.operands:
        return reached(made_by.x, zone, seen)
    return value.known


def branches(value: Value) -> tuple[Value, Value]:
    """What a `where` chooses between, each as it is where it is chosen."""
    condition, x, y = value.made_by.operands
    return under(x, implied(condition, True)), under(y, implied(condition, False))


def above_zero(value: Value, steps: int = STEPS) -> bool:
    """Nothing but underflow makes it 0."""
    value = strip(value)
    if value.range.lo > 0.0 or value.op in ABOVE_ZERO:
        return True
    operands = value.made_by.operands
    if steps == 0 or not operands or value.range.lo < 0.0:
        return False
    if value.op in (Op.MULTIPLY, Op.DIVIDE, Op.JOIN):
        return all(above_zero(operand, steps - 1) for operand in operands)
    if value.op is Op.ADD:
        return any(above_zero(operand, steps - 1) for operand in operands)
    if value.op in (
        Op.SUM,
        Op.MEAN,
        Op.SQRT,
        Op.SQUARE,
        Op.ABSOLUTE,
        Op.REDUCE_MAX,
        Op.REDUCE_MIN,
        Op.CUMSUM,
        Op.CLAMP,
    ):
        return above_zero(operands[0], steps - 1)
    return False


def leaves(value: Value) -> Iterator[Value]:
    """The values that it was computed from and that no operation made, or one that keeps nothing of its operand."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        operands = () if current.op in UNKNOWABLE else current.made_by.operands
        if operands:
            pending.extend(operands)
        else:
            yield current


def from_network(value: Value, steps: int = STEPS) -> bool:
    """Affine in the output of a learned layer that no activation bounds."""
    value = strip(value)
    if value.op in NETWORKS:
        return True
    if steps == 0 or value.op not in AFFINE | {Op.JOIN, Op.WHERE, Op.CLAMP}:
        return False
    return any(from_network(operand, steps - 1) for operand in value.made_by.operands)


def is_offset(value: Value, trace: Trace, steps: int = STEPS) -> bool:
    """Something positive is added to it, or it is clamped to some number: that guards whatever is not negative."""
    value = strip(value)
    made_by = value.made_by
    if steps == 0:
        return False
    if value.op is Op.ADD:
        origin = trace.origin(value)
        nodes = origin.site.operands if origin is not None else (None, None)
        return any(
            is_positive_addend(x, node) or is_offset(x, trace, steps - 1)
            for x, node in zip(made_by.operands, nodes, strict=False)
        )
    if value.op is Op.CLAMP:
        low = made_by.options.get("min")
        return low is not None and not low.is_none and (low.range.point is None or low.range.lo > 0.0)
    if value.op is Op.SQRT:
        return is_offset(made_by.x, trace, steps - 1)
    if value.op is Op.MAXIMUM:
        return any(is_positive_addend(x, None) for x in made_by.operands)
    return False


def is_positive_addend(value: Value, node: cst.BaseExpression | None) -> bool:
    """A positive number, or an unknown one that is called an epsilon."""
    if value.range.lo > 0.0:
        return value.kind.scalar or value.range.point is not None
    name = node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""
    return value.kind is not Kind.TENSOR and bool(words(name) & EPSILON_WORDS)


def is_loss_argument(event: Event, value: Value) -> bool:
    """A parameter of a function that computes a loss, or arithmetic on such: `p`, `1 - p`, `p / q`."""
    if not in_loss(event.site) or quiet(event.site):
        return False
    return _of_arguments(value) and any(x.op is Op.ARGUMENT and not x.kind.scalar for x in leaves(value))


def _of_arguments(value: Value, steps: int = STEPS) -> bool:
    """A parameter, a constant, or arithmetic on such."""
    value = strip(value)
    if value.op in ARITHMETIC and steps > 0:
        return all(_of_arguments(operand, steps - 1) for operand in value.made_by.operands)
    return value.op is Op.ARGUMENT or value.range.point is not None


def trained(event: Event, trace: Trace) -> bool:
    """The result trains something: it has a gradient, in a loss, a `forward`, a loop, or on its way to `backward`."""
    if not event.result.gradient or quiet(event.site):
        return False
    return in_training(event.site) or _reaches_loss(event, trace)


def _reaches_loss(event: Event, trace: Trace) -> bool:
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        for user in trace.uses(pending.pop()):
            if user.op in (Op.BACKWARD, *LOSSES):
                return True
            if id(user) not in seen:
                seen.add(id(user))
                pending.append(user.result)
    return False


# what is done about it afterwards


def selected(event: Event, trace: Trace, index: int, zones: tuple[Interval, ...]) -> tuple[Event, int, bool] | None:
    """A later `where` or masked fill that takes the result only where its condition keeps the operand off the zones.

    Gives that event, the number of its operand that is the condition, and the truth under which the result is taken.
    """
    for user, value in _users(event, trace):
        if user.op is Op.WHERE and len(user.operands) == 3:
            position, truth = 0, user.operands[1].made_by is value.made_by
        elif user.op is Op.MASKED_FILL and len(user.operands) >= 2 and user.x.made_by is value.made_by:
            position, truth = 1, False
        else:
            continue
        if user.operands[position].made_by is value.made_by:
            continue
        there = under(event.operands[index], implied(user.operands[position], truth))
        if not any(there.range.overlaps(zone.lo, zone.hi) for zone in zones):
            return user, position, truth
    return None


def repaired(event: Event, trace: Trace) -> bool:
    """The result's NaN or infinity is replaced afterwards: the value is saved, the gradient is not."""
    for user, value in _users(event, trace):
        if user.op is Op.NAN_TO_NUM:
            return True
        if user.op in (Op.WHERE, Op.MASKED_FILL):
            condition = user.operands[0 if user.op is Op.WHERE else 1]
            if condition.made_by is not value.made_by and _tests_finiteness(condition, value):
                return True
    return False


def _tests_finiteness(condition: Value, value: Value) -> bool:
    while condition.op is Op.LOGICAL_NOT:
        condition = condition.made_by.x
    if condition.op in (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE):
        return condition.made_by.x.same(value)
    return condition.op is Op.EQUAL and not condition.made_by.y.range.bounded and condition.made_by.x.same(value)


def _users(event: Event, trace: Trace) -> Iterator[tuple[Event, Value]]:
    """The events that take the result, or what is computed from it element by element, with the value they take."""
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value = pending.pop()
        for user in trace.uses(value):
            if id(user) in seen:
                continue
            seen.add(id(user))
            yield user, value
            if user.op in POINTWISE and user.op not in (Op.MEAN, Op.SUM, Op.WHERE, Op.MASKED_FILL):
                pending.append(user.result)


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
