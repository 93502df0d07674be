"""TensorFlow's table against the real one, and against `tensorflow.compat.v1` for what only release 1 has."""

from __future__ import annotations

import inspect

import pytest
import tensorflow as tf

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call
from nanlint.frameworks.registry import canonical
from nanlint.frameworks.tensorflow import FRAMEWORK
from tests.frameworks.signatures import discrepancy, exists, of_python, of_tensorflow, resolve

BY_DOCUMENTATION = ("tensorflow.contrib.", "tensorflow.layers.", "tensorflow.nn.rnn_cell.")
"""Not installed with TensorFlow 2, not even for programs written for release 1."""
BEFORE_RELEASE_1 = {
    f"tensorflow.{name}"
    for name in (
        "mul", "sub", "neg", "inv", "complex_abs", "pack", "unpack", "select", "batch_matmul", "nn.rnn",
        "log_matrix_determinant",
    )
}  # fmt: skip


def in_release_1(name: str) -> bool:
    return exists(name.replace("tensorflow.", "tensorflow.compat.v1.", 1))


def test_removed_names_are_names_of_release_1_alone() -> None:
    assert {name for name in FRAMEWORK.removed if exists(name)} == set()
    older = {name for name in FRAMEWORK.removed if not name.startswith(BY_DOCUMENTATION)}
    assert {name for name in older if not in_release_1(name)} == BEFORE_RELEASE_1


def test_aliases_are_modules_and_names_that_exist() -> None:
    installed = {name for name in FRAMEWORK.aliases if not name.startswith(BY_DOCUMENTATION)}
    private = {name for name in installed if name.startswith(("tensorflow.python.", "tensorflow._api."))}
    packages = {"tf_keras", "tf_slim"}
    older = {name for name in installed - private - packages if not exists(name)}
    assert {name for name in older if not in_release_1(name)} == {"tensorflow.app.flags"}  # gone before 2.0


@pytest.mark.parametrize("alias", sorted(FRAMEWORK.aliases))
def test_an_alias_means_the_same_object(alias: str) -> None:
    meant = canonical(alias)
    if meant.startswith("keras.losses.") and exists(alias) and exists(meant):
        assert resolve(alias) is resolve(meant)
    assert meant.partition(".")[0] in ("tensorflow", "tensorflow_probability", "keras", "absl")


LEFT_OUT = {
    "tensorflow.math": """
        approx_max_k approx_min_k invert_permutation is_non_decreasing is_strictly_increasing ndtri sobol_sample
    """,
    "tensorflow.nn": """
        all_candidate_sampler approx_max_k approx_min_k atrous_conv2d_transpose collapse_repeated
        compute_accidental_hits ctc_beam_search_decoder ctc_greedy_decoder ctc_unique_labels
        depthwise_conv2d_backprop_filter depthwise_conv2d_backprop_input dilation2d erosion2d
        fixed_unigram_candidate_sampler fractional_avg_pool fractional_max_pool isotonic_regression
        learned_unigram_candidate_sampler normalize_moments safe_embedding_lookup_sparse space_to_batch
        sufficient_statistics weighted_moments with_space_to_batch
    """,
    "tensorflow.compat.v1.losses": """
        add_loss get_losses get_regularization_loss get_regularization_losses get_total_loss
    """,
}
"""What decodes, samples candidates, or is hardly used."""


@pytest.mark.parametrize("module", LEFT_OUT)
def test_every_other_function_of_the_module_has_an_entry(module: str) -> None:
    real = {
        f"{canonical(module)}.{name}"
        for name, found in vars(resolve(module)).items()
        if callable(found) and not inspect.isclass(found) and not name.startswith("_")
    }
    left_out = {f"{canonical(module)}.{name}" for name in LEFT_OUT[module].split()}
    assert real - set(FRAMEWORK.functions) - left_out == set()


def test_methods_and_attributes_are_those_of_tensors_or_variables() -> None:
    kinds = (tf.Tensor, tf.Variable, tf.RaggedTensor, tf.SparseTensor, type(tf.constant(1.0)))
    names = {*FRAMEWORK.methods, *FRAMEWORK.attributes}
    assert {name for name in names if not any(hasattr(kind, name) for kind in kinds)} == set()


@pytest.mark.parametrize("name", ["assign", "assign_add", "assign_sub", "value", "read_value"])
def test_methods_of_variables_take_these_parameters(name: str) -> None:
    entry = FRAMEWORK.methods[name]
    found = of_python(getattr(tf.Variable, name))
    assert isinstance(entry, Call)
    assert found is not None
    spelled = tuple(p.spelled for p in entry.parameters if p.spelled != "self")
    assert spelled == found.positional[: len(spelled)]


