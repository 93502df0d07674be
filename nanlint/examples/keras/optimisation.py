"""Optimisation in Keras: models that are compiled with an optimizer and fitted."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_FAR = "np.full((1, 1), 100.0), np.zeros((1, 1))"
_NEAR = "np.ones((1, 1)), np.ones((1, 1))"


def _fit(
    optimizer: str,
    layers: str = "keras.layers.Dense(1)",
    before: str = "",
    options: str = "epochs=60, ",
    head: str = "",
) -> str:
    return f"""\
import keras
{head}

def f(x, y):
    model = keras.Sequential([{layers}])
    model.compile(optimizer={optimizer}, loss="mse")
{before}    model.fit(x, y, {options}verbose=0)
    return model
"""


def _sgd(more: str = "") -> str:
    return f"keras.optimizers.SGD(learning_rate=0.05{more})"


def _clipped(made: str) -> str:
    """The optimizer with a limit, so that nothing but its other settings is to be seen."""
    return made.replace(")", ", clipnorm=1.0)")


_RECURRENT = 'keras.layers.SimpleRNN(4, activation="linear"), keras.layers.Dense(1)'
_MOVED = f"abs(f({_NEAR}).get_weights()[1]).max() > 0.3"
_ONCE = "epochs=1, "
_RATE = "    model.optimizer.learning_rate = {}\n"
_ASSIGN = "    model.optimizer.learning_rate.assign({})\n"


def _entropy(body: str) -> str:
    return f"import keras\n\n\ndef f(x):\n    p = keras.ops.maximum(x, 0.0)\n{body}"


def _scaled(optimizer: str, clip: str) -> str:
    return f"""\
import keras
import tensorflow as tf


def f(x, y):
    model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="ones")])
    optimizer = keras.mixed_precision.LossScaleOptimizer({optimizer})
    with tf.GradientTape() as tape:
        loss = optimizer.scale_loss(tf.reduce_mean(tf.square(model(x) - y)))
    gradients = tape.gradient(loss, model.trainable_variables)
{clip}    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return float(model.trainable_variables[0][0, 0])
"""


def _batches(options: str = "", test: str = "") -> str:
    return f"""\
import keras
import numpy as np


def f(batches):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(optimizer={_sgd(", clipnorm=1.0")}, loss="mse")
    for x, y in batches:
        {"loss = " if test else ""}model.fit(x, y, {options}verbose=0){test}
    return model
