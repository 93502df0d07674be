"""The numbers in messages: from where on a softmax or a sigmoid is exactly 0 or 1, in every framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch

from nanlint.domain.dtypes import Dtype
from nanlint.frameworks import registry
from nanlint.reasoning.logarithms import FLUSHED, SIGMOID_ONE, SIGMOID_ZERO, SOFTMAX_UNDERFLOW

DTYPES = [Dtype.FLOAT16, Dtype.BFLOAT16, Dtype.FLOAT32, Dtype.FLOAT64]
Numbers = list[float]


def _torch(function: str, numbers: Numbers, dtype: Dtype) -> Any:
    x = torch.tensor(numbers, dtype=getattr(torch, dtype.value))
    return (torch.softmax(x, 0) if function == "softmax" else torch.sigmoid(x)).double().numpy()


def _tensorflow(function: str, numbers: Numbers, dtype: Dtype) -> Any:
    x = tf.constant(numbers, getattr(tf, dtype.value))
    return tf.cast(getattr(tf.nn, function)(x), tf.float64).numpy()


def _jax(function: str, numbers: Numbers, dtype: Dtype) -> Any:
    with jax.enable_x64(True):
        return np.asarray(getattr(jax.nn, function)(jnp.array(numbers, dtype.value)).astype(jnp.float64))


COMPUTED: dict[str, Callable[[str, Numbers, Dtype], Any]] = {"torch": _torch, "tensorflow": _tensorflow, "jax": _jax}
everywhere = pytest.mark.parametrize("framework", COMPUTED)
in_every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.value)
STEP = 1.01  # the next number that a short mantissa holds


@everywhere
@in_every_dtype
def test_a_softmax_is_0_from_the_lag_in_the_message(framework: str, dtype: Dtype) -> None:
    gap = (FLUSHED if registry.table(framework).flushes else SOFTMAX_UNDERFLOW)[dtype]
    assert COMPUTED[framework]("softmax", [0.0, -gap * STEP], dtype)[1] == 0.0
    assert COMPUTED[framework]("softmax", [0.0, -gap / STEP / 1.02], dtype)[1] > 0.0


@everywhere
@in_every_dtype
def test_a_sigmoid_is_0_at_the_logit_in_the_message(framework: str, dtype: Dtype) -> None:
    logit = -FLUSHED[dtype] if registry.table(framework).flushes else SIGMOID_ZERO[dtype]
    assert COMPUTED[framework]("sigmoid", [logit * STEP], dtype)[0] == 0.0


@everywhere
@in_every_dtype
def test_a_sigmoid_is_1_from_the_logit_in_the_message(framework: str, dtype: Dtype) -> None:
    assert COMPUTED[framework]("sigmoid", [SIGMOID_ONE.get(dtype, 16.64) * STEP], dtype)[0] == 1.0
