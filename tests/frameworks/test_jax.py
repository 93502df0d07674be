"""The table of JAX and of the packages on top of it against the real ones."""

from __future__ import annotations

import inspect

import equinox
import flax.linen
import flax.nnx
import jax
import jax.numpy as jnp
import optax
import pytest

from nanlint.domain.dtypes import Dtype
from nanlint.frameworks.entries import Call, Control, Part, Stride
from nanlint.frameworks.jax import FRAMEWORK as JAX
from tests.frameworks.signatures import Signature, discrepancy, exists, of_python, resolve

UNSIGNED = {"block_until_ready", "to_device"}
"""Methods of compiled code without a signature."""
KEYED = {"key", "rngs", "state", "parent", "name"}


def test_methods_take_these_parameters_in_this_order() -> None:
    array = jnp.ones(1)
    wrong = {}
    for name, entry in JAX.methods.items():
        assert isinstance(entry, Call)
        found = [] if name in UNSIGNED else [of_python(getattr(array, name))]
        if why := discrepancy(entry.parameters[1:], [s for s in found if s is not None]):
            wrong[name] = why
    assert wrong == dict.fromkeys(UNSIGNED, "it has no signature")


def test_attributes_are_those_of_an_array() -> None:
    assert {name for name in JAX.attributes if not hasattr(jnp.ones((1, 1)), name)} == set()


def test_updates_are_methods_of_an_indexed_array() -> None:
    assert {name for name in JAX.updates if not hasattr(jnp.ones(1).at[0], name)} == set()


def options_of(name: str) -> Signature:
    """What a layer's constructor takes; names behind the positional ones may come in any order."""
    real = resolve(name)
    found = of_python(real.__init__ if name.startswith("flax.nnx.") else real)
    assert found is not None, name
    return found


@pytest.mark.parametrize("name", JAX.layers)
def test_layer_is_constructed_with_these_options(name: str) -> None:
    assert discrepancy(JAX.layers[name].options, [options_of(name)]) == ""


def test_defaults_of_layers_are_the_real_ones() -> None:
    wrong = {}
    for name, made in JAX.layers.items():
        real, fixed = options_of(name).defaults, dict(made.fixed)
        for parameter in made.options:
            if parameter.canonical in fixed and real.get(parameter.spelled) != fixed[parameter.canonical]:
                wrong[name, parameter.spelled] = real.get(parameter.spelled)
    assert wrong == {}


def taken(made: Call) -> list[str]:
    """The operands of a layer in the order of a call."""
    count = len(made.operands)
    order = [i for i in made.order if i < count] or range(count)
    return [made.operands[i].spelled for i in order]


@pytest.mark.parametrize("name", [n for n in JAX.layers if JAX.layers[n].operands and not n.startswith("optax.")])
def test_layer_is_applied_to_these_operands(name: str) -> None:
    names = [p.name for p in inspect.signature(resolve(name).__call__).parameters.values()][1:]
    expected = [p for p in names if p not in KEYED or p in taken(JAX.layers[name])]
    assert taken(JAX.layers[name]) == expected[: len(taken(JAX.layers[name]))]


@pytest.mark.parametrize("name", JAX.optimizers)
def test_optimizer_has_these_parameters_and_this_default_rate(name: str) -> None:
    signature = of_python(resolve(name))
    assert signature is not None
    assert discrepancy(JAX.optimizers[name].parameters, [signature]) == ""
    rate = next((p.spelled for p in JAX.optimizers[name].parameters if p.canonical == "lr"), None)
    if rate is None:
        assert JAX.optimizers[name].part is not Part.WHOLE, "an optimizer has a rate"
        return
    assert signature.defaults.get(rate) == JAX.optimizers[name].default_rate


def is_optimizer(name: str) -> bool:
    made = getattr(optax, name)
    return inspect.isfunction(made) and made.__module__ == "optax._src.alias"


def test_every_optimizer_of_optax_has_an_entry() -> None:
    real = {f"optax.{name}" for name in dir(optax) if is_optimizer(name)}
    assert real - set(JAX.optimizers) == {"optax.optimistic_adam_v2"}


def test_every_loss_of_optax_has_an_entry() -> None:
    real = {f"optax.losses.{name}" for name in dir(optax.losses) if not name.startswith("_")}
    found = {name for name in real if inspect.isfunction(resolve(name))}
    other = ["perceptron", "fenchel", "sparsemax", "multiclass", "ranking", "generalized_kl", "ctc_loss_with_forward"]
    assert {name for name in found - set(JAX.functions) if not any(word in name for word in other)} == set()


def test_every_transformation_of_optax_has_an_entry() -> None:
    real = {f"optax.{name}" for name in dir(optax) if name.startswith(("scale_by_", "clip", "add_"))}
    known = set(JAX.objects) | set(JAX.layers) | set(JAX.optimizers)
    missing = real - known - {"optax.scale_by_distance_over_gradients"}
    assert missing == set()


