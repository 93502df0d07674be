"""Compositions that have an exact stable form, in Keras 3 and in the `keras.backend` of older releases."""

from __future__ import annotations

from nanlint.examples.writing import module
from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_OPS = "import keras\nfrom keras import ops"
_K = "from tensorflow.keras import backend as K"
_IMPORT = "\nimport tensorflow"
_BOTH = "import tensorflow as tf\nfrom tensorflow.keras import backend as K"
_ROWS = "ops.array([[0.3, -1.2, 2.0], [0.5, 0.1, -0.4]])"
_FAR_ROW = "ops.array([[0.0, 200.0, 0.0]])"
_LARGE_ROW = "ops.array([[100.0, 1.0]])"
_SMALL = "ops.array([-3.0, 0.5])"
_PAIR = "ops.array([[200.0, 0.0]]), ops.array([[1.0, 0.0]])"
_ORDINARY_PAIR = "ops.array([[0.3, -1.2]]), ops.array([[1.0, 0.0]])"
_BINARY = "ops.array([100.0]), ops.array([1.0])"
_ORDINARY_BINARY = "ops.array([1.0, -2.0]), ops.array([0.0, 1.0])"


def _bad(
    body: str,
    fixed: str | None,
    hostile: str = "",
    ordinary: str = "",
    *,
    level: Level = Level.ERROR,
    imports: str = _OPS,
    added: str = "",
    parameters: str = "x",
    proof: str = "",
) -> Bad:
    return Bad(
        "keras",
        module(imports, parameters, body),
        None if fixed is None else module(imports + added, parameters, fixed),
        hostile=hostile,
        ordinary=ordinary,
        level=level,
        proof=proof,
    )


