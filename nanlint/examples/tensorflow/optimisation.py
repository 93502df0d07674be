"""Optimisation in TensorFlow: gradients from a tape, or of a graph, and what is done with them."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_FAR = "tf.constant([[100.0]]), tf.constant([[0.0]])"
_SEQUENCE = "100.0 * tf.ones((1, 5, 1)), tf.zeros((1, 1))"
_CLIP = "        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)\n"
_APPLY = "        optimizer.apply_gradients(zip(gradients, model.trainable_variables))\n"


def _tape(
    between: str = "",
    layers: str = "tf.keras.layers.Dense(1)",
    optimizer: str = "tf.keras.optimizers.SGD(learning_rate=0.05)",
    apply: str = _APPLY,
) -> str:
    return f"""\
import tensorflow as tf


def f(x, y):
    model = tf.keras.Sequential([{layers}])
    optimizer = {optimizer}
    for _ in range(60):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x) - y))
        gradients = tape.gradient(loss, model.trainable_variables)
{between}{apply}    return model
"""


def _graph(train: str, before: str = "", loss: str = "tf.reduce_mean(tf.square(x * w))") -> str:
    """Sixty steps of a session, which give the weight."""
    return f"""\
import tensorflow.compat.v1 as tf


def f(rows):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        w = tf.Variable(1.0)
        loss = {loss}
{before}        train = {train}
        session.run(tf.global_variables_initializer())
        for _ in range(60):
            session.run(train, feed_dict={{x: rows}})
        return session.run(w)
"""


_INLINE = """\
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
"""
_RECURRENT = 'tf.keras.layers.SimpleRNN(4, activation="linear"), tf.keras.layers.Dense(1)'
_DESCENT = "tf.train.GradientDescentOptimizer(0.05)"
_TAKEN = """\
        optimizer = tf.train.GradientDescentOptimizer(0.05)
        gradients = tf.gradients(loss, [w])
"""


def _repaired(body: str) -> str:
    return f"import tensorflow as tf\n\n\ndef f(x):\n{body}"


def _checked(test: str, head: str = "") -> str:
    """Training on batches, one of which may be bad."""
    return f"""\
import tensorflow as tf
{head}

def f(batches):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)
    for x in batches:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x)))
{test}        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return model
"""


_FINITE = """\
        if not tf.math.is_finite(loss):
            raise ValueError("the loss is not finite")
