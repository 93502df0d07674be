"""A run on a part of a project: comments and known findings that the rest may need stay, the others are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.tools import lay_out, nanlint

LIBRARY = """\
import torch.nn.functional as F


def loss(p, y):
    return F.cross_entropy(p, y)  # nanlint: ignore[NAN301]
"""
CALLER = """\
import torch
from library import loss


def f(z, y):
    return loss(torch.softmax(z, dim=1), y)
"""
STALE = "import torch\n\nx = torch.ones(3)  # nanlint: ignore[NAN101]\n"
CLEAN = "No findings in 1 file\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """`src/library.py` has a comment for the sake of `src/caller.py`; that of `src/stale.py` has no use."""
    lay_out(tmp_path, {"pyproject.toml": "", "src/library.py": LIBRARY, "src/caller.py": CALLER, "src/stale.py": STALE})
    return tmp_path


def test_a_comment_for_the_sake_of_a_file_that_is_not_linted_stays(project: Path) -> None:
    ran = nanlint("src/library.py", "--fix", cwd=project)
    assert (ran.returncode, ran.stdout) == (0, CLEAN)
    assert (project / "src/library.py").read_text() == LIBRARY
    (project / "src/caller.py").write_text("import torch\n")
    assert "src/library.py:5:35: note[NAN001]" in nanlint("src/library.py", cwd=project).stdout


def test_a_comment_that_nothing_else_has_to_do_with_is_judged(project: Path) -> None:
    ran = nanlint("library.py", "stale.py", "--output-format", "concise", cwd=project / "src")
    assert [line.split(" ")[:3] for line in ran.stdout.splitlines()] == [["stale.py:3:20:", "note", "NAN001"]]


def test_what_a_linted_file_gets_from_one_that_is_not_may_need_a_comment(project: Path) -> None:
    caller = CALLER.replace("def f(z, y):", "def f(z, y):  # nanlint: ignore[NAN101]")
    lay_out(project, {"src/caller.py": caller})
    assert nanlint("src/caller.py", cwd=project).stdout == CLEAN
    assert "caller.py:5:15: note[NAN001]" in nanlint("src/caller.py", "src/library.py", cwd=project).stdout


def test_what_is_found_for_the_sake_of_a_file_that_is_not_linted_stays_known(project: Path) -> None:
    lay_out(project, {"src/library.py": LIBRARY.partition("  #")[0] + "\n"})
    nanlint("--write-baseline", "known.json", "--ignore", "NAN001", cwd=project)
    before = (project / "known.json").read_bytes()
    assert b'"rule": "NAN301"' in before
    arguments = ("src/library.py", "src/stale.py", "--ignore", "NAN001")
    for action in ("--prune-baseline", "--fix"):
        ran = nanlint(*arguments, action, "--baseline", "known.json", cwd=project)
        assert (ran.returncode, "known.json" in ran.stderr) == (0, False), ran.stderr
    nanlint(*arguments, "--write-baseline", "known.json", cwd=project)
    assert (project / "known.json").read_bytes() == before
    (project / "src/caller.py").write_text("import torch\n")
    ran = nanlint(*arguments, "--prune-baseline", "--baseline", "known.json", cwd=project)
    assert ran.stderr == "known.json: 1 finding taken out, no longer found\n"


def test_a_part_of_the_project_is_one_from_within_it_too(project: Path) -> None:
    lay_out(project, {"src/caller.py": "import torch\n", "tests/use.py": CALLER.replace("library", "src.library")})
    assert judged(project / "src") == {"stale.py"}
    lay_out(project, {"tests/use.py": "import torch\n"})
    assert judged(project / "src") == {"library.py", "stale.py"}


def test_a_directory_that_one_may_not_look_into_is_2_and_told(project: Path) -> None:
    (project / "src").chmod(0)
    try:
        ran = nanlint("src", cwd=project, obey_permissions=True)
    finally:
        (project / "src").chmod(0o700)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1] == "error: src: cannot be read: Permission denied"
    assert all(line.startswith("error: ") for line in ran.stderr.splitlines())


def judged(directory: Path) -> set[str]:
    """The files of a directory with a comment that is told to be unused."""
    ran = nanlint("--output-format", "concise", cwd=directory)
    assert all("NAN001" in line for line in ran.stdout.splitlines())
    return {line.split(":")[0] for line in ran.stdout.splitlines()}
