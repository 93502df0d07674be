"""The names that a piece of code sees, in all the scopes around it."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from operator import is_

from nanlint.domain.value import Value

_Names = Mapping[str, Value]


class Namespace(Mapping[str, Value]):
    """Snapshots of scopes, the innermost first; they are put together when somebody goes over all of the names."""

    __slots__ = ("_scopes", "_whole")

    def __init__(self, *scopes: _Names) -> None:
        self._scopes = scopes
        self._whole: dict[str, Value] | None = None

    def of(self, *scopes: _Names) -> Namespace:
        """This one, if it is of just these snapshots; else another."""
        same = len(scopes) == len(self._scopes) and all(map(is_, scopes, self._scopes))
        return self if same else Namespace(*scopes)

    @property
    def whole(self) -> _Names:
        """As one dictionary."""
        if self._whole is None:
            self._whole = {}
            for scope in reversed(self._scopes):
                self._whole.update(scope)
        return self._whole

    def __getitem__(self, name: str) -> Value:
        for scope in self._scopes:
            if name in scope:
                return scope[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in scope for scope in self._scopes)

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole)

    def __len__(self) -> int:
        return len(self.whole)

    def items(self) -> ItemsView[str, Value]:
        return self.whole.items()

    def values(self) -> ValuesView[Value]:
        return self.whole.values()
