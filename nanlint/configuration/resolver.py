"""Which settings govern a path: those of the nearest file, of one for all, or none; above them the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nanlint.configuration.layers import NAMES, Layer, with_extended
from nanlint.configuration.merged import Configuration
from nanlint.configuration.origins import shown
from nanlint.settings import Settings, SettingsError


class Resolver:
    """Finds and keeps the settings of directories.

    told: layers of the command line; file: the settings file for every path; isolated: no settings file counts.
    """

    def __init__(self, told: Sequence[Layer] = (), file: Path | None = None, *, isolated: bool = False) -> None:
        self._told = tuple(told)
        self._found: dict[Path, Configuration] = {}
        self._everywhere: Configuration | None = None
        here = Path.cwd()
        if isolated:
            self._everywhere = Configuration(self._told, here)
        elif file is not None:
            layers = with_extended(file.absolute())
            if layers is None:
                raise SettingsError(f"{shown(file.absolute())}: has no table [tool.nanlint]")
            self._everywhere = Configuration((*layers, *self._told), here, file.absolute())
        else:
            self._nowhere = Configuration(self._told, here)

    def of_run(self) -> Configuration:
        """What governs the working directory, and by that the run as a whole."""
        return self.of_directory(Path.cwd())

    def of_path(self, path: str | Path) -> Configuration:
        """What governs a file. Raises SettingsError."""
        return self.of_directory(_absolute(path).parent)

    def of_directory(self, directory: Path) -> Configuration:
        """What governs the files in a directory, which is given by its absolute path. Raises SettingsError."""
        if self._everywhere is not None:
            return self._everywhere
        if directory not in self._found:
            self._found[directory] = self._look(directory)
        return self._found[directory]

    def settings(self, path: str | Path) -> Settings:
        """The settings of a file. Raises SettingsError."""
        return self.of_path(path).settings(_absolute(path))

    def excludes(self, path: str | Path, *, within: bool = False) -> bool:
        """Whether a file or directory is left out; `within`: or a directory that it is in."""
        return self.of_path(path).excludes(_absolute(path), within=within)

    def _look(self, directory: Path) -> Configuration:
        for name in NAMES:
            path = directory / name
            layers = with_extended(path) if _is_file(path) else None
            if layers is not None:
                return Configuration((*layers, *self._told), directory, path)
        return self._nowhere if directory == directory.parent else self.of_directory(directory.parent)


def settings_for(path: str | Path) -> Settings:
    """The settings that the nearest settings file gives a file. Raises SettingsError."""
    return Resolver().settings(path)


def _is_file(path: Path) -> bool:
    """Whether there is such a file, as far as one is allowed to know."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def _absolute(path: str | Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`
