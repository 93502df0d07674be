"""On whole scripts: comments silence everything, and are gone without a trace when nobody needs them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.comments.ignoring import with_ignores
from nanlint.settings import Settings
from nanlint.text.source import from_text

SCRIPTS = sorted((Path(__file__).parents[1] / "examples").rglob("*.py"))
STRICT = Settings(strict=True)


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_comments_come_and_go(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    findings = [finding for finding in lint_source(text, "a.py", STRICT).findings if finding.code != "NAN001"]
    done = with_ignores(from_text(text, "a.py"), findings, "for now")
    assert (done.number, done.failed) == (len(findings), ())
    assert ast.dump(ast.parse(done.text)) == ast.dump(ast.parse(text))
    assert lint_source(done.text, "a.py", STRICT).findings == ()
    assert lint_source(done.text, "a.py").findings == ()
    useless = re.sub(r"# nanlint: ignore\[[^\]]*\] for now", "# nanlint: ignore[total-dropout]", done.text)
    assert fix_source(useless, "a.py", Settings(select=("NAN001",))).text == text
