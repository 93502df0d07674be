"""Losses and labels, in Keras."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_RESHAPED = """\
import keras
from keras import layers

model = keras.Sequential([layers.Dense(3, activation="softmax"), layers.Reshape((3,))])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits={})


def f(x, y):
    return loss(y, model(x))
"""
_ALIGNED = """\
import keras


def f(y, x):
    return {}
"""
_BATCH_COST = """\
import keras
import tensorflow as tf


def f(x, y):
    z = keras.layers.Dense(5{})(x)
    steps, lengths = tf.constant([[6]]), tf.constant([[2]])
    return tf.keras.backend.ctc_batch_cost(y, {}, steps, lengths)
"""
_SPEECH = """\
import keras
import numpy as np


def f():
    model = keras.Sequential([keras.layers.Dense(28, kernel_initializer="identity", activation={})])
    model.compile(optimizer="sgd", loss=keras.losses.CTC())
    x = np.zeros((1, 6, 28), np.float32)
    x[0, range(6), [1, 0, 0, 2, 0, 0]] = 50.0
    return model.fit(x, np.array([[1, 2]]), verbose=0).history["loss"][0]
"""
_FRAMES = "np.array([[1, 2]]), np.eye(5, dtype=np.float32)[[[1, 0, 0, 2, 0, 0]]] * 50"
_NUMBERED = "keras.ops.ctc_loss(y, {}, np.array([2]), np.array([6]))"
_HIDDEN = "tf.random.normal((1, 6, 8)), tf.constant([[1, 2]])"
_FITTED = """\
from tensorflow import keras
from tensorflow.keras import layers


def f(x, y):
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3{})])
    model.compile(optimizer="sgd", loss={})
    return model.train_on_batch(x, y)
"""
_OBJECT = """\
import keras

net = keras.Sequential([keras.layers.Dense(1{})])
bce = keras.losses.BinaryCrossentropy({})


def f(x, y):
    return bce(y, net(x))
"""
_FUNCTION = """\
import tensorflow as tf
from tensorflow.keras.layers import Dense
from tensorflow.keras.losses import {0}

head = Dense({1})


def f(x, y):
    scores = head(x)
    return {0}(y, {2})
"""
_SUBCLASSED = """\
import tensorflow as tf


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.head = tf.keras.layers.Dense(3)

    def call(self, x):
        return {}


net = Net()


def f(x, y):
    return tf.keras.losses.sparse_categorical_crossentropy(y, net(x), from_logits={})
"""
_CHOSEN = """\
import keras
from keras import layers


def f(x, y, logits):
    head = layers.Dense(3, activation=None if logits else "softmax")
    return keras.losses.sparse_categorical_crossentropy(y, head(x), from_logits=logits)
"""
_ONE_VALUE = "max(float(f(ops.full([1, 2], 1e4), ops.array([k]))) for k in range(3)) < 2"
_CLIPPED = "max(float(f(ops.full([1, 2], 1e4), ops.array([[k]]))) for k in (0.0, 1.0)) < 17"
_ZEROS = "np.zeros((1, 2)), np.array([[0.0, 1.0, 0.0]])"

_SIGMOID = """\
import keras
import tensorflow as tf


def f(x, y):
    p = tf.sigmoid(x)
    return keras.losses.binary_crossentropy(y, p)
"""
_FROM_LOGITS = """\
import keras
import tensorflow as tf


def f(x, y):
    return keras.losses.binary_crossentropy(y, x, from_logits=True)
"""

_TRAINED = """\
import keras
import numpy as np
from keras import layers


