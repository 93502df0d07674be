"""Every parameter that a table names is one of the real callable, in its positional order, with its default."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch

from nanlint.domain.value import Kind
from nanlint.frameworks.entries import Call, Overload, Parameter
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from tests.frameworks.signatures import (
    IRRELEVANT,
    Signature,
    discrepancy,
    exists,
    of_docstring,
    of_python,
    of_schemas,
    of_tensorflow,
    resolve,
)

TORCH = next(framework for framework in FRAMEWORKS if framework.name == "torch")
NUMPY = next(framework for framework in FRAMEWORKS if framework.name == "numpy")

OPERATORS = {"torch.nn.functional.logsigmoid": "log_sigmoid"}
"""Native functions whose operator has another name."""

WRITTEN_OUT = {
    # takes anything that the interpreter makes of sizes, numbers or lists
    **{
        f"torch.{prefix}{kind}Tensor": Signature(("data",), rest=True)
        for prefix in ("", "cuda.")
        for kind in ("", "Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
    },
    # compiled, without documentation of its parameters
    "csv.reader": Signature(("csvfile", "dialect")),
    # its metaclass hides the signature
    "torch.autograd.Variable": Signature(("data", "requires_grad", "volatile")),
    # `start_or_stop` in the signature; `start` and `stop` are accepted as keywords
    "numpy.arange": Signature(("start", "stop", "step"), frozenset({"dtype"})),
    # called with one bound alone as well
    "jax.numpy.arange": Signature(("start", "stop", "step", "dtype")),
    # its metaclass hides the signature
    "flax.nnx.Param": Signature(("value",)),
    # its metaclass hides the signature
    "tensorflow.Variable": Signature(
        ("initial_value", "trainable", "validate_shape", "caching_device", "variable_def", "dtype"), frozenset({"name"})
    ),
    # chosen by its flags; the method's signature has these names
    "torch.unique_consecutive": Signature(("input", "return_inverse", "return_counts", "dim")),
    # `*operands` in the signature
    "torch.einsum": Signature(("equation",), rest=True),
    "torch.functional.einsum": Signature(("equation",), rest=True),
    "numpy.einsum": Signature(("subscripts",), rest=True),
    # documented as a tuple `(a1, a2, ...)`
    "numpy.concatenate": Signature(("arrays", "axis"), nameless=1),
    "numpy.concat": Signature(("arrays", "axis"), nameless=1),
    # two more that do nothing, in older releases
    "numpy.corrcoef": Signature(("x", "y", "rowvar")),
    # `*args` stand for these
    "scipy.stats.norm.cdf": Signature(("x", "loc", "scale")),
    "scipy.stats.norm.logcdf": Signature(("x", "loc", "scale")),
    # `d0, d1, ..., dn` in the documentation
    "numpy.random.rand": Signature((), rest=True),
    "numpy.random.randn": Signature((), rest=True),
    # aliases of random_sample, without documentation
    "numpy.random.ranf": Signature(("size",)),
    "numpy.random.sample": Signature(("size",)),
    # `*coordinates` and `*integers`: any number by position
    "math.hypot": Signature(("x", "y"), nameless=2),
    "math.gcd": Signature(("x", "y"), nameless=2),
    # `**kwargs` stand for these
    **{
        f"numpy.{name}.reduce": Signature(("array", "axis", "dtype"), frozenset({"keepdims", "initial", "where"}))
        for name in ("add", "multiply", "maximum", "minimum", "logaddexp", "logical_and", "logical_or")
    },
}

OTHER_FORMS = {
    "numpy.arange": [Signature(("stop",), frozenset({"step", "dtype"}))],
    "jax.numpy.arange": [Signature(("stop",), frozenset({"step", "dtype"}))],
    "tensorflow.range": [Signature(("limit", "delta", "dtype"))],
    # data or extents
    **{name: [Signature(("size",), rest=True)] for name in WRITTEN_OUT if name.endswith("Tensor")},
}

DISPATCHING = ("max_pool", "adaptive_max_pool", "fractional_max_pool")
"""Functions of torch.nn.functional that choose by `return_indices`; the longer form has the signature."""


def calls(entry: Call | Overload) -> tuple[Call, ...]:
    return (entry,) if isinstance(entry, Call) else (entry.binary, entry.otherwise)


def signatures(dotted: str) -> list[Signature]:
    """All that is known of a function's signatures."""
    if dotted in WRITTEN_OUT:
        return [WRITTEN_OUT[dotted], *OTHER_FORMS.get(dotted, ())]
    if dotted.startswith("tensorflow."):
        return [*of_tensorflow(dotted), *OTHER_FORMS.get(dotted, ())]
    module, _, name = dotted.rpartition(".")
    if module == "torch.nn.init" and exists(f"{dotted}_"):
        dotted += "_"  # the old name hands all arguments to the new one
    if module == "torch.nn.functional" and name.startswith(DISPATCHING):
        dotted += "_with_indices"
    function = resolve(dotted)
    found = [signature] if (signature := of_python(function)) is not None else []
    if dotted.startswith("torch.") and not inspect.isfunction(function):
        operator = name if module in ("torch", "torch.nn.functional") else f"{module.rpartition('.')[2]}_{name}"
        found += of_schemas(OPERATORS.get(dotted, operator))
    documented = not any(s.positional for s in found) or name == "nonzero"
    return [*found, *of_docstring(function)] if documented else found


