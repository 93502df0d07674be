"""What the provenance of a value tells: arrays, networks, guards, which bounds are reached, what flows back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.guards import implied, under
from nanlint.interp.trace import Event
from nanlint.reasoning.context import in_loss, quiet
from nanlint.reasoning.origins import NETWORKS, RANDOM, SAME_ELEMENTS, strip

ELEMENTARY = frozenset({Op.SQRT, Op.LOG, Op.EXP, Op.POWER, Op.ABSOLUTE})
"""NumPy's, of a Python number, give a number."""
REDUCING = frozenset(
    {Op.SUM, Op.MEAN, Op.STD, Op.VAR, Op.NORM, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.PRODUCT, Op.COUNT_NONZERO, Op.ANY,
     Op.ALL, Op.LOGSUMEXP}
)  # fmt: skip
ARITHMETIC = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.NEGATIVE})
ABOVE_ZERO = frozenset({Op.EXP, Op.EXP2, Op.SOFTPLUS, Op.COSH})
"""Never 0 but by underflow, 87 and more below 0."""
KEEPS_ABOVE_ZERO = frozenset(
    {Op.SUM, Op.MEAN, Op.SQRT, Op.SQUARE, Op.ABSOLUTE, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.CUMSUM, Op.CLAMP, Op.POWER}
)
AFFINE = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.NEGATIVE, Op.DROPOUT, Op.LEAKY_RELU, Op.STANDARDIZE, Op.POOL}
)
SUMS = frozenset({Op.ADD, Op.SUM, Op.MEAN, Op.REDUCE_MAX})
"""Of what is not negative they are 0 where all of it is."""
ORDERED = frozenset({Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL})
INITIAL = frozenset({Op.CONSTANT, Op.FULL, Op.LIKE})
UNKNOWABLE = frozenset({Op.OPAQUE, Op.ATTRIBUTE, Op.READ, Op.WEIGHT, Op.EMBEDDING}) | NETWORKS | RANDOM
LARGEST_EXPONENT = 700.0  # of which Python's exp is a number
STEPS = 12  # operations followed back in one line
MAX_VALUES = 60  # values visited in one search


def covers(outer: Interval, inner: Interval) -> bool:
    """Every value of `inner` is in `outer`."""
    return inner.inside(outer.lo, outer.hi)


def is_array(value: Value, steps: int = STEPS) -> bool:
    """Surely an array: by its kind, because a reduction of a framework made it, or by arithmetic on such a value."""
    if value.kind is not Kind.UNKNOWN:
        operands = value.made_by.operands
        of_scalars = operands and value.op in ELEMENTARY and all(x.kind.scalar for x in operands)
        return value.kind is Kind.TENSOR and not of_scalars
    value = strip(value)
    if value.op in REDUCING:
        return value.made_by.framework != ""
    arithmetic = value.op in ARITHMETIC or value.op is Op.POWER
    return steps > 0 and arithmetic and any(is_array(x, steps - 1) for x in value.made_by.operands)


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
        return any(covers(zone, bound) for bound in bounds) or reached(made_by.x, zone, seen)
    before = _preimage(op, zone)
    if before is not None:
        return reached(made_by.x, before, seen)
    if op in (Op.MAXIMUM, Op.MINIMUM):
        return any(reached(operand, zone, seen) for operand in made_by.operands)
    if op is Op.WHERE and len(made_by.operands) == 3:
        return any(reached(branch, zone, seen) for branch in branches(value))
    if op in (Op.JOIN, Op.STORE, Op.CONCATENATE):
        return _in_some_part(value, zone, seen)
    if op in SUMS and value.range.lo == 0.0 and all(x.range.lo >= 0.0 for x in made_by.operands):
        return value.known and all(reached(x, zone, seen) for x in made_by.operands)
    if op is Op.SELECT and made_by.operands:
        return _in_selection(value, zone, seen)
    if op in SAME_ELEMENTS and made_by.operands:
        return reached(made_by.x, zone, seen)
    return value.known and not (value.range.point == 0.0 and _from_buffer(value))


def _preimage(op: Op, zone: Interval) -> Interval | None:
    """Where the operand of an operation that keeps the order, or turns it around, is if the result is in the zone."""
    if op is Op.NEGATIVE:
        return Interval(-zone.hi, -zone.lo)
    if op is Op.LOG:
        return Interval(_exp(zone.lo), _exp(zone.hi))
    return None


