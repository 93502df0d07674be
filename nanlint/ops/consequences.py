"""What relations between operands say of the result: signs, bounds, ends that are reached."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import (
    NON_NEGATIVE,
    NON_POSITIVE,
    SMALLEST,
    SYMMETRIC_UNIT,
    UNIT,
    Interval,
    inf,
    point,
)
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome
from nanlint.ops.relations import (
    axis_of,
    complement,
    difference_of_two,
    floor_of,
    given_axis,
    is_unit,
    made_by,
    part,
    plain,
    reduced,
    reduces,
    reduction,
    same,
    same_axis,
    squared,
    two_numbers,
    unit_axis,
)

SUM_OF_SOFTMAX = Interval(0.9985, 1.002)  # float16; float32 stays within 3e-7 of 1
MAX_EXPONENT = 4.0  # a billionth to the power of 4 is above 0 in float32
TRANSPOSING = frozenset({"dim0", "dim1"})
COSINE = Interval(-1.02, 1.02)  # bfloat16; float32 stays within 1e-6 of [-1, 1]


def refined(outcome: Outcome, relation: Outcome | None) -> Outcome:
    """The outcome with the range of the relation as well."""
    if relation is None:
        return outcome
    met = outcome.range.meet(relation.range)
    known = outcome.known if relation.known is None else relation.known
    may_nan = outcome.may_nan if relation.may_nan is None else relation.may_nan
    return Outcome(relation.range if met.empty else met, known, may_nan)


def subtraction(a: Application) -> Outcome | None:
    """x - x, x - max(x), max(x) - x, x - floor(x), 2 * mask - 1 and their kin."""
    x, y = a.operands[:2]
    if same(x, y):
        return Outcome(point(0.0), known=True)
    sign = _sign(x, y)
    if sign is not None:
        return Outcome(sign, known=True)
    sign = _sign(part(x), part(y))
    if sign is not None:
        return Outcome(sign)
    two = difference_of_two(x, y)
    if two is not None:
        return Outcome(arithmetic.join(*map(point, two)), known=True)
    highest, lowest = reduction(x, Op.REDUCE_MAX), reduction(y, Op.REDUCE_MIN)
    if highest is not None and lowest is not None and same(highest, lowest):
        return Outcome(NON_NEGATIVE, known=False)
    below = plain(y)
    return Outcome(UNIT, known=True) if made_by(below, Op.FLOOR) and same(below.made_by.x, x) else None


def _sign(x: Value, y: Value) -> Interval | None:
    """The sign of x - y where one is the maximum or minimum of the other."""
    if reduces(y, x, Op.REDUCE_MAX, Op.LOGSUMEXP) or reduces(x, y, Op.REDUCE_MIN):
        return NON_POSITIVE
    if reduces(x, y, Op.REDUCE_MAX, Op.LOGSUMEXP) or reduces(y, x, Op.REDUCE_MIN):
        return NON_NEGATIVE
    return None


def addition(a: Application) -> Outcome | None:
    """p^2 + (1 - p)^2, which is at least 1/2."""
    bases = squared(a.operands[0]), squared(a.operands[1])
    if bases[0] is None or bases[1] is None:
        return None
    first, second = complement(bases[0]), complement(bases[1])
    if (first is not None and same(first, bases[1])) or (second is not None and same(second, bases[0])):
        inside = bases[0].range.inside(0.0, 1.0) and bases[1].range.inside(0.0, 1.0)
        return Outcome(Interval(0.5, 1.0 if inside else inf), known=bases[0].known and bases[1].known)
    return None


def multiplication(a: Application) -> Outcome | None:
    """x * (x > 0), which is nowhere below 0; x * (x < 0), nowhere above; x * (2 * mask - 1), 0 only where x is."""
    x, y = a.operands[:2]
    for scaled, two in ((x, two_numbers(y)), (y, two_numbers(x))):
        if two is not None and 0.0 not in two:
            return Outcome(arithmetic.join(*(arithmetic.multiply(scaled.range, point(number)) for number in two)))
    sign = _kept_side(x, y) or _kept_side(y, x)
    return None if sign is None else Outcome(sign)


def _kept_side(value: Value, mask: Value) -> Interval | None:
    """The sign of what a mask leaves that compares the value itself with a bound on one side of 0."""
    while mask.op in (Op.CAST, Op.COPY, Op.DETACH) and mask.made_by.operands:
        mask = mask.made_by.x
    if not made_by(mask, Op.GREATER, Op.GREATER_EQUAL, Op.LESS, Op.LESS_EQUAL) or not same(mask.made_by.x, value):
        return None
    bound = mask.made_by.y.range
    if mask.op in (Op.GREATER, Op.GREATER_EQUAL):
        return NON_NEGATIVE if bound.lo >= 0.0 else None
    return NON_POSITIVE if bound.hi <= 0.0 else None


def division(a: Application) -> Outcome | None:
    """x over its norm, its sum or its maximum, also with an epsilon added; a dot product over two norms."""
    numerator, denominator = a.operands[0], floor_of(a.operands[1])
    for whole in (numerator, part(numerator)):
        if reduces(denominator, whole, Op.NORM):
            return Outcome(SYMMETRIC_UNIT)
        if whole.range.lo >= 0.0 and reduces(denominator, whole, Op.SUM, Op.REDUCE_MAX):
            return Outcome(UNIT)
    return Outcome(SYMMETRIC_UNIT) if _cosine(numerator, denominator) else None


def _cosine(numerator: Value, denominator: Value) -> bool:
    product = plain(numerator)
    summed = reduction(product, Op.SUM)
    if summed is not None:
        product = plain(summed)
    elif product.op is not Op.MATMUL:
        return False
    if not made_by(product, Op.MATMUL, Op.MULTIPLY) or not made_by(denominator, Op.MULTIPLY):
        return False
    if len(product.made_by.operands) != 2:
        return False
    first, second = denominator.made_by.operands[:2]
    x, y = product.made_by.operands
    straight = reduces(first, x, Op.NORM) and reduces(second, y, Op.NORM)
    return straight or (reduces(first, y, Op.NORM) and reduces(second, x, Op.NORM))


def exponential_below_one(value: Value) -> Value | None:
    """The maximum m of x in exp(x - m)."""
    value = plain(value)
    difference = plain(value.made_by.x) if made_by(value, Op.EXP) else value
    if not made_by(difference, Op.SUBTRACT):
        return None
    x, highest = difference.made_by.operands[:2]
    return reduced(highest) if reduces(highest, x, Op.REDUCE_MAX) else None


def sum_of_parts(a: Application) -> Outcome | None:
    """The sum of exp(x - max x) is at least 1, that of a softmax about 1, that of a mixture the sum of its weights.

    An identity matrix has a 1, wherever it stands; a square one has it in each row, whatever it is added to that is
    not negative. The dot product of two unit vectors is a cosine.
    """
    axis = given_axis(a)
    if axis is not None and _of_units(plain(a.operands[0]), axis):
        return Outcome(COSINE, known=False)
    identity = _identity(plain(a.operands[0]))
    if identity is not None and (axis is None or not identity.made_by.options.keys() & {"m", "M", "k"}):
        return Outcome(Interval(1.0, inf), known=True)
    highest = exponential_below_one(a.operands[0])
    if highest is not None and (axis is None or same_axis(axis, axis_of(highest))):
        return Outcome(Interval(1.0, inf), known=True)
    least = _least_part(a.operands[0], axis)
    if least > 0.0:
        return Outcome(Interval(least, inf))
    row = _row_total(a.operands[0], axis)
    if row is None:
        return None
    return Outcome(row, known=True) if axis is not None else Outcome(Interval(row.lo, inf))


def _least_part(value: Value, axis: Value | None) -> float:
    """A lower bound on the sum of what was put together along the axis: a column of ones in front of a mask."""
    whole = plain(value)
    while axis is None and whole.op is Op.RESHAPE and whole.made_by.operands:
        whole = plain(whole.made_by.x)
    if whole.op is not Op.CONCATENATE or whole.range.lo < 0.0:
        return 0.0
    along = axis_of(whole)
    if axis is not None and (along is None or along.constant is None or along.constant != axis.constant):
        return 0.0
    parts = whole.made_by.operands
    if len(parts) == 1 and parts[0].op is Op.JOIN:  # the items of a list
        parts = parts[0].made_by.operands
    return max(part.range.lo for part in parts)


def _identity(value: Value) -> Value | None:
    """The identity matrix in `eye(n)`, `adjacency + eye(n)`."""
    terms = value.made_by.operands if made_by(value, Op.ADD) and value.range.lo >= 0.0 else (value,)
    return next((term for term in map(plain, terms) if term.op is Op.EYE), None)


def _of_units(product: Value, axis: Value) -> bool:
    """The product of two vectors, each of length 1 along the axis."""
    if not made_by(product, Op.MULTIPLY):
        return False
    along = [unit_axis(factor) for factor in product.made_by.operands]
    return all(each is not None and same_axis(each, axis) for each in along)


def distance_of_units(a: Application) -> Outcome | None:
    """Rows of length 1 are nowhere farther apart than 2."""
    along = [unit_axis(operand) for operand in a.operands]
    by_row = all(axis is not None and axis.constant in (-1, 1) for axis in along)
    return Outcome(Interval(0.0, 2.0 * COSINE.hi), known=False) if by_row and a.number("ord") == 2.0 else None


def matrix_product(a: Application) -> Outcome | None:
    """Rows of length 1 times the transpose of such, or the product of two vectors of length 1: cosines."""
    if len(a.operands) < 2 or a.options:
        return None
    rows, columns = a.operands[0], plain(a.operands[1])
    if is_unit(rows) and is_unit(columns):
        return Outcome(COSINE, known=False)
    if columns.op is not Op.RESHAPE or not columns.made_by.options.keys() <= TRANSPOSING:
        return None
    along = [unit_axis(rows), unit_axis(columns.made_by.x)]
    by_row = all(axis is not None and axis.constant in (-1, 1) for axis in along)
    return Outcome(COSINE, known=False) if by_row else None


def _row_total(value: Value, axis: Value | None, steps: int = 4) -> Interval | None:
    """What each row of a softmax, of a mixture of such with positive weights, or of powers of these, sums to."""
    value = plain(value)
    if value.op in (Op.SOFTMAX, Op.SOFTMIN):
        return SUM_OF_SOFTMAX if axis is None or same_axis(axis, axis_of(value)) else None
    powered = _power(value)
    if steps > 0 and powered is not None:
        row = _row_total(powered[0], axis, steps - 1)
        return None if row is None or value.dtype is Dtype.FLOAT16 else _total_of_powers(row, powered[1])
    if steps == 0 or not made_by(value, Op.ADD, Op.MULTIPLY, Op.DIVIDE):
        return None
    x, y = value.made_by.operands[:2]
    if value.op is Op.DIVIDE:
        row = _row_total(x, axis, steps - 1)
        positive = y.kind.scalar and y.range.lo > 0.0 and y.range.hi < inf
        return None if row is None or not positive else Interval(row.lo / y.range.hi, row.hi / y.range.lo)
    if value.op is Op.ADD:
        first, second = _row_total(x, axis, steps - 1), _row_total(y, axis, steps - 1)
        return None if first is None or second is None else Interval(first.lo + second.lo, first.hi + second.hi)
    weight, rest = (x, y) if x.kind.scalar else (y, x)
    row = _row_total(rest, axis, steps - 1)
    if row is None or not weight.kind.scalar or weight.range.lo <= 0.0 or weight.range.hi == inf:
        return None
    return Interval(row.lo * weight.range.lo, row.hi * weight.range.hi)


def _power(value: Value) -> tuple[Value, float] | None:
    """A base and the number that is its exponent."""
    root = squared(value)
    if root is not None:
        return root, 2.0
    exponent = value.made_by.y.range.point if made_by(value, Op.POWER) else None
    return None if exponent is None else (value.made_by.x, exponent)


def _total_of_powers(row: Interval, exponent: float) -> Interval | None:
    """Of numbers of which none is negative and which sum to `row`: the largest is at least its n-th part."""
    if 0.0 < exponent <= 1.0:
        return Interval(row.lo**exponent, row.hi if exponent == 1.0 else inf)
    return Interval(SMALLEST, row.hi**exponent) if 1.0 < exponent <= MAX_EXPONENT else None


def largest_part(a: Application) -> Outcome | None:
    """The largest element of a softmax is above 0."""
    parts = plain(a.operands[0])
    axis = given_axis(a)
    if parts.op in (Op.SOFTMAX, Op.SOFTMIN) and (axis is None or same_axis(axis, axis_of(parts))):
        return Outcome(Interval(SMALLEST, 1.0), known=True)
    return None
