"""From groups of options to a command of Typer: its parameters, and help with a heading for each group."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast, get_type_hints

from typer.core import TyperCommand
from typer.models import CommandInfo

from nanlint.cli.commands import commands
from nanlint.cli.run import Run

if TYPE_CHECKING:  # Typer carries its own copy of Click
    from typer._click import Context, HelpFormatter


_CHANGED = "--changed"
_OPEN = frozenset({"--add-ignores", _CHANGED})
"""Options with a value that may be left out: what follows them on the command line is none."""


class GroupedCommand(TyperCommand):
    """A command whose help lists the options by group, then the commands beside it."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """As usual; what takes a value only behind `=` may go without."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*_with_values(args[:end]), *args[end:]])

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        last = ""
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                last = getattr(parameter, "rich_help_panel", None) or last  # `--help` comes last and has none
                groups.setdefault(last, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        with formatter.section("Commands (each has a --help)"):
            formatter.write_dl(
                [(f"nanlint {command.name}", _summary(command)) for command in commands.registered_commands]
            )


def _with_values(args: Sequence[str]) -> Iterator[str]:
    """The arguments; each option that goes without its value has an empty one, `--changed main` has the branch."""
    rest = iter([*args, None])
    arg = next(rest)
    while arg is not None:
        following = next(rest)
        if arg == _CHANGED and following is not None and not _names_a_file(following):
            arg, following = f"{arg}={following}", next(rest)
        yield f"{arg}=" if arg in _OPEN else arg
        arg = following


def _names_a_file(arg: str) -> bool:
    """It is standard input, an option, or the path of something that is there."""
    return arg.startswith("-") or os.path.lexists(arg)


def _summary(command: CommandInfo) -> str:
    """The first line of what a command says of itself."""
    return (inspect.getdoc(command.callback) or "").partition("\n")[0]


def taking_options(function: Callable[[Run], None]) -> Callable[..., None]:
    """`function` with a parameter for every option of every group, as Typer wants to see it."""

    groups, run = get_type_hints(Run), cast("Callable[..., Run]", Run)

    def command(**given: object) -> None:
        function(run(**{name: _filled(group, given) for name, group in groups.items()}))

    parameters = list(_parameters())
    command.__doc__ = function.__doc__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def _parameters() -> Iterator[inspect.Parameter]:
    for group in get_type_hints(Run).values():
        hints = get_type_hints(group, include_extras=True)
        for field in dataclasses.fields(group):
            (information,) = hints[field.name].__metadata__
            information.rich_help_panel = group.HEADING
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
            )


def _filled(group: type, given: Mapping[str, object]) -> object:
    """The group with the values given for its options."""
    return group(**{field.name: given[field.name] for field in dataclasses.fields(group)})
