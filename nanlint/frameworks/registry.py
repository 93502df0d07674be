"""The tables of all frameworks, each by its name, and what a dotted name means in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.collection import collect
from nanlint.frameworks.entries import Call, Dataset, Helper, Optimizer, Overload
from nanlint.frameworks.model import Framework

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
_TABLES = {table.name: table for table in FRAMEWORKS}
_NONE = Framework("", (), Dtype.FLOAT32, Kind.TENSOR, gradients=True)
"""Of what belongs to no framework: it spells nothing, and has no peculiarities."""


def table(framework: str) -> Framework:
    """The table of the framework of that name; an empty one for any other name."""
    return _TABLES.get(framework, _NONE)


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
    found = table(framework)
    entry = found.methods.get(name)
    if entry is None and found.in_place and name.endswith("_"):
        entry = found.methods.get(name[:-1])
    return None if entry is None else (found, entry)


def attribute(framework: str, name: str) -> Call | None:
    """The attribute of that framework's arrays."""
    return table(framework).attributes.get(name)


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
    plain = f"{framework}.{dtype.value}"
    return next((name for name in table(framework).dtypes if name.rpartition(".")[2] == dtype.value), plain)


def constant(dotted: str) -> float | None:
    """The number of that name."""
    return _CONSTANTS.get(dotted)


def smooth_at_zero(op: Op, framework: str) -> bool:
    """Whether that framework takes the operation's gradient to be 0 at 0; one without gradients has nothing to take."""
    return op in table(framework).smooth_at_zero or not table(framework).gradients


def refuses(framework: str, setting: str, below: bool) -> bool:
    """Whether optimizers of that framework refuse a setting below, or above, the numbers that make sense."""
    return setting in (table(framework).refused_below if below else table(framework).refused_above)


def scalar(framework: str) -> bool:
    """Whether functions of that framework compute with Python's numbers, which raise where arrays give NaN."""
    return table(framework).result.scalar


def arrays(framework: str) -> str:
    """The framework whose arrays that framework's functions take and give: its own, or NumPy's for SciPy's."""
    return table(framework).arrays or framework


def loss_class(framework: str, given: str) -> str | None:
    """The class of the loss that a string, or the name of a function, stands for where a model is compiled."""
    found = table(framework)
    return found.loss_classes.get(found.strings.get("loss", {}).get(given, given))


def spelling(op: Op, framework: str) -> str | None:
    """The template by which a fix writes the operation in that framework; None where it has none."""
    return table(framework).spellings.get(op)


def templates(op: Op, framework: str) -> tuple[str, ...]:
    """The templates by which a fix writes the operation, the one without an axis last."""
    found = (table(framework).spellings.get(op), table(framework).without_axis.get(op))
    return tuple(template for template in found if template is not None)


def is_base(framework: str, of: str) -> bool:
    """Whether older releases of the second framework compute with the first one's arrays, so that it is installed."""
    return bool(framework) and table(of).former_arrays == framework


def older(framework: str, modules: Iterable[str]) -> str:
    """The framework under functions that only older releases have, if one of the modules has such; else empty."""
    found = table(framework)
    homes = {name.rpartition(".")[0] for name in found.former.values()}
    return found.former_arrays if homes & set(modules) else ""
