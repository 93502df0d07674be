"""Output formats: a module here with a function `render` from a View to text is one; its name is the format's."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from nanlint.findings import Level
from nanlint.reports import Report


@dataclass(frozen=True, slots=True)
class View:
    """What is shown, and to whom.

    colour, links: a terminal that has colours, and hyperlinks; width: its columns, None if nothing limits a line;
    unsafe_fixes: the run applies them; fail_on: what fails the run; root: what relative paths start at, by which
    formats for other tools shorten absolute ones; quiet: findings and nothing else; whole: all lines of a fix, however
    many and long.
    """

    report: Report
    colour: bool = False
    unsafe_fixes: bool = False
    links: bool = False
    width: int | None = None
    fail_on: Level = Level.WARNING
    root: str = ""
    quiet: bool = False
    whole: bool = False


def names() -> list[str]:
    """The formats there are."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [name.replace("_", "-") for name in modules if not name.startswith("_")]


def render(name: str, view: View) -> str:
    """The view in a format; complete lines, or nothing at all."""
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast("Callable[[View], str]", module.render)(view)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
