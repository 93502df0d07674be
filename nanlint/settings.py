"""What a run is told: which rules, how severe, with which limits."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.findings import Level

EVERY_RULE = "ALL"


class SettingsError(ValueError):
    """A setting that cannot be honoured; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what a run reports.

    select, ignore, extend_select: codes (`NAN201`), prefixes (`NAN2`), names (`log-of-softmax`) or `ALL`;
    strict: report findings of level STRICT too; fail_on: the lowest level that fails the run;
    epsilon, max_grad_norm: what fixes write; max_learning_rate: the largest learning rate that is not reported.
    """

    select: tuple[str, ...] = (EVERY_RULE,)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    strict: bool = False
    fail_on: Level = Level.WARNING
    epsilon: float = 1e-8
    max_learning_rate: float = 0.1
    max_grad_norm: float = 1.0


DEFAULT = Settings()
