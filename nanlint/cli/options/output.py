"""How to show what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Option

from nanlint.cli.values import FORMATS, formats_like


@dataclass(frozen=True, slots=True)
class Output:
    HEADING: ClassVar[str] = "Output"

    output_format: Annotated[
        list[str] | None,
        Option(metavar="FORMAT[=FILE]", help=f"{FORMATS}; repeated for several.", autocompletion=formats_like),
    ] = None
    output_file: Annotated[
        str | None, Option("--output-file", "-o", metavar="FILE", help="Write the report to FILE.")
    ] = None
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show findings and errors, and nothing else.")] = False
    silent: Annotated[bool, Option("--silent", "-s", help="Show errors only.")] = False
