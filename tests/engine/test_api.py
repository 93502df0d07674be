"""The Python API on real files: lint, fix, many files, bad files."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nanlint
from nanlint.api import fix_file, fix_paths, fix_source, lint_file, lint_paths, lint_source
from nanlint.findings import Level
from nanlint.running.pool import SERIAL_UP_TO, for_each
from nanlint.running.screen import may_matter
from nanlint.settings import Settings, SettingsError

HEAD = "import torch\n\n\ndef f(x):\n"
BUG = HEAD + "    return torch.log(torch.softmax(x, dim=-1))\n"
FIXED = HEAD + "    return torch.log_softmax(x, dim=-1)\n"


def test_a_text() -> None:
    report = lint_source(BUG, "train.py")
    assert [(f.place.path, f.place.line, f.code, f.level) for f in report.findings] == [
        ("train.py", 5, "NAN201", Level.ERROR)
    ]
    assert (report.problems, report.warnings, report.text) == ((), (), BUG)
    assert lint_source(FIXED).findings == ()
    assert lint_source("").problems == ()


def test_settings_select(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(BUG)
    assert lint_file(path, Settings(ignore=("log-of-softmax", "NAN1"))).findings == ()
    assert [f.code for f in lint_file(path, Settings(select=("NAN1",))).findings] == ["NAN101"]
    for call in (lint_file, lint_source, fix_file, fix_source):
        with pytest.raises(SettingsError, match="did you mean log-of-softmax"):
            call(str(path), settings=Settings(select=("log-of-softmix",)))


def test_fix_of_a_text_and_a_second_run() -> None:
    result = fix_source(BUG)
    assert (result.text, dict(result.applied), result.changed) == (FIXED, {"NAN201": 1}, True)
    assert result.report.findings == ()
    again = fix_source(FIXED)
    assert (again.text, again.applied, again.changed) == (FIXED, {}, False)


def test_fix_of_a_text_keeps_its_byte_order_mark() -> None:
    assert fix_source("\ufeff" + BUG).text == "\ufeff" + FIXED
    assert fix_source("\ufeffx = 1").text == "\ufeffx = 1"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("cut", [0, 1], ids=["last newline", "no last newline"])
def test_fix_of_a_file_touches_nothing_else(tmp_path: Path, newline: str, mark: bytes, cut: int) -> None:
    def content(text: str) -> bytes:
        return mark + text.rstrip("\n" * cut).replace("\n", newline).encode()

    path = tmp_path / "a.py"
    path.write_bytes(content(BUG))
    path.chmod(0o755)
    assert fix_file(path, write=False).changed
    assert path.read_bytes() == content(BUG)
    assert fix_file(path).changed
    assert path.read_bytes() == content(FIXED)
    assert path.stat().st_mode & 0o777 == 0o755
    stamp = path.stat().st_mtime_ns
    assert not fix_file(path).changed
    assert path.stat().st_mtime_ns == stamp


def test_fix_of_a_file_keeps_encoding_form_feeds_tabs_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    text = "# coding: latin-1\nimport torch  # é\n\f\ndef f(x):\t# é\n\tp = {}  # é\n\n\t# é\n\treturn p\t\n"
    path.write_bytes(text.format("torch.log(torch.softmax(x, dim=-1))").encode("latin-1"))
    assert dict(fix_file(path).applied) == {"NAN201": 1}
    assert path.read_bytes() == text.format("torch.log_softmax(x, dim=-1)").encode("latin-1")


def test_fix_that_cannot_be_written_is_a_problem_and_the_findings_stay(tmp_path: Path) -> None:
    """Four bytes that UTF-7 would spell otherwise."""
    path = tmp_path / "a.py"
    content = b"# coding: utf-7\n" + BUG.encode().replace(b"f(x)", b"f(x): # +AGE-")
    path.write_bytes(content)
    result = fix_file(path)
    assert not result.changed
    assert [finding.code for finding in result.report.findings] == ["NAN201"]
    assert "not written" in str(*result.report.problems)
    assert path.read_bytes() == content


def test_a_name_of_another_scope_does_not_make_a_line_superfluous() -> None:
    text = (
        HEAD + "    p = torch.softmax(x, dim=-1)\n    return p\n\n\nx = torch.randn(3)\np = f(x)\nloss = torch.log(p)\n"
    )
    assert fix_source(text).text == text.replace("torch.log(p)", "torch.log_softmax(x, dim=-1)")


def test_unsafe_fixes_are_asked_for() -> None:
    code = HEAD + "    return torch.log(torch.relu(x))\n"
    assert not fix_source(code).changed
    assert fix_source(code, unsafe=True).changed


BAD = {
    "syntax.py": (b"def f(:\n", ":1:7: syntax error: invalid syntax"),
    "python2.py": (b"import torch\nprint 'x\n", ":2:7: syntax error: unterminated string literal"),
    "bytes.py": (b"x = '\xff'\n", ":1: is not utf-8"),
    "nul.py": (b"import torch\n\0", ":2: holds NUL bytes"),
    "large.py": (b"#" * 10_000_000, ": is too large: 10.0 MB"),
    "deep.py": (b"x = " + b"(" * 5000 + b")" * 5000, ":1: nested too deeply"),
}


def bad_files(folder: Path) -> list[Path]:
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    (folder / "folder.py").mkdir()
    return [*(folder / name for name in BAD), folder / "folder.py", folder / "missing.py"]


def test_bad_files_get_one_line_each_and_stop_nobody(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(BUG)
    (tmp_path / "empty.py").write_text("")
    paths = [*bad_files(tmp_path), tmp_path / "good.py", tmp_path / "empty.py"]
    report = lint_paths(paths)
    assert [file.path for file in report.files] == [str(path) for path in paths]
    said = [str(problem).removeprefix(str(tmp_path) + os.sep) for problem in report.problems]
    assert len(said) == len(paths) - 2
    for line, (name, (_, reason)) in zip(said, BAD.items(), strict=False):
        assert line.startswith(name + reason)
        assert "\n" not in line
    assert said[-2:] == ["folder.py: is a directory", "missing.py: cannot be read: No such file or directory"]
    assert [finding.code for finding in report.findings] == ["NAN201"]
    assert report.exit_code(Level.WARNING) == 2


def test_bad_files_are_not_written(tmp_path: Path) -> None:
    paths = bad_files(tmp_path)
    results = fix_paths(paths)
    assert [len(result.report.problems) for result in results] == [1] * len(paths)
    assert not any(result.changed for result in results)
    assert all((tmp_path / name).read_bytes() == content for name, (content, _) in BAD.items())


def test_exit_code_follows_the_level(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(BUG)
    assert lint_paths([path]).exit_code(Level.ERROR) == 1
    path.write_text(HEAD + "    return torch.log(x)\n")
    assert [finding.level for finding in lint_paths([path]).findings] == [Level.NOTE]
    assert lint_paths([path]).exit_code(Level.WARNING) == 0
    assert lint_paths([path]).exit_code(Level.NOTE) == 1
    assert lint_paths([]).exit_code(Level.STRICT) == 0


def run(code: str, *arguments: str) -> str:
    """What a process of its own prints; a pool forks, which a test process full of threads should not."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_many_files_in_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    for number in range(SERIAL_UP_TO + 6):
        text = BUG.replace("def f(x):", f"def f{number}(x):") if number % 3 else "def (:\n"
        (tmp_path / f"{number:02}.py").write_text(text)
    paths = sorted(tmp_path.glob("*.py"))[::-1]
    printed = run(
        "import sys\nfrom nanlint.api import lint_paths\nprint(*lint_paths(sys.argv[1:]).files, sep='\\n')",
        *map(str, paths),
    )
    assert printed.splitlines() == [str(lint_file(path)) for path in paths]


