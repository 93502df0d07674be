"""How the server and its worker process talk: pickled objects, each behind its length."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import Protocol

_LENGTH = struct.Struct("!Q")
HEADER = _LENGTH.size


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Drop:
    """Asks to give up the job of that number."""

    number: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """The answer to a job that was given up."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer to a job that raised: a bug in nanlint."""

    message: str


def packed(message: object) -> bytes:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def length(header: bytes) -> int:
    """How many bytes follow the header."""
    (size,) = _LENGTH.unpack(header)
    return int(size)


def unpacked(body: bytes) -> object:
    message: object = pickle.loads(body)
    return message


def receive(stream: Readable) -> object:
    """The next message. Raises EOFError at the end of the stream, also in the middle of a message."""
    return unpacked(_exactly(stream, length(_exactly(stream, HEADER))))


def _exactly(stream: Readable, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = stream.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
