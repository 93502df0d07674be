"""What a run is told beside what it reports on each file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Conduct:
    """The settings of a run as a whole, which those of the working directory give.

    cache_dir: where results are kept, None for `.nanlint_cache` beside the settings file; baseline: known findings;
    force_exclude: leave out what is excluded even if it is named; respect_gitignore: leave out what Git ignores.
    """

    output_format: str = "full"
    cache_dir: Path | None = None
    baseline: Path | None = None
    force_exclude: bool = False
    respect_gitignore: bool = True
