"""Diffs, judged by the tools that take them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.fixing.diff import unified_diff
from tests.cli.tools import git


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a\nb\nc\n", "a\nB\nc\n", id="one line"),
        pytest.param("a\nb", "a\nB", id="no newline at the end"),
        pytest.param("a\nb", "a\nb\n", id="a newline comes"),
        pytest.param("a\nb\n", "a\nb", id="a newline goes"),
        pytest.param("a\r\nb\r\n", "a\r\nB\r\n", id="carriage returns"),
        pytest.param("a\x0c\nb\x0bc\nd\x85\u2028e\n", "a\x0c\nb\x0bC\nd\x85\u2028e\n", id="form feeds end no line"),
        pytest.param("a\n" * 50 + "b\n", "x\n" + "a\n" * 50, id="far apart"),
        pytest.param("", "a\n", id="into an empty file"),
        pytest.param("\ufeffa\nb\n", "\ufeffa\nB\n", id="byte order mark"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "src" / "a b.py"
    path.parent.mkdir()
    path.write_bytes(before.encode())
    (tmp_path / "diff").write_bytes(unified_diff("src/a b.py", before, after).encode())
    git(tmp_path, "apply", "--whitespace=nowarn", "diff")
    assert path.read_bytes() == after.encode()


def test_headers_name_the_path_below_a_and_b() -> None:
    assert unified_diff("src/a.py", "a\n", "b\n").splitlines()[:2] == ["--- a/src/a.py", "+++ b/src/a.py"]
    assert unified_diff("/src/a.py", "a\n", "b\n").splitlines()[:2] == ["--- a/src/a.py", "+++ b/src/a.py"]


def test_no_change_is_no_diff() -> None:
    assert unified_diff("a.py", "a\n", "a\n") == ""
