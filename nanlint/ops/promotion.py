"""Which dtype operands meet in, which dtype comes out, and what an operand's range is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nanlint.domain.dtypes import LIMITS, Dtype, Limits, promote
from nanlint.domain.interval import EVERYTHING, UNIT, Interval, interval
from nanlint.domain.value import Kind, Value
from nanlint.ops.model import Typing, rounded

_SCALAR_DTYPES = {Kind.NUMBER: Dtype.FLOAT64, Kind.INTEGER: Dtype.INTEGER, Kind.BOOLEAN: Dtype.BOOLEAN}


def element_dtype(value: Value) -> Dtype:
    """What one value is stored in."""
    return _SCALAR_DTYPES.get(value.kind, value.dtype)


def common_dtype(operands: Sequence[Value], default_float: Dtype) -> Dtype:
    """The dtype in which operands meet.

    A Python scalar does not widen an array, though a float one makes integers the default float. An array of unknown
    dtype goes along with floating ones; alone it stays UNKNOWN.
    """
    known: list[Dtype] = []
    scalars: list[Dtype] = []
    unknown = False
    for value in operands:
        if value.kind.scalar:
            scalars.append(_SCALAR_DTYPES[value.kind])
        elif value.dtype is Dtype.UNKNOWN:
            unknown = True
        else:
            known.append(value.dtype)
    if not known and not unknown:
        return _promoted(scalars)
    common = _promoted(known)
    if common.floating or unknown:
        return common if common.floating else Dtype.UNKNOWN
    if Dtype.FLOAT64 in scalars:
        return default_float
    return _promoted([common, *scalars])


def _promoted(dtypes: Sequence[Dtype]) -> Dtype:
    if not dtypes:
        return Dtype.UNKNOWN
    common = dtypes[0]
    for dtype in dtypes[1:]:
        common = promote(common, dtype)
    return common


def only_scalars(operands: Sequence[Value]) -> bool:
    return bool(operands) and all(value.kind.scalar for value in operands)


def floating_dtype(operands: Sequence[Value], default_float: Dtype) -> Dtype:
    """The dtype in which a real function of the operands is computed."""
    return _floating(common_dtype(operands, default_float), operands, default_float)


def _floating(common: Dtype, operands: Sequence[Value], default_float: Dtype) -> Dtype:
    if common.floating:
        return common
    return Dtype.FLOAT64 if only_scalars(operands) else default_float


def chosen_dtype(options: Mapping[str, Value]) -> Dtype | None:
    """The option `dtype`: a dtype, or an array whose dtype is meant."""
    value = options.get("dtype")
    if value is None:
        return None
    if isinstance(value.payload, Dtype):
        return value.payload
    return value.dtype if value.kind is Kind.TENSOR else None


def dtypes_of(
    typing: Typing, operands: Sequence[Value], options: Mapping[str, Value], default_float: Dtype
) -> tuple[Dtype, Dtype]:
    """The dtype of what the operation returns, and that in which a real function of the operands is computed."""
    common = common_dtype(operands, default_float)
    meeting = _floating(common, operands, default_float)
    return chosen_dtype(options) or _result_dtype(typing, operands, default_float, common, meeting), meeting


def _result_dtype(
    typing: Typing, operands: Sequence[Value], default_float: Dtype, common: Dtype, meeting: Dtype
) -> Dtype:
    match typing:
        case Typing.BOOLEAN:
            return Dtype.BOOLEAN
        case Typing.INTEGER:
            return Dtype.INTEGER
        case Typing.KEEP:
            return common
        case Typing.PROMOTE:
            return default_float if common is Dtype.UNKNOWN else common
        case Typing.FLOAT:
            return meeting
        case Typing.OPTION:
            arrays = [value.dtype for value in operands[:1] if not value.kind.scalar and value.dtype.floating]
            return arrays[0] if arrays else default_float


def range_in(value: Value, dtype: Dtype) -> Interval:
    """The operand's range when it meets others in `dtype`.

    Scalars are rounded to it. Elements of arrays are numbers of their own dtype already: an open end at 0 lies at its
    smallest number, or at 1 for integers.
    """
    bounds = EVERYTHING if value.range.empty else value.range
    if bounds is EVERYTHING and value.kind is Kind.TENSOR and value.dtype is not Dtype.BOOLEAN:
        return bounds
    own = element_dtype(value)
    if own is Dtype.BOOLEAN:
        return bounds if bounds.inside(0.0, 1.0) else UNIT
    if own is Dtype.INTEGER:
        inner = bounds.integers()
        return bounds if inner.empty else inner
    if value.kind.scalar:
        return rounded(bounds, dtype)
    stored = own if own.floating else dtype
    return tightened(bounds, stored) if stored.floating else bounds


def tightened(bounds: Interval, dtype: Dtype) -> Interval:
    """No element lies between 0 and the smallest number of its dtype."""
    smallest = LIMITS[dtype].smallest
    lo = smallest if 0.0 < bounds.lo < smallest <= bounds.hi else bounds.lo
    hi = -smallest if bounds.lo <= -smallest < bounds.hi < 0.0 else bounds.hi
    return bounds if lo == bounds.lo and hi == bounds.hi else interval(lo, hi, bounds.nonzero)


def limits(dtype: Dtype) -> Limits:
    """The limits of a floating dtype; of float64 for the others."""
    return LIMITS.get(dtype, LIMITS[Dtype.FLOAT64])
