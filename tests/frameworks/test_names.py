"""Every name in a table is a name of the real framework, and no ordinary name of the framework is left out."""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.ops.model import MEANINGS
from tests.frameworks.signatures import exists, resolve

TORCH = next(framework for framework in FRAMEWORKS if framework.name == "torch")
NUMPY = next(framework for framework in FRAMEWORKS if framework.name == "numpy")
IDS = [framework.name for framework in FRAMEWORKS]

ELSEWHERE = ("transformers.", "trl.", "apex.", "timm.", "pytorch_lightning.", "lightning.", "torchvision.",
             "PIL.", "cv2.", "imageio.", "skimage.", "tensorflow_probability.")  # fmt: skip
"""Packages on top of the frameworks whose names are in a table, and which the tests do not install."""

REMOVED = {
    **{
        f"numpy.{name}": "gone since NumPy 2.0"
        for name in (
            "float_",
            "Inf",
            "infty",
            "Infinity",
            "PINF",
            "NINF",
            "NaN",
            "NAN",
        )
    },
    **{f"numpy.{name}": "gone since NumPy 1.24" for name in ("float", "int", "bool8")},
    "torch.nn.utils.clip_grad_norm": "deprecated, to be removed",
    **{f"jax.ops.index_{name}": "gone since JAX 0.3" for name in ("update", "add", "mul", "min", "max")},
    "Tensor": "a quoted annotation whose import is hidden from the interpreter",
}
"""Names that scripts still use although newer releases of the framework have not got them."""


def dotted_names(framework: Framework) -> Iterator[str]:
    for table in (
        framework.functions,
        framework.layers,
        framework.optimizers,
        framework.distributions,
        framework.objects,
        framework.dtypes,
        framework.constants,
        framework.model_bases,
        framework.sequential,
        framework.containers,
        framework.wrappers,
        framework.no_gradient,
        framework.with_gradient,
        framework.gradient_switch,
        framework.loaders,
        framework.column_datasets,
        framework.float_info,
        framework.tensor_types,
    ):
        yield from table


def calls(framework: Framework) -> Iterator[Call]:
    """Everything in the framework's tables that performs an operation."""
    entries: Iterable[Call | Overload] = (
        *framework.functions.values(),
        *framework.methods.values(),
        *framework.attributes.values(),
        *framework.layers.values(),
        *framework.protocol.values(),
        *framework.distributions.values(),
    )
    for entry in entries:
        yield from (entry,) if isinstance(entry, Call) else (entry.binary, entry.otherwise)


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=IDS)
def test_every_dotted_name_exists(framework: Framework) -> None:
    gone = REMOVED.keys() | framework.removed
    names = {name for name in dotted_names(framework) if not name.startswith(ELSEWHERE) and name not in gone}
    assert {name for name in names if not exists(name)} == set()


def test_names_called_removed_are_in_a_table_and_no_longer_in_the_framework() -> None:
    assert set(REMOVED) <= {name for framework in FRAMEWORKS for name in dotted_names(framework)}
    assert {name for name in REMOVED if exists(name)} <= {"torch.nn.utils.clip_grad_norm"}


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=IDS)
def test_every_dotted_name_begins_with_a_root_of_its_framework(framework: Framework) -> None:
    roots = framework.roots or (framework.name,)
    strangers = {name for name in dotted_names(framework) if name.partition(".")[0] not in roots}
    assert strangers == {name for name in strangers if name in REMOVED}


@pytest.mark.parametrize(("framework", "array"), [(TORCH, torch.Tensor), (NUMPY, np.ndarray)], ids=["torch", "numpy"])
def test_every_method_and_attribute_exists(framework: Framework, array: type) -> None:
    assert {name for name in (*framework.methods, *framework.attributes) if not hasattr(array, name)} == set()


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=IDS)
def test_telling_methods_are_methods(framework: Framework) -> None:
    assert framework.telling_methods - set(framework.methods) == set()


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=IDS)
def test_telling_methods_are_no_methods_of_ordinary_python_objects(framework: Framework) -> None:
    kinds = (str, bytes, list, dict, set, int, float, Path, logging.Logger, torch.nn.Module, torch.optim.Optimizer)
    ordinary = {name for kind in kinds for name in dir(kind)}
    assert framework.telling_methods & ordinary == set()


def test_pairs_return_values_and_indices() -> None:
    x = torch.tensor([[1.0, 2.0], [4.0, 3.0]])
    for name in TORCH.pairs:
        method = getattr(x, name)
        result = method(1, dim=1) if name in ("kthvalue", "topk") else method(dim=1)
        assert len(result) == 2, name
        assert not result[1].is_floating_point(), name


