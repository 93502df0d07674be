"""Every template that a fix writes runs in the real framework and computes what its operation means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS, function
from tests.frameworks.signatures import resolve

BRACKETED = re.compile(r"\[([a-z][\w.]*)\]")
KEYWORD = re.compile(r"(?:, )?\w+=\{(\w+)\}")
FIELD = re.compile(r"\{(\w+)(?:!|\(\))?\}")

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

X = np.array([[0.2, 0.7, 0.4], [0.9, 0.3, 0.6]])
Y = np.array([[0.5, 0.1, 0.8], [0.2, 0.6, 0.3]])
CLASSES = np.array([2, 0])
SQUARE = np.array([[2.0, 0.3], [0.1, 1.5]])

TEXTS = {
    "x": "x", "y": "y", "input": "x", "target": "y", "condition": "x > y", "mask": "x > y", "value": "0.25",
    "axis": "1", "keepdim": "True", "min": "0.3", "max": "0.6", "eps": "1e-6", "ord": "2", "correction": "0",
    "beta": "1.0", "alpha": "1.0", "approximate": "'none'", "reduction": "'sum'", "label_smoothing": "0.0",
    "ignore_index": "-100", "weight": "None", "pos_weight": "None", "log_target": "False", "dtype": "None",
    "parameters": "parameters", "max_norm": "1.0", "n": "2", "device": "'cpu'",
}  # fmt: skip

OPERANDS = {
    Op.CROSS_ENTROPY: {"target": "classes"},
    Op.NLL_LOSS: {"target": "classes"},
    Op.LOG_DETERMINANT: {"x": "square"},
    Op.LOG_ABS_DETERMINANT: {"x": "square"},
    Op.ANY: {"x": "x > 0"},
    Op.ALL: {"x": "x > 0"},
    Op.EYE: {"dtype": "x.dtype"},
    Op.CAST: {"dtype": "x.dtype"},
}


def render(template: str, given: dict[str, str]) -> str:
    """A keyword whose field is not given is left out; names in brackets are written in full."""
    template = KEYWORD.sub(lambda match: match[0] if match[1] in given else "", template)
    return FIELD.sub(lambda match: given[match[1]], BRACKETED.sub(r"\1", template))


def required(template: str) -> set[str]:
    return set(FIELD.findall(KEYWORD.sub("", template)))


erf = np.vectorize(math.erf)
gamma = np.vectorize(math.gamma)


def softmax(x: Array) -> Array:
    exponentials: Array = np.exp(x)
    result: Array = exponentials / exponentials.sum(1, keepdims=True)
    return result


def sigmoid(x: Array) -> Array:
    result: Array = 1.0 / (1.0 + np.exp(-x))
    return result


def entropy(x: Array, y: Array) -> Array:
    return -(y * np.log(sigmoid(x)) + (1.0 - y) * np.log(1.0 - sigmoid(x)))


REFERENCES: dict[Op, Callable[[], object]] = {
    Op.LOG: lambda: np.log(X),
    Op.LOG2: lambda: np.log2(X),
    Op.LOG10: lambda: np.log10(X),
    Op.EXP: lambda: np.exp(X),
    Op.SQRT: lambda: np.sqrt(X),
    Op.ABSOLUTE: lambda: np.abs(X),
    Op.LOG1P: lambda: np.log(1.0 + X),
    Op.EXPM1: lambda: np.exp(X) - 1.0,
    Op.TANH: lambda: np.tanh(X),
    Op.SIGMOID: lambda: sigmoid(X),
    Op.LOG_SIGMOID: lambda: np.log(sigmoid(X)),
    Op.SOFTPLUS: lambda: np.log(1.0 + np.exp(X)),
    Op.SOFTMAX: lambda: softmax(X),
    Op.LOG_SOFTMAX: lambda: np.log(softmax(X)),
    Op.LOGSUMEXP: lambda: np.log(np.exp(X).sum(1, keepdims=True)),
    Op.LOGCUMSUMEXP: lambda: np.log(np.exp(X).cumsum(1)),
    Op.LOGADDEXP: lambda: np.log(np.exp(X) + np.exp(Y)),
    Op.XLOGY: lambda: X * np.log(Y),
    Op.DIVIDE_NO_NAN: lambda: X / Y,
    Op.LOGIT: lambda: np.log(X / (1.0 - X)),
    Op.LOG_NDTR: lambda: np.log(0.5 * (1.0 + erf(X / math.sqrt(2.0)))),
    Op.ENTR: lambda: -X * np.log(X),
    Op.SILU: lambda: X * sigmoid(X),
    Op.MISH: lambda: X * np.tanh(np.log(1.0 + np.exp(X))),
    Op.GELU: lambda: X * 0.5 * (1.0 + erf(X / math.sqrt(2.0))),
    Op.ELU: lambda: X,
    Op.CLAMP: lambda: np.minimum(np.maximum(X, 0.3), 0.6),
    Op.MAXIMUM: lambda: np.where(X > Y, X, Y),
    Op.MINIMUM: lambda: np.where(X < Y, X, Y),
    Op.WHERE: lambda: np.where(X > Y, X, Y),
    Op.MASKED_FILL: lambda: np.where(X > Y, 0.25, X),
    Op.NORMALIZE: lambda: X / np.sqrt((X * X).sum(1, keepdims=True)),
    Op.COSINE_SIMILARITY: lambda: (X * Y).sum(1) / np.sqrt((X * X).sum(1) * (Y * Y).sum(1)),
    Op.NORM: lambda: np.sqrt((X * X).sum(1, keepdims=True)),
    Op.STD: lambda: X.std(1, keepdims=True),
    Op.VAR: lambda: X.var(1, keepdims=True),
    Op.SUM: lambda: X.sum(1, keepdims=True),
    Op.MEAN: lambda: X.mean(1, keepdims=True),
    Op.REDUCE_MAX: lambda: X.max(1, keepdims=True),
    Op.LIKE: lambda: np.full((2, 3), 0.25),
    Op.IS_FINITE: lambda: np.full((2, 3), True),
    Op.IS_NAN: lambda: np.full((2, 3), False),
    Op.ANY: lambda: True,
    Op.ALL: lambda: True,
    Op.LENGTH: lambda: X.size,
    Op.ATAN2: lambda: np.arctan(Y / X),
    Op.LGAMMA: lambda: np.log(gamma(X)),
    Op.LOG_BETA: lambda: np.log(gamma(X) * gamma(Y) / gamma(X + Y)),
    Op.LOG_DETERMINANT: lambda: math.log(2.0 * 1.5 - 0.3 * 0.1),
    Op.LOG_ABS_DETERMINANT: lambda: math.log(2.0 * 1.5 - 0.3 * 0.1),
    Op.EYE: lambda: np.array([[1.0, 0.0], [0.0, 1.0]]),
    Op.CUMSUM: lambda: X.cumsum(1),
    Op.CAST: lambda: X,
    Op.CROSS_ENTROPY: lambda: -np.log(softmax(X))[[0, 1], CLASSES].sum(),
    Op.NLL_LOSS: lambda: -X[[0, 1], CLASSES].sum(),
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: lambda: entropy(X, Y),
    Op.KL_DIVERGENCE: lambda: (Y * (np.log(Y) - X)).sum(),
    Op.SQUARED_ERROR: lambda: ((X - Y) ** 2).sum(),
}

ELEMENTWISE_IN_NUMPY = {Op.BINARY_CROSS_ENTROPY_WITH_LOGITS}
"""Losses whose NumPy template has no reduction; PyTorch's is asked for the sum."""


