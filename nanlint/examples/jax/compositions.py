"""Compositions that have an exact stable form, in JAX."""

from __future__ import annotations

from nanlint.examples.writing import module
from nanlint.findings import Level
from nanlint.rule import Bad, Good, Miss

_JAX = "import jax\nimport jax.numpy as jnp"
_NN = "import jax.numpy as jnp\nfrom jax import nn"
_SPECIAL = "import jax.numpy as jnp\nfrom jax.scipy import special"
_FLAX = "import jax.numpy as jnp\nfrom flax import linen as nn"
_SINGLE = "import jax.numpy as jnp\nfrom jax.nn import sigmoid"
_ROWS = "jnp.array([[0.3, -1.2, 2.0], [0.5, 0.1, -0.4]])"
_FAR_ROW = "jnp.array([[0.0, 200.0, 0.0]])"
_SMALL = "jnp.array([-3.0, 0.5])"


def _bad(
    body: str,
    fixed: str | None,
    hostile: str = "",
    ordinary: str = "",
    *,
    level: Level = Level.ERROR,
    imports: str = _JAX,
    added: str = "",
    parameters: str = "x",
    proof: str = "",
) -> Bad:
    return Bad(
        "jax",
        module(imports, parameters, body),
        None if fixed is None else module(imports + added, parameters, fixed),
        hostile=hostile,
        ordinary=ordinary,
        level=level,
        proof=proof,
    )


def _good(body: str, because: str, imports: str = _JAX, parameters: str = "x") -> Good:
    return Good("jax", module(imports, parameters, body), because)


