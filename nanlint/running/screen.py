"""Which files can be left unparsed: those that import no framework hold none of its operations."""

from __future__ import annotations

import functools
import re


@functools.cache
def _imports(aliases: frozenset[str]) -> re.Pattern[str]:
    """An import keyword and, before its line ends, the name of a framework; a backslash carries the line on."""
    from nanlint.frameworks.registry import roots  # 0.1 s, and plugins may add some

    names = "|".join(sorted((roots() | aliases) - {"builtins"}))
    return re.compile(rf"\b(?:import|from)\b(?:[^\\\r\n]|\\(?:\r\n|.))*?\b(?:{names})\b", re.DOTALL)


def may_matter(text: str, aliases: frozenset[str] = frozenset()) -> bool:
    """False only if no import statement names a framework, or an alias of one, by the first word.

    A file that gets one through another file is not linted.
    """
    return _imports(aliases).search(text) is not None
