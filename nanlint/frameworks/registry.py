"""All frameworks, and what a name means in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.collection import collect
from nanlint.frameworks.model import Call, Dataset, Framework, Helper, Optimizer, Overload

FRAMEWORKS: tuple[Framework, ...] = collect()

_Entry = TypeVar("_Entry")


def _owned(tables: Mapping[str, Mapping[str, _Entry]]) -> dict[str, tuple[Framework, _Entry]]:
    """Each name with its entry and the framework whose table has it."""
    return {name: (table, entry) for table in FRAMEWORKS for name, entry in tables[table.name].items()}


_FUNCTIONS = _owned({table.name: table.functions for table in FRAMEWORKS})
_LAYERS = _owned({table.name: table.layers for table in FRAMEWORKS})
_OPTIMIZERS = _owned({table.name: table.optimizers for table in FRAMEWORKS})
_DISTRIBUTIONS = _owned({table.name: table.distributions for table in FRAMEWORKS})
_DATASETS = _owned({table.name: table.datasets for table in FRAMEWORKS})
_FOLDERS = _owned({table.name: table.image_folders for table in FRAMEWORKS})
_LOADED = {name: made for table in FRAMEWORKS for name, made in table.loaded_datasets.items()}
_PROTOCOL = {key: (table, entry) for table in FRAMEWORKS for key, entry in table.protocol.items()}
_OWN_PROTOCOL = {(table.name, *key): (table, entry) for table in FRAMEWORKS for key, entry in table.protocol.items()}
_HELPERS = {name: made for table in FRAMEWORKS for name, made in table.helpers.items()}
_RATE_KEYS = {name: key for table in FRAMEWORKS for name, key in table.rate_keys.items()}
_OBJECTS = {name: kind for table in FRAMEWORKS for name, kind in table.objects.items()}
_DTYPES = {name: found for table in FRAMEWORKS for name, found in table.dtypes.items()}
_CONSTANTS = {name: number for table in FRAMEWORKS for name, number in table.constants.items()}
_ALIASES = {prefix: meant for table in FRAMEWORKS for prefix, meant in table.aliases.items()}
_ALIASED = frozenset(prefix.partition(".")[0] for prefix in _ALIASES)
_FORMER = {name: written for table in FRAMEWORKS for name, written in table.former.items()}
_REMOVED = frozenset(name for table in FRAMEWORKS for name in table.removed)


def roots() -> frozenset[str]:
    """The first words of all dotted names."""
    return _ALIASED.union(*(table.roots for table in FRAMEWORKS))


@lru_cache(maxsize=5_000)
def canonical(dotted: str) -> str:
    """The name as the tables have it: `keras.layers.Dense` for `tensorflow.compat.v1.keras.layers.Dense`."""
    if dotted.partition(".")[0] not in _ALIASED:
        return dotted
    head = dotted
    while head:
        if head in _ALIASES:
            return canonical(_ALIASES[head] + dotted[len(head) :])
        head = head.rpartition(".")[0]
    return dotted


@lru_cache(maxsize=1_000)
def provided(root: str) -> frozenset[str]:
    """The first words of names that are found within that package as well: `keras` within `tensorflow`."""
    return frozenset(
        canonical(meant).partition(".")[0] for prefix, meant in _ALIASES.items() if prefix.partition(".")[0] == root
    )


def other_names(dotted: str) -> Iterator[str]:
    """The names that `canonical` reads as this one, one alias each."""
    for prefix, meant in _ALIASES.items():
        if dotted == meant or dotted.startswith(meant + "."):
            yield prefix + dotted[len(meant) :]


def is_removed(dotted: str) -> bool:
    """Whether only older releases of its framework have the name."""
    return dotted in _REMOVED


def former(dotted: str) -> str:
    """What files written for older releases have in the place of that name; empty where nothing is known."""
    return _FORMER.get(dotted, "")


def function(dotted: str) -> tuple[Framework, Call | Overload] | None:
    """The function of that name; `torch.relu_` is the in-place form of `torch.relu`."""
    found = _FUNCTIONS.get(dotted)
    if found is None and dotted.endswith("_"):
        found = _FUNCTIONS.get(dotted[:-1])
        return found if found is not None and found[0].in_place else None
    return found


def layer(dotted: str) -> tuple[Framework, Call] | None:
    """The class of layers or losses of that name."""
    return _LAYERS.get(dotted)


def optimizer(dotted: str) -> tuple[Framework, Optimizer] | None:
    """The class of optimizers of that name."""
    return _OPTIMIZERS.get(dotted)


def distribution(dotted: str) -> tuple[Framework, Call] | None:
    """The class of distributions of that name."""
    return _DISTRIBUTIONS.get(dotted)


def method(framework: str, name: str) -> tuple[Framework, Call | Overload] | None:
    """The method of that framework's arrays, in-place forms included."""
    for table in FRAMEWORKS:
        if framework == table.name:
            entry = table.methods.get(name)
            if entry is None and table.in_place and name.endswith("_"):
                entry = table.methods.get(name[:-1])
            if entry is not None:
                return table, entry
    return None


