"""`jax.scipy`: SciPy's functions, as far as JAX has them."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.scipy import FRAMEWORK as SCIPY

_SPECIAL = words(
    """
    expit logit entr erf erfc erfinv gammaln loggamma digamma ndtr erfcx gamma i0 i0e i1 xlogy xlog1py beta
    betaln zeta polygamma softmax log_softmax
    """
)
_LINALG = words("inv det cholesky cho_factor svd")

_MORE: dict[str, Call | Overload] = {
    "special.logsumexp": call(Op.LOGSUMEXP, "a>x", "axis b keepdims>keepdim return_sign where"),
    "special.log_ndtr": call(Op.LOG_NDTR, "x", "series_order"),
    "special.ndtri": call(Op.OPAQUE, "p>x"),
    "special.kl_div": call(Op.OPAQUE, "p q"),
    "special.rel_entr": call(Op.OPAQUE, "p q"),
    "special.i1e": call(Op.OPAQUE, "x"),
    "special.betainc": call(Op.OPAQUE, "a b x"),
    "special.gammainc": call(Op.OPAQUE, "a x"),
    "special.gammaincc": call(Op.OPAQUE, "a x"),
    "special.multigammaln": call(Op.OPAQUE, "a>x", "d"),
    "linalg.eigh": call(Op.EIGENVECTORS, "a>x", "b lower eigvals_only"),
    "linalg.solve": call(Op.SOLVE, "a>x b>y", "lower overwrite_a overwrite_b debug check_finite assume_a"),
    "linalg.solve_triangular": call(Op.SOLVE, "a>x b>y", "trans lower unit_diagonal overwrite_b"),
    "linalg.cho_solve": call(Op.OPAQUE, "c_and_lower>x b>y", "overwrite_b check_finite"),
    "linalg.qr": call(Op.QR, "a>x", "overwrite_a lwork mode pivoting"),
    "linalg.lu": call(Op.DECOMPOSE, "a>x", "permute_l overwrite_a check_finite"),
    "linalg.expm": call(Op.OPAQUE, "A>x", "upper_triangular max_squarings"),
    "linalg.sqrtm": call(Op.OPAQUE, "A>x", "blocksize"),
    "linalg.block_diag": call(Op.PAD, "*arrs>x"),
    "stats.norm.cdf": call(Op.NDTR, "x", "loc scale"),
    "stats.norm.logcdf": call(Op.LOG_NDTR, "x", "loc scale"),
    "stats.norm.pdf": call(Op.OPAQUE, "x", "loc scale"),
    "stats.norm.logpdf": call(Op.OPAQUE, "x", "loc scale"),
    "stats.norm.ppf": call(Op.OPAQUE, "q>x", "loc scale"),
    "stats.multivariate_normal.logpdf": call(Op.OPAQUE, "x", "mean cov allow_singular"),
}

SCIPY_FUNCTIONS: dict[str, Call | Overload] = {
    **{f"special.{name}": SCIPY.functions[f"scipy.special.{name}"] for name in _SPECIAL},
    **{f"linalg.{name}": SCIPY.functions[f"scipy.linalg.{name}"] for name in _LINALG},
    **_MORE,
}
"""Below `jax.scipy`."""
