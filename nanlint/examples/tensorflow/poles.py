"""Poles: operations that break where their operand can be, in TensorFlow."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN101": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return -tf.reduce_mean(tf.math.log(tf.nn.relu(x)))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return -tf.reduce_mean(tf.math.log(tf.math.maximum(tf.nn.relu(x), 1e-8)))
""",
            hostile="tf.constant([0.0, 1.0])",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    p = tf.nn.relu(x)
    return tf.log(p)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    p = tf.nn.relu(x)
    return tf.log(tf.maximum(p, 1e-8))
""",
            hostile="tf.constant([0.0, 1.0])",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.math.log1p(tf.tanh(x))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.math.log1p(tf.math.maximum(tf.tanh(x), -1 + 1e-6))
""",
            hostile="tf.constant([-20.0, 1.0])",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(p):
    return -tf.reduce_mean(tf.math.log(tf.clip_by_value(tf.nn.relu(p), 1e-7, 1.0)))
""",
            "Clipped away from 0.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(p):
    return tf.log(tf.maximum(tf.nn.relu(p), 1e-12))
""",
            "The maximum is 1e-12 where the tensor is 0.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(counts):
    counts = tf.nn.relu(counts)
    tf.debugging.assert_positive(counts)
    return tf.math.log(counts)
""",
            "The assertion raises before the logarithm does harm.",
        ),
    ),
    "NAN102": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.math.rsqrt(tf.nn.relu(x))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.math.rsqrt(tf.nn.relu(x) + 1e-8)
""",
            hostile="tf.constant([0.0, 1.0])",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.nn.relu(x))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.nn.relu(x) + 1e-8)
""",
            hostile="tf.constant([-1.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.maximum(x, 1e-12))
""",
            "Above 0, where the gradient is finite.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.rsqrt(tf.nn.relu(x) + 1e-6)
""",
            "The epsilon is inside the root.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.rsqrt(tf.nn.relu(x))
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.rsqrt(tf.nn.relu(x) + 1e-8)
""",
            hostile="tf.constant([0.0, 1.0])",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.nn.softplus(x) + 1e-8)
""",
            "Above 0.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf


@tf.custom_gradient
def root(x):
    y = tf.sqrt(tf.abs(x))
    return y, lambda upstream: upstream * tf.sign(x) / (2 * tf.maximum(y, 1e-6))


def f(x):
    return root(x)
""",
            "The function says itself what its gradient is.",
        ),
    ),
    "NAN103": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, y):
    return x / tf.nn.relu(y)
""",
            fixed="""\
import tensorflow as tf

def f(x, y):
    return x / (tf.nn.relu(y) + 1e-8)
""",
            hostile="tf.constant([1.0, 1.0]), tf.constant([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    mask = tf.cast(labels > 0.5, tf.float32)
    return tf.reduce_sum(x * mask) / tf.reduce_sum(mask)
""",
            fixed="""\
import tensorflow as tf

def f(x, labels):
    mask = tf.cast(labels > 0.5, tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(x * mask), tf.reduce_sum(mask))
""",
            hostile="tf.constant([1.0, 2.0]), tf.constant([0.0, 0.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x, y):
    return tf.div(x, tf.nn.relu(y))
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x, y):
    return tf.div(x, tf.nn.relu(y) + 1e-8)
""",
            hostile="tf.constant([1.0, 1.0]), tf.constant([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    mask = tf.cast(tf.greater(labels, 0.5), tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(x * mask), tf.reduce_sum(mask))
""",
            "0 where the mask is empty, and its gradient, too.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x, y):
    return tf.div_no_nan(x, tf.nn.relu(y))
""",
            "The same in TensorFlow 1.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    mask = tf.cast(labels > 0.5, tf.float32)
    return tf.reduce_sum(x * mask) / tf.maximum(tf.reduce_sum(mask), 1.0)
""",
            "A count of at least 1.",
        ),
    ),
    "NAN104": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.pow(tf.tanh(x), 0.7)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.pow(tf.maximum(tf.tanh(x), 1e-8), 0.7)
