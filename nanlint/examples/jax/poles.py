"""Poles: operations that break where their operand can be, in JAX."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN101": (
        Bad(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return -jnp.mean(jnp.log(jax.nn.relu(x)))
""",
            fixed="""\
import jax
import jax.numpy as jnp

def f(x):
    return -jnp.mean(jnp.log(jnp.maximum(jax.nn.relu(x), 1e-8)))
""",
            hostile="jnp.array([0.0, 1.0])",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.log2(1.0 + jnp.tanh(x))
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.log2(jnp.maximum(1.0 + jnp.tanh(x), 1e-8))
""",
            hostile="jnp.array([-20.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return -jnp.mean(jnp.log(jnp.clip(jax.nn.relu(x), 1e-6, 1.0)))
""",
            "Clipped away from 0.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jnp.log(jax.nn.softplus(x) + 1e-8)
""",
            "softplus is not negative, and the epsilon keeps the sum above 0.",
        ),
    ),
    "NAN102": (
        Bad(
            "jax",
            """\
import jax
from jax import lax

def f(x):
    return lax.rsqrt(jax.nn.relu(x))
""",
            fixed="""\
import jax
from jax import lax

def f(x):
    return lax.rsqrt(jax.nn.relu(x) + 1e-8)
""",
            hostile="jnp.array([0.0, 1.0])",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.tanh(x))
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.maximum(jnp.tanh(x), 1e-8))
""",
            hostile="jnp.array([-1.0, 1.0])",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jax.nn.relu(x))
""",
            "The backward of JAX's relu selects: what it has cut off gets no gradient, and no infinite one.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.maximum(x, 1e-12))
""",
            "Above 0.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp


@jax.custom_jvp
def root(x):
    return jnp.sqrt(jnp.abs(x))


@root.defjvp
def root_jvp(primals, tangents):
    y = root(*primals)
    return y, jnp.sign(primals[0]) * tangents[0] / (2 * jnp.maximum(y, 1e-6))


def f(x):
    return root(x)
""",
            "The function says itself what its gradient is.",
        ),
    ),
    "NAN103": (
        Bad(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x, y):
    return x / jax.nn.relu(y)
""",
            fixed="""\
import jax
import jax.numpy as jnp

def f(x, y):
    return x / (jax.nn.relu(y) + 1e-8)
""",
            hostile="jnp.array([1.0, 1.0]), jnp.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    mask = labels > 0.5
    return jnp.sum(x * mask) / jnp.sum(mask)
""",
            fixed="""\
import jax.numpy as jnp

def f(x, labels):
    mask = labels > 0.5
    return jnp.sum(x * mask) / jnp.maximum(jnp.sum(mask), 1)
""",
            hostile="jnp.array([1.0, 2.0]), jnp.array([0.0, 0.0])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    mask = labels > 0.5
    return (x * mask).sum() / jnp.maximum(mask.sum(), 1)
""",
            "A count of at least 1.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x, y):
    y = jax.nn.relu(y)
    return jnp.where(y > 0, x / jnp.where(y > 0, y, 1.0), 0.0)
""",
            "The double where: what is divided by is never 0, whichever branch is taken.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    total = jnp.exp(x).sum() + 1.0
    return x / total
""",
            "At least 1.",
        ),
    ),
    "NAN104": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.power(jnp.tanh(x), 0.7)
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.power(jnp.maximum(jnp.tanh(x), 1e-8), 0.7)
""",
            hostile="jnp.array([-1.0, 1.0])",
        ),
        Bad(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jax.nn.relu(x) ** -0.7
""",
            fixed="""\
import jax
import jax.numpy as jnp

def f(x):
    return jnp.maximum(jax.nn.relu(x), 1e-8) ** -0.7
""",
            hostile="jnp.array([0.0, 1.0])",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jax.nn.relu(x) ** 0.7
