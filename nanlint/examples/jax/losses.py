"""Losses and labels, in JAX with optax and flax."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_DOUBLE = """\
import jax
import optax


def f(x, labels):
    return optax.{}
"""
_FLAX = """\
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Dense({})(x)
        return {}


def f(x, labels):
    net = Net()
    variables = net.init(jax.random.PRNGKey(0), x)
    return optax.softmax_cross_entropy_with_integer_labels(net.apply(variables, x), labels).mean()
"""
_INTEGER = "softmax_cross_entropy_with_integer_labels"
_FLOORED = "float(f(jnp.array([[50.0, 0.0, 0.0]]), jnp.array([1])).max()) < 2"

_ALIGNED = """\
import jax
import jax.numpy as jnp
import optax


def f(x, labels):
    return optax.ctc_loss({}, jnp.zeros(x.shape[:2]), labels, jnp.zeros(labels.shape))
"""
_FRAMES = "jax.nn.one_hot(jnp.array([[1, 0, 0, 2, 0, 0]]), 5) * 50, jnp.array([[1, 2]])"
_DIVERGENCE = """\
import jax
import optax


def f(x, y):
    return optax.kl_divergence(jax.nn.{}(x), jax.nn.{}(y))
"""

_CAST = """\
import jax.numpy as jnp
import optax


def f(logits, raw):
    labels = raw.astype(jnp.int32){}
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
"""

_ONE_HOT = """\
import jax
import jax.numpy as jnp


def f(x):
    labels = jnp.array([{}])
    return -jnp.sum(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(x), axis=-1)
"""
_CLASSES = """\
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(3)(x)


def f(x):
    net = Net()
    labels = jnp.array([1, 2, 3]){}
    variables = net.init(jax.random.PRNGKey(0), x)
    return optax.softmax_cross_entropy_with_integer_labels(net.apply(variables, x), labels)
"""

_TARGETS = """\
import jax
import jax.numpy as jnp
import optax


def f(x):
    y = {}
    return optax.sigmoid_binary_cross_entropy(x, y).mean()
"""

_ROOT = """\
import jax.numpy as jnp


def loss(prediction, target):
    return {}


def f(prediction, target):
    return loss(prediction, target)
"""
_MEAN = "jnp.mean((prediction - target) ** 2)"

_UNIT = """\
import flax.linen as nn
import jax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.softmax(nn.Dense({})(x){})


def f(x):
    net = Net()
    return net.apply(net.init(jax.random.PRNGKey(0), x), x)
"""

_SWAPPED = """\
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(1)(x)


def f(x):
    net = Net()
    y = jnp.ones((2, 1))
    logits = net.apply(net.init(jax.random.PRNGKey(0), x), x)
    return optax.sigmoid_binary_cross_entropy({}).mean()
