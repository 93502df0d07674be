"""The tables of all frameworks: those of this package, found by walking it, and those of plugins."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator

import nanlint.frameworks as package
from nanlint.frameworks.model import Framework
from nanlint.plugins import members


def collect() -> tuple[Framework, ...]:
    """Every FRAMEWORK: first those that differentiate, then those that make a file worth interpreting.

    Raises PluginError for one of a plugin that claims a name of another table.
    """
    modules = (
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    )
    tables: list[Framework] = [module.FRAMEWORK for module in modules if hasattr(module, "FRAMEWORK")]
    for plugin, table in members("frameworks", "FRAMEWORK", Framework):
        if claimed := claims(table, tables):
            raise plugin.error(claimed)
        tables.append(table)
    return tuple(sorted(tables, key=lambda framework: (not framework.gradients, not framework.roots, framework.name)))


def claims(table: Framework, others: Iterable[Framework]) -> str:
    """What the table claims of another one: its name, a root of its names, or a name; empty if nothing."""
    for other in others:
        if table.name == other.name:
            return f"there is a framework {table.name!r} already"
        for kind, mine, theirs in (
            ("imports of", table.roots, other.roots),
            ("the alias", table.aliases, other.aliases),
            ("the name", _dotted(table), _dotted(other)),
        ):
            if both := sorted(set(mine) & set(theirs)):
                return f"its framework {table.name!r} claims {kind} {both[0]!r}, which {other.name!r} has"
    return ""


def _dotted(table: Framework) -> Iterator[str]:
    """The dotted names that the table gives a meaning."""
    for names in (table.functions, table.layers, table.optimizers, table.distributions, table.objects, table.datasets):
        yield from names
