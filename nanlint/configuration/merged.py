"""Layers made one: the settings of the files that they govern, and of a run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from nanlint.configuration.conduct import Conduct
from nanlint.configuration.keys import BY_NAME, KEYS, Key, Merge
from nanlint.configuration.layers import Layer
from nanlint.configuration.origins import Given
from nanlint.configuration.patterns import Pattern, Patterns
from nanlint.findings import Level
from nanlint.settings import DEFAULT, Selection, Settings

_Fields = TypeVar("_Fields", Conduct, Settings)
_SELECTION = ("select", "ignore", "extend-select")


@dataclass(frozen=True)
class Configuration:
    """The layers that govern the files below `root`, the one that counts most last. file: what they come from."""

    layers: tuple[Layer, ...]
    root: Path
    file: Path | None = None
    _made: dict[tuple[str, ...], Settings] = field(default_factory=dict, compare=False)

    def given(self, key: Key) -> tuple[Given, ...]:
        """What has a part in the value of a key, in order; nothing if it is the default."""
        layers = self._selecting if key.merge is Merge.SELECT else self.layers
        found = tuple(layer.values[key.name] for layer in layers if key.name in layer.values)
        return found[-1:] if key.merge is Merge.REPLACE else found

    def value(self, name: str) -> Any:
        """The value of a key."""
        key = BY_NAME[name]
        values: list[Any] = [given.value for given in self.given(key)]
        if not values:
            return key.default
        if key.merge is Merge.REPLACE:
            return values[-1]
        if key.merge is Merge.UPDATE:
            return {name: item for table in values for name, item in table.items()}
        return tuple(item for items in values for item in items)

    def settings(self, path: Path) -> Settings:
        """The settings of a file, which is given by its absolute path."""
        ignored = tuple(rule for pattern, rules in self._per_file if _means(pattern, path, self.root) for rule in rules)
        if ignored not in self._made:
            self._made[ignored] = dataclasses.replace(self._settings, ignored=ignored)
        return self._made[ignored]

    def excludes(self, path: Path, *, within: bool = False) -> bool:
        """Whether a file or directory, which is given by its absolute path, is left out; `within`: or what holds it."""
        return self._excluded.match_within(path) if within else self._excluded.match(path)

    @cached_property
    def conduct(self) -> Conduct:
        """What the settings say of a run."""
        return _filled(Conduct(), self)

    @cached_property
    def _settings(self) -> Settings:
        first, *others = [_selection(layer) for layer in self._selecting] or [Selection()]
        fail_on = Level[str(self.value("fail-on")).upper()]
        return dataclasses.replace(
            _filled(DEFAULT, self),
            select=DEFAULT.select if first.select is None else first.select,
            ignore=first.ignore,
            extend_select=first.extend_select,
            selections=tuple(others),
            levels=tuple(self.value("levels").items()),
            framework_aliases=tuple(self.value("framework-aliases").items()),
            rule_options=tuple((*who, value) for who, value in self.value("rules").items()),
            fail_on=fail_on,
            strict=bool(self.value("strict")) or fail_on is Level.STRICT,
        )

    @cached_property
    def _selecting(self) -> tuple[Layer, ...]:
        """The layers that say which rules are on, from the last one with `select`."""
        found = [layer for layer in self.layers if any(name in layer.values for name in _SELECTION)]
        begins = [index for index, layer in enumerate(found) if "select" in layer.values]
        return tuple(found[begins[-1] :] if begins else found)

    @cached_property
    def _per_file(self) -> list[tuple[Pattern, tuple[str, ...]]]:
        return [*self.value("per-file-ignores").items(), *self.value("extend-per-file-ignores").items()]

    @cached_property
    def _excluded(self) -> Patterns:
        patterns = (*self.value("exclude"), *self.value("extend-exclude"))
        own = (one if isinstance(one, Pattern) else Pattern(one, self.root) for one in patterns)  # a default is a name
        return Patterns(tuple(own), self.root)


def _filled(default: _Fields, configuration: Configuration) -> _Fields:
    """A dataclass with the value of every key that has the name of a field."""
    values = {key.field: configuration.value(key.name) for key in KEYS if hasattr(default, key.field)}
    return dataclasses.replace(default, **values)


def _selection(layer: Layer) -> Selection:
    told: dict[str, Any] = {name: layer.values[name].value for name in _SELECTION if name in layer.values}
    return Selection(told.get("select"), told.get("ignore", ()), told.get("extend-select", ()))


def _means(pattern: Pattern, path: Path, root: Path) -> bool:
    """Whether a pattern of files means the path; `!` turns it around."""
    if pattern.text.startswith("!"):
        return not Patterns((Pattern(pattern.text[1:], pattern.base),), root).match_within(path)
    return Patterns((pattern,), root).match_within(path)
