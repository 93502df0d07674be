"""Every function of the JAX table gives what its operation claims: the name stands for the right operation.

XLA flushes numbers below the smallest normal one to 0, so those are not among the points, and a result of 0 is as good
as one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nanlint.domain.dtypes import LIMITS, Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call
from nanlint.frameworks.jax import FRAMEWORK as JAX
from nanlint.ops import evaluate
from nanlint.ops.model import Outcome
from tests.frameworks.signatures import resolve
from tests.numerics.operations import ALONG_ROWS, BINARY, UNARY
from tests.numerics.sampling import FEW_INTERVALS, INTERVALS, Floats, array, points, scalar

NORMAL = 2.0**-126
COUNT, SOME = 512, 30
"""Numbers in one array: XLA compiles anew for each size."""
ULPS = 64.0
ABSOLUTE = 0.1
"""XLA's kernels are coarser than PyTorch's."""
PLACES = ("jax.numpy.", "jax.nn.", "jax.lax.", "jax.scipy.special.", "flax.linen.")
CROOKED = {
    "jax.lax.psum", "jax.lax.pmean", "jax.lax.pmax", "jax.lax.pmin",  # only over devices
    "jax.numpy.block", "jax.numpy.conj", "jax.numpy.copy",
    "jax.numpy.pad", "jax.numpy.tril", "jax.numpy.triu", "jax.lax.clamp",  # not of one array alone
    "jax.numpy.digitize", "jax.numpy.searchsorted", "jax.lax.argmax", "jax.lax.argmin",
    "flax.linen.max_pool", "flax.linen.avg_pool",
    "jax.numpy.histogram",  # several results
    "jax.lax.digamma", "jax.scipy.special.digamma",  # NaN at 0, where PyTorch gives an infinity
    "jax.scipy.special.loggamma",  # NaN below 0
    "jax.lax.integer_pow", "jax.numpy.bincount",  # of an integer
    "jax.lax.reduce_and", "jax.lax.reduce_or",  # of truth values
}  # fmt: skip
LEFT_OUT_OF_MEANS = ("nan",)
"""NumPy's variants that leave out NaN warn of empty rows."""


def entries(cases: object, operands: int) -> list[str]:
    wanted = {case.op for case in cases}  # type: ignore[attr-defined]
    return [
        name
        for name, entry in JAX.functions.items()
        if isinstance(entry, Call)
        and entry.op in wanted
        and len(entry.operands) == operands
        and name.startswith(PLACES)
        and name not in CROOKED
        and not name.endswith(".reduce")
        and ".linalg." not in name
    ]


def fixed(entry: Call) -> dict[str, object]:
    return {name: value for name, value in entry.fixed if isinstance(value, (bool, int, float))}


def claimed(entry: Call, ranges: tuple[Interval, ...]) -> Outcome:
    given = {name: scalar(value) for name, value in fixed(entry).items()}  # type: ignore[arg-type]
    return evaluate(entry.op, tuple(array(bounds, Dtype.FLOAT32) for bounds in ranges), given, Dtype.FLOAT32)


def normal(values: Floats) -> Floats:
    kept: Floats = values[(values == 0.0) | (np.abs(values) >= NORMAL)]
    return kept


def strays(results: Floats, outcome: Outcome) -> Floats:
    eps = LIMITS[Dtype.FLOAT32].eps
    lo, hi = (end + sign * (ULPS * eps * max(abs(end), ABSOLUTE) + NORMAL) if np.isfinite(end) else end
              for end, sign in ((outcome.range.lo, -1.0), (outcome.range.hi, 1.0)))  # fmt: skip
    outside = (results < lo) | (results > hi)
    return results[np.where(np.isnan(results), not outcome.may_nan, outside)]


def check(name: str, ranges: tuple[Interval, ...], inputs: list[Floats], function: Callable[..., jax.Array]) -> None:
    entry = JAX.functions[name]
    assert isinstance(entry, Call)
    order = [i for i in entry.order if i < len(inputs)] or list(range(len(inputs)))
    results = np.asarray(function(*(jnp.asarray(inputs[i], jnp.float32) for i in order)), np.float64)
    found = strays(results, claimed(entry, ranges))
    assert not found.size, f"{name} on {ranges}: {found[:3]} not in {claimed(entry, ranges)}"


@pytest.mark.parametrize("name", entries(UNARY, 1))
def test_function_of_one_operand_stays_in_its_range(name: str) -> None:
    rng = np.random.default_rng(0)
    for bounds in INTERVALS:
        drawn = normal(points(bounds, Dtype.FLOAT32, rng, 100, root=2.0))
        check(name, (bounds,), [np.resize(drawn, COUNT) + 0.0], resolve(name))


