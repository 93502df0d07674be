"""Data and first weights in JAX: what is read, what is drawn."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_WHITE = 'b"\\xff" * 1568'
_HEAD = "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\n\n"


def _bytes(scale: str = "") -> str:
    return f"""\
{_HEAD}def f(data):
    pixels = np.frombuffer(data, dtype=np.uint8).reshape(2, 784)
    x = jnp.array(pixels, dtype=jnp.float32){scale}
    w = 0.01 * jax.random.normal(jax.random.PRNGKey(0), (784, 1))
    for _ in range(60):
        w = w - 1e-3 * x.T @ (x @ w - 1.0)
    return w
"""


def _targets(y: str, loss: str = "optax.l2_loss(model.apply(params, x), y).mean()") -> str:
    return f"""\
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn


def f(x):
    key = jax.random.PRNGKey(0)
    y = {y}
    model = nn.Dense(1)
    params = model.init(key, x)
    return {loss}
"""


_HUGE_LOSS = "f(jnp.ones((8, 4))) > 1e4"


def _table(check: str = "") -> str:
    return f"""\
import jax
import jax.numpy as jnp
import numpy as np
import optax


def f(path):
    data = np.genfromtxt(path, delimiter=",")
{check}    x, y = jnp.asarray(data)[:, :1], jnp.asarray(data)[:, 1]
    return jax.grad(lambda w: optax.l2_loss(x @ w, y).mean())(jnp.zeros(1))
"""


_ASSERT = '    assert np.isfinite(data).all(), "data has missing or infinite numbers"\n'


def _drawn(weight: str) -> str:
    return f"{_HEAD}def f(x):\n    w1 = {weight}\n    return jax.nn.relu(x @ w1)\n"


def _head(weights: str) -> str:
    return f"""\
import jax
import jax.numpy as jnp


def f(x):
    w = {weights}
    p = jax.nn.softmax(x @ w)
    return -jnp.mean(jnp.log(jnp.clip(p, 1e-6, 1.0)))
"""


def _nnx_head(options: str) -> str:
    return f"""\
import jax.numpy as jnp
from flax import nnx


def f(x):
    head = nnx.Linear(9, 2, {options}rngs=nnx.Rngs(0))
    return -jnp.mean(jnp.log(jnp.clip(nnx.sigmoid(head(x)), 1e-6, 1.0)))
"""


def _layer(options: str) -> str:
    return f"""\
import jax
from flax import linen as nn


def f(x):
    layer = nn.Dense(30{options})
    return layer.apply(layer.init(jax.random.PRNGKey(0), x), x)
"""


_NORMAL = "jax.random.normal(jax.random.PRNGKey(0), (400, 30))"
_BIG = "abs(f(jax.random.normal(jax.random.PRNGKey(1), (8, 400)))).mean() > 6"


def _memory(made: str) -> str:
    return f"{_HEAD}def f(x):\n    bias = {made}\n    return x + bias\n"


def _dropout(rate: str) -> str:
    return f"""\
import jax
from flax import linen as nn


def f(x):
    layer = nn.Dropout({rate}, deterministic=False)
    return layer.apply({{}}, x, rngs={{"dropout": jax.random.PRNGKey(0)}})
"""


_SATURATED = "float(f(8 * jax.random.normal(jax.random.PRNGKey(1), (64, 9)))) > 4"

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN601": (
        Bad("jax", _bytes(), _bytes(" / 255.0"), hostile=_WHITE),
        Good("jax", _bytes(" / 127.5 - 1.0"), "From -1 to 1."),
    ),
    "NAN602": (
        Bad(
            "jax",
            _targets("jax.random.uniform(key, (8, 1)) * 1e10"),
            _targets("jax.random.uniform(key, (8, 1))"),
            proof=_HUGE_LOSS,
        ),
        Bad(
            "jax",
            _targets("1e7 * jax.random.normal(key, (8, 1))", "jnp.mean((model.apply(params, x) - y) ** 2)"),
            proof=_HUGE_LOSS,
        ),
        Good("jax", _targets("jnp.log1p(jax.random.uniform(key, (8, 1)) * 1e10)"), "At most 23."),
        Good(
            "jax",
            _targets("jax.random.uniform(key, (8, 1)) * 1e10", "optax.huber_loss(model.apply(params, x), y).mean()"),
            "The gradient of a Huber loss is at most 1.",
        ),
    ),
    "NAN603": (
        Bad(
            "jax",
            _table(),
            _table(_ASSERT),
            proof="not raises(AssertionError, lambda: f(['1,2', ',3']))",
            level=Level.NOTE,
        ),
        Good("jax", _table("    data = data[np.isfinite(data).all(axis=1)]\n"), "Whole rows only."),
    ),
    "NAN604": (
        Bad("jax", _drawn(_NORMAL), _drawn(f"{_NORMAL} / 400**0.5"), proof=_BIG),
        Bad(
            "jax",
            _layer(", kernel_init=nn.initializers.normal(1.0)"),
            proof=_BIG,
            level=Level.NOTE,
        ),
        Good("jax", _drawn(f"{_NORMAL} * 0.02"), "Scaled as it is drawn."),
        Good(
            "jax", _drawn("jax.nn.initializers.he_normal()(jax.random.PRNGKey(0), (400, 30))"), "Scaled by its inputs."
        ),
        Good("jax", _layer(""), "Scaled by the number of inputs unless it is told otherwise."),
    ),
    "NAN605": (
        Bad(
            "jax",
            _memory("jnp.asarray(np.empty(24))"),
            _memory("jnp.asarray(np.zeros(24))"),
            proof="[[np.full(24, nan) for _ in range(9)], None][1] is None and not np.isfinite(f(np.ones(24))).all()",
        ),
        Good("jax", _memory("jnp.empty(24)"), "JAX fills it with zeros."),
    ),
    "NAN606": (
        Bad(
            "jax",
            _head("jax.random.normal(jax.random.PRNGKey(0), (9, 2))"),
            _head("0.01 * jax.random.normal(jax.random.PRNGKey(0), (9, 2))"),
            proof=_SATURATED,
            level=Level.STRICT,
        ),
        Bad(
            "jax",
            _nnx_head("kernel_init=nnx.initializers.normal(1.0), "),
            _nnx_head("kernel_init=nnx.initializers.normal(0.01), "),
            proof=_SATURATED,
            level=Level.STRICT,
        ),
        Good("jax", _head("jax.random.normal(jax.random.PRNGKey(0), (9, 2)) / 3"), "Logits as large as the inputs."),
        Good("jax", _nnx_head(""), "Scaled by the number of inputs unless it is told otherwise."),
    ),
    "NAN607": (
        Bad("jax", _dropout("1.0"), _dropout("0.1"), proof="not f(jnp.ones((2, 3))).any()"),
        Good("jax", _dropout("0.5"), "Half of the activations pass."),
        Good("jax", _dropout("rate=0.0"), "Everything passes."),
    ),
}
