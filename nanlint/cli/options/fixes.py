"""What to fix, and whether to write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Option

from nanlint.cli.values import listed, rules_like


@dataclass(frozen=True, slots=True)
class Fixes:
    HEADING: ClassVar[str] = "Fixes"

    fix: Annotated[bool, Option("--fix", help="Apply safe fixes and report what remains.")] = False
    unsafe_fixes: Annotated[bool, Option("--unsafe-fixes", help="Include fixes that change values.")] = False
    diff: Annotated[bool, Option("--diff", help="Show what --fix would change, write nothing.")] = False
    interactive: Annotated[bool, Option("--interactive", help="Ask before each fix, unsafe ones included.")] = False
    fix_only: Annotated[bool, Option("--fix-only", help="Fix, report nothing of what remains, exit with 0.")] = False
    show_fixes: Annotated[bool, Option("--show-fixes", help="Tell which fixes were applied where.")] = False
    fixable: Annotated[
        list[str] | None,
        Option(metavar="RULES", help="Only fixes of these.", callback=listed, autocompletion=rules_like),
    ] = None
    unfixable: Annotated[
        list[str] | None, Option(metavar="RULES", help="No fixes of these.", callback=listed, autocompletion=rules_like)
    ] = None
    exit_non_zero_on_fix: Annotated[
        bool, Option("--exit-non-zero-on-fix", help="Exit with 1 if anything was fixed.")
    ] = False

    @property
    def asked(self) -> bool:
        """The run fixes files, or shows how it would."""
        return self.fix or self.fix_only or self.diff
