"""Dotted names are known by one spelling, however a file writes them."""

from __future__ import annotations

import libcst as cst
import pytest

from nanlint.frameworks import registry
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Dotted
from nanlint.interp.run import HANDLERS


def meant(statements: str, expression: str) -> str:
    """The dotted name that the expression stands for behind the statements."""
    assert HANDLERS
    module = cst.parse_module(statements)
    machine = Machine(module)
    machine.execute_all(module.body)
    payload = machine.evaluate(cst.parse_expression(expression)).payload
    assert isinstance(payload, Dotted)
    return payload.name


@pytest.mark.parametrize(
    ("statements", "expression"),
    [
        ("import tensorflow as tf", "tf.keras.layers.Dense"),
        ("import tensorflow.compat.v1 as tf", "tf.keras.layers.Dense"),
        ("import tensorflow.keras as keras", "keras.layers.Dense"),
        ("from tensorflow import keras", "keras.layers.Dense"),
        ("from tensorflow.keras import layers", "layers.Dense"),
        ("from tensorflow.keras.layers import Dense", "Dense"),
        ("from tensorflow.python.keras.layers import Dense", "Dense"),
        ("import tf_keras", "tf_keras.layers.Dense"),
        ("import keras", "keras.layers.Dense"),
    ],
)
def test_keras_has_one_name(statements: str, expression: str) -> None:
    assert meant(statements, expression) == "keras.layers.Dense"


@pytest.mark.parametrize(
    ("statements", "expression"),
    [
        ("import tensorflow as tf", "tf.nn.softmax"),
        ("import tensorflow as tf", "tf.compat.v1.nn.softmax"),
        ("import tensorflow as tf\ntf = tf.compat.v1", "tf.nn.softmax"),
        ("import tensorflow.compat.v1 as tf", "tf.nn.softmax"),
        ("from tensorflow.compat import v1", "v1.nn.softmax"),
        ("from tensorflow.compat.v2.nn import softmax", "softmax"),
    ],
)
def test_tensorflow_has_one_name(statements: str, expression: str) -> None:
    assert meant(statements, expression) == "tensorflow.nn.softmax"


def test_a_name_that_begins_like_an_alias_is_another_name() -> None:
    assert registry.canonical("tensorflow.kerasish.layers") == "tensorflow.kerasish.layers"
    assert registry.canonical("tensorflow_probability.keras") == "tensorflow_probability.keras"


def test_aliases_are_names_of_nothing_else_and_end() -> None:
    for table in registry.FRAMEWORKS:
        for alias in table.aliases:
            assert registry.canonical(registry.canonical(alias)) == registry.canonical(alias) != alias
            assert registry.function(alias) is None


def test_an_alias_leads_to_the_same_place_in_all_tables() -> None:
    pairs = {(alias, meaning) for table in registry.FRAMEWORKS for alias, meaning in table.aliases.items()}
    assert len({alias for alias, _ in pairs}) == len(pairs)


def test_importing_an_alias_makes_a_file_worth_interpreting() -> None:
    assert {"tensorflow", "tf_keras"} <= registry.roots()


def test_the_other_names_of_a_name_are_read_as_it() -> None:
    names = list(registry.other_names("keras.ops.log_softmax"))
    assert "tensorflow.keras.ops.log_softmax" in names
    assert {registry.canonical(name) for name in names} == {"keras.ops.log_softmax"}
