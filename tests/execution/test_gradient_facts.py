"""What the tables say of backward passes at poles and of what raises, measured on TensorFlow, Keras and JAX."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import tensorflow as tf

from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from tests.execution.harness import run

SCALAR = {"tensorflow": "tf.constant([0.0])", "keras": "tf.constant([0.0])", "jax": "jnp.array([0.0])"}
VECTOR = {"tensorflow": "tf.zeros((4,))", "keras": "tf.zeros((4,))", "jax": "jnp.zeros((4,))"}
IMPORTS = {
    "tensorflow": "import tensorflow as tf\n",
    "keras": "from keras import ops\n",
    "jax": "import jax\nimport jax.numpy as jnp\n",
}
AT_ZERO = [
    ("tensorflow", Op.NORM, "tf.norm(x)"),
    ("tensorflow", Op.STD, "tf.math.reduce_std(x)"),
    ("tensorflow", Op.ATAN2, "tf.atan2(x, x)"),
    ("tensorflow", Op.XLOGY, "tf.math.xlogy(x, x)"),
    ("keras", Op.NORM, "ops.norm(x)"),
    ("keras", Op.STD, "ops.std(x)"),
    ("keras", Op.ATAN2, "ops.arctan2(x, x)"),
    ("keras", Op.HYPOT, "ops.hypot(x, x)"),
    ("jax", Op.NORM, "jnp.linalg.norm(x)"),
    ("jax", Op.STD, "jnp.std(x)"),
    ("jax", Op.ATAN2, "jnp.arctan2(x, x)"),
    ("jax", Op.HYPOT, "jnp.hypot(x, x)"),
    ("jax", Op.XLOGY, "jax.scipy.special.xlogy(x, x)"),
]
CUT = [
    ("tensorflow", Op.RELU, "tf.sqrt(tf.nn.relu(x))"),
    ("tensorflow", Op.RELU6, "tf.sqrt(tf.nn.relu6(x))"),
    ("keras", Op.RELU, "ops.sqrt(ops.relu(x))"),
    ("keras", Op.RELU6, "ops.sqrt(ops.relu6(x))"),
    ("jax", Op.RELU, "jnp.sqrt(jax.nn.relu(x))"),
    ("jax", Op.RELU6, "jnp.sqrt(jax.nn.relu6(x))"),
]
SELECTED = [
    ("tensorflow", Op.SQRT, "tf.where(x > 0, tf.sqrt(x), 0.0)"),
    ("tensorflow", Op.RSQRT, "tf.where(x > 0, tf.math.rsqrt(x), 0.0)"),
    ("tensorflow", Op.RECIPROCAL, "tf.where(x > 0, tf.math.reciprocal(x), 0.0)"),
    ("tensorflow", Op.LOG, "tf.where(x > 0, tf.math.log(x), 0.0)"),
    ("tensorflow", Op.DIVIDE, "tf.where(x > 0, 1.0 / x, 0.0)"),
    ("tensorflow", Op.POWER, "tf.where(x > 0, x**-0.5, 0.0)"),
    ("keras", Op.SQRT, "ops.where(x > 0, ops.sqrt(x), 0.0)"),
    ("keras", Op.RSQRT, "ops.where(x > 0, ops.rsqrt(x), 0.0)"),
    ("keras", Op.RECIPROCAL, "ops.where(x > 0, ops.reciprocal(x), 0.0)"),
    ("keras", Op.LOG, "ops.where(x > 0, ops.log(x), 0.0)"),
    ("jax", Op.SQRT, "jnp.where(x > 0, jnp.sqrt(x), 0.0)"),
    ("jax", Op.RSQRT, "jnp.where(x > 0, jax.lax.rsqrt(x), 0.0)"),
    ("jax", Op.RECIPROCAL, "jnp.where(x > 0, jnp.reciprocal(x), 0.0)"),
]
SINGULAR = np.ones((2, 2), dtype=np.float32)
RAISING: list[tuple[str, Op, Callable[[], object]]] = [
    ("tensorflow", Op.INVERSE, lambda: tf.linalg.inv(SINGULAR)),
    ("tensorflow", Op.SOLVE, lambda: tf.linalg.solve(SINGULAR, SINGULAR)),
    ("tensorflow", Op.CHOLESKY, lambda: tf.linalg.cholesky(SINGULAR)),
    ("tensorflow", Op.REDUCE_MAX, lambda: tf.reduce_max(tf.zeros((0,)))),
    ("keras", Op.INVERSE, lambda: keras.ops.inv(SINGULAR)),
    ("keras", Op.SOLVE, lambda: keras.ops.solve(SINGULAR, SINGULAR)),
    ("keras", Op.CHOLESKY, lambda: keras.ops.cholesky(SINGULAR)),
    ("keras", Op.REDUCE_MAX, lambda: keras.ops.max(tf.zeros((0,)))),
    ("jax", Op.INVERSE, lambda: jnp.linalg.inv(SINGULAR)),
    ("jax", Op.SOLVE, lambda: jnp.linalg.solve(SINGULAR, SINGULAR)),
    ("jax", Op.CHOLESKY, lambda: jnp.linalg.cholesky(SINGULAR)),
    ("jax", Op.REDUCE_MAX, lambda: jnp.max(jnp.zeros((0,)))),
]


def finite(framework: str, text: str, argument: str) -> bool:
    return run(f"{IMPORTS[framework]}\ndef f(x):\n    return {text}\n", argument, framework).finite


@pytest.mark.parametrize(("framework", "op", "text"), AT_ZERO, ids=str)
def test_gradient_at_zero_is_as_the_table_says(framework: str, op: Op, text: str) -> None:
    assert finite(framework, text, VECTOR[framework]) == registry.smooth_at_zero(op, framework)


@pytest.mark.parametrize(("framework", "op", "text"), CUT, ids=str)
def test_what_is_cut_off_gets_a_gradient_of_nan_where_the_backward_multiplies(
    framework: str, op: Op, text: str
) -> None:
    assert finite(framework, text, SCALAR[framework]) != (op in registry.table(framework).masking)


@pytest.mark.parametrize(("framework", "op", "text"), SELECTED, ids=str)
def test_what_is_selected_away_gets_a_gradient_of_nan_unless_its_backward_is_quiet(
    framework: str, op: Op, text: str
) -> None:
    assert finite(framework, text, SCALAR[framework]) == (op in registry.table(framework).quiet_backward)


def test_compiled_by_xla_the_quiet_backward_is_none() -> None:
    compiled = tf.function(lambda x: tf.where(x > 0, tf.sqrt(x), 0.0), jit_compile=True)
    x = tf.constant([0.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = compiled(x)
    assert np.isnan(tape.gradient(y, x)).all()


@pytest.mark.parametrize(
    ("framework", "op", "call"), RAISING, ids=[f"{framework}-{op}" for framework, op, _ in RAISING]
)
def test_what_raises_is_as_the_table_says(framework: str, op: Op, call: Callable[[], object]) -> None:
    try:
        result = call()
    except (ValueError, tf.errors.InvalidArgumentError):
        assert op in registry.table(framework).raising
    else:
        assert op not in registry.table(framework).raising
        assert not np.isfinite(jax.device_get(result)).all()
