"""Runs examples of TensorFlow and Keras, eagerly; what an example runs in a session of its own comes back as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tests.execution.harness import Array, Outcome, weights

SCOPE: dict[str, object] = {"tf": tf, "keras": keras, "ops": keras.ops}


def seed() -> None:
    tf.random.set_seed(0)
    keras.utils.set_random_seed(0)


def restore() -> None:
    tf.debugging.disable_check_numerics()
    keras.mixed_precision.set_global_policy("float32")


def outcome(f: Callable[..., object], positional: tuple[object, ...], keywords: dict[str, object]) -> Outcome:
    """A tape watches the floating-point tensors among the arguments, and every variable that trains."""
    given = [leaf for leaf in _flat((positional, keywords)) if tf.is_tensor(leaf) and leaf.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(given)
        result = f(*positional, **keywords)
    results = [leaf for leaf in _flat(result) if isinstance(leaf, tf.Tensor) and leaf.dtype.is_floating]
    variables = [variable for variable in tape.watched_variables() if hasattr(variable.handle, "numpy")]  # of no graph
    slopes = tape.gradient(
        results,
        [*given, *variables],
        output_gradients=[tf.cast(weights(tuple(leaf.shape)), leaf.dtype) for leaf in results],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    arrays = tuple(_arrays(slopes))
    return Outcome(tuple(_arrays(result)), arrays[: len(given)], arrays[len(given) :])


def _flat(value: Any) -> Iterator[Any]:
    """The leaves of nested containers, models and layers."""
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, keras.layers.Layer):
        value = [weight.value for weight in value.weights]
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _arrays(value: object) -> Iterator[Array]:
    """The floating-point content, in double precision."""
    for leaf in _flat(value):
        if isinstance(leaf, tf.IndexedSlices):
            leaf = tf.convert_to_tensor(leaf)
        if isinstance(leaf, tf.Tensor | tf.Variable | keras.Variable):
            yield np.asarray(leaf, dtype=np.float64)
        elif isinstance(leaf, np.ndarray | np.generic | float | int):
            yield np.asarray(leaf)
