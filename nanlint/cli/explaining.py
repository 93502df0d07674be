"""`nanlint explain FILE:LINE`: what nanlint sees on a line, and why it speaks up or stays silent."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from nanlint.cli.options.configuration import ConfigOption, IsolatedOption
from nanlint.cli.options.existing import BaselineOption
from nanlint.cli.options.other import NoPlugins
from nanlint.cli.options.rules import ExtendSelectOption, IgnoreOption, SelectOption, StrictOption
from nanlint.cli.values import Documented, DocumentFormat
from nanlint.configuration.resolver import Resolver
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

_UNABLE = 2


def explain(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE[:COLUMN]", help="In a notebook: FILE:cell N:LINE.")],
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PATH", help="The program, instead of all files of the project; repeated."),
    ] = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    extend_select: ExtendSelectOption = None,
    strict: StrictOption = None,
    baseline: BaselineOption = None,
    config: ConfigOption = None,
    isolated: IsolatedOption = False,
    output_format: DocumentFormat = Documented.TEXT,
    no_plugins: NoPlugins = False,
) -> None:
    """Show every operation on a line: ranges, where values come from, and why there is or is not a finding."""
    from nanlint import explain as explanations
    from nanlint.baseline import read
    from nanlint.cli.configured import resolver_of
    from nanlint.cli.existing import known_before
    from nanlint.cli.options.configuration import Configuration
    from nanlint.cli.options.existing import Existing
    from nanlint.cli.options.rules import Rules
    from nanlint.cli.run import Run

    rules = Rules(select=select, ignore=ignore, extend_select=extend_select, strict=strict)
    run = Run(rules=rules, existing=Existing(baseline=baseline), configuration=Configuration(config, isolated))
    resolver = resolver_of(run)
    known = known_before(run, resolver.of_run().conduct.baseline)
    try:
        asked = explanations.asked(place)
        program, settings = _program(asked.path, beside, resolver), resolver.settings(asked.path)
        told = explanations.explain(asked, program, settings, None if known is None else read(known))
    except explanations.UnexplainedError as error:
        console.tell(str(error), "error")
        raise typer.Exit(_UNABLE) from None
    if output_format is Documented.JSON:
        console.write(explanations.as_json(told))
    else:
        console.write(explanations.as_text(told, Paint(wants_colour(sys.stdout))))


def _program(path: str, beside: Sequence[str] | None, resolver: Resolver) -> tuple[str, ...]:
    """The files that are read with one: those that are named, or its project."""
    from nanlint.cli.whole import of_project
    from nanlint.files.discover import discover

    if not beside:
        return tuple(of_project(path, resolver))
    found = discover(beside, resolver)
    for problem in found.problems:
        console.tell(str(problem), "error")
    return tuple(map(str, found.files))