def method_signatures(array: type, name: str) -> list[Signature]:
    method = getattr(array, name)
    found = [signature] if (signature := of_python(method)) is not None else []
    if array is torch.Tensor:
        found += of_schemas(name, method=True)
    return [*found, *of_docstring(method)]


def known(dotted: str) -> bool:
    """What is installed, and what TensorFlow keeps for programs written for its first release."""
    return exists(dotted) or exists(dotted.replace("tensorflow.", "tensorflow.compat.v1.", 1))


def taken(made: Call) -> tuple[Parameter, ...]:
    """The parameters; operands that come in one list are one."""
    return (made.operands[0], *made.options) if made.listed else made.parameters


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
def test_functions_take_these_parameters_in_this_order(framework: Framework) -> None:
    wrong = {
        name: why
        for name, entry in framework.functions.items()
        if known(name)
        for made in calls(entry)
        if (why := discrepancy(taken(made), signatures(name)))
    }
    assert wrong == FORGIVEN.get(framework.name, {})


FORGIVEN = {
    # the share to keep in release 1, the share to drop in release 2; by name it is clear
    "tensorflow": {
        "tensorflow.nn.dropout": "by position it takes [('x', 'rate', 'noise_shape', 'seed'),"
        " ('x', 'keep_prob', 'noise_shape', 'seed', 'rate')],"
        " not ['x', 'rate', 'noise_shape', 'seed', 'keep_prob', 'rate']"
    },
    # the bounds under their older names as well
    "jax": {"jax.numpy.clip": "it takes no ['a_min', 'a_max']"},
    # the same entries as torch.softmax and torch.log_softmax, so that a fix finds one through the other
    "torch": {
        **{f"torch.nn.functional.{name}": "it takes no ['axis']" for name in ("softmax", "log_softmax")},
        # every creator takes it; the operators behind them do not
        **{
            f"torch.{name}": "it takes no ['requires_grad']"
            for name in ("rand", "randn", "zeros", "ones", "full", "zeros_like", "ones_like", "full_like")
        },
    },
}


@pytest.mark.parametrize(
    ("methods", "array"), [(TORCH.methods, torch.Tensor), (NUMPY.methods, np.ndarray)], ids=["torch", "numpy"]
)
def test_methods_take_these_parameters_in_this_order(methods: Mapping[str, Call | Overload], array: type) -> None:
    wrong = {
        name: why
        for name, entry in methods.items()
        if name not in UNDOCUMENTED
        for made in calls(entry)
        if (why := discrepancy(made.parameters[1:], method_signatures(array, name)))
    }
    assert wrong == {}


UNDOCUMENTED = {
    "dot": "has no documentation in older releases of NumPy",
    "new": "an old constructor: sizes or data",
    "nonzero": "`as_tuple` is read before the operator is called",
}


def layers() -> Iterable[tuple[str, Call]]:
    return [(name, made) for name, made in TORCH.layers.items() if exists(name)]


def test_layers_are_constructed_with_these_options() -> None:
    wrong = {name: why for name, made in layers() if (why := discrepancy(made.options, [constructor(name)]))}
    assert wrong == {}


RECURRENT = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")


def constructor(name: str) -> Signature:
    if name.endswith((".RNN", ".LSTM", ".GRU")):
        return Signature(RECURRENT)  # `*args`, handed to RNNBase behind its `mode`
    found = of_python(resolve(name))
    assert found is not None, name
    return replace(found, positional=tuple(p for p in found.positional if p not in ("device", "dtype")))


def test_the_recurrent_layers_take_what_their_base_takes() -> None:
    base = of_python(torch.nn.RNNBase)
    assert base is not None
    assert base.positional[1 : len(RECURRENT) + 1] == RECURRENT


def test_layers_are_applied_to_these_operands() -> None:
    wrong = {
        name: why
        for name, made in layers()
        if (why := discrepancy(made.operands, [shortened(of_python(resolve(name).forward), made)]))
    }
    assert wrong == {}


