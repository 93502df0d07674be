"""Source files: bytes to text and back without a loss, and offsets to lines and columns."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tempfile
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from nanlint.findings import Edit, Problem
from nanlint.notebooks import notebook
from nanlint.notebooks.ipynb import PYTHON, Notebook, NotebookError, parse, rewritten
from nanlint.notebooks.notebook import Origin
from nanlint.text.lines import Cell, Lines

MAX_BYTES = 2_000_000
"""A tree takes some 350 bytes per byte of source, and 4 seconds per MB: this much is 0.7 GB and 8 seconds."""
MAX_NOTEBOOK_BYTES = 100_000_000
"""Of a notebook with its outputs; its code is held to the limit of all code."""

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

    digest: of the bytes on disk, empty for a text that never was a file; origin: of a text that is not the file's own:
    a notebook's cells as one module, or a script whose magics are masked; json: the notebook's.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    digest: bytes = b""
    origin: Origin | None = None
    json: str = ""

    @property
    def newline(self) -> str:
        """What ends its first line."""
        first = _NEWLINE.search(self.text)
        return "\n" if first is None else first[0]

    @property
    def written(self) -> str:
        """The text as its author wrote it, magics and all; offsets and lines are those of `text`."""
        return self.text if self.origin is None else self.origin.written(self.text)

    @property
    def whole(self) -> str:
        """What the file holds: a notebook's JSON, or the text with its byte order mark."""
        code = self.origin.sources(self.text) if self.json and self.origin is not None else {}
        content = rewritten(self.json, code) if self.json else self.written
        return _BOM + content if self.bom else content

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The code cells of a notebook."""
        return () if self.origin is None else self.origin.cells(self.text)

    @property
    def lines(self) -> Lines:
        return Lines(self.text, self.cells)

    def with_text(self, text: str) -> Source:
        return replace(self, text=text)

    def saved(self) -> Source:
        """What the source is once its file is written: a notebook's code has moved within the JSON."""
        if not self.json or self.origin is None:
            return self
        json = self.whole.removeprefix(_BOM)
        return replace(self, json=json, origin=replace(self.origin, json_lines=_json_lines(parse(json))))

    def problem(self, message: str, line: int | None = None, column: int | None = None) -> Problem:
        """A problem with the text, at a line of it."""
        cell = None if line is None else next((cell for cell in reversed(self.cells) if cell.line <= line), None)
        if cell is None or line is None:
            return Problem(self.path, message, line, column)
        return Problem(self.path, message, line - cell.line + 1, column, cell.number)

    def fitted(self, edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
        """The edits as the file can take them; None if one would leave its cell or touch a magic."""
        return tuple(edits) if self.origin is None else self.origin.fitted(self.text, edits)

    def encoded(self) -> bytes:
        """The file's content. Raises UnicodeEncodeError for a character that the encoding lacks."""
        return self.whole.encode(self.encoding)


def is_notebook(path: str | Path) -> bool:
    return PurePath(path).suffix == ".ipynb"


def from_text(text: str, path: str = "<string>") -> Source:
    """A text that is no file (yet), of a notebook if `path` says so; a leading byte order mark is set apart.

    Raises SourceError.
    """
    return _understood(Source(path, text.removeprefix(_BOM), bom=text.startswith(_BOM)))


def read(path: str | Path) -> Source:
    """The decoded file. Raises SourceError if it is missing, no regular file, too large, binary or undecodable."""
    name = str(path)
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise _error(name, f"is {kind}")
        _check_size(name, status.st_size, _limit(name))
        content = Path(path).read_bytes()
    except OSError as error:
        raise _error(name, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the path
        raise _error(name, f"cannot be read: {error}") from None
    return decoded(name, content)


def decoded(path: str, content: bytes) -> Source:
    """The source that is, or would be, in a file of that name. Raises SourceError."""
    _check_size(path, len(content), _limit(path))
    return _understood(_decode(path, content))


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
        replace_content(target, source.with_text(text).encoded(), stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise _error(source.path, f"cannot be written: {error.strerror or error}") from None
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        raise _error(source.path, f"cannot be written: {source.encoding} has no {lost!r}") from None


def replace_content(target: Path, content: bytes, mode: int) -> None:
    """Writes beside the file and renames, which is atomic within a directory. Raises OSError."""
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
    """As Python decodes: by byte order mark or coding cookie (PEP 263), else UTF-8, as all JSON is."""
    if (position := content.find(b"\0")) >= 0:
        raise _error(path, "holds NUL bytes: not Python source", _line(content, position))
    try:
        first_lines = io.BytesIO(content[:3] if is_notebook(path) else content)
        encoding, _ = tokenize.detect_encoding(first_lines.readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        reason = f"is not {error.encoding} (byte 0x{byte:02x}); save it as UTF-8 or declare its encoding"
        raise _error(path, reason, _line(content, error.start)) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise _undecodable(path, content, error) from None
    bom = encoding == "utf-8-sig"
    return Source(path, text, "utf-8" if bom else encoding, bom, _digest(content))


def _undecodable(path: str, content: bytes, error: Exception) -> SourceError:
    """Why the encoding of a file could not be found or used."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as cause:
        byte = cause.object[cause.start]
        reason = f"is not utf-8 (byte 0x{byte:02x}); save it as UTF-8 or declare its encoding"
        return _error(path, reason, _line(content, cause.start))
    return _error(path, f"cannot be decoded: {error}", 1)


def _understood(source: Source) -> Source:
    """The source of the module that a file's content makes. Raises SourceError."""
    if is_notebook(source.path):
        return _checked(_joined(source))
    made = notebook.from_script(source.text)
    return _checked(source if made is None else replace(source, text=made[0], origin=made[1]))


def _joined(source: Source) -> Source:
    """The cells of a notebook, whose JSON is the source's text, as one module; without any if it is not in Python."""
    try:
        read = parse(source.text)
    except NotebookError as error:
        raise SourceError(Problem(source.path, str(error), error.line, error.column)) from None
    cells = read.cells if read.language == PYTHON else ()
    text, origin = notebook.join((cell.number, cell.source) for cell in cells)
    origin = replace(origin, json_lines=_json_lines(read), language=read.language)
    return replace(source, text=text, origin=origin, json=source.text)


def _json_lines(read: Notebook) -> dict[int, tuple[int, ...]]:
    return {cell.number: cell.lines for cell in read.cells}


def _checked(source: Source) -> Source:
    if (position := source.text.find("\0")) >= 0:
        raise SourceError(source.problem("holds NUL bytes: not Python source", Lines(source.text).line(position)))
    _check_size(source.path, len(source.text), MAX_BYTES)
    return source


def _limit(path: str) -> int:
    return MAX_NOTEBOOK_BYTES if is_notebook(path) else MAX_BYTES


def _check_size(path: str, size: int, limit: int) -> None:
    if size > limit:
        raise _error(
            path, f"is too large: {size / 1e6:.1f} MB, the limit is {limit / 1e6:.0f} MB; split it or leave it out"
        )


def _line(content: bytes, position: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", content[:position])) + 1


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _error(path: str, message: str, line: int | None = None) -> SourceError:
    return SourceError(Problem(path, message, line))
