"""Matrices computed from data that can be singular: products with their own transpose, covariances, outer products."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Member
from nanlint.interp.trace import Trace
from nanlint.reasoning.origins import POINTWISE, RANDOM, sources
from nanlint.reasoning.placement import stands_alone
from nanlint.reasoning.provenance import REDUCING, leaves

STEPS = 8  # operations followed back from a factorisation
HANDED_ON = frozenset({Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.SELECT, Op.ITERATE, Op.TENSOR})
REPEATING = POINTWISE | {Op.MATMUL}
INITIAL = frozenset({Op.FULL, Op.LIKE, Op.CONSTANT})
REGULAR = frozenset(
    {Op.CHOLESKY, Op.QR, Op.SINGULAR_VECTORS, Op.EIGENVECTORS, Op.PSEUDO_INVERSE, Op.INVERSE, Op.EYE, Op.EXP}
)
"""What no data makes singular: factors, rotations, the identity."""
TRANSPOSES = frozenset({"T", "mT", "H", "mH"})
"""Attributes of arrays, and of what nothing says is one."""


class Origin(enum.Enum):
    """How the data makes the matrix."""

    PRODUCT = "a matrix times its own transpose"
    COVARIANCE = "a covariance of data"
    OUTER = "an outer product, of rank one"


@dataclass(frozen=True, slots=True)
class Gram:
    """A matrix that is singular for some data; `factor` is what it is computed from, `rows`: of size by its rows."""

    origin: Origin
    factor: Value | None = None
    rows: bool = False


def gram(value: Value, steps: int = STEPS) -> Gram | None:
    """How the value is computed from data alone; None where something else is added, say to the diagonal."""
    value = _handed(value)
    operands = value.made_by.operands
    if steps == 0 or not operands:
        return None
    if value.op is Op.COVARIANCE:
        return Gram(Origin.COVARIANCE, _handed(operands[0]), rows=not _reshaped(operands[0]))
    if value.op in (Op.MATMUL, Op.MULTIPLY):
        return _product(value) or _scaled(value, steps)
    if value.op is Op.DIVIDE:
        return gram(operands[0], steps - 1)
    if value.op in (Op.SUM, Op.MEAN):
        inner = gram(operands[0], steps - 1)
        return None if inner is None else Gram(Origin.PRODUCT)
    if value.op in (Op.ADD, Op.SUBTRACT, Op.JOIN):
        return _sum(operands, steps)
    return _sum(operands[1:], steps) if value.op is Op.STORE else None


def _sum(operands: tuple[Value, ...], steps: int) -> Gram | None:
    """All the parts are computed from data, but for what a sum starts with."""
    found = []
    for operand in operands:
        if operand.op is Op.EMPTY or (operand.op in INITIAL and operand.range.point == 0.0):
            continue  # before anything is added
        part = gram(operand, steps - 1)
        if part is None:
            return None
        found.append(part)
    return (found[0] if len(found) == 1 else Gram(Origin.PRODUCT)) if found else None


def _scaled(value: Value, steps: int) -> Gram | None:
    """A number times a matrix."""
    if len(value.made_by.operands) != 2:
        return None
    for matrix, other in (value.made_by.operands, value.made_by.operands[::-1]):
        if other.kind.scalar or _handed(other).op in REDUCING | {Op.LENGTH}:
            return gram(matrix, steps - 1)
    return None


def _product(value: Value) -> Gram | None:
    """X^T X, X X^T, X^T diag(w) X; the outer product of a vector with itself."""
    made_by = value.made_by
    equation = made_by.options.get("equation")
    if equation is not None:
        return _einsum(equation.constant, made_by.operands)
    if len(made_by.operands) != 2:
        return None
    if "outer" in made_by.options:
        return Gram(Origin.OUTER) if _related(*made_by.operands) else None
    if value.op is Op.MULTIPLY:
        first, second = made_by.operands
        widened = {first.op, second.op} <= {Op.RESHAPE, Op.SELECT} and not first.same(second)
        return Gram(Origin.OUTER) if widened and _handed(first).same(_handed(second)) else None
    factors = list(_factors(value))
    first, last = factors[0], factors[-1]
    weighted = all(factor.op is Op.PAD for factor in factors[1:-1])  # by a diagonal matrix; F P F^T is another matter
    if first.same(last) and len(flags := _flags(value)) == 1 and len(factors) == 2:
        return Gram(Origin.PRODUCT, _handed(last), rows=flags[0].endswith("_b"))
    if first.same(last) or not weighted or not _related(first, last):
        return None
    if any(part.op in REGULAR for part in _chain(first)):
        return None  # V diag(w) V^T from eigenvectors, L L^T
    factor = _handed(last)
    transposed = any(_reshaped(x) for x in _chain(first))
    return Gram(Origin.PRODUCT, factor if _handed(first).same(factor) else None, rows=not transposed)


def _flags(product: Value) -> list[str]:
    """What is true of `matmul(x, x, transpose_a=True)`."""
    options = product.made_by.options
    names = ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")
    return [name for name in names if name in options and options[name].constant is True]


def _factors(value: Value) -> Iterator[Value]:
    """A, B, C of A @ B @ C."""
    value = _before_copies(value)
    if value.op is Op.MATMUL and len(value.made_by.operands) == 2 and "equation" not in value.made_by.options:
        for operand in value.made_by.operands:
            yield from _factors(operand)
    else:
        yield value


def _before_copies(value: Value) -> Value:
    while value.op in (Op.COPY, Op.DETACH, Op.CAST) and value.made_by.operands:
        value = value.made_by.x
    return value


def _related(first: Value, second: Value) -> bool:
    """Both are the same data, possibly weighted."""
    return any(x.same(y) for x in _chain(first) for y in _chain(second))


def _chain(value: Value, steps: int = STEPS) -> Iterator[Value]:
    """The value before reshapes, casts, selections and weights."""
    yield value
    if steps and (value.op in HANDED_ON or _reshaped(value)) and value.made_by.operands:
        yield from _chain(value.made_by.x, steps - 1)
    elif steps and value.op in (Op.MULTIPLY, Op.DIVIDE):
        for operand in value.made_by.operands:
            if operand.op is not Op.CONSTANT:
                yield from _chain(operand, steps - 2 if steps > 1 else 0)


def _einsum(equation: object, operands: tuple[Value, ...]) -> Gram | None:
    """`ni,nj->ij` of one thing with itself."""
    if not isinstance(equation, str) or "->" not in equation:
        return None
    left, _, out = equation.replace(" ", "").replace("...", "").partition("->")
    inputs = [set(part) for part in left.split(",")]
    if len(inputs) < 2 or not (inputs[0] - inputs[-1]) & set(out) or not (inputs[-1] - inputs[0]) & set(out):
        return None
    parts = [x for operand in operands for x in (operand.made_by.operands if operand.op is Op.JOIN else (operand,))]
    if not all(_related(parts[0], part) for part in parts[1:]) and not _related(parts[0], parts[-1]):
        return None
    contracted = (inputs[0] & inputs[-1]) - set(out)
    return Gram(Origin.PRODUCT if contracted else Origin.OUTER)


def _handed(value: Value) -> Value:
    while (value.op in HANDED_ON or _reshaped(value)) and value.made_by.operands:
        value = value.made_by.x
    return value


def _reshaped(value: Value) -> bool:
    """A transpose, or another reshape; also of what nothing says is an array."""
    named = value.payload.name if isinstance(value.payload, Member) else ""
    return value.op is Op.RESHAPE or (value.op is Op.ATTRIBUTE and named in TRANSPOSES)


def is_regular(value: Value) -> bool:
    """A factor, a rotation, the identity: nothing that data makes singular; or something is added to it."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < STEPS:
        current = _handed(pending.pop())
        seen.add(id(current.made_by))
        if current.op in REGULAR | {Op.ADD, Op.STORE, Op.TENSOR, Op.FULL, Op.CONSTANT}:
            return True
        pending.extend(current.made_by.operands if current.op in (Op.JOIN, Op.MULTIPLY) else ())
    return False


def is_drawn(value: Value) -> bool:
    """Random numbers: with as many rows as columns they make no singular matrix, unless some are put in twice."""
    repeated = any(part.op is Op.CONCATENATE for part in sources(value, REPEATING))
    return not repeated and all(leaf.op in RANDOM | {Op.CONSTANT, Op.LENGTH} for leaf in leaves(value))


def altered(value: Value, trace: Trace) -> bool:
    """Something may have been added to its diagonal: `a.diagonal().add_(eps)`, `a[i, i] += eps`, `fill_diagonal(a)`.

    Or through a view: `a.view(-1)[:: n + 1] += eps`.
    """
    for user in trace.uses(value):
        if user.op is Op.OPAQUE and stands_alone(user):
            return True
        if user.op is Op.SELECT and any(writer.site.spelling[-1:] in ("_", "=") for writer in trace.uses(user.result)):
            return True
        if user.op is Op.RESHAPE and altered(user.result, trace):
            return True
    return False