def shortened(signature: Signature | None, made: Call) -> Signature:
    """A layer's optional arguments are not operands."""
    assert signature is not None
    operands = tuple(name for name in signature.positional if name not in IRRELEVANT)
    return Signature(operands[: len(made.operands)])


def test_optimizers_have_these_parameters_and_default_rates() -> None:
    for name, made in TORCH.optimizers.items():
        if not exists(name):
            continue
        signature = of_python(resolve(name))
        assert signature is not None
        assert discrepancy(made.parameters, [signature]) == "", name
        assert signature.defaults.get("lr") == made.default_rate, name


def test_distributions_have_these_parameters() -> None:
    wrong = {
        name: why
        for name, made in TORCH.distributions.items()
        if (signature := of_python(resolve(name))) is None or (why := discrepancy(made.options, [signature]))
    }
    assert wrong == {}


PARTICIPANTS = {
    Kind.OPTIMIZER: torch.optim.SGD,
    Kind.MODEL: torch.nn.Module,
    Kind.LAYER: torch.nn.Module,
    Kind.SCALER: torch.amp.GradScaler,
    Kind.DISTRIBUTION: torch.distributions.Normal,
    Kind.GENERATOR: np.random.Generator,
}

OF_OTHER_PACKAGES = {
    (Kind.OPTIMIZER, "backward"): "half-precision optimizers of fairseq and apex",
    (Kind.OPTIMIZER, "clip_grad_norm"): "fairseq",
    (Kind.OPTIMIZER, "clip_master_grads"): "apex",
    (Kind.MODEL, "manual_backward"): "LightningModule",
    (Kind.MODEL, "clip_gradients"): "LightningModule",
    (Kind.TRAINER, "fit"): "Lightning's Trainer",
}
"""What PyTorch's own classes have not; nor have they the methods of unknown receivers (accelerate and its like)."""

OF_RANDOM_STATE = {"rand", "randn", "random_sample", "randint"}
"""Methods of NumPy's older generator, which are functions of numpy.random as well."""


def test_participants_of_the_protocol_have_these_methods_with_these_parameters() -> None:
    wrong = {}
    for (kind, name), made in [*TORCH.protocol.items(), *NUMPY.protocol.items()]:
        if (kind, name) in OF_OTHER_PACKAGES or name in OF_RANDOM_STATE or kind is Kind.UNKNOWN:
            continue
        method = getattr(PARTICIPANTS[kind], name)
        signature = of_python(method)
        found = [signature] if signature is not None else list(of_docstring(method))
        if why := discrepancy(made.parameters[1:], found):
            wrong[name] = why
    assert wrong == {}


def test_an_older_generator_has_its_methods() -> None:
    assert {name for (kind, name) in NUMPY.protocol if kind is Kind.GENERATOR and name in OF_RANDOM_STATE} == {
        name for name in OF_RANDOM_STATE if hasattr(np.random.RandomState, name)
    }


NOT_A_DEFAULT = {
    "dtype",  # what the spelling means
    "kind",  # of pooling
    "family",  # of a distribution
    "closed",  # the interval drawn from
}


def stated() -> Iterator[tuple[str, Parameter, object, list[Signature]]]:
    """Fixed options that can also be passed: those are claims about defaults."""
    for framework in FRAMEWORKS:
        for name, entry in framework.functions.items():
            if exists(name) and name not in WRITTEN_OUT:
                for made in calls(entry):
                    yield from _defaults(name, made, signatures(name))
    for name, made in layers():
        yield from _defaults(name, made, [constructor(name)])


def _defaults(
    name: str, made: Call, found: list[Signature]
) -> Iterator[tuple[str, Parameter, object, list[Signature]]]:
    fixed = dict(made.fixed)
    for parameter in made.options:
        if parameter.canonical in fixed and parameter.canonical not in NOT_A_DEFAULT:
            yield name, parameter, fixed[parameter.canonical], found


def test_fixed_options_are_the_real_defaults() -> None:
    wrong = {}
    for name, parameter, claimed, found in stated():
        real = [s.defaults[parameter.spelled] for s in found if parameter.spelled in s.defaults]
        real = [default for default in real if default is not None]
        if real and claimed not in real:
            wrong[f"{name} {parameter.spelled}"] = (claimed, real)
    assert wrong == {  # the same for any shape
        "torch.norm p": (2, ["fro"]),
        "torch.functional.norm p": (2, ["fro"]),
        "tensorflow.norm ord": (2, ["euclidean", "euclidean"]),
        "tensorflow.linalg.norm ord": (2, ["euclidean", "euclidean"]),
    }