def _good(body: str, because: str, imports: str = _OPS, parameters: str = "x") -> Good:
    return Good("keras", module(imports, parameters, body), because)


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN201": (
        _bad("ops.log(ops.softmax(x, axis=0))", "ops.log_softmax(x, axis=0)", "ops.array([0.0, 200.0])", _ROWS),
        _bad("p = keras.activations.softmax(x)\nops.log(p)", "keras.activations.log_softmax(x)", _FAR_ROW, _ROWS),
        _bad("-ops.log(keras.layers.Softmax()(x))", "-ops.log_softmax(x)", _FAR_ROW, _ROWS),
        _bad("K.log(K.softmax(x))", "tensorflow.nn.log_softmax(x)", _FAR_ROW, _ROWS, imports=_K, added=_IMPORT),
        _bad("K.log(K.softmax(x))", "tf.nn.log_softmax(x)", _FAR_ROW, _ROWS, imports=_BOTH),
        _bad(
            "K.log(K.softmax(x) + K.epsilon())",
            "tensorflow.nn.log_softmax(x)",
            "",
            "",
            imports=_K,
            added=_IMPORT,
            level=Level.NOTE,
            parameters="x, y",
            proof="float(f(ops.array([[0.0, 200.0]]), 0)[0, 0]) > -20",
        ),
        _good("ops.log_softmax(x - 1.0)", "The stable function."),
        _good("keras.activations.log_softmax(x - 1.0)", "The stable function."),
        _good("ops.log(1.0 + ops.softmax(x))", "1 plus a softmax is at least 1."),
        _good(
            "keras.losses.categorical_crossentropy(y, x, from_logits=True)",
            "The loss takes the logits.",
            parameters="x, y",
        ),
        _good("K.categorical_crossentropy(y, x, from_logits=True)", "The loss takes the logits.", _K, "x, y"),
        _good("K.log(K.max(K.softmax(x), axis=-1) + 1.0)", "1 plus a share is at least 1.", _K),
    ),
    "NAN202": (
        _bad("ops.log(ops.sigmoid(x))", "ops.log_sigmoid(x)", "ops.array([-100.0])", _SMALL),
        _bad("ops.log(1 - keras.activations.sigmoid(x)) / 2", "ops.log_sigmoid(-x) / 2", "ops.array([20.0])", _SMALL),
        _bad(
            'p = keras.layers.Activation("sigmoid")(x)\nops.log(1 - p)',
            "ops.log_sigmoid(-x)",
            "ops.array([20.0])",
            _SMALL,
        ),
        _bad("K.log(1 - K.sigmoid(x))", "-K.softplus(x)", "ops.array([20.0])", _SMALL, imports=_K),
        _bad("K.log(K.sigmoid(x))", "tf.math.log_sigmoid(x)", "ops.array([-100.0])", _SMALL, imports=_BOTH),
        _good("ops.log_sigmoid(x) + ops.log_sigmoid(-x)", "The stable functions."),
        _good("ops.log(1 + ops.sigmoid(x))", "1 plus a sigmoid is at least 1."),
        _good("ops.log(0.1 + 0.8 * keras.activations.sigmoid(x))", "The sigmoid is scaled to lie above 0.1."),
        _good("-K.softplus(-x) - K.softplus(x)", "Log-sigmoids, from softplus.", _K),
        _good("K.binary_crossentropy(y, x, from_logits=True)", "The loss takes the logits.", _K, "x, y"),
    ),
    "NAN203": (
        _bad(
            "ops.log(ops.sum(ops.exp(x), axis=-1, keepdims=True))",
            "ops.logsumexp(x, axis=-1, keepdims=True)",
            _LARGE_ROW,
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "ops.log(ops.mean(ops.exp(x), axis=0))",
            "ops.logsumexp(x, axis=0) - ops.log(ops.cast(ops.shape(x)[0], x.dtype))",
            "ops.array([[100.0, 1.0], [2.0, 3.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "ops.log(ops.exp(x) + ops.exp(y))",
            "ops.logaddexp(x, y)",
            "ops.array([100.0]), ops.array([1.0])",
            "ops.array([1.0, -2.0]), ops.array([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
        ),
        _bad(
            "K.log(K.sum(K.exp(x), axis=-1))",
            "tensorflow.reduce_logsumexp(x, axis=-1)",
            _LARGE_ROW,
            _ROWS,
            level=Level.WARNING,
            imports=_K,
            added=_IMPORT,
        ),
        _good("ops.logsumexp(x - 1.0, axis=-1)", "The stable function."),
        _good(
            "m = ops.max(x, axis=-1, keepdims=True)\nm + ops.log(ops.sum(ops.exp(x - m), axis=-1, keepdims=True))",
            "The maximum is subtracted, and added again.",
        ),
        _good("ops.log(ops.sum(ops.exp(ops.clip(x, -20.0, 20.0)), axis=-1))", "Clipped to what exp takes."),
        _good("K.log(K.sum(K.exp(K.tanh(x)), axis=-1))", "A tanh is at most 1.", _K),
    ),
    "NAN204": (
        _bad(
            "ops.exp(x) / ops.sum(ops.exp(x), axis=-1, keepdims=True)",
            "ops.softmax(x, axis=-1)",
            _LARGE_ROW,
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "e = K.exp(x)\ne / K.sum(e, axis=-1, keepdims=True)",
            "K.softmax(x, axis=-1)",
            _LARGE_ROW,
            _ROWS,
            level=Level.WARNING,
            imports=_K,
        ),
        _bad(
            "e = K.exp(x)\ne / (K.sum(e, axis=1, keepdims=True) + K.epsilon())",
            "K.softmax(x, axis=1)",
            _LARGE_ROW,
            level=Level.WARNING,
            imports=_K,
        ),
        _good("ops.softmax(x / 2.0, axis=-1)", "The stable function."),
        _good(
            "e = ops.exp(x - ops.max(x, axis=-1, keepdims=True))\ne / ops.sum(e, axis=-1, keepdims=True)",
            "The maximum is subtracted.",
        ),
        _good(
            "e = K.exp(K.tanh(x))\ne / (K.sum(e, axis=1, keepdims=True) + K.epsilon())",
            "Attention over scores that a tanh bounds.",
            _K,
        ),
    ),
    "NAN205": (
        _bad("1 / (1 + ops.exp(-x))", "ops.sigmoid(x)", "ops.array([-100.0])", _SMALL, level=Level.NOTE),
        _bad(
            "1 / (1 + K.exp(-10 * x))",
            "K.sigmoid(10 * x)",
            "ops.array([-100.0])",
            _SMALL,
            level=Level.WARNING,
            imports=_K,
        ),
        _bad(
            "(ops.exp(2 * x) - 1) / (ops.exp(2 * x) + 1)",
            "ops.tanh(x)",
            "ops.array([100.0])",
            "ops.array([-1.0, 0.5])",
            level=Level.NOTE,
        ),
        _good("ops.sigmoid(x) * ops.tanh(x)", "The stable functions."),
        _good("1 / (1 + ops.exp(-ops.clip(x, -50.0, 50.0)))", "Clipped to what exp takes."),
        _good("1 / (1 + K.exp(-K.relu(x)))", "The exponent is at most 0.", _K),
    ),
    "NAN206": (
        _bad(
            "ops.log(1 + ops.exp(x))",
            "ops.softplus(x)",
            "ops.array([100.0])",
            "ops.array([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "K.log(1 + K.exp(K.square(x)))",
            "K.softplus(K.square(x))",
            "ops.array([100.0])",
            "ops.array([-2.0, 0.5, 1.0])",
            level=Level.WARNING,
            imports=_K,
        ),
        _bad(
            "error = x - y\nops.mean(ops.log(ops.cosh(error)))",
            "error = x - y\nops.mean(ops.logaddexp(error, -error) - math.log(2))",
            "ops.array([100.0]), ops.array([0.0])",
            "ops.array([1.0, -2.0]), ops.array([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
            added="\nimport math",
        ),
        _bad(
            "ops.log(ops.expm1(x))",
            "x + ops.log(-ops.expm1(-x))",
            "ops.array([100.0])",
            "ops.array([0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "error = y - x\nK.mean(K.log((K.exp(error) + K.exp(-error)) / 2))",
            "error = y - x\nK.mean(error + K.softplus(-2 * error) - math.log(2))",
            "ops.array([100.0]), ops.array([0.0])",
            "ops.array([1.0, -2.0]), ops.array([0.5, 3.0])",
            level=Level.WARNING,
            imports=_K,
            added="\nimport math",
            parameters="x, y",
        ),
        _good("K.log((K.exp(K.tanh(x)) + K.exp(-K.tanh(x))) / 2)", "A tanh is at most 1.", _K),
        _good("keras.activations.softplus(x) + ops.softplus(-x)", "The stable functions."),
        _good("ops.log1p(ops.exp(-ops.abs(x)))", "The exponent is at most 0."),
        _good("keras.losses.log_cosh(y, x)", "The library's log-cosh is stable.", parameters="x, y"),
        _good("K.log(1 + K.exp(-K.abs(x)))", "The exponent is at most 0.", _K),
    ),
    "NAN207": (
        _bad(
            "p = ops.softmax(x)\n-ops.sum(y * ops.log(p), axis=-1)",
            "-ops.sum(y * ops.log_softmax(x), axis=-1)",
            _PAIR,
            _ORDINARY_PAIR,
            parameters="x, y",
        ),
        _bad(
            "-K.sum(y * K.log(K.softmax(x)), axis=-1)",
            "-K.sum(y * tensorflow.nn.log_softmax(x), axis=-1)",
            _PAIR,
            _ORDINARY_PAIR,
            parameters="x, y",
            imports=_K,
            added=_IMPORT,
        ),
        _bad(
            "p = K.clip(K.softmax(x), K.epsilon(), 1 - K.epsilon())\n-K.sum(y * K.log(p), axis=-1)",
            "p = K.clip(K.softmax(x), K.epsilon(), 1 - K.epsilon())\n-K.sum(y * tensorflow.nn.log_softmax(x), axis=-1)",
            parameters="x, y",
            imports=_K,
            added=_IMPORT,
            level=Level.NOTE,
            proof="float(f(ops.array([[200.0, 0.0]]), ops.array([[0.0, 1.0]]))[0]) < 20",
        ),
        _good(
            "keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)",
            "The loss takes the logits.",
            parameters="x, y",
        ),
        _good(
            "ops.sparse_categorical_crossentropy(y, x, from_logits=True)",
            "The loss takes the logits.",
            parameters="x, y",
        ),
        _good("K.categorical_crossentropy(y, p)", "The loss clips the probabilities itself.", _K, "y, p"),
    ),
    "NAN208": (
        _bad(
            "p = ops.sigmoid(x)\n-ops.mean(y * ops.log(p) + (1 - y) * ops.log(1 - p))",
            "-ops.mean(y * ops.log_sigmoid(x) + (1 - y) * ops.log_sigmoid(-x))",
            _BINARY,
            _ORDINARY_BINARY,
            parameters="x, y",
        ),
        _bad(
            "p = K.sigmoid(x)\n-K.mean(y * K.log(p) + (1 - y) * K.log(1 - p))",
            "-K.mean(y * -K.softplus(-x) + (1 - y) * -K.softplus(x))",
            _BINARY,
            _ORDINARY_BINARY,
            parameters="x, y",
            imports=_K,
        ),
        _bad(
            "-K.mean(y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))",
            "-K.mean(y_true * K.log(K.maximum(y_pred, 1e-8)) + (1 - y_true) * K.log(K.maximum(1 - y_pred, 1e-8)))",
            "ops.array([1.0]), ops.array([1.0])",
            parameters="y_true, y_pred",
            imports=_K,
            level=Level.WARNING,
        ),
        _good(
            "y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())\n"
            "-K.mean(y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))",
            "Both sides are guarded: epsilon is 1e-7, which float32 tells from 1.",
            _K,
            "y_true, y_pred",
        ),
        _good(
            "keras.losses.binary_crossentropy(y, x, from_logits=True)", "The loss takes the logits.", parameters="x, y"
        ),
        _good(
            "K.mean(K.binary_crossentropy(y_true, y_pred), axis=-1)",
            "The loss clips the probabilities itself.",
            _K,
            "y_true, y_pred",
        ),
    ),
    "NAN209": (
        _bad(
            "ops.exp(x) - 1",
            "ops.expm1(x)",
            "",
            "ops.array([0.5, 2.0])",
            level=Level.NOTE,
            proof="float(f(ops.array([1e-9]))[0]) == 0",
        ),
        _bad(
            "ops.log(1 + ops.square(x))",
            "ops.log1p(ops.square(x))",
            "",
            "ops.array([0.5, 2.0])",
            level=Level.NOTE,
            proof="float(f(ops.array([1e-6]))[0]) == 0",
        ),
        _bad(
            "K.log(1 + K.square(x))",
            "tf.math.log1p(K.square(x))",
            "",
            "ops.array([0.5, 2.0])",
            level=Level.NOTE,
            imports=_BOTH,
            proof="float(f(ops.array([1e-6]))[0]) == 0",
        ),
        _good("ops.log1p(ops.square(x)) + ops.expm1(x)", "The exact functions."),
        _good("ops.log(2 + ops.square(x))", "2 plus a square loses nothing that counts."),
        _good("K.log(1 + K.abs(x) + 10.0)", "11 and more loses nothing that counts.", _K),
    ),
    "NAN210": (
        _bad(
            "p = ops.clip(x, 0.1, 0.9)\n-ops.log(ops.prod(p, axis=1))",
            "p = ops.clip(x, 0.1, 0.9)\n-ops.sum(ops.log(p), axis=1)",
            "ops.zeros([1, 50])",
            "ops.array([[0.5, 0.3]])",
            level=Level.WARNING,
        ),
        _bad(
            "p = K.clip(x, 0.1, 0.9)\n-K.log(K.prod(p, axis=1))",
            "p = K.clip(x, 0.1, 0.9)\n-K.sum(K.log(p), axis=1)",
            "ops.zeros([1, 50])",
            "ops.array([[0.5, 0.3]])",
            level=Level.WARNING,
            imports=_K,
        ),
        _bad(
            "ops.log(ops.det(m))",
            "ops.slogdet(m)[1]",
            "ops.array(0.001 * np.eye(16), 'float32')",
            level=Level.NOTE,
            parameters="m",
        ),
        _good("ops.slogdet(m)[1] / 2", "The logarithm of the determinant's size.", parameters="m"),
        _good("ops.sum(ops.log_sigmoid(x), axis=1)", "The logarithms are summed."),
        _good("K.log(K.prod(1.0 + K.square(x), axis=-1))", "Every factor is at least 1.", _K),
    ),
}
