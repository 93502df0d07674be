"""A framework is one table: with nothing but that, the rules find hazards in its code and fix them in its words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from nanlint import fix_source, lint_source
from nanlint.domain.vocabulary import Op
from tests.cli.tools import plain_environment
from tests.plugins.pebbles import FIXED, FOUND, PROJECT, SCRIPT

TABLE = PROJECT / "nanlint_pebble" / "frameworks.py"

WITH_THE_TABLE = """\
import json, sys
import nanlint.frameworks

nanlint.frameworks.__path__.append(sys.argv[1])
from nanlint import fix_source, lint_source

script = sys.stdin.read()
report = lint_source(script)
assert not report.problems, report.problems
found = [(one.place.line, one.code, one.level.label) for one in report.findings]
print(json.dumps([found, fix_source(script, unsafe=True).text]))
"""
"""The directory of tables gets one more file; the process is a new one, since tables are read once."""


def test_a_table_of_a_dozen_operations_is_all_that_a_framework_needs(tmp_path: Path) -> None:
    assert lint_source(SCRIPT).findings == ()
    assert not fix_source(SCRIPT, unsafe=True).changed
    shutil.copy(TABLE, tmp_path / "pebble.py")
    command = [sys.executable, "-c", WITH_THE_TABLE, str(tmp_path)]
    ran = subprocess.run(
        command, input=SCRIPT, cwd=tmp_path, env=plain_environment(), capture_output=True, encoding="utf-8", check=True
    )
    found, fixed = json.loads(ran.stdout)
    assert [tuple(one) for one in found] == FOUND
    assert fixed == FIXED


def test_the_table_is_a_dozen_lines_of_data() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert text.count("call(Op.") == 12 <= len(Op)
    assert "def " not in text