""",
            "The value at 0 is 0, and the backward of JAX's relu selects: no infinite gradient goes on.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.maximum(x, 1e-6) ** 0.7
""",
            "The base is above 0.",
        ),
    ),
    "NAN105": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.exp(jnp.clip(x, -100.0, 100.0))
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.exp(jnp.minimum(jnp.clip(x, -100.0, 100.0), 20.0))
""",
            hostile="jnp.array([100.0, 1.0])",
            level=Level.WARNING,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(log_std):
    return jnp.exp(jnp.clip(log_std, -20.0, 2.0))
""",
            "Clamped to a sensible logarithm of a deviation.",
        ),
        Bad(
            "jax",
            """\
import flax.linen as nn
import jax.numpy as jnp

class Rates(nn.Module):
    @nn.compact
    def __call__(self, x):
        return jnp.exp(nn.Dense(1)(x))

def f(x):
    return Rates().apply({"params": {"Dense_0": {"kernel": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}}, x)
""",
            fixed="""\
import flax.linen as nn
import jax.numpy as jnp

class Rates(nn.Module):
    @nn.compact
    def __call__(self, x):
        return jnp.exp(jnp.minimum(nn.Dense(1)(x), 20.0))

def f(x):
    return Rates().apply({"params": {"Dense_0": {"kernel": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}}, x)
""",
            hostile="jnp.array([[100.0]])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import flax.linen as nn

class Rates(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.softplus(nn.Dense(1)(x))

def f(x):
    return Rates()
""",
            "softplus grows no faster than its operand.",
        ),
    ),
    "NAN106": (
        Bad(
            "jax",
            """\
import jax
from jax.scipy.special import logit

def f(x):
    return logit(jax.nn.sigmoid(x))
""",
            fixed="""\
import jax
from jax.scipy.special import logit

def f(x):
    return logit(jax.numpy.clip(jax.nn.sigmoid(x), 1e-6, 1 - 1e-6))
""",
            hostile="jnp.array([20.0, 1.0])",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp
import optax

def f(a, b):
    return jnp.arccos(optax.cosine_similarity(a, b, epsilon=1e-8))
""",
            fixed="""\
import jax.numpy as jnp
import optax

def f(a, b):
    return jnp.arccos(jnp.clip(optax.cosine_similarity(a, b, epsilon=1e-8), -1 + 1e-6, 1 - 1e-6))
""",
            hostile="jnp.array([[3.0, 4.0]]), jnp.array([[3.0, 4.0]])",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.arccos(jnp.clip(x, -1.0 + 1e-6, 1.0 - 1e-6))
""",
            "Clipped strictly inside the domain.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.arctanh(0.99 * jnp.tanh(x))
""",
            "Scaled to stay inside the domain.",
        ),
    ),
    "NAN107": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(a, b):
    return jnp.linalg.norm(a - b, axis=1)
""",
            fixed="""\
import jax.numpy as jnp

def f(a, b):
    return jnp.sqrt(jnp.sum((a - b)**2, axis=1) + 1e-8)
""",
            hostile="jnp.ones((2, 3)), jnp.ones((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(a, b):
    return jnp.sqrt(jnp.sum((a - b) ** 2, axis=1))
""",
            fixed="""\
import jax.numpy as jnp

def f(a, b):
    return jnp.sqrt(jnp.sum((a - b) ** 2, axis=1) + 1e-8)
""",
            hostile="jnp.ones((2, 3)), jnp.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(a, b):
    squared = jnp.sum((a - b) ** 2, axis=1)
    return jnp.where(squared > 0, jnp.sqrt(jnp.where(squared > 0, squared, 1.0)), 0.0)