FOR_EACH_ROW = {("jax", op) for op in (Op.CROSS_ENTROPY, Op.KL_DIVERGENCE, Op.SQUARED_ERROR)}
"""Losses that are one number for each row; PyTorch's sum them."""

CONVERTED: dict[str, Callable[[Array], object]] = {
    "torch": torch.from_numpy,
    "tensorflow": lambda array: resolve("tensorflow.constant")(array),
    "jax": lambda array: resolve("jax.numpy.asarray")(array),
}


def namespace(framework: Framework) -> dict[str, object]:
    names: dict[str, object] = {"torch": torch, "numpy": np, "math": math}
    if framework.name == "scipy":
        names["scipy"] = resolve("scipy")
        resolve("scipy.special")
    if framework.name == "math":
        return names | {"x": float(X[0, 1]), "y": float(Y[0, 1])}
    if framework.name == "keras":
        names["keras"] = resolve("keras")
    if framework.name == "tensorflow":
        names["tensorflow"] = resolve("tensorflow")
    if framework.name == "jax":
        names |= {"jax": resolve("jax"), "optax": resolve("optax")}
        resolve("jax.scipy.special")
    convert: Callable[[Array], object] = CONVERTED.get(framework.name, np.asarray)
    arrays = {"x": convert(X), "y": convert(Y), "classes": convert(CLASSES), "square": convert(SQUARE)}
    return names | arrays


def expected(framework: Framework, op: Op) -> object:
    reference = np.asarray(REFERENCES[op]())
    if framework.name == "math" and reference.ndim:
        return reference[0, 1]
    return reference.sum() if framework.name == "torch" and op in ELEMENTWISE_IN_NUMPY else reference