""",
            hostile="tf.constant([-1.0, 1.0])",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.nn.relu(x) ** -0.7
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.maximum(tf.nn.relu(x), 1e-8) ** -0.7
""",
            hostile="tf.constant([0.0, 1.0])",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.pow(tf.maximum(x, 1e-6), 0.7)
""",
            "The base is above 0.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sign(x) * tf.pow(tf.abs(x) + 1e-6, 0.7)
""",
            "The power of the absolute value, with the sign put back.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.pow(tf.nn.relu(x), 0.7)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.pow(tf.maximum(tf.nn.relu(x), 1e-8), 0.7)
""",
            hostile="tf.constant([-1.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.pow(x, 2.0)
""",
            "A whole power.",
        ),
    ),
    "NAN105": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.exp(tf.clip_by_value(x, -100.0, 100.0))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.exp(tf.minimum(tf.clip_by_value(x, -100.0, 100.0), 20.0))
""",
            hostile="tf.constant([100.0, 1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

dense = tf.keras.layers.Dense(2)

def f(x):
    return tf.exp(dense(x))
""",
            fixed="""\
import tensorflow as tf

dense = tf.keras.layers.Dense(2)

def f(x):
    return tf.exp(tf.minimum(dense(x), 20.0))
""",
            hostile="1000.0 * tf.constant([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, -1.0, -1.0]])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

dense = tf.keras.layers.Dense(2)

def f(x):
    return tf.exp(tf.clip_by_value(dense(x), -20.0, 2.0))
""",
            "Clamped to a sensible logarithm of a deviation.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.exp(-tf.square(x))
""",
            "At most 1.",
        ),
    ),
    "NAN106": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.atanh(tf.tanh(x))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.atanh(tf.clip_by_value(tf.tanh(x), -1 + 1e-6, 1 - 1e-6))
""",
            hostile="tf.constant([20.0, 1.0])",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    a, b = tf.math.l2_normalize(a, axis=-1), tf.math.l2_normalize(b, axis=-1)
    return tf.acos(tf.reduce_sum(a * b, axis=-1))
""",
            fixed="""\
import tensorflow as tf

def f(a, b):
    a, b = tf.math.l2_normalize(a, axis=-1), tf.math.l2_normalize(b, axis=-1)
    return tf.acos(tf.clip_by_value(tf.reduce_sum(a * b, axis=-1), -1 + 1e-6, 1 - 1e-6))
""",
            hostile="tf.constant([[1.0, 0.0]]), tf.constant([[1.0, 0.0]])",
            level=Level.WARNING,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.acos(tf.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6))
""",
            "Clipped strictly inside the domain.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.atanh(0.99 * tf.tanh(x))
""",
            "Scaled to stay inside the domain.",
        ),
    ),
    "NAN107": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    return tf.norm(a - b, axis=1)
""",
            fixed="""\
import tensorflow as tf

def f(a, b):
    return tf.sqrt(tf.reduce_sum((a - b)**2, axis=1) + 1e-8)
""",
            hostile="tf.ones((2, 3)), tf.ones((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    return tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=1))
""",
            fixed="""\
import tensorflow as tf

def f(a, b):
    return tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=1) + 1e-8)
""",
            hostile="tf.ones((2, 3)), tf.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    return tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=1) + 1e-12)
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    return tf.reduce_sum(tf.square(a - b), axis=1)
""",
            "The squared distance has no root.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.norm(x, axis=1, keep_dims=True)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.sqrt(tf.reduce_sum(x**2, axis=1, keepdims=True) + 1e-8)
""",
            hostile="tf.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.norm(tf.stop_gradient(x), axis=1)
""",
            "No gradient goes through it.",
        ),
    ),
    "NAN108": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.where(x > 0, tf.math.log(x), 0.0)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.where(x > 0, tf.math.log(tf.where(x > 0, x, 1.0)), 0.0)
""",
            hostile="tf.constant([0.0, 1.0])",
            ordinary="tf.constant([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, y):
    return tf.where(y > 0, x / y, tf.zeros_like(x))
