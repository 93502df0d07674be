"""The cache as users meet it: a directory that appears, runs that are quick, a command that removes it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nanlint.caching.cache_directory import DIRECTORY, TAG
from tests.cache.programs import VARIANTS, put
from tests.cli.tools import git, lay_out, nanlint, plain_environment

WITHOUT_LIBCST = """
import runpy, sys
sys.argv = ["nanlint", *sys.argv[1:]]
try:
    runpy.run_module("nanlint", run_name="__main__")
except SystemExit as exit:
    sys.stderr.write(f"exit {exit.code}, libcst {'libcst' in sys.modules}")
"""
CLEAN = "import torch\n\n\ndef scale(x):\n    return torch.sigmoid(x) * 2\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in VARIANTS:
        put(tmp_path, name, 0)
    return tmp_path


def entries(root: Path) -> list[Path]:
    return sorted(root.rglob("*.json")) if root.name == DIRECTORY else sorted((root / DIRECTORY).rglob("*.json"))


def imports_libcst(project: Path, *arguments: str) -> bool:
    """Runs the command in a process of its own, which says whether it has imported LibCST."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBCST, *arguments],
        cwd=project,
        env=plain_environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "exit 1, libcst " in ran.stderr, ran.stderr
    return ran.stderr.endswith("True")


def test_a_second_run_says_the_same_without_parsing_anything(project: Path) -> None:
    assert imports_libcst(project)
    assert not imports_libcst(project)
    warm, cold = nanlint(cwd=project), nanlint("--no-cache", cwd=project)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)
    assert warm.returncode == 1


def test_settings_and_comments_that_name_rules_take_no_parser_either(project: Path) -> None:
    put(project, "losses.py", 2)
    settings = 'extend-select = ["NAN6"]\n[per-file-ignores]\n"train.py" = ["high-learning-rate"]\n'
    lay_out(project, {"nanlint.toml": settings})
    arguments = ("--ignore", "lost-digits", "--output-format", "json", "--fail-on", "note")
    assert imports_libcst(project, *arguments)
    assert not imports_libcst(project, *arguments)


def test_the_directory_is_no_business_of_git_and_marked_as_a_cache(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    nanlint(cwd=project)
    assert git(project, "status", "--porcelain", "--untracked-files=all").count(DIRECTORY) == 0
    tag = (project / DIRECTORY / TAG).read_text(encoding="utf-8")
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert entries(project)


def test_no_cache_writes_nothing(project: Path) -> None:
    nanlint("--no-cache", cwd=project)
    nanlint(cwd=project, environment={"NANLINT_NO_CACHE": "1"})
    assert not (project / DIRECTORY).exists()


def test_the_place_is_for_the_user_to_choose(project: Path) -> None:
    nanlint("--cache-dir", "told", cwd=project)
    nanlint(cwd=project, environment={"NANLINT_CACHE_DIR": "environment"})
    lay_out(project, {"nanlint.toml": 'cache-dir = "configured"\n'})
    nanlint(cwd=project)
    assert not (project / DIRECTORY).exists()
    assert all((project / name / TAG).exists() for name in ("told", "environment", "configured"))


@pytest.mark.parametrize("content", [b"", b"\0", b"{}", b"0" * 64 + b"\n[]"])
def test_damaged_entries_are_made_anew(project: Path, content: bytes) -> None:
    first = nanlint(cwd=project).stdout
    good = {entry: entry.read_bytes() for entry in entries(project)}
    for entry in good:
        entry.write_bytes(content or good[entry][: len(good[entry]) // 2])
    assert nanlint(cwd=project).stdout == first
    assert {entry: entry.read_bytes() for entry in entries(project)} == good


def test_a_directory_that_cannot_be_written_is_a_warning(project: Path) -> None:
    expected = nanlint("--no-cache", cwd=project)
    project.chmod(0o555)
    ran = nanlint(cwd=project, obey_permissions=True)
    project.chmod(0o755)
    assert (ran.returncode, ran.stdout) == (expected.returncode, expected.stdout)
    (line,) = ran.stderr.splitlines()
    assert line.startswith("warning: ")
    assert "cannot keep results here: Permission denied; --no-cache goes without" in line


def test_a_file_in_the_place_of_the_directory_is_a_warning(project: Path) -> None:
    lay_out(project, {DIRECTORY: "mine"})
    ran = nanlint("constants.py", cwd=project)
    assert ran.returncode == 0
    assert ran.stderr.startswith("warning: ")
    assert (project / DIRECTORY).read_text(encoding="utf-8") == "mine"


def test_a_directory_of_other_things_is_left_alone(project: Path) -> None:
    month_ago = time.time() - 31 * 24 * 3600
    precious = project / "mine" / "notes" / f"{'0' * 64}.json"
    lay_out(project, {str(precious.relative_to(project)): ""})
    os.utime(precious, (month_ago, month_ago))
    ran = nanlint("--cache-dir", "mine", "constants.py", cwd=project)
    assert (ran.returncode, ran.stdout) == (0, "No findings in 1 file\n")
    assert ran.stderr.startswith("warning: ")
    assert "mine: holds other things; results are kept in a place of their own; --no-cache goes without" in ran.stderr
    assert [path.name for path in (project / "mine").iterdir()] == ["notes"]
    assert precious.exists()


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: nanlint(cwd=project), range(4)))
    assert len({(one.returncode, one.stdout, one.stderr) for one in ran}) == 1
    assert not imports_libcst(project)


def test_what_nobody_uses_is_removed_after_a_month(project: Path) -> None:
    nanlint("constants.py", cwd=project)
    (old,) = entries(project)
    nanlint(cwd=project)
    kept = set(entries(project)) - {old}
    older = project / DIRECTORY / "0.0.1" / f"{'0' * 64}.json"
    lay_out(project, {str(older.relative_to(project)): ""})
    month_ago = time.time() - 31 * 24 * 3600
    for path in (old, older, project / DIRECTORY / "pruned"):
        os.utime(path, (month_ago, month_ago))
    put(project, "train.py", 1)
    nanlint("train.py", cwd=project)
    assert not old.exists()
    assert not older.parent.exists()
    assert kept
    assert kept <= set(entries(project))


def test_clean_removes_caches_and_nothing_else(project: Path) -> None:
    lay_out(project, {"below/a.py": CLEAN, "mine/.nanlint_cache/thesis.txt": "", "chosen/thesis.txt": ""})
    nanlint(cwd=project)
    nanlint(cwd=project / "below")
    nanlint("--cache-dir", "told", cwd=project)
    ran = nanlint("clean", "--cache-dir", "told", cwd=project)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert sorted(ran.stderr.splitlines()) == [
        "Removed .nanlint_cache",
        "Removed below/.nanlint_cache",
        "Removed told",
    ]
    assert sorted(path.name for path in project.rglob("*cache*")) == [DIRECTORY]
    assert nanlint("clean", "--cache-dir", "chosen", cwd=project).stderr == ""
    assert (project / "chosen" / "thesis.txt").exists()
