"""What packages look like once they are installed, without the time that installing takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
"""The project."""


def entry_points() -> dict[str, dict[str, str]]:
    """The entry points of nanlint itself, by group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups: dict[str, dict[str, str]] = project["entry-points"]
    return groups


def register(site: Path, name: str, version: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    """Writes into `site` what an installer writes of a distribution: its metadata and its entry points."""
    directory = site / f"{name.replace('-', '_')}-{version}.dist-info"
    directory.mkdir(parents=True)
    (directory / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    sections = (
        "\n".join([f"[{group}]", *(f"{entry} = {value}" for entry, value in entries.items()), ""])
        for group, entries in groups.items()
    )
    (directory / "entry_points.txt").write_text("\n".join(sections), encoding="utf-8")
