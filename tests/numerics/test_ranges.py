"""The claimed ranges hold what PyTorch and NumPy compute: thousands of random and extreme points for each operation."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest
import torch
from torch.nn import functional

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, SYMMETRIC_UNIT, UNIT, Interval, inf
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate
from nanlint.ops.model import MEANINGS, Outcome
from tests.numerics.operations import ALL, ALONG_ROWS, BINARY, PAIRS_OF_ROWS, UNARY, Case
from tests.numerics.sampling import (
    FEW_INTERVALS,
    INTERVALS,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    Floats,
    array,
    points,
    scalar,
    stored_in,
)

LENGTHS = (2, 3, 70)


def claimed(case: Case, operands: tuple[Value, ...], dtype: Dtype) -> Outcome:
    options = {name: scalar(value) for name, value in case.options.items()}
    second = (options.pop("y"),) if "y" in options else ()
    return evaluate(case.op, operands + second, options, dtype)


def computed(case: Case, inputs: list[Floats], dtype: Dtype) -> Iterator[tuple[str, Floats]]:
    """What each framework gives; for a few elements once more alone, where vectorised kernels do not run."""
    if case.positive_zero:
        inputs = [np.where(x == 0.0, 0.0, x) for x in inputs]
    arrays = [torch.from_numpy(np.ascontiguousarray(x)).to(TORCH_DTYPES[dtype]) for x in inputs]
    yield "torch", case.in_torch(*arrays).double().numpy()
    yield "torch's scalar kernel", case.in_torch(*(x[:5] for x in arrays)).double().numpy()
    if case.in_numpy is not None and dtype in NUMPY_DTYPES:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield "numpy", np.asarray(case.in_numpy(*(x.astype(NUMPY_DTYPES[dtype]) for x in inputs)), np.float64)


def escaped(results: Floats, outcome: Outcome, dtype: Dtype, ulps: float = 2.0) -> Floats:
    """The results that the outcome does not allow. A range that excludes 0 is taken at its word."""
    bounds, limits = outcome.range, LIMITS[dtype]
    lo, hi = (end + sign * ulps * max(limits.eps * abs(end), limits.smallest) if math.isfinite(end) else end
              for end, sign in ((bounds.lo, -1.0), (bounds.hi, 1.0)))  # fmt: skip
    out = (results < lo) | (results > hi)
    if bounds.lo > 0.0 or bounds.hi < 0.0:
        out |= results == 0.0
    return results[np.where(np.isnan(results), not outcome.may_nan, out)]


def check(case: Case, ranges: tuple[Interval, ...], inputs: list[Floats], dtype: Dtype) -> None:
    outcome = claimed(case, tuple(array(bounds, dtype) for bounds in ranges), dtype)
    for framework, results in computed(case, inputs, dtype):
        strays = escaped(results, outcome, dtype, case.ulps)
        assert not strays.size, f"{framework} on {ranges}: {strays[:3]} not in {outcome}"


def by_dtype(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    pairs = [pytest.param(case, dtype, id=f"{case.id} {dtype.value}") for case in cases for dtype in case.dtypes]
    return pytest.mark.parametrize(("case", "dtype"), pairs)


@by_dtype(UNARY)
def test_function_of_one_operand_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    for bounds in INTERVALS:
        check(case, (bounds,), [points(bounds, dtype, rng, root=case.root)], dtype)


@by_dtype(BINARY)
def test_function_of_two_operands_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    for ranges in itertools.product(FEW_INTERVALS, repeat=2):
        x, y = (rng.permutation(points(bounds, dtype, rng, 100, case.root))[:60] for bounds in ranges)
        pairs = np.array(np.meshgrid(x, y)).reshape(2, -1)
        check(case, ranges, [pairs[0], pairs[1]], dtype)


@by_dtype(ALONG_ROWS)
def test_reduction_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    for bounds, length in itertools.product(INTERVALS, LENGTHS):
        drawn = points(bounds, dtype, rng, root=case.root)
        if drawn.size:  # float16 has no number above 1e5
            check(case, (bounds,), [rng.choice(drawn, (200, length))], dtype)


@by_dtype(PAIRS_OF_ROWS)
def test_function_of_two_rows_stays_in_its_range(case: Case, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    for ranges, length in itertools.product(itertools.product(FEW_INTERVALS, repeat=2), LENGTHS):
        x, y = (rng.choice(points(bounds, dtype, rng, 100, case.root), (50, length)) for bounds in ranges)
        y[:10] = x[:10] if ranges[0] == ranges[1] else y[:10]
        check(case, ranges, [x, y], dtype)


REACHED = {
    Op.SIGMOID: UNIT,
    Op.HARD_SIGMOID: UNIT,
    Op.SOFTMAX: UNIT,
    Op.SOFTMIN: UNIT,
    Op.TANH: SYMMETRIC_UNIT,
    Op.HARD_TANH: SYMMETRIC_UNIT,
    Op.ERF: SYMMETRIC_UNIT,
    Op.SIGN: SYMMETRIC_UNIT,
    Op.ERFC: Interval(0.0, 2.0),
    Op.RELU: NON_NEGATIVE,
    Op.RELU6: Interval(0.0, 6.0),
    Op.SOFTPLUS: NON_NEGATIVE,
    Op.LOG_SIGMOID: Interval(-inf, 0.0),
    Op.LOG_SOFTMAX: Interval(-inf, 0.0),
    Op.ELU: Interval(-1.0, inf),
    Op.LESS: UNIT,
    Op.GREATER: UNIT,
    Op.COUNT_NONZERO: NON_NEGATIVE,
    Op.ARGMAX: NON_NEGATIVE,
    Op.ANY: UNIT,
    Op.GUMBEL_SOFTMAX: UNIT,
}
"""What a real number that nothing bounds is mapped to, whatever it is."""


@pytest.mark.parametrize("op", REACHED, ids=lambda op: op.value)
@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.value)
def test_ends_are_known_and_really_reached(op: Op, dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    case = next(case for case in (*UNARY, *BINARY, *ALONG_ROWS) if case.op is op)
    drawn = points(EVERYTHING, dtype, rng)
    unknown = array(EVERYTHING, dtype, known=False)
    outcome = claimed(case, (unknown, unknown) if case in BINARY else (unknown,), dtype)
    assert outcome.known
    assert outcome.range == REACHED[op]
    inputs = [rng.choice(drawn, (500, 3)) for _ in range(2 if case in BINARY else 1)]
    inputs[0][:9] = 0.0
    results = case.in_torch(*(torch.from_numpy(x).to(TORCH_DTYPES[dtype]) for x in inputs)).double()
    for end in (outcome.range.lo, outcome.range.hi):
        assert math.isinf(end) or (results == end).any(), end


UNREACHED = (
    Op.ABSOLUTE, Op.SQUARE, Op.EXP, Op.NORM, Op.STD, Op.VAR, Op.SQRT, Op.PAIRWISE_DISTANCE, Op.MEAN, Op.SUM,
    Op.SIN, Op.COS, Op.ATAN, Op.SOFTSIGN,
)  # fmt: skip


@pytest.mark.parametrize("op", UNREACHED, ids=lambda op: op.value)
def test_of_an_unknown_operand_nothing_says_that_the_ends_are_reached(op: Op) -> None:
    outcome = evaluate(op, (array(EVERYTHING, Dtype.FLOAT32, known=False),), {}, Dtype.FLOAT32)
    assert not outcome.known


@pytest.mark.parametrize("into", ALL, ids=lambda dtype: dtype.value)
@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.value)
def test_cast_to_another_float_stays_in_its_range(dtype: Dtype, into: Dtype) -> None:
    rng = np.random.default_rng(0)
    for bounds in INTERVALS:
        drawn = points(bounds, dtype, rng)
        given = {"dtype": array(EVERYTHING, into)}
        outcome = evaluate(Op.CAST, (array(bounds, dtype),), given, Dtype.FLOAT32)
        assert outcome.dtype is into
        assert not escaped(stored_in(drawn, into), outcome, into).size


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.value)
def test_cast_to_integers_stays_in_its_range(dtype: Dtype) -> None:
    rng = np.random.default_rng(0)
    for bounds in (interval for interval in INTERVALS if interval.bounded):
        drawn = torch.from_numpy(points(bounds, dtype, rng)).to(TORCH_DTYPES[dtype])
        outcome = evaluate(Op.CAST, (array(bounds, dtype),), {"dtype": array(EVERYTHING, Dtype.INTEGER)}, dtype)
        assert not escaped(drawn.long().double().numpy(), outcome, Dtype.FLOAT64, ulps=0.0).size


SOURCES: dict[str, tuple[Op, dict[str, float], Callable[[torch.dtype], torch.Tensor]]] = {
    "rand": (Op.UNIFORM, {"low": 0, "high": 1}, lambda dtype: torch.rand(100_000, dtype=dtype)),
    "uniform": (Op.UNIFORM, {"low": -2.0, "high": 3.0}, lambda dtype: torch.empty(9999, dtype=dtype).uniform_(-2, 3)),
    "randn": (Op.NORMAL, {"mean": 0, "std": 1}, lambda dtype: torch.randn(9999, dtype=dtype)),
    "randint": (Op.RANDOM_INTEGER, {"low": 0, "high": 7}, lambda dtype: torch.randint(0, 7, (999,)).to(dtype)),
    "arange": (Op.ARANGE, {"start": 0, "end": 9, "step": 1}, lambda dtype: torch.arange(0, 9, 1).to(dtype)),
    "arange down": (Op.ARANGE, {"start": 9, "end": 0, "step": -2}, lambda dtype: torch.arange(9, 0, -2).to(dtype)),
    "arange of floats": (
        Op.ARANGE,
        {"start": 0.1, "end": 0.7, "step": 0.2},
        lambda dtype: torch.arange(0.1, 0.7, 0.2, dtype=dtype),
    ),
    "linspace": (Op.ARANGE, {"start": 0.1, "end": 0.7}, lambda dtype: torch.linspace(0.1, 0.7, 7, dtype=dtype)),
    "eye": (Op.EYE, {}, lambda dtype: torch.eye(3, dtype=dtype)),
    "full": (Op.FULL, {"value": 1e-5}, lambda dtype: torch.full((3,), 1e-5, dtype=dtype)),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.value)
def test_new_array_stays_in_its_range(name: str, dtype: Dtype) -> None:
    op, options, make = SOURCES[name]
    torch.manual_seed(0)
    given = {key: scalar(value) for key, value in options.items()} | {"dtype": array(EVERYTHING, dtype)}
    outcome = evaluate(op, (), given, Dtype.FLOAT32)
    assert outcome.known
    assert not escaped(make(TORCH_DTYPES[dtype]).double().numpy(), outcome, dtype).size


def test_random_number_is_never_one() -> None:
    outcome = evaluate(Op.UNIFORM, (), {}, Dtype.FLOAT32)
    assert outcome.range == Interval(0.0, 1.0 - 2.0**-24)


LOSSES = {
    Op.CROSS_ENTROPY: lambda x: functional.cross_entropy(x, torch.zeros(len(x), dtype=torch.long), reduction="none"),
    Op.PROBABILITY_CROSS_ENTROPY: lambda x: torch.from_numpy(
        np.array(keras.losses.sparse_categorical_crossentropy(np.zeros(len(x)), x.softmax(1).numpy()))
    ),
    Op.NLL_LOSS: lambda x: functional.nll_loss(x.log_softmax(1), torch.zeros(len(x), dtype=torch.long)),
    Op.BINARY_CROSS_ENTROPY: lambda x: functional.binary_cross_entropy(x.sigmoid(), torch.full_like(x, 0.3)),
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: lambda x: functional.binary_cross_entropy_with_logits(x, (x > 0).to(x.dtype)),
    Op.KL_DIVERGENCE: lambda x: functional.kl_div(x.log_softmax(1), x.softmax(1), reduction="none"),
    Op.CTC_LOSS: lambda x: functional.ctc_loss(
        x[:, None].log_softmax(2), torch.ones(1, 2, dtype=torch.long), (len(x),), (2,)
    ),
}


@pytest.mark.parametrize("op", LOSSES, ids=lambda op: op.value)
def test_loss_stays_in_its_range(op: Op) -> None:
    rng = np.random.default_rng(0)
    operands = [array(EVERYTHING, Dtype.FLOAT32), array(UNIT, Dtype.FLOAT32)]
    outcome = evaluate(op, tuple(operands), {}, Dtype.FLOAT32)
    for scale in (0.1, 10.0, 1000.0):
        x = torch.from_numpy(rng.normal(0.0, scale, (50, 4))).float()
        assert not escaped(LOSSES[op](x).double().numpy(), outcome, Dtype.FLOAT32).size


def test_binary_cross_entropy_is_negative_for_targets_outside_the_unit_interval() -> None:
    operands = (array(EVERYTHING, Dtype.FLOAT32), array(SYMMETRIC_UNIT, Dtype.FLOAT32))
    outcome = evaluate(Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, operands, {}, Dtype.FLOAT32)
    value = functional.binary_cross_entropy_with_logits(torch.tensor([30.0]), torch.tensor([2.0]))
    assert value < 0.0
    assert outcome.range.contains(float(value))


EVERYTHING_OF = {
    Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.WEIGHT, Op.INVERSE, Op.PSEUDO_INVERSE, Op.SOLVE,
    Op.DETERMINANT, Op.LOG_DETERMINANT, Op.LOG_ABS_DETERMINANT, Op.CHOLESKY, Op.QR, Op.SINGULAR_VECTORS,
    Op.EIGENVECTORS, Op.EIGENVALUES, Op.DECOMPOSE, Op.COVARIANCE, Op.POLYGAMMA, Op.ZETA, Op.BETA, Op.LOG_BETA,
    Op.POISSON_NLL, Op.GAUSSIAN_NLL, Op.OTHER_LOSS, Op.SAMPLE, Op.EMPTY, Op.READ, Op.ARGUMENT,
    Op.CTC_LOSS_WITH_LOGITS, Op.PROBABILITY_CTC_LOSS,
}  # fmt: skip
"""They claim nothing."""
ZERO_OR_ONE = {Op.LOGICAL_AND, Op.LOGICAL_OR, Op.LOGICAL_NOT, Op.IS_NAN, Op.IS_INF, Op.IS_FINITE, Op.IDENTITY_TEST,
               Op.CONTAINS, Op.ONE_HOT}  # fmt: skip
ELEMENTS = {Op.RESHAPE, Op.COPY, Op.DETACH, Op.ITEM, Op.SELECT, Op.ITERATE, Op.CONCATENATE, Op.JOIN, Op.STORE,
            Op.WHERE, Op.MASKED_FILL, Op.TENSOR, Op.LIKE, Op.LENGTH, Op.DIVIDE_NO_NAN}  # fmt: skip
"""Tested one by one in `test_evaluate`."""


OF_IMAGES = {Op.PIXELS, Op.SCALE_PIXELS, Op.RECOLOR}
"""Tested in `test_images`."""
OF_TABLES = {Op.ENCODE, Op.MIN_MAX}
"""Tested in `test_preprocessing`."""


def test_every_operation_with_a_meaning_is_sampled_or_listed() -> None:
    sampled = {case.op for case in (*UNARY, *BINARY, *ALONG_ROWS, *PAIRS_OF_ROWS)} | {
        op for op, _, _ in SOURCES.values()
    }
    sampled |= {*LOSSES, Op.CAST}
    assert set(MEANINGS) == sampled | EVERYTHING_OF | ZERO_OR_ONE | ELEMENTS | OF_IMAGES | OF_TABLES


@pytest.mark.parametrize("op", sorted(EVERYTHING_OF, key=str), ids=str)
def test_operation_that_nothing_bounds_claims_nothing(op: Op) -> None:
    outcome = evaluate(op, (array(UNIT, Dtype.FLOAT32),), {}, Dtype.FLOAT32)
    assert outcome.range == EVERYTHING
    assert not outcome.known


@pytest.mark.parametrize("op", sorted(ZERO_OR_ONE, key=str), ids=str)
def test_truth_value_is_zero_or_one(op: Op) -> None:
    operands = (array(EVERYTHING, Dtype.FLOAT32), array(EVERYTHING, Dtype.FLOAT32))
    outcome = evaluate(op, operands, {}, Dtype.FLOAT32)
    assert (outcome.range, outcome.known, outcome.may_nan) == (UNIT, True, False)
    assert outcome.dtype is not None
    assert outcome.dtype.integer
