"""No operation raises, whatever reaches it, and every outcome is complete."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, NEGATIVE, NONZERO, NOTHING, POSITIVE, Interval, inf, interval
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate, hazards, poles_of

OPTIONS = (
    "axis", "dtype", "min", "max", "eps", "p", "ord", "value", "start", "end", "step", "low", "high", "beta", "alpha",
    "threshold", "negative_slope", "decimals", "kind", "rounding_mode", "nan", "posinf", "neginf", "other", "closed",
)  # fmt: skip
EXTREMES = [0.0, -0.0, 5e-324, 1e-45, 1e-8, 0.5, 1.0, 2.0, 88.8, 710.0, 65504.0, 3.4e38, 1e200, 1.7e308, 2.0**1000, inf]

ends = st.one_of(st.sampled_from([*EXTREMES, *(-x for x in EXTREMES)]), st.floats(allow_nan=False))
ranges = st.one_of(
    st.builds(lambda a, b: interval(min(a, b), max(a, b)), ends, ends),
    st.builds(lambda x: interval(x, x), ends),
    st.sampled_from([EVERYTHING, NOTHING, POSITIVE, NEGATIVE, NONZERO, Interval(3.0, -3.0)]),
)
payloads = st.one_of(
    st.none(),
    st.sampled_from(Dtype),
    st.builds(
        Constant, st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3), st.sampled_from(["max"]))
    ),
)
leaves = st.builds(
    lambda kind, op, bounds, dtype, known, may_nan, payload, number: Value(
        kind, Operation(op, number=number), bounds, dtype, known, may_nan, payload=payload
    ),
    st.one_of(st.sampled_from([Kind.TENSOR, Kind.NUMBER, Kind.INTEGER]), st.sampled_from(Kind)),
    st.sampled_from(Op),
    ranges,
    st.sampled_from(Dtype),
    st.booleans(),
    st.booleans(),
    payloads,
    st.integers(-1, 5),
)
default_floats = st.sampled_from(list(LIMITS))


def applied(op: Op, operands: list[Value], options: dict[str, Value], default_float: Dtype, number: int) -> Value:
    """The result of an operation, after checking that it is complete."""
    operation = Operation(op, tuple(operands), options, number)
    outcome = evaluate(op, operation.operands, options, default_float)
    assert isinstance(outcome.known, bool)
    assert isinstance(outcome.may_nan, bool)
    assert isinstance(outcome.dtype, Dtype)
    assert not outcome.range.empty
    assert not math.isnan(outcome.range.lo + 0.0 * outcome.range.hi) or not outcome.range.bounded
    assert set(hazards(operation)) <= set(poles_of(operation))
    kind = operands[0].kind if operands else Kind.TENSOR
    return Value(kind, operation, outcome.range, outcome.dtype, outcome.known, outcome.may_nan)


def results(operands: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.builds(
        applied,
        st.sampled_from(Op),
        st.lists(operands, max_size=4),
        st.dictionaries(st.sampled_from(OPTIONS), operands, max_size=3),
        default_floats,
        st.integers(-1, 5),
    )


@settings(max_examples=300)
@given(st.recursive(leaves, results, max_leaves=8))
def test_no_composition_of_operations_raises(_: Value) -> None:
    """Drawing the value computes it."""


@settings(max_examples=25)
@given(st.lists(leaves, min_size=3, max_size=3), default_floats)
def test_every_operation_takes_any_operands(operands: list[Value], default_float: Dtype) -> None:
    for op in Op:
        for count in range(4):
            applied(op, operands[:count], {}, default_float, -1)


@settings(max_examples=25)
@given(leaves, st.dictionaries(st.sampled_from(OPTIONS), leaves, min_size=2), default_floats)
def test_every_operation_takes_any_options(x: Value, options: dict[str, Value], default_float: Dtype) -> None:
    for op in Op:
        applied(op, [x, x], options, default_float, -1)
