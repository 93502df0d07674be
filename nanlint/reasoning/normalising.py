"""Division of an array by what measures that array: its norm, its spread, its range."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import reduced, reduction, squared
from nanlint.reasoning.guarding import operand_node
from nanlint.reasoning.origins import SAME_ELEMENTS, strip
from nanlint.reasoning.squares import is_inverse_root, radicand

LINEAR_IN = frozenset({Op.MULTIPLY, Op.NEGATIVE}) | SAME_ELEMENTS
"""What keeps a zero vector at 0."""
AFFINE_IN = LINEAR_IN | {Op.SUBTRACT, Op.ADD}
MAX_PARTS = 24  # values visited when looking for the array in its dividend


class Measure(enum.Enum):
    """What the divisor is of the array that it measures."""

    NORM = "norm"
    PRODUCT_OF_NORMS = "product of norms"
    SPREAD = "standard deviation"
    RANGE = "range (the largest less the smallest element)"


@dataclass(frozen=True, slots=True)
class Normalisation:
    """x / size(x). `pole` is the event that meets 0 in operand `index`; `root` the hand-written root, if there is one.

    of: the array that is measured; reducing: the reduction along an axis that does it
    """

    measure: Measure
    pole: Event
    index: int
    of: Value
    reducing: Value
    root: Event | None = None


def normalisation(event: Event, trace: Trace) -> Normalisation | None:
    """What the division (or product with an inverse root) normalises."""
    if event.op is Op.MULTIPLY and len(event.operands) == 2:
        return _by_inverse_root(event, trace)
    if event.op is not Op.DIVIDE or len(event.operands) != 2 or "rounding_mode" in event.options:
        return None
    dividend, divisor = event.operands
    norm = norm_of(divisor)
    if norm is not None:
        of, reducing = norm
        root = None if reducing.op is Op.NORM else trace.origin(strip(divisor))
        if contains(dividend, of, LINEAR_IN):
            return Normalisation(Measure.NORM, event, 1, of, reducing, root)
        if any(part.same(strip(of)) for part in _factors(dividend)):
            return Normalisation(Measure.PRODUCT_OF_NORMS, event, 1, of, reducing, root)
        return None
    spread = spread_of(divisor)
    if spread is not None:
        if standardises(dividend, spread.made_by.x):
            return Normalisation(Measure.SPREAD, event, 1, spread.made_by.x, spread)
        return None
    extent = range_of(divisor)
    if extent is not None and contains(dividend, extent.made_by.x, AFFINE_IN):
        return Normalisation(Measure.RANGE, event, 1, extent.made_by.x, extent)
    factors = norms_of_product(dividend, divisor)
    return None if factors is None else Normalisation(Measure.PRODUCT_OF_NORMS, event, 1, factors, divisor)


def _by_inverse_root(event: Event, trace: Trace) -> Normalisation | None:
    """x * rsqrt(mean(x ** 2))."""
    for x, inverse in (event.operands, event.operands[::-1]):
        pole = trace.origin(strip(inverse))
        if pole is None or not is_inverse_root(pole):
            continue
        total = reduced(pole.x)
        root = squared(total.made_by.x) if total.op in (Op.SUM, Op.MEAN) else None
        if root is not None and contains(x, root, LINEAR_IN):
            return Normalisation(Measure.NORM, pole, 0, root, total, pole)
    return None


def measured(found: Normalisation, trace: Trace) -> cst.BaseExpression | None:
    """The expression of the array that is measured: of x ** 2 the x."""
    origin = trace.origin(found.reducing)
    if found.reducing.op in (Op.SUM, Op.MEAN):
        origin = trace.origin(strip(found.reducing.made_by.x))
    return operand_node(origin, 0) if origin is not None else None


def norm_of(value: Value) -> tuple[Value, Value] | None:
    """The x of a norm of x, also written as the root of the sum (or mean) of its squares, and the reduction."""
    value = strip(value)
    if value.op is Op.NORM:
        return value.made_by.x, value
    inner = radicand(value)
    total = None if inner is None else reduced(inner)
    if total is None or total.op not in (Op.SUM, Op.MEAN):
        return None
    root = squared(total.made_by.x)
    return None if root is None else (root, total)


def spread_of(value: Value) -> Value | None:
    """The standard deviation or variance that the value is, with nothing added; also the root of a variance."""
    value = strip(value)
    if value.op in (Op.STD, Op.VAR):
        return value
    inner = radicand(value)
    inner = None if inner is None else strip(inner)
    return inner if inner is not None and inner.op is Op.VAR else None


def range_of(value: Value) -> Value | None:
    """The max(x) of max(x) - min(x)."""
    value = strip(value)
    if value.op is not Op.SUBTRACT or len(value.made_by.operands) != 2:
        return None
    largest, smallest = reduction(value.made_by.x, Op.REDUCE_MAX), reduction(value.made_by.y, Op.REDUCE_MIN)
    both = largest is not None and smallest is not None and strip(largest).same(strip(smallest))
    return reduced(value.made_by.x) if both else None


def norms_of_product(dividend: Value, divisor: Value) -> Value | None:
    """One x of x . y / (|x| |y|)."""
    divisor = strip(divisor)
    if divisor.op is not Op.MULTIPLY or len(divisor.made_by.operands) != 2:
        return None
    first, second = (norm_of(operand) for operand in divisor.made_by.operands)
    if first is None or second is None:
        return None
    parts = _factors(dividend)
    found = all(any(part.same(strip(x)) for part in parts) for x, _ in (first, second))
    return first[0] if found else None


def _factors(dividend: Value) -> list[Value]:
    """The x and y of x . y, of its quotient by one norm, too."""
    product = strip(dividend)
    while product.op is Op.DIVIDE and norm_of(product.made_by.y) is not None:
        product = strip(product.made_by.x)
    dot = product.op is Op.MATMUL
    if product.op is Op.SUM:
        product = strip(product.made_by.x)
        dot = product.op is Op.MULTIPLY
    return [strip(operand) for operand in product.made_by.operands] if dot else []


def standardises(dividend: Value, x: Value) -> bool:
    """The dividend is made of x, or its mean is taken off (`test - train.mean()`)."""
    if contains(dividend, x, AFFINE_IN):
        return True
    return any(value.op is Op.MEAN and strip(value.made_by.x).same(strip(x)) for value in parts_of(dividend, AFFINE_IN))


def contains(value: Value, x: Value, through: frozenset[Op]) -> bool:
    """`x` is in the value, as far as `through` goes."""
    x = strip(x)
    return any(strip(part).same(x) for part in parts_of(value, through))


def parts_of(value: Value, through: frozenset[Op]) -> Iterator[Value]:
    """The value and what it was computed from by operations of `through`; not what merely selects elements."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_PARTS:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        yield current
        if current.op in through:
            operands = current.made_by.operands
            pending.extend(operands[:1] if current.op is Op.SELECT else operands)
