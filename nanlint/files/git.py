"""What Git knows of files: which have changed since a commit, and what they held then."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from nanlint.settings import SettingsError

_REPOSITORY_VARIABLES = frozenset({"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"})
"""Set where Git runs a hook, for the repository of the hook."""


class Repository:
    """A working tree, at `root`, beside one of its commits. Raises SettingsError if there is no such commit."""

    def __init__(self, root: Path, reference: str) -> None:
        self.root = root
        self.reference = reference
        self.tree = self._tree()

    def changed(self) -> dict[str, str | None]:
        """Paths of files that differ from the commit, with the path that each had there; None for what is new."""
        told = self._run("diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", self.tree)
        listed = iter(told.split("\0"))
        found: dict[str, str | None] = {}
        for status in listed:
            if status[:1] in ("R", "C"):
                before = next(listed)
                found[next(listed)] = before
            elif status:
                path = next(listed)
                found[path] = None if status == "A" else path
        return found

    def tracked(self) -> frozenset[str]:
        """Paths of all files that the next commit would hold, as far as they were ever added."""
        return frozenset(self._run("ls-files", "-z").split("\0"))

    def content(self, path: str) -> bytes:
        """What the commit holds under a path."""
        return self._bytes("cat-file", "blob", f"{self.tree}:{path}")

    def _tree(self) -> str:
        """The name of the commit, which is no option; before the first commit, that of a tree without any files."""
        known = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.reference}^{{commit}}")
        if known.returncode == 0:
            return os.fsdecode(known.stdout).strip()
        if self.reference == "HEAD":
            return self._run("hash-object", "-t", "tree", "--stdin").strip()
        raise SettingsError(f"--changed={self.reference}: {self.root} has no such commit, branch or tag")

    def _run(self, *arguments: str) -> str:
        return os.fsdecode(self._bytes(*arguments))

    def _bytes(self, *arguments: str) -> bytes:
        ran = self._git(*arguments)
        if ran.returncode != 0:
            said = os.fsdecode(ran.stderr).strip().partition("\n")[0]
            raise SettingsError(f"--changed: git {arguments[0]} failed in {self.root}: {said}")
        return ran.stdout

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES}
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise SettingsError("--changed asks Git, and there is no program `git`") from None


def by_repository(paths: Iterable[str]) -> dict[Path, list[str]]:
    """The paths by the root of the working tree that they are in. Raises SettingsError for one that is in none."""
    roots: dict[Path, Path | None] = {}
    found: dict[Path, list[str]] = {}
    for path in paths:
        directory = Path(path).resolve().parent
        if directory not in roots:
            roots[directory] = next((one for one in (directory, *directory.parents) if (one / ".git").exists()), None)
        root = roots[directory]
        if root is None:
            raise SettingsError(f"--changed: {path} is not in a Git repository")
        found.setdefault(root, []).append(path)
    return found