""",
            "The double where gives the distance 0 the gradient 0.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jnp.linalg.norm(jax.lax.stop_gradient(x), axis=1)
""",
            "No gradient goes through it.",
        ),
    ),
    "NAN108": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.where(x > 0, jnp.sqrt(x), 0.0)
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)
""",
            hostile="jnp.array([0.0, 1.0])",
            ordinary="jnp.array([0.5, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp
from jax import lax

def f(x):
    return lax.select(x > 0, jnp.log(x), jnp.zeros_like(x))
""",
            fixed="""\
import jax.numpy as jnp
from jax import lax

def f(x):
    return lax.select(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), jnp.zeros_like(x))
""",
            hostile="jnp.array([0.0, 1.0])",
            ordinary="jnp.array([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(degree):
    inverse = degree**-0.5
    return jnp.where(degree > 0, inverse, 0.0)
""",
            fixed="""\
import jax.numpy as jnp

def f(degree):
    inverse = jnp.where(degree > 0, degree, 1.0)**-0.5
    return jnp.where(degree > 0, inverse, 0.0)
""",
            hostile="jnp.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    safe = jnp.where(x > 0, x, 1.0)
    return jnp.where(x > 0, jnp.sqrt(safe), 0.0)
""",
            "The double where: the root never sees what breaks it.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp
from jax import lax

def f(x):
    return lax.cond(x > 0, jnp.sqrt, jnp.zeros_like, x)
""",
            "Only the branch that is taken is computed and differentiated.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.where(x > 0, jnp.sqrt(jnp.maximum(x, 1e-12)), 0.0)
""",
            "The operand is kept above 0.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp
from jax import lax

def f(updates, squares):
    return updates * jnp.where(squares > 0, lax.rsqrt(squares), 0.0)
""",
            "An optimizer's own arithmetic is not differentiated.",
        ),
    ),
    "NAN109": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(scale):
    return scale * jnp.std(jnp.ones((1, 8)), axis=0, ddof=1)
""",
            fixed="""\
import jax.numpy as jnp

def f(scale):
    return scale * jnp.std(jnp.ones((1, 8)), axis=0, ddof=0)
""",
            hostile="jnp.array(1.0)",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(rewards):
    returns, total = [], 0.0
    for reward in rewards[::-1]:
        total = reward + 0.9 * total
        returns.insert(0, total)
    returns = jnp.array(returns)
    return (returns - jnp.mean(returns)) / (jnp.std(returns, ddof=1) + 1e-8)
""",
            fixed="""\
import jax.numpy as jnp

def f(rewards):
    returns, total = [], 0.0
    for reward in rewards[::-1]:
        total = reward + 0.9 * total
        returns.insert(0, total)
    returns = jnp.array(returns)
    return (returns - jnp.mean(returns)) / (jnp.sqrt(jnp.var(returns, ddof=0) + 1e-8) + 1e-8)
""",
            hostile="jnp.array([1.0])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(scale):
    return scale * jnp.var(jnp.ones((1, 8)), axis=0)
""",
            "JAX divides by n unless it is told otherwise.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(scale):
    return scale * jnp.std(jnp.ones((4, 8)), axis=0, ddof=1)
""",
            "Four elements.",
        ),
    ),
    "NAN110": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    chosen = x[labels > 0.5]
    return jnp.mean(chosen)
""",
            fixed="""\
import jax.numpy as jnp

def f(x, labels):
    chosen = x[labels > 0.5]
    return chosen.sum() / max(jnp.size(chosen), 1)
""",
            hostile="jnp.ones((3,)), jnp.zeros((3,))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    return jnp.mean(x, where=labels > 0.5)
""",
            hostile="jnp.ones((3,)), jnp.zeros((3,))",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    return jnp.sum(x, where=labels > 0.5)
""",
            "A sum of nothing is 0.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    mask = labels > 0.5
    return jnp.sum(x * mask) / jnp.maximum(jnp.sum(mask), 1)
