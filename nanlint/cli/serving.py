"""`nanlint lsp`."""

from __future__ import annotations

from typing import Annotated

import typer


def lsp(
    tcp: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Wait for one editor at this address.")] = None,
    pipe: Annotated[str | None, typer.Option(metavar="PATH", help="Connect to this socket of the editor.")] = None,
    stdio: Annotated[bool, typer.Option("--stdio", help="Use the standard streams, as without any option.")] = False,
) -> None:
    """Serve an editor: the language server protocol, version 3.17."""
    from nanlint.lsp.command import run

    raise typer.Exit(run(tcp, pipe))
