"""Output formats: a module here with a function `render` from a View to text is one; its name is the format's."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from nanlint.reports import Report


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: a report, in colour or not, for a run that applies unsafe fixes or not."""

    report: Report
    colour: bool = False
    unsafe_fixes: bool = False


def names() -> list[str]:
    """The formats there are."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def render(name: str, view: View) -> str:
    """The view in a format; complete lines, or nothing at all."""
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("Callable[[View], str]", module.render)(view)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
