"""Data that is made by the ten thousand: a frozen slotted dataclass to type checkers, and cheap to make.

A frozen dataclass stores each field by a call of `object.__setattr__`, which is four times as slow as an assignment and
took a seventh of all time. So a record is frozen by the type checker alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

_T = TypeVar("_T")

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[_T], _T]:
        return lambda function: function


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def record(kind: type[_T]) -> type[_T]:
    """A record that equals only itself."""
    return dataclass(slots=True, eq=False)(kind)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def equal_record(kind: type[_T]) -> type[_T]:
    """A record that equals every other of the same fields, and can be hashed."""
    return dataclass(slots=True, unsafe_hash=True)(kind)
