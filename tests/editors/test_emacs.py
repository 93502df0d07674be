"""The guide's snippets in a real Emacs with Eglot: findings are shown, and fixed on saving."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.tools import nanlint
from tests.editors.snippets import BUGGY, FIXES, environment, snippet

DRIVE = """
(defun wait (what holds)
  (with-timeout (60 (message "waited in vain for %s" what) (kill-emacs 1))
    (while (not (funcall holds)) (accept-process-output nil 0.05))))

(defun count-findings ()
  (length (seq-filter (lambda (one) (eq (flymake-diagnostic-buffer one) (current-buffer))) (flymake-diagnostics))))

(find-file "train.py")
(eglot-ensure)
(run-hooks 'post-command-hook)
(wait "the server" #'eglot-current-server)
(flymake-start)
(wait "the findings" (lambda () (= (count-findings) 2)))
(set-buffer-modified-p t)
(save-buffer)
(wait "the clean text" (lambda () (= (count-findings) 0)))
(eglot-shutdown (eglot-current-server))
(kill-emacs 0)
"""


@pytest.mark.program("emacs")
def test_the_snippets(tmp_path: Path) -> None:
    program = shutil.which("emacs")
    assert program is not None, "emacs is not installed"
    work = tmp_path / "work"
    work.mkdir()
    (work / "train.py").write_text(BUGGY)
    init = snippet("emacs.md", "nanlint in Emacs") + snippet("emacs.md", "The fixes on saving")
    (tmp_path / "init.el").write_text(init)
    (tmp_path / "drive.el").write_text(DRIVE)
    ran = subprocess.run(
        [program, "--batch", "--no-init-file", "-l", tmp_path / "init.el", "-l", tmp_path / "drive.el"],
        cwd=work, env=environment(tmp_path), capture_output=True, encoding="utf-8", timeout=180, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    text = (work / "train.py").read_text()
    assert all(fix in text for fix in FIXES)
    assert nanlint("train.py", cwd=work).returncode == 0
