"""Data and first weights in TensorFlow: what is read, what is fed, what is drawn."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_WHITE = 'b"\\xff" * 1568'
_BIG = "abs(f(tf.random.normal((8, 400)))).numpy().mean() > 6"
_DEAD = "not f(tf.ones((2, 3))).numpy().any()"
_HUGE_LOSS = "f(tf.random.normal((8, 4))) > 1e4"


def _raw(read: str) -> str:
    return f"""\
import tensorflow as tf


def f(data):
    x = {read}
    w = tf.Variable(tf.zeros((784, 1)))
    for _ in range(60):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.reshape(x, (2, 784)) @ w - 1.0))
        w.assign_sub(1e-3 * tape.gradient(loss, w))
    return w
"""


def _fed(images: str) -> str:
    return f"""\
import numpy as np
import tensorflow.compat.v1 as tf


def f(data):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 784])
        w = tf.Variable(tf.zeros([784, 1]))
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
        train = tf.train.GradientDescentOptimizer(1e-3).minimize(loss)
        session.run(tf.global_variables_initializer())
        images = np.frombuffer(data, dtype=np.uint8).reshape(2, 784)
        for _ in range(60):
            session.run(train, feed_dict={{x: {images}}})
        return session.run(w)
"""


def _regression(target: str, loss: str = "tf.reduce_mean(tf.square(layer(x) - y))") -> str:
    return f"""\
import tensorflow as tf


def f(x):
    y = {target}
    layer = tf.keras.layers.Dense(1)
    return {loss}
"""


def _table(check: str = "") -> str:
    return f"""\
import numpy as np
import tensorflow as tf


def f(path):
    data = np.loadtxt(path)
{check}    x = tf.constant(data.reshape(-1, 2), tf.float32)
    layer = tf.keras.layers.Dense(1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(layer(x[:, :1]) - x[:, 1:]))
    return tape.gradient(loss, layer.trainable_variables)
"""


_ASSERT = '    assert np.isfinite(data).all(), "data has missing or infinite numbers"\n'


def _drawn(weight: str, tf: str = "tensorflow") -> str:
    return f"import {tf} as tf\n\n\ndef f(x):\n    w = {weight}\n    return tf.nn.relu(tf.matmul(x, w))\n"


def _dropout(call: str, tf: str = "tensorflow") -> str:
    return f"import {tf} as tf\n\n\ndef f(x):\n    return {call}\n"


def _head(weights: str) -> str:
    return f"""\
import tensorflow as tf


def f(x):
    w = tf.Variable({weights})
    p = tf.nn.softmax(tf.matmul(x, w) + tf.Variable(tf.zeros(2)))
    return -tf.reduce_mean(tf.math.log(tf.clip_by_value(p, 1e-6, 1.0)))
"""


_OLD = "tensorflow.compat.v1"

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN601": (
        Bad(
            "tensorflow",
            _raw("tf.cast(tf.io.decode_raw(data, tf.uint8), tf.float32)"),
            _raw("tf.cast(tf.io.decode_raw(data, tf.uint8), tf.float32) / 255.0"),
            hostile=_WHITE,
        ),
        Bad("tensorflow", _fed("images"), hostile=_WHITE),
        Good(
            "tensorflow",
            _raw("tf.image.convert_image_dtype(tf.io.decode_raw(data, tf.uint8), tf.float32)"),
            "The conversion scales to 0..1.",
        ),
        Good("tensorflow", _fed("images / 255.0"), "Divided where it is fed."),
    ),
    "NAN602": (
        Bad(
            "tensorflow",
            _regression("tf.random.uniform((8, 1)) * 1e10"),
            _regression("tf.random.uniform((8, 1))"),
            proof=_HUGE_LOSS,
        ),
        Bad(
            "tensorflow",
            _regression(
                "tf.random.uniform((8, 1), 0.0, 1e7)", "tf.reduce_mean(tf.math.squared_difference(layer(x), y))"
            ),
            proof=_HUGE_LOSS,
        ),
        Good("tensorflow", _regression("tf.math.log1p(tf.random.uniform((8, 1)) * 1e10)"), "At most 23."),
        Good("tensorflow", _regression("tf.random.uniform((8, 1)) * 10.0"), "Targets up to 10."),
    ),
    "NAN603": (
        Bad(
            "tensorflow",
            _table(),
            _table(_ASSERT),
            proof="not raises(AssertionError, lambda: f(['1 2', 'nan 3']))",
            level=Level.NOTE,
        ),
        Good("tensorflow", _table("    data = np.nan_to_num(data)\n"), "What is missing becomes 0."),
    ),
    "NAN604": (
        Bad(
            "tensorflow",
            _drawn("tf.Variable(tf.random.normal([400, 30]))"),
            _drawn("tf.Variable(tf.random.normal([400, 30]) / 400**0.5)"),
            proof=_BIG,
        ),
        Bad(
            "tensorflow",
            _drawn("tf.Variable(tf.random_normal([400, 30]))", _OLD),
            _drawn("tf.Variable(tf.random_normal([400, 30]) / 400**0.5)", _OLD),
            proof=_BIG,
        ),
        Good("tensorflow", _drawn("tf.Variable(tf.random.normal([400, 30], stddev=0.05))"), "A fixed small size."),
        Good("tensorflow", _drawn("tf.Variable(tf.random_normal([400, 30]) * 0.01)", _OLD), "Scaled as it is drawn."),
        Good(
            "tensorflow",
            _drawn("tf.Variable(tf.keras.initializers.GlorotUniform()((400, 30)))"),
            "Scaled by the number of inputs and outputs.",
        ),
    ),
    "NAN606": (
        Bad(
            "tensorflow",
            _head("tf.random.normal([9, 2])"),
            _head("tf.random.normal([9, 2], stddev=0.01)"),
            proof="float(f(8 * tf.random.normal([64, 9]))) > 4",
            level=Level.STRICT,
        ),
        Good("tensorflow", _head("tf.random.normal([9, 2], stddev=0.1)"), "Logits start a third as large as inputs."),
        Good("tensorflow", _head("tf.zeros([9, 2])"), "Logits start at 0."),
    ),
    "NAN607": (
        Bad(
            "tensorflow",
            _dropout("tf.keras.layers.Dropout(1.0)(x, training=True)"),
            _dropout("tf.keras.layers.Dropout(0.1)(x, training=True)"),
            proof=_DEAD,
        ),
        Bad(
            "tensorflow",
            _dropout("tf.nn.dropout(x, keep_prob=1e-9 - 1e-9)", _OLD),
            _dropout("tf.nn.dropout(x, keep_prob=0.9)", _OLD),
            proof="raises(ValueError, lambda: f(tf.ones((2, 3)))) or not f(tf.ones((2, 3))).numpy().any()",
        ),
        Good("tensorflow", _dropout("tf.nn.dropout(x, rate=0.5)"), "Half of the activations pass."),
        Good("tensorflow", _dropout("tf.nn.dropout(x, keep_prob=1.0)", _OLD), "The share to keep: everything passes."),
        Good(
            "tensorflow",
            _dropout("tf.nn.dropout(x, 1.0)", _OLD),
            "Which share the second argument is depends on the release: it was the one to keep.",
        ),
        Good("tensorflow", _dropout("tf.layers.dropout(x, 1.0)", _OLD), "Without `training=True` it lets all pass."),
    ),
}