def attribute(framework: str, name: str) -> Call | None:
    """The attribute of that framework's arrays."""
    return next((table.attributes.get(name) for table in FRAMEWORKS if table.name == framework), None)


@lru_cache(maxsize=5_000)
def protocol(kind: Kind, name: str, *first: str) -> tuple[Framework, Call] | None:
    """The method of an optimizer, a scaler, a model, a generator or a distribution, of those frameworks first."""
    own = (_OWN_PROTOCOL.get((framework, kind, name)) for framework in first)
    return next((found for found in own if found is not None), None) or _PROTOCOL.get((kind, name))


def helper(dotted: str) -> Helper | None:
    """The class of that name whose objects run backward passes for the script."""
    return _HELPERS.get(dotted)


def rate_key(attribute: str) -> str | None:
    """The key of the rate in what the attribute of an optimizer holds."""
    return _RATE_KEYS.get(attribute)


def object_kind(dotted: str) -> Kind | None:
    """The kind of what calling that name gives."""
    return _OBJECTS.get(dotted)


def dataset(dotted: str) -> tuple[Framework, Dataset] | None:
    """The published dataset of that name."""
    return _DATASETS.get(dotted)


def loaded_dataset(dotted: str) -> Dataset | None:
    """The published dataset that the function of that name loads."""
    return _LOADED.get(dotted)


def image_folder(dotted: str) -> tuple[Framework, Dataset] | None:
    """What the function of that name reads from a folder of images."""
    return _FOLDERS.get(dotted)


def dtype(dotted: str) -> Dtype | None:
    """The element type of that name."""
    return _DTYPES.get(dotted)


def dtype_name(framework: str, dtype: Dtype) -> str:
    """The dotted name of the element type in that framework: `jax.numpy.float16`."""
    names = (name for table in FRAMEWORKS if table.name == framework for name in table.dtypes)
    plain = f"{framework}.{dtype.value}"
    return next((name for name in names if name.rpartition(".")[2] == dtype.value), plain)


def constant(dotted: str) -> float | None:
    """The number of that name."""
    return _CONSTANTS.get(dotted)


def smooth_at_zero(op: Op, framework: str) -> bool:
    """Whether that framework takes the operation's gradient to be 0 at 0; one without gradients has nothing to take."""
    return any(op in table.smooth_at_zero or not table.gradients for table in FRAMEWORKS if table.name == framework)


def masking(op: Op, framework: str) -> bool:
    """Whether the operation's backward makes NaN of an infinite gradient where the operation has cut its operand."""
    return any(op in table.masking for table in FRAMEWORKS if table.name == framework)


def quiet_backward(op: Op, framework: str) -> bool:
    """Whether the operation's backward gives 0 for a gradient of 0 wherever it is not compiled by XLA."""
    return any(op in table.quiet_backward for table in FRAMEWORKS if table.name == framework)


def raises(op: Op, framework: str) -> bool:
    """Whether the operation raises where others give NaN or infinity: of a singular matrix, of nothing."""
    return any(op in table.raising for table in FRAMEWORKS if table.name == framework)


def outputs_last(framework: str) -> bool:
    """Whether functions of that framework take weights whose last axis counts their outputs."""
    return any(table.outputs_last for table in FRAMEWORKS if table.name == framework)


def refuses(framework: str, setting: str, below: bool) -> bool:
    """Whether optimizers of that framework refuse a setting below, or above, the numbers that make sense."""
    tables = (table for table in FRAMEWORKS if table.name == framework)
    return any(setting in (table.refused_below if below else table.refused_above) for table in tables)


def refuses_large(op: Op, framework: str) -> bool:
    """Whether the operation raises for a number that its array's dtype cannot hold."""
    return any(op in table.refuses_large for table in FRAMEWORKS if table.name == framework)


def dtype_limits(framework: str) -> bool:
    """Whether a dtype of that framework tells its limits itself."""
    return any(table.dtype_limits for table in FRAMEWORKS if table.name == framework)


def exact_numbers(framework: str) -> bool:
    """Whether that framework multiplies arrays by numbers as they are, not rounded to the arrays' dtype."""
    return any(table.exact_numbers for table in FRAMEWORKS if table.name == framework)


def widened(op: Op, framework: str) -> bool:
    """Whether the operation computes with float16 numbers in float32 inside."""
    return any(op in table.widened for table in FRAMEWORKS if table.name == framework)


def accumulates(framework: str) -> bool:
    """Whether that framework adds new gradients to those that are there."""
    return any(table.accumulates for table in FRAMEWORKS if table.name == framework)


def scalar(framework: str) -> bool:
    """Whether functions of that framework compute with Python's numbers, which raise where arrays give NaN."""
    return any(table.result.scalar for table in FRAMEWORKS if table.name == framework)


def lowest(framework: str) -> str:
    """What fixes hide a float32 score with where no array of that framework tells its limits."""
    return next((table.lowest for table in FRAMEWORKS if table.name == framework), "")


def mean_or_zero(framework: str) -> str:
    """The template of a mean that is 0 of nothing; empty where arrays have methods to write it with."""
    return next((table.mean_or_zero for table in FRAMEWORKS if table.name == framework), "")


