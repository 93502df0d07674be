"""What is known of elements that were drawn by their own weights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nanlint.domain.interval import POSITIVE
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Layer

THROUGH = frozenset({Op.RESHAPE, Op.COPY, Op.CAST, Op.DETACH, Op.SELECT})
_DRAWS = re.compile(r"(sample|draw)\w*(categorical|multinomial)|(categorical|multinomial)\w*(sample|draw)")


def at_draw(value: Value, index: Value) -> Value:
    """`p` in `p.gather(1, multinomial(p, 1))`, `p[rows, Categorical(p).sample()]`: nothing of weight 0 is drawn."""
    while index.op in THROUGH and index.made_by.operands and not _of_places(index):
        index = index.made_by.x
    weights, logits = weights_of(index), logits_of(index)
    drawn = (weights is not None and weights.same(value)) or (logits is not None and _of_logits(value, logits))
    return value.within(POSITIVE) if drawn else value


def weights_of(draw: Value) -> Value | None:
    """What the draw was made by."""
    logits = logits_of(draw)
    if logits is not None:
        return logits.made_by.x if logits.op is Op.LOG else None
    if draw.op not in (Op.RANDOM_INTEGER, Op.SAMPLE, Op.OPAQUE) and not _of_places(draw):
        return None
    if "probs" in draw.made_by.options:
        return draw.made_by.options["probs"]
    if draw.op is Op.OPAQUE or not draw.made_by.operands:
        return None
    source = draw.made_by.x
    return source.payload.options.get("probs") if isinstance(source.payload, Layer) else source


def _of_places(draw: Value) -> bool:
    """`choice(places, p=p)`: what `p` is indexed with are its places."""
    return draw.op is Op.SELECT and "probs" in draw.made_by.options


def logits_of(draw: Value) -> Value | None:
    """Those whose softmax the draw was made by."""
    if draw.op not in (Op.RANDOM_INTEGER, Op.SAMPLE) or not draw.made_by.operands:
        return None
    source, told = draw.made_by.x, draw.made_by.options.get("from_logits")
    if isinstance(source.payload, Layer):
        return source.payload.options.get("logits")
    return source if told is not None and told.constant is True else None


def _of_logits(value: Value, logits: Value) -> bool:
    """The softmax of the logits, or what they are the logarithm of."""
    return value.op in (Op.SOFTMAX, Op.EXP) and value.made_by.x.same(logits)


def draw_by_name(function: str, given: Sequence[Value]) -> Mapping[str, Value]:
    """`categorical_sample(key, p)` of elsewhere draws by the probabilities that it is given."""
    if _DRAWS.search(function.rpartition(".")[2].lower()) is None:
        return {}
    probs = next((value for value in given if not value.kind.scalar and value.range.inside(0.0, 1.0)), None)
    return {} if probs is None else {"probs": probs}