def _exp(x: float) -> float:
    return math.inf if x > LARGEST_EXPONENT else math.exp(x)


def _in_some_part(value: Value, zone: Interval, seen: set[int]) -> bool:
    """As `reached`, for what holds the elements of several others."""
    parts = value.made_by.operands
    if value.op is Op.CONCATENATE:
        return any(reached(part, zone, seen) for part in parts)
    filled = parts[1:] if value.op is Op.STORE else [part for part in parts if part.op not in INITIAL]
    return value.known and any(reached(part, zone, seen) for part in filled)


def _in_selection(value: Value, zone: Interval, seen: set[int]) -> bool:
    """As `reached`: of what was put together it may be any part; `x[x > t]` leaves elements out by their size."""
    whole, *keys = value.made_by.operands
    while whole.op in SAME_ELEMENTS - {Op.CONCATENATE, Op.SELECT, Op.STORE} and whole.made_by.operands:
        whole = whole.made_by.x
    if whole.op is Op.CONCATENATE:
        parts = [item for x in whole.made_by.operands for item in (x.made_by.operands if x.op is Op.JOIN else (x,))]
        return all(reached(part, zone, seen) for part in parts)
    compared = [x for key in keys if key.op in ORDERED for x in key.made_by.operands]
    return not any(strip(x).same(strip(whole)) for x in compared) and reached(whole, zone, seen)


def _from_buffer(value: Value) -> bool:
    """Computed from an array of zeros, which something out of sight fills."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if current.op in (Op.LIKE, Op.FULL):
            return True
        if id(current.made_by) not in seen:
            seen.add(id(current.made_by))
            pending.extend(current.made_by.operands)
    return False


def branches(value: Value) -> tuple[Value, Value]:
    """What a `where` chooses between, each as it is where it is chosen."""
    condition, x, y = value.made_by.operands
    return under(x, implied(condition, True)), under(y, implied(condition, False))


def above_zero(value: Value, steps: int = STEPS) -> bool:
    """Nothing but underflow makes it 0."""
    narrowed = value.range.lo > 0.0  # by a selection, say
    value = strip(value)
    if narrowed or value.range.lo > 0.0 or value.op in ABOVE_ZERO:
        return True
    operands = value.made_by.operands
    if steps == 0 or not operands or value.range.lo < 0.0:
        return False
    if value.op is Op.DIVIDE:
        return above_zero(operands[0], steps - 1)
    if value.op is Op.NEGATIVE:
        return _below_zero(operands[0])
    if value.op in (Op.MULTIPLY, Op.JOIN):
        return all(above_zero(operand, steps - 1) for operand in operands)
    if value.op is Op.ADD:
        return any(above_zero(operand, steps - 1) for operand in operands)
    return value.op in KEEPS_ABOVE_ZERO and above_zero(operands[0], steps - 1)


def _below_zero(value: Value) -> bool:
    """As `above_zero`: the logarithm of a sigmoid, and what expm1 makes of it, the sigmoid less 1."""
    value = strip(value)
    return value.op is Op.LOG_SIGMOID or (value.op is Op.EXPM1 and _below_zero(value.made_by.x))


def leaves(value: Value) -> Iterator[Value]:
    """The values that it was computed from and that no operation made, or one that keeps nothing of its operand."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        operands = () if current.op in UNKNOWABLE else current.made_by.operands
        if current.op is Op.SELECT:
            operands = operands[:1]  # the others say which
        if operands:
            pending.extend(operands)
        else:
            yield current


def from_network(value: Value, steps: int = STEPS) -> bool:
    """Affine in the output of a learned layer that no activation bounds; of what was put together, every part is."""
    joined = _joined(value)
    if joined and steps > 0:
        return all(from_network(part, steps - 1) for part in joined)
    value = strip(value)
    if value.op in NETWORKS:
        return _learned(value)
    if steps == 0 or value.op not in AFFINE | {Op.JOIN, Op.WHERE, Op.CLAMP}:
        return False
    return any(from_network(operand, steps - 1) for operand in value.made_by.operands)


def _joined(value: Value) -> tuple[Value, ...]:
    """What was put together, of which the value is a part."""
    selects = False
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        if value.op is Op.CONCATENATE:
            parts = [item for x in value.made_by.operands for item in (x.made_by.operands if x.op is Op.JOIN else (x,))]
            return tuple(parts) if selects else ()
        selects = selects or value.op is Op.SELECT
        value = value.made_by.x
    return ()


