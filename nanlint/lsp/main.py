"""Serving one editor, over the standard streams, TCP or a Unix socket, until it says goodbye or is gone."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from nanlint.lsp import answering, syncing
from nanlint.lsp.lifeline import until_gone
from nanlint.lsp.protocol import Protocol
from nanlint.lsp.server import Server
from nanlint.lsp.transport import Channel, Writer, of_socket, read_in_background, standard_streams

GONE = 1
"""The exit code when the client has gone without saying so."""


def serve_streams() -> int:
    """Serves on the standard streams. Returns the exit code."""
    return _serve(standard_streams())


def serve_tcp(host: str, port: int) -> int:
    """Waits for one client at the address, which goes to standard error. Raises OSError if it cannot be had."""
    with socket.create_server((host, port)) as listening:
        host, port = listening.getsockname()[:2]
        sys.stderr.write(f"nanlint: listening on {host}:{port}\n")
        sys.stderr.flush()
        connection, _ = listening.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        return _serve(of_socket(connection))


def serve_pipe(path: str) -> int:
    """Connects to the socket that an editor has made. Raises OSError if there is none."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return _serve(of_socket(connection))


def _serve(channel: Channel) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="nanlint: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = Server()
    for messages in (syncing, answering):
        messages.register(server)
    code = asyncio.run(_converse(server, channel))
    sys.stderr.flush()
    return code


async def _converse(server: Server, channel: Channel) -> int:
    """Hears and answers until the end. Returns the exit code."""
    loop = asyncio.get_running_loop()
    protocol = server.protocol
    assert isinstance(protocol, Protocol)
    protocol.ended = loop.create_future()
    writer = Writer(channel.write)
    protocol.set_writer(writer)

    def over() -> None:
        if not protocol.ended.done():
            protocol.ended.set_result(GONE)

    def safely(function: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens
            loop.call_soon_threadsafe(function, *arguments)

    read_in_background(channel, lambda body: safely(protocol.hear, body), lambda: safely(over))
    watching = loop.create_task(_watch(server, over))
    try:
        return await protocol.ended
    finally:
        watching.cancel()
        await server.finish()
        writer.close()


async def _watch(server: Server, over: Callable[[], None]) -> None:
    """Calls `over` when the process that the client named is gone."""
    while server.process_id is None:
        await asyncio.sleep(1.0)
    if server.process_id != os.getpid():
        await until_gone(server.process_id)
        over()
