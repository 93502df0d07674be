"""What recognises a finding in the next run, though lines have moved: what a baseline knows it by."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from nanlint.baseline import code_of
from nanlint.findings import Finding
from nanlint.formats._places import portable
from nanlint.reports import FileReport


def fingerprinted(file: FileReport, root: str = "") -> Iterator[tuple[Finding, str]]:
    """Each finding with a number made from path, rule, scope and code, and from how many alike stand above it."""
    seen: Counter[str] = Counter()
    for finding in file.findings:
        key = "\0".join([portable(file.path, root), finding.code, finding.scope, code_of(finding, file)])
        seen[key] += 1
        yield finding, digest(f"{key}\0{seen[key]}")


def digest(text: str) -> str:
    """A number of 32 digits that hardly another text has."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
