"""Losses and labels, in TensorFlow."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_DOUBLE = """\
import tensorflow as tf


def f(x, labels):
    return tf.nn.{}(labels=labels, logits={})
"""
_MODEL = """\
import tensorflow as tf
from tensorflow.keras import layers

model = tf.keras.Sequential([layers.Dense(3{})])


def f(x, labels):
    logits = model(x)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
"""
_ALIGNED = """\
import tensorflow as tf


def f(x, labels):
    steps = tf.fill([tf.shape(x)[1]], tf.shape(x)[0])
    lengths = tf.fill([tf.shape(x)[1]], tf.shape(labels)[1])
    return tf.nn.ctc_loss(labels, {}, lengths, steps, blank_index=0)
"""
_OLD_ALIGNED = """\
import tensorflow as tf


def f(x, labels):
    steps = tf.fill([tf.shape(x)[1]], tf.shape(x)[0])
    p = {}(x)
    return tf.compat.v1.nn.ctc_loss(labels=tf.sparse.from_dense(labels), inputs={}, sequence_length=steps)
"""
_FRAMES = "tf.one_hot([[1], [0], [0], [2], [0], [0]], 5) * 50.0, tf.constant([[1, 2]])"
_COSTS = f"float(f({_FRAMES})[0]) > 3"
_OLD = """\
import tensorflow.compat.v1 as tf


def f(x, labels):
    p = tf.nn.softmax(x)
    loss = tf.losses.{}
    return loss, p
"""
_SPARSE = "sparse_softmax_cross_entropy_with_logits"
_FLOORED = "float(tf.reduce_max(f(tf.constant([[50.0, 0.0, 0.0]]), tf.constant([1]))[0])) < 2"
_CAPPED = "float(f(tf.constant([50.0]), tf.constant([0.0]))[0]) < 2"

_LOG_LOSS = """\
import tensorflow.compat.v1 as tf


def f(x, y):
    return tf.losses.{}
"""

_CAST = """\
import tensorflow as tf


def f(logits, raw):
    labels = tf.cast(raw, tf.int32){}
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return loss
"""
_ASSERTED = """\
import tensorflow as tf


def f(logits, raw):
    labels = tf.cast(raw, tf.int32)
    tf.debugging.assert_non_negative(labels)
    tf.debugging.assert_less(labels, logits.shape[-1])
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return loss
"""

_DENSE = """\
import tensorflow as tf

head = tf.keras.layers.Dense(3)


def f(x):
    labels = tf.constant([1, 2, 3]){}
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=head(x))
"""
_GRAPH = """\
import tensorflow.compat.v1 as tf

w = tf.Variable(tf.zeros([2, {0}]))
b = tf.Variable(tf.zeros([{0}]))


def f(x):
    labels = tf.constant([1, 2, 3])
    return tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=tf.matmul(x, w) + b)
"""
_ONE_HOT = """\
import tensorflow as tf


def f(x):
    labels = tf.constant([{}])
    return -tf.reduce_sum(tf.one_hot(labels, 3) * tf.nn.log_softmax(x), axis=-1)
"""
_TARGETS = """\
import tensorflow as tf


def f(x):
    y = {}
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x))
"""

_ROOT = """\
import tensorflow as tf


def loss(prediction, target):
    return {}


def f(prediction, target):
    return loss(prediction, target)
"""
_MEAN = "tf.reduce_mean(tf.square(prediction - target))"

_ONE_UNIT = """\
import tensorflow as tf

head = tf.keras.layers.Dense({})


def f(x):
    return tf.nn.softmax(head(x))
"""
_ONE_UNIT_V1 = """\
import tensorflow.compat.v1 as tf


def f(x, w):
    scores = tf.reduce_sum(x * w, axis=-1, keepdims=True)
    return tf.nn.{}
"""

_SWAPPED = """\
import tensorflow as tf

head = tf.keras.layers.Dense(1)


def f(x):
    y = tf.ones([2, 1])
    logits = head(x)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits({}))
