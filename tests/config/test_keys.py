"""Every key in a settings file, under the real command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from nanlint.configuration.keys import KEYS
from tests.cli.tools import git, lay_out, nanlint

PROVEN = """\
import torch


def loss(logits):
    return torch.log(torch.softmax(logits, dim=-1))
"""
NOTED = """\
import torch


def entropy(p: torch.Tensor) -> torch.Tensor:
    return torch.log(p)
"""
UNKNOWN = """\
import torch


def ratio(a, b):
    return a / b
"""
TRAINED = """\
import torch

model = torch.nn.Linear(4, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.2)
for x, y in []:
    loss = torch.nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
GUARDED = """\
import torch

from helpers import positive


def share(x: torch.Tensor) -> torch.Tensor:
    return torch.log(positive(x)) + torch.log(1 - positive(x)) + torch.log(x)
"""
ALIASED = """\
import mylib.backend as np
from mylib.ops import softmax


def f(x):
    return np.log(softmax(x, dim=-1))
"""
FILES = {
    "proven.py": PROVEN,
    "noted.py": NOTED,
    "unknown.py": UNKNOWN,
    "trained.py": TRAINED,
    "guarded.py": GUARDED,
    "aliased.py": ALIASED,
}
FOUND = {
    "guarded.py": ["note NAN101", "note NAN209", "note NAN101"],
    "noted.py": ["note NAN101"],
    "proven.py": ["error NAN201"],
    "trained.py": ["note NAN404", "note NAN401"],
}
"""Without any settings."""


def but(**changed: list[str]) -> dict[str, list[str]]:
    """What is found without settings, with other findings in some files; a file without findings is left out."""
    return {
        path: found for path, found in (FOUND | {f"{name}.py": of for name, of in changed.items()}).items() if found
    }


ONLY_PROVEN = {"proven.py": FOUND["proven.py"]}
RATE = but(trained=["note NAN401"])
CASES = [
    ("select", 'select = ["NAN2"]', but(guarded=["note NAN209"], noted=[], trained=[])),
    ("ignore", 'ignore = ["log-of-zero", "NAN4", "NAN209"]', ONLY_PROVEN),
    (
        "extend-select",
        'extend-select = ["loss-never-checked"]',
        but(trained=["note NAN404", "note NAN408", "note NAN401"]),
    ),
    ("per-file-ignores", 'per-file-ignores = { "[gt]*.py" = ["ALL"], "noted.py" = ["NAN1"] }', ONLY_PROVEN),
    ("extend-per-file-ignores", 'extend-per-file-ignores = { "!proven.py" = ["ALL"] }', ONLY_PROVEN),
    (
        "levels",
        'levels = { NAN4 = "off", NAN1 = "warning", "lost-digits" = "error" }',
        but(guarded=["warning NAN101", "error NAN209", "warning NAN101"], noted=["warning NAN101"], trained=[]),
    ),
    (
        "strict",
        "strict = true",
        but(trained=["note NAN404", "strict NAN408", "note NAN401"], unknown=["strict NAN103"]),
    ),
    ("max-learning-rate", "max-learning-rate = 0.3", RATE),
    ("rules", "rules.high-learning-rate.max = 0.3", RATE),
    ("safe-functions", 'safe-functions = ["helpers.positive"]', but(guarded=["note NAN209", "note NAN101"])),
    (
        "framework-aliases",
        'framework-aliases = { "mylib.backend" = "numpy", "mylib.ops.softmax" = "scipy.special.softmax" }',
        but(aliased=["error NAN201"]),
    ),
    ("exclude", 'exclude = ["[!p]*.py"]', ONLY_PROVEN),
    ("extend-exclude", 'extend-exclude = ["guarded.py", "noted.py", "t*"]', ONLY_PROVEN),
    ("extend", 'extend = "base.toml"', ONLY_PROVEN),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, FILES)
    return tmp_path


def reported(ran: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """Level and code of the findings of a report in JSON, by file."""
    found: dict[str, list[str]] = {}
    for finding in json.loads(ran.stdout)["findings"]:
        found.setdefault(finding["path"], []).append(f"{finding['level']} {finding['code']}")
    return found


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_reported(project: Path, text: str, expected: dict[str, list[str]]) -> None:
    lay_out(project, {"nanlint.toml": text, "base.toml": 'select = ["NAN201"]'})
    ran = nanlint("--output-format", "json", cwd=project)
    assert reported(ran) == expected
    assert ran.stderr == ""


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 0), ("note", 1)])
def test_fail_on_is_for_the_files_it_governs(project: Path, level: str, code: int) -> None:
    lay_out(project, {"pyproject.toml": f'[tool.nanlint]\nfail-on = "{level}"\nselect = ["NAN1"]'})
    lay_out(project, {"sub/nanlint.toml": 'fail-on = "error"', "sub/noted.py": NOTED})
    assert nanlint("noted.py", "sub", cwd=project).returncode == code
    assert nanlint("sub", cwd=project).returncode == 0


