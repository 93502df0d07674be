"""Running the real command, and laying out the files it runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

# Root reads every file; without these capabilities (1, 2) permissions hold for it too. 24 is PR_CAPBSET_DROP.
_OBEY_PERMISSIONS = """
import ctypes, os, sys
if os.geteuid() == 0:
    libc = ctypes.CDLL(None)
    assert libc.prctl(24, 1, 0, 0, 0) == libc.prctl(24, 2, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "nanlint", *sys.argv[1:]])
"""


def nanlint(
    *arguments: str | Path,
    cwd: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
    obey_permissions: bool = False,
    stdout: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Runs the command in `cwd`; its streams are pipes, and no variable of the caller's says anything about colour."""
    start = ["-c", _OBEY_PERMISSIONS] if obey_permissions else ["-m", "nanlint"]
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=cwd,
        env=plain_environment() | dict(environment),
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def plain_environment() -> dict[str, str]:
    """The environment without what changes colour or width, and with this checkout importable from anywhere."""
    unwanted = {"NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "TERM", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}


def lay_out(root: Path, files: Mapping[str, str]) -> None:
    """Writes files below a directory."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def git(directory: Path, *arguments: str) -> str:
    """Runs Git without the configuration of the user or the machine; what it prints."""
    environment = plain_environment() | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    ran = subprocess.run(
        ["git", *arguments], cwd=directory, env=environment, capture_output=True, encoding="utf-8", check=True
    )
    return ran.stdout