@pytest.mark.parametrize(
    ("module", "base"), [(flax.linen, flax.linen.Module), (flax.nnx, flax.nnx.Module), (equinox.nn, equinox.Module)]
)
def test_every_layer_has_an_entry(module: object, base: type) -> None:
    name = module.__name__  # type: ignore[attr-defined]
    real = {
        f"{name}.{key}" for key, found in vars(module).items() if inspect.isclass(found) and issubclass(found, base)
    }
    known = {*JAX.layers, *JAX.sequential, *JAX.wrappers, *JAX.model_bases}
    assert {name.rpartition(".")[2] for name in real - known} <= NO_OPERATION


NO_OPERATION = {
    "BatchApply", "Fp8DirectDotGeneralOp", "Fp8DotGeneral", "Fp8DotGeneralOp", "Fp8Einsum", "NANOOFp8DotGeneralOp",
    "RNNCellBase", "SpectralNorm", "WeightNorm", "Module",
    "AdaptivePool", "Pool", "RotaryPositionalEmbedding", "Shared", "StatefulLayer", "StateIndex", "State",
    "Dict", "List", "EMA", "Sequential", "Pytree", "Metric", "MultiMetric", "TrainState", "Optimizer",
    "ModelAndOptimizer", "ToNNX", "ToLinen",
}  # fmt: skip
"""Structure, wrappers, and what no operation says."""


def test_dtypes_are_the_real_ones() -> None:
    for name, claimed in JAX.dtypes.items():
        made = jnp.dtype(resolve(name))
        floating = jnp.issubdtype(made, jnp.floating)
        real = Dtype(made.name) if floating else Dtype.BOOLEAN if made.name == "bool" else Dtype.INTEGER
        assert real is claimed, name


def test_new_arrays_are_of_the_default_float() -> None:
    assert jnp.zeros(1).dtype == JAX.default_float.value
    assert jnp.asarray(1.0, dtype=jnp.float32).dtype == JAX.default_float.value


def test_empty_is_full_of_zeros() -> None:
    assert not jnp.empty(1000).any()
    assert dict(JAX.functions["jax.numpy.empty"].fixed) == {"value": 0}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", [*JAX.derivatives, *JAX.states, *JAX.control])
def test_transformation_takes_these_parameters(name: str) -> None:
    known: Call | Control = JAX.control[name] if name in JAX.control else {**JAX.derivatives, **JAX.states}[name]
    real = resolve(name)
    signature = of_python(real.__init__ if inspect.isclass(real) else real)
    assert signature is not None
    passed_on = {"argnums", "has_aux", "apply_fn", "params", "graphdef", "step"}
    rest = [p for p in known.parameters if p.spelled in signature.names or p.spelled not in passed_on or p.variadic]
    assert discrepancy(rest, [signature]) == ""


@pytest.mark.parametrize("alias", JAX.aliases)
def test_alias_stands_for_something_that_exists(alias: str) -> None:
    assert exists(JAX.aliases[alias])


def test_setup_runs_before_the_first_call_and_apply_calls_the_model() -> None:
    class Doubled(flax.linen.Module):  # type: ignore[misc]
        def setup(self) -> None:
            self.factor = 2.0

        def __call__(self, x: jax.Array) -> jax.Array:
            return self.factor * x

    assert JAX.prepare == "setup"
    assert JAX.functional_call == "apply"
    assert Doubled().apply({}, jnp.ones(())) == 2.0


WANTED: dict[str, dict[str, object]] = {
    "optax.trace": {"decay": 0.9},
    "optax.scale": {"step_size": 0.01},
    "optax.scale_by_schedule": {"step_size_fn": lambda count: 0.01},
}
"""What parts of optimizers cannot be made without."""


def steps(name: str, scale: float) -> float:
    """How far the first step of an optimizer moves a parameter whose gradient is `scale`."""
    rated = any(parameter.spelled == "learning_rate" for parameter in JAX.optimizers[name].parameters)
    made = resolve(name)(**WANTED.get(name, {"learning_rate": 0.01} if rated else {}))
    weight = jnp.ones(())
    updates, _ = made.update(jnp.asarray(scale), made.init(weight), weight)
    return float(abs(updates))


STRIDES = {
    name for name, made in JAX.optimizers.items() if name.startswith("optax.") and made.stride is not Stride.SELF_SCALED
}
SPECIAL = {"optax.noisy_sgd", "optax.adafactor", "optax.novograd", "optax.contrib.adopt", "optax.contrib.dpsgd",
           "optax.contrib.galore", "optax.contrib.sophia", "optax.contrib.muon", "optax.lamb", "optax.contrib.madgrad",
           "optax.adagrad", "optax.yogi", "optax.contrib.schedule_free_adamw", "optax.optimistic_gradient_descent",
           "optax.contrib.simplified_ademamix", "optax.radam", "optax.sm3", "optax.contrib.acprop",
           "optax.optimistic_adam", "optax.scale_by_factored_rms", "optax.scale_by_novograd", "optax.scale_by_radam",
           "optax.scale_by_rss", "optax.scale_by_sm3", "optax.scale_by_yogi"}  # fmt: skip
"""Their first step is no measure: noise, warm-up, matrices only, a growing accumulator."""


@pytest.mark.parametrize("name", sorted(STRIDES - SPECIAL))
def test_stride_is_as_measured(name: str) -> None:
    small, large = steps(name, 1.0), steps(name, 100.0)
    proportional = large > 50 * small
    assert proportional is (JAX.optimizers[name].stride is Stride.PROPORTIONAL)
