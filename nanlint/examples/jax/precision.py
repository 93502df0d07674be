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


def _trained(head: str, made: str, output: str, gradient: str = "jax.grad(loss_fn)(params)") -> str:
    """The gradient of a weight is about 1e-8."""
    return f"""\
import jax
import jax.numpy as jnp
import optax
{head}

def f(x):
    {made}
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.01))

    def loss_fn(params):
        return jnp.mean({output}.astype(jnp.float32)) * 1e-3

    state = tx.init(params)
    for _ in range(2):
        grads = {gradient}
        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return params
"""


def _linen(dtype: str = "jnp.float16", **more: str) -> str:
    return _trained(
        "from flax import linen as nn\n",
        f"model = nn.Dense(1, dtype={dtype}, kernel_init=nn.initializers.zeros)\n"
        "    params = model.init(jax.random.PRNGKey(0), x)",
        "model.apply(params, x)",
        **more,
    )


def _arrays(dtype: str = "jnp.float16", **more: str) -> str:
    return _trained("", f'params = {{"w": jnp.zeros((4, 1), {dtype})}}', f'(x.astype({dtype}) @ params["w"])', **more)


_LINEAR = "params = eqx.nn.Linear(4, 1, use_bias=False, key=jax.random.PRNGKey(0))\n"
_TREE = "    params = jax.tree.map(lambda p: (0 * p).astype(jnp.float16), params)"
_DYNAMIC = (
    _linen(gradient="jax.grad(loss_fn)(params)")
    .replace(
        "        grads = jax.grad(loss_fn)(params)\n",
        "        scale, _, _, grads = scale.value_and_grad(loss_fn)(params)\n",
    )
    .replace("    state = tx", "    scale = DynamicScale()\n    state = tx")
    .replace("as nn\n", "as nn\nfrom flax.training.dynamic_scale import DynamicScale\n")
)
_BY_HAND = "jax.tree.map(lambda g: g / 32768.0, jax.grad(lambda p: loss_fn(p) * 32768.0)(params))"
_STILL = "not any(np.any(leaf) for leaf in jax.tree.leaves({leaves}))"

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
    "NAN504": (
        Bad(
            "jax",
            _linen(),
            _DYNAMIC,
            proof=_STILL.format(leaves='f(jnp.full((64, 4), 1e-5))["params"]["kernel"]'),
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _arrays(),
            proof=_STILL.format(leaves="f(jnp.full((64, 4), 1e-5))"),
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _trained("import equinox as eqx\n", _LINEAR + _TREE, "jax.vmap(params)(x.astype(jnp.float16))"),
            proof=_STILL.format(leaves="f(jnp.full((64, 4), 1e-5))"),
            level=Level.WARNING,
        ),
        Good("jax", _linen("jnp.bfloat16"), "bfloat16 has the exponents of float32."),
        Good("jax", _arrays(gradient=_BY_HAND), "The loss is scaled by hand, and the gradients are divided again."),
        Good("jax", _linen("None"), "Layers compute in the dtype of what they are given: float32."),
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
