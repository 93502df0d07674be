"""Compositions that have an exact stable form, in TensorFlow."""

from __future__ import annotations

from nanlint.examples.writing import module
from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_TF = "import tensorflow as tf"
_OLD = "import tensorflow.compat.v1 as tf"
_ROWS = "tf.constant([[0.3, -1.2, 2.0], [0.5, 0.1, -0.4]])"
_FAR_ROW = "tf.constant([[0.0, 200.0, 0.0]])"


def _bad(
    body: str,
    fixed: str | None,
    hostile: str = "",
    ordinary: str = "",
    *,
    level: Level = Level.ERROR,
    imports: str = _TF,
    added: str = "",
    parameters: str = "x",
    proof: str = "",
) -> Bad:
    return Bad(
        "tensorflow",
        module(imports, parameters, body),
        None if fixed is None else module(imports + added, parameters, fixed),
        hostile=hostile,
        ordinary=ordinary,
        level=level,
        proof=proof,
    )


def _good(body: str, because: str, imports: str = _TF, parameters: str = "x") -> Good:
    return Good("tensorflow", module(imports, parameters, body), because)


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN201": (
        _bad("tf.math.log(tf.nn.softmax(x))[:, 0]", "tf.nn.log_softmax(x)[:, 0]", _FAR_ROW, _ROWS),
        _bad(
            "p = tf.nn.softmax(x, axis=0)\n-tf.math.log(p)",
            "-tf.nn.log_softmax(x, axis=0)",
            "tf.constant([0.0, 200.0])",
            _ROWS,
        ),
        _bad("tf.log(tf.nn.softmax(x, dim=1))", "tf.nn.log_softmax(x, axis=1)", _FAR_ROW, _ROWS, imports=_OLD),
        _bad(
            "tf.math.log(tf.keras.layers.Softmax()(x))",
            "tf.nn.log_softmax(x)",
            _FAR_ROW,
            _ROWS,
            parameters="x: tf.Tensor",
        ),
        _bad(
            "e = tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))\n"
            "p = e / tf.reduce_sum(e, axis=-1, keepdims=True)\n"
            "tf.math.log(p)",
            "e = tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))\ntf.math.log_softmax(x, axis=-1)",
            _FAR_ROW,
            _ROWS,
        ),
        _bad(
            "tf.math.log(tf.nn.softmax(x) + 1e-8)",
            "tf.nn.log_softmax(x)",
            "",
            "",
            level=Level.NOTE,
            proof="float(f(tf.constant([[0.0, 200.0]]))[0, 0]) > -20",
        ),
        _bad(
            'p = tf.nn.softmax(x, name="p")\ntf.log(p)',
            'p = tf.nn.softmax(x, name="p")\ntf.nn.log_softmax(x)',
            _FAR_ROW,
            _ROWS,
            imports=_OLD,
        ),
        _good("tf.nn.log_softmax(x - 1.0)", "The stable function."),
        _good("tf.nn.log_softmax(x, axis=0)", "The stable function.", _OLD),
        _good(
            "p = tf.nn.softmax(x)\n"
            "q = tf.where(p > 1e-6, p, tf.ones_like(p))\n"
            "tf.where(p > 1e-6, tf.math.log(q), tf.zeros_like(p))",
            "A double where: the logarithm is taken of what is above 0 only.",
        ),
        _good(
            "p = tf.nn.softmax(x, axis=-1)\ntf.reduce_sum(tf.math.xlogy(p, p), axis=-1)",
            "In TensorFlow xlogy is 0 at 0, and so is its gradient.",
        ),
        _good("tf.math.log(1.0 + tf.nn.softmax(x))", "1 plus a softmax is at least 1."),
        _good(
            "tf.math.log(tf.reduce_max(tf.nn.softmax(x), axis=-1))",
            "The largest of three shares is at least a third.",
            parameters="x: tf.Tensor",
        ),
        _good(
            "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
            "The loss takes the logits themselves.",
            parameters="x, y",
        ),
    ),
    "NAN202": (
        _bad(
            "tf.math.log(tf.sigmoid(x))", "tf.math.log_sigmoid(x)", "tf.constant([-100.0])", "tf.constant([-3.0, 0.5])"
        ),
        _bad(
            "tf.log(1. - tf.nn.sigmoid(x))",
            "tf.math.log_sigmoid(-x)",
            "tf.constant([20.0])",
            "tf.constant([-3.0, 0.5])",
            imports=_OLD,
        ),
        _bad(
            "p = tf.keras.activations.sigmoid(x)\ntf.math.log(1 - p)",
            "tf.math.log_sigmoid(-x)",
            "tf.constant([20.0])",
            "tf.constant([-3.0, 0.5])",
        ),
        _bad(
            "-tf.math.log1p(-tf.math.sigmoid(x))",
            "-tf.math.log_sigmoid(-x)",
            "tf.constant([20.0])",
            "tf.constant([-3.0, 0.5])",
        ),
        _good("tf.math.log_sigmoid(x) + tf.math.log_sigmoid(-x)", "The stable functions."),
        _good("tf.math.log(1 + tf.sigmoid(x))", "1 plus a sigmoid is at least 1."),
        _good("tf.math.log(0.1 + 0.8 * tf.sigmoid(x))", "The sigmoid is scaled to lie above 0.1."),
        _good(
            "tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)",
            "The loss takes the logits themselves.",
            parameters="x, y",
        ),
    ),
    "NAN203": (
        _bad(
            "tf.math.log(tf.reduce_sum(tf.exp(x), axis=1, keepdims=True))",
            "tf.math.reduce_logsumexp(x, axis=1, keepdims=True)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "tf.log(tf.reduce_sum(tf.exp(x), 1, keep_dims=True))",
            "tf.reduce_logsumexp(x, axis=1, keepdims=True)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
            imports=_OLD,
        ),
        _bad(
            "tf.math.log(tf.reduce_sum(tf.exp(x)))",
            "tf.math.reduce_logsumexp(x)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "tf.math.log(tf.reduce_mean(tf.exp(x), axis=0))",
            "tf.math.reduce_logsumexp(x, axis=0) - tf.math.log(tf.cast(tf.shape(x)[0], x.dtype))",
            "tf.constant([[100.0, 1.0], [2.0, 3.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "tf.math.log(tf.exp(x) + tf.exp(y))",
            "tf.math.reduce_logsumexp(tf.stack([x, y]), axis=0)",
            "tf.constant([100.0]), tf.constant([1.0])",
            "tf.constant([1.0, -2.0]), tf.constant([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
        ),
        _bad(
            "tf.math.log(tf.cumsum(tf.exp(x), axis=1))",
            "tf.math.cumulative_logsumexp(x, axis=1)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _good("tf.reduce_logsumexp(x, axis=-1, keepdims=True)", "The stable function."),
        _good(
            "m = tf.reduce_max(x, axis=-1, keepdims=True)\n"
            "m + tf.math.log(tf.reduce_sum(tf.exp(x - m), axis=-1, keepdims=True))",
            "The maximum is subtracted, and added again.",
        ),
        _good(
            "tf.math.log(tf.reduce_sum(tf.exp(tf.tanh(x)), axis=-1))",
            "A tanh is at most 1, and so is no exponential larger than 2.72.",
        ),
        _good(
            "tf.math.log(tf.reduce_sum(tf.exp(tf.clip_by_value(x, -20.0, 20.0)), axis=-1))",
            "Clipped to what exp takes.",
        ),
        _good(
            "tf.math.log(1e-6 + tf.reduce_sum(tf.exp(-tf.square(x)), axis=-1))",
            "Gaussian weights are at most 1, and the epsilon holds where all underflow.",
        ),
        _good("tf.math.log(tf.reduce_sum(tf.nn.softplus(x), axis=-1) + 1.0)", "No exponential is summed."),
    ),
    "NAN204": (
        _bad(
            "tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)",
            "tf.nn.softmax(x, axis=-1)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "e = tf.exp(x)\ntf.div(e, tf.reduce_sum(e, 1, keep_dims=True))",
            "tf.nn.softmax(x, axis=1)",
            "tf.constant([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
            imports=_OLD,
        ),
        _bad(
            "e = tf.exp(x)\ne / tf.reduce_sum(e)",
            "e = tf.exp(x - tf.reduce_max(x))\ne / tf.reduce_sum(e)",
            "tf.constant([100.0, 1.0])",
            _ROWS,
            level=Level.WARNING,
        ),
        _good("tf.nn.softmax(x / 2.0, axis=-1)", "The stable function."),
        _good(
            "e = tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))\ne / tf.reduce_sum(e, axis=-1, keepdims=True)",
            "The maximum is subtracted.",
        ),
        _good("e = tf.exp(tf.tanh(x))\ne / tf.reduce_sum(e, axis=-1, keepdims=True)", "A tanh is at most 1."),
    ),
    "NAN205": (
        _bad(
            "1 / (1 + tf.exp(-x))",
            "tf.sigmoid(x)",
            "tf.constant([-100.0])",
            "tf.constant([-3.0, 0.5])",
            level=Level.NOTE,
        ),
        _bad(
            "tf.div(tf.exp(x), 1 + tf.exp(x))",
            "tf.sigmoid(x)",
            "tf.constant([100.0])",
            "tf.constant([-3.0, 0.5])",
            level=Level.NOTE,
            imports=_OLD,
        ),
        _bad(
            "1 / (1 + tf.exp(-50.0 * x))",
            "tf.sigmoid(50.0 * x)",
            "tf.constant([-100.0])",
            "tf.constant([-0.3, 0.05])",
            level=Level.WARNING,
        ),
        _bad(
            "(tf.exp(2 * x) - 1) / (tf.exp(2 * x) + 1)",
            "tf.tanh(x)",
            "tf.constant([100.0])",
            "tf.constant([-1.0, 0.5])",
            level=Level.NOTE,
        ),
        _good("tf.sigmoid(x) * tf.tanh(x)", "The stable functions."),
        _good("1 / (1 + tf.exp(-tf.clip_by_value(x, -50.0, 50.0)))", "Clipped to what exp takes."),
        _good("1 / (1 + tf.exp(-tf.nn.relu(x)))", "The exponent is at most 0."),
        _good("1 / (2 + tf.sinh(tf.tanh(x)))", "No sigmoid, and no overflow."),
    ),
    "NAN206": (
        _bad(
            "tf.math.log(1 + tf.exp(x))",
            "tf.math.softplus(x)",
            "tf.constant([100.0])",
            "tf.constant([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "tf.log1p(tf.exp(-x))",
            "tf.math.softplus(-x)",
            "tf.constant([-100.0])",
            "tf.constant([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
            imports=_OLD,
        ),
        _bad(
            "tf.math.log(1 + tf.exp(tf.square(x)))",
            "tf.math.softplus(tf.square(x))",
            "tf.constant([100.0])",
            "tf.constant([-2.0, 0.5, 1.0])",
            level=Level.WARNING,
        ),
        _bad(
            "tf.math.log(tf.exp(x) - 1)",
            "x + tf.math.log(-tf.math.expm1(-x))",
            "tf.constant([100.0])",
            "tf.constant([0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "error = x - y\ntf.reduce_mean(tf.math.log(tf.cosh(error)))",
            "error = x - y\ntf.reduce_mean(error + tf.math.softplus(-2 * error) - math.log(2))",
            "tf.constant([100.0]), tf.constant([0.0])",
            "tf.constant([1.0, -2.0]), tf.constant([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
            added="\nimport math",
        ),
        _good("tf.nn.softplus(x) + tf.math.softplus(-x)", "The stable functions."),
        _good("tf.math.log(1 + tf.exp(-tf.abs(x)))", "The exponent is at most 0."),
        _good("tf.where(x > 20.0, x, tf.math.log(1 + tf.exp(tf.minimum(x, 20.0))))", "The exponent is held below 20."),
        _good("tf.keras.losses.log_cosh(y, x)", "The library's log-cosh is stable.", parameters="x, y"),
        _good("tf.math.log(tf.cosh(tf.clip_by_value(x, -10.0, 10.0)))", "Clipped to what cosh takes."),
    ),
    "NAN207": (
        _bad(
            "p = tf.nn.softmax(x)\n-tf.reduce_sum(y * tf.math.log(p))",
            "-tf.reduce_sum(y * tf.nn.log_softmax(x))",
            "tf.constant([[200.0, 0.0]]), tf.constant([[1.0, 0.0]])",
            "tf.constant([[0.3, -1.2]]), tf.constant([[1.0, 0.0]])",
            parameters="x, y",
        ),
        _bad(
            "p = tf.nn.softmax(x)\ntf.reduce_mean(-tf.reduce_sum(y * tf.log(p), reduction_indices=[1]))",
            "tf.reduce_mean(-tf.reduce_sum(y * tf.nn.log_softmax(x), reduction_indices=[1]))",
            "tf.constant([[200.0, 0.0]]), tf.constant([[1.0, 0.0]])",
            "tf.constant([[0.3, -1.2]]), tf.constant([[1.0, 0.0]])",
            parameters="x, y",
            imports=_OLD,
        ),
        _bad(
            "p = tf.nn.softmax(x)\n-tf.reduce_sum(y * tf.log(tf.clip_by_value(p, 1e-10, 1.0)))",
            "-tf.reduce_sum(y * tf.nn.log_softmax(x))",
            parameters="x, y",
            imports=_OLD,
            level=Level.NOTE,
            proof="float(f(tf.constant([[200.0, 0.0]]), tf.constant([[0.0, 1.0]]))) < 100",
        ),
        _good(
            "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x))",
            "The loss takes the logits.",
            parameters="x, y",
        ),
        _good(
            "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x))",
            "The loss takes the logits.",
            _OLD,
            "x, y",
        ),
        _good(
            "-tf.reduce_sum(tf.math.multiply_no_nan(tf.nn.log_softmax(x, axis=-1), y))",
            "log_softmax is finite.",
            parameters="x, y",
        ),
    ),
    "NAN208": (
        _bad(
            "p = tf.sigmoid(x)\n-tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))",
            "-tf.reduce_mean(y * tf.math.log_sigmoid(x) + (1 - y) * tf.math.log_sigmoid(-x))",
            "tf.constant([100.0]), tf.constant([1.0])",
            "tf.constant([1.0, -2.0]), tf.constant([0.0, 1.0])",
            parameters="x, y",
        ),
        _bad(
            "p = tf.nn.sigmoid(x)\ntf.reduce_mean(-y * tf.log(p) - (1 - y) * tf.log(1 - p))",
            "tf.reduce_mean(-y * tf.math.log_sigmoid(x) - (1 - y) * tf.math.log_sigmoid(-x))",
            "tf.constant([100.0]), tf.constant([1.0])",
            "tf.constant([1.0, -2.0]), tf.constant([0.0, 1.0])",
            parameters="x, y",
            imports=_OLD,
        ),
        _bad(
            "p = tf.nn.sigmoid(x)\n-tf.reduce_mean(y * tf.log(p + 1e-8) + (1 - y) * tf.log(1 - p + 1e-6))",
            "-tf.reduce_mean(y * tf.math.log_sigmoid(x) + (1 - y) * tf.math.log_sigmoid(-x))",
            parameters="x, y",
            imports=_OLD,
            level=Level.NOTE,
            proof="float(f(tf.constant([100.0]), tf.constant([0.0]))) < 50",
        ),
        _good(
            "tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x))",
            "The loss takes the logits.",
            parameters="x, y",
        ),
        _good(
            "p = tf.clip_by_value(p, 1e-6, 1 - 1e-6)\n"
            "-tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))",
            "Both sides are guarded, by steps that float32 holds.",
            parameters="p, y",
        ),
        _good(
            "tf.debugging.assert_greater(p, 0.0)\n"
            "tf.debugging.assert_less(p, 1.0)\n"
            "-tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))",
            "The assertions raise at 0 and at 1.",
            parameters="p, y",
        ),
    ),
    "NAN209": (
        _bad(
            "tf.math.log(1 + x ** 2)",
            "tf.math.log1p(x ** 2)",
            "",
            "tf.constant([0.5, 2.0])",
            level=Level.NOTE,
            parameters="x: tf.Tensor",
            proof="float(f(tf.constant([1e-6]))[0]) == 0",
        ),
        _bad(
            "tf.exp(x) - 1",
            "tf.math.expm1(x)",
            "",
            "tf.constant([0.5, 2.0])",
            level=Level.NOTE,
            imports=_OLD,
            proof="float(f(tf.constant([1e-9]))[0]) == 0",
        ),
        _bad(
            "tf.math.log(1 - tf.exp(-tf.abs(x) - 1e-6))",
            "tf.math.log(-tf.math.expm1(-tf.abs(x) - 1e-6))",
            "",
            "tf.constant([0.5, 2.0])",
            level=Level.NOTE,
            proof="abs(float(f(tf.constant([0.0]))[0]) + 13.8155) > 0.01",
        ),
        _good("tf.math.log1p(tf.square(x)) + tf.math.expm1(x)", "The exact functions."),
        _good("tf.math.log(2 + tf.square(x))", "2 plus a square loses nothing that counts."),
        _good("tf.math.log(1 + tf.cast(n, tf.int32))", "Whole numbers have no digits to lose.", parameters="n"),
    ),
    "NAN210": (
        _bad(
            "p = tf.clip_by_value(x, 0.1, 0.9)\n-tf.math.log(tf.reduce_prod(p, axis=1))",
            "p = tf.clip_by_value(x, 0.1, 0.9)\n-tf.reduce_sum(tf.math.log(p), axis=1)",
            "tf.zeros([1, 50])",
            "tf.constant([[0.5, 0.3]])",
            level=Level.WARNING,
        ),
        _bad(
            "tf.log(tf.matrix_determinant(m))",
            "tf.linalg.slogdet(m).log_abs_determinant",
            "tf.constant(0.001 * np.eye(16), tf.float32)",
            level=Level.NOTE,
            imports=_OLD,
            parameters="m",
        ),
        _bad(
            "tf.math.log(tf.abs(tf.linalg.det(m)))",
            "tf.linalg.slogdet(m).log_abs_determinant",
            "tf.constant(0.001 * np.eye(16), tf.float32)",
            "tf.constant([[2.0, 0.5], [0.1, 1.0]])",
            level=Level.NOTE,
            parameters="m",
        ),
        _bad("tf.math.log(0.5 * (1 + tf.math.erf(x / 1.4142135)))", None, "tf.constant([-6.0])"),
        _good("tf.linalg.logdet(m)", "The logarithm of the determinant of a positive definite matrix.", parameters="m"),
        _good("tf.reduce_sum(tf.math.log_sigmoid(x), axis=1)", "The logarithms are summed."),
        _good("tf.math.log(tf.reduce_prod(1.0 + tf.square(x), axis=-1))", "Every factor is at least 1."),
        _good("tf.math.log(tf.cast(tf.reduce_prod(tf.shape(x)), tf.float32) + 1.0)", "A product of sizes."),
    ),
}
