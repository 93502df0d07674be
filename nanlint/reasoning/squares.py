"""Sums of squares, their roots, and differences of moments: what is never below 0 but by rounding."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event
from nanlint.ops.relations import squared
from nanlint.reasoning.origins import SAME_ELEMENTS, strip

ROOTS = (0.5, -0.5)
WEIGHTED = frozenset({Op.MULTIPLY, Op.DIVIDE})
STEPS = 8  # operations followed back in one line
MAX_TERMS = 12  # addends of one sum
AVERAGES = frozenset({Op.MEAN, Op.POOL, Op.LINEAR, Op.MATMUL})
"""Linear maps that can have weights of sum 1; `conv2d` with a window is a LINEAR."""
ACCUMULATED = frozenset({Op.ARGUMENT, Op.ATTRIBUTE, Op.JOIN, Op.ADD, Op.ITERATE})
"""What running sums are: added to in a loop, or handed in."""
LINEAR_MAPS = AVERAGES | SAME_ELEMENTS | WEIGHTED | {Op.SUM, Op.PAD}


def is_root(event: Event) -> bool:
    """sqrt(x) or x ** 0.5."""
    return event.op is Op.SQRT or (event.op is Op.POWER and event.y.range.point == ROOTS[0])


def is_inverse_root(event: Event) -> bool:
    """rsqrt(x) or x ** -0.5."""
    return event.op is Op.RSQRT or (event.op is Op.POWER and event.y.range.point == ROOTS[1])


def radicand(value: Value) -> Value | None:
    """The x of sqrt(x) or x ** 0.5."""
    value = strip(value)
    if value.op is Op.POWER and len(value.made_by.operands) == 2:
        return value.made_by.x if value.made_by.y.range.point == ROOTS[0] else None
    return value.made_by.x if value.op is Op.SQRT else None


def is_sum_of_squares(value: Value, steps: int = STEPS) -> bool:
    """A square, a mean squared error, a variance, or a sum of such; weights count if they are not negative."""
    value = strip(value)
    operands = value.made_by.operands
    if steps == 0 or not operands:
        return False
    if value.op in (Op.SQUARED_ERROR, Op.VAR) or squared(value) is not None:
        return True
    if value.op in (Op.SUM, Op.MEAN):
        return is_sum_of_squares(operands[0], steps - 1)
    if value.op in WEIGHTED and value.range.lo >= 0.0:
        return any(is_sum_of_squares(operand, steps - 1) for operand in operands[: 1 if value.op is Op.DIVIDE else 2])
    return value.op is Op.ADD and all(is_sum_of_squares(operand, steps - 1) for operand in operands)


def of_components(value: Value) -> bool:
    """x^2 + y^2: squares of several arrays, which are 0 only where all of them are at once."""
    terms = [term for term, _ in addends(strip(value)) if term.range.point is None]
    return len(terms) > 1 and len({term.number for term in terms}) == len(terms)


def is_expanded_distance(value: Value) -> bool:
    """a^2 + b^2 - 2ab with sums in the places of the products: a squared distance whose digits cancel."""
    terms = list(addends(value))
    crossed = [term for term, sign in terms if sign < 0.0 and _is_twice_product(term)]
    crossed += [term for term, sign in terms if sign > 0.0 and _is_twice_product(term, -2.0)]
    others = [term for term, sign in terms if sign > 0.0 and not _is_twice_product(term, -2.0)]
    positive = all(term.range.point is None and not _is_twice_product(term) for term in others)
    return len(terms) == 3 and len(crossed) == 1 and len(others) == 2 and positive


def addends(value: Value, sign: float = 1.0, steps: int = STEPS) -> Iterator[tuple[Value, float]]:
    """The terms of a sum or difference, each with the sign it is taken with."""
    value = strip(value)
    operands = value.made_by.operands
    if steps > 0 and value.op in (Op.ADD, Op.SUBTRACT) and len(operands) == 2 and "alpha" not in value.made_by.options:
        yield from addends(operands[0], sign, steps - 1)
        yield from addends(operands[1], sign if value.op is Op.ADD else -sign, steps - 1)
    elif steps > 0 and value.op is Op.NEGATIVE:
        yield from addends(operands[0], -sign, steps - 1)
    else:
        yield value, sign


def _is_twice_product(value: Value, factor: float = 2.0) -> bool:
    """2 * (x @ y), or that of x scaled."""
    value = strip(value)
    operands = value.made_by.operands
    if value.op not in (Op.MULTIPLY, Op.MATMUL) or len(operands) != 2:
        return False
    for i in (0, 1):
        other = strip(operands[1 - i])
        if operands[i].range.point == factor:
            return other.op is Op.MATMUL or (other.op is Op.SUM and strip(other.made_by.x).op is Op.MULTIPLY)
    return value.op is Op.MATMUL and any(
        strip(operand).op is Op.MULTIPLY and any(x.range.point == factor for x in strip(operand).made_by.operands)
        for operand in operands
    )


def variance_of(value: Value) -> Value | None:
    """The x of E[x^2] - E[x]^2, whatever E is: a mean, a pooling, a convolution with a window, weights, a sum over n.

    Never negative but by rounding, which makes it so for nearly constant data.
    """
    value = strip(value)
    if value.op is not Op.SUBTRACT or len(value.made_by.operands) != 2 or "alpha" in value.made_by.options:
        return None
    second, first = value.made_by.operands
    mean = squared(strip(first))
    if mean is not None:
        return _moments(second, mean, weighted=False)
    return _of_sums(second, strip(first))


def has_variance(value: Value) -> bool:
    """A sum of such differences and of what is not negative: an epsilon, another variance."""
    value = strip(value)
    if value.op is Op.ADD:
        return all(x.range.lo >= 0.0 or has_variance(x) for x in value.made_by.operands) and value.range.lo < 0.0
    return variance_of(value) is not None


def _of_sums(second: Value, first: Value) -> Value | None:
    """The x of sum(x^2) - sum(x)^2 / n, or of sum(x^2) - n * mean(x)^2."""
    if first.op not in WEIGHTED or len(first.made_by.operands) != 2:
        return None
    for square in first.made_by.operands[: 1 if first.op is Op.DIVIDE else 2]:
        total = squared(strip(square))
        if total is not None and strip(total).op in (Op.SUM, Op.MEAN):
            whole, of = strip(second), strip(total)
            root = squared(strip(whole.made_by.x)) if whole.op is Op.SUM else None
            if root is not None and strip(root).same(strip(of.made_by.x)):
                return strip(root)
    return None


def _moments(second: Value, first: Value, weighted: bool, steps: int = STEPS) -> Value | None:
    """The x of which `second` is the average of x^2 and `first` that of x, both taken the same way."""
    second, first = strip(second), strip(first)
    root = squared(second)
    if root is not None and strip(root).same(first):
        return first if weighted else None
    if steps == 0 or second.op is not first.op or second.op not in LINEAR_MAPS or not _alike(second, first):
        return None
    weighted = weighted or second.op in AVERAGES | WEIGHTED
    varying = [
        (a, b)
        for a, b in zip(second.made_by.operands, first.made_by.operands, strict=True)
        if not strip(a).same(strip(b))
    ]
    if len(varying) != 1:
        return None
    running = second.op is Op.DIVIDE and varying[0][0].op in ACCUMULATED and varying[0][1].op in ACCUMULATED
    return varying[0][1] if running else _moments(*varying[0], weighted, steps - 1)


def _alike(a: Value, b: Value) -> bool:
    """Made by the same operation but for operands."""
    options, others = a.made_by.options, b.made_by.options
    if len(a.made_by.operands) != len(b.made_by.operands) or options.keys() != others.keys():
        return False
    kind = options.get("kind")
    averaging = a.op is not Op.POOL or (kind is not None and kind.constant == "average")
    return averaging and all(x.same(others[name]) for name, x in options.items())
