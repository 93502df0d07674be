"""What scikit-learn and pandas make of tables lies where the operations say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import preprocessing

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate
from nanlint.ops.model import Outcome
from tests.numerics.sampling import scalar

COLUMNS = np.random.default_rng(0).normal(-77.0, 1e3, (1000, 3))
NAMES = pd.Series(["b", "a", None, "c"])


def flag(value: bool) -> Value:
    return Value(Kind.BOOLEAN, Operation(Op.CONSTANT), payload=Constant(value))


def outcome(op: Op, **options: Value) -> Outcome:
    return evaluate(op, (Value(Kind.UNKNOWN, Operation(Op.READ, number=1)),), options, Dtype.FLOAT64)


@pytest.mark.parametrize("span", [(0.0, 1.0), (-1.0, 1.0), (2.0, 5.0)])
def test_fitted_columns_lie_within_the_span_and_reach_its_ends(span: tuple[float, float]) -> None:
    scaled = preprocessing.MinMaxScaler(feature_range=span).fit_transform(COLUMNS)
    found = outcome(Op.MIN_MAX, lo=scalar(span[0]), hi=scalar(span[1]), fitted=flag(True))
    assert (found.range, found.known) == (Interval(*span), True)
    assert [scaled.min(), scaled.max()] == pytest.approx(span)


def test_other_data_leave_the_span() -> None:
    scaled = preprocessing.MinMaxScaler().fit(COLUMNS).transform(COLUMNS * 2)
    found = outcome(Op.MIN_MAX, lo=scalar(0.0), hi=scalar(1.0), fitted=flag(False))
    assert (found.range, found.known) == (EVERYTHING, False)
    assert scaled.max() > 1.0


def test_classes_are_numbered_from_0_and_what_is_missing_is_below() -> None:
    encoded = preprocessing.LabelEncoder().fit_transform(NAMES.dropna())
    codes = (pd.factorize(NAMES)[0], NAMES.factorize()[0], NAMES.astype("category").cat.codes)
    assert encoded.min() == outcome(Op.ENCODE, missing=flag(False)).range.lo == 0.0
    assert {code.min() for code in codes} == {outcome(Op.ENCODE).range.lo} == {-1.0}
    assert pd.factorize(NAMES, use_na_sentinel=False)[0].min() == 0
