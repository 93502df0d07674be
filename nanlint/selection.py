"""What selectors mean: a code (`NAN201`), the beginning of a code (`NAN2`), a name (`log-of-softmax`), or `ALL`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EVERY_RULE = "ALL"


@dataclass(frozen=True, slots=True)
class Selection:
    """Rules to turn on and off on top of those before. select: if given, those before do not count."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()

    def decides(self, before: bool, code: str, name: str) -> bool:
        """Whether the rule is on; the narrowest selector decides, and of two that are equally narrow, `ignore`."""
        wanted = narrowest((*(self.select or ()), *self.extend_select), code, name)
        unwanted = narrowest(self.ignore, code, name)
        if wanted < 0 and unwanted < 0:
            return before and self.select is None
        return wanted > unwanted


def narrowness(selector: str, code: str, name: str) -> int:
    """How narrowly a selector means a rule: 0 for every rule, then by the letters of its code; -1 if it does not."""
    wanted, code = selector.lower(), code.lower()
    if wanted == EVERY_RULE.lower():
        return 0
    if wanted == name.lower():
        return len(code)
    return len(wanted) if code.startswith(wanted) else -1


def narrowest(selectors: Iterable[str], code: str, name: str) -> int:
    """How narrowly the narrowest of the selectors means a rule; -1 if none does."""
    return max((narrowness(selector, code, name) for selector in selectors), default=-1)
