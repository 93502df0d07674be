"""The kinds of values that keys take: each checks a value, brings it into its form, and gives its JSON schema."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nanlint.configuration.lines import Trail
from nanlint.configuration.naming import nearest, told
from nanlint.configuration.patterns import Pattern

Wrong = tuple[Trail, str]
"""Where in a value something is wrong, and what."""
Schema = dict[str, object]


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """What values of one kind are. title: what to call one, such as "a number"."""

    title: ClassVar[str]

    @abstractmethod
    def wrong(self, value: object) -> Iterator[Wrong]:
        """What is wrong with a value."""

    @abstractmethod
    def schema(self) -> Schema:
        """The JSON schema of such values."""

    def read(self, value: object, _: Path) -> object:
        """The form in which a right value is used; the path is what paths and globs are relative to."""
        return value


@dataclass(frozen=True, slots=True)
class Boolean(Kind):
    title: ClassVar[str] = "true or false"

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, bool):
            yield (), f"wants {self.title}, not {told(value)}"

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A number above 0."""

    title: ClassVar[str] = "a number above 0"

    def wrong(self, value: object) -> Iterator[Wrong]:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
            yield (), f"wants {self.title}, not {told(value)}"

    def read(self, value: object, _: Path) -> object:
        assert isinstance(value, (int, float))
        return float(value)

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0}


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """Text; `choices`, if there are any, are the texts that are right."""

    title: ClassVar[str] = "a string"

    choices: tuple[str, ...] = ()

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, str):
            yield (), f"wants {self.title}, not {told(value)}"
        elif self.choices and value not in self.choices:
            yield (), f"{value!r} is none of {', '.join(self.choices)}{nearest(value, self.choices)}"

    def schema(self) -> Schema:
        return {"enum": list(self.choices)} if self.choices else {"type": "string"}


@dataclass(frozen=True, slots=True)
class File(Text):
    """A path, relative to the file that holds it; `~` is the home directory."""

    title: ClassVar[str] = "a path"

    def read(self, value: object, base: Path) -> object:
        return Path(os.path.normpath(base / Path(str(value)).expanduser()))


@dataclass(frozen=True, slots=True)
class Glob(Text):
    """A pattern as in `.gitignore`, relative to the file that holds it."""

    title: ClassVar[str] = "a pattern"

    def read(self, value: object, base: Path) -> object:
        return Pattern(str(value), base)


@dataclass(frozen=True, slots=True)
class Selector(Text):
    """A code, the beginning of a code, or a name of a rule."""

    title: ClassVar[str] = "a rule's code, prefix or name"

    def wrong(self, value: object) -> Iterator[Wrong]:
        from nanlint.roster import complaint

        if not isinstance(value, str):
            yield (), f"wants {self.title}, not {told(value)}"
        elif why := complaint(value):
            yield (), why

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/selector"}


@dataclass(frozen=True, slots=True)
class Dotted(Text):
    """A name with dots, as Python's imports have it."""

    title: ClassVar[str] = "a dotted name"

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, str) or not all(part.isidentifier() for part in value.split(".")):
            yield (), f"wants {self.title}, not {told(value)}"

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"}


@dataclass(frozen=True, slots=True)
class Many(Kind):
    """A list."""

    title: ClassVar[str] = "a list of strings"

    item: Kind

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, list):
            yield (), f"wants {self.title}, not {told(value)}"
            return
        for place, item in enumerate(value):
            yield from (((place, *trail), message) for trail, message in self.item.wrong(item))

    def read(self, value: object, base: Path) -> object:
        assert isinstance(value, list)
        return tuple(self.item.read(item, base) for item in value)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True, slots=True)
class Table(Kind):
    """A table whose keys and values are of one kind each."""

    title: ClassVar[str] = "a table"

    key: Kind
    value: Kind

    def wrong(self, value: object) -> Iterator[Wrong]:
        if not isinstance(value, dict):
            yield (), f"wants {self.title}, not {told(value)}"
            return
        for key, item in value.items():
            yield from (((key, *trail), message) for trail, message in self.key.wrong(key))
            yield from (((key, *trail), message) for trail, message in self.value.wrong(item))

    def read(self, value: object, base: Path) -> object:
        assert isinstance(value, dict)
        return {self.key.read(key, base): self.value.read(item, base) for key, item in value.items()}

    def schema(self) -> Schema:
        names = {key: found for key, found in self.key.schema().items() if key != "type"}
        return {
            "type": "object",
            **({"propertyNames": names} if names else {}),
            "additionalProperties": self.value.schema(),
        }
