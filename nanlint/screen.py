"""Which files can be left unparsed: those that import no framework hold none of its operations."""

from __future__ import annotations

import functools
import re

from nanlint.frameworks.registry import roots


@functools.cache
def _imports() -> re.Pattern[str]:
    """An import keyword and, before its line ends, the name of a framework; a backslash carries the line on."""
    names = "|".join(sorted(roots() - {"builtins"}))
    return re.compile(rf"\b(?:import|from)\b(?:[^\\\r\n]|\\(?:\r\n|.))*?\b(?:{names})\b", re.DOTALL)


def may_matter(text: str) -> bool:
    """False only if no import statement names a framework. A file that gets one through another file is not linted."""
    return _imports().search(text) is not None
