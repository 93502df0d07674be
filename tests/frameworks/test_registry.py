"""The registry finds a framework by its module alone, and a name by its framework."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst

import nanlint.frameworks
from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Call, Overload
from nanlint.interp import interpret

PACKAGE = Path(nanlint.frameworks.__file__).parent


def defines_framework(source: Path) -> bool:
    body = ast.parse(source.read_text(encoding="utf-8")).body
    return any(
        isinstance(target, ast.Name) and target.id == "FRAMEWORK"
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    )


def operation(found: tuple[object, Call | Overload] | None) -> Op:
    assert found is not None
    assert isinstance(found[1], Call)
    return found[1].op


def test_every_module_with_a_table_is_found() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py") if defines_framework(path)}
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py") if defines_framework(path)}
    assert {framework.name for framework in registry.FRAMEWORKS} == modules | packages


def test_no_module_names_the_frameworks_one_by_one() -> None:
    registry_source = (PACKAGE / "registry.py").read_text(encoding="utf-8")
    assert not any(f"frameworks.{framework.name}" in registry_source for framework in registry.FRAMEWORKS)


def test_a_dotted_name_belongs_to_one_framework() -> None:
    names = [name for framework in registry.FRAMEWORKS for name in framework.functions]
    assert len(names) == len(set(names))


def test_a_name_means_one_thing_in_one_framework() -> None:
    for framework in registry.FRAMEWORKS:
        assert not set(framework.layers) & set(framework.functions)
        assert not set(framework.layers) & set(framework.optimizers)
        assert not set(framework.wrappers) & set(framework.functions)


def test_functions_are_found_under_all_their_names() -> None:
    for name in ("torch.softmax", "torch.nn.functional.softmax", "torch.special.softmax", "scipy.special.softmax"):
        assert operation(registry.function(name)) is Op.SOFTMAX
    assert registry.function("torch.nothing") is None


def test_synonyms_share_their_entry() -> None:
    for name in ("softmax", "log_softmax", "sigmoid", "tanh"):
        plain, functional = registry.function(f"torch.{name}"), registry.function(f"torch.nn.functional.{name}")
        assert plain == functional


def test_an_in_place_function_is_the_function() -> None:
    assert operation(registry.function("torch.relu_")) is Op.RELU
    assert operation(registry.function("torch.nn.init.normal_")) is Op.NORMAL
    assert registry.function("numpy.log_") is None


def test_an_in_place_method_is_the_method() -> None:
    assert operation(registry.method("torch", "log_")) is Op.LOG
    assert operation(registry.method("torch", "uniform_")) is Op.UNIFORM
    assert registry.method("numpy", "clip_") is None


def framework_of(imports: str, method: str) -> str:
    """Whose method a value of unknown origin is taken to have in a file with these imports."""
    module = cst.parse_module(f"{imports}\n\n\ndef f(x):\n    x.{method}()\n")
    return next(event.framework for event in interpret(module).events if event.site.spelling == f".{method}")


def test_a_bare_value_has_the_methods_of_a_framework_that_the_file_imports() -> None:
    for name in ("torch", "numpy", "jax"):
        assert framework_of(f"import {name}", "sum") == name
    assert framework_of("import tensorflow as tf\nimport numpy as np", "sum") == "numpy"
    assert framework_of("import tensorflow as tf\nimport numpy as np", "get_shape") == "tensorflow"
    assert framework_of("import numpy as np\nimport torch", "sum") == "torch"
    assert framework_of("import numpy as np\nimport torch", "astype") == "numpy"


def test_arrays_of_scipy_have_the_methods_of_numpy() -> None:
    assert operation(registry.method("scipy", "clip")) is Op.CLAMP


def test_attributes_dtypes_constants_and_kinds_are_found() -> None:
    shape = registry.attribute("numpy", "T")
    assert shape is not None
    assert shape.op is Op.RESHAPE
    assert registry.attribute("math", "T") is None
    assert registry.dtype("torch.cuda.HalfTensor") is Dtype.FLOAT16
    assert registry.dtype("torch.nothing") is None
    assert registry.constant("numpy.NINF") == float("-inf")
    assert registry.object_kind("torch.amp.GradScaler") is Kind.SCALER
    assert registry.object_kind("numpy.random.default_rng") is Kind.GENERATOR


def test_layers_optimizers_distributions_and_protocol_are_found() -> None:
    assert operation(registry.layer("torch.nn.BCELoss")) is Op.BINARY_CROSS_ENTROPY
    assert operation(registry.distribution("torch.distributions.Normal")) is Op.DISTRIBUTION
    assert operation(registry.protocol(Kind.SCALER, "unscale_")) is Op.UNSCALE
    assert registry.protocol(Kind.TENSOR, "step") is None
    adadelta = registry.optimizer("torch.optim.adadelta.Adadelta")
    assert adadelta is not None
    assert adadelta[1].default_rate == 1.0


def test_roots_are_what_imports_begin_with() -> None:
    assert {"torch", "numpy", "scipy", "math"} <= registry.roots()


def test_losses_of_logits_and_classes_of_losses_are_known() -> None:
    for framework in registry.FRAMEWORKS:
        pairs = [*framework.with_logits.items(), *framework.loss_classes.items()]
        for name in (name for pair in pairs for name in pair):
            assert name in {**framework.functions, **framework.layers}, name


def test_the_layer_that_does_nothing_is_one() -> None:
    for framework in registry.FRAMEWORKS:
        if framework.identity:
            assert framework.layers[framework.identity].op is Op.COPY


def test_a_string_and_a_function_name_the_class_of_a_loss() -> None:
    taken = "keras.losses.BinaryCrossentropy"
    assert registry.loss_class("keras", "binary_crossentropy") == taken
    assert registry.loss_class("keras", "keras.losses.binary_crossentropy") == taken
    assert registry.loss_class("keras", taken) == taken
    assert registry.loss_class("keras", "of_the_file") is None
    assert registry.loss_class("torch", "binary_crossentropy") is None
