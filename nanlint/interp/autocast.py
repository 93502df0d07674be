"""Autocast regions: the dtype in which an operation takes its operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Region
from nanlint.ops.model import rounded

_ELIGIBLE = frozenset({Dtype.FLOAT16, Dtype.BFLOAT16, Dtype.FLOAT32})
"""What autocast converts: float64 and whole numbers stay what they are."""


def as_taken(region: Region, op: Op, operands: Sequence[Value], spelling: str) -> tuple[Value, ...]:
    """The operands as the region hands them to the operation; the operations that made them stay the same."""
    if op in region.rules.low:
        return tuple(_stored(value, region.dtype, _ELIGIBLE | {Dtype.UNKNOWN}) for value in operands)
    if in_full_precision(region, op, operands, spelling):
        return tuple(_stored(value, Dtype.FLOAT32, _ELIGIBLE) for value in operands)
    return tuple(operands)


def in_full_precision(region: Region, op: Op, operands: Sequence[Value], spelling: str) -> bool:
    """The region computes it in float32; `1 / x` is a reciprocal."""
    if op is Op.DIVIDE and operands and operands[0].kind.scalar:
        op = Op.RECIPROCAL
    return op in region.rules.full and spelling.rpartition(".")[2] not in region.rules.following


def _stored(value: Value, dtype: Dtype, eligible: frozenset[Dtype]) -> Value:
    if value.kind not in (Kind.TENSOR, Kind.UNKNOWN) or value.dtype is dtype or value.dtype not in eligible:
        return value
    return replace(value, dtype=dtype, range=rounded(value.range, dtype))
