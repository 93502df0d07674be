"""Which rules, and from which level on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Option

from nanlint.cli.values import levels_like, listed, rules_like

SelectOption = Annotated[
    list[str] | None, Option(metavar="RULES", help="Only these.", callback=listed, autocompletion=rules_like)
]
IgnoreOption = Annotated[
    list[str] | None, Option(metavar="RULES", help="Not these.", callback=listed, autocompletion=rules_like)
]
ExtendSelectOption = Annotated[
    list[str] | None, Option(metavar="RULES", help="These as well.", callback=listed, autocompletion=rules_like)
]
StrictOption = Annotated[bool | None, Option("--strict", help="Also show what may be no hazard at all.")]


@dataclass(frozen=True, slots=True)
class Rules:
    HEADING: ClassVar[str] = "Rules (by name, code or prefix; repeated or with commas)"

    select: SelectOption = None
    ignore: IgnoreOption = None
    extend_select: ExtendSelectOption = None
    per_file_ignores: Annotated[
        list[str] | None, Option(metavar="GLOB:RULE", help="Not this one in files like that.", callback=listed)
    ] = None
    strict: StrictOption = None
    fail_on: Annotated[
        str | None,
        Option(
            metavar="LEVEL",
            help="Exit with 1 from this on: error, warning, note, strict.",
            autocompletion=levels_like,
        ),
    ] = None
    exit_zero: Annotated[bool, Option("--exit-zero", help="Exit with 0 whatever is found.")] = False
