"""Which files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from typer import Argument, Option

from nanlint.cli.values import listed


@dataclass(frozen=True, slots=True)
class Files:
    HEADING: ClassVar[str] = "Files"

    paths: Annotated[list[str] | None, Argument(metavar="PATHS", hidden=True)] = None
    stdin_filename: Annotated[
        str | None, Option(metavar="FILE", help="The file for which standard input (-) stands.")
    ] = None
    changed: Annotated[
        str | None,
        Option("--changed", metavar="[REF]", help="Only lines that differ from a Git commit, or from HEAD."),
    ] = None
    watch: Annotated[bool, Option("--watch", "-w", help="Lint again whenever a file changes.")] = False
    exclude: Annotated[list[str] | None, Option(metavar="GLOBS", help="Search all but these.", callback=listed)] = None
    extend_exclude: Annotated[
        list[str] | None, Option(metavar="GLOBS", help="Nor these, beside what is excluded anyway.", callback=listed)
    ] = None
    force_exclude: Annotated[
        bool | None, Option("--force-exclude", help="Leave out what is excluded even if it is named here.")
    ] = None
    respect_gitignore: Annotated[
        bool | None, Option("--respect-gitignore/--no-respect-gitignore", help="Leave out what Git ignores, or not.")
    ] = None
    no_cache: Annotated[bool, Option("--no-cache", "-n", envvar="NANLINT_NO_CACHE", help="Lint every file anew.")] = (
        False
    )
    cache_dir: Annotated[
        str | None, Option(metavar="DIR", envvar="NANLINT_CACHE_DIR", help="Keep results here, not in .nanlint_cache.")
    ] = None
