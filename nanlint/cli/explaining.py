"""`nanlint explain FILE:LINE`: what nanlint sees on a line, and why it speaks up or stays silent."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nanlint.cli.options.other import NoPlugins
from nanlint.cli.values import Documented, DocumentFormat
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

_UNABLE = 2


def explain(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE[:COLUMN]", help="In a notebook: FILE:cell N:LINE.")],
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PATH", help="Files or directories of the same program; repeated."),
    ] = None,
    output_format: DocumentFormat = Documented.TEXT,
    no_plugins: NoPlugins = False,
) -> None:
    """Show every operation on a line: ranges, where values come from, and why there is or is not a finding."""
    from nanlint import explain as explanations
    from nanlint.configuration.resolver import Resolver
    from nanlint.files.discover import discover

    resolver = Resolver()
    try:
        asked = explanations.asked(place)
        found = discover(beside or (), resolver)
        for problem in found.problems:
            console.tell(str(problem), "error")
        told = explanations.explain(asked, tuple(map(str, found.files)), resolver.settings(asked.path))
    except explanations.UnexplainedError as error:
        console.tell(str(error), "error")
        raise typer.Exit(_UNABLE) from None
    if output_format is Documented.JSON:
        console.write(explanations.as_json(told))
    else:
        console.write(explanations.as_text(told, Paint(wants_colour(sys.stdout))))
