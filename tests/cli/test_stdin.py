"""Standard input: linted as the file of its name, handed back fixed, with everything else on the other stream."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tools import lay_out, nanlint, plain_environment
from tests.notebooks.tools import content

BUG, FIXED = "torch.log(torch.softmax(x, dim=-1))", "torch.log_softmax(x, dim=-1)"
PROVEN = f"import torch\n\n\ndef loss(x):\n    return {BUG}\n"
HEAD = "import torch\n\n\ndef head(x):\n    return torch.softmax(x, dim=-1)\n"
USER = "import torch\nfrom head import head\n\nloss = torch.log(head(torch.randn(3)))\n"


def piped(text: str | bytes, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs the command with a text on its standard input; what it prints is not decoded."""
    return subprocess.run(
        [sys.executable, "-m", "nanlint", *arguments],
        cwd=cwd,
        env=plain_environment(),
        input=text if isinstance(text, bytes) else text.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_text_is_linted(tmp_path: Path) -> None:
    ran = piped(PROVEN, "-", "--output-format", "concise", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"-:5:12: error NAN201 [*] ")
    assert list(tmp_path.iterdir()) == []


def test_the_name_is_what_findings_say_and_no_file_is_needed(tmp_path: Path) -> None:
    ran = piped(PROVEN, "--stdin-filename", "src/train.py", "--output-format", "concise", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"src/train.py:5:12: error NAN201 [*] ")


def test_settings_are_those_of_the_name(tmp_path: Path) -> None:
    lay_out(tmp_path, {"src/nanlint.toml": 'select = ["NAN4"]\n', "nanlint.toml": 'select = ["NAN2"]\n'})
    assert piped(PROVEN, "-", "--stdin-filename", "src/train.py", cwd=tmp_path).returncode == 0
    assert piped(PROVEN, "-", "--stdin-filename", "train.py", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("marked", [True, False], ids=["project", "directory"])
def test_the_files_beside_it_are_its_program(tmp_path: Path, marked: bool) -> None:
    lay_out(tmp_path, {"a/head.py": HEAD, "a/train.py": "", **({"pyproject.toml": ""} if marked else {})})
    ran = piped(USER, "-", "--stdin-filename", "a/train.py", "--output-format", "json", cwd=tmp_path)
    (finding,) = json.loads(ran.stdout)["findings"]
    assert (finding["path"], finding["level"]) == ("a/train.py", "error")
    assert "a/head.py" in {step["path"] for step in finding["evidence"]}


def test_fix_hands_the_text_back_and_reports_on_the_other_stream(tmp_path: Path) -> None:
    rest = "\n\ny = torch.log(torch.tensor(0.0))\n"
    ran = piped(PROVEN + rest, "-", "--fix", "--fail-on", "note", cwd=tmp_path)
    assert (ran.returncode, ran.stdout.decode()) == (1, PROVEN.replace(BUG, FIXED) + rest)
    told = ran.stderr.decode().splitlines()
    assert told[0] == "Fixed 1 finding in 1 file"
    assert told[1].startswith("-:8:5: note[NAN101]")


def test_fix_of_a_file_s_text_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PROVEN)
    ran = piped("import os\n" + PROVEN, "--stdin-filename", "a.py", "--fix", cwd=tmp_path)
    assert (ran.returncode, ran.stdout.decode()) == (0, "import os\n" + PROVEN.replace(BUG, FIXED))
    assert (tmp_path / "a.py").read_text() == PROVEN


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PROVEN.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf" + PROVEN.encode(), id="byte order mark"),
        pytest.param(b"# coding: latin-1\n# \xe9\n" + PROVEN.encode(), id="latin-1"),
        pytest.param(content("import torch\nx = torch.randn(3)", f"!ls\n{BUG}").encode(), id="notebook"),
    ],
)
def test_fix_keeps_what_is_not_code(tmp_path: Path, text: bytes) -> None:
    name = "a.ipynb" if text.startswith(b"{") else "a.py"
    ran = piped(text, "--stdin-filename", name, "--fix", cwd=tmp_path)
    assert ran.stdout == text.replace(BUG.encode(), FIXED.encode())


def test_fix_of_nothing_hands_back_what_came(tmp_path: Path) -> None:
    text = "import torch\r\nx = 1\n"
    ran = piped(text, "-", "--fix", cwd=tmp_path)
    assert (ran.returncode, ran.stdout.decode()) == (0, text)


@pytest.mark.parametrize(("text", "problem"), [("x = (\n", "-:1:5: syntax error: "), ("\0", "-:1: holds NUL bytes")])
def test_what_cannot_be_linted_is_2_and_comes_back(tmp_path: Path, text: str, problem: str) -> None:
    ran = piped(text, "-", "--fix", cwd=tmp_path)
    assert (ran.returncode, ran.stdout.decode()) == (2, text)
    assert ran.stderr.decode().startswith(f"error: {problem}")
    assert piped(text, "-", cwd=tmp_path).returncode == 2


def test_diff_shows_what_fix_would_do(tmp_path: Path) -> None:
    ran = piped(PROVEN, "--stdin-filename", "a.py", "--diff", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.decode().splitlines()[:2] == ["--- a/a.py", "+++ b/a.py"]
    assert f"-    return {BUG}\n+    return {FIXED}\n" in ran.stdout.decode()
    assert ran.stderr.decode() == "Would fix 1 finding in 1 file\n"


def test_an_excluded_name_is_linted_unless_exclusion_is_forced(tmp_path: Path) -> None:
    arguments = ("--stdin-filename", "old/a.py", "--exclude", "old")
    assert piped(PROVEN, *arguments, cwd=tmp_path).returncode == 1
    ran = piped(PROVEN, *arguments, "--force-exclude", "--fix", cwd=tmp_path)
    assert (ran.returncode, ran.stdout.decode()) == (0, PROVEN)


def test_a_comment_that_callers_may_need_is_no_finding(tmp_path: Path) -> None:
    text = "import torch\n\n\ndef f(x):\n    return x + 1  # nanlint: ignore[NAN101]\n"
    (tmp_path / "a.py").write_text(text)
    assert "NAN001" in nanlint("a.py", cwd=tmp_path).stdout
    assert piped(text, "--stdin-filename", "a.py", "--fix", cwd=tmp_path).stdout.decode() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-", "a.py"), "standard input is linted by itself, not with a.py"),
        (("-", "--changed"), "standard input and --changed do not go together"),
        (("-", "--watch"), "standard input cannot be watched"),
        (("-", "--write-baseline", "b.json"), "standard input and --write-baseline do not go together"),
        (("-", "--add-ignores"), "standard input and --add-ignores do not go together"),
    ],
)
def test_what_does_not_go_with_it_is_said(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = piped(PROVEN, *arguments, cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr.decode()) == (2, b"", f"error: {message}\n")
