"""Optimisation in JAX: gradients of functions, and the optimizers of Optax."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_FAR = "np.ones(1, np.float32), np.full((1, 1), 100.0, np.float32), np.zeros(1, np.float32)"
_NEAR = "np.ones(1, np.float32), np.ones((1, 1), np.float32), np.zeros(1, np.float32)"
_FLAT = "np.zeros(1, np.float32), np.ones((1, 1), np.float32), np.zeros(1, np.float32)"
_CLIP = "optax.clip_by_global_norm(1.0)"


def _loop(tx: str, between: str = "", steps: int = 60) -> str:
    return f"""\
import jax
import jax.numpy as jnp
import optax


def f(params, x, y):
    tx = {tx}
    state = tx.init(params)
    for _ in range({steps}):
        grads = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(params)
{between}        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return params
"""


def _jitted(tx: str) -> str:
    return f"""\
import jax
import jax.numpy as jnp
import optax

optimizer = {tx}


def loss_fn(w, x, y):
    return jnp.mean((x @ w - y) ** 2)


@jax.jit
def step(params, state, x, y):
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y)
    updates, state = optimizer.update(grads, state)
    return optax.apply_updates(params, updates), state, loss


def f(params, x, y):
    state = optimizer.init(params)
    for _ in range(60):
        params, state, loss = step(params, state, x, y)
    return params
"""


def _state(tx: str) -> str:
    return f"""\
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.training.train_state import TrainState


def f(x, y):
    model = nn.Dense(1)
    params = model.init(jax.random.PRNGKey(0), x)
    state = TrainState.create(apply_fn=model.apply, params=params, tx={tx})
    for _ in range(60):
        grads = jax.grad(lambda p: jnp.mean((state.apply_fn(p, x) - y) ** 2))(state.params)
        state = state.apply_gradients(grads=grads)
    return state.params
"""


def _chained(tx: str) -> str:
    return f"optax.chain({_CLIP}, {tx})"


def _outlier(tx: str) -> str:
    """One gradient after the other, of a loss that falls with the weight."""
    return f"""\
import jax
import jax.numpy as jnp
import optax


def f(slopes):
    tx = {tx}
    weights = jnp.ones(1)
    state = tx.init(weights)
    for slope in slopes:
        grads = jax.grad(lambda w: jnp.mean(slope * w))(weights)
        updates, state = tx.update(grads, state, weights)
        weights = optax.apply_updates(weights, updates)
    return weights
"""


def _made(head: str, test: str) -> str:
    return f"""\
import jax
import jax.numpy as jnp
import optax
{head}

def f(batches):
    tx = {_chained("optax.sgd(0.01)")}
    params = jnp.ones(1)
    state = tx.init(params)
    for x in batches:
        loss, grads = jax.value_and_grad(lambda w: jnp.mean((x @ w) ** 2))(params)
{test}        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return params
"""


_STANDS = "float(f(np.array([1e4] + [1.0] * 59, np.float32))[0]) > 0.9"
"""One gradient of 10,000, and Adam, whose rate of 0.01 would take the weight to 0.4, stands still from there on."""
_UPDATES = "optax.scale_by_factored_rms(), optax.clip_by_block_rms(1.0), optax.scale_by_learning_rate(0.01)"

_FINITE = """\
        if not jnp.isfinite(loss):
            raise ValueError("the loss is not finite")
"""
_BY_HAND = """\
import jax
import jax.numpy as jnp


def f(params, x, y):
    for _ in range(60):
        grads = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(params)
        params = params - 0.05 * grads
    return params
"""
_HALVES = "        grads = jax.tree.map(lambda g: jnp.clip(g, -1.0, 1.0), grads)\n"


def _slope(body: str) -> str:
    return f"""\
import jax
import jax.numpy as jnp


def f(x):
    def entropy(x):
        p = jnp.square(x)
{body}
    return jax.grad(entropy)(x)
