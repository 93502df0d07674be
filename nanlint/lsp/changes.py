"""The edits between two texts, and the line that silences a rule in a file."""

from __future__ import annotations

import difflib
import re

from nanlint.findings import Edit

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_HEAD = re.compile(r"(?:#![^\r\n]*(?:\r\n|\r|\n))?(?:[ \t\f]*#.*?coding[:=][^\r\n]*(?:\r\n|\r|\n))?")


def changes(before: str, after: str) -> list[Edit]:
    """Edits by whole lines, cut to what differs in them: an editor keeps cursors and marks elsewhere."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        _cut(starts[i1], "".join(old[i1:i2]), "".join(new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def common(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts have in common at their beginnings, and behind that at their ends."""
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    tail = next((i for i in range(shortest - head) if before[-1 - i] != after[-1 - i]), shortest - head)
    return head, tail


def _cut(start: int, before: str, after: str) -> Edit:
    """Without what both begin and end with."""
    head, tail = common(before, after)
    return Edit(start + head, start + len(before) - tail, after[head : len(after) - tail])


def ignoring_file(text: str, rule: str) -> Edit:
    """Writes the comment at the top, below what has to stand in the first lines."""
    head = _HEAD.match(text)
    start = head.end() if head is not None else 0
    newline = re.search(r"\r\n|\r|\n", text)
    return Edit(start, start, f"# nanlint: ignore-file[{rule}]{newline[0] if newline else chr(10)}")
