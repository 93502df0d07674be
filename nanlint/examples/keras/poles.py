"""Poles: operations that break where their operand can be, in Keras."""

from __future__ import annotations

from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN101": (
        Bad(
            "keras",
            """\
import keras

def f(x):
    return keras.ops.log(keras.ops.relu(x))
""",
            fixed="""\
import keras

def f(x):
    return keras.ops.log(keras.ops.maximum(keras.ops.relu(x), 1e-8))
""",
            hostile="ops.array([0.0, 1.0])",
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    return -K.mean(y_true * K.log(K.relu(y_pred)))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    return -K.mean(y_true * K.log(K.maximum(K.relu(y_pred), 1e-8)))
""",
            hostile="ops.array([1.0, 1.0]), ops.array([0.0, 1.0])",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    return -K.mean(y_true * K.log(y_pred))
""",
            "The usual guard of a Keras loss.",
        ),
        Good(
            "keras",
            """\
import keras
from keras import ops

def f(x):
    return ops.log(ops.maximum(ops.relu(x), keras.config.epsilon()))
""",
            "At least 1e-7.",
        ),
        Bad(
            "keras",
            """\
import keras

head = keras.layers.Lambda(lambda x: keras.ops.log(keras.ops.relu(x)))

def f(x):
    return head(x)
""",
            fixed="""\
import keras

head = keras.layers.Lambda(lambda x: keras.ops.log(keras.ops.maximum(keras.ops.relu(x), 1e-8)))

def f(x):
    return head(x)
""",
            hostile="ops.array([0.0, 1.0])",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.log1p(ops.relu(x))
""",
            "log1p of what is not negative.",
        ),
    ),
    "NAN102": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.sqrt(ops.abs(x))
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.sqrt(ops.abs(x) + 1e-8)
""",
            hostile="ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.relu(x))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.relu(x) + 1e-8)
""",
            hostile="ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.relu(x) + K.epsilon())
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.rsqrt(ops.maximum(x, 1e-7))
""",
            "Above 0.",
        ),
    ),
    "NAN103": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x, y):
    return x / ops.relu(y)
""",
            fixed="""\
from keras import ops

def f(x, y):
    return x / (ops.relu(y) + 1e-8)
""",
            hostile="ops.array([1.0, 1.0]), ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from keras import ops

def f(x, labels):
    mask = ops.cast(labels > 0.5, "float32")
    return ops.sum(x * mask) / ops.sum(mask)
""",
            fixed="""\
from keras import ops

def f(x, labels):
    mask = ops.cast(labels > 0.5, "float32")
    return ops.divide_no_nan(ops.sum(x * mask), ops.sum(mask))
""",
            hostile="ops.array([1.0, 2.0]), ops.array([0.0, 0.0])",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
import tensorflow as tf
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    mask = K.cast(K.greater(y_true, 0.5), "float32")
    return K.sum(K.square(y_true - y_pred) * mask) / K.sum(mask)
""",
            fixed="""\
import tensorflow as tf
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    mask = K.cast(K.greater(y_true, 0.5), "float32")
    return tf.math.divide_no_nan(K.sum(K.square(y_true - y_pred) * mask), K.sum(mask))
""",
            hostile="ops.array([0.0, 0.0]), ops.array([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x, labels):
    mask = ops.cast(ops.greater(labels, 0.5), "float32")
    return ops.divide_no_nan(ops.sum(x * mask), ops.sum(mask))
""",
            "0 where the mask is empty.",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    both = K.sum(K.relu(y_true) * K.relu(y_pred))
    return both / (K.sum(K.relu(y_true)) + K.epsilon())
""",
            "The epsilon keeps a sum of what is not negative above 0.",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(y_true, y_pred):
    smooth = 1.0
    both = K.sum(y_true * K.sigmoid(y_pred))
    return (2.0 * both + smooth) / (K.sum(K.abs(y_true)) + K.sum(K.sigmoid(y_pred)) + smooth)
""",
            "The smoothing term of a Dice loss is in the divisor.",
        ),
    ),
    "NAN104": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.power(ops.tanh(x), 0.7)
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.power(ops.maximum(ops.tanh(x), 1e-8), 0.7)
""",
            hostile="ops.array([-1.0, 1.0])",
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.pow(K.relu(x), -0.7)
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return K.pow(K.maximum(K.relu(x), 1e-8), -0.7)
""",
            hostile="ops.array([0.0, 1.0])",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.pow(K.clip(x, K.epsilon(), 1.0), 0.7)
