"""The example scripts: where they are, and what their `# expect: NAN201` comments say."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLES = Path(__file__).parent / "examples"
BUGGY = sorted((EXAMPLES / "buggy").glob("*.py"))
HEALTHY = sorted((EXAMPLES / "healthy").glob("*.py"))


def expected(text: str) -> list[tuple[int, str]]:
    """(line, code) of the findings that a script is marked with."""
    return [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for codes in re.findall(r"# expect: ([A-Z0-9 ]+)$", line)
        for code in codes.split()
    ]