TEMPLATES = [
    pytest.param(framework, op, template, id=f"{framework.name}-{op.value}")
    for framework in FRAMEWORKS
    if framework.name != "pandas"  # not among what the tests install; see tests/rules/test_unchecked_tables.py
    for op, template in framework.spellings.items()
]
CHANGING = {Op.CLIP_GRADIENT, Op.ZERO_GRAD}
"""Operations that compute nothing; the templates have tests of their own."""
COMPUTING = [parameter for parameter in TEMPLATES if parameter.values[1] not in CHANGING]
CALLED = [
    parameter for parameter in COMPUTING if BRACKETED.search(str(parameter.values[2]))
]  # others are methods, as is `zero_grad`


def given(op: Op, template: str) -> dict[str, str]:
    texts = {**TEXTS, **OPERANDS.get(op, {})}
    return {name: texts[name] for name in FIELD.findall(template)}


@pytest.mark.parametrize(("framework", "op", "template"), COMPUTING)
def test_a_template_computes_its_operation(framework: Framework, op: Op, template: str) -> None:
    code = render(template, given(op, template))
    result = np.asarray(eval(code, namespace(framework)))
    if (framework.name, op) in FOR_EACH_ROW:
        result = result.sum()
    precision = 1e-5 if framework.name == "jax" else 1e-6  # which computes in float32
    np.testing.assert_allclose(result, np.asarray(expected(framework, op)), rtol=precision, err_msg=code)


@pytest.mark.parametrize(("framework", "op", "template"), COMPUTING)
def test_a_template_runs_with_what_the_framework_cannot_default(framework: Framework, op: Op, template: str) -> None:
    texts = given(op, template)
    wanted = required(template) | NEEDED.get(op, set())
    code = render(template, {name: text for name, text in texts.items() if name in wanted})
    result = eval(code, namespace(framework))
    assert np.isfinite(np.asarray(result, dtype=np.float64)).all(), code


NEEDED = {
    Op.CAST: {"dtype"},
    Op.CLAMP: {"min"},
    Op.KL_DIVERGENCE: {"reduction"},
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: {"input", "target"},
}


def test_the_clip_template_clips() -> None:
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.tensor([30.0, 40.0])
    framework = next(table for table in FRAMEWORKS if table.name == "torch")
    template = framework.spellings[Op.CLIP_GRADIENT]
    eval(render(template, given(Op.CLIP_GRADIENT, template)), {"torch": torch, "parameters": [parameter]})
    assert parameter.grad.norm().item() == pytest.approx(1.0, rel=1e-4)


def test_the_template_that_zeroes_gradients_does() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    parameter.grad = torch.ones(2)
    framework = next(table for table in FRAMEWORKS if table.name == "torch")
    eval(render(framework.spellings[Op.ZERO_GRAD], {"optimizer": "optimizer"}), {"optimizer": optimizer})
    assert parameter.grad is None


@pytest.mark.parametrize(("framework", "op", "template"), CALLED)
def test_a_template_is_read_back_as_its_operation(framework: Framework, op: Op, template: str) -> None:
    found = function(BRACKETED.findall(template)[0])
    assert found is not None
    assert found[0] is framework
    entry = found[1]
    written = {entry.op} if isinstance(entry, Call) else {entry.binary.op, entry.otherwise.op}
    assert WRITTEN_AS.get((framework.name, op), op) in written


WRITTEN_AS = {
    ("tensorflow", Op.LOGADDEXP): Op.LOGSUMEXP,
    ("jax", Op.MASKED_FILL): Op.WHERE,
    ("numpy", Op.SOFTPLUS): Op.LOGADDEXP,
    ("numpy", Op.BINARY_CROSS_ENTROPY_WITH_LOGITS): Op.LOGADDEXP,
}
"""NumPy has no function for these; `logaddexp(0, x)` is a softplus."""


@pytest.mark.parametrize(("framework", "op", "template"), CALLED)
def test_a_template_asks_for_operands_and_options_of_its_operation(framework: Framework, op: Op, template: str) -> None:
    known = {
        parameter.canonical
        for table in FRAMEWORKS
        for entry in (*table.functions.values(), *table.methods.values())
        for made in ((entry,) if isinstance(entry, Call) else (entry.binary, entry.otherwise))
        if made.op is op
        for parameter in made.parameters
    }
    assert set(FIELD.findall(template)) <= known


def test_all_references_are_used() -> None:
    assert set(REFERENCES) == {op for framework in FRAMEWORKS for op in framework.spellings} - CHANGING
