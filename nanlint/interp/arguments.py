"""What a call passes."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from nanlint.domain.records import equal_record
from nanlint.domain.value import Value


@equal_record
class Arguments:
    """The arguments of a call with their expressions.

    star: `*args` or `**kwargs` of unknown content took part; placed: how many of the positional ones have their place
    for sure, all if None: of a list that is one of several only what it holds is known.
    """

    positional: tuple[tuple[Value, cst.BaseExpression | None], ...] = ()
    keywords: Mapping[str, tuple[Value, cst.BaseExpression | None]] | None = None
    star: bool = False
    placed: int | None = None

    @property
    def named(self) -> Mapping[str, tuple[Value, cst.BaseExpression | None]]:
        return self.keywords or {}

    @property
    def values(self) -> list[Value]:
        return [value for value, _ in self.positional] + [value for value, _ in self.named.values()]

    def first(self) -> Value | None:
        return self.positional[0][0] if self.positional else None

    def behind(self, *leading: Value) -> Arguments:
        """With more positional arguments in front."""
        placed = None if self.placed is None else self.placed + len(leading)
        return Arguments((*((value, None) for value in leading), *self.positional), self.keywords, self.star, placed)
