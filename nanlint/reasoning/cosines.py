"""Cosines of angles between vectors: products of unit vectors, in whatever order they are written."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.reasoning.origins import strip

NEGLIGIBLE = 1e-5  # an epsilon beside norms of 1 and more: rounding takes the quotient beyond 1 all the same


def is_cosine(value: Value) -> bool:
    """A dot product of two vectors, each divided by its norm before or after; rounding takes it beyond 1."""
    lengths: list[Value] = []
    value = strip(value)
    while value.op is Op.DIVIDE:
        lengths += _measured(value.made_by.y)
        value = strip(value.made_by.x)
    product = strip(value.made_by.x) if value.op is Op.SUM else value
    if product.op is not (Op.MULTIPLY if value.op is Op.SUM else Op.MATMUL):
        return False
    return all(
        _is_unit(part) or any(part.same(one) for one in lengths) for part in map(strip, product.made_by.operands)
    )


def _is_unit(value: Value) -> bool:
    if value.op is Op.NORMALIZE:
        return True
    return value.op is Op.DIVIDE and any(one.same(strip(value.made_by.x)) for one in _measured(value.made_by.y))


def _measured(divisor: Value, steps: int = 6) -> Iterator[Value]:
    """The vectors whose norms it is a product of, with a small number added or as a lower bound."""
    divisor = strip(divisor)
    if steps == 0 or divisor.kind.scalar:
        return
    parts = divisor.made_by.operands
    lifted = divisor.op is Op.ADD and any(part.range.inside(0.0, NEGLIGIBLE) for part in parts)
    if divisor.op is Op.NORM:
        yield strip(parts[0])
    elif lifted or divisor.op in (Op.MULTIPLY, Op.MATMUL, Op.CLAMP):
        for part in parts:
            yield from _measured(part, steps - 1)
