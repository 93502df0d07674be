"""The other files of a run, as an interpretation asks for them."""

from __future__ import annotations

from typing import Protocol

import libcst as cst


class Library(Protocol):
    """The other files of the run; the same answers for the same questions throughout."""

    def find(self, importer: str, name: str) -> str | None:
        """The path of what `import name` (with leading dots if relative) means in the file `importer`.

        A file of the run, or a directory that holds some; None for anything else.
        """

    def document(self, importer: str, path: str) -> tuple[str, object] | None:
        """The name and the plain data of a configuration file that the file `importer` opens as `path`.

        A path that begins with `<script>/` is one from the importer's own directory. None for what cannot be read.
        """

    def names(self, path: str) -> frozenset[str]:
        """What the file's body binds, at least; empty for a directory."""

    def tree(self, path: str) -> cst.Module | None:
        """The file's tree; None for a directory, or if it cannot be parsed, which linting the file itself reports."""

    def doubled(self, path: str) -> bool | None:
        """Whether the programs of the run that use the file make float64 the default; None if some of them do."""

    def filled(self, path: str) -> bool:
        """The files of the run that use it fill the parameters of the models in there."""
