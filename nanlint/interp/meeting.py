"""Dtypes of operands that meet: what each framework makes of numbers, of NumPy's numbers and of NumPy's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from nanlint.domain.dtypes import Dtype, promote
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Promotion
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.yielding import HOSTS, YIELDING, is_hosted_number, of_wide_integers
from nanlint.ops.model import MEANINGS, Typing, rounded

PROMOTIONS = {table.name: table.promotion for table in FRAMEWORKS}


def met(op: Op, operands: Sequence[Value], framework: str, widest: Dtype) -> tuple[Value, ...]:
    """The operands of an array as the framework takes them; `widest` is the float that it is set up for."""
    promotion = PROMOTIONS.get(framework, Promotion.NUMBERS)
    meaning = MEANINGS.get(op)
    if meaning is None or meaning.typing is Typing.OPTION:
        return tuple(operands)
    if promotion is not Promotion.WIDE and all(value.kind is Kind.NUMBER for value in operands):
        return tuple(_array(value, widest) for value in operands)
    match promotion if len(operands) > 1 else Promotion.NUMBERS:
        case Promotion.RANKED:
            return _given_way(operands, promotion)
        case Promotion.OWN:
            if op is Op.DIVIDE and all(map(of_wide_integers, operands)):
                return tuple(_array(value, Dtype.FLOAT64) for value in operands)
            return _in_own_dtype(operands)
        case Promotion.CUT:
            return _given_way([_cut(_strong(value), widest) for value in operands], promotion)
        case Promotion.WIDE:
            return _wide([_strong(value) for value in operands])
        case _:
            return tuple(operands)


def _array(value: Value, dtype: Dtype) -> Value:
    return replace(value, kind=Kind.TENSOR, dtype=dtype, range=rounded(value.range, dtype))


def _given_way(operands: Sequence[Value], promotion: Promotion) -> tuple[Value, ...]:
    """Floats that give way to others take their dtype."""
    floats = [value for value in operands if value.kind is Kind.TENSOR and value.dtype.floating]
    if len({value.dtype for value in floats}) < 2:
        return tuple(operands)
    gives_way = YIELDING[promotion]
    firm = [value.dtype for value in floats if not gives_way(value)]
    if not firm:
        return tuple(operands)
    common = reduce(promote, firm)
    return tuple(
        _array(value, common) if value.kind is Kind.TENSOR and value.dtype.floating and gives_way(value) else value
        for value in operands
    )


def _in_own_dtype(operands: Sequence[Value]) -> tuple[Value, ...]:
    own = next((value.dtype for value in operands if not _hosted(value) and value.dtype.floating), None)
    if own is None:
        return tuple(operands)
    return tuple(_array(value, own) if _hosted(value) and value.dtype.floating else value for value in operands)


def _hosted(value: Value) -> bool:
    """An array of NumPy."""
    return value.kind is Kind.TENSOR and value.made_by.framework in HOSTS


def _strong(value: Value) -> Value:
    """NumPy's numbers count like arrays, Python's do not."""
    if not is_hosted_number(value):
        return value
    return replace(value, kind=Kind.TENSOR, dtype=value.dtype if value.dtype.floating else Dtype.FLOAT64)


def _cut(value: Value, widest: Dtype) -> Value:
    return _array(value, widest) if value.kind is Kind.TENSOR and value.dtype is Dtype.FLOAT64 else value


def _wide(operands: Sequence[Value]) -> tuple[Value, ...]:
    """Whole numbers that meet floats: those of 64 bits, which NumPy makes, take float64."""
    if not any(value.kind is Kind.TENSOR and value.dtype.floating for value in operands):
        return tuple(operands)
    whole = (value.kind is Kind.TENSOR and value.dtype is Dtype.INTEGER for value in operands)
    return tuple(
        replace(value, dtype=Dtype.FLOAT64) if wide else value for value, wide in zip(operands, whole, strict=True)
    )
