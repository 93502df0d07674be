"""The tables of Keras against the installed release, and those of `K` against `tf.keras.backend`."""

from __future__ import annotations

import inspect
from dataclasses import replace

import keras
import pytest
import tensorflow as tf

from nanlint.domain.value import Kind
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.keras import FRAMEWORK as KERAS
from nanlint.frameworks.keras.backend import BACKEND
from tests.frameworks.signatures import Signature, discrepancy, exists, of_python, resolve

OLDER = {"lr", "decay"}
"""Parameters of optimizers up to Keras 2."""
OLDER_OPTIONS = {("keras.layers.LeakyReLU", "alpha")}
"""Those of layers."""
NOT_IN_TENSORFLOW = {"logsumexp", "placeholder", "random_binomial"}
"""Functions of `K` that `tf.keras.backend` has no longer."""


def calls(entry: Call | Overload) -> tuple[Call, ...]:
    return (entry,) if isinstance(entry, Call) else (entry.binary, entry.otherwise)


def beginning(signature: Signature | None, count: int) -> Signature:
    """What stands behind the first parameters may come by name alone, so that a table may leave out the rest."""
    assert signature is not None
    names = signature.keywords | set(signature.positional)
    return replace(signature, positional=signature.positional[:count], keywords=names)


def constructor(name: str) -> Signature | None:
    found = resolve(name)
    return of_python(found.__init__ if inspect.isclass(found) else found)


LAYERS = {name: made for name, made in KERAS.layers.items() if name not in KERAS.removed}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_is_constructed_with_these_options(name: str) -> None:
    options = [option for option in LAYERS[name].options if (name, option.spelled) not in OLDER_OPTIONS]
    assert discrepancy(options, [beginning(constructor(name), len(options))]) == ""


CALLED = [name for name in LAYERS if name.startswith("keras.layers.") and not name.endswith(".InputLayer")]


@pytest.mark.parametrize("name", CALLED)
def test_layer_is_applied_to_these_operands(name: str) -> None:
    operands = LAYERS[name].operands
    taken = of_python(resolve(name).call)
    assert taken is not None
    assert taken.positional[: len(operands)] == tuple(operand.spelled for operand in operands)


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("keras.losses.")])
def test_loss_object_takes_the_target_first(name: str) -> None:
    taken = of_python(resolve(name).__call__)
    assert taken is not None
    assert [LAYERS[name].operands[i].spelled for i in LAYERS[name].order[:2]] == list(taken.positional[:2])


def test_defaults_of_layers_and_losses_are_the_real_ones() -> None:
    wrong = {}
    for name, made in LAYERS.items():
        signature, fixed = constructor(name), dict(made.fixed)
        assert signature is not None
        for option in made.options:
            real = signature.defaults.get(option.spelled)
            claimed = option.canonical in fixed and (name, option.spelled) not in OLDER_OPTIONS
            if claimed and real != fixed[option.canonical]:
                wrong[name, option.spelled] = real
    assert wrong == {}


@pytest.mark.parametrize("name", KERAS.optimizers)
def test_optimizer_has_these_parameters_and_this_default_rate(name: str) -> None:
    signature, made = constructor(name), KERAS.optimizers[name]
    assert signature is not None
    parameters = [parameter for parameter in made.parameters if parameter.spelled not in OLDER]
    assert discrepancy(parameters, [signature]) == ""
    assert signature.defaults["learning_rate"] == made.default_rate


@pytest.mark.parametrize("name", sorted(BACKEND.keys() - NOT_IN_TENSORFLOW))
def test_function_of_the_backend_takes_these_parameters(name: str) -> None:
    real = of_python(getattr(tf.keras.backend, name))
    assert real is not None
    assert [why for made in calls(BACKEND[name]) if (why := discrepancy(made.parameters, [real]))] == []


