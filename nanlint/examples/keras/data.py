"""Data and first weights in Keras: what a model is fitted to, how layers draw their weights."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_WHITE = 'b"\\xff" * 1568'


def _bytes(inputs: str = "x", layers: str = "keras.layers.Dense(1)") -> str:
    return f"""\
import keras
import numpy as np


def f(data):
    x = np.frombuffer(data, dtype=np.uint8).reshape(2, 784)
    model = keras.Sequential([{layers}])
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    model.fit({inputs}, np.ones((2, 1)), epochs=60, verbose=0)
    return model
"""


def _targets(y: str, loss: str = '"mse"') -> str:
    return f"""\
import keras
import numpy as np


def f(x):
    y = {y}
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(clipnorm=1.0), {loss})
    return model.fit(x, y, verbose=0).history["loss"][0]
"""


_HUGE_LOSS = "f(np.ones((8, 3))) > 1e4"


def _table(check: str = "") -> str:
    return f"""\
import keras
import numpy as np


def f(path):
    data = np.loadtxt(path)
{check}    x, y = data.reshape(-1, 2)[:, :1], data.reshape(-1, 2)[:, 1:]
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    return model
"""


_ASSERT = '    assert np.isfinite(data).all(), "data has missing or infinite numbers"\n'


def _dense(initializer: str) -> str:
    return f"""\
import keras


def f(x):
    layer = keras.layers.Dense(30, kernel_initializer={initializer})
    return layer(x)
"""


def _head(initializer: str, squash: str = "keras.ops.sigmoid(head(hidden))") -> str:
    return f"""\
import keras


def f(x):
    hidden = keras.layers.Dense(9, kernel_initializer="identity")(x)
    head = keras.layers.Dense(2, kernel_initializer={initializer})
    p = {squash}
    return -keras.ops.mean(keras.ops.log(keras.ops.clip(p, 1e-6, 1.0)))
"""


_LARGE = "float(f(8 * np.random.randn(64, 9).astype(np.float32))) > 4"
_NORMAL = "keras.initializers.RandomNormal(stddev={})"
_FITTED = """\
import keras


def f(x, y):
    head = keras.layers.Dense(1, kernel_initializer={}, activation="sigmoid")
    model = keras.Sequential([keras.layers.Dense(9, kernel_initializer="identity"), head])
    model.compile(loss="binary_crossentropy")
    return model.fit(x, y, verbose=0).history["loss"][0]
"""
_BIG = "abs(np.array(f(np.random.randn(8, 400)))).mean() > 6"


def _dropout(layer: str) -> str:
    return f"import keras\n\n\ndef f(x):\n    layer = {layer}\n    return layer(x, training=True)\n"


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN601": (
        Bad("keras", _bytes(), _bytes("x / 255.0"), hostile=_WHITE),
        Good(
            "keras",
            _bytes(layers="keras.layers.Rescaling(1.0 / 255), keras.layers.Dense(1)"),
            "The model's first layer divides.",
        ),
        Good(
            "keras",
            _bytes(layers="keras.layers.BatchNormalization(), keras.layers.Dense(1)"),
            "Standardised first.",
        ),
    ),
    "NAN602": (
        Bad("keras", _targets("np.random.rand(8) * 1e10"), _targets("np.random.rand(8)"), proof=_HUGE_LOSS),
        Bad(
            "keras",
            _targets("np.random.randint(0, 50000, size=8)", "keras.losses.MeanSquaredError()"),
            proof=_HUGE_LOSS,
            level=Level.WARNING,
        ),
        Good("keras", _targets("np.log1p(np.random.rand(8) * 1e10)"), "At most 23."),
        Good("keras", _targets("np.random.rand(8) * 1e10", '"mae"'), "The gradient of an absolute error is 1."),
    ),
    "NAN603": (
        Bad(
            "keras",
            _table(),
            _table(_ASSERT),
            proof="not raises(AssertionError, lambda: f(['1 2', 'nan 3']))",
            level=Level.NOTE,
        ),
        Good(
            "keras", _table("    data = data[~np.isnan(data).any(axis=1)]\n"), "Rows with missing numbers are left out."
        ),
    ),
    "NAN604": (
        Bad(
            "keras",
            _dense("keras.initializers.RandomNormal(stddev=1.0)"),
            proof=_BIG,
            level=Level.NOTE,
        ),
        Good("keras", _dense('"random_normal"'), "Its deviation is 0.05 unless it is told otherwise."),
        Good("keras", _dense('"he_normal"'), "Scaled by the number of inputs."),
    ),
    "NAN605": (
        Bad(
            "keras",
            "import keras\nimport numpy as np\n\n\ndef f(x):\n    bias = np.empty(24)\n"
            "    return keras.ops.add(x, bias)\n",
            "import keras\nimport numpy as np\n\n\ndef f(x):\n    bias = np.zeros(24)\n"
            "    return keras.ops.add(x, bias)\n",
            proof="[[np.full(24, nan) for _ in range(9)], None][1] is None and "
            "not np.isfinite(np.array(f(np.ones(24)))).all()",
        ),
        Good(
            "keras",
            "import keras\nimport numpy as np\n\n\ndef f(x):\n    bias = np.empty(24)\n    bias[:] = 1.0\n"
            "    return keras.ops.add(x, bias)\n",
            "Written before it is read.",
        ),
    ),
    "NAN606": (
        Bad("keras", _head(_NORMAL.format(1.0)), _head(_NORMAL.format(0.01)), proof=_LARGE, level=Level.STRICT),
        Bad(
            "keras",
            _head(_NORMAL.format(1.0), "keras.ops.softmax(head(hidden))"),
            _head(_NORMAL.format(0.01), "keras.ops.softmax(head(hidden))"),
            proof=_LARGE,
            level=Level.STRICT,
        ),
        Bad(
            "keras",
            _FITTED.format(_NORMAL.format(1.0)),
            _FITTED.format(_NORMAL.format(0.01)),
            proof="f(8 * np.random.randn(64, 9).astype(np.float32), np.random.rand(64, 1) > 0.5) > 4",
            level=Level.STRICT,
        ),
        Good("keras", _head('"glorot_normal"'), "Scaled by the number of inputs and outputs."),
        Good("keras", _head(_NORMAL.format(0.05)), "Logits start near 0."),
        Good("keras", _head('"zeros"'), "Logits start at 0."),
    ),
    "NAN607": (
        Bad(
            "keras",
            _dropout("keras.layers.Dropout(1.0)"),
            _dropout("keras.layers.Dropout(0.1)"),
            proof="not np.array(f(np.ones((2, 3)))).any()",
        ),
        Good("keras", _dropout("keras.layers.Dropout(0.5)"), "Half of the activations pass."),
        Good("keras", _dropout("keras.layers.Dropout(0)"), "Everything passes."),
    ),
}