""",
            "The sum over a count of at least 1.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x, labels):
    chosen = x[labels > 0.5]
    return jnp.mean(chosen) if chosen.size > 0 else 0.0
""",
            "The mean is taken only where something is selected.",
        ),
    ),
    "NAN111": (
        Bad(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(scores, mask):
    scores = jnp.where(mask > 0.5, scores, -jnp.inf)
    return jax.nn.softmax(scores, axis=-1)
""",
            fixed="""\
import jax
import jax.numpy as jnp

def f(scores, mask):
    scores = jnp.where(mask > 0.5, scores, jnp.finfo(scores.dtype).min)
    return jax.nn.softmax(scores, axis=-1)
""",
            hostile="jnp.ones((2, 3)), jnp.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(scores, mask):
    scores = jnp.where(mask > 0.5, scores, -1e9)
    return jax.nn.softmax(scores, axis=-1)
""",
            "The lowest finite number: a row of it is uniform.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(scores, mask):
    return jax.nn.softmax(scores, axis=-1, where=mask > 0.5)
""",
            "`where` gives 0 on a row without entries.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(scores):
    causal = jnp.tril(jnp.ones(scores.shape, dtype=bool))
    return jax.nn.softmax(jnp.where(causal, scores, -jnp.inf), axis=-1)
""",
            "Every position sees itself.",
        ),
    ),
    "NAN112": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return x / jnp.sqrt(jnp.sum(x**2, axis=-1, keepdims=True) + 1e-8)
""",
            hostile="jnp.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return (x - x.mean()) / x.std()
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return (x - x.mean()) / jnp.sqrt(jnp.var(x) + 1e-8)
""",
            hostile="jnp.ones((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp
import optax

optimizer = optax.adam(1e-3)

def f(a, b):
    return jnp.sum(a * b, axis=-1) / (jnp.linalg.norm(a, axis=-1) * jnp.linalg.norm(b, axis=-1))
""",
            fixed="""\
import jax.numpy as jnp
import optax

optimizer = optax.adam(1e-3)

def f(a, b):
    return optax.cosine_similarity(a, b, epsilon=1e-8, axis=-1)
""",
            hostile="jnp.zeros((2, 3)), jnp.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp
from jax import lax

def f(x):
    return x * lax.rsqrt(jnp.maximum(jnp.sum(x * x, axis=-1, keepdims=True), 1e-12))
""",
            "The sum of squares is kept above 0 inside the root.",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    return jax.nn.standardize(x, axis=-1)
""",
            "Has an epsilon of its own.",
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return (x - x.mean()) / jnp.sqrt(x.var() + 1e-6)
""",
            "The epsilon is inside the root.",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return (x - x.min()) / (x.max() - x.min())
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return (x - x.min()) / (x.max() - x.min() + 1e-8)
""",
            hostile="jnp.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return (x - x.min()) / jnp.maximum(x.max() - x.min(), 1e-6)
""",
            "The range is at least 1e-6.",
        ),
    ),
    "NAN113": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def fit(x, y):
    return jnp.linalg.inv(x.T @ x) @ x.T @ y


def f(x, y):
    return fit(x, y)
""",
            fixed="""\
import jax.numpy as jnp

def fit(x, y):
    return jnp.linalg.inv(x.T @ x + 1e-6 * jnp.eye(x.shape[-1], dtype=x.dtype)) @ x.T @ y


def f(x, y):
    return fit(x, y)
""",
            hostile="jnp.ones((3, 2)), jnp.ones((3, 1))",
            level=Level.WARNING,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def fit(x, y):
    return jnp.linalg.pinv(x) @ y


def f(x, y):
    return fit(x, y)
""",
            "The pseudo-inverse takes what is singular.",
        ),
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def step(x):
    return jnp.linalg.cholesky(jnp.cov(x))


def f(x):
    return step(x)
""",
            fixed="""\
import jax.numpy as jnp

def step(x):
    return jnp.linalg.cholesky(jnp.cov(x) + 1e-6 * jnp.eye(x.shape[0], dtype=x.dtype))


def f(x):
    return step(x)
