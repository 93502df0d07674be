"""`torch.distributions`: constructors by family, and the methods of a distribution."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call

_FAMILIES = {
    "Bernoulli": "probs logits",
    "Beta": "concentration1 concentration0",
    "Binomial": "total_count probs logits",
    "Categorical": "probs logits",
    "Cauchy": "loc scale",
    "Chi2": "df",
    "ContinuousBernoulli": "probs logits lims",
    "Dirichlet": "concentration",
    "Exponential": "rate",
    "FisherSnedecor": "df1 df2",
    "Gamma": "concentration rate",
    "GeneralizedPareto": "loc scale concentration",
    "Geometric": "probs logits",
    "Gumbel": "loc scale",
    "HalfCauchy": "scale",
    "HalfNormal": "scale",
    "Independent": "base_distribution reinterpreted_batch_ndims",
    "InverseGamma": "concentration rate",
    "Kumaraswamy": "concentration1 concentration0",
    "LKJCholesky": "dim concentration",
    "Laplace": "loc scale",
    "LogNormal": "loc scale",
    "LogisticNormal": "loc scale",
    "LowRankMultivariateNormal": "loc cov_factor cov_diag",
    "MixtureSameFamily": "mixture_distribution component_distribution",
    "Multinomial": "total_count probs logits",
    "MultivariateNormal": "loc covariance_matrix precision_matrix scale_tril",
    "NegativeBinomial": "total_count probs logits",
    "Normal": "loc scale",
    "OneHotCategorical": "probs logits",
    "OneHotCategoricalStraightThrough": "probs logits",
    "Pareto": "scale alpha",
    "Poisson": "rate",
    "RelaxedBernoulli": "temperature probs logits",
    "RelaxedOneHotCategorical": "temperature probs logits",
    "StudentT": "df loc scale",
    "TransformedDistribution": "base_distribution transforms",
    "Uniform": "low high",
    "VonMises": "loc concentration",
    "Weibull": "scale concentration",
    "Wishart": "df covariance_matrix precision_matrix scale_tril",
}

_MODULES = {
    "Bernoulli": "bernoulli",
    "Beta": "beta",
    "Categorical": "categorical",
    "Dirichlet": "dirichlet",
    "Gamma": "gamma",
    "Independent": "independent",
    "Laplace": "laplace",
    "MultivariateNormal": "multivariate_normal",
    "Normal": "normal",
    "OneHotCategorical": "one_hot_categorical",
    "TransformedDistribution": "transformed_distribution",
    "Uniform": "uniform",
}

_CALLS = {
    name: call(Op.DISTRIBUTION, "", f"{options} validate_args", result=Kind.DISTRIBUTION, family=name)
    for name, options in _FAMILIES.items()
}

DISTRIBUTIONS: dict[str, Call] = {
    **{f"torch.distributions.{name}": made for name, made in _CALLS.items()},
    **{f"torch.distributions.{module}.{name}": _CALLS[name] for name, module in _MODULES.items()},
}

DISTRIBUTION_METHODS: dict[tuple[Kind, str], Call] = {
    (Kind.DISTRIBUTION, "log_prob"): call(Op.LOG_PROB, "self value", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "sample"): call(Op.SAMPLE, "self", "sample_shape>size", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "rsample"): call(Op.SAMPLE, "self", "sample_shape>size", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "entropy"): call(Op.OPAQUE, "self", result=Kind.TENSOR),
    (Kind.DISTRIBUTION, "cdf"): call(Op.NDTR, "value>x self", result=Kind.TENSOR, order=(1, 0)),
    (Kind.DISTRIBUTION, "icdf"): call(Op.OPAQUE, "self value", result=Kind.TENSOR),
}