PARTICIPANTS = {
    Kind.MODEL: (keras.Model, keras.layers.Layer),
    Kind.LAYER: (keras.Model, tf.keras.preprocessing.image.ImageDataGenerator),
    Kind.OPTIMIZER: (keras.optimizers.Optimizer,),
}
UP_TO_KERAS_2 = {
    "fit_generator", "predict_proba", "add_variable", "minimize", "get_gradients", "get_updates", "get_scaled_loss",
    "get_unscaled_gradients",
}  # fmt: skip


def test_participants_of_the_protocol_have_these_methods_with_these_parameters() -> None:
    wrong = {}
    for (kind, name), made in KERAS.protocol.items():
        owners = [owner for owner in PARTICIPANTS[kind] if hasattr(owner, name)]
        if name not in UP_TO_KERAS_2:
            given = [parameter for parameter in made.parameters if parameter.spelled not in ("self", "y", "verbose")]
            found = [signature for owner in owners if (signature := of_python(getattr(owner, name))) is not None]
            if missing := {p.spelled for p in given} - {name for real in found for name in real.names}:
                wrong[kind, name] = missing
    assert wrong == {}


def test_what_is_called_removed_is_no_longer_there() -> None:
    assert {name for name in KERAS.removed if exists(name)} == set()


NO_OPERATION = {
    "Input", "InputSpec", "Layer", "Wrapper", "TimeDistributed", "Bidirectional", "SpectralNormalization", "Lambda",
    "Pipeline", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "TFSMLayer",  # other models
    "HashedCrossing", "MelSpectrogram", "STFTSpectrogram", "MaxNumBoundingBoxes",
    "ContrastLimitedAdaptiveHistogramEqualization",
}  # fmt: skip


def test_every_layer_has_an_entry() -> None:
    real = {name for name in dir(keras.layers) if inspect.isclass(getattr(keras.layers, name))}
    assert real - {name.rpartition(".")[2] for name in KERAS.layers} - NO_OPERATION == set()


def test_every_loss_has_an_entry() -> None:
    real = {f"keras.losses.{name}" for name in dir(keras.losses) if inspect.isclass(getattr(keras.losses, name))}
    rare = {f"keras.losses.{name}" for name in ("Loss", "Circle", "CategoricalGeneralizedCrossEntropy")}
    assert real - set(KERAS.layers) == rare


def test_every_optimizer_has_an_entry() -> None:
    real = {name for name in dir(keras.optimizers) if inspect.isclass(getattr(keras.optimizers, name))}
    around = {"Optimizer", "OptimizerMap", "MultiOptimizer", "LossScaleOptimizer"}
    assert real - {name.rpartition(".")[2] for name in KERAS.optimizers} == around


@pytest.mark.parametrize(
    ("option", "get"),
    [
        ("activation", keras.activations.get),
        ("loss", keras.losses.get),
        ("optimizer", keras.optimizers.get),
        ("initializer", keras.initializers.get),
    ],
)
def test_strings_mean_what_keras_takes_them_for(option: str, get: object) -> None:
    assert callable(get)
    for string, dotted in KERAS.strings[option].items():
        if not exists(dotted) or string in OLDER_STRINGS:
            continue
        found, meant = get(string), resolve(dotted)
        assert found is meant or isinstance(found, meant) or type(found) is type(meant()), string


OLDER_STRINGS = {"BCE", "constant", "Constant"}
"""Strings that releases before the installed one take."""


def test_the_beginning_of_a_name_leads_to_one_that_exists() -> None:
    targets = {target for target in KERAS.aliases.values() if target not in KERAS.removed}
    assert {target for target in targets if not exists(target)} == set()


@pytest.mark.parametrize("name", KERAS.loaded_datasets)
def test_dataset_is_loaded_with_these_parameters(name: str) -> None:
    real = of_python(resolve(name))
    names = [parameter.spelled for parameter in KERAS.loaded_datasets[name].parameters]
    assert real is not None
    assert list(real.positional[: len(names)]) == names
