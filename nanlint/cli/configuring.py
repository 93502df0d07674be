"""`nanlint config`: what a settings file may hold; `nanlint schema`: the same for an editor."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour


def keys_like(incomplete: str) -> list[str]:
    """The keys that begin so; for the shell."""
    from nanlint.configuration.keys import BY_NAME

    return [name for name in BY_NAME if name.startswith(incomplete)]


def config(
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="A key of a settings file.", autocompletion=keys_like)
    ] = None,
) -> None:
    """List the keys of settings files, or explain one."""
    from nanlint.configuration.table import explained, listed

    paint = Paint(wants_colour(sys.stdout))
    console.write(listed(paint) if key is None else explained(key, paint))


def schema() -> None:
    """Print the JSON schema of settings files."""
    from nanlint.configuration.schema import text

    console.write(text())