def companion(framework: str) -> str:
    """The framework that spells what that one has no function for; empty where there is none."""
    return next((table.companion for table in FRAMEWORKS if table.name == framework), "")


def arrays(framework: str) -> str:
    """The framework whose arrays that framework's functions take and give: its own, or NumPy's for SciPy's."""
    return next((table.arrays for table in FRAMEWORKS if table.name == framework), "") or framework


def channels_last(framework: str) -> bool:
    """Whether images of that framework have their channels on the last axis."""
    return any(table.channels_last for table in FRAMEWORKS if table.name == framework)


def chooses_axis(framework: str) -> bool:
    """Whether that framework's softmax chooses an axis where it is given none: of two, the last."""
    return any(table.chooses_axis for table in FRAMEWORKS if table.name == framework)


def clamps_indices(framework: str) -> bool:
    """Whether an index beyond the end picks the last element in that framework."""
    return any(table.clamps_indices for table in FRAMEWORKS if table.name == framework)


def label_check(framework: str) -> str:
    """The template of a check in that framework that labels are indices of the classes of scores."""
    return next((table.label_check for table in FRAMEWORKS if table.name == framework), "")


def identity(framework: str) -> str:
    """The layer of that framework that hands on what it is given; empty where it has none."""
    return next((table.identity for table in FRAMEWORKS if table.name == framework), "")


def with_logits(framework: str) -> Mapping[str, str]:
    """Losses of probabilities in that framework, and what the same losses of logits are called."""
    return next((table.with_logits for table in FRAMEWORKS if table.name == framework), {})


def loss_class(framework: str, given: str) -> str | None:
    """The class of the loss that a string, or the name of a function, stands for where a model is compiled."""
    for table in FRAMEWORKS:
        if table.name == framework:
            return table.loss_classes.get(table.strings.get("loss", {}).get(given, given))
    return None


def spelling(op: Op, framework: str) -> str | None:
    """The template by which a fix writes the operation in that framework; None where it has none."""
    return next((table.spellings.get(op) for table in FRAMEWORKS if table.name == framework), None)


def templates(op: Op, framework: str) -> tuple[str, ...]:
    """The templates by which a fix writes the operation, the one without an axis last."""
    found = ((table.spellings.get(op), table.without_axis.get(op)) for table in FRAMEWORKS if table.name == framework)
    return tuple(template for pair in found for template in pair if template is not None)


def exact_spelling(op: Op, framework: str) -> str | None:
    """The template by which a fix writes the operation in float64, where `spelling` loses digits."""
    return next((table.exact_spellings.get(op) for table in FRAMEWORKS if table.name == framework), None)


def broadcasts(op: Op, framework: str) -> bool:
    """Whether what the framework's template writes takes arrays of two shapes, as arithmetic does."""
    return not any(op in table.same_shapes for table in FRAMEWORKS if table.name == framework)


def counts_back(op: Op, framework: str) -> bool:
    """Whether what the framework's template writes takes axes that are counted from the last."""
    return not any(op in table.first_axes for table in FRAMEWORKS if table.name == framework)


def idle_keywords(framework: str) -> frozenset[str]:
    """Keywords of that framework's functions that change nothing in what they compute."""
    return next((table.idle_keywords for table in FRAMEWORKS if table.name == framework), frozenset())


def log_count(framework: str, whole: bool) -> str | None:
    """The template for the logarithm of the number of elements along an axis, or of all."""
    return next((table.log_counts.get(whole) for table in FRAMEWORKS if table.name == framework), None)


def number_log(framework: str) -> str:
    """The function by which fixes take the logarithm of a number in that framework's formulas."""
    return next((table.number_log for table in FRAMEWORKS if table.name == framework), "math.log")


def logit_loss(op: Op, framework: str) -> str:
    """What remedies call that framework's loss of logits; empty where it has none."""
    return next((table.logit_losses.get(op, "") for table in FRAMEWORKS if table.name == framework), "")


def flushes(framework: str) -> bool:
    """Whether that framework computes 0 for what is smaller than the smallest normal number."""
    return any(table.flushes for table in FRAMEWORKS if table.name == framework)


def is_base(framework: str, of: str) -> bool:
    """Whether older releases of the second framework compute with the first one's arrays, so that it is installed."""
    return any(table.former_arrays == framework for table in FRAMEWORKS if table.name == of and framework)


def older(framework: str, modules: Iterable[str]) -> str:
    """The framework under functions that only older releases have, if one of the modules has such; else empty."""
    for table in FRAMEWORKS:
        if table.name == framework and table.former_arrays:
            homes = {name.rpartition(".")[0] for name in table.former.values()}
            return table.former_arrays if homes & set(modules) else ""
    return ""


def scaled_initializer(framework: str) -> str:
    """What fills weights in place with draws of a suitable size; "" if that framework has no such function."""
    return next((table.scaled_initializer for table in FRAMEWORKS if table.name == framework), "")


def zeroed(framework: str, spelled: str) -> str | None:
    """What makes an array of zeros where `spelled` makes one of memory as it was found."""
    return next((table.zeroed.get(spelled) for table in FRAMEWORKS if table.name == framework), None)
