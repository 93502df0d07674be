"""Runs examples of JAX and of the libraries on top of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np

from tests.execution.harness import Array, Outcome, weights

SCOPE: dict[str, object] = {"jax": jax, "jnp": jnp}


def seed() -> None:
    """Nothing to fix: every random number of JAX is drawn with a key."""


def restore() -> None:
    jax.config.update("jax_debug_nans", False)
    jax.config.update("jax_debug_infs", False)
    jax.config.update("jax_enable_x64", False)


def outcome(f: Callable[..., object], positional: tuple[object, ...], keywords: dict[str, object]) -> Outcome:
    """Differentiated with respect to the floating-point arrays of JAX among the arguments."""
    leaves, structure = jax.tree.flatten((positional, keywords))
    given = {index: leaf for index, leaf in enumerate(leaves) if floating(leaf)}
    result = f(*positional, **keywords)
    values = tuple(arrays(result))
    if not given:
        return Outcome(values, (), ())

    def floats(*chosen: jax.Array) -> list[jax.Array]:
        filled = [*leaves]
        for index, leaf in zip(given, chosen, strict=True):
            filled[index] = leaf
        arguments, options = jax.tree.unflatten(structure, filled)
        return [leaf for leaf in jax.tree.leaves(f(*arguments, **options)) if floating(leaf)]

    roots, pull_back = jax.vjp(floats, *given.values())
    slopes = pull_back([jnp.asarray(weights(root.shape), root.dtype) for root in roots])
    return Outcome(values, tuple(arrays(slopes)), ())


def floating(leaf: object) -> bool:
    """An array that can be differentiated."""
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jnp.floating)


def arrays(value: object) -> Iterator[Array]:
    """The floating-point content, in double precision."""
    for leaf in jax.tree.leaves(value):
        if isinstance(leaf, jax.Array):
            yield np.asarray(leaf.astype(jnp.float32) if leaf.dtype == jnp.bfloat16 else leaf, dtype=np.float64)
        elif isinstance(leaf, np.ndarray | np.generic | float | int):
            yield np.asarray(leaf)