"""

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN301": (
        Bad(
            "jax",
            _DOUBLE.format(f"{_INTEGER}(jax.nn.softmax(x), labels)"),
            _DOUBLE.format(f"{_INTEGER}(x, labels)"),
            proof=_FLOORED,
        ),
        Bad(
            "jax",
            _DOUBLE.format("sigmoid_binary_cross_entropy(jax.nn.sigmoid(x), labels)"),
            _DOUBLE.format("sigmoid_binary_cross_entropy(x, labels)"),
            proof="float(f(jnp.array([50.0]), jnp.array([0.0]))[0]) < 2",
        ),
        Bad(
            "jax",
            _FLAX.format(3, "nn.softmax(x)"),
            _FLAX.format(3, "x"),
            proof="max(float(f(jnp.full((1, 2), 1e4), jnp.array([k]))) for k in range(3)) < 2",
        ),
        Good("jax", _DOUBLE.format(f"{_INTEGER}(10.0 * jax.nn.tanh(x), labels)"), "Bounded logits, on purpose."),
        Good("jax", _FLAX.format(3, "nn.log_softmax(x)"), "A log-softmax of a log-softmax is itself."),
        Good(
            "jax",
            _DOUBLE.format("softmax_cross_entropy(x, jax.nn.softmax(labels))"),
            "The softmax makes the labels, as in distillation.",
        ),
    ),
    "NAN304": (
        Bad(
            "jax",
            _DIVERGENCE.format("softmax", "softmax"),
            _DIVERGENCE.format("log_softmax", "softmax"),
            proof="float(f(jnp.zeros(3), jnp.zeros(3))) < -1",
        ),
        Bad(
            "jax",
            _DIVERGENCE.format("log_softmax", "log_softmax"),
            hostile="jnp.zeros(3), jnp.zeros(3)",
        ),
        Good("jax", _DIVERGENCE.format("log_sigmoid", "sigmoid"), "Logarithms first, probabilities second."),
        Good(
            "jax",
            _DIVERGENCE.format("log_softmax", "log_softmax").replace(
                "optax.kl_divergence(", "optax.losses.kl_divergence_with_log_targets("
            ),
            "This form takes log-probabilities twice.",
        ),
        Bad(
            "jax",
            _ALIGNED.format("jax.nn.softmax(x)"),
            _ALIGNED.format("x"),
            proof=f"float(f({_FRAMES})[0]) > 3",
        ),
        Good("jax", _ALIGNED.format("jax.nn.log_softmax(x)"), "A softmax of a log-softmax is the softmax itself."),
    ),
    "NAN305": (
        Bad(
            "jax",
            _CAST.format(""),
            hostile="jnp.zeros((1, 3)), jnp.array([7.0])",
            level=Level.NOTE,
        ),
        Good("jax", _CAST.format(" % 3"), "The remainder bounds them."),
    ),
    "NAN306": (
        Bad("jax", _CLASSES.format(""), hostile="jnp.zeros((3, 2))"),
        Bad(
            "jax",
            _ONE_HOT.format("1, 2, 3"),
            proof="float(f(jnp.zeros((3, 3)))[2]) == 0",
            level=Level.WARNING,
        ),
        Good("jax", _CLASSES.format(" - 1"), "Numbered from 0."),
        Good("jax", _ONE_HOT.format("0, -1, 2"), "-1 gives a row of zeros: no class, on purpose."),
    ),
    "NAN307": (
        Bad(
            "jax",
            _TARGETS.format("jnp.array([-1.0, 1.0])"),
            proof="float(f(jnp.array([-50.0, 50.0]))) < -10",
        ),
        Good("jax", _TARGETS.format("(jnp.array([-1.0, 1.0]) + 1) / 2"), "Mapped to [0, 1]."),
        Good(
            "jax",
            _TARGETS.format("1.0 + 0.05 * jax.random.uniform(jax.random.PRNGKey(0), x.shape)"),
            "Noise on labels, on purpose.",
        ),
    ),
    "NAN308": (
        Bad(
            "jax",
            _ROOT.format(f"jnp.sqrt({_MEAN})"),
            _ROOT.format(f"jnp.sqrt({_MEAN} + 1e-8)"),
            hostile="jnp.array([1.0, 2.0]), jnp.array([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Good("jax", _ROOT.format(_MEAN), "Without the root."),
        Good("jax", _ROOT.format(f"jnp.sqrt({_MEAN} + 1e-12)"), "The epsilon stands inside the root."),
    ),
    "NAN309": (
        Bad("jax", _UNIT.format(1, ""), proof="bool((f(jnp.ones((4, 2))) == 1).all())"),
        Bad(
            "jax",
            _FLAX.format(1, "x"),
            proof="float(f(jnp.ones((2, 3)), jnp.array([0, 0]))) == 0",
        ),
        Good("jax", _UNIT.format(2, ""), "Two units."),
        Good("jax", _UNIT.format(1, ", axis=0"), "Over the rows, as attention does."),
    ),
    "NAN310": (
        Bad(
            "jax",
            _SWAPPED.format("y, logits"),
            _SWAPPED.format("logits, y"),
            proof="min(float(f(s * jnp.full((2, 2), 1e4))) for s in (-1, 1)) < 0",
        ),
        Good("jax", _SWAPPED.format("logits=logits, labels=y"), "Each where its name says."),
    ),
}