"""


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN401": (
        Bad("keras", _fit(_sgd()), _fit(_sgd(", clipnorm=1.0")), hostile=_FAR, level=Level.NOTE),
        Bad(
            "keras",
            _fit('"sgd"'),
            _fit("keras.optimizers.SGD(clipnorm=1.0)"),
            hostile=_FAR,
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            _fit(_sgd(), _RECURRENT),
            _fit(_sgd(", clipnorm=1.0"), _RECURRENT),
            hostile="np.full((1, 5, 1), 100.0), np.zeros((1, 1))",
            level=Level.WARNING,
        ),
        Good("keras", _fit(_sgd(", clipvalue=0.5")), "Each element is limited."),
        Good("keras", _fit(_sgd(", global_clipnorm=1.0")), "The norm of all gradients is limited."),
        Good(
            "keras",
            _fit("keras.optimizers.SGD(**settings)", before="").replace("def f(x, y)", "def f(x, y, settings)"),
            "What is not seen may have a limit.",
        ),
    ),
    "NAN403": (
        Bad(
            "keras",
            _scaled("keras.optimizers.SGD(0.1)", "    gradients, _ = tf.clip_by_global_norm(gradients, 1.0)\n"),
            proof="abs(f(tf.ones([1, 1]), tf.zeros([1, 1])) - 1.0) < 1e-4",
        ),
        Good(
            "keras",
            _scaled("keras.optimizers.SGD(0.1, global_clipnorm=1.0)", ""),
            "The optimizer inside clips once the scale is out.",
        ),
    ),
    "NAN404": (
        Bad(
            "keras",
            _fit(_clipped("keras.optimizers.Adam(learning_rate=0.5)"), options=_ONCE),
            _fit(_clipped("keras.optimizers.Adam(learning_rate=1e-3)"), options=_ONCE),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "keras",
            _fit(
                _clipped("keras.optimizers.Adam(schedule)"),
                options=_ONCE,
            ).replace(
                "    model.compile",
                "    schedule = keras.optimizers.schedules.ExponentialDecay(2.0, 100, 0.9)\n    model.compile",
            ),
            proof=_MOVED,
        ),
        Bad(
            "keras",
            _fit(_clipped("keras.optimizers.Adam()").replace("(, ", "("), before=_RATE.format(5.0), options=_ONCE),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "keras",
            _fit(_clipped("keras.optimizers.Adam()").replace("(, ", "("), before=_ASSIGN.format(5.0), options=_ONCE),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "keras",
            _fit(
                _clipped("keras.optimizers.Adam()").replace("(, ", "("),
                options="epochs=1, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 2.0)], ",
            ),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Good("keras", _fit(_clipped("keras.optimizers.Adam(3e-4)")), "A usual rate."),
        Good("keras", _fit(_clipped("keras.optimizers.Adadelta(1.0)")), "Adadelta finds its own steps."),
        Good(
            "keras",
            _fit(_clipped("keras.optimizers.Adam()").replace("(, ", "("), before=_RATE.format("1e-4")),
            "A smaller one from here on.",
        ),
        Good(
            "keras",
            _fit(
                _clipped("keras.optimizers.Adam()").replace("(, ", "("),
                options="callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3 * 0.9**epoch)], ",
            ),
            "It starts at a usual rate and goes down.",
        ),
        Good("keras", _fit('"adam"', before=_ASSIGN.format("1e-4")), "The default, then a smaller one."),
    ),
    "NAN405": (
        Bad(
            "keras",
            _fit(_sgd(", momentum=1.5, clipnorm=1.0")),
            _fit(_sgd(", momentum=0.5, clipnorm=1.0")),
            proof=f"raises(ValueError, lambda: f({_NEAR}))",
        ),
        Bad(
            "keras",
            _fit("keras.optimizers.Adam(epsilon=0.0, clipnorm=1.0)"),
            _fit("keras.optimizers.Adam(epsilon=1e-7, clipnorm=1.0)"),
            hostile="np.zeros((1, 1)), np.zeros((1, 1))",
        ),
        Good("keras", _fit(_sgd(", momentum=0.9, nesterov=True")), "0.9 is usual."),
        Good("keras", _fit("keras.optimizers.Adam(beta_1=0.0, epsilon=1e-8)"), "0 is allowed: no averaging."),
    ),
    "NAN406": (Good("keras", _batches(), "`fit` computes the gradients of each batch anew."),),
    "NAN407": (
        Bad(
            "keras",
            _entropy("    return keras.ops.sum(keras.ops.nan_to_num(p * keras.ops.log(p)))\n"),
            _entropy("    return keras.ops.sum(p * keras.ops.log(keras.ops.maximum(p, 1e-7)))\n"),
            hostile="ops.array([0.0, 1.0])",
        ),
        Good(
            "keras",
            _entropy(
                "    safe = keras.ops.where(p > 0, p, 1.0)\n"
                "    return keras.ops.sum(keras.ops.where(p > 0, p * keras.ops.log(safe), 0.0))\n"
            ),
            "The operand is safe before the logarithm, so that the gradient is too.",
        ),
    ),
    "NAN408": (
        Bad(
            "keras",
            _batches(),
            _batches(
                test='.history["loss"][-1]\n        if not np.isfinite(loss):\n'
                '            raise ValueError("the loss is not finite")'
            ),
            proof="not raises(ValueError, lambda: f([(np.full((1, 1), nan), np.zeros((1, 1)))]))",
            level=Level.STRICT,
        ),
        Good("keras", _batches("callbacks=[keras.callbacks.TerminateOnNaN()], "), "The callback ends the training."),
    ),
    "NAN409": (
        Bad(
            "keras",
            _fit("keras.optimizers.AdamW(learning_rate=0.01, weight_decay=800.0, clipnorm=1.0)"),
            _fit("keras.optimizers.AdamW(learning_rate=0.01, weight_decay=1e-2, clipnorm=1.0)"),
            hostile=_NEAR,
        ),
        Good("keras", _fit("keras.optimizers.AdamW(weight_decay=0.05)"), "Usual for transformers."),
    ),
}
