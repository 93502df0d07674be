"""Installed packages that add rules and frameworks: what is asked of them, which there are, and what they hold.

A plugin is an installed distribution with an entry point in the group `nanlint.rules` that names a Python package:

    [project.entry-points."nanlint.rules"]
    acme = "acme_nanlint"

The package is laid out as nanlint is. `acme_nanlint.rules` and `acme_nanlint.frameworks`, one of them or both, are each
a module, or a package of modules: one that has a `RULE` (a `nanlint.rule.Rule`) adds a rule, one that has a `FRAMEWORK`
(a `nanlint.frameworks.model.Framework`) adds a table of operations.

A rule has a code with a prefix of its own, two to eight capitals that do not begin with NAN and three digits (ACME101),
and a name like those of nanlint's rules. It is selected, ignored, suppressed and configured as they are. Its check is a
function of the trace and the limits alone: it reads nothing else, and what it finds is remembered from run to run. A
framework has a name and roots of its own, and gives no dotted name a meaning that has one. All rules look at it.

Rules may import `nanlint.rule`, `nanlint.findings`, `nanlint.domain`, `nanlint.interp.trace`, `nanlint.frameworks` and
`nanlint.reasoning`; tables only `nanlint.domain` and `nanlint.frameworks.entries` and `model`, which are read first.
These modules may change with each minor version of nanlint: a plugin says which ones it is for (`nanlint>=0.1,<0.2`).

A plugin is imported when the first file is linted, once in each process. One that is broken stops the run with a line
that names it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from traceback import walk_tb
from types import ModuleType
from typing import TypeVar

from nanlint.settings import SettingsError

GROUP = "nanlint.rules"
ROOMS = ("frameworks", "rules")
"""What a plugin's package holds one of at least: a module or a package, walked as nanlint's own of that name."""

_Kind = TypeVar("_Kind")


class PluginError(SettingsError):
    """A plugin that cannot be used; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed package of rules and frameworks: its name, its version, and the Python package that holds them."""

    name: str
    version: str
    package: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def error(self, message: str) -> PluginError:
        """What to raise for a plugin that cannot be used."""
        return PluginError(f"plugin {self}: {message}; repair it, uninstall it, or leave it out with --no-plugins")


class _Switch:
    """Whether this process uses plugins: decided once, since what they add is part of every table."""

    wanted = True


def leave_out() -> None:
    """Lets this process use no plugin. Raises RuntimeError if it has looked for them already."""
    if found.cache_info().currsize and found():
        raise RuntimeError("plugins are in use already")
    found.cache_clear()
    _Switch.wanted = False


def wanted() -> bool:
    """Whether plugins are used; what worker processes are told."""
    return _Switch.wanted


@functools.cache
def found() -> tuple[Plugin, ...]:
    """The installed plugins, by name; nothing of them is imported yet."""
    if not _Switch.wanted:
        return ()
    from importlib.metadata import entry_points

    entries = [(entry, entry.dist) for entry in entry_points(group=GROUP)]
    plugins = {Plugin(dist.name, dist.version, entry.value) for entry, dist in entries if dist is not None}
    return tuple(sorted(plugins, key=lambda plugin: (plugin.name, plugin.package)))


def members(room: str, name: str, kind: type[_Kind]) -> Iterator[tuple[Plugin, _Kind]]:
    """What the modules in that room of each plugin hold under `name`, each object once.

    Raises PluginError for a package without rooms, a module that cannot be imported, and an object of another kind.
    """
    for plugin in found():
        holders = [module for module in _modules(plugin, room) if hasattr(module, name)]
        for module in {id(getattr(module, name)): module for module in holders}.values():
            member = getattr(module, name)
            if not isinstance(member, kind):
                expected = f"{kind.__module__}.{kind.__name__}"
                raise plugin.error(f"{module.__name__}.{name} is a {type(member).__name__}, not a {expected}")
            yield plugin, member


def _modules(plugin: Plugin, room: str) -> Iterator[ModuleType]:
    """The module of that name in the plugin's package and, if it is a package, the modules in it."""
    package = _imported(plugin, plugin.package)
    if not hasattr(package, "__path__"):
        raise plugin.error(f"its entry point names {plugin.package}, which is no package")
    names = [f"{plugin.package}.{name}" for name in ROOMS]
    if all(find_spec(name) is None for name in names):
        raise plugin.error(f"there is neither {' nor '.join(names)}")
    name = f"{plugin.package}.{room}"
    if find_spec(name) is not None:
        module = _imported(plugin, name)
        yield module
        for inner in sorted(pkgutil.iter_modules(getattr(module, "__path__", [])), key=lambda inner: inner.name):
            yield _imported(plugin, f"{name}.{inner.name}")


def _imported(plugin: Plugin, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        message = " ".join(str(error).split())
        raise plugin.error(f"{name} cannot be imported: {type(error).__name__}: {message}") from error


def at_fault(error: BaseException) -> Plugin | None:
    """The plugin that was at work when the error was raised."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)]
    for plugin in found():
        if any(f"{module}.".startswith(f"{plugin.package}.") for module in modules):
            return plugin
    return None
