"""What a shell completes: the script that it loads, and the answer when that asks what may follow."""

from __future__ import annotations

import contextlib
import enum
import io
import os
import sys
from collections.abc import Callable
from typing import cast

import typer
from typer.completion import shell_complete
from typer.core import TyperGroup
from typer.main import get_command

from nanlint.cli.commands import commands

PROGRAM = "nanlint"
VARIABLE = "_NANLINT_COMPLETE"
"""The variable of the environment in which the script puts its question."""


class Shell(str, enum.Enum):
    """The shells that a script can be had for."""

    BASH = "bash"
    FISH = "fish"
    POWERSHELL = "powershell"
    ZSH = "zsh"


def script(shell: Shell, linter: Callable[..., None]) -> str:
    """The script for that shell."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        _complete(f"source_{shell.value}", linter)
    return printed.getvalue().strip() + "\n"  # zsh wants its `#compdef` in the first line


def answer(linter: Callable[..., None]) -> None:
    """If a completion script is asking, prints what may follow and exits."""
    if instruction := os.environ.get(VARIABLE):
        sys.exit(_complete(instruction, linter))


def _complete(instruction: str, linter: Callable[..., None]) -> int:
    """Typer's own: of a group that has the linter's options beside the commands, for a shell knows but one program.

    Files are no candidates here: shells name them where there is no other.
    """
    app = typer.Typer(add_completion=True, rich_markup_mode=None)
    app.registered_commands = commands.registered_commands
    app.callback(invoke_without_command=True)(linter)
    group = cast(TyperGroup, get_command(app))
    own = {"install_completion", "show_completion"}
    group.params = [one for one in group.params if one.param_type_name == "option" and one.name not in own]
    return shell_complete(group, {}, PROGRAM, VARIABLE, instruction)
