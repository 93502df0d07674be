"""The hooks for pre-commit, in a real repository: pre-commit clones the project and installs it as it says itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.cli.tools import git, lay_out, plain_environment
from tests.doors.tools import ROOT

TRAIN = """\
import torch
import torch.nn.functional as F


def loss(logits):
    return -torch.log(F.softmax(logits, dim=1))


loss(torch.randn(2, 3, requires_grad=True)).mean().backward()
"""
FIXED = TRAIN.replace("torch.log(F.softmax(logits, dim=1))", "F.log_softmax(logits, dim=1)")
LIBRARY = """\
import torch.nn.functional as F


def loss(p, y):
    return F.cross_entropy(p, y)  # nanlint: ignore[NAN301]
"""
CALLER = "import torch\nfrom library import loss\n\n\ndef f(z, y):\n    return loss(torch.softmax(z, dim=1), y)\n"
SETTINGS = '[tool.nanlint]\nextend-exclude = ["generated"]\n'
FOUND = "log-of-softmax"
PRE_COMMIT = (sys.executable, "-m", "pre_commit")


def notebook(source: str) -> str:
    cell: dict[str, object] = {"cell_type": "code", "execution_count": None, "id": "a1", "metadata": {}, "outputs": []}
    cell["source"] = source.rstrip().splitlines(keepends=True)
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


FILES = {
    "train.py": TRAIN,
    "notes.ipynb": notebook(TRAIN),
    "generated/model.py": TRAIN,
    "pyproject.toml": SETTINGS,
    "readme.txt": TRAIN,
}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of this project as it stands, committed or not, without its tests."""
    repository = tmp_path_factory.mktemp("hooks")
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and not name.startswith(("tests/", "benchmarks/")) and (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    commit(repository)
    return repository


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment that it installs the hooks in."""
    return tmp_path_factory.mktemp("store")


class Repository:
    """A user's repository, whose hooks are those of the project."""

    def __init__(self, directory: Path, store: Path, hooks: Path, hook: str) -> None:
        self.directory = directory
        unset = {"PYTHONPATH", "VIRTUAL_ENV"}  # the hook's environment holds all that it needs
        kept = {name: value for name, value in plain_environment().items() if name not in unset}
        self.environment = kept | {"PRE_COMMIT_HOME": str(store), "GIT_CONFIG_GLOBAL": os.devnull}
        configuration = f"repos:\n- repo: {hooks}\n  rev: {git(hooks, 'rev-parse', 'HEAD').strip()}\n"
        lay_out(directory, {**FILES, ".pre-commit-config.yaml": f"{configuration}  hooks:\n  - id: {hook}\n"})
        commit(directory)

    def run(
        self, *command: str, variables: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment | dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
            check=False,
        )

    def read(self, name: str) -> str:
        return (self.directory / name).read_text(encoding="utf-8")


def commit(directory: Path) -> None:
    git(directory, "init", "--quiet")
    git(directory, "config", "user.name", "tester")
    git(directory, "config", "user.email", "tester@example.org")
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", "all")


def test_the_hook_reports_on_scripts_and_notebooks_and_keeps_to_the_settings(
    tmp_path: Path, store: Path, hooks: Path
) -> None:
    ran = Repository(tmp_path, store, hooks, "nanlint").run(*PRE_COMMIT, "run", "--all-files")
    assert ran.returncode == 1
    assert re.findall(rf"^(.+): error\[NAN201\] {FOUND}", ran.stdout, re.MULTILINE) == [
        "notes.ipynb:cell 1:6:13",
        "train.py:6:13",
    ]
    assert "exit code: 1" in ran.stdout


def test_the_fixing_hook_fails_once_and_leaves_nothing_to_report(tmp_path: Path, store: Path, hooks: Path) -> None:
    repository = Repository(tmp_path, store, hooks, "nanlint-fix")
    ran = repository.run(*PRE_COMMIT, "run", "--all-files")
    assert ran.returncode == 1
    assert "files were modified by this hook" in ran.stdout
    assert repository.read("train.py") == FIXED
    assert repository.read("notes.ipynb") == notebook(FIXED)
    assert repository.read("generated/model.py") == TRAIN
    assert repository.run(*PRE_COMMIT, "run", "--all-files").returncode == 0
    lay_out(tmp_path, {"rate.py": "import torch\n\n\ndef rate(x):\n    return torch.log(torch.relu(x))\n"})
    left = repository.run(*PRE_COMMIT, "run", "--files", "rate.py")
    assert left.returncode == 1
    assert "rate.py:5:12: error[NAN101] log-of-zero" in left.stdout
    lay_out(tmp_path, {"library.py": LIBRARY, "caller.py": CALLER, "stale.py": f"{FIXED}# nanlint: ignore[NAN101]\n"})
    git(tmp_path, "add", "--all")
    some = repository.run(*PRE_COMMIT, "run", "--files", "library.py", "stale.py")
    assert some.returncode == 1
    assert repository.read("library.py") == LIBRARY, "the comment is there for caller.py"
    assert repository.read("stale.py") == FIXED


def test_a_commit_waits_until_the_finding_is_gone(tmp_path: Path, store: Path, hooks: Path) -> None:
    repository = Repository(tmp_path, store, hooks, "nanlint")
    assert repository.run(*PRE_COMMIT, "install").returncode == 0
    lay_out(tmp_path, {"evaluate.py": TRAIN})
    git(tmp_path, "add", "evaluate.py")
    refused = repository.run("git", "commit", "--message", "evaluate")
    assert refused.returncode == 1
    assert f"evaluate.py:6:13: error[NAN201] {FOUND}" in refused.stdout
    lay_out(tmp_path, {"evaluate.py": FIXED})
    git(tmp_path, "add", "evaluate.py")
    assert repository.run("git", "commit", "--message", "evaluate").returncode == 0
    assert git(tmp_path, "log", "-1", "--format=%s").strip() == "evaluate"
