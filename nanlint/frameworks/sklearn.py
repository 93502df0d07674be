"""scikit-learn: what stands between data and a network."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="sklearn",
    roots=("sklearn",),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    halves=frozenset({"sklearn.model_selection.train_test_split", "sklearn.model_selection._split.train_test_split"}),
)
