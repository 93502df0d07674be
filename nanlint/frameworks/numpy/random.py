"""`numpy.random`: the functions, and the methods of a generator."""

from math import inf

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, parameters

# Spelled alike in the module, in a RandomState and in a Generator.
SHARED: dict[str, Call] = {
    "uniform": call(Op.UNIFORM, "", "low high size", low=0.0, high=1.0),
    "normal": call(Op.NORMAL, "", "loc>mean scale>std size", mean=0.0, std=1.0),
    "standard_normal": call(Op.NORMAL, "", "size", mean=0, std=1),
    "random": call(Op.UNIFORM, "", "size", low=0, high=1),
    "beta": call(Op.UNIFORM, "", "a b size", low=0, high=1, closed=True),
    "exponential": call(Op.UNIFORM, "", "scale size", low=0, high=inf),
    "standard_exponential": call(Op.UNIFORM, "", "size", low=0, high=inf),
    "gamma": call(Op.UNIFORM, "", "shape scale size", low=0, high=inf),
    "standard_gamma": call(Op.UNIFORM, "", "shape size", low=0, high=inf),
    "chisquare": call(Op.UNIFORM, "", "df size", low=0, high=inf),
    "lognormal": call(Op.UNIFORM, "", "mean sigma size", low=0, high=inf),
    "rayleigh": call(Op.UNIFORM, "", "scale size", low=0, high=inf),
    "weibull": call(Op.UNIFORM, "", "a size", low=0, high=inf),
    "dirichlet": call(Op.UNIFORM, "", "alpha size", low=0, high=1, closed=True),
    "triangular": call(Op.UNIFORM, "", "left>low mode right>high size"),
    "laplace": call(Op.OPAQUE, "", "loc scale size"),
    "gumbel": call(Op.OPAQUE, "", "loc scale size"),
    "logistic": call(Op.OPAQUE, "", "loc scale size"),
    "multivariate_normal": call(Op.OPAQUE, "", "mean cov size check_valid tol"),
    "standard_cauchy": call(Op.OPAQUE, "", "size"),
    "standard_t": call(Op.OPAQUE, "", "df size"),
    "poisson": call(Op.RANDOM_INTEGER, "", "lam size", low=0),
    "binomial": call(Op.RANDOM_INTEGER, "", "n p size", low=0),
    "multinomial": call(Op.RANDOM_INTEGER, "", "n pvals size", low=0),
    "geometric": call(Op.RANDOM_INTEGER, "", "p size", low=1, high=inf),
    "choice": call(Op.SELECT, "a>x", "size replace p>probs"),
    "permutation": call(Op.SELECT, "x"),
}

_OLD: dict[str, Call] = {
    "rand": call(Op.UNIFORM, "", "*size", low=0, high=1),
    "randn": call(Op.NORMAL, "", "*size", mean=0, std=1),
    "random_sample": call(Op.UNIFORM, "", "size", low=0, high=1),
    "randint": call(Op.RANDOM_INTEGER, "", "low high size dtype"),
}

_GENERATOR_ONLY: dict[str, Call] = {
    "random": call(Op.UNIFORM, "", "size dtype", low=0, high=1),
    "standard_normal": call(Op.NORMAL, "", "size dtype", mean=0, std=1),
    "standard_exponential": call(Op.UNIFORM, "", "size dtype method", low=0, high=inf),
    "standard_gamma": call(Op.UNIFORM, "", "shape size dtype", low=0, high=inf),
    "choice": call(Op.SELECT, "a>x", "size replace p>probs axis shuffle"),
    "permutation": call(Op.SELECT, "x", "axis"),
    "integers": call(Op.RANDOM_INTEGER, "", "low high size dtype endpoint"),
    "permuted": call(Op.SELECT, "x", "axis"),
}

RANDOM: dict[str, Call | Overload] = {
    **SHARED,
    **_OLD,
    "choice": Overload(
        call(Op.RANDOM_INTEGER, "", "a>high size replace p>probs", low=0), SHARED["choice"], counting=True
    ),
    "permutation": Overload(call(Op.RANDOM_INTEGER, "", "x>high", low=0), SHARED["permutation"], counting=True),
    "ranf": call(Op.UNIFORM, "", "size", low=0, high=1),
    "sample": call(Op.UNIFORM, "", "size", low=0, high=1),
}


def _of_generator(drawn: Call) -> Call:
    """The same with the generator as receiver, behind the operands that the operation has."""
    operands, options = len(drawn.operands), len(drawn.options)
    order = (operands, *range(operands), *range(operands + 1, operands + 1 + options))
    return Call(drawn.op, drawn.operands + parameters("self"), drawn.options, drawn.fixed, Kind.TENSOR, order)


GENERATOR_METHODS: dict[tuple[Kind, str], Call] = {
    (Kind.GENERATOR, name): _of_generator(drawn) for name, drawn in {**SHARED, **_OLD, **_GENERATOR_ONLY}.items()
}

GENERATORS: dict[str, Kind] = {
    "numpy.random.default_rng": Kind.GENERATOR,
    "numpy.random.Generator": Kind.GENERATOR,
    "numpy.random.RandomState": Kind.GENERATOR,
}
