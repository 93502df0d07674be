"""The parts of the README and of docs that are made from the tool: `python -m tests.readme` writes them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

from nanlint.configuration.table import markdown
from nanlint.docs import FAMILIES
from nanlint.rules.registry import all_rules

ROOT = Path(__file__).parent.parent
PATH = ROOT / "README.md"
KEYS = ROOT / "docs" / "configuration.md"
PAGES = (PATH, *sorted((ROOT / "docs").glob("*.md")))

SHOWN = {
    "finding": "--ignore high-learning-rate tests/examples/buggy/classifier.py",
    "diff": "--diff tests/examples/buggy/depth.py",
}
"""What the README shows, by marker: arguments of `nanlint`."""


def updated(text: str) -> str:
    """The README with its generated parts as they should be today."""
    for marker, arguments in SHOWN.items():
        text = _replaced(text, marker, f"```console\n$ nanlint {arguments}\n{printed(arguments)}```\n")
    return _replaced(text, "rules", rules_table())


def updated_keys(text: str) -> str:
    """The page on configuration with today's table of keys."""
    return _replaced(text, "keys", markdown())


def printed(arguments: str) -> str:
    """What `nanlint` prints, without colour, from the root of the repository."""
    command = [sys.executable, "-m", "nanlint", "--no-cache", *arguments.split()]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 1, run.stderr
    return run.stdout.strip("\n") + "\n"


def rules_table() -> str:
    """Code and name of every rule, by family."""
    rows = []
    for family, rules in groupby(sorted(all_rules(), key=lambda rule: rule.code), lambda rule: rule.code[:4]):
        names = ", ".join(f"`{rule.name}`" for rule in rules)
        rows.append(f"| {family}xx | {FAMILIES[family]} | {names} |\n")
    return f"| codes | what | rules |\n|---|---|---|\n{''.join(rows)}"


def _replaced(text: str, marker: str, content: str) -> str:
    before, begin, rest = text.partition(f"<!-- {marker}: generated -->\n")
    _, end, after = rest.partition(f"<!-- end of {marker} -->")
    assert begin and end, f"the page has no part {marker}"
    return before + begin + content + end + after


def commands(text: str) -> list[str]:
    """The blocks of shell commands that install something."""
    blocks: list[str] = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "pip install" in block]


if __name__ == "__main__":
    PATH.write_text(updated(PATH.read_text(encoding="utf-8")), encoding="utf-8")
    KEYS.write_text(updated_keys(KEYS.read_text(encoding="utf-8")), encoding="utf-8")