def test_dtypes_are_the_real_ones() -> None:
    for name, claimed in TORCH.dtypes.items():
        real = resolve(name)
        made = real if isinstance(real, torch.dtype) else real.dtype
        assert family(made.is_floating_point, str(made)) is claimed, name
    for name, claimed in NUMPY.dtypes.items():
        if name not in REMOVED:
            dtype = np.dtype(resolve(name))
            assert family(dtype.kind == "f", dtype.name) is claimed, name


def family(floating: bool, name: str) -> Dtype:
    short = name.removeprefix("torch.")
    if short == "bool":
        return Dtype.BOOLEAN
    return Dtype(short) if floating else Dtype.INTEGER


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=IDS)
def test_constants_have_their_value(framework: Framework) -> None:
    for name, claimed in framework.constants.items():
        real = math.nan if math.isnan(claimed) else claimed
        if name not in REMOVED and not name.startswith(ELSEWHERE):
            assert resolve(name) == real or math.isnan(claimed), name


NO_OPERATION = {
    "Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "Container",  # structure
    "DataParallel",  # a wrapper
    "RNNBase", "RNNCellBase",  # abstract
    "AdaptiveLogSoftmaxWithLoss", "LinearCrossEntropyLoss",  # a layer and a loss at once
    "NLLLoss2d",  # deprecated name of NLLLoss
}  # fmt: skip


def test_every_layer_and_loss_of_torch_has_an_entry() -> None:
    real = {
        name for name, found in vars(torch.nn).items() if inspect.isclass(found) and issubclass(found, torch.nn.Module)
    }
    claimed = {name.rpartition(".")[2] for name in TORCH.layers}
    assert real - claimed == NO_OPERATION


def test_every_loss_function_of_torch_has_an_entry() -> None:
    real = {f"torch.nn.functional.{name}" for name in vars(torch.nn.functional) if name.endswith("_loss")}
    assert real - set(TORCH.functions) == set()


def test_every_optimizer_of_torch_has_an_entry() -> None:
    real = {
        f"torch.optim.{name}"
        for name, found in vars(torch.optim).items()
        if inspect.isclass(found) and issubclass(found, torch.optim.Optimizer) and found is not torch.optim.Optimizer
    }
    assert real - set(TORCH.optimizers) == set()


def test_every_schedule_of_torch_has_an_entry() -> None:
    module = torch.optim.lr_scheduler
    real = {f"torch.optim.lr_scheduler.{name}" for name in module.__all__ if name != "LRScheduler"}
    assert real - set(TORCH.objects) - set(TORCH.functions) == set()


def test_every_distribution_of_torch_has_an_entry() -> None:
    real = {
        f"torch.distributions.{name}"
        for name in torch.distributions.__all__
        if inspect.isclass(found := getattr(torch.distributions, name))
        and issubclass(found, torch.distributions.Distribution)
    }
    abstract = {"torch.distributions.Distribution", "torch.distributions.ExponentialFamily"}
    assert real - set(TORCH.distributions) - abstract == set()


BY_THE_INTERPRETER = {
    Op.IDENTITY_TEST, Op.CONTAINS, Op.STORE, Op.JOIN, Op.CONSTANT, Op.ARGUMENT, Op.ATTRIBUTE, Op.ITERATE,
    Op.INSTANCE_TEST,
    Op.OPTIMIZER,  # from the tables of optimizers
    Op.CHAIN,  # from what is put together one after the other, where an optimizer is among it
}  # fmt: skip
"""Operations that come from syntax."""


def test_every_operation_has_a_spelling_in_some_table() -> None:
    spelled = {made.op for framework in FRAMEWORKS for made in calls(framework)}
    assert set(Op) - spelled - BY_THE_INTERPRETER == set()


WITHOUT_A_VALUE = {
    Op.OPAQUE, Op.READ, Op.DISTRIBUTION, Op.GRAD_SCALER, Op.ZERO_GRAD, Op.BACKWARD, Op.UNSCALE, Op.CLIP_GRADIENT,
    Op.STEP, Op.SCALER_STEP, Op.SCALER_UPDATE, Op.SET_RATE, Op.TRAINER, Op.FIT,
    Op.COMPILE, Op.PREDICT, Op.MINIMIZE,
}  # fmt: skip
"""Operations of which nothing is computed: steps of the protocol, objects, things unknown."""


def test_every_operation_of_a_table_has_a_meaning() -> None:
    used = {made.op for framework in FRAMEWORKS for made in calls(framework)}
    assert used - set(MEANINGS) <= WITHOUT_A_VALUE
