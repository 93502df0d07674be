"""What a run tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Option


@dataclass(frozen=True, slots=True)
class Understanding:
    HEADING: ClassVar[str] = "Understanding"

    statistics: Annotated[bool, Option("--statistics", help="Count the findings of each rule instead.")] = False
    verbose: Annotated[
        bool, Option("--verbose", "-v", help="Tell on stderr which files were skipped, and where the time went.")
    ] = False
    no_progress: Annotated[bool, Option("--no-progress", help="Draw no progress on the terminal.")] = False
