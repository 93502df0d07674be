"""Configuration files beside a script: found, read and parsed to plain data."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MAX_BYTES = 1_000_000
"""A larger file holds data, not hyper-parameters."""
_SCRIPT = "<script>/"


def load(script: str, text: str, root: str = "") -> tuple[str, object] | None:
    """The name and the plain data of the file that `script` opens as `text`.

    It is looked for beside the script, in the run's root, in the working directory; `<script>/` means beside it only.
    None if there is no such file, if it is too large, or if it is not what its suffix says: where the script runs,
    another one may stand in its place.
    """
    content = content_of(script, text, root)
    return None if content is None else parsed(text, content)


def content_of(script: str, text: str, root: str = "") -> str | None:
    """The text of the file that `script` opens as `text`."""
    if "\0" in text or Path(text).suffix.lower() not in _PARSERS:
        return None
    contents = (_content(path) for path in _candidates(script, text, root))
    return next((content for content in contents if content is not None), None)


def parsed(text: str, content: str) -> tuple[str, object] | None:
    """The name and the plain data of the file that is opened as `text` and holds `content`."""
    data = _PARSERS[Path(text).suffix.lower()](content)
    return (text.removeprefix(_SCRIPT), data) if isinstance(data, (dict, list)) else None


def _candidates(script: str, text: str, root: str) -> Iterator[Path]:
    beside = Path(script).parent
    yield beside / text.removeprefix(_SCRIPT)
    if not text.startswith(_SCRIPT):
        yield Path(root) / text
        yield Path(text)


def _content(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _json(content: str) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _toml(content: str) -> object:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _yaml(content: str) -> object:
    import yaml

    if content.count("*") and content.count("&"):
        return None  # aliases can make a few lines as large as one likes
    try:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


_PARSERS: dict[str, Callable[[str], object]] = {".json": _json, ".toml": _toml, ".yaml": _yaml, ".yml": _yaml}
