"""The tables of autocast against PyTorch's own dispatcher; fake tensors stand in for a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.torch.autocast import AUTOCAST

Function = Callable[[torch.Tensor], torch.Tensor]

OPERATIONS: dict[Op, Function] = {
    Op.LINEAR: lambda x: functional.linear(x, x),
    Op.MATMUL: lambda x: x @ x,
    Op.EXP: torch.exp,
    Op.EXPM1: torch.expm1,
    Op.LOG: torch.log,
    Op.LOG1P: torch.log1p,
    Op.LOG2: torch.log2,
    Op.LOG10: torch.log10,
    Op.RSQRT: torch.rsqrt,
    Op.RECIPROCAL: lambda x: 1 / x,
    Op.POWER: lambda x: x**3,
    Op.SQUARE: lambda x: x**2,
    Op.SOFTPLUS: functional.softplus,
    Op.SOFTMAX: lambda x: x.softmax(-1),
    Op.LOG_SOFTMAX: lambda x: x.log_softmax(-1),
    Op.SUM: torch.sum,
    Op.CUMSUM: lambda x: x.cumsum(0),
    Op.PRODUCT: torch.prod,
    Op.CUMPROD: lambda x: x.cumprod(0),
    Op.NORM: torch.norm,
    Op.COSINE_SIMILARITY: lambda x: functional.cosine_similarity(x, x),
    Op.PAIRWISE_DISTANCE: lambda x: torch.cdist(x, x),
    Op.TAN: torch.tan,
    Op.ACOS: torch.acos,
    Op.ASIN: torch.asin,
    Op.COSH: torch.cosh,
    Op.SINH: torch.sinh,
    Op.ERFINV: torch.erfinv,
    Op.STANDARDIZE: lambda x: functional.layer_norm(x, (4,)),
    Op.SQUARED_ERROR: lambda x: functional.mse_loss(x, x),
    Op.ABSOLUTE_ERROR: lambda x: functional.l1_loss(x, x),
    Op.KL_DIVERGENCE: lambda x: functional.kl_div(x, x, reduction="batchmean"),
    Op.POISSON_NLL: lambda x: functional.poisson_nll_loss(x, x),
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: lambda x: functional.binary_cross_entropy_with_logits(x, x),
    Op.CROSS_ENTROPY: lambda x: functional.cross_entropy(x, x),
    # neither list
    Op.SQRT: torch.sqrt,
    Op.SIGMOID: torch.sigmoid,
    Op.LOG_SIGMOID: functional.logsigmoid,
    Op.TANH: torch.tanh,
    Op.MEAN: torch.mean,
    Op.VAR: torch.var,
    Op.STD: torch.std,
    Op.MULTIPLY: lambda x: x * x,
    Op.ADD: lambda x: x + 1,
    Op.DIVIDE: lambda x: x / 2,
    Op.LOGADDEXP: lambda x: torch.logaddexp(x, x),
    Op.ATAN: torch.atan,
    Op.ERF: torch.erf,
    Op.RELU: functional.relu,
    Op.GELU: functional.gelu,
    Op.SILU: functional.silu,
    Op.CLAMP: lambda x: x.clamp(0, 1),
    Op.WHERE: lambda x: torch.where(x > 0, x, 0.0),
}

HALF = {torch.float16: Dtype.FLOAT16, torch.bfloat16: Dtype.BFLOAT16}


@contextmanager
def autocast(device: str, dtype: torch.dtype) -> Iterator[None]:
    """A region of autocast for a device that need not be there: `torch.autocast` itself would switch it off."""
    torch.set_autocast_enabled(device, True)
    torch.set_autocast_dtype(device, dtype)
    torch.set_autocast_cache_enabled(False)
    yield
    torch.set_autocast_enabled(device, False)
    torch.set_autocast_cache_enabled(True)


def given(device: str, function: Function, dtype: torch.dtype, low: torch.dtype) -> torch.dtype:
    """The dtype of the function's result in a region of `low`."""
    with FakeTensorMode(), autocast(device, low):
        return function(torch.rand(4, 4, device=device, dtype=dtype)).dtype


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.value)
@pytest.mark.parametrize(("device", "low"), [("cuda", torch.float16), ("cpu", torch.bfloat16)])
def test_operation_runs_in_the_dtype_that_the_table_says(device: str, low: torch.dtype, op: Op) -> None:
    table, function = AUTOCAST[device], OPERATIONS[op]
    from_half = torch.float32 if op in table.full else low
    from_full = low if op in table.low else torch.float32
    assert given(device, function, low, low) is from_half
    assert given(device, function, torch.float32, low) is from_full


@pytest.mark.parametrize("name", ["batch_norm", "instance_norm", "layer_norm", "group_norm", "rms_norm"])
def test_norm_follows_its_operand_where_the_dispatcher_has_no_cast(name: str) -> None:
    registered = torch._C._dispatch_has_kernel_for_dispatch_key(f"aten::{name}", "AutocastCUDA")
    assert (name in AUTOCAST["cuda"].following) is not registered


def test_default_dtype_is_that_of_the_device() -> None:
    assert HALF[torch.get_autocast_dtype("cuda")] is AUTOCAST["cuda"].default
    assert HALF[torch.get_autocast_dtype("cpu")] is AUTOCAST["cpu"].default


def test_float64_is_left_alone() -> None:
    assert given("cuda", OPERATIONS[Op.MATMUL], torch.float64, torch.float16) is torch.float64
