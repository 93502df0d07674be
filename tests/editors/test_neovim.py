"""The guide's snippets in a real Neovim, an old and a new one: findings are shown, and fixed on saving."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.tools import nanlint
from tests.editors.snippets import BUGGY, FIXES, environment, snippet

DRIVE = """
local function wait(what, holds)
  if vim.wait(60000, holds, 20) then return end
  io.stderr:write("waited in vain for " .. what .. "\\n")
  vim.cmd("cquit 1")
end

wait("the findings", function() return #vim.diagnostic.get(0) == 2 end)
vim.cmd("write")
wait("the clean text", function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd("quitall")
"""


def neovim(first: tuple[int, int], last: tuple[int, int]) -> str:
    """A Neovim of those versions, from the directories of PATH."""
    seen = []
    for directory in os.get_exec_path():
        program = Path(directory) / "nvim"
        if program.is_file():
            told = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
            found = re.match(r"NVIM v(\d+)\.(\d+)", told)
            assert found is not None, told
            seen.append((int(found[1]), int(found[2])))
            if first <= seen[-1] <= last:
                return str(program)
    raise AssertionError(f"no Neovim from {first} to {last} on PATH, only {seen}")


@pytest.mark.program("nvim")
@pytest.mark.parametrize(
    ("heading", "first", "last"),
    [("Neovim 0.7 to 0.10", (0, 7), (0, 10)), ("Neovim 0.11 and later", (0, 11), (9, 0))],
)
def test_a_snippet(heading: str, first: tuple[int, int], last: tuple[int, int], tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "train.py").write_text(BUGGY)
    init = snippet("neovim.md", heading) + snippet("neovim.md", "All of them: the fixes on saving")
    (tmp_path / "init.lua").write_text(init)
    (tmp_path / "drive.lua").write_text(DRIVE)
    ran = subprocess.run(
        [neovim(first, last), "--headless", "-u", tmp_path / "init.lua", "-i", "NONE", "-n",
         "train.py", "-c", f"luafile {tmp_path / 'drive.lua'}"],
        cwd=work, env=environment(tmp_path), capture_output=True, encoding="utf-8", timeout=180, check=False,
    )  # fmt: skip
    assert ran.returncode == 0 and "Error" not in ran.stderr, ran.stderr
    text = (work / "train.py").read_text()
    assert all(fix in text for fix in FIXES)
    assert nanlint("train.py", cwd=work).returncode == 0
