"""The way in: the linter and the commands beside it, what goes wrong in one line, the exit code."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from nanlint.cli import completion
from nanlint.cli.arguments import expanded
from nanlint.cli.commands import added, commands
from nanlint.cli.grouping import GroupedCommand, taking_options
from nanlint.cli.pipeline import carry_out
from nanlint.cli.run import Run
from nanlint.settings import SettingsError
from nanlint.showing import console

_HELP = """Find what will turn a loss into NaN or Inf.

\b
Examples:
  nanlint                           lint the current directory
  nanlint train.py src/             lint a file and a directory
  nanlint --diff                    show the safe fixes, write nothing
  nanlint --fix --unsafe-fixes      apply fixes, also those that change values
  nanlint --select NAN2,log-of-zero --ignore lost-digits
  nanlint rule log-of-softmax       explain a rule, by name or code
  nanlint explain train.py:30       why a line has a finding, or none
"""
_EXIT_CODES = "Exit code: 0 nothing to fail on, 1 findings that fail, 2 something could not be linted."
_UNABLE, _INTERRUPTED = 2, 130

linter = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def main() -> None:
    """Runs the command line of this process and exits."""
    console.prepare()
    names = {command.name for command in commands.registered_commands}
    try:
        completion.answer(lint)
        arguments = expanded(sys.argv[1:])
        app = commands if arguments and arguments[0] in names else linter
        app(arguments, prog_name="nanlint")
    except (SettingsError, console.OutputError) as error:
        console.tell(str(error), "error")
        sys.exit(_UNABLE)
    except Exception:  # noqa: BLE001 - Python would exit with 1, which says that there are findings
        traceback.print_exc()
        sys.exit(_UNABLE)


@linter.command(
    cls=GroupedCommand,
    help=_HELP,
    epilog=_EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@taking_options
def lint(run: Run) -> None:
    """Lints; shows or applies fixes."""
    try:
        raise typer.Exit(carry_out(run))
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None


@added("generate-shell-completion", 'eval "$(nanlint generate-shell-completion bash)"   in ~/.bashrc')
def generate_shell_completion(
    shell: Annotated[completion.Shell, typer.Argument(metavar="SHELL", help="bash, fish, powershell or zsh.")],
) -> None:
    """Print the script that lets a shell complete options, formats and rules."""
    console.write(completion.script(shell, lint))