"""

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN401": (
        Bad("tensorflow", _tape(), _tape(_CLIP), hostile=_FAR, level=Level.NOTE),
        Bad(
            "tensorflow",
            _tape(apply=_INLINE).replace("        gradients = tape.gradient(loss, model.trainable_variables)\n", ""),
            _tape(apply=_INLINE, optimizer="tf.keras.optimizers.SGD(learning_rate=0.05, clipnorm=1.0)").replace(
                "        gradients = tape.gradient(loss, model.trainable_variables)\n", ""
            ),
            hostile=_FAR,
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            _tape(layers=_RECURRENT),
            _tape(_CLIP, layers=_RECURRENT),
            hostile=_SEQUENCE,
            level=Level.WARNING,
        ),
        Bad("tensorflow", _graph(f"{_DESCENT}.minimize(loss)"), hostile="[100.0]", level=Level.NOTE),
        Bad(
            "tensorflow",
            _graph("optimizer.apply_gradients(zip(gradients, [w]))", _TAKEN),
            _graph("optimizer.apply_gradients(zip(gradients, [w]))", _TAKEN + _CLIP),
            hostile="[100.0]",
            level=Level.NOTE,
        ),
        Good(
            "tensorflow",
            _tape(optimizer="tf.keras.optimizers.SGD(learning_rate=0.05, global_clipnorm=1.0)"),
            "The optimizer limits the norm of all gradients by itself.",
        ),
        Good(
            "tensorflow",
            _tape("        gradients = [tf.clip_by_norm(gradient, 1.0) for gradient in gradients]\n"),
            "Each gradient is clipped.",
        ),
        Good(
            "tensorflow",
            _graph(
                "optimizer.apply_gradients([(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs])",
                f"        optimizer = {_DESCENT}\n        pairs = optimizer.compute_gradients(loss)\n",
            ),
            "Clipped between the two halves of `minimize`.",
        ),
        Good(
            "tensorflow",
            _tape(optimizer="tf.keras.optimizers.Adadelta(1.0, clipvalue=0.5)"),
            "The optimizer limits each element.",
        ),
        Good(
            "tensorflow",
            _graph(
                "optimizer.apply_gradients(zip(clipped, [w]))",
                _TAKEN + "        clipped, norm = tf.clip_by_global_norm(gradients, 5.0)\n",
            ),
            "What the clip gives is applied.",
        ),
    ),
    "NAN402": (
        Bad(
            "tensorflow",
            _tape("        tf.clip_by_global_norm(gradients, 1.0)\n"),
            _tape(_CLIP),
            hostile=_FAR,
            level=Level.WARNING,
        ),
        Bad(
            "tensorflow",
            _tape("        clipped, _ = tf.clip_by_global_norm(gradients, 1.0)\n"),
            hostile=_FAR,
            level=Level.WARNING,
        ),
        Bad("tensorflow", _tape(apply=_APPLY + _CLIP), hostile=_FAR, level=Level.WARNING),
        Good(
            "tensorflow",
            _tape(
                "        clipped, _ = tf.clip_by_global_norm(gradients, 1.0)\n",
                apply="        optimizer.apply_gradients(zip(clipped, model.trainable_variables))\n",
            ),
            "The clipped gradients are applied, under another name.",
        ),
        Good(
            "tensorflow",
            _tape("        gradients = tf.clip_by_global_norm(gradients, 1.0)[0]\n"),
            "The first of what the clip gives.",
        ),
        Good(
            "tensorflow",
            _tape(
                apply="        pairs = [(tf.clip_by_norm(g, 1.0), v) for g, v in "
                "zip(gradients, model.trainable_variables)]\n        optimizer.apply_gradients(pairs)\n"
            ),
            "Clipped on the way into the pairs.",
        ),
    ),
    "NAN404": (
        Bad(
            "tensorflow",
            _graph("tf.train.AdamOptimizer(learning_rate=5.0).minimize(loss)"),
            _graph("tf.train.AdamOptimizer(learning_rate=1e-3).minimize(loss)"),
            proof="abs(f([0.01]) - 1) > 0.5",
        ),
        Bad(
            "tensorflow",
            _graph(
                "tf.train.AdamOptimizer(rate).minimize(loss)",
                "        rate = tf.train.exponential_decay(5.0, tf.Variable(0, trainable=False), 100, 0.9)\n",
            ),
            proof="abs(f([0.01]) - 1) > 0.5",
        ),
        Good(
            "tensorflow",
            _graph(
                "tf.train.AdamOptimizer(rate).minimize(loss)",
                "        rate = tf.train.exponential_decay(1e-3, tf.Variable(0, trainable=False), 100, 0.9)\n",
            ),
            "A usual rate, and it goes down.",
        ),
        Bad(
            "tensorflow",
            _graph("tf.train.AdamOptimizer(rate).minimize(loss)", "        rate = tf.Variable(5.0, trainable=False)\n"),
            proof="abs(f([0.01]) - 1) > 0.5",
        ),
        Good(
            "tensorflow",
            _graph(
                "tf.train.AdamOptimizer(rate).minimize(loss)", "        rate = tf.Variable(1e-3, trainable=False)\n"
            ),
            "The variable starts at a usual rate.",
        ),
        Good("tensorflow", _graph("tf.train.AdadeltaOptimizer(1.0).minimize(loss)"), "Adadelta finds its own steps."),
    ),
    "NAN405": (
        Bad(
            "tensorflow",
            _graph("tf.train.AdamOptimizer(-rate).minimize(loss)", "        rate = 1e-3\n"),
            proof="f([0.01]) > 1.0",
            level=Level.NOTE,
        ),
        Bad(
            "tensorflow",
            _graph("tf.train.MomentumOptimizer(0.05, momentum=8.0).minimize(loss)"),
            _graph("tf.train.MomentumOptimizer(0.05, momentum=0.8).minimize(loss)"),
            hostile="[1.0]",
        ),
        Good("tensorflow", _graph("tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss)"), "0.9 is usual."),
    ),
    "NAN406": (Good("tensorflow", _tape(_CLIP), "A tape computes gradients anew: nothing adds them up."),),
    "NAN407": (
        Bad(
            "tensorflow",
            _repaired(
                "    p = tf.nn.relu(x)\n    h = p * tf.math.log(p)\n"
                "    return tf.reduce_sum(tf.where(tf.math.is_nan(h), tf.zeros_like(h), h))\n"
            ),
            _repaired("    p = tf.nn.relu(x)\n    return tf.reduce_sum(tf.math.xlogy(p, tf.maximum(p, 1e-8)))\n"),
            hostile="tf.constant([0.0, 1.0])",
        ),
        Good(
            "tensorflow",
            _repaired(
                "    p = tf.nn.relu(x)\n    safe = tf.where(p > 0.0, p, 1.0)\n"
                "    return tf.reduce_sum(tf.where(p > 0.0, p * tf.math.log(safe), 0.0))\n"
            ),
            "The operand is safe before the logarithm, so that the gradient is too.",
        ),
    ),
    "NAN408": (
        Bad(
            "tensorflow",
            _checked(""),
            _checked(_FINITE),
            proof="not raises(ValueError, lambda: f([tf.constant([[nan]])]))",
            level=Level.STRICT,
        ),
        Good(
            "tensorflow",
            _checked("            tf.debugging.check_numerics(loss, 'loss')\n"),
            "It raises for a loss that is not finite.",
        ),
        Good(
            "tensorflow",
            _checked("", "\ntf.debugging.enable_check_numerics()\n").replace(
                "def f(batches):\n", "def f(batches):\n    tf.debugging.disable_check_numerics()\n", 1
            ),
            "Every operation is checked, up to where somebody switches that off.",
        ),
    ),
}
