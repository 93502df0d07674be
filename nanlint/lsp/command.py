"""`nanlint lsp`: the command line's door to the server, with a plain word where something is missing."""

from __future__ import annotations

import socket

from nanlint.showing import console

INSTALL = 'the language server needs pygls 2: pip install "nanlint[lsp]"'


def run(tcp: str | None, pipe: str | None) -> int:
    """Serves one editor. Returns the exit code: 2 for what cannot be done, as a line on standard error says."""
    if tcp is not None and pipe is not None:
        return _unable("--tcp and --pipe exclude each other")
    try:
        from nanlint.lsp import main
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        return _unable(INSTALL)
    try:
        if tcp is not None:
            return main.serve_tcp(*address(tcp))
        if pipe is not None:
            if not hasattr(socket, "AF_UNIX"):
                return _unable("this system has no Unix sockets: use the standard streams or --tcp")
            return main.serve_pipe(pipe)
        return main.serve_streams()
    except ValueError:
        return _unable(f"--tcp wants HOST:PORT, such as 127.0.0.1:2087, not {tcp!r}")
    except OSError as error:
        return _unable(f"cannot serve at {tcp or pipe}: {error.strerror or error}")


def address(text: str) -> tuple[str, int]:
    """Host and port. Raises ValueError."""
    host, separator, port = text.rpartition(":")
    if not separator or not 0 <= int(port) < 65_536:
        raise ValueError(text)
    return host.strip("[]") or "127.0.0.1", int(port)


def _unable(message: str) -> int:
    console.tell(message, "error")
    return 2
