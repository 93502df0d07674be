"""What holds for every operation: the result's dtype, rounding of constants, knowledge, NaN, poles that are met."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import (
    EVERYTHING,
    NEGATIVE,
    NON_NEGATIVE,
    NON_POSITIVE,
    NONZERO,
    NOTHING,
    POSITIVE,
    UNIT,
    Interval,
    inf,
    point,
)
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate, hazards, poles_of
from nanlint.ops.model import Direction, Outcome
from tests.numerics.build import Builder
from tests.numerics.sampling import TORCH_DTYPES, array, scalar

F16, BF16, F32, F64 = TORCH_DTYPES
INTEGER, BOOLEAN, UNKNOWN = Dtype.INTEGER, Dtype.BOOLEAN, Dtype.UNKNOWN
OF_TORCH = {
    **{torch_dtype: dtype for dtype, torch_dtype in TORCH_DTYPES.items()},
    torch.int64: INTEGER,
    torch.bool: BOOLEAN,
}
TENSORS = {dtype.value: torch.ones(2, dtype=torch_dtype) for torch_dtype, dtype in OF_TORCH.items()}
SCALARS = {"float": 1.0, "int": 1, "bool": True}


def of(op: Op, *operands: Value, **options: float) -> Outcome:
    return evaluate(op, operands, {name: scalar(x) for name, x in options.items()}, F32)


def one(sample: torch.Tensor | float) -> Value:
    """The Value of a sample that holds nothing but 1."""
    return array(point(1.0), OF_TORCH[sample.dtype]) if isinstance(sample, torch.Tensor) else scalar(sample)


# dtypes

PROMOTING: dict[Op, Callable[..., torch.Tensor]] = {
    Op.ADD: torch.add,
    Op.MULTIPLY: torch.mul,
    Op.DIVIDE: torch.div,
    Op.LESS: torch.lt,
    Op.XLOGY: torch.xlogy,
}


@pytest.mark.parametrize("op", PROMOTING, ids=str)
@pytest.mark.parametrize("x", TENSORS)
@pytest.mark.parametrize("y", [*TENSORS, *SCALARS])
def test_two_operands_give_the_dtype_of_torch(op: Op, x: str, y: str) -> None:
    first, second = TENSORS[x], {**TENSORS, **SCALARS}[y]
    assert of(op, one(first), one(second)).dtype is OF_TORCH[PROMOTING[op](first, second).dtype]


@pytest.mark.parametrize("x", TENSORS)
@pytest.mark.parametrize("y", [*TENSORS, *SCALARS])
def test_where_gives_the_dtype_of_torch(x: str, y: str) -> None:
    first, second = TENSORS[x], {**TENSORS, **SCALARS}[y]
    found = of(Op.WHERE, array(UNIT, BOOLEAN), one(first), one(second)).dtype
    assert found is OF_TORCH[torch.where(torch.tensor([True, False]), first, second).dtype]


OF_ONE_OPERAND: dict[Op, Callable[[torch.Tensor], torch.Tensor]] = {
    Op.EXP: torch.exp,
    Op.SQRT: torch.sqrt,
    Op.SIGMOID: torch.sigmoid,
    Op.RECIPROCAL: torch.reciprocal,
    Op.SUM: torch.sum,
    Op.PRODUCT: torch.prod,
    Op.CUMSUM: lambda x: x.cumsum(0),
    Op.REDUCE_MAX: torch.amax,
    Op.ARGMAX: lambda x: x.byte().argmax() if x.dtype is torch.bool else x.argmax(),
    Op.IS_NAN: torch.isnan,
    Op.LIKE: torch.zeros_like,
    Op.RESHAPE: lambda x: x.reshape(1, 2),
}


@pytest.mark.parametrize("op", OF_ONE_OPERAND, ids=str)
@pytest.mark.parametrize("x", TENSORS)
def test_one_operand_gives_the_dtype_of_torch(op: Op, x: str) -> None:
    assert of(op, one(TENSORS[x])).dtype is OF_TORCH[OF_ONE_OPERAND[op](TENSORS[x]).dtype]


def test_numbers_alone_are_computed_in_double_precision() -> None:
    third = of(Op.DIVIDE, scalar(1), scalar(3))
    assert (third.range, third.dtype) == (point(1 / 3), F64)
    assert of(Op.ADD, scalar(1), scalar(2)).dtype is INTEGER
    assert of(Op.POWER, scalar(2), scalar(-1)) == Outcome(point(0.5), True, False, F64)
    assert of(Op.FLOOR_DIVIDE, scalar(-3), scalar(2)).range == point(-2.0)


def test_array_of_unknown_dtype_counts_as_the_frameworks_float() -> None:
    x = array(UNIT, UNKNOWN)
    assert evaluate(Op.ADD, (x, scalar(1e-8)), {}, F64).dtype is F64
    assert of(Op.SUBTRACT, scalar(1 - 1e-8), x).range == UNIT
    assert evaluate(Op.SUBTRACT, (scalar(1 - 1e-8), x), {}, F64).range.lo < 0.0


def test_array_of_unknown_dtype_goes_along_with_a_known_one() -> None:
    assert of(Op.MULTIPLY, array(UNIT, UNKNOWN), array(UNIT, F16)).dtype is F16
    assert of(Op.MULTIPLY, array(UNIT, UNKNOWN), array(UNIT, INTEGER)).dtype is F32


def test_elements_that_stay_keep_an_unknown_dtype() -> None:
    for op in (Op.RESHAPE, Op.SELECT, Op.DETACH, Op.COPY):
        assert of(op, array(UNIT, UNKNOWN)).dtype is UNKNOWN


def test_option_dtype_decides() -> None:
    given = {"dtype": array(EVERYTHING, F32, known=False)}
    half = array(UNIT, F16)
    assert evaluate(Op.SOFTMAX, (half,), given, F32).dtype is F32
    by_name = Value(Kind.OBJECT, Operation(Op.CONSTANT), payload=F64)
    assert evaluate(Op.FULL, (), {"value": scalar(1), "dtype": by_name}, F32).dtype is F64


def test_cast_follows_another_array() -> None:
    half, double = array(UNIT, F16), array(EVERYTHING, F64)
    assert evaluate(Op.CAST, (half,), {"other": double}, F32).dtype is F64
    assert evaluate(Op.CAST, (half, double), {}, F32).dtype is F64
    assert evaluate(Op.CAST, (half,), {}, F32).dtype is F16


# rounding


@pytest.mark.parametrize(
    ("dtype", "epsilon", "survives"),
    [
        (F16, 1e-8, False),
        (F16, 1e-7, True),
        (BF16, 1e-8, True),
        (F32, 1e-8, True),
        (F32, 1e-46, False),
        (F64, 1e-300, True),
    ],
)
def test_epsilon_survives_beside_zero(dtype: Dtype, epsilon: float, survives: bool) -> None:
    assert (of(Op.ADD, array(UNIT, dtype), scalar(epsilon)).range.lo > 0.0) is survives
    assert bool(torch.zeros(1, dtype=TORCH_DTYPES[dtype]) + epsilon > 0) is survives


@pytest.mark.parametrize(
    ("dtype", "epsilon", "survives"),
    [
        (F16, 1e-4, False),
        (F16, 1e-3, True),
        (BF16, 1e-3, False),
        (BF16, 1e-2, True),
        (F32, 1e-8, False),
        (F32, 1e-7, True),
    ],
)
def test_epsilon_survives_beside_one(dtype: Dtype, epsilon: float, survives: bool) -> None:
    clamped = evaluate(Op.CLAMP, (array(UNIT, dtype),), {"min": scalar(epsilon), "max": scalar(1 - epsilon)}, F32)
    assert (clamped.range.hi < 1.0) is survives
    assert bool(torch.ones(1, dtype=TORCH_DTYPES[dtype]).clamp(max=1 - epsilon) < 1) is survives


def test_number_too_large_for_the_array_is_infinite() -> None:
    assert of(Op.MULTIPLY, array(point(1.0), F16), scalar(1e9)).range == point(inf)
    assert torch.isinf(torch.ones(1).half() * 1e9).all()


def test_open_end_at_zero_stays_open_as_far_as_the_dtype_goes() -> None:
    positive = array(POSITIVE, F32)
    assert of(Op.ABSOLUTE, positive).range.lo == 2.0**-149
    assert of(Op.MULTIPLY, positive, scalar(0.5)).range == NON_NEGATIVE
    assert of(Op.NEGATIVE, positive).range.hi == -(2.0**-149)
    assert of(Op.ABSOLUTE, array(NONZERO, F32)).range.lo > 0.0


def test_integers_above_zero_are_at_least_one() -> None:
    count = array(POSITIVE, INTEGER)
    assert of(Op.DIVIDE, scalar(1), count).range == Interval(2.0**-149, 1.0)
    assert of(Op.LOG, count).range == NON_NEGATIVE
    assert of(Op.NEGATIVE, array(NEGATIVE, INTEGER)).range == Interval(1.0, inf)


def test_booleans_are_zero_or_one() -> None:
    assert of(Op.ADD, array(EVERYTHING, BOOLEAN), array(EVERYTHING, BOOLEAN)).range == Interval(0.0, 2.0)


# knowledge


def test_result_is_known_if_all_operands_are() -> None:
    known, guessed = array(UNIT, F32), array(UNIT, F32, known=False)
    assert of(Op.MULTIPLY, known, array(UNIT, F32)).known
    assert not of(Op.MULTIPLY, known, guessed).known


@pytest.mark.parametrize(
    ("op", "options", "x", "bounds", "known"),
    [
        (Op.CLAMP, {"min": 0.0}, EVERYTHING, NON_NEGATIVE, True),
        (Op.CLAMP, {"max": 1.0}, EVERYTHING, Interval(-inf, 1.0), True),
        (Op.CLAMP, {"min": 0.0, "max": 1.0}, EVERYTHING, UNIT, True),
        (Op.CLAMP, {"max": 1.0}, NON_NEGATIVE, UNIT, False),
        (Op.CLAMP, {"min": 0.0}, NON_NEGATIVE, NON_NEGATIVE, False),
        (Op.HARD_TANH, {"min": 0.0, "max": 6.0}, EVERYTHING, Interval(0.0, 6.0), True),
        (Op.RELU, {}, NON_NEGATIVE, NON_NEGATIVE, False),
        (Op.SIGMOID, {}, NON_NEGATIVE, Interval(0.5, 1.0), False),
    ],
)
def test_bound_is_reached_where_an_unknown_number_passes_it(
    op: Op, options: dict[str, float], x: Interval, bounds: Interval, known: bool
) -> None:
    outcome = of(op, array(x, F32, known=False), **options)
    assert (outcome.range, outcome.known) == (bounds, known)


@pytest.mark.parametrize(
    ("op", "x", "y", "known"),
    [
        (Op.MAXIMUM, EVERYTHING, 0.0, True),
        (Op.MAXIMUM, Interval(2.0, inf), 0.0, False),
        (Op.MINIMUM, EVERYTHING, 0.0, True),
        (Op.MINIMUM, NON_NEGATIVE, 1.0, False),
    ],
)
def test_extremum_with_a_constant_is_known_at_the_constant(op: Op, x: Interval, y: float, known: bool) -> None:
    assert of(op, array(x, F32, known=False), scalar(y)).known is known


def test_count_of_a_mask_can_be_zero() -> None:
    b = Builder()
    mask = b.do(Op.GREATER, b.array(), 0)
    for count in (b.do(Op.SUM, mask), b.do(Op.SUM, b.do(Op.CAST, mask, dtype=b.array())), b.do(Op.COUNT_NONZERO, mask)):
        assert (count.range, count.known) == (NON_NEGATIVE, True)
    assert b.do(Op.MEAN, b.do(Op.CAST, mask, dtype=b.array())).known


def test_sum_of_sigmoids_is_hardly_ever_zero() -> None:
    b = Builder()
    assert not b.do(Op.SUM, b.do(Op.SIGMOID, b.array())).known
    assert b.do(Op.SUM, b.do(Op.RELU, b.array())).known


def test_branches_of_where_are_joined_and_a_decided_condition_chooses() -> None:
    low, high = array(point(0.0), F32), array(point(5.0), F32, known=False)
    outcome = of(Op.WHERE, array(UNIT, BOOLEAN), low, high)
    assert (outcome.range, outcome.known) == (Interval(0.0, 5.0), False)
    assert of(Op.WHERE, scalar(True), low, high).range == point(0.0)
    assert of(Op.WHERE, scalar(False), low, high).range == point(5.0)


def test_elements_come_from_the_operands_that_hold_them() -> None:
    x, other = array(UNIT, F32), array(EVERYTHING, INTEGER, known=False)
    assert of(Op.SELECT, x, other) == Outcome(UNIT, True, False, F32)
    assert of(Op.MASKED_FILL, x, other, scalar(-inf)).range == Interval(-inf, 1.0)
    assert of(Op.STORE, x, scalar(3.0)).range == Interval(0.0, 3.0)
    assert of(Op.CONCATENATE, x, scalar(-1.0)).range == Interval(-1.0, 1.0)
    assert of(Op.LIKE, x, value=7).range == point(7.0)
    assert of(Op.TENSOR, scalar(0.1)).range == point(float(np.float32(0.1)))
    assert of(Op.ITERATE, x).range == UNIT
    assert of(Op.LENGTH, x) == Outcome(NON_NEGATIVE, False, False, INTEGER)
    assert of(Op.DIVIDE_NO_NAN, scalar(1.0), x).range == NON_NEGATIVE


def test_soft_maximum_of_close_logits_is_above_zero() -> None:
    assert of(Op.SOFTMAX, array(Interval(-1.0, 1.0), F32)).range.lo > 0.0
    assert of(Op.SOFTMAX, array(Interval(-60.0, 60.0), F32)).range.lo == 0.0
    spread = torch.cat([torch.tensor([1.0]), torch.full((1_000_000,), -1.0)]).softmax(0)
    assert spread.min() > 0.0


# NaN


def test_nan_passes_through_and_tests_stop_it() -> None:
    x = Value(Kind.TENSOR, Operation(Op.OPAQUE), UNIT, F32, known=True, may_nan=True)
    assert of(Op.EXP, x).may_nan
    assert of(Op.CLAMP, x, min=0.5).may_nan
    for op in (Op.NAN_TO_NUM, Op.IS_NAN):
        assert not of(op, x).may_nan
    assert not of(Op.GREATER, x, scalar(2.0)).may_nan
    assert of(Op.GREATER, x, scalar(-1.0)).range == UNIT
    assert of(Op.WHERE, x, array(UNIT, F32), array(UNIT, F32)).may_nan is False


@pytest.mark.parametrize("op", [Op.LOG, Op.SQRT, Op.RSQRT, Op.ACOS, Op.ATANH, Op.ACOSH, Op.LOG1P], ids=str)
def test_outside_the_domain_is_nan(op: Op) -> None:
    assert of(op, array(Interval(-3.0, 0.5), F32)).may_nan
    outcome = of(op, array(Interval(-3.0, -2.0), F32))
    assert (outcome.range, outcome.known, outcome.may_nan) == (EVERYTHING, False, True)


def test_zero_over_zero_is_nan_where_both_are_known() -> None:
    b = Builder()
    count = b.do(Op.SUM, b.do(Op.GREATER, b.array(), 0))
    assert b.do(Op.DIVIDE, count, count).may_nan
    assert not b.do(Op.DIVIDE, 1.0, count).may_nan
    assert not b.do(Op.DIVIDE, b.array(), count).may_nan


def test_memory_as_it_was_found_may_be_nan() -> None:
    assert of(Op.EMPTY).may_nan


def test_operation_without_a_meaning_gives_anything() -> None:
    assert of(Op.OPAQUE, array(UNIT, F32)) == Outcome(EVERYTHING, False, False, UNKNOWN)
    assert of(Op.ADD, array(UNIT, F32)) == Outcome(EVERYTHING, False, False, UNKNOWN)
    assert poles_of(Operation(Op.DIVIDE, (array(UNIT, F32),))) == ()


def test_empty_range_says_nothing() -> None:
    assert of(Op.EXP, array(NOTHING, F32)).range == NON_NEGATIVE


# poles that are met


def met(op: Op, *operands: Value) -> set[Direction]:
    return {pole.direction for pole in hazards(Operation(op, operands))}


BOTH = {Direction.FORWARD, Direction.BACKWARD}


@pytest.mark.parametrize(
    ("bounds", "directions"),
    [
        (UNIT, BOTH),
        (POSITIVE, set()),
        (Interval(1e-8, 1.0), set()),
        (Interval(1e-40, 1.0), {Direction.BACKWARD}),
        (NONZERO, {Direction.FORWARD}),
    ],
    ids=["of [0, 1]", "above 0", "of a guarded operand", "of a guard that is too small", "of anything but 0"],
)
def test_hazards_of_a_logarithm(bounds: Interval, directions: set[Direction]) -> None:
    assert met(Op.LOG, array(bounds, F32)) == directions


def test_hazard_of_an_exponential_begins_where_its_dtype_overflows() -> None:
    assert met(Op.EXP, array(Interval(0.0, 50.0), F32)) == set()
    assert met(Op.EXP, array(Interval(0.0, 50.0), F16)) == {Direction.FORWARD}
    assert met(Op.EXP, array(Interval(0.0, 700.0), F64)) == set()
    assert met(Op.EXP, scalar(700.0)) == set()
    assert met(Op.EXP, array(Interval(0.0, 88.0), UNKNOWN)) == set()
    assert met(Op.EXP, array(Interval(0.0, 89.0), UNKNOWN)) == {Direction.FORWARD}
    numpy = Operation(Op.EXP, (array(Interval(0.0, 89.0), UNKNOWN),), framework="numpy")
    assert hazards(numpy) == ()


def test_divisor_that_rounds_to_zero_is_a_hazard() -> None:
    half, epsilon = array(UNIT, F16), scalar(1e-8)
    assert met(Op.DIVIDE, half, epsilon) == BOTH
    assert met(Op.DIVIDE, array(UNIT, F32), epsilon) == set()


def test_square_has_no_pole_and_a_root_has() -> None:
    x = array(NON_POSITIVE, F32)
    assert met(Op.POWER, x, scalar(2)) == set()
    assert met(Op.POWER, x, scalar(0.5)) == BOTH


def test_scalar_kinds_are_computed_like_arrays() -> None:
    assert of(Op.LOG, scalar(0.0)).range == point(-inf)
    assert of(Op.EXP, scalar(1000.0)).range == point(inf)
    assert of(Op.POWER, scalar(10.0), scalar(400)).range == point(inf)
    assert math.isinf(of(Op.MULTIPLY, scalar(1e308), scalar(10)).range.hi)
