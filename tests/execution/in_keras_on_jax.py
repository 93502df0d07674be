"""Runs examples of Keras on its JAX backend, which a process chooses before it imports Keras."""

from __future__ import annotations

from collections.abc import Callable

import jax
import keras

from tests.execution import in_jax
from tests.execution.harness import Outcome

SCOPE: dict[str, object] = {"keras": keras, "ops": keras.ops}


def seed() -> None:
    keras.utils.set_random_seed(0)


def restore() -> None:
    keras.mixed_precision.set_global_policy("float32")


def outcome(f: Callable[..., object], positional: tuple[object, ...], keywords: dict[str, object]) -> Outcome:
    """Differentiated with respect to the floating-point arrays among the arguments."""

    def content(*arguments: object, **options: object) -> object:
        return jax.tree.map(_arrays, f(*arguments, **options))

    return in_jax.outcome(content, positional, keywords)


def _arrays(leaf: object) -> object:
    """Those of a model, a layer or a variable."""
    if isinstance(leaf, keras.layers.Layer):
        return [weight.value for weight in leaf.weights]
    return leaf.value if isinstance(leaf, keras.Variable) else leaf
