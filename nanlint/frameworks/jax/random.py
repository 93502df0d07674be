"""`jax.random`: every draw takes its key first."""

from math import inf

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_POSITIVE = {
    "exponential": "key shape>size dtype",
    "gamma": "key a shape>size dtype",
    "chisquare": "key df shape>size dtype",
    "f": "key dfnum dfden shape>size dtype",
    "lognormal": "key sigma shape>size dtype",
    "maxwell": "key shape>size dtype",
    "pareto": "key b shape>size dtype",
    "rayleigh": "key scale shape>size dtype",
    "wald": "key mean shape>size dtype",
    "weibull_min": "key scale concentration shape>size dtype",
}

_UNBOUNDED = {
    "cauchy": "key shape>size dtype",
    "gumbel": "key shape>size dtype mode",
    "laplace": "key shape>size dtype",
    "logistic": "key shape>size dtype",
    "t": "key df shape>size dtype",
    "loggamma": "key a shape>size dtype",
    "multivariate_normal": "key mean cov shape>size dtype method",
    "generalized_normal": "key p shape>size dtype",
    "double_sided_maxwell": "key loc scale shape>size dtype",
}

RANDOM: dict[str, Call | Overload] = {
    **{name: call(Op.UNIFORM, "", options, low=0, high=inf) for name, options in _POSITIVE.items()},
    **{name: call(Op.OPAQUE, "", options) for name, options in _UNBOUNDED.items()},
    "normal": call(Op.NORMAL, "", "key shape>size dtype", mean=0, std=1),
    "uniform": call(Op.UNIFORM, "", "key shape>size dtype minval>low maxval>high", low=0.0, high=1.0),
    "truncated_normal": call(Op.UNIFORM, "", "key lower>low upper>high shape>size dtype", closed=True),
    "triangular": call(Op.UNIFORM, "", "key left>low mode right>high shape>size dtype", closed=True),
    "beta": call(Op.UNIFORM, "", "key a b shape>size dtype", low=0, high=1, closed=True),
    "dirichlet": call(Op.UNIFORM, "", "key alpha shape>size dtype", low=0, high=1, closed=True),
    "rademacher": call(Op.UNIFORM, "", "key shape>size dtype", low=-1, high=1, closed=True),
    "ball": call(Op.UNIFORM, "", "key d p shape>size dtype", low=-1, high=1, closed=True),
    "orthogonal": call(Op.UNIFORM, "", "key n shape>size dtype m", low=-1, high=1, closed=True),
    "randint": call(Op.RANDOM_INTEGER, "", "key shape>size minval>low maxval>high dtype"),
    "bernoulli": call(Op.RANDOM_INTEGER, "", "key p shape>size mode", low=0, high=2, dtype="jax.numpy.bool_"),
    "poisson": call(Op.RANDOM_INTEGER, "", "key lam shape>size dtype", low=0),
    "binomial": call(Op.RANDOM_INTEGER, "", "key n p shape>size dtype", low=0),
    "geometric": call(Op.RANDOM_INTEGER, "", "key p shape>size dtype", low=1, high=inf),
    "categorical": call(
        Op.RANDOM_INTEGER, "logits>x", "key axis shape>size", order=(1, 0, 2, 3), low=0, from_logits=True
    ),
    "choice": Overload(
        call(Op.RANDOM_INTEGER, "", "key a>high shape>size replace p>probs axis", low=0),
        call(Op.SELECT, "a>x", "key shape>size replace p>probs axis", order=(1, 0, 2, 3, 4, 5)),
        counting=True,
    ),
    "permutation": Overload(
        call(Op.RANDOM_INTEGER, "", "key x>high axis independent", low=0),
        call(Op.SELECT, "x", "key axis independent", order=(1, 0, 2, 3)),
        counting=True,
    ),
}
