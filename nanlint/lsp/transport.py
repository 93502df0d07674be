"""Bytes in and out, over standard streams or a socket, by threads, so that no client can block the server."""

from __future__ import annotations

import os
import queue
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

CHUNK = 65_536
MAX_MESSAGE = 100_000_000  # bytes; a longer one is a client gone wrong
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


class Frames:
    """Cuts a stream into messages; headers that announce no message are passed over."""

    def __init__(self) -> None:
        self._pending = b""
        self._wanted: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete with these bytes. Raises ValueError for a length beyond all reason."""
        self._pending += data
        while True:
            if self._wanted is None and not self._header():
                return
            if self._wanted is None:
                continue
            if len(self._pending) < self._wanted:
                return
            body, self._pending = self._pending[: self._wanted], self._pending[self._wanted :]
            self._wanted = None
            yield body

    def _header(self) -> bool:
        """Takes one header from what is pending; says whether there was a whole one."""
        end = _END_OF_HEADER.search(self._pending)
        if end is None:
            return False
        announced = _LENGTH.search(self._pending[: end.start()].replace(b"\r\n", b"\n"))
        self._pending = self._pending[end.end() :]
        if announced is not None:
            self._wanted = int(announced[1])
            if self._wanted > MAX_MESSAGE:
                raise ValueError(f"a message of {self._wanted} bytes")
        return True


@dataclass(frozen=True, slots=True)
class Channel:
    """A pair of blocking functions: `read` gives b"" at the end."""

    read: Callable[[], bytes]
    write: Callable[[bytes], None]


def standard_streams() -> Channel:
    """Standard input and output, taken away from everybody else: what prints goes to standard error."""
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)

    def write(data: bytes) -> None:
        while data:
            data = data[os.write(outgoing, data) :]

    return Channel(lambda: os.read(incoming, CHUNK), write)


def of_socket(connection: socket.socket) -> Channel:
    return Channel(lambda: connection.recv(CHUNK), connection.sendall)


class Writer:
    """What pygls writes to: never blocks; a thread hands the bytes on."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._queue.put(data)

    def close(self) -> None:
        """Waits a second for the client to take what was written."""
        self._queue.put(None)
        self._thread.join(1.0)

    def _work(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                self._write(data)
        except OSError:  # the client is gone: reading tells the server
            return


def read_in_background(channel: Channel, hear: Callable[[bytes], None], over: Callable[[], None]) -> None:
    """Hands every message to `hear`, and calls `over` at the end of the stream; both in another thread."""

    def work() -> None:
        frames = Frames()
        try:
            while data := channel.read():
                for body in frames.feed(data):
                    hear(body)
        except (OSError, ValueError):
            pass
        over()

    threading.Thread(target=work, name="requests", daemon=True).start()
