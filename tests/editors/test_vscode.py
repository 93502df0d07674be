"""The extension for Visual Studio Code: its parts by Node, its package, and all of it inside a real VS Code."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest

from nanlint import __version__
from nanlint.configuration.layers import NAMES
from nanlint.lsp.options import Options, options
from tests.cli.tools import lay_out
from tests.editors.vscode import EXTENSION, npm, package, try_inside

BUGGY = """\
import torch
import torch.nn.functional as F


def first(logits):
    p = torch.softmax(logits, dim=-1)
    return -torch.log(p).mean()
"""
TWO = (
    BUGGY
    + """

def second(x):
    q = torch.sigmoid(x)
    return -torch.log(q).mean()
"""
)
CELLS = ["import torch\n\nx = torch.randn(8, 3)", "p = torch.softmax(x, -1)", "loss = -torch.log(p).mean()"]


def manifest() -> dict[str, object]:
    found = json.loads((EXTENSION / "package.json").read_text())
    assert isinstance(found, dict)
    return found


def notebook(*cells: str) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "id": f"c{i}", "source": text}
        for i, text in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    metadata = kernel | {"language_info": {"name": "python"}}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def test_the_version_is_that_of_nanlint() -> None:
    assert manifest()["version"] == __version__


def test_the_settings_are_those_of_the_server() -> None:
    contributes = manifest()["contributes"]
    assert isinstance(contributes, dict)
    properties = contributes["configuration"]["properties"]
    defaults = {name.removeprefix("nanlint."): value["default"] for name, value in properties.items()}
    assert {type(value) for value in defaults.values()} == {bool, str}
    served = {name: value for name, value in defaults.items() if name not in ("path", "interpreter")}
    assert len(served) == len(Options.__dataclass_fields__)
    assert options(served) == (Options(), [])


def test_the_configuration_files_are_those_of_the_server() -> None:
    text = (EXTENSION / "src" / "client.ts").read_text()
    stems = ",".join(Path(name).name.removesuffix(".toml") for name in reversed(NAMES))
    assert f'"**/{{{stems}}}.toml"' in text


@pytest.mark.program("node")
def test_the_parts() -> None:
    assert "# fail 0" in npm("test")


@pytest.mark.program("node")
def test_the_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(package(tmp_path)) as vsix:
        assert sorted(vsix.namelist()) == [
            "[Content_Types].xml",
            "extension.vsixmanifest",
            "extension/LICENSE.txt",
            "extension/dist/extension.js",
            "extension/package.json",
            "extension/readme.md",
        ]
        packed = vsix.read("extension/dist/extension.js").decode()
    assert 'require("vscode")' in packed
    assert str(EXTENSION) not in packed


@pytest.mark.program("vscode")
def test_inside_vscode(tmp_path: Path) -> None:
    npm("run", "compile")
    root = tmp_path / "workspace"
    lay_out(
        root,
        {
            "one/train.py": TWO,
            "one/saved.py": BUGGY,
            "one/train.ipynb": notebook(*CELLS),
            "two/train.py": TWO,
            "two/pyproject.toml": '[tool.nanlint]\nignore = ["NAN201"]\nselect = ["NAN2"]\n',
            "both.code-workspace": json.dumps({"folders": [{"path": "one"}, {"path": "two"}]}),
        },
    )
    settings = {
        "nanlint.interpreter": sys.executable,
        "security.workspace.trust.enabled": False,
        "workbench.startupEditor": "none",
    }
    report = try_inside(tmp_path, package(tmp_path), root / "both.code-workspace", settings)
    assert len(report) == 14
    assert [line for line in report if not line.startswith("ok - ")] == []
