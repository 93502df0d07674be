"""Numbers that go into arrays, such as mask values: what, where, and into which dtype."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.dtypes import Dtype, round_to
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event
from nanlint.ops.promotion import chosen_dtype
from nanlint.reasoning.origins import strip
from nanlint.reasoning.precision import dtype_text
from nanlint.reasoning.texts import code

RAISING = frozenset({Op.MASKED_FILL, Op.FULL, Op.LIKE, Op.PAD})
"""Operations that some frameworks refuse to perform with a number that does not fit."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A number that goes into an array: the array, its dtype, the number's Value and expression."""

    array: Value | None
    dtype: Dtype
    value: Value
    node: cst.BaseExpression | None
    dtype_text: str | None

    @property
    def meant(self) -> float:
        point = self.value.range.point
        return 0.0 if point is None else point

    @property
    def lost(self) -> bool:
        return math.isfinite(self.meant) and math.isinf(round_to(self.meant, self.dtype))


def planes(event: Event) -> Iterator[Plane]:
    """The numbers that the operation puts into an array."""
    operands, nodes = event.operands, (*event.site.operands, None, None, None)
    match event.op:
        case Op.MASKED_FILL if len(operands) > 2:
            yield _into(event, operands[0], nodes[0], _scalar(operands[2]), nodes[2])
        case Op.WHERE if len(operands) == 3:
            for x, y in ((1, 2), (2, 1)):
                yield _into(event, operands[x], nodes[x], _scalar(operands[y]), nodes[y])
        case Op.STORE if len(operands) > 1:
            yield _into(event, operands[0], nodes[0], _scalar(operands[1]), _stored(event))
        case Op.MULTIPLY if len(operands) == 2:
            x, y = (0, 1) if operands[1].range.point is not None else (1, 0)
            if _masks(operands[x], operands[y]) or (not operands[x].known and operands[y].range.hi < 0.0):
                yield _into(event, operands[x], nodes[x], operands[y], nodes[y])
        case Op.PAD if "value" in event.options:
            yield _into(event, operands[0], nodes[0], event.options["value"], event.site.options.get("value"))
        case Op.CAST:
            yield from _cast(event)
        case Op.FULL | Op.LIKE | Op.TENSOR:
            yield from _made(event)


def _into(
    event: Event, array: Value, array_node: cst.BaseExpression | None, value: Value, node: cst.BaseExpression | None
) -> Plane:
    dtype = array.dtype if value.kind.scalar and not array.kind.scalar else Dtype.UNKNOWN
    return Plane(array, dtype, value, node, dtype_text(array_node, event.site, dtype))


def _scalar(value: Value) -> Value:
    """`torch.tensor(-1e9)` has no dimensions, so that the other array's dtype holds, unless it has been given one."""
    plain = value.op is Op.TENSOR and value.made_by.x.kind.scalar and chosen_dtype(value.made_by.options) is None
    return value.made_by.x if plain else value


def _stored(event: Event) -> cst.BaseExpression | None:
    """The right side of `x[mask] = value`."""
    line = event.site.statement
    match line:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)]):
            return value if target is event.node else None
    return None


def _made(event: Event) -> Iterator[Plane]:
    """`full(size, -1e9, dtype=...)`, `full_like(x, -1e9)`, `tensor(-1e9, dtype=...)`."""
    given = event.site.options.get("dtype")
    data = event.op is Op.TENSOR
    value = event.x if data else event.options.get("value")
    node = event.site.operands[0] if data else event.site.options.get("value")
    if value is None or not value.kind.scalar:
        return
    dtype = chosen_dtype(event.options) or event.result.dtype
    text = code(given) if given is not None else None
    if text is None and event.operands and event.op is not Op.TENSOR:
        text = dtype_text(event.site.operands[0], event.site, dtype)
    yield Plane(event.operands[0] if event.operands else None, dtype, value, node, text)


def _cast(event: Event) -> Iterator[Plane]:
    """`((1 - mask) * -1e9).half()`, `where(mask, 0.0, -1e9).half()`: a plane that was right in float32."""
    dtype, plane = event.result.dtype, strip(event.x)
    if not dtype.half:
        return
    operands = plane.made_by.operands
    if plane.op is Op.WHERE and len(operands) == 3 and all(choice.kind.scalar for choice in operands[1:]):
        yield from (Plane(event.x, dtype, choice, None, None) for choice in operands[1:])
    elif plane.op is Op.MULTIPLY and len(operands) == 2:
        for mask, factor in (operands, operands[::-1]):
            if factor.kind.scalar and _masks(mask, factor):
                yield Plane(event.x, dtype, factor, None, None)


def _masks(mask: Value, factor: Value) -> bool:
    """`(1 - mask) * -1e9`, `(mask - 1) * 1e9`: 0 where nothing is masked, else far below."""
    point = factor.range.point
    return point is not None and mask.range.inside(*((0.0, 1.0) if point < 0.0 else (-1.0, 0.0)))