""",
            fixed="""\
import tensorflow as tf

def f(x, y):
    return tf.where(y > 0, x / tf.where(y > 0, y, 1.0 * tf.ones_like(y)), tf.zeros_like(x))
""",
            hostile="tf.constant([1.0, 1.0]), tf.constant([0.0, 1.0])",
            ordinary="tf.constant([1.0, 3.0]), tf.constant([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.where(x > 0, tf.log(x), tf.zeros_like(x))
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.where(x > 0, tf.log(tf.where(x > 0, x, 1.0 * tf.ones_like(x))), tf.zeros_like(x))
""",
            hostile="tf.constant([0.0, 1.0])",
            ordinary="tf.constant([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

@tf.function(jit_compile=True)
def f(x):
    return tf.where(x > 0, tf.sqrt(x), 0.0)
""",
            fixed="""\
import tensorflow as tf

@tf.function(jit_compile=True)
def f(x):
    return tf.where(x > 0, tf.sqrt(tf.where(x > 0, x, 1.0)), 0.0)
""",
            hostile="tf.constant([0.0, 1.0])",
            ordinary="tf.constant([0.5, 2.0])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    safe = tf.where(x > 0, x, 1.0)
    return tf.where(x > 0, tf.math.log(safe), 0.0)
""",
            "The double where: the logarithm never sees what breaks it.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, y):
    return tf.math.divide_no_nan(x, y)
""",
            "0 where the divisor is 0, and its gradient, too.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.where(x > 0, tf.sqrt(tf.maximum(x, 1e-12)), 0.0)
""",
            "The operand is kept above 0.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.where(x > 0, tf.square(x), 0.0)
""",
            "Neither branch has a pole.",
        ),
    ),
    "NAN109": (
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(scale):
    return scale * tf.math.reduce_std(tf.ones((1, 8)), axis=0)
""",
            "TensorFlow divides by n: the deviation of one element is 0.",
        ),
    ),
    "NAN110": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    chosen = tf.boolean_mask(x, labels > 0.5)
    return tf.reduce_mean(chosen)
""",
            fixed="""\
import tensorflow as tf

def f(x, labels):
    chosen = tf.boolean_mask(x, labels > 0.5)
    return tf.math.divide_no_nan(tf.reduce_sum(chosen), tf.cast(tf.size(chosen), chosen.dtype))
""",
            hostile="tf.ones((3,)), tf.zeros((3,))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    chosen = x[labels > 0.5]
    return tf.reduce_mean(chosen)
""",
            fixed="""\
import tensorflow as tf

def f(x, labels):
    chosen = x[labels > 0.5]
    return tf.math.divide_no_nan(tf.reduce_sum(chosen), tf.cast(tf.size(chosen), chosen.dtype))
""",
            hostile="tf.ones((3,)), tf.zeros((3,))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    mask = tf.cast(labels > 0.5, tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(x * mask), tf.reduce_sum(mask))
""",
            "The sum over the count, 0 where nothing is selected.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x, labels):
    chosen = tf.boolean_mask(x, labels > 0.5)
    if tf.size(chosen) > 0:
        return tf.reduce_mean(chosen)
    return 0.0
""",
            "The mean is taken only where something is selected.",
        ),
    ),
    "NAN111": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(scores, mask):
    scores = tf.where(mask > 0.5, scores, -float("inf"))
    return tf.nn.softmax(scores, axis=-1)
""",
            fixed="""\
import tensorflow as tf

def f(scores, mask):
    scores = tf.where(mask > 0.5, scores, scores.dtype.min)
    return tf.nn.softmax(scores, axis=-1)
""",
            hostile="tf.ones((2, 3)), tf.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(scores, mask):
    scores = tf.where(mask > 0.5, scores, -1e9)
    return tf.nn.softmax(scores, axis=-1)
""",
            "A finite number: a row of it is uniform.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(scores, mask):
    return tf.nn.softmax(scores + (1.0 - tf.cast(mask, tf.float32)) * -1e9, axis=-1)
