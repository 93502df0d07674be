"""Precision in Keras: policies of mixed precision, and epsilons that a dtype does not keep."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss


def _f(body: str, parameters: str = "x") -> str:
    return f"import keras\n\n\ndef f({parameters}):\n{body}"


def _clip(high: str) -> str:
    return _f(
        f"    p = keras.ops.clip(keras.ops.sigmoid(x), 1e-9, {high})\n    return keras.ops.log(1 - p)\n",
    )


def _policy(body: str, policy: str = "mixed_float16", parameters: str = "x") -> str:
    """Under a policy, which the function takes back at its end."""
    return f"""\
import keras
import tensorflow as tf


def f({parameters}):
    keras.mixed_precision.set_global_policy("{policy}")
    layer = keras.layers.Dense(3, kernel_initializer="ones")
    y = layer(x)
    keras.mixed_precision.set_global_policy("float32")
{body}"""


def _layer(made: str, call: str = "layer(x)") -> str:
    return _f(f"    layer = {made}\n    return {call}\n")


def _masked(number: str) -> str:
    return f"    scores = y + (1.0 - tf.cast(mask, y.dtype)) * {number}\n    return tf.nn.softmax(scores)\n"


_ROWS = "ops.ones((2, 3))"


def _trained(
    optimizer: str = "keras.optimizers.SGD(0.01)", loss: str = "loss", policy: str = "mixed_float16", made: str = ""
) -> str:
    """A loop of one's own; the gradient of a weight is about 1e-8."""
    return f"""\
import keras
import tensorflow as tf


def f(x):
    keras.mixed_precision.set_global_policy("{policy}")
    layer = keras.layers.Dense(1, kernel_initializer="zeros"{made})
    optimizer = {optimizer}
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.cast(layer(x), tf.float32)) * 1e-3
            loss = {loss}
        grads = tape.gradient(loss, layer.trainable_variables)
        optimizer.apply_gradients(zip(grads, layer.trainable_variables))
    keras.mixed_precision.set_global_policy("float32")
    return layer.kernel
"""


_SCALED = "keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.01))"
_STEP_OF_ITS_OWN = """\
import keras
import tensorflow as tf

keras.mixed_precision.set_global_policy("mixed_float16")


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, x):
        return tf.cast(self.head(x), tf.float32)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self(x) - y) * 1e-3
        grads = tape.gradient(loss, self.trainable_variables)
        grads, _ = tf.clip_by_global_norm(grads, 1.0)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}


def f(x):
    keras.mixed_precision.set_global_policy("mixed_float16")
    model = Net()
    model.compile(optimizer=keras.optimizers.SGD(0.01))
    model.fit(x, tf.zeros((64, 1)), verbose=0)
    keras.mixed_precision.set_global_policy("float32")
    return model.head.kernel
"""
_STILL = "not f(tf.fill((64, 4), 1e-5)).numpy().any()"

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN501": (
        Bad("keras", _clip("1 - 1e-9"), _clip("1 - 1e-6"), hostile="ops.array([100.0])"),
        Good("keras", _clip("1 - keras.config.epsilon()"), "The epsilon of Keras is 1e-7, which float32 keeps."),
    ),
    "NAN502": (
        Bad(
            "keras",
            _f("    return keras.ops.sqrt(keras.ops.maximum(x, 0.0))\n"),
            _f("    return keras.ops.sqrt(keras.ops.maximum(x, 1e-8))\n"),
            hostile="ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good("keras", _f("    return keras.ops.sqrt(keras.ops.maximum(x, 1e-12))\n"), "Kept above 0."),
    ),
    "NAN503": (
        Bad(
            "keras",
            _policy(_masked("-1e9"), parameters="x, mask"),
            _policy(_masked("(tf.float16.min / 2)"), parameters="x, mask"),
            hostile="ops.zeros((2, 3)), ops.ones((2, 3))",
        ),
        Good("keras", _policy(_masked("-1e4"), parameters="x, mask"), "float16 goes down to -65504."),
        Good(
            "keras",
            _policy(_masked("-1e9"), "mixed_bfloat16", "x, mask"),
            "bfloat16 has the range of float32.",
        ),
    ),
    "NAN504": (
        Bad("keras", _trained(), _trained(_SCALED, "optimizer.scale_loss(loss)"), proof=_STILL, level=Level.WARNING),
        Bad(
            "keras",
            _trained(policy="float32", made=', dtype="mixed_float16"'),
            _trained(_SCALED, "optimizer.scale_loss(loss)", "float32", ', dtype="mixed_float16"'),
            proof=_STILL,
            level=Level.WARNING,
        ),
        Bad("keras", _STEP_OF_ITS_OWN, proof=_STILL, level=Level.WARNING),
        Good("keras", _trained(policy="mixed_bfloat16"), "bfloat16 has the exponents of float32."),
        Good("keras", _trained(loss="loss * 32768.0"), "The loss is scaled by hand."),
        Good(
            "keras",
            """\
import keras


def f(x, y):
    keras.mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([keras.layers.Dense(1, dtype="float32")])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, y, verbose=0)
    keras.mixed_precision.set_global_policy("float32")
""",
            "`compile` puts a loss scale around the optimizer where the policy wants one.",
        ),
    ),
    "NAN505": (
        Bad(
            "keras",
            _policy("    return keras.ops.mean(keras.ops.square(y))\n"),
            _policy('    return keras.ops.mean(keras.ops.square(keras.ops.cast(y, "float32")))\n'),
            hostile="ops.full((1, 3), 100.0)",
            level=Level.WARNING,
        ),
        Good(
            "keras",
            _policy("    return keras.ops.mean(keras.ops.square(y))\n", "mixed_bfloat16"),
            "bfloat16 has the range of float32.",
        ),
    ),
    "NAN506": (
        Bad(
            "keras",
            _f('    return (1.0 - mask) * -float("inf")\n', "mask"),
            proof="bool(ops.any(ops.isnan(f(ops.array([1.0, 0.0])))))",
        ),
        Good("keras", _f("    return (1.0 - mask) * -1e9\n", "mask"), "A finite number."),
    ),
    "NAN507": (
        Bad(
            "keras",
            _layer("keras.layers.LayerNormalization(epsilon=0.0)"),
            _layer("keras.layers.LayerNormalization(epsilon=1e-5)"),
            hostile=_ROWS,
        ),
        Bad(
            "keras",
            _layer("keras.layers.BatchNormalization(epsilon=0)", "layer(x, training=True)"),
            _layer("keras.layers.BatchNormalization(epsilon=1e-5)", "layer(x, training=True)"),
            hostile=_ROWS,
        ),
        Good("keras", _layer("keras.layers.LayerNormalization()"), "The default is 1e-3."),
        Good("keras", _layer("keras.layers.BatchNormalization(epsilon=1e-5)"), "As small as that of other frameworks."),
    ),
}