@pytest.mark.parametrize("name", entries(BINARY, 2))
def test_function_of_two_operands_stays_in_its_range(name: str) -> None:
    rng = np.random.default_rng(0)
    for ranges in itertools.product(FEW_INTERVALS[::2], repeat=2):
        drawn = (rng.permutation(normal(points(bounds, Dtype.FLOAT32, rng, 50, root=2.0))) for bounds in ranges)
        x, y = (np.resize(values, SOME) for values in drawn)
        pairs = np.array(np.meshgrid(x, y)).reshape(2, -1)
        check(name, ranges, [pairs[0] + 0.0, pairs[1] + 0.0], resolve(name))


ALONG_AN_AXIS = [name for name in entries(ALONG_ROWS, 1) if not name.rpartition(".")[2].startswith(LEFT_OUT_OF_MEANS)]


@pytest.mark.parametrize("name", ALONG_AN_AXIS)
def test_reduction_stays_in_its_range(name: str) -> None:
    rng = np.random.default_rng(0)
    entry = JAX.functions[name]
    assert isinstance(entry, Call)
    spelled = {p.canonical: p.spelled for p in entry.parameters}
    axis = {spelled["axis"]: (1,) if spelled["axis"] == "axes" else 1} if "axis" in spelled else {}
    for bounds in INTERVALS[::2]:
        drawn = normal(points(bounds, Dtype.FLOAT32, rng, 100, root=3.0))
        rows = rng.choice(drawn, (50, 5))
        check(name, (bounds,), [rows], lambda x: resolve(name)(x, **axis))


AT_ZERO = {
    "jnp.linalg.norm(x)": False,
    "jnp.sqrt(jnp.sum(x**2))": False,
    "jnp.std(x)": False,
    "jnp.arctan2(x, x).sum()": False,
    "jnp.hypot(x, x).sum()": True,
    "jnp.linalg.norm(x.reshape(2, 2))": False,
}


@pytest.mark.parametrize("text", AT_ZERO)
def test_gradient_at_zero_is_as_the_table_says(text: str) -> None:
    gradient = jax.grad(lambda x: eval(text, {"jnp": jnp, "x": x}))(jnp.zeros(4))
    assert bool(jnp.isnan(gradient).any()) is not AT_ZERO[text]
    assert JAX.smooth_at_zero == {Op.HYPOT}


DRAWS = [
    name
    for name, entry in JAX.functions.items()
    if name.startswith("jax.random.") and isinstance(entry, Call) and entry.op is not Op.OPAQUE
]
ARGUMENTS = {"a": 2.0, "b": 2.0, "df": 3.0, "dfnum": 3.0, "dfden": 3.0, "lam": 3.0, "p": 0.3, "n": 4, "d": 3,
             "alpha": (1.0, 2.0), "left": -1.0, "mode": 0.0, "right": 2.0, "lower": -2.0, "upper": 2.0, "minval": -3,
             "maxval": 5, "mean": 1.0, "concentration": 2.0, "scale": 1.0, "loc": 0.0, "sigma": 1.0,
             "cov": ((1.0, 0.0), (0.0, 1.0)),
             "logits": (0.0, 1.0, 2.0)}  # fmt: skip


@pytest.mark.parametrize("name", DRAWS)
def test_draws_stay_in_their_range(name: str) -> None:
    entry = JAX.functions[name]
    assert isinstance(entry, Call)
    taken = [p for p in entry.parameters if p.spelled in ARGUMENTS and not (p.spelled == "mode" and "tri" not in name)]
    given = {p.spelled: jnp.asarray(ARGUMENTS[p.spelled]) if p.spelled == "alpha" or p.spelled == "logits"
             else ARGUMENTS[p.spelled] for p in taken}  # fmt: skip
    options = {name: scalar(value) for name, value in fixed(entry).items()}  # type: ignore[arg-type]
    options |= {p.canonical: scalar(ARGUMENTS[p.spelled]) for p in taken if p.canonical in ("low", "high")}  # type: ignore[arg-type]
    shape = {} if name.endswith((".dirichlet", ".ball", ".orthogonal")) else {"shape": (1000,)}
    drawn = resolve(name)(jax.random.key(0), **given, **shape)
    outcome = evaluate(entry.op, (), options, Dtype.FLOAT32)
    assert not strays(np.asarray(drawn, np.float64), outcome).size, outcome
