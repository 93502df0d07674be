"""Our codes in `# noqa` beside the real Ruff, which leaves them alone where its settings say so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tools import lay_out, nanlint, plain_environment

CODE = "import torch\n\n\ndef f(p: torch.Tensor) -> torch.Tensor:\n    return torch.log(p)  # noqa: NAN101\n"


@pytest.mark.parametrize(("settings", "code"), [("", 1), ('external = ["NAN"]\n', 0)])
def test_ruff_keeps_our_comments_if_it_is_told_of_us(tmp_path: Path, settings: str, code: int) -> None:
    lay_out(tmp_path, {"a.py": CODE, "ruff.toml": f'[lint]\nselect = ["RUF"]\n{settings}'})
    assert nanlint("a.py", cwd=tmp_path).stdout == "No findings in 1 file\n"
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--fix", "--exit-non-zero-on-fix", "a.py"],
        cwd=tmp_path,
        env=plain_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert ("noqa" in (tmp_path / "a.py").read_text(encoding="utf-8")) == (code == 0)
