"""How to begin on code that has many findings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from typer import Option

BaselineOption = Annotated[Path | None, Option(metavar="FILE", help="Tell only of findings that FILE does not know.")]


@dataclass(frozen=True, slots=True)
class Existing:
    HEADING: ClassVar[str] = "Old code"

    baseline: BaselineOption = None
    write_baseline: Annotated[
        Path | None, Option(metavar="FILE", help="Write what is found to FILE, for --baseline.")
    ] = None
    prune_baseline: Annotated[
        bool, Option("--prune-baseline", help="Take out of the baseline what is no longer found.")
    ] = False
    add_ignores: Annotated[
        str | None, Option("--add-ignores", metavar="[=REASON]", help="Write an ignore comment at each finding.")
    ] = None