""",
            hostile="jnp.ones((3, 2))",
            level=Level.WARNING,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def step(x):
    return jnp.linalg.cholesky(jnp.cov(x) + 1e-4 * jnp.eye(3))


def f(x):
    return step(x)
""",
            "Something is added to the diagonal.",
        ),
    ),
    "NAN114": (
        Bad(
            "jax",
            """\
import jax
from jax.scipy.special import digamma

def f(x):
    return digamma(jax.nn.relu(x))
""",
            fixed="""\
import jax
from jax.scipy.special import digamma

def f(x):
    return digamma(jax.numpy.maximum(jax.nn.relu(x), 1e-8))
""",
            hostile="jnp.array([0.0, 1.5])",
        ),
        Bad(
            "jax",
            """\
import jax
from jax.scipy.special import gammaln

def f(x):
    return gammaln(jax.nn.relu(x))
""",
            fixed="""\
import jax
from jax.scipy.special import gammaln

def f(x):
    return gammaln(jax.numpy.maximum(jax.nn.relu(x), 1e-8))
""",
            hostile="jnp.array([0.0, 1.5])",
        ),
        Good(
            "jax",
            """\
import jax
from jax.scipy.special import digamma

def f(x):
    return digamma(jax.nn.softplus(x) + 1.0)
""",
            "At least 1.",
        ),
        Good(
            "jax",
            """\
import jax
from jax.scipy.special import gammaln

def f(counts):
    return gammaln(jax.nn.relu(counts) + 1.0)
""",
            "The logarithm of a factorial, from 1 on.",
        ),
    ),
    "NAN115": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(p):
    return -jnp.sum(p * jnp.log(p))
""",
            fixed="""\
import jax.numpy as jnp

def f(p):
    return -jnp.sum(p * jnp.log(jnp.maximum(p, 1e-8)))
""",
            hostile="jnp.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(p):
    return -jnp.sum(p * jnp.log(jnp.clip(p, 1e-8, 1.0)))
""",
            "0 times a finite number.",
        ),
        Bad(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(x):
    p = jax.nn.relu(x)
    return -jnp.sum(jnp.log2(p) * p)
""",
            fixed="""\
import jax
import jax.numpy as jnp

def f(x):
    p = jax.nn.relu(x)
    return -jnp.sum(jnp.log2(jnp.maximum(p, 1e-8)) * p)
""",
            hostile="jnp.array([0.0, 1.0])",
        ),
        Good(
            "jax",
            """\
import jax
import jax.numpy as jnp

def f(logits):
    log_p = jax.nn.log_softmax(logits)
    return -jnp.sum(jnp.exp(log_p) * log_p)
""",
            "The logarithm of a softmax, computed as one: it is finite.",
        ),
    ),
    "NAN116": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.mean(x**2, axis=0) - jnp.mean(x, axis=0) ** 2)
""",
            fixed="""\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.maximum(jnp.mean(x**2, axis=0) - jnp.mean(x, axis=0) ** 2, 1e-8))
""",
            hostile="jnp.full((8,), 1000.1)",
            level=Level.NOTE,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(x):
    return jnp.sqrt(jnp.var(x, axis=0) + 1e-6)
""",
            "The library's variance sums squared differences.",
        ),
    ),
    "NAN117": (
        Bad(
            "jax",
            """\
import jax.numpy as jnp

def f(y, x):
    return jnp.arctan(y / x)
""",
            fixed="""\
import jax.numpy as jnp

def f(y, x):
    return jnp.arctan2(y, x)
""",
            hostile="jnp.array([1.0, 1.0]), jnp.array([0.0, 1.0])",
            level=Level.STRICT,
        ),
        Good(
            "jax",
            """\
import jax.numpy as jnp

def f(y, x):
    return 180.0 * jnp.arctan2(y, x) / 3.141592653589793
""",
            "Takes a divisor of 0.",
        ),
    ),
}