"""


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN401": (
        Bad("jax", _loop("optax.sgd(0.05)"), _loop(_chained("optax.sgd(0.05)")), hostile=_FAR, level=Level.NOTE),
        Bad(
            "jax",
            _jitted("optax.sgd(0.05, momentum=0.5)"),
            _jitted(_chained("optax.sgd(0.05, momentum=0.5)")),
            hostile=_FAR,
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            _state("optax.sgd(0.05)"),
            _state(_chained("optax.sgd(0.05)")),
            hostile="np.full((1, 1), 100.0, np.float32), np.zeros((1, 1), np.float32)",
            level=Level.NOTE,
        ),
        Good("jax", _loop("optax.chain(optax.clip(1.0), optax.adam(1e-3))"), "Each element is limited first."),
        Good(
            "jax",
            _state("optax.chain(optax.adaptive_grad_clip(0.01), optax.sgd(0.05))"),
            "Limited relative to the size of the weights.",
        ),
        Good("jax", _loop("optax.sgd(0.05)", _HALVES), "Clipped by hand, leaf by leaf."),
        Good(
            "jax",
            _jitted("optax.apply_if_finite(optax.chain(optax.clip_by_global_norm(5.0), optax.adam(1e-3)), 5)"),
            "The clip is inside of what skips bad steps.",
        ),
        Miss("jax", _BY_HAND, "The step is arithmetic of the script's own, which nothing marks as one."),
    ),
    "NAN402": (
        Bad(
            "jax",
            _outlier(f"optax.chain(optax.sgd(0.01, momentum=0.9), {_CLIP})"),
            _outlier(f"optax.chain({_CLIP}, optax.sgd(0.01, momentum=0.9))"),
            hostile="np.full(8, 1e38, np.float32)",
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _outlier("optax.chain(optax.zero_nans(), optax.adam(1e-2), optax.clip(1.0))"),
            _outlier("optax.chain(optax.zero_nans(), optax.clip(1.0), optax.adam(1e-2))"),
            proof=_STANDS,
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _outlier(f'optax.named_chain(("adam", optax.adam(1e-2)), ("clip", {_CLIP}))'),
            _outlier(f'optax.named_chain(("clip", {_CLIP}), ("adam", optax.adam(1e-2)))'),
            proof=_STANDS,
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _outlier(f"optax.chain(optax.scale_by_adam(), optax.scale(-1e-2), {_CLIP})"),
            _outlier(f"optax.chain({_CLIP}, optax.scale_by_adam(), optax.scale(-1e-2))"),
            proof=_STANDS,
            level=Level.WARNING,
        ),
        Bad(
            "jax",
            _outlier(f"optax.chain(optax.scale_by_adam(), {_CLIP}, optax.scale(-1e-2))"),
            proof=_STANDS,
            level=Level.NOTE,
        ),
        Bad("jax", _outlier("optax.chain(optax.adam(1e-2), optax.clip(1e-2))"), proof=_STANDS, level=Level.NOTE),
        Good("jax", _outlier(_chained("optax.adam(1e-2)")), "The gradients are clipped first."),
        Good("jax", _outlier(f"optax.chain({_UPDATES})"), "Adafactor clips its updates, by their mean square."),
        Good(
            "jax",
            _outlier(f"optax.chain({_CLIP}, optax.adam(1e-2), optax.clip(1.0))"),
            "The updates are clipped as well as the gradients.",
        ),
        Good(
            "jax",
            _outlier(f"optax.chain(optax.scale(0.5), {_CLIP}, optax.sgd(1e-2))"),
            "What scales the gradients by a number leaves them gradients.",
        ),
        Good(
            "jax",
            _outlier(
                f"optax.chain(optax.add_decayed_weights(1e-4), {_CLIP}, optax.scale_by_adam(), optax.scale(-1e-2))"
            ),
            "The weight decay that is clipped with the gradients is no history of them.",
        ),
        Good(
            "jax",
            _outlier(f"optax.chain({_CLIP}, optax.chain(optax.scale_by_adam(), optax.scale(-1e-2)))"),
            "A chain in a chain.",
        ),
    ),
    "NAN404": (
        Bad(
            "jax",
            _loop(_chained("optax.adam(5.0)"), steps=1),
            _loop(_chained("optax.adam(1e-3)"), steps=1),
            proof=f"abs(f({_NEAR}) - 1).max() > 1",
        ),
        Bad(
            "jax",
            _loop(_chained("optax.adamw(optax.cosine_decay_schedule(5.0, 1000))"), steps=1),
            proof=f"abs(f({_NEAR}) - 1).max() > 1",
        ),
        Good("jax", _loop(_chained("optax.adam(optax.cosine_decay_schedule(1e-3, 1000))")), "A usual peak."),
        Good("jax", _loop(_chained("optax.adadelta(1.0)")), "Adadelta finds its own steps."),
    ),
    "NAN405": (
        Bad(
            "jax",
            _loop(_chained("optax.adam(1e-3, b2=1.0)")),
            _loop(_chained("optax.adam(1e-3, b2=0.999)")),
            hostile=_NEAR,
        ),
        Bad(
            "jax",
            _loop(_chained("optax.adam(1e-3, eps=0.0)")),
            _loop(_chained("optax.adam(1e-3, eps=1e-8)")),
            hostile=_FLAT,
        ),
        Bad(
            "jax",
            _loop(_chained("optax.sgd(0.05, momentum=8.0)")),
            _loop(_chained("optax.sgd(0.05, momentum=0.8)")),
            hostile=_NEAR,
        ),
        Bad(
            "jax",
            _loop(_chained("optax.scale_by_adam(eps=0.0), optax.scale(-1e-3)")),
            _loop(_chained("optax.scale_by_adam(eps=1e-8), optax.scale(-1e-3)")),
            hostile=_FLAT,
        ),
        Good("jax", _loop(_chained("optax.adam(1e-3, b1=0.0)")), "0 is allowed: no averaging."),
        Good("jax", _loop(_chained("optax.adagrad(1e-3, eps=0.0)")), "Adagrad leaves out what would be divided by 0."),
        Good("jax", _loop(_chained("optax.sgd(0.05, momentum=None)")), "No momentum."),
        Good("jax", _loop(_chained("optax.adam(1e-3, eps=1e-6, eps_root=0.0)")), "Only `eps` has to be positive."),
    ),
    "NAN406": (Good("jax", _loop(_chained("optax.sgd(0.05)")), "`grad` computes gradients anew each time."),),
    "NAN407": (
        Bad(
            "jax",
            _slope("        return jnp.sum(jnp.nan_to_num(jnp.log(p)))\n"),
            _slope("        return jnp.sum(jnp.log(jnp.maximum(p, 1e-8)))\n"),
            hostile="jnp.array([0.0, 1.0])",
            level=Level.WARNING,
        ),
        Good(
            "jax",
            _slope(
                "        safe = jnp.where(p > 0, p, 1.0)\n"
                "        return jnp.sum(jnp.where(p > 0, jnp.log(safe), 0.0))\n"
            ),
            "The operand is safe before the logarithm, so that the gradient is too.",
        ),
    ),
    "NAN408": (
        Bad(
            "jax",
            _made("", ""),
            _made("", _FINITE),
            proof="not raises(ValueError, lambda: f([jnp.array([[nan]])]))",
            level=Level.STRICT,
        ),
        Good(
            "jax",
            _made('\njax.config.update("jax_debug_nans", True)\n', "").replace(
                "def f(batches):\n", 'def f(batches):\n    jax.config.update("jax_debug_nans", False)\n', 1
            ),
            "Every result is tested, up to where somebody switches that off.",
        ),
        Good(
            "jax",
            _made("", "        assert jnp.isfinite(loss)\n"),
            "Asserted.",
        ),
    ),
    "NAN409": (
        Bad(
            "jax",
            _loop(_chained("optax.adamw(0.01, weight_decay=800.0)")),
            _loop(_chained("optax.adamw(0.01, weight_decay=1e-2)")),
            hostile=_NEAR,
        ),
        Good("jax", _loop(_chained("optax.adamw(1e-3, weight_decay=0.1)")), "Usual for transformers."),
    ),
}