EXAMPLES: dict[str, tuple[Bad | Good | Miss, ...]] = {
    "NAN201": (
        _bad("jnp.log(jax.nn.softmax(x, axis=0))", "jax.nn.log_softmax(x, axis=0)", "jnp.array([0.0, 200.0])", _ROWS),
        _bad("p = nn.softmax(x)\n-jnp.log(p)", "-nn.log_softmax(x)", _FAR_ROW, _ROWS, imports=_FLAX),
        _bad("jnp.log(nn.softmax(x))[:, 0]", "nn.log_softmax(x)[:, 0]", _FAR_ROW, _ROWS, imports=_NN),
        _bad(
            "e = jnp.exp(x - x.max(axis=-1, keepdims=True))\njnp.log(e / e.sum(axis=-1, keepdims=True))",
            "e = jnp.exp(x - x.max(axis=-1, keepdims=True))\njax.nn.log_softmax(x, axis=-1)",
            _FAR_ROW,
            _ROWS,
        ),
        _bad(
            "jnp.log(jax.nn.softmax(x, where=x > -1.0))",
            "jnp.log(jnp.maximum(jax.nn.softmax(x, where=x > -1.0), 1e-8))",
            _FAR_ROW,
        ),
        _good("jax.nn.log_softmax(x - 1.0)", "The stable function."),
        _good("jax.nn.log_softmax(x, where=x > -1.0)", "The stable function takes the mask, too."),
        _good(
            "p = jax.nn.softmax(x)\nsafe = jnp.where(p > 0, p, 1.0)\njnp.where(p > 0, jnp.log(safe), 0.0)",
            "A double where: the logarithm is taken of what is above 0 only.",
        ),
        _good("jnp.log(1.0 + jax.nn.softmax(x))", "1 plus a softmax is at least 1."),
        _good(
            "m = jnp.max(x, axis=-1, keepdims=True)\nx - m - jnp.log(jnp.sum(jnp.exp(x - m), axis=-1, keepdims=True))",
            "A log-softmax by hand, with the maximum subtracted.",
        ),
    ),
    "NAN202": (
        _bad("jnp.log(jax.nn.sigmoid(x))", "jax.nn.log_sigmoid(x)", "jnp.array([-100.0])", _SMALL),
        _bad("jnp.log(1 - nn.sigmoid(x))", "nn.log_sigmoid(-x)", "jnp.array([20.0])", _SMALL, imports=_NN),
        _bad(
            "jnp.log(1 - sigmoid(x))",
            "log_sigmoid(-x)",
            "jnp.array([20.0])",
            _SMALL,
            imports=_SINGLE,
            added="\nfrom jax.nn import log_sigmoid",
        ),
        _bad(
            "jnp.log1p(-special.expit(x))",
            "jax.nn.log_sigmoid(-x)",
            "jnp.array([20.0])",
            _SMALL,
            imports=_SPECIAL,
            added="\nimport jax",
        ),
        _good("jax.nn.log_sigmoid(x) + jax.nn.log_sigmoid(-x)", "The stable functions."),
        _good("jnp.log(1 + jax.nn.sigmoid(x))", "1 plus a sigmoid is at least 1."),
        _good("jnp.log(0.1 + 0.8 * jax.nn.sigmoid(x))", "The sigmoid is scaled to lie above 0.1."),
        _good(
            "jnp.log(jax.nn.sigmoid(jnp.clip(x, -10.0, 10.0)))",
            "The logits are clipped to where a sigmoid is far from 0.",
        ),
    ),
    "NAN203": (
        _bad(
            "jnp.log(jnp.sum(jnp.exp(x), axis=-1, keepdims=True))",
            "jax.nn.logsumexp(x, axis=-1, keepdims=True)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "jnp.log(jnp.exp(x).sum(axis=1))",
            "special.logsumexp(x, axis=1)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
            imports=_SPECIAL,
        ),
        _bad(
            "jnp.log(jnp.sum(jnp.exp(x)))",
            "jax.nn.logsumexp(x)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "jnp.log(jnp.mean(jnp.exp(x), axis=0))",
            "jax.nn.logsumexp(x, axis=0) - jnp.log(x.shape[0])",
            "jnp.array([[100.0, 1.0], [2.0, 3.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "jnp.log(jnp.exp(x).mean())",
            "jax.nn.logsumexp(x) - jnp.log(x.size)",
            "jnp.array([[100.0, 1.0], [2.0, 3.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "jnp.log(jnp.exp(x) + jnp.exp(y))",
            "jnp.logaddexp(x, y)",
            "jnp.array([100.0]), jnp.array([1.0])",
            "jnp.array([1.0, -2.0]), jnp.array([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
        ),
        _bad(
            "jnp.log(jnp.cumsum(jnp.exp(x), axis=1))",
            "jax.lax.cumlogsumexp(x, axis=1)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad("jnp.log(jnp.cumsum(jnp.exp(x), axis=-1))", None, "jnp.array([[100.0, 1.0]])", level=Level.WARNING),
        _good("jax.nn.logsumexp(x, axis=-1) + jax.scipy.special.logsumexp(x, axis=-1)", "The stable function."),
        _good(
            "m = jnp.max(x, axis=-1, keepdims=True)\nm + jnp.log(jnp.sum(jnp.exp(x - m), axis=-1, keepdims=True))",
            "The maximum is subtracted, and added again.",
        ),
        _good("jnp.log(jnp.sum(jnp.exp(jnp.tanh(x)), axis=-1))", "A tanh is at most 1."),
        _good("jnp.log(jnp.sum(jnp.exp(jnp.clip(x, -20.0, 20.0)), axis=-1))", "Clipped to what exp takes."),
        _good(
            "jnp.log(1e-6 + jnp.sum(jnp.exp(-jnp.square(x)), axis=-1))",
            "Gaussian weights are at most 1, and the epsilon holds where all underflow.",
        ),
        _good("jnp.log(1.0 + jnp.sum(jax.nn.softplus(x), axis=-1))", "No exponential is summed."),
        _good("jnp.logaddexp(x, y)", "The stable function.", imports="import jax.numpy as jnp", parameters="x, y"),
        _good("jnp.log(jnp.sum(jnp.exp(-jnp.abs(x))) + 1.0)", "The exponents are at most 0, and 1 is added."),
    ),
    "NAN204": (
        _bad(
            "e = jnp.exp(x)\ne / e.sum(axis=-1, keepdims=True)",
            "jax.nn.softmax(x, axis=-1)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
        ),
        _bad(
            "jnp.exp(x) / jnp.sum(jnp.exp(x), axis=1)[:, None]",
            "nn.softmax(x, axis=1)",
            "jnp.array([[100.0, 1.0]])",
            _ROWS,
            level=Level.WARNING,
            imports=_NN,
        ),
        _bad(
            "e = jnp.exp(x)\ne / jnp.sum(e)",
            "e = jnp.exp(x - jnp.max(x))\ne / jnp.sum(e)",
            "jnp.array([100.0, 1.0])",
            _ROWS,
            level=Level.WARNING,
        ),
        _good("jax.nn.softmax(x / 2.0, axis=-1)", "The stable function."),
        _good(
            "e = jnp.exp(x - jnp.max(x, axis=-1, keepdims=True))\ne / e.sum(axis=-1, keepdims=True)",
            "The maximum is subtracted.",
        ),
        _good("e = jnp.exp(jnp.tanh(x))\ne / jnp.sum(e, axis=-1, keepdims=True)", "A tanh is at most 1."),
    ),
    "NAN205": (
        _bad("1 / (1 + jnp.exp(-x))", "jax.nn.sigmoid(x)", "jnp.array([-100.0])", _SMALL, level=Level.NOTE),
        _bad(
            "jnp.exp(x) / (1 + jnp.exp(x))",
            "nn.sigmoid(x)",
            "jnp.array([100.0])",
            _SMALL,
            level=Level.NOTE,
            imports=_NN,
        ),
        _bad(
            "1 / (1 + jnp.exp(-50.0 * x))",
            "jax.nn.sigmoid(50.0 * x)",
            "jnp.array([-100.0])",
            "jnp.array([-0.3, 0.05])",
            level=Level.WARNING,
        ),
        _bad(
            "(jnp.exp(x) - jnp.exp(-x)) / (jnp.exp(x) + jnp.exp(-x))",
            "jnp.tanh(x)",
            "jnp.array([100.0])",
            "jnp.array([-1.0, 0.5])",
            level=Level.NOTE,
        ),
        _good("jax.nn.sigmoid(x) * jnp.tanh(x)", "The stable functions."),
        _good("1 / (1 + jnp.exp(-jnp.clip(x, -50.0, 50.0)))", "Clipped to what exp takes."),
        _good("1 / (1 + jnp.exp(-jax.nn.relu(x)))", "The exponent is at most 0."),
        _good("jax.scipy.special.expit(x) + jax.lax.logistic(x)", "The stable functions."),
    ),
    "NAN206": (
        _bad(
            "jnp.log(1 + jnp.exp(x))",
            "jax.nn.softplus(x)",
            "jnp.array([100.0])",
            "jnp.array([-2.0, 0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "jnp.log1p(jnp.exp(x * x))",
            "nn.softplus(x * x)",
            "jnp.array([100.0])",
            "jnp.array([-2.0, 0.5, 1.0])",
            level=Level.WARNING,
            imports=_NN,
        ),
        _bad(
            "jnp.log(jnp.exp(x) - 1)",
            "x + jnp.log(-jnp.expm1(-x))",
            "jnp.array([100.0])",
            "jnp.array([0.5, 4.0])",
            level=Level.NOTE,
        ),
        _bad(
            "error = x - y\njnp.mean(jnp.log(jnp.cosh(error)))",
            "error = x - y\njnp.mean(jnp.logaddexp(error, -error) - jnp.log(2))",
            "jnp.array([100.0]), jnp.array([0.0])",
            "jnp.array([1.0, -2.0]), jnp.array([0.5, 3.0])",
            level=Level.WARNING,
            parameters="x, y",
        ),
        _good("jax.nn.softplus(x) + jnp.logaddexp(x, 0.0)", "The stable functions."),
        _good("jnp.log1p(jnp.exp(-jnp.abs(x)))", "The exponent is at most 0."),
        _good("jnp.where(x > 20.0, x, jnp.log1p(jnp.exp(jnp.minimum(x, 20.0))))", "The exponent is held below 20."),
        _good("optax.log_cosh(x, y)", "The library's log-cosh is stable.", imports="import optax", parameters="x, y"),
    ),
    "NAN207": (
        _bad(
            "p = jax.nn.softmax(x)\n-jnp.mean(jnp.sum(y * jnp.log(p), axis=-1))",
            "-jnp.mean(jnp.sum(y * jax.nn.log_softmax(x), axis=-1))",
            "jnp.array([[200.0, 0.0]]), jnp.array([[1.0, 0.0]])",
            "jnp.array([[0.3, -1.2]]), jnp.array([[1.0, 0.0]])",
            parameters="x, y",
        ),
        _bad(
            "p = jax.nn.softmax(x)\n-jnp.mean(jnp.sum(y * jnp.log(jnp.clip(p, 1e-7, 1.0)), axis=1))",
            "-jnp.mean(jnp.sum(y * jax.nn.log_softmax(x), axis=1))",
            parameters="x, y",
            level=Level.NOTE,
            proof="float(f(jnp.array([[200.0, 0.0]]), jnp.array([[0.0, 1.0]]))) < 100",
        ),
        _good(
            "optax.softmax_cross_entropy(logits=x, labels=y).mean()",
            "The loss takes the logits.",
            imports="import optax",
            parameters="x, y",
        ),
        _good(
            "optax.softmax_cross_entropy_with_integer_labels(x, y).mean()",
            "The loss takes the logits.",
            imports="import optax",
            parameters="x, y",
        ),
    ),
    "NAN208": (
        _bad(
            "p = jax.nn.sigmoid(x)\n-jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))",
            "-jnp.mean(y * jax.nn.log_sigmoid(x) + (1 - y) * jax.nn.log_sigmoid(-x))",
            "jnp.array([100.0]), jnp.array([1.0])",
            "jnp.array([1.0, -2.0]), jnp.array([0.0, 1.0])",
            parameters="x, y",
        ),
        _bad(
            "p = nn.sigmoid(x)\n-(y * jnp.log(p) + (1 - y) * jnp.log1p(-p)).mean()",
            "-(y * nn.log_sigmoid(x) + (1 - y) * nn.log_sigmoid(-x)).mean()",
            "jnp.array([100.0]), jnp.array([1.0])",
            "jnp.array([1.0, -2.0]), jnp.array([0.0, 1.0])",
            parameters="x, y",
            imports=_NN,
        ),
        _good(
            "optax.sigmoid_binary_cross_entropy(x, y).mean()",
            "The loss takes the logits.",
            imports="import optax",
            parameters="x, y",
        ),
        _good(
            "p = jnp.clip(p, 1e-6, 1 - 1e-6)\n-jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))",
            "Both sides are guarded, by steps that float32 holds.",
            parameters="p, y",
        ),
    ),
    "NAN209": (
        _bad(
            "jnp.log(1 + x ** 2)",
            "jnp.log1p(x ** 2)",
            "",
            "jnp.array([0.5, 2.0])",
            level=Level.NOTE,
            parameters="x: jax.Array",
            proof="float(f(jnp.array([1e-6]))[0]) == 0",
        ),
        _bad(
            "jnp.exp(x) - 1",
            "jnp.expm1(x)",
            "",
            "jnp.array([0.5, 2.0])",
            level=Level.NOTE,
            proof="float(f(jnp.array([1e-9]))[0]) == 0",
        ),
        _bad(
            "jnp.log(1 - jnp.exp(-jnp.abs(x) - 1e-6))",
            "jnp.log(-jnp.expm1(-jnp.abs(x) - 1e-6))",
            "",
            "jnp.array([0.5, 2.0])",
            level=Level.NOTE,
            proof="abs(float(f(jnp.array([0.0]))[0]) + 13.8155) > 0.01",
        ),
        _good("jnp.log1p(jnp.square(x)) + jnp.expm1(x)", "The exact functions."),
        _good("jnp.log(2 + jnp.square(x))", "2 plus a square loses nothing that counts."),
        _good("jnp.log(1 + n.astype(jnp.int32))", "Whole numbers have no digits to lose.", parameters="n"),
    ),
    "NAN210": (
        _bad(
            "p = jnp.clip(x, 0.1, 0.9)\n-jnp.log(jnp.prod(p, axis=1))",
            "p = jnp.clip(x, 0.1, 0.9)\n-jnp.sum(jnp.log(p), axis=1)",
            "jnp.zeros((1, 50))",
            "jnp.array([[0.5, 0.3]])",
            level=Level.WARNING,
        ),
        _bad(
            "p = jnp.clip(x, 0.1, 0.9)\n-jnp.log(p.prod(axis=1))",
            "p = jnp.clip(x, 0.1, 0.9)\n-jnp.log(p).sum(1)",
            "jnp.zeros((1, 50))",
            "jnp.array([[0.5, 0.3]])",
            level=Level.WARNING,
        ),
        _bad(
            "jnp.log(jnp.linalg.det(m))",
            "jnp.linalg.slogdet(m).logabsdet",
            "jnp.array(0.001 * np.eye(16))",
            level=Level.NOTE,
            parameters="m",
        ),
        _bad(
            "-jnp.log(jnp.abs(jnp.linalg.det(m)))",
            "-jnp.linalg.slogdet(m).logabsdet",
            "jnp.array(0.001 * np.eye(16))",
            "jnp.array([[2.0, 0.5], [0.1, 1.0]])",
            level=Level.NOTE,
            parameters="m",
        ),
        _bad(
            "jnp.log(special.ndtr(x))",
            "special.log_ndtr(x)",
            "jnp.array([-20.0])",
            "jnp.array([-1.0, 0.5])",
            imports=_SPECIAL,
        ),
        _bad(
            "jnp.log(jax.scipy.stats.norm.cdf(x))",
            "jax.scipy.special.log_ndtr(x)",
            "jnp.array([-20.0])",
            "jnp.array([-1.0, 0.5])",
        ),
        _good("jnp.linalg.slogdet(m)[1]", "The logarithm of the determinant's size.", parameters="m"),
        _good("jnp.sum(jax.nn.log_sigmoid(x), axis=1)", "The logarithms are summed."),
        _good("jnp.log(jnp.prod(1.0 + jnp.square(x), axis=-1))", "Every factor is at least 1."),
        _good("jax.scipy.stats.norm.logcdf(x)", "The logarithm of the distribution function itself."),
        _good("jax.scipy.special.gammaln(x)", "The logarithm of the gamma function itself."),
        _good("jnp.log(jnp.prod(jnp.array(x.shape)))", "A product of sizes."),
    ),
}
