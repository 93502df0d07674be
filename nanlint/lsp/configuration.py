"""The settings of every file, as the configuration files around it say, found once until one of them changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from nanlint.configuration.layers import NAMES
from nanlint.configuration.resolver import Resolver
from nanlint.settings import DEFAULT, Settings, SettingsError

FILES = NAMES
"""Names of the files that hold settings."""


class Policies(Mapping[str, Settings]):
    """Settings by path; the defaults where a configuration file is wrong, which is told for the file at hand.

    aliases: paths that stand for others, as that of a notebook's module for the notebook.
    """

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self._resolver = Resolver()

    def __getitem__(self, path: str) -> Settings:
        try:
            return self.strictly(path)
        except SettingsError:
            return DEFAULT

    def strictly(self, path: str) -> Settings:
        """The settings of a file. Raises SettingsError."""
        if path.startswith("<"):
            return DEFAULT
        return self._resolver.settings(self.aliases.get(path, path))

    def excludes(self, path: Path, *, within: bool = False) -> bool:
        """Whether the settings leave out a file or directory; not one whose settings are wrong."""
        try:
            return not str(path).startswith("<") and self._resolver.excludes(path, within=within)
        except SettingsError:
            return False

    def forget(self) -> None:
        """Some configuration file has changed."""
        self._resolver = Resolver()

    def __iter__(self) -> Iterator[str]:
        return iter(self.aliases)

    def __len__(self) -> int:
        return len(self.aliases)
