"""Frozen dataclasses as plain JSON data and back, checked against their annotations."""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
from collections.abc import Callable, Sequence
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

_Kind = TypeVar("_Kind")
_Read = Callable[[object], object]


def plain(value: object) -> object:
    """The value as lists, texts and numbers. Raises TypeError for what is neither that nor a dataclass of such."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value.name if isinstance(value, enum.Enum) else value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    raise TypeError(f"{type(value).__name__} has no plain form")


def restored(kind: type[_Kind], data: object) -> _Kind:
    """The value of this type whose plain form is `data`. Raises ValueError if there is none."""
    return cast("_Kind", _reader(kind)(data))


_readers: dict[object, _Read] = {}


def _reader(kind: object) -> _Read:
    """What reads values of a type from their plain form. Raises TypeError for a type that has none."""
    if kind not in _readers:
        _readers[kind] = _new_reader(kind)
    return _readers[kind]


def _new_reader(kind: object) -> _Read:
    if kind in (bool, int, float, str):
        return functools.partial(_atom, cast("type", kind))
    if kind is types.NoneType:
        return _nothing
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return functools.partial(_member, kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _record(kind)
    arguments = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return functools.partial(_either, [_reader(argument) for argument in arguments])
    if get_origin(kind) is tuple and arguments[-1] is not Ellipsis:
        return functools.partial(_fixed, [_reader(argument) for argument in arguments])
    if get_origin(kind) in (tuple, frozenset):
        return functools.partial(_many, cast("type", get_origin(kind)), _reader(arguments[0]))
    raise TypeError(f"{kind} has no plain form")


def _atom(kind: type, data: object) -> object:
    if type(data) is not kind:
        raise ValueError(f"{data!r} is no {kind.__name__}")
    return data


def _nothing(data: object) -> None:
    if data is not None:
        raise ValueError(f"{data!r} is not null")


def _member(kind: type[enum.Enum], data: object) -> object:
    if not isinstance(data, str) or data not in kind.__members__:
        raise ValueError(f"{data!r} is no {kind.__name__}")
    return kind[data]


def _record(kind: type) -> _Read:
    hints = get_type_hints(kind)
    fields = [(field.name, hints[field.name]) for field in dataclasses.fields(kind)]

    def read(data: object) -> object:
        items = _items(data, len(fields))
        return kind(**{name: _reader(hint)(item) for (name, hint), item in zip(fields, items, strict=True)})

    return read


def _either(readers: Sequence[_Read], data: object) -> object:
    first, *others = readers
    try:
        return first(data)
    except ValueError:
        if not others:
            raise
    return _either(others, data)


def _fixed(readers: Sequence[_Read], data: object) -> object:
    return tuple(read(item) for read, item in zip(readers, _items(data, len(readers)), strict=True))


def _many(kind: type, read: _Read, data: object) -> object:
    return kind(map(read, _items(data)))


def _items(data: object, number: int | None = None) -> Sequence[object]:
    if not isinstance(data, list) or (number is not None and len(data) != number):
        raise ValueError("not the list that was expected")
    return data
