"""What a run is told: which rules, how severe, with which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nanlint.findings import Applicability, Level
from nanlint.selection import EVERY_RULE, Selection, narrowest, narrowness

__all__ = ["DEFAULT", "EVERY_RULE", "PerPath", "Selection", "Settings", "SettingsError", "of_path"]

OFF = "off"


class SettingsError(ValueError):
    """A setting that cannot be honoured; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what a run reports on a file.

    select, ignore, extend_select: codes (`NAN201`), prefixes (`NAN2`), names (`log-of-softmax`) or `ALL`; the narrowest
    decides; selections: what is turned on and off after that, in this order; ignored: what is off whatever these say;
    levels: pairs of a selector and error, warning, note or off, for findings that are at least notes;
    strict: report findings of level STRICT too; fail_on: the lowest level that fails the run;
    fixable, unfixable, extend_safe_fixes, extend_unsafe_fixes: selectors of rules whose fixes are applied, how freely;
    epsilon, max_grad_norm: what fixes write; max_learning_rate: the largest learning rate that is not reported;
    safe_functions: names of functions whose results are away from every pole;
    framework_aliases: pairs of dotted names, what is imported and which framework's it is;
    rule_options: (name of a rule, option, value) for what single rules may be told.
    """

    select: tuple[str, ...] = (EVERY_RULE,)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()
    ignored: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    fail_on: Level = Level.WARNING
    fixable: tuple[str, ...] = (EVERY_RULE,)
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    epsilon: float = 1e-8
    max_learning_rate: float = 0.1
    max_grad_norm: float = 1.0
    safe_functions: tuple[str, ...] = ()
    framework_aliases: tuple[tuple[str, str], ...] = ()
    rule_options: tuple[tuple[str, str, object], ...] = ()

    @property
    def selectors(self) -> tuple[str, ...]:
        """Every selector there is: each must mean a rule."""
        layers = (Selection(self.select, self.ignore, self.extend_select), *self.selections)
        return (
            *(one for layer in layers for one in (*(layer.select or ()), *layer.ignore, *layer.extend_select)),
            *(selector for selector, _ in self.levels),
            *(*self.ignored, *self.fixable, *self.unfixable, *self.extend_safe_fixes, *self.extend_unsafe_fixes),
        )

    @property
    def alias_roots(self) -> frozenset[str]:
        """The first words of what stands for a framework's things."""
        return frozenset(name.partition(".")[0] for name, _ in self.framework_aliases)

    def selects(self, code: str, name: str) -> bool:
        """Whether the rule is on."""
        on = Selection(self.select, self.ignore, self.extend_select).decides(False, code, name)
        for layer in self.selections:
            on = layer.decides(on, code, name)
        return on and narrowest(self.ignored, code, name) < 0 and self._level(code, name) != OFF

    def asks_for(self, code: str, name: str) -> bool:
        """Whether the rule is selected by its own code or name."""
        layers = (Selection(self.select, (), self.extend_select), *self.selections)
        asked = {one.lower() for layer in layers for one in (*(layer.select or ()), *layer.extend_select)}
        return not asked.isdisjoint((code.lower(), name.lower()))

    def level(self, code: str, name: str, earned: Level) -> Level:
        """The level of a finding whose evidence gives it the level `earned`."""
        told = self._level(code, name)
        return earned if told is None or earned is Level.STRICT else Level[told.upper()]

    def applicability(self, code: str, name: str, own: Applicability) -> Applicability | None:
        """How freely a fix may be applied; None for not at all."""
        if narrowest(self.fixable, code, name) <= narrowest(self.unfixable, code, name):
            return None
        safe, unsafe = (narrowest(told, code, name) for told in (self.extend_safe_fixes, self.extend_unsafe_fixes))
        if own is Applicability.SUGGESTION or safe == unsafe == -1:
            return own
        return Applicability.SAFE if safe > unsafe else Applicability.UNSAFE

    def _level(self, code: str, name: str) -> str | None:
        """What `levels` say of the rule; the narrowest selector decides, and of two equally narrow ones the last."""
        told = [(narrowness(selector, code, name), level) for selector, level in self.levels]
        return max(reversed(told), key=lambda pair: pair[0])[1] if any(found >= 0 for found, _ in told) else None


DEFAULT = Settings()

PerPath = Settings | Mapping[str, Settings]
"""The settings of all files of a run, or those of each by its path."""


def of_path(settings: PerPath, path: str) -> Settings:
    """The settings of one file."""
    return settings if isinstance(settings, Settings) else settings[path]