DYING = """
import os, sys
from nanlint.running.pool import for_each
def work(path):
    if path in ("7", "19"):
        os._exit(1)
    return path
if __name__ == "__main__":
    heard = []
    results = for_each(work, [str(n) for n in range(40)], lambda path: f"died at {path}", heard.append)
    print(*results)
    print(sorted(heard) == sorted(results))
"""


def test_process_that_dies_takes_only_its_file_along(tmp_path: Path) -> None:
    script = tmp_path / "dying.py"
    script.write_text(DYING)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=True)
    expected = [f"died at {n}" if n in (7, 19) else str(n) for n in range(40)]
    assert done.stdout.splitlines() == [" ".join(expected), "True"]


def test_the_collector_and_the_recursion_limit_are_as_before() -> None:
    before = gc.isenabled(), sys.getrecursionlimit()
    for text in (BUG, "import torch\ndef f(:\n"):
        lint_source(text)
        assert (gc.isenabled(), sys.getrecursionlimit()) == before
    gc.disable()
    try:
        lint_source(BUG)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_few_files_take_no_process() -> None:
    assert for_each(lambda _: os.getpid(), ["a", "b"], lambda _: 0) == (os.getpid(),) * 2


def test_bug_of_ours_is_a_problem_with_its_place(tmp_path: Path) -> None:
    """A rule module that is broken, in a copy of the package."""
    package = tmp_path / "nanlint"
    shutil.copytree(Path(nanlint.__file__).parent, package)
    (package / "rules" / "nan999_broken.py").write_text(
        "from nanlint.rule import Rule\n"
        "def check(trace, limits):\n    yield 1 / 0\n"
        "RULE = Rule('NAN999', 'broken', '', '', check, 1)\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from nanlint.api import lint_source\n"
        "print(*lint_source('import torch\\n', 'a.py').problems)\n"
    )
    place = Path("nanlint", "rules", "nan999_broken.py")
    assert run(code) == f"a.py: internal error in nanlint: ZeroDivisionError: division by zero ({place}:3)\n"


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("import torch", True),
        ("import os, torch as t", True),
        ("import os; import numpy", True),
        ("try:\n\timport torch.nn\nexcept ImportError: pass", True),
        ("from torch.nn import functional as F", True),
        ("import os, \\\n    torch", True),
        ("def f():\n    from torch import nn", True),
        ("if a: import math", True),
        ("", False),
        ("import os\ntorch = 1", False),
        ("from . import models", False),
        ("import torchless", False),
        ("important = torch", False),
    ],
)
def test_screen_lets_pass_what_imports_a_framework(text: str, matters: bool) -> None:
    assert may_matter(text) is matters


def test_unparsed_files_need_no_parser() -> None:
    code = """
import sys
from nanlint.api import lint_source
assert lint_source("import os\\n").problems == ()
assert "libcst" not in sys.modules
import nanlint
assert nanlint.__version__ and "libcst" not in sys.modules
from nanlint import *
assert Rule is sys.modules["nanlint.rule"].Rule and callable(fix_source)
assert all(hasattr(nanlint, name) for name in nanlint.__all__) and not hasattr(nanlint, "nothing")
"""
    assert run(code) == ""


def test_newer_syntax_than_the_running_python_is_for_libcst_to_judge() -> None:
    assert lint_source("def f[T](x: T) -> T:\n    return x\n").problems == ()