""",
            "A large finite number is added.",
        ),
    ),
    "NAN112": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return x / tf.norm(x, axis=-1, keepdims=True)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.nn.l2_normalize(x, axis=-1)
""",
            hostile="tf.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return (x - tf.reduce_mean(x)) / tf.math.reduce_std(x)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return (x - tf.reduce_mean(x)) / tf.math.sqrt(tf.math.reduce_variance(x) + 1e-8)
""",
            hostile="tf.ones((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(a, b):
    norms = tf.norm(a, axis=-1) * tf.norm(b, axis=-1)
    return tf.reduce_sum(a * b, axis=-1) / norms
""",
            fixed="""\
import tensorflow as tf

def f(a, b):
    norms = tf.sqrt(tf.reduce_sum(a**2, axis=-1) + 1e-8) * tf.sqrt(tf.reduce_sum(b**2, axis=-1) + 1e-8)
    return tf.reduce_sum(a * b, axis=-1) / norms
""",
            hostile="tf.zeros((2, 3)), tf.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.math.l2_normalize(x, axis=-1)
""",
            "Has an epsilon of its own.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return (x - tf.reduce_mean(x)) / tf.sqrt(tf.math.reduce_variance(x) + 1e-6)
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return x / tf.maximum(tf.norm(x, axis=-1, keepdims=True), 1e-12)
""",
            "The norm is at least 1e-12; a zero vector stays 0.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return x / tf.norm(x, axis=1, keep_dims=True)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.nn.l2_normalize(x, axis=1)
""",
            hostile="tf.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    lowest, highest = tf.reduce_min(x), tf.reduce_max(x)
    return (x - lowest) / (highest - lowest)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    lowest, highest = tf.reduce_min(x), tf.reduce_max(x)
    return (x - lowest) / (highest - lowest + 1e-8)
""",
            hostile="tf.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.nn.l2_normalize(x, dim=1)
""",
            "Has an epsilon of its own.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    lowest, highest = tf.reduce_min(x), tf.reduce_max(x)
    return tf.math.divide_no_nan(x - lowest, highest - lowest)
""",
            "0 for constant data.",
        ),
    ),
    "NAN113": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def fit(x, y):
    gram, right = tf.matmul(x, x, transpose_a=True), tf.matmul(x, y, transpose_a=True)
    return tf.linalg.solve(gram, right)


def f(x, y):
    return fit(x, y)
""",
            fixed="""\
import tensorflow as tf

def fit(x, y):
    gram, right = tf.matmul(x, x, transpose_a=True), tf.matmul(x, y, transpose_a=True)
    return tf.linalg.solve(gram + 1e-6 * tf.linalg.eye(gram.shape[-1], dtype=gram.dtype), right)


def f(x, y):
    return fit(x, y)
""",
            proof="raises(tf.errors.InvalidArgumentError, lambda: f(tf.ones((3, 2)), tf.ones((3, 1))))",
            level=Level.WARNING,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def fit(x):
    return tf.linalg.cholesky(tf.transpose(x) @ x)


def f(x):
    return fit(x)
""",
            fixed="""\
import tensorflow as tf

def fit(x):
    return tf.linalg.cholesky(tf.transpose(x) @ x + 1e-6 * tf.linalg.eye(x.shape[-1], dtype=x.dtype))


def f(x):
    return fit(x)
""",
            hostile="tf.ones((3, 2))",
            level=Level.WARNING,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def fit(x, y):
    gram = tf.matmul(x, x, transpose_a=True) + 1e-3 * tf.eye(x.shape[-1])
    return tf.linalg.solve(gram, tf.matmul(x, y, transpose_a=True))


def f(x, y):
    return fit(x, y)
""",
            "The ridge on the diagonal makes it regular.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def fit(x, y):
    return tf.linalg.lstsq(x, y, l2_regularizer=1e-3)


def f(x, y):
    return fit(x, y)
""",
            "Regularised least squares.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def fit(x):
    return tf.cholesky(tf.matmul(x, x, transpose_b=True))