def f(rows):
    labels = {}
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(5, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model.train_on_batch(np.zeros((len(labels), 3)), labels)
"""
_CSV = """\
import csv

import keras
import numpy as np
from keras import layers


def f(text):
    labels = np.array([int(row[0]) for row in csv.reader(text.splitlines())]{})
    model = keras.Sequential([layers.Dense(5, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model.train_on_batch(np.zeros((len(labels), 3)), labels)
"""
_STACKED = """\
import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential


def f(x):
    y = np.random.randint(0, high=5, size=(10, 1))
    y = np.vstack([y, np.array([[{}]])])
    model = Sequential()
    model.add(Dense(5, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    return model.train_on_batch(x, y)
"""
_CODED = """\
import numpy as np
from keras.utils import to_categorical


def f(x):
    labels = np.array([{}])
    return to_categorical(labels, num_classes=3)
"""
_STRAY = "raises(tf.errors.InvalidArgumentError, lambda: f({}))"

_TARGETS = """\
import keras
import numpy as np
from keras import layers


def f(x):
    y = {}
    model = keras.Sequential([layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model.train_on_batch(x, y)
"""
_GENERATED = """\
import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy(from_logits=True)


def f(scores):
    real = tf.ones_like(scores){}
    return bce(real, scores)
"""

_ROOT = """\
from keras import backend as K
from keras.layers import Dense
from keras.models import Sequential


def root_mean_squared_error(y_true, y_pred):
    return {}


def f(x, y):
    model = Sequential([Dense(1)])
    model.compile(loss=root_mean_squared_error, optimizer="adam")
    return model.fit(x, y)
"""
_OPS = """\
import keras
from keras import ops


def rmse_loss(y_true, y_pred):
    return ops.sqrt({})


def f(y_true, y_pred):
    return rmse_loss(y_true, y_pred)
"""

_ONE_UNIT = """\
from keras.layers import {0}
from keras.models import Sequential

model = Sequential([Dense(8, activation="relu"), {1}])


def f(x):
    return model(x)
"""
_ATTENTION = """\
import keras
from keras import layers, ops


class Attention(layers.Layer):
    def __init__(self):
        super().__init__()
        self.score = layers.Dense(1)

    def call(self, x):
        weights = ops.softmax(self.score(x), axis=1)
        return ops.sum(weights * x, axis=1)


def f(x):
    inputs = keras.Input((4, 3))
    return keras.Model(inputs, Attention()(inputs))(x)
"""
_CUT = """\
import keras
from keras import layers


def f(x, y):
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3{})])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    return model.train_on_batch(x, y)
"""
_ONE_CLASS = """\
import keras
from keras import layers


def f(x):
    model = keras.Sequential([layers.Flatten(), layers.Dense({}, activation="sigmoid")])
    return keras.losses.categorical_crossentropy(keras.ops.zeros((2, 1)), model(x))
"""

_SWAPPED = """\
import keras
import tensorflow as tf
from keras import layers

model = keras.Sequential([layers.Dense(1, activation="sigmoid")])
bce = keras.losses.BinaryCrossentropy()


def f(x):
    real = tf.ones((2, 1))
    verdict = model(x)
    return bce({})
"""
_NAMED = """\
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential


def balanced({}):
    return K.mean(K.binary_crossentropy({}))


def f(x, y):
    model = Sequential([Dense(1, activation="sigmoid")])
    model.compile(loss=balanced, optimizer="adam")
    return model.fit(x, y)
"""

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN302": (
        Bad("keras", _RESHAPED.format("True"), _RESHAPED.format("False"), proof=_ONE_VALUE),
        Bad(
            "keras",
            _FITTED.format("", '"categorical_crossentropy"'),
            _FITTED.format("", "keras.losses.CategoricalCrossentropy(from_logits=True)"),
            hostile=_ZEROS,
        ),
        Bad(
            "keras",
            _FITTED.format("", "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"),
            _FITTED.format("", "keras.losses.CategoricalCrossentropy(label_smoothing=0.1, from_logits=True)"),
            hostile=_ZEROS,
        ),
        Bad("keras", _OBJECT.format("", ""), _OBJECT.format("", "from_logits=True"), proof=_CLIPPED),
        Bad(
            "keras",
            _FUNCTION.format("binary_crossentropy", "1", "scores"),
            _FUNCTION.format("binary_crossentropy", "1", "scores, from_logits=True"),
            proof="max(float(f(ops.full([1, 2], 1e4), ops.array([[k]]))[0]) for k in (0.0, 1.0)) < 17",
        ),
        Bad(
            "keras",
            _SUBCLASSED.format("tf.nn.softmax(self.head(x))", "True"),
            _SUBCLASSED.format("tf.nn.softmax(self.head(x))", "False"),
            proof="max(float(f(ops.full([1, 2], 1e4), ops.array([k]))[0]) for k in range(3)) < 2",
        ),
        Bad(
            "keras",
            _OBJECT.format(', activation="tanh"', ""),
            proof="max(float(f(s * ops.full([1, 2], 1e4), ops.ones([1, 1]))) for s in (-1, 1)) > 16",
        ),
        Good("keras", _RESHAPED.format("True").replace(', activation="softmax"', ""), "Logits, as the loss is told."),
        Good("keras", _RESHAPED.format("").replace("from_logits=", ""), "Probabilities, as the loss expects."),
        Good(
            "keras",
            _FITTED.format(', activation="softmax"', '"categorical_crossentropy"'),
            "A softmax in front of the loss that takes probabilities.",
        ),
        Good(
            "keras",
            _OBJECT.format(', activation="sigmoid"', ""),
            "A sigmoid, whose logits TensorFlow's backend finds again.",
        ),
        Good("keras", _OBJECT.format(', activation="hard_sigmoid"', ""), "A hard sigmoid lies in [0, 1]."),
        Good("keras", _SUBCLASSED.format("self.head(x)", "True"), "The class returns logits."),
        Good("keras", _CHOSEN, "Flag and activation are chosen together."),
    ),
    "NAN303": (
        Bad(
            "keras",
            _SIGMOID,
            _FROM_LOGITS,
            proof="float(f(ops.array([40.0]), ops.array([0.0]))) < 17",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            _SIGMOID.replace("tf.sigmoid", "keras.activations.sigmoid"),
            "Keras remembers the logits of its own sigmoid.",
        ),
    ),
    "NAN304": (
        Bad(
            "keras",
            _ALIGNED.format("keras.losses.CTC()(y, keras.ops.softmax(x))"),
            _ALIGNED.format("keras.losses.CTC()(y, x)"),
            proof=f"float(f({_FRAMES})) > 3",
        ),
        Bad(
            "keras",
            _ALIGNED.replace("\n\n", "\nimport numpy as np\n\n", 1).format(
                _NUMBERED.format("keras.activations.softmax(x)")
            ),
            _ALIGNED.replace("\n\n", "\nimport numpy as np\n\n", 1).format(_NUMBERED.format("x")),
            proof=f"float(f({_FRAMES})[0]) > 3",
        ),
        Bad("keras", _SPEECH.format('"softmax"'), _SPEECH.format("None"), proof="f() > 3"),
        Bad("keras", _BATCH_COST.format("", "z"), hostile=_HIDDEN),
        Bad("keras", _BATCH_COST.format("", "tf.nn.log_softmax(z)"), hostile=_HIDDEN),
        Good("keras", _BATCH_COST.format(', activation="softmax"', "z"), "This one takes probabilities."),
        Good("keras", _BATCH_COST.format("", "keras.ops.softmax(z)"), "Probabilities."),
        Good("keras", _BATCH_COST.format(', activation="relu"', "z"), "Never negative: they are normalised inside."),
        Good("keras", _ALIGNED.format("keras.losses.CTC()(y, keras.ops.log_softmax(x))"), "Does no harm."),
        Good("keras", _SPEECH.format('"tanh"'), "Bounded scores, on purpose."),
    ),
    "NAN305": (
        Bad(
            "keras",
            _CSV.format(""),
            proof=_STRAY.format('"-7"'),
            level=Level.NOTE,
        ),
        Good("keras", _CSV.format(" % 5"), "The remainder bounds them."),
        Good(
            "keras",
            _TRAINED.format("np.random.randint(0, 5, size=len(rows))"),
            "Drawn from as many classes as the last layer has units.",
        ),
    ),
    "NAN306": (
        Bad("keras", _STACKED.format(8000), proof=_STRAY.format("np.zeros((11, 3))")),
        Bad("keras", _TRAINED.format("np.array([1, 2, 3, 4, 5])"), proof=_STRAY.format("[]")),
        Bad("keras", _CODED.format("1, 2, 3"), proof="raises(IndexError, lambda: f(0))"),
        Good("keras", _STACKED.format(4), "The highest of five classes."),
        Good("keras", _TRAINED.format("np.array([1, 2, 3, 4, 5]) - 1"), "Numbered from 0."),
        Good("keras", _CODED.format("0, 1, 2"), "Three classes."),
    ),
    "NAN307": (
        Bad(
            "keras",
            _TARGETS.format("np.array([[0.0], [255.0]])"),
            proof="min(float(f(1e4 * np.ones((2, 3)))) for _ in range(8)) < -1e3",
        ),
        Bad(
            "keras",
            _GENERATED.format(" * 2.0"),
            proof="float(f(ops.array([[50.0]]))) < -1",
        ),
        Good("keras", _TARGETS.format("np.array([[0.0], [255.0]]) / 255"), "Divided."),
        Good("keras", _GENERATED.format(" + 0.05 * tf.random.uniform(tf.shape(scores))"), "Noise on labels."),
        Good("keras", _GENERATED.format(" * 0.9"), "Smoothed labels."),
    ),
    "NAN308": (
        Bad(
            "keras",
            _OPS.format("ops.mean(ops.square(y_pred - y_true))"),
            _OPS.format("ops.mean(ops.square(y_pred - y_true)) + 1e-8"),
            hostile="ops.array([1.0, 2.0]), ops.array([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Good("keras", _ROOT.format("K.mean(K.square(y_pred - y_true))"), "Without the root."),
        Good(
            "keras",
            _ROOT.format("K.sqrt(K.mean(K.square(y_pred - y_true)) + K.epsilon())"),
            "The epsilon stands inside the root.",
        ),
    ),
    "NAN309": (
        Bad(
            "keras",
            _ONE_UNIT.format("Dense", 'Dense(1, activation="softmax")'),
            proof="bool(ops.all(f(keras.random.normal([4, 2])) == 1))",
        ),
        Bad(
            "keras",
            _ONE_UNIT.format("Activation, Dense", 'Dense(1), Activation("softmax")'),
            proof="bool(ops.all(f(keras.random.normal([4, 2])) == 1))",
        ),
        Bad(
            "keras",
            _ONE_UNIT.format("Conv2D, Dense", 'Conv2D(1, 1, activation="softmax")'),
            proof="bool(ops.all(f(keras.random.normal([1, 2, 2, 2])) == 1))",
        ),
        Bad(
            "keras",
            _CUT.format(', activation="relu"'),
            hostile=_ZEROS,
            level=Level.WARNING,
        ),
        Bad(
            "keras",
            _ONE_CLASS.format(1),
            proof="float(ops.max(ops.abs(f(keras.random.normal([2, 3]))))) < 1e-5",
        ),
        Good("keras", _ONE_UNIT.format("Dense", 'Dense(1, activation="sigmoid")'), "A sigmoid for one output."),
        Good("keras", _ONE_UNIT.format("Dense", 'Dense(2, activation="softmax")'), "Two units."),
        Good(
            "keras",
            _ONE_UNIT.format("Conv2D, Dense, Softmax", "Conv2D(1, 1), Softmax(axis=1)"),
            "Over the rows of an image with one channel.",
        ),
        Good("keras", _CUT.format(', activation="softmax"'), "A softmax behind the last layer."),
        Good("keras", _ATTENTION, "Over the time steps of a sequence, as attention does."),
        Good(
            "keras",
            _ONE_UNIT.format("Conv2D, Dense", 'Conv2D(2, 1, activation="softmax")'),
            "Two channels.",
        ),
    ),
    "NAN310": (
        Bad(
            "keras",
            _SWAPPED.format("verdict, real"),
            _SWAPPED.format("real, verdict"),
            proof="float(f(ops.zeros([2, 3]))) > 5",
        ),
        Bad(
            "keras",
            _NAMED.format("y_pred, y_true", "y_true, y_pred"),
            _NAMED.format("y_pred, y_true", "y_pred, y_true"),
            proof="f(np.zeros((2, 3)), np.ones((2, 1))).history['loss'][-1] > 5",
            level=Level.WARNING,
        ),
        Good("keras", _SWAPPED.format("y_true=real, y_pred=verdict"), "Each where its name says."),
        Good("keras", _SWAPPED.format("tf.zeros_like(verdict), verdict"), "Keras takes the target first."),
        Good("keras", _NAMED.format(*["y_true, y_pred"] * 2), "A loss is called with the target first."),
    ),
}
