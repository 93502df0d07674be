"""All frameworks, found by walking this package, and what a name means in any of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import TypeVar

import nanlint.frameworks as package
from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Call, Dataset, Framework, Helper, Optimizer, Overload


def _collect() -> tuple[Framework, ...]:
    """Every module's FRAMEWORK. What many have, `method` finds in the first: in one that differentiates, then in one
    that makes a file worth interpreting.
    """
    modules = (
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    )
    tables = [module.FRAMEWORK for module in modules if hasattr(module, "FRAMEWORK")]
    return tuple(sorted(tables, key=lambda framework: (not framework.gradients, not framework.roots, framework.name)))


FRAMEWORKS: tuple[Framework, ...] = _collect()

_Entry = TypeVar("_Entry")


def _owned(tables: Mapping[str, Mapping[str, _Entry]]) -> dict[str, tuple[Framework, _Entry]]:
    """Each name with its entry and the framework whose table has it."""
    return {name: (table, entry) for table in FRAMEWORKS for name, entry in tables[table.name].items()}


_FUNCTIONS = _owned({table.name: table.functions for table in FRAMEWORKS})
_LAYERS = _owned({table.name: table.layers for table in FRAMEWORKS})
_OPTIMIZERS = _owned({table.name: table.optimizers for table in FRAMEWORKS})
_DISTRIBUTIONS = _owned({table.name: table.distributions for table in FRAMEWORKS})
_DATASETS = _owned({table.name: table.datasets for table in FRAMEWORKS})
_PROTOCOL = {key: (table, entry) for table in FRAMEWORKS for key, entry in table.protocol.items()}
_HELPERS = {name: made for table in FRAMEWORKS for name, made in table.helpers.items()}
_RATE_KEYS = {name: key for table in FRAMEWORKS for name, key in table.rate_keys.items()}
_OBJECTS = {name: kind for table in FRAMEWORKS for name, kind in table.objects.items()}
_DTYPES = {name: found for table in FRAMEWORKS for name, found in table.dtypes.items()}
_CONSTANTS = {name: number for table in FRAMEWORKS for name, number in table.constants.items()}


def roots() -> frozenset[str]:
    """The first words of all dotted names."""
    return frozenset(root for table in FRAMEWORKS for root in table.roots)


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
    """The method of that framework's arrays, in-place forms included; without a framework, of the first that has it."""
    for table in FRAMEWORKS:
        if framework in ("", table.name):
            entry = table.methods.get(name)
            if entry is None and table.in_place and name.endswith("_"):
                entry = table.methods.get(name[:-1])
            if entry is not None:
                return table, entry
    return None


def attribute(framework: str, name: str) -> Call | None:
    """The attribute of that framework's arrays; without a framework, of the first that has it."""
    for table in FRAMEWORKS:
        if framework in ("", table.name) and name in table.attributes:
            return table.attributes[name]
    return None


def protocol(kind: Kind, name: str) -> tuple[Framework, Call] | None:
    """The method of an optimizer, a scaler, a model, a random generator or a distribution."""
    return _PROTOCOL.get((kind, name))


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


def dtype(dotted: str) -> Dtype | None:
    """The element type of that name."""
    return _DTYPES.get(dotted)


def constant(dotted: str) -> float | None:
    """The number of that name."""
    return _CONSTANTS.get(dotted)


def smooth_at_zero(op: Op, framework: str) -> bool:
    """Whether that framework takes the operation's gradient to be 0 at 0; one without gradients has nothing to take."""
    return any(op in table.smooth_at_zero or not table.gradients for table in FRAMEWORKS if table.name == framework)


def spelling(op: Op, framework: str) -> str | None:
    """The template by which a fix writes the operation in that framework; None where it has none."""
    return next((table.spellings.get(op) for table in FRAMEWORKS if table.name == framework), None)


def zeroed(framework: str, spelled: str) -> str | None:
    """What makes an array of zeros where `spelled` makes one of memory as it was found."""
    return next((table.zeroed.get(spelled) for table in FRAMEWORKS if table.name == framework), None)
