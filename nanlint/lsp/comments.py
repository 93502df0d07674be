"""Where the cursor is in a `# nanlint: ignore[...]` or `# noqa: ...` comment."""

from __future__ import annotations

import re

_IGNORE = re.compile(
    r"#\s*nanlint\s*:\s*(?P<verb>[\w-]*)(?P<open>\s*\[(?P<names>[^\]]*)(?P<close>\]?))?", re.IGNORECASE
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<names>[\w\-,\s]*)", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")

VERBS = {
    "ignore": "silence rules on this line, or on the line below if the comment stands alone",
    "ignore-file": "silence rules in the whole file; the comment stands on a line of its own",
    "off": "silence rules from this line of its own on, to `on` or the end of the block",
    "on": "end what `off` began",
}


def selector_at(line: str, column: int) -> str | None:
    """The code or name of a rule under the cursor, inside a comment that silences."""
    for match in (*_IGNORE.finditer(line), *_NOQA.finditer(line)):
        if match["names"] is None or not match.start("names") <= column <= match.end("names"):
            continue
        for word in _WORD.finditer(line, match.start("names"), match.end("names")):
            if word.start() <= column <= word.end():
                return word[0]
    return None


def typed_selector(line: str, column: int) -> int | None:
    """Where the rule begins that is being typed in the brackets of a comment; None outside of one."""
    before = line[:column]
    match = next(reversed(list(_IGNORE.finditer(before))), None)
    if match is None or match["open"] is None or match["close"] or match.end() != column:
        return None
    return _start_of_word(before)


def typed_code(line: str, column: int) -> int | None:
    """Where the code begins that is being typed after `# noqa:`."""
    before = line[:column]
    match = next(reversed(list(_NOQA.finditer(before))), None)
    return _start_of_word(before) if match is not None and match.end() == column else None


def typed_verb(line: str, column: int) -> int | None:
    """Where the word begins that is being typed after `# nanlint:`."""
    before = line[:column]
    match = re.search(r"#\s*nanlint\s*:\s*[\w-]*\Z", before, re.IGNORECASE)
    return None if match is None else _start_of_word(before)


def _start_of_word(before: str) -> int:
    word = re.search(r"[\w-]*\Z", before)
    assert word is not None  # it matches the empty string
    return word.start()
