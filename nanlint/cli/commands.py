"""The commands beside the linter, such as `nanlint rule`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from nanlint.cli.cleaning import clean
from nanlint.cli.configuring import config, schema
from nanlint.cli.explaining import explain
from nanlint.cli.options.other import NoPlugins
from nanlint.cli.serving import lsp
from nanlint.cli.values import Documented, DocumentFormat, rules_like
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

_Command = TypeVar("_Command", bound=Callable[..., None])

commands = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
"""What runs if the first argument is the name of a command; every other command line is the linter's."""


def added(name: str, *examples: str) -> Callable[[_Command], _Command]:
    """Makes a function the command of that name, with examples in front of its options."""

    def add(function: _Command) -> _Command:
        shown = "".join(f"  {example}\n" for example in examples)
        text = f"{inspect.getdoc(function)}\n\n\b\nExamples:\n{shown}" if shown else None
        commands.command(name, help=text, context_settings={"help_option_names": ["-h", "--help"]})(function)
        return function

    return add


@added("rule", "nanlint rule log-of-softmax", "nanlint rule NAN201 --output-format json")
def rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="A name or a code.", autocompletion=rules_like)],
    output_format: DocumentFormat = Documented.TEXT,
    no_plugins: NoPlugins = False,
) -> None:
    """Explain a rule."""
    from nanlint.docs import terminal
    from nanlint.rule_data import rule_json
    from nanlint.rules.selecting import find_rule

    found = find_rule(name)
    as_json = output_format is Documented.JSON
    console.write(rule_json(found) if as_json else terminal(found, Paint(wants_colour(sys.stdout))))


@added("rules")
def rules(output_format: DocumentFormat = Documented.TEXT, no_plugins: NoPlugins = False) -> None:
    """List the rules."""
    from nanlint.docs import table
    from nanlint.rule_data import rules_json
    from nanlint.rules.registry import all_rules

    found = all_rules()
    as_json = output_format is Documented.JSON
    console.write(rules_json(found) if as_json else table(found, Paint(wants_colour(sys.stdout))))


added(
    "explain",
    "nanlint explain train.py:30             every operation on line 30",
    "nanlint explain train.py:30:12          the one at column 12",
    "nanlint explain 'a.ipynb:cell 4:3'      in a notebook",
    "nanlint explain model.py:8 --with src   as a part of this program",
)(explain)
added("clean")(clean)
added(
    "config",
    "nanlint config                  all keys",
    "nanlint config safe-functions   what one is for, its default, an example",
)(config)
added("schema", "nanlint schema > nanlint.schema.json")(schema)
added(
    "lsp",
    "nanlint lsp                        over standard input and output",
    "nanlint lsp --tcp 127.0.0.1:8765   over a socket",
)(lsp)