"""

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN301": (
        Bad(
            "tensorflow",
            _DOUBLE.format(_SPARSE, "tf.nn.softmax(x)"),
            _DOUBLE.format(_SPARSE, "x"),
            proof=_FLOORED,
        ),
        Bad(
            "tensorflow",
            _DOUBLE.format("sigmoid_cross_entropy_with_logits", "tf.sigmoid(x)"),
            _DOUBLE.format("sigmoid_cross_entropy_with_logits", "x"),
            proof=_CAPPED,
        ),
        Bad(
            "tensorflow",
            _MODEL.format(', activation="softmax"'),
            _MODEL.format(", activation=None"),
            proof="max(float(f(tf.fill([1, 2], 1e4), tf.constant([k]))) for k in range(3)) < 2",
        ),
        Bad(
            "tensorflow",
            _OLD.format("sparse_softmax_cross_entropy(labels, p)"),
            _OLD.format("sparse_softmax_cross_entropy(labels, x)"),
            proof="float(f(tf.constant([[50.0, 0.0, 0.0]]), tf.constant([1]))[0]) < 2",
        ),
        Good("tensorflow", _MODEL.format(', activation="tanh"'), "Bounded logits, on purpose."),
        Good(
            "tensorflow",
            _DOUBLE.format(_SPARSE, "tf.nn.log_softmax(x)"),
            "A log-softmax of a log-softmax is itself.",
        ),
        Good(
            "tensorflow",
            _OLD.format("softmax_cross_entropy(labels, x)"),
            "Logits for the loss, probabilities for the caller.",
        ),
        Good(
            "tensorflow",
            "import tensorflow as tf\n\n\ndef f(x, y):\n"
            "    return tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(y), logits=x)\n",
            "The softmax makes the labels, as in distillation.",
        ),
    ),
    "NAN303": (
        Bad(
            "tensorflow",
            _LOG_LOSS.format("log_loss(y, tf.sigmoid(x))"),
            proof="float(f(tf.constant([100.0]), tf.constant([0.0]))) < 17",
            level=Level.NOTE,
        ),
        Good("tensorflow", _LOG_LOSS.format("sigmoid_cross_entropy(y, x)"), "The loss takes the logits."),
    ),
    "NAN304": (
        Bad("tensorflow", _ALIGNED.format("tf.nn.softmax(x)"), _ALIGNED.format("x"), proof=_COSTS),
        Bad(
            "tensorflow",
            _OLD_ALIGNED.format("tf.nn.softmax", "p"),
            _OLD_ALIGNED.format("tf.nn.softmax", "x").replace("    p = tf.nn.softmax(x)\n", ""),
            proof="float(f(tf.one_hot([[1], [4], [4], [2], [4], [4]], 5) * 50.0, tf.constant([[1, 2]]))[0]) > 3",
        ),
        Good(
            "tensorflow", _ALIGNED.format("tf.nn.log_softmax(x)"), "A softmax of a log-softmax is the softmax itself."
        ),
        Good("tensorflow", _OLD_ALIGNED.format("tf.identity", "p"), "Logits."),
    ),
    "NAN305": (
        Bad(
            "tensorflow",
            _CAST.format(""),
            _ASSERTED,
            # the kernel for a CPU checks the labels itself, the one for a GPU gives NaN
            proof="'assert_less' not in f.__code__.co_names",
            level=Level.NOTE,
        ),
        Good("tensorflow", _CAST.format(" % 3"), "The remainder bounds them."),
        Good(
            "tensorflow",
            _CAST.format("\n    labels = tf.clip_by_value(labels, 0, 2)"),
            "A clip bounds them.",
        ),
    ),
    "NAN306": (
        Bad(
            "tensorflow",
            _DENSE.format(""),
            proof="raises(tf.errors.InvalidArgumentError, lambda: f(tf.zeros([3, 2])))",
        ),
        Bad(
            "tensorflow",
            _ONE_HOT.format("1, 2, 3"),
            proof="float(f(tf.zeros([3, 3]))[2]) == 0",
            level=Level.WARNING,
        ),
        Bad(
            "tensorflow",
            _GRAPH.format(3),
            proof="raises(tf.errors.InvalidArgumentError, lambda: f(tf.zeros([3, 2])))",
        ),
        Good("tensorflow", _DENSE.format(" - 1"), "Numbered from 0."),
        Good("tensorflow", _GRAPH.format(4), "Four columns of weights."),
        Good("tensorflow", _ONE_HOT.format("0, -1, 2"), "-1 gives a row of zeros: no class, on purpose."),
    ),
    "NAN307": (
        Bad(
            "tensorflow",
            _TARGETS.format("tf.constant([-1.0, 1.0])"),
            proof="float(f(tf.constant([-50.0, 50.0]))) < -10",
        ),
        Good("tensorflow", _TARGETS.format("(tf.constant([-1.0, 1.0]) + 1.0) / 2.0"), "Mapped to [0, 1]."),
        Good(
            "tensorflow",
            _TARGETS.format("tf.ones_like(x) + 0.05 * tf.random.uniform(tf.shape(x))"),
            "Noise on labels, on purpose.",
        ),
    ),
    "NAN308": (
        Bad(
            "tensorflow",
            _ROOT.format(f"tf.sqrt({_MEAN})"),
            _ROOT.format(f"tf.sqrt({_MEAN} + 1e-8)"),
            hostile="tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            _ROOT.format(f"{_MEAN} ** 0.5"),
            _ROOT.format(f"({_MEAN} + 1e-8) ** 0.5"),
            hostile="tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Good("tensorflow", _ROOT.format(_MEAN), "Without the root."),
        Good("tensorflow", _ROOT.format(f"tf.sqrt(tf.maximum({_MEAN}, 1e-8))"), "The root is kept away from 0."),
    ),
    "NAN309": (
        Bad(
            "tensorflow",
            _ONE_UNIT.format(1),
            proof="bool((f(tf.random.normal([4, 2])).numpy() == 1).all())",
        ),
        Bad(
            "tensorflow",
            _ONE_UNIT_V1.format("softmax(scores)"),
            proof="bool((f(tf.random.normal([4, 2]), tf.random.normal([2])).numpy() == 1).all())",
        ),
        Good("tensorflow", _ONE_UNIT.format(2), "Two units."),
        Good("tensorflow", _ONE_UNIT_V1.format("softmax(scores, axis=0)"), "Over the rows, as attention does."),
    ),
    "NAN310": (
        Bad(
            "tensorflow",
            _SWAPPED.format("labels=logits, logits=y"),
            _SWAPPED.format("labels=y, logits=logits"),
            proof="min(float(f(s * tf.fill([2, 2], 1e4))) for s in (-1, 1)) < 0",
        ),
        Bad(
            "tensorflow",
            _SWAPPED.format("logits, y"),
            _SWAPPED.format("y, logits"),
            proof="min(float(f(s * tf.fill([2, 2], 1e4))) for s in (-1, 1)) < 0",
        ),
        Good("tensorflow", _SWAPPED.format("logits=logits, labels=y"), "Each where its name says."),
        Good("tensorflow", _SWAPPED.format("tf.zeros_like(logits), logits"), "Labels come first."),
    ),
}