def test_dtypes_are_the_real_ones() -> None:
    for name, claimed in FRAMEWORK.dtypes.items():
        real = resolve(name)
        expected = Dtype.BOOLEAN if real.is_bool else Dtype(real.name) if real.is_floating else Dtype.INTEGER
        assert expected is claimed, name


@pytest.mark.parametrize("name", [name for name in FRAMEWORK.optimizers if name.startswith("tensorflow.train.")])
def test_optimizers_have_these_parameters_and_default_rates(name: str) -> None:
    made = FRAMEWORK.optimizers[name]
    (signature,) = of_tensorflow(name)
    assert discrepancy(made.parameters, [signature]) == ""
    assert signature.defaults.get("learning_rate") == made.default_rate


def test_every_optimizer_of_release_1_has_an_entry() -> None:
    real = {f"tensorflow.train.{name}" for name in dir(tf.compat.v1.train) if name.endswith("Optimizer")}
    wrapping = {"tensorflow.train.Optimizer", "tensorflow.train.SyncReplicasOptimizer"}
    assert real - set(FRAMEWORK.optimizers) == wrapping


PARTICIPANTS = {Kind.OPTIMIZER: "tensorflow.train.Optimizer", Kind.TAPE: "tensorflow.GradientTape"}


def test_participants_of_the_protocol_have_these_methods_with_these_parameters() -> None:
    wrong = {}
    for (kind, name), made in FRAMEWORK.protocol.items():
        if kind in PARTICIPANTS:
            found = list(of_tensorflow(f"{PARTICIPANTS[kind]}.{name}"))
            spelled = [p for p in made.parameters if p.spelled != "self"]
            if why := discrepancy(spelled, found):
                wrong[name] = why
    assert wrong == {}


def test_datasets_have_these_methods() -> None:
    kinds = (tf.data.Dataset, tf.data.Iterator, tf.compat.v1.data.Dataset, tf.compat.v1.data.Iterator)
    assert {name for name in FRAMEWORK.flows if not any(hasattr(kind, name) for kind in kinds)} == set()
    assert {name for name in FRAMEWORK.sources if not exists(name)} == set()


@pytest.mark.parametrize("name", FRAMEWORK.control)
def test_functions_that_take_functions_have_these_parameters(name: str) -> None:
    assert discrepancy(FRAMEWORK.control[name].parameters, list(of_tensorflow(name))) == ""


@pytest.mark.parametrize("name", [name for name in FRAMEWORK.layers if name.endswith("_initializer")])
def test_initialisers_take_these_options(name: str) -> None:
    if not name.startswith(BY_DOCUMENTATION):
        made = FRAMEWORK.layers[name]
        assert discrepancy(made.options, list(of_tensorflow(name))) in ("", STRICTER), name


STRICTER = "by position it takes [('value', 'support_partition'), ('value', 'dtype', 'verify_shape')], not ['value']"
"""How the value is divided or checked."""


def test_moments_gives_the_mean_first() -> None:
    mean, variance = tf.nn.moments(tf.constant([1.0, 3.0]), axes=[0])
    assert (float(mean), float(variance)) == (2.0, 1.0)
    assert FRAMEWORK.mean_first == {"moments"}


AT_ZERO = {
    Op.NORM: lambda x: tf.norm(x),
    Op.STD: lambda x: tf.math.reduce_std(x),
    Op.ATAN2: lambda x: tf.atan2(x, x),
    Op.SQRT: lambda x: tf.sqrt(tf.reduce_sum(tf.square(x))),
}


@pytest.mark.parametrize("op", AT_ZERO, ids=str)
def test_gradient_at_zero_is_lost(op: Op) -> None:
    x = tf.zeros(4)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = AT_ZERO[op](x)
    assert bool(tf.reduce_any(tf.math.is_nan(tape.gradient(y, x))))
    assert op not in FRAMEWORK.smooth_at_zero


def test_gradients_do_not_add_up() -> None:
    x = tf.Variable(1.0)
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = 3.0 * x
        assert float(tape.gradient(y, x)) == 3.0
    assert not FRAMEWORK.accumulates


def test_images_that_are_resized_stay_as_large_as_they_were() -> None:
    image = tf.constant([[[200], [100]]], tf.uint8)
    resized = tf.image.resize(image, [1, 1])
    assert resized.dtype == tf.float32
    assert float(tf.image.convert_image_dtype(resized, tf.float32)[0, 0, 0]) > 1.0
    assert float(tf.image.convert_image_dtype(image, tf.float32)[0, 0, 0]) < 1.0
