"""Distributions of TensorFlow Probability, which were TensorFlow's own in release 1, by its documentation."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call

_FAMILIES = {
    "Bernoulli": "logits probs",
    "Beta": "concentration1 concentration0",
    "Binomial": "total_count logits probs",
    "Categorical": "logits probs",
    "Cauchy": "loc scale",
    "Dirichlet": "concentration",
    "Exponential": "rate",
    "Gamma": "concentration rate",
    "Gumbel": "loc scale",
    "HalfNormal": "scale",
    "Independent": "distribution reinterpreted_batch_ndims",
    "InverseGamma": "concentration scale",
    "Laplace": "loc scale",
    "LogNormal": "loc scale",
    "MixtureSameFamily": "mixture_distribution components_distribution",
    "Multinomial": "total_count logits probs",
    "MultivariateNormalDiag": "loc scale_diag",
    "MultivariateNormalFullCovariance": "loc covariance_matrix",
    "MultivariateNormalTriL": "loc scale_tril",
    "Normal": "loc scale",
    "OneHotCategorical": "logits probs",
    "Poisson": "rate log_rate",
    "RelaxedBernoulli": "temperature logits probs",
    "RelaxedOneHotCategorical": "temperature logits probs",
    "StudentT": "df loc scale",
    "TransformedDistribution": "distribution bijector",
    "TruncatedNormal": "loc scale low high",
    "Uniform": "low high",
    "VonMises": "loc concentration",
}

DISTRIBUTIONS: dict[str, Call] = {
    f"tensorflow_probability.distributions.{name}": call(
        Op.DISTRIBUTION, "", f"{options} dtype validate_args", result=Kind.DISTRIBUTION, family=name
    )
    for name, options in _FAMILIES.items()
}

DISTRIBUTION_METHODS: dict[tuple[Kind, str], Call] = {
    (Kind.DISTRIBUTION, "log_prob"): call(Op.LOG_PROB, "self value", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "sample"): call(Op.SAMPLE, "self", "sample_shape>size seed", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "cdf"): call(Op.NDTR, "value>x self", result=Kind.TENSOR, order=(1, 0)),
    **{
        (Kind.DISTRIBUTION, name): call(Op.OPAQUE, "self", result=Kind.TENSOR)
        for name in ("entropy", "mean", "stddev", "variance", "mode")
    },
    (Kind.DISTRIBUTION, "prob"): call(Op.OPAQUE, "self value", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "quantile"): call(Op.OPAQUE, "self value", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "kl_divergence"): call(Op.OPAQUE, "self other", result=Kind.TENSOR),
}