def f(x):
    return fit(x)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def fit(x):
    return tf.cholesky(tf.matmul(x, x, transpose_b=True) + 1e-6 * tf.eye(x.shape[-2], dtype=x.dtype))


def f(x):
    return fit(x)
""",
            hostile="tf.ones((2, 3))",
            level=Level.WARNING,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def fit(x):
    return tf.linalg.pinv(tf.transpose(x) @ x)


def f(x):
    return fit(x)
""",
            "The pseudo-inverse takes what is singular.",
        ),
    ),
    "NAN114": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.math.lgamma(tf.nn.relu(x))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.math.lgamma(tf.math.maximum(tf.nn.relu(x), 1e-8))
""",
            hostile="tf.constant([0.0, 1.5])",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.math.lgamma(tf.nn.softplus(x) + 1.0)
""",
            "At least 1.",
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.digamma(tf.nn.relu(x))
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.digamma(tf.maximum(tf.nn.relu(x), 1e-8))
""",
            hostile="tf.constant([0.0, 1.5])",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(x):
    return tf.digamma(tf.nn.relu(x) + 1.0)
""",
            "At least 1.",
        ),
    ),
    "NAN115": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(p):
    return -tf.reduce_sum(p * tf.math.log(p))
""",
            fixed="""\
import tensorflow as tf

def f(p):
    return -tf.reduce_sum(tf.math.xlogy(p, p))
""",
            hostile="tf.constant([0.0, 1.0])",
            ordinary="tf.constant([0.25, 0.75])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow.compat.v1 as tf

def f(p):
    return -tf.reduce_sum(p * tf.log(p), axis=-1)
""",
            fixed="""\
import tensorflow.compat.v1 as tf

def f(p):
    return -tf.reduce_sum(tf.math.xlogy(p, p), axis=-1)
""",
            hostile="tf.constant([0.0, 1.0])",
            ordinary="tf.constant([0.25, 0.75])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(p):
    return -tf.reduce_mean(tf.math.xlogy(p, p))
""",
            "0 where p is, and its gradient is finite, too.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(p):
    return -tf.reduce_sum(p * tf.math.log(tf.clip_by_value(p, 1e-8, 1.0)))
""",
            "0 times a finite number.",
        ),
    ),
    "NAN116": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.reduce_mean(tf.square(x)) - tf.square(tf.reduce_mean(x)))
""",
            fixed="""\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.maximum(tf.reduce_mean(tf.square(x)) - tf.square(tf.reduce_mean(x)), 1e-8))
""",
            hostile="tf.fill((8,), 1000.1)",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    variance = tf.reduce_mean(x**2, axis=0) - tf.reduce_mean(x, axis=0) ** 2
    return tf.math.rsqrt(variance + 1e-8)
""",
            fixed="""\
import tensorflow as tf

def f(x):
    variance = tf.math.reduce_variance(x, axis=0)
    return tf.math.rsqrt(variance + 1e-8)
""",
            hostile="tf.fill((8, 2), 1000.1)",
            ordinary="tf.constant([[1.0, 2.0], [3.0, -1.0]])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    return tf.sqrt(tf.math.reduce_variance(x) + 1e-8)
""",
            "The library's variance sums squared differences.",
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(x):
    mean, variance = tf.nn.moments(x, axes=[0])
    return (x - mean) * tf.math.rsqrt(variance + 1e-3)
""",
            "moments sums squared differences.",
        ),
    ),
    "NAN117": (
        Bad(
            "tensorflow",
            """\
import tensorflow as tf

def f(y, x):
    return tf.atan(y / x)
""",
            fixed="""\
import tensorflow as tf

def f(y, x):
    return tf.atan2(y, x)
""",
            hostile="tf.constant([1.0, 1.0]), tf.constant([0.0, 1.0])",
            level=Level.STRICT,
        ),
        Good(
            "tensorflow",
            """\
import tensorflow as tf

def f(y, x):
    return 180.0 * tf.atan2(y, x) / 3.141592653589793
""",
            "Takes a divisor of 0.",
        ),
    ),
}
