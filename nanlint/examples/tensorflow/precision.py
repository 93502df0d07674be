"""Precision in TensorFlow: float16 tensors, and epsilons that a dtype does not keep."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss


def _f(body: str, parameters: str = "x") -> str:
    return f"import tensorflow as tf\n\n\ndef f({parameters}):\n{body}"


def _clip(high: str) -> str:
    return _f(f"    p = tf.clip_by_value(tf.sigmoid(x), 1e-9, {high})\n    return tf.math.log(1 - p)\n")


def _half(epsilon: str) -> str:
    return _f(f"    p = tf.cast(tf.nn.relu(x), tf.float16)\n    return tf.math.log(p + {epsilon})\n")


def _masked(number: str) -> str:
    return _f(
        "    scores = tf.cast(scores, tf.float16)\n"
        f"    scores += (1.0 - tf.cast(mask, scores.dtype)) * {number}\n    return tf.nn.softmax(scores)\n",
        "scores, mask",
    )


def _chosen(number: str) -> str:
    return _f(
        f"    scores = tf.cast(scores, tf.float16)\n    return tf.nn.softmax(tf.where(mask, scores, {number}))\n",
        "scores, mask",
    )


def _squared(x: str) -> str:
    return _f(f"    x = tf.cast(tf.constant([300.0, 20.0]), tf.float16)\n    return tf.square({x})\n", "")


def _trained(loss: str = "loss", dtype: str = "tf.float16", after: str = "") -> str:
    """Half a network; the gradient of a weight is about 1e-8."""
    return f"""\
import tensorflow as tf


def f(x):
    w = tf.Variable(tf.zeros((4, 1)))
    optimizer = tf.keras.optimizers.SGD(0.01)
    for _ in range(2):
        with tf.GradientTape() as tape:
            output = tf.matmul(tf.cast(x, {dtype}), tf.cast(w, {dtype}))
            loss = tf.reduce_mean(tf.cast(output, tf.float32)) * 1e-3
            loss = {loss}
        (gradient,) = tape.gradient(loss, [w])
{after}        optimizer.apply_gradients([(tf.clip_by_norm(gradient, 1.0), w)])
    return w
"""


_RMS = "tf.reduce_mean(tf.square(x), axis=-1, keepdims=True)"
_MOMENTS = "    mean, variance = tf.nn.moments(x, axes=[0])\n"

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN501": (
        Bad("tensorflow", _clip("1 - 1e-9"), _clip("1 - 1e-6"), hostile="tf.constant([100.0])"),
        Bad("tensorflow", _half("1e-8"), _half("1e-4"), hostile="tf.constant([-1.0, 1.0])"),
        Good("tensorflow", _half("1e-3"), "float16 keeps 1e-3."),
        Good("tensorflow", _clip("1 - 1e-7"), "float32 keeps 1 - 1e-7, two steps below 1."),
    ),
    "NAN502": (
        Bad(
            "tensorflow",
            _f("    return tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1)) + 1e-8\n"),
            _f("    return tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1) + 1e-8)\n"),
            hostile="tf.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            _f("    return tf.sqrt(tf.maximum(x, 0.0))\n"),
            _f("    return tf.sqrt(tf.maximum(x, 1e-8))\n"),
            hostile="tf.constant([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            _f("    return tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1) + 1e-12)\n"),
            "The epsilon is inside.",
        ),
        Good("tensorflow", _f("    return tf.sqrt(tf.maximum(x, 1e-12))\n"), "Kept above 0."),
    ),
    "NAN503": (
        Bad(
            "tensorflow",
            _masked("-1e9"),
            _masked("(tf.float16.min / 2)"),
            hostile="tf.zeros((2, 3)), tf.ones((2, 3))",
        ),
        Bad(
            "tensorflow",
            _chosen("tf.constant(-1e9, tf.float16)"),
            _chosen("tf.constant(tf.float16.min, tf.float16)"),
            hostile="tf.zeros((2, 3)), tf.zeros((2, 3), tf.bool)",
            ordinary="tf.constant([[1.0, 2.0, 0.5]]), tf.constant([[True, True, False]])",
            tolerance=1e-3,
        ),
        Good("tensorflow", _masked("-1e4"), "float16 goes down to -65504."),
        Good(
            "tensorflow",
            _masked("-1e9").replace("tf.cast(scores, tf.float16)", "tf.cast(scores, tf.bfloat16)"),
            "bfloat16 has the range of float32.",
        ),
        Good("tensorflow", _chosen("scores.dtype.min"), "The lowest number of the dtype."),
    ),
    "NAN504": (
        Bad(
            "tensorflow",
            _trained(),
            _trained("loss * 32768.0", after="        gradient /= 32768.0\n"),
            proof="not f(tf.fill((64, 4), 1e-5)).numpy().any()",
            level=Level.WARNING,
        ),
        Good("tensorflow", _trained(dtype="tf.bfloat16"), "bfloat16 has the exponents of float32."),
        Good(
            "tensorflow",
            _f(
                "    w = tf.Variable(tf.zeros((4, 1)))\n"
                "    return tf.matmul(tf.cast(x, tf.float16), tf.cast(w, tf.float16))\n"
            ),
            "Nothing is trained.",
        ),
    ),
    "NAN505": (
        Bad("tensorflow", _squared("x"), _squared("tf.cast(x, tf.float32)"), proof="not np.isfinite(f()).all()"),
        Good("tensorflow", _squared("x / 100"), "Scaled down first."),
    ),
    "NAN506": (
        Bad(
            "tensorflow",
            _f("    return (1.0 - mask) * -float('inf')\n", "mask"),
            _f("    return tf.where((1.0 - mask) == 0, 0.0, -float('inf'))\n", "mask"),
            proof="np.isnan(f(tf.constant([1.0, 0.0]))).any()",
        ),
        Good("tensorflow", _f("    return (1.0 - mask) * -1e9\n", "mask"), "A finite number."),
    ),
    "NAN507": (
        Bad(
            "tensorflow",
            _f(_MOMENTS + "    return tf.nn.batch_normalization(x, mean, variance, None, None, 0.0)\n"),
            _f(_MOMENTS + "    return tf.nn.batch_normalization(x, mean, variance, None, None, 1e-5)\n"),
            hostile="tf.ones((3, 2))",
        ),
        Bad(
            "tensorflow",
            _f(f"    return x * tf.math.rsqrt({_RMS})\n"),
            _f(f"    return x * tf.math.rsqrt({_RMS} + 1e-8)\n"),
            hostile="tf.zeros((3, 2))",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            _f(_MOMENTS + "    return tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)\n"),
            "A usual epsilon.",
        ),
        Good("tensorflow", _f(f"    return x * tf.math.rsqrt(tf.maximum({_RMS}, 1e-12))\n"), "Kept above 0."),
    ),
}
