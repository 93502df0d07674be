"""Precision in JAX: float16 arrays, and epsilons that a dtype does not keep."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss


def _f(body: str, parameters: str = "x") -> str:
    return f"import jax\nimport jax.numpy as jnp\n\n\ndef f({parameters}):\n{body}"


def _clip(high: str) -> str:
    return _f(f"    p = jnp.clip(jax.nn.sigmoid(x), 1e-9, {high})\n    return jnp.log(1 - p)\n")


def _half(epsilon: str) -> str:
    return _f(f"    p = jax.nn.relu(x.astype(jnp.float16))\n    return jnp.log(p + {epsilon})\n")


def _chosen(number: str, dtype: str = "jnp.float16") -> str:
    return _f(
        f"    scores = scores.astype({dtype})\n    return jax.nn.softmax(jnp.where(mask, scores, {number}), axis=-1)\n",
        "scores, mask",
    )


def _large(body: str) -> str:
    return _f(f"    x = jnp.full((4,), 300.0, dtype=jnp.float16)\n    return {body}\n", "")


def _norm(epsilon: str) -> str:
    return f"""\
import jax
from flax import linen as nn


def f(x):
    layer = nn.LayerNorm({epsilon})
    return layer.apply(layer.init(jax.random.PRNGKey(0), x), x)
"""


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN501": (
        Bad("jax", _clip("1 - 1e-9"), _clip("1 - 1e-6"), hostile="jnp.array([100.0])"),
        Bad("jax", _half("1e-8"), _half("1e-4"), hostile="jnp.array([-1.0, 1.0])"),
        Good("jax", _half("1e-3"), "float16 keeps 1e-3."),
        Good("jax", _clip("1 - 1e-7"), "float32 keeps 1 - 1e-7, two steps below 1."),
        Good(
            "jax",
            _f("    longest = 2.0 / (1.0 - 0.999) - 1.0\n    return 1.0 / (longest - jax.nn.relu(x))\n"),
            "1998.9999999999982 is 1999 with a rounding error, not with an epsilon.",
        ),
    ),
    "NAN502": (
        Bad(
            "jax",
            _f("    return jnp.sqrt(jnp.sum(x**2, axis=-1)) + 1e-8\n"),
            _f("    return jnp.sqrt(jnp.sum(x**2, axis=-1) + 1e-8)\n"),
            hostile="jnp.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            _f("    return jnp.log(jnp.minimum(x, 1e-8))\n"),
            _f("    return jnp.log(jnp.maximum(x, 1e-8))\n"),
            hostile="jnp.array([0.0, 1.0])",
        ),
        Good("jax", _f("    return jnp.sqrt(jnp.sum(x**2, axis=-1) + 1e-12)\n"), "The epsilon is inside."),
        Good("jax", _f("    return jnp.log(jnp.maximum(x, 1e-12))\n"), "Kept above 0."),
    ),
    "NAN503": (
        Bad(
            "jax",
            _chosen("-1e9"),
            _chosen("jnp.finfo(scores.dtype).min"),
            hostile="jnp.zeros((2, 3)), jnp.zeros((2, 3), bool)",
            ordinary="jnp.array([[1.0, 2.0, 0.5]]), jnp.array([[True, True, False]])",
            tolerance=1e-3,
        ),
        Good("jax", _chosen("-1e4"), "float16 goes down to -65504."),
        Good("jax", _chosen("-1e9", "jnp.bfloat16"), "bfloat16 has the range of float32."),
    ),
    "NAN505": (
        Bad(
            "jax",
            _large("x * x"),
            _large("x.astype(jnp.float32) * x.astype(jnp.float32)"),
            proof="not np.isfinite(f()).all()",
        ),
        Bad(
            "jax",
            _large("jnp.square(x)"),
            _large("jnp.square(x.astype(jnp.float32))"),
            proof="not np.isfinite(f()).all()",
        ),
        Good("jax", _large("jnp.square(x / 100)"), "Scaled down first."),
        Good("jax", _large("jnp.square(x.astype(jnp.bfloat16))"), "bfloat16 has the range of float32."),
    ),
    "NAN506": (
        Bad(
            "jax",
            _f("    return (1 - mask) * -jnp.inf\n", "mask"),
            _f("    return jnp.where((1 - mask) == 0, 0.0, -jnp.inf)\n", "mask"),
            proof="jnp.isnan(f(jnp.array([1.0, 0.0]))).any()",
        ),
        Good("jax", _f("    return (1 - mask) * -1e9\n", "mask"), "A finite number."),
    ),
    "NAN507": (
        Bad("jax", _norm("epsilon=0.0"), _norm("epsilon=1e-5"), hostile="jnp.ones((2, 3))"),
        Bad(
            "jax",
            _f("    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True))\n"),
            _f("    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True) + 1e-8)\n"),
            hostile="jnp.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            _f("    return jax.nn.standardize(x, epsilon=0.0)\n"),
            _f("    return jax.nn.standardize(x, epsilon=1e-5)\n"),
            hostile="jnp.zeros((2, 3))",
        ),
        Good("jax", _norm(""), "The default is 1e-6."),
        Good("jax", _f("    return jax.nn.standardize(x)\n"), "The default is 1e-5."),
        Good(
            "jax",
            _f("    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True) + 1e-6)\n"),
            "A usual epsilon, inside of the root.",
        ),
    ),
}
