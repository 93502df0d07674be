"""What a run did, for who wonders: files found and skipped, results used again, seconds by stage and by rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from nanlint.showing.terminal import one_line

SKIPPED = "they import no framework, nor do the files of this run that they import from"
_RULE = re.compile(r"[A-Z]+[0-9]+")
_SHORTEST = 0.0005  # seconds in a rule that are worth a line
_WIDTH = 36  # columns of the longest name of a stage


@dataclass(frozen=True, slots=True)
class Account:
    """kept: results of earlier runs that were used again, None without a cache, which is in `cache`."""

    files: int
    skipped: Collection[str]
    seconds: Mapping[str, float]
    cache: str = ""
    kept: int | None = None
    settings: Collection[str] = field(default_factory=tuple)


def lines(account: Account) -> Iterator[str]:
    """The account, line by line."""
    yield f"files: {account.files} found, {account.files - len(account.skipped)} interpreted or kept from before"
    if account.kept is None:
        yield "cache: not used"
    else:
        yield f"cache: {account.kept} of {account.files} results used again, in {one_line(account.cache)}"
    if account.skipped:
        yield f"skipped: {len(account.skipped)} of the files: {SKIPPED}"
        yield from (f"  {one_line(path)}" for path in sorted(account.skipped))
    rules = {name: spent for name, spent in account.seconds.items() if _RULE.fullmatch(name)}
    stages = {name: spent for name, spent in account.seconds.items() if name not in rules}
    yield "seconds, of all processes together:"
    yield from _table(stages)
    if rules:
        yield from _table({"rules": sum(rules.values())})
        yield from _table({f"  {name}": spent for name, spent in rules.items() if spent >= _SHORTEST})


def _table(seconds: Mapping[str, float]) -> Iterator[str]:
    for name, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        yield f"  {name:<{_WIDTH}} {spent:9.3f}"
