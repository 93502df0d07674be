"""Where the settings come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Option

ConfigOption = Annotated[
    list[str] | None,
    Option(metavar="FILE|'KEY = VALUE'", help="A settings file instead of all others; any setting, in TOML."),
]
IsolatedOption = Annotated[bool, Option("--isolated", help="Read no settings file.")]


@dataclass(frozen=True, slots=True)
class Configuration:
    HEADING: ClassVar[str] = "Configuration"

    config: ConfigOption = None
    isolated: IsolatedOption = False
    show_settings: Annotated[bool, Option("--show-settings", help="Show the settings and who gave them.")] = False
    show_files: Annotated[bool, Option("--show-files", help="Show the files that would be linted.")] = False
