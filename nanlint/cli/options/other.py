"""What fits no other group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Context, Exit, Option

from nanlint import __version__, plugins
from nanlint.showing import console


def _show_version(context: Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:  # where a shell wants to complete what follows
        console.write(f"nanlint {__version__}\n")
        raise Exit


def _leave_out(wanted: bool) -> None:
    if wanted:
        plugins.leave_out()


NoPlugins = Annotated[
    bool, Option("--no-plugins", help="Only nanlint's own rules and tables.", callback=_leave_out, is_eager=True)
]
"""Taken by every command that asks for rules."""


@dataclass(frozen=True, slots=True)
class Other:
    HEADING: ClassVar[str] = "Other"

    version: Annotated[bool, Option("--version", help="Show the version.", callback=_show_version, is_eager=True)] = (
        False
    )
    no_plugins: NoPlugins = False