""",
            "Clipped away from 0.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.power(1.0 - ops.sigmoid(x), 2)
""",
            "A whole power, as in the focal loss.",
        ),
    ),
    "NAN105": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.exp(ops.clip(x, -100.0, 100.0))
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.exp(ops.minimum(ops.clip(x, -100.0, 100.0), 20.0))
""",
            hostile="ops.array([100.0, 1.0])",
            level=Level.WARNING,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.exp(K.clip(x, -100.0, 100.0))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return K.exp(K.minimum(K.clip(x, -100.0, 100.0), 20.0))
""",
            hostile="ops.array([100.0, 1.0])",
            level=Level.WARNING,
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.exp(K.clip(x, -20.0, 20.0))
""",
            "Clamped far below the overflow.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.exp(x - ops.max(x, axis=-1, keepdims=True))
""",
            "Shifted: the largest exponent is 0.",
        ),
    ),
    "NAN106": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.arctanh(ops.tanh(x))
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.arctanh(ops.clip(ops.tanh(x), -1 + 1e-6, 1 - 1e-6))
""",
            hostile="ops.array([20.0, 1.0])",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.arccos(ops.clip(x, -1.0 + 1e-6, 1.0 - 1e-6))
""",
            "Clipped strictly inside the domain.",
        ),
    ),
    "NAN107": (
        Bad(
            "keras",
            """\
from keras import ops

def f(a, b):
    return ops.norm(a - b, axis=1)
""",
            fixed="""\
from keras import ops

def f(a, b):
    return ops.sqrt(ops.sum((a - b)**2, axis=1) + 1e-8)
""",
            hostile="ops.ones((2, 3)), ops.ones((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(a, b):
    return K.sqrt(K.sum(K.square(a - b), axis=1, keepdims=True))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(a, b):
    return K.sqrt(K.sum(K.square(a - b), axis=1, keepdims=True) + 1e-8)
""",
            hostile="ops.ones((2, 3)), ops.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(a, b):
    return K.sqrt(K.maximum(K.sum(K.square(a - b), axis=1, keepdims=True), K.epsilon()))
""",
            "The usual guard of a contrastive loss.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(a, b):
    return ops.sqrt(ops.sum(ops.square(a - b), axis=1) + 1e-7)
""",
            "The epsilon is inside the root.",
        ),
    ),
    "NAN108": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.where(x > 0, ops.log(x), 0.0)
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.where(x > 0, ops.log(ops.where(x > 0, x, 1.0)), 0.0)
""",
            hostile="ops.array([0.0, 1.0])",
            ordinary="ops.array([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.switch(x > 0, K.log(x), K.zeros_like(x))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return K.switch(x > 0, K.log(K.switch(x > 0, x, 1.0)), K.zeros_like(x))
""",
            hostile="ops.array([0.0, 1.0])",
            ordinary="ops.array([-1.0, 2.0])",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    safe = ops.where(x > 0, x, 1.0)
    return ops.where(x > 0, ops.log(safe), 0.0)
""",
            "The double where.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x, y):
    return ops.divide_no_nan(x, y)
""",
            "0 where the divisor is 0, and its gradient, too.",
        ),
    ),
    "NAN109": (
        Good(
            "keras",
            """\
from keras import ops

def f(scale):
    return scale * ops.std(ops.ones((1, 8)), axis=0)
""",
            "Keras divides by n: the deviation of one element is 0.",
        ),
    ),
    "NAN110": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x, labels):
    chosen = x[labels > 0.5]
    return ops.mean(chosen)
""",
            fixed="""\
from keras import ops

def f(x, labels):
    chosen = x[labels > 0.5]
    return ops.divide_no_nan(ops.sum(chosen), ops.cast(ops.size(chosen), chosen.dtype))
""",
            hostile="ops.ones((3,)), ops.zeros((3,))",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x, labels):
    mask = ops.cast(labels > 0.5, "float32")
    return ops.divide_no_nan(ops.sum(x * mask), ops.sum(mask))
""",
            "The sum over the count, 0 where nothing is selected.",
        ),
    ),
    "NAN111": (
        Bad(
            "keras",
            """\
from keras import ops

def f(scores, mask):
    scores = ops.where(mask > 0.5, scores, -float("inf"))
    return ops.softmax(scores, axis=-1)
""",
            fixed="""\
from keras import ops

def f(scores, mask):
    scores = ops.where(mask > 0.5, scores, -1e9)
    return ops.softmax(scores, axis=-1)
""",
            hostile="ops.ones((2, 3)), ops.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(scores, mask):
    scores = scores + (1.0 - ops.cast(mask, "float32")) * -1e9
    return ops.softmax(scores, axis=-1)
""",
            "A large finite number: a row of it is uniform.",
        ),
    ),
    "NAN112": (
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return x / ops.norm(x, axis=-1, keepdims=True)
""",
            fixed="""\
from keras import ops

def f(x):
    return x / ops.sqrt(ops.sum(x**2, axis=-1, keepdims=True) + 1e-8)
""",
            hostile="ops.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return (x - K.mean(x)) / K.std(x)
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return (x - K.mean(x)) / K.sqrt(K.var(x) + 1e-8)
""",
            hostile="ops.ones((2, 3))",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.normalize(x - ops.mean(x, axis=-1, keepdims=True), axis=-1)
""",
            "Has an epsilon of its own.",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.l2_normalize(x, axis=-1)
""",
            "Has an epsilon of its own.",
        ),
    ),
    "NAN113": (
        Bad(
            "keras",
            """\
from keras import ops

def fit(x, y):
    gram = ops.matmul(ops.transpose(x), x)
    return ops.solve(gram, ops.matmul(ops.transpose(x), y))


def f(x, y):
    return fit(x, y)
""",
            fixed="""\
from keras import ops

def fit(x, y):
    gram = ops.matmul(ops.transpose(x), x)
    return ops.solve(gram + 1e-6 * ops.eye(gram.shape[-1], dtype=gram.dtype), ops.matmul(ops.transpose(x), y))


def f(x, y):
    return fit(x, y)
""",
            proof="raises(tf.errors.InvalidArgumentError, lambda: f(ops.ones((3, 2)), ops.ones((3, 1))))",
            level=Level.WARNING,
        ),
        Good(
            "keras",
            """\
from keras import ops

def fit(x, y):
    gram = ops.matmul(ops.transpose(x), x) + 1e-3 * ops.eye(x.shape[-1])
    return ops.solve(gram, ops.matmul(ops.transpose(x), y))


def f(x, y):
    return fit(x, y)
""",
            "The ridge on the diagonal makes it regular.",
        ),
    ),
    "NAN115": (
        Bad(
            "keras",
            """\
from keras import ops

def f(p):
    return -ops.sum(p * ops.log(p), axis=-1)
""",
            fixed="""\
from keras import ops

def f(p):
    return -ops.sum(p * ops.log(ops.maximum(p, 1e-8)), axis=-1)
""",
            hostile="ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(p):
    return -K.sum(p * K.log(p), axis=-1)
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(p):
    return -K.sum(p * K.log(K.maximum(p, 1e-8)), axis=-1)
""",
            hostile="ops.array([0.0, 1.0])",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(p):
    return -ops.sum(p * ops.log(ops.maximum(p, 1e-7)), axis=-1)
""",
            "0 times a finite number.",
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(p):
    return -K.sum(p * K.log(p + K.epsilon()), axis=-1)
""",
            "0 times a finite number.",
        ),
    ),
    "NAN116": (
        Bad(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.mean(K.square(x)) - K.square(K.mean(x)))
""",
            fixed="""\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.maximum(K.mean(K.square(x)) - K.square(K.mean(x)), 1e-8))
""",
            hostile="ops.full((8,), 1000.1)",
            level=Level.NOTE,
        ),
        Bad(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.sqrt(ops.mean(ops.square(x)) - ops.square(ops.mean(x)))
""",
            fixed="""\
from keras import ops

def f(x):
    return ops.sqrt(ops.maximum(ops.mean(ops.square(x)) - ops.square(ops.mean(x)), 1e-8))
""",
            hostile="ops.full((8,), 1000.1)",
            level=Level.NOTE,
        ),
        Good(
            "keras",
            """\
from tensorflow.keras import backend as K

def f(x):
    return K.sqrt(K.var(x) + K.epsilon())
""",
            "The library's variance sums squared differences.",
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(x):
    return ops.sqrt(ops.maximum(ops.mean(ops.square(x)) - ops.square(ops.mean(x)), 0.0) + 1e-6)
""",
            "Clamped at 0 before the epsilon is added.",
        ),
    ),
    "NAN117": (
        Bad(
            "keras",
            """\
from keras import ops

def f(y, x):
    return ops.arctan(y / x)
""",
            fixed="""\
from keras import ops

def f(y, x):
    return ops.arctan2(y, x)
""",
            hostile="ops.array([1.0, 1.0]), ops.array([0.0, 1.0])",
            level=Level.STRICT,
        ),
        Good(
            "keras",
            """\
from keras import ops

def f(y, x):
    return 180.0 * ops.arctan2(y, x) / 3.141592653589793
""",
            "Takes a divisor of 0.",
        ),
    ),
}