def test_output_format_is_that_of_the_working_directory(project: Path) -> None:
    lay_out(project, {"nanlint.toml": 'output-format = "concise"', "sub/nanlint.toml": "", "sub/noted.py": NOTED})
    assert nanlint("sub", cwd=project).stdout.startswith("sub/noted.py:5:12: note NAN101 ")
    assert nanlint(cwd=project / "sub").stdout.startswith("noted.py:5:12: note[NAN101] ")
    assert reported(nanlint("sub", "--output-format", "json", cwd=project)) == {"sub/noted.py": ["note NAN101"]}


def test_numbers_that_fixes_write(project: Path) -> None:
    lay_out(project, {"nanlint.toml": "epsilon = 1e-3\nmax-grad-norm = 5"})
    diff = nanlint("--diff", "--unsafe-fixes", cwd=project).stdout
    assert "+    return torch.log(torch.clamp(p, min=1e-3))\n" in diff
    assert "+    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)\n" in diff


@pytest.mark.parametrize(
    ("text", "flags", "fixed"),
    [
        pytest.param("", [], {"guarded.py", "proven.py"}, id="default"),
        pytest.param('fixable = ["NAN201"]', [], {"proven.py"}, id="fixable"),
        pytest.param('unfixable = ["NAN2"]', [], set[str](), id="unfixable"),
        pytest.param('extend-safe-fixes = ["NAN101"]', [], {"guarded.py", "noted.py", "proven.py"}, id="safe"),
        pytest.param('extend-unsafe-fixes = ["NAN201"]', [], {"guarded.py"}, id="unsafe"),
        pytest.param("", ["--fixable", "NAN201"], {"proven.py"}, id="--fixable"),
        pytest.param('unfixable = ["NAN1"]', ["--unfixable", "NAN209"], {"proven.py"}, id="--unfixable"),
    ],
)
def test_which_fixes_are_applied(project: Path, text: str, flags: list[str], fixed: set[str]) -> None:
    lay_out(project, {"nanlint.toml": text})
    nanlint("--fix", *flags, cwd=project)
    assert {name for name, before in FILES.items() if (project / name).read_text() != before} == fixed


def test_force_exclude_and_git(project: Path) -> None:
    git(project, "init", "--quiet")
    lay_out(project, {".gitignore": "noted.py\n", "gen/proven.py": PROVEN})
    named = ("--show-files", "gen/proven.py", "noted.py", "proven.py")
    lay_out(project, {"nanlint.toml": 'extend-exclude = ["gen"]\nexclude = ["[!p]*.py"]'})
    assert nanlint(*named, cwd=project).stdout.split() == ["gen/proven.py", "noted.py", "proven.py"]
    assert nanlint("--show-files", "gen", cwd=project).stdout.split() == ["gen/proven.py"]
    assert nanlint("--show-files", cwd=project).stdout.split() == ["proven.py"]
    lay_out(project, {"nanlint.toml": 'extend-exclude = ["gen"]\nforce-exclude = true\nrespect-gitignore = false'})
    assert nanlint(*named, cwd=project).stdout.split() == ["noted.py", "proven.py"]
    assert nanlint("--show-files", cwd=project).stdout.split() == sorted(FILES)


def test_paths_of_a_settings_file_start_at_it(project: Path) -> None:
    lay_out(project, {"etc/nanlint.toml": 'cache-dir = "kept"\nbaseline = "known.json"'})
    nanlint("--write-baseline", "etc/known.json", "--no-cache", cwd=project)
    ran = nanlint("--config", "etc/nanlint.toml", "--output-format", "json", cwd=project)
    assert (ran.returncode, reported(ran)) == (0, {})
    assert (project / "etc/kept/CACHEDIR.TAG").exists()
    assert not (project / ".nanlint_cache").exists()


def test_each_key_has_its_test() -> None:
    elsewhere = {
        "fail-on", "output-format", "epsilon", "max-grad-norm", "fixable", "unfixable", "extend-safe-fixes",
        "extend-unsafe-fixes", "force-exclude", "respect-gitignore", "cache-dir", "baseline",
    }  # fmt: skip
    assert {case[0] for case in CASES} | elsewhere == {key.name for key in KEYS}