def _learned(value: Value) -> bool:
    """A layer, or a function that was handed weights; a convolution with a window is neither."""
    handed = value.made_by.operands[1:2] if value.op is Op.LINEAR else ()
    return not handed or strip(handed[0]).op in (Op.WEIGHT, Op.ATTRIBUTE)


def is_share(value: Value) -> bool:
    """A sigmoid or softmax, or its root, of something that is no raw output: of a schedule, say, and so moderate.

    1 less it is 0 from a logit of 17 on, which a parameter does not reach.
    """
    value, complement = strip(value), False
    while value.op in (Op.SQRT, Op.MEAN) or (value.op is Op.SUBTRACT and value.made_by.x.range.point == 1.0):
        complement = complement or value.op is Op.SUBTRACT
        value = strip(value.made_by.operands[-1])
    if value.op not in (Op.SIGMOID, Op.SOFTMAX):
        return False
    return strip(value.made_by.x).op is Op.WEIGHT if complement else not from_network(value.made_by.x)


def is_offset(value: Value, steps: int = STEPS) -> bool:
    """Something positive is added to it, or it is clamped to some number: that guards whatever is not negative."""
    value = strip(value)
    made_by = value.made_by
    if steps == 0:
        return False
    if value.op is Op.ADD:
        return any(x.range.lo > 0.0 or is_offset(x, steps - 1) for x in made_by.operands)
    if value.op is Op.CLAMP:
        low = made_by.options.get("min")
        return low is not None and not low.is_none and (low.range.point is None or low.range.lo > 0.0)
    return value.op is Op.SQRT and is_offset(made_by.x, steps - 1)


def is_loss_argument(event: Event, value: Value) -> bool:
    """A parameter of a function that computes a loss, or arithmetic on such: `p`, `1 - p`, `p / q`."""
    if not in_loss(event.site) or quiet(event.site):
        return False
    handed = any(x.op is Op.ARGUMENT and not x.kind.scalar for x in leaves(value))
    return handed and _of_arguments(value) and not _picked(value)


def _picked(value: Value) -> bool:
    """The elements that a mask lets through: what they are, whoever made the mask knows."""
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        keys = value.made_by.operands[1:] if value.op is Op.SELECT else ()
        if len(keys) == 1 and (keys[0].dtype is Dtype.BOOLEAN or keys[0].op is Op.ARGUMENT) and not keys[0].kind.scalar:
            return True
        value = value.made_by.x
    return False


def _of_arguments(value: Value, steps: int = STEPS) -> bool:
    """A parameter, a constant, or arithmetic on such."""
    value = strip(value)
    if value.op in ARITHMETIC and steps > 0:
        return all(_of_arguments(operand, steps - 1) for operand in value.made_by.operands)
    return value.op is Op.ARGUMENT or value.range.point is not None


def is_schedule(value: Value) -> bool:
    """Fixed when the model is written: computed from constants, grids (`linspace(0, 1, n)`) and their parameters."""
    origins = list(leaves(value))
    on_grid = any(origin.op is Op.ARANGE for origin in origins)
    parameters = [origin for origin in origins if origin.op is Op.ARGUMENT and not origin.kind.scalar]
    fixed = not parameters or (on_grid and all(origin.kind is not Kind.TENSOR for origin in parameters))
    return fixed and not any(origin.op in UNKNOWABLE for origin in origins)


def gradient_reaches(value: Value, zone: Interval, steps: int = STEPS) -> bool:
    """A gradient that is infinite in the zone goes on to what the value was made of.

    The backward of `relu` and `where` selects: what they put in the zone themselves passes nothing on.
    """
    while value.op in SAME_ELEMENTS - {Op.CONCATENATE} and value.made_by.operands:
        value = value.made_by.x
    selects = value.op in (Op.RELU, Op.RELU6) and value.op not in registry.table(value.made_by.framework).masking
    if selects or steps == 0:
        return False
    if value.op in (Op.JOIN, Op.CONCATENATE):
        parts = [part for part in value.made_by.operands if part.gradient and part.range.overlaps(zone.lo, zone.hi)]
        return any(gradient_reaches(part, zone, steps - 1) for part in parts)
    if value.op is Op.WHERE and len(value.made_by.operands) == 3:
        return any(
            branch.gradient and branch.range.overlaps(zone.lo, zone.hi) and gradient_reaches(branch, zone, steps - 1)
            for branch in branches(value)
        )
    return value.gradient and value.op not in INITIAL
