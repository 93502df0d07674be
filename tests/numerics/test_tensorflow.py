"""TensorFlow's functions stay in the ranges of the operations that its table maps them to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call
from nanlint.frameworks.tensorflow import FRAMEWORK
from nanlint.ops import evaluate
from nanlint.ops.model import MEANINGS, flushed
from tests.frameworks.signatures import exists, resolve
from tests.numerics.sampling import FEW_INTERVALS, INTERVALS, Floats, array, points, scalar
from tests.numerics.test_ranges import escaped

DTYPE = Dtype.FLOAT32
"""Hardly anything is computed in another one, and some kernels (`erf`, `elu`) are inexact in its last digits."""
SMALLEST_NORMAL = 2.0**-126
ROOTS = {Op.SQUARED_ERROR: 2.5, Op.REMAINDER: 2.0}
"""As in the cases for PyTorch: beyond this root of the largest number infinities meet on the way."""
ULPS = {Op.GELU: 64.0}
"""Its error function is good to a few units in the last place of 1."""
WITH_OPTIONS = frozenset({Op.ELU, Op.GELU, Op.LEAKY_RELU, Op.SILU})
NOT_COMPUTED = frozenset({Op.OPAQUE, Op.LOGICAL_AND, Op.LOGICAL_OR, Op.LOGICAL_NOT, Op.DIGAMMA, Op.OTHER_LOSS})
"""Nothing is claimed; of booleans; NaN at 0 where PyTorch has an infinity."""


def elementwise(arity: int) -> Iterator[tuple[str, Call]]:
    """Functions of `tf.math` and `tf.nn` that take that many arrays and nothing else that is needed."""
    for name, entry in FRAMEWORK.functions.items():
        if name.startswith(("tensorflow.math.", "tensorflow.nn.")) and exists(name) and isinstance(entry, Call):
            meaning = MEANINGS.get(entry.op)
            computed = not entry.listed and entry.op not in NOT_COMPUTED and name != "tensorflow.math.scalar_mul"
            plain = computed and (not entry.options or entry.op in WITH_OPTIONS)
            if plain and meaning is not None and len(entry.operands) == arity == meaning.arity:
                yield name, entry


def by_name(arity: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("name", "entry"), [pytest.param(name, entry, id=name) for name, entry in elementwise(arity)]
    )


def normal(x: Floats) -> Floats:
    """What is below the smallest normal number is 0, as TensorFlow takes it, though not in every kernel."""
    return np.where(np.abs(x) < SMALLEST_NORMAL, 0.0, x)


def check(name: str, entry: Call, inputs: list[Floats], ranges: tuple[Interval, ...]) -> None:
    inputs = [normal(x) for x in inputs]
    options = {key: scalar(value) for key, value in entry.fixed if isinstance(value, float)}
    outcome = evaluate(entry.op, tuple(array(bounds, DTYPE) for bounds in ranges), options, DTYPE)
    outcome = replace(outcome, range=flushed(outcome.range, DTYPE))
    arguments = {
        parameter.spelled: tf.constant(x, tf.float32) for parameter, x in zip(entry.operands, inputs, strict=True)
    }
    results = normal(np.asarray(resolve(name)(**arguments)).astype(np.float64))
    strays = escaped(results, outcome, DTYPE, ULPS.get(entry.op, 4.0))
    assert not strays.size, f"on {ranges}: {strays[:3]} not in {outcome}"


@by_name(1)
def test_function_of_one_operand_stays_in_its_range(name: str, entry: Call) -> None:
    rng = np.random.default_rng(0)
    for bounds in INTERVALS:
        check(name, entry, [points(bounds, DTYPE, rng, root=ROOTS.get(entry.op, 1.0))], (bounds,))


@by_name(2)
def test_function_of_two_operands_stays_in_its_range(name: str, entry: Call) -> None:
    rng = np.random.default_rng(0)
    for ranges in itertools.product(FEW_INTERVALS, repeat=2):
        root = ROOTS.get(entry.op, 1.0)
        x, y = (rng.permutation(points(bounds, DTYPE, rng, 100, root))[:60] for bounds in ranges)
        pairs = np.array(np.meshgrid(x, y)).reshape(2, -1)
        check(name, entry, [pairs[0], pairs[1]], ranges)


ALONG_ROWS = {
    "tensorflow.reduce_sum": 2.0,
    "tensorflow.reduce_mean": 2.0,
    "tensorflow.reduce_prod": 80.0,
    "tensorflow.reduce_max": 1.0,
    "tensorflow.reduce_min": 1.0,
    "tensorflow.reduce_logsumexp": 1.0,
    "tensorflow.math.reduce_std": 2.5,
    "tensorflow.math.reduce_variance": 2.5,
    "tensorflow.math.reduce_euclidean_norm": 2.5,
    "tensorflow.norm": 2.5,
    "tensorflow.cumsum": 2.0,
    "tensorflow.math.cumprod": 80.0,
    "tensorflow.math.cumulative_logsumexp": 1.0,
    "tensorflow.nn.softmax": 1.0,
    "tensorflow.nn.log_softmax": 1.0,
    "tensorflow.argmax": 1.0,
}
"""Only numbers below this root of the largest are drawn, for beyond it infinities meet on the way."""


@pytest.mark.parametrize("name", ALONG_ROWS)
def test_reduction_stays_in_its_range(name: str) -> None:
    rng = np.random.default_rng(0)
    entry = FRAMEWORK.functions[name]
    assert isinstance(entry, Call)
    for bounds, length in itertools.product(INTERVALS, (2, 3, 70)):
        drawn = points(bounds, DTYPE, rng, root=ALONG_ROWS[name])
        rows = normal(rng.choice(drawn, (200, length))) if drawn.size else np.empty((0, length))
        options = {key: scalar(value) for key, value in entry.fixed if isinstance(value, (int, float))}
        outcome = evaluate(entry.op, (array(bounds, DTYPE),), {**options, "axis": scalar(1)}, DTYPE)
        outcome = replace(outcome, range=flushed(outcome.range, DTYPE))
        results = normal(np.asarray(resolve(name)(tf.constant(rows, tf.float32), axis=1)).astype(np.float64))
        strays = escaped(results, outcome, DTYPE, 2.0 * length)
        assert not strays.size, f"on {bounds}: {strays[:3]} not in {outcome}"


def test_small_numbers_become_0() -> None:
    assert FRAMEWORK.flushes
    assert tf.exp(tf.constant([-90.0] * 32)).numpy().max() == 0.0
