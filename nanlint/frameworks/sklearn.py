"""scikit-learn: what stands between data and a network."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.model import Framework

_PREPROCESSING = "sklearn.preprocessing"

_LAYERS: dict[str, Call] = {
    "LabelEncoder": call(Op.ENCODE, "y>x", missing=False),
    "OneHotEncoder": call(Op.ONE_HOT, "X>x", dtype="float64"),
    "LabelBinarizer": call(Op.ONE_HOT, "y>x", "neg_label pos_label sparse_output"),
    "MultiLabelBinarizer": call(Op.ONE_HOT, "y>x", "classes sparse_output"),
    "StandardScaler": call(Op.STANDARDIZE, "X>x"),
    "RobustScaler": call(Op.STANDARDIZE, "X>x"),
    "MinMaxScaler": call(Op.MIN_MAX, "X>x", "feature_range>span", lo=0.0, hi=1.0),
    "MaxAbsScaler": call(Op.MIN_MAX, "X>x", lo=-1.0, hi=1.0),
    "Normalizer": call(Op.MIN_MAX, "X>x", lo=-1.0, hi=1.0),
}
_FUNCTIONS: dict[str, Call | Overload] = {
    "minmax_scale": call(Op.MIN_MAX, "X>x", "feature_range>span axis copy", fitted=True, lo=0.0, hi=1.0),
    "maxabs_scale": call(Op.MIN_MAX, "X>x", "axis copy", fitted=True, lo=-1.0, hi=1.0),
    "scale": call(Op.STANDARDIZE, "X>x", "axis"),
    "robust_scale": call(Op.STANDARDIZE, "X>x", "axis"),
    "label_binarize": call(Op.ONE_HOT, "y>x"),
}

FRAMEWORK = Framework(
    name="sklearn",
    roots=("sklearn",),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    functions={f"{_PREPROCESSING}.{name}": entry for name, entry in _FUNCTIONS.items()},
    layers={f"{_PREPROCESSING}.{name}": entry for name, entry in _LAYERS.items()},
    fitting=frozenset({"fit", "partial_fit"}),
    applying={"transform": False, "fit_transform": True},
    halves=frozenset({"sklearn.model_selection.train_test_split", "sklearn.model_selection._split.train_test_split"}),
)
