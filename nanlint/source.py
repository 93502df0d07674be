"""Source files: bytes to text and back without a loss, and offsets to lines and columns."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tempfile
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from nanlint.findings import Place, Problem

MAX_BYTES = 2_000_000
"""A tree takes some 350 bytes per byte of source, and 4 seconds per MB: this much is 0.7 GB and 8 seconds."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_BOM = "\ufeff"


class SourceError(Exception):
    """A file that cannot be read, parsed or written; `problem` says so in one line."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded file: newlines as they are, the byte order mark in `bom` and not in `text`.

    digest: of the bytes on disk, empty for a text that never was a file.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    digest: bytes = b""

    @property
    def newline(self) -> str:
        """What ends its first line."""
        first = _NEWLINE.search(self.text)
        return "\n" if first is None else first[0]

    @property
    def whole(self) -> str:
        """The text with its byte order mark."""
        return _BOM + self.text if self.bom else self.text

    def with_text(self, text: str) -> Source:
        return Source(self.path, text, self.encoding, self.bom, self.digest)

    def encoded(self) -> bytes:
        """The file's content. Raises UnicodeEncodeError for a character that the encoding lacks."""
        return self.whole.encode(self.encoding)


class Lines:
    """Offsets of a text as 1-based lines and columns in code points; lines end as in Python, not at form feeds."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def line(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset."""
        line = self.line(offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column - 1

    def place(self, path: str, start: int, end: int) -> Place:
        return Place(path, *self.position(start), *self.position(end))


def from_text(text: str, path: str = "<string>") -> Source:
    """A text that is no file (yet); a leading byte order mark is set apart."""
    return _checked(Source(path, text.removeprefix(_BOM), bom=text.startswith(_BOM)))


def read(path: str | Path) -> Source:
    """The decoded file. Raises SourceError if it is missing, no regular file, too large, binary or undecodable."""
    name = str(path)
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise _error(name, f"is {kind}")
        _check_size(name, status.st_size)
        content = Path(path).read_bytes()
    except OSError as error:
        raise _error(name, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the path
        raise _error(name, f"cannot be read: {error}") from None
    _check_size(name, len(content))
    return _decode(name, content)


def write(source: Source, text: str) -> None:
    """Replaces the file's content by `text` at once: a reader sees the old file or the new one, never a part.

    Raises SourceError, the file untouched, if it has changed since it was read, if its encoding cannot hold the text,
    or if the system does not let us.
    """
    try:
        target = Path(source.path).resolve(strict=True)
        content = target.read_bytes()
        if _digest(content) != source.digest:
            raise _error(source.path, "has changed on disk since it was read; not written, run again")
        if source.encoded() != content:
            raise _error(source.path, f"is {source.encoding} that cannot be written back as it was; not written")
        _replace(target, source.with_text(text).encoded(), stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise _error(source.path, f"cannot be written: {error.strerror or error}") from None
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        raise _error(source.path, f"cannot be written: {source.encoding} has no {lost!r}") from None


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Writes beside the file and renames, which is atomic within a directory."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".nanlint-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _decode(path: str, content: bytes) -> Source:
    """As Python decodes: by byte order mark or coding cookie (PEP 263), else UTF-8."""
    if (position := content.find(b"\0")) >= 0:
        raise _error(path, "holds NUL bytes: not Python source", _line(content, position))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        reason = f"is not {error.encoding} (byte 0x{byte:02x}); save it as UTF-8 or declare its encoding"
        raise _error(path, reason, _line(content, error.start)) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise _undecodable(path, content, error) from None
    bom = encoding == "utf-8-sig"
    return _checked(Source(path, text, "utf-8" if bom else encoding, bom, _digest(content)))


def _undecodable(path: str, content: bytes, error: Exception) -> SourceError:
    """Why the encoding of a file could not be found or used."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as cause:
        byte = cause.object[cause.start]
        reason = f"is not utf-8 (byte 0x{byte:02x}); save it as UTF-8 or declare its encoding"
        return _error(path, reason, _line(content, cause.start))
    return _error(path, f"cannot be decoded: {error}", 1)


def _checked(source: Source) -> Source:
    if (position := source.text.find("\0")) >= 0:
        raise _error(source.path, "holds NUL bytes: not Python source", Lines(source.text).line(position))
    _check_size(source.path, len(source.text))
    return source


def _check_size(path: str, size: int) -> None:
    if size > MAX_BYTES:
        raise _error(
            path,
            f"is too large: {size / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB; split it or leave it out",
        )


def _line(content: bytes, position: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", content[:position])) + 1


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _error(path: str, message: str, line: int | None = None) -> SourceError:
    return SourceError(Problem(path, message, line))
