"""Runs the function `f` of an example on its real framework and collects every number that comes of it.

The convention:

- `f` is called with the example's arguments: the text of an argument list, evaluated with `np`, `math`, `inf`,
  `nan` and the framework's usual names in scope (`torch`; `tf`; `keras` and its `ops`; `jax` and `jnp`).
- Gradients are taken with respect to the floating-point arrays among the arguments (also inside lists, tuples and
  dicts).
- What `f` returns is taken apart: arrays, numbers, modules (their parameters), and containers of these.
- If the result depends on such arguments, or on parameters that `f` made, it is differentiated. Its n elements have the
  weights 1/n, 2/n ... 1, because with equal weights the gradient of a softmax would be 0.
- An outcome is finite if none of the values and gradients is NaN or infinite.

Seeds are fixed, warnings are silent, `sys.argv` holds no options.
"""

from __future__ import annotations

import importlib
import math
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np

Array = np.ndarray[Any, Any]
SCOPE: dict[str, object] = {"np": np, "math": math, "inf": math.inf, "nan": math.nan}
KERAS_ON_JAX = os.environ.get("KERAS_BACKEND") == "jax"
RUNNERS = {
    "tensorflow": "tests.execution.in_tensorflow",
    "keras": "tests.execution.in_keras_on_jax" if KERAS_ON_JAX else "tests.execution.in_tensorflow",
    "jax": "tests.execution.in_jax",
    "optax": "tests.execution.in_jax",
    "flax": "tests.execution.in_jax",
}
"""Which module runs the examples of a framework; all others are run by PyTorch's, plain NumPy too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came back: `values` of the result, `slopes` of the arguments, `others` of other leaves."""

    values: tuple[Array, ...]
    slopes: tuple[Array, ...]
    others: tuple[Array, ...]

    @property
    def finite(self) -> bool:
        return all(np.isfinite(array).all() for array in (*self.values, *self.slopes, *self.others))

    def agrees(self, other: Outcome, tolerance: float) -> bool:
        """Values and the arguments' gradients are equal relative to their size (at least 1 % of the largest)."""
        mine, theirs = (*self.values, *self.slopes), (*other.values, *other.slopes)
        return len(mine) == len(theirs) and all(_close(a, b, tolerance) for a, b in zip(mine, theirs, strict=True))


class Runner(Protocol):
    """What a framework's module offers."""

    SCOPE: dict[str, object]

    def seed(self) -> None:
        """Fixes the framework's random numbers."""

    def restore(self) -> None:
        """Switches off again what an example may have switched on for the whole process."""

    def outcome(self, f: Callable[..., object], positional: tuple[object, ...], keywords: dict[str, object]) -> Outcome:
        """Calls and differentiates."""


def run(code: str, arguments: str, framework: str = "torch") -> Outcome:
    """Defines the example's `f`, calls it, differentiates it."""
    runner = runner_of(framework)
    with _quiet(runner):
        f = define(code)["f"]
        positional, keywords = eval(f"(lambda *a, **k: (a, k))({arguments})", {**SCOPE, **runner.SCOPE})
        return runner.outcome(f, positional, keywords)


def holds(code: str, expression: str, framework: str = "torch") -> bool:
    """The value of a proof: an expression over what the example defines, and `raises(error, call)`."""
    runner = runner_of(framework)
    with _quiet(runner):
        return bool(eval(expression, {**define(code), **SCOPE, **runner.SCOPE, "raises": raises}))


def defines(code: str, framework: str) -> bool:
    """The example can be executed and defines an `f` that can be called."""
    with _quiet(runner_of(framework)):
        return callable(define(code)["f"])


def runner_of(framework: str) -> Runner:
    runner: Any = importlib.import_module(RUNNERS.get(framework, "tests.execution.in_torch"))
    return runner  # type: ignore[no-any-return]  # a module, whose functions mypy checks where they are written


def raises(error: type[Exception], call: Callable[[], object]) -> bool:
    """Whether the call ends in this error."""
    try:
        call()
    except error:
        return True
    return False


def define(code: str) -> dict[str, Any]:
    """What the code defines, by name."""
    scope: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "<example>", "exec", dont_inherit=True), scope)
    return scope


def weights(shape: tuple[int, ...]) -> Array:
    """1/n, 2/n ... 1 in the shape of a result of n elements."""
    count = math.prod(shape)
    return (np.arange(1, count + 1, dtype=np.float64) / max(count, 1)).reshape(shape)


@contextmanager
def _quiet(runner: Runner) -> Iterator[None]:
    random.seed(0)
    np.random.seed(0)
    runner.seed()
    with patch.object(sys, "argv", ["example.py"]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            runner.restore()


def _close(a: Array, b: Array, tolerance: float) -> bool:
    if a.shape != b.shape:
        return False
    size = np.maximum(np.abs(a), np.abs(b))
    largest = size.max(initial=0.0)
    return bool((np.abs(a - b) <= tolerance * np.maximum(size, 0.01 * largest)).all())
