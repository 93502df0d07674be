"""`@FILE` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.cli.arguments import expanded
from nanlint.settings import SettingsError
from tests.cli.tools import lay_out, nanlint

PROVEN = "import torch\n\n\ndef loss(x):\n    return torch.log(torch.softmax(x, dim=-1))\n"


def test_a_list_stands_for_its_lines(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": PROVEN, "b c.py": PROVEN, "d.py": PROVEN, "list.txt": "a.py\r\n\nb c.py"})
    ran = nanlint("--output-format", "concise", "@list.txt", cwd=tmp_path)
    assert ran.returncode == 1
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == ["a.py", "b c.py"]


def test_lines_may_be_options(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("\ufeff--select\nNAN2\n@other\n", encoding="utf-8")
    assert expanded(["a.py", f"@{tmp_path / 'list'}", "b.py"]) == ["a.py", "--select", "NAN2", "@other", "b.py"]


def test_a_path_may_begin_with_the_sign(tmp_path: Path) -> None:
    assert expanded(["./@types/a.py", "a@b.py"]) == ["./@types/a.py", "a@b.py"]


def test_a_missing_list_is_2_and_one_line(tmp_path: Path) -> None:
    ran = nanlint("@missing", cwd=tmp_path)
    expected = "error: @missing: the list missing cannot be read: No such file or directory\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", expected)


@pytest.mark.parametrize("content", [b"\xff", None])
def test_what_is_no_list_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"is not UTF-8|cannot be read: Is a directory"):
        expanded([f"@{path}"])
