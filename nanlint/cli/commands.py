"""The commands beside the linter, such as `nanlint rule`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nanlint.cli.cleaning import clean
from nanlint.cli.configuring import config, schema
from nanlint.cli.explaining import explain
from nanlint.cli.options.other import NoPlugins
from nanlint.cli.serving import lsp
from nanlint.cli.values import Documented, DocumentFormat, rules_like
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

commands = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
"""What runs if the first argument is the name of a command; every other command line is the linter's."""


@commands.command("rule")
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


@commands.command("rules")
def rules(output_format: DocumentFormat = Documented.TEXT, no_plugins: NoPlugins = False) -> None:
    """List the rules."""
    from nanlint.docs import table
    from nanlint.rule_data import rules_json
    from nanlint.rules.registry import all_rules

    found = all_rules()
    as_json = output_format is Documented.JSON
    console.write(rules_json(found) if as_json else table(found, Paint(wants_colour(sys.stdout))))


commands.command("explain")(explain)
commands.command("clean")(clean)
commands.command("config")(config)
commands.command("schema")(schema)
commands.command("lsp")(lsp)
