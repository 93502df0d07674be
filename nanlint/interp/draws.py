"""What is known of elements that were drawn by their own weights."""

from __future__ import annotations

from nanlint.domain.interval import POSITIVE
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Layer

THROUGH = frozenset({Op.RESHAPE, Op.COPY, Op.CAST, Op.DETACH, Op.SELECT})


def at_draw(value: Value, index: Value) -> Value:
    """`p` in `p.gather(1, multinomial(p, 1))`, `p[rows, Categorical(p).sample()]`: nothing of weight 0 is drawn."""
    while index.op in THROUGH and index.made_by.operands:
        index = index.made_by.x
    weights = weights_of(index)
    return value.within(POSITIVE) if weights is not None and weights.same(value) else value


def weights_of(draw: Value) -> Value | None:
    """What the draw was made by."""
    if draw.op not in (Op.RANDOM_INTEGER, Op.SAMPLE) or not draw.made_by.operands:
        return None
    source = draw.made_by.x
    return source.payload.options.get("probs") if isinstance(source.payload, Layer) else source
