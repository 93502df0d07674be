"""Every flag, exit code and stream of the command."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from nanlint import __version__, formats
from tests.cli.tools import git, lay_out, nanlint, plain_environment

PROVEN = """\
import torch


def loss(logits: torch.Tensor) -> torch.Tensor:
    return torch.log(torch.softmax(logits, dim=-1))
"""
FIXED = PROVEN.replace("torch.log(torch.softmax(logits, dim=-1))", "torch.log_softmax(logits, dim=-1)")
NOTED = """\
import torch


def entropy(p: torch.Tensor) -> torch.Tensor:
    return torch.log(p)
"""
CLEAN = """\
import torch


def scale(x: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(x) * 2
"""
UNKNOWN = """\
import torch


def ratio(a, b):
    return a / b
"""
BROKEN = "def f(:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"proven.py": PROVEN, "noted.py": NOTED, "clean.py": CLEAN, "unknown.py": UNKNOWN})
    return tmp_path


def codes(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """The codes of a report in JSON."""
    return [finding["code"] for finding in json.loads(ran.stdout)["findings"]]


class TestExitCodes:
    def test_nothing_found_is_0(self, project: Path) -> None:
        ran = nanlint("clean.py", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "No findings in 1 file\n", "")

    def test_an_error_is_1(self, project: Path) -> None:
        ran = nanlint("proven.py", "clean.py", cwd=project)
        assert ran.returncode == 1
        assert ran.stdout.startswith("proven.py:5:12: error[NAN201] log-of-softmax: ")
        assert ran.stdout.splitlines()[-1] == "1 error in 1 of 2 files; 1 fixable with --fix"
        assert ran.stderr == ""

    @pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 0), ("note", 1), ("strict", 1)])
    def test_a_note_fails_from_its_level_on(self, project: Path, level: str, code: int) -> None:
        ran = nanlint("noted.py", "--fail-on", level, cwd=project)
        assert ran.returncode == code
        assert ran.stdout.startswith("noted.py:5:12: note[NAN101] log-of-zero: ")

    def test_fail_on_strict_shows_what_it_fails_on(self, project: Path) -> None:
        assert nanlint("unknown.py", cwd=project).stdout == "No findings in 1 file\n"
        shown = nanlint("unknown.py", "--strict", cwd=project)
        failed = nanlint("unknown.py", "--fail-on", "strict", cwd=project)
        assert (shown.returncode, failed.returncode) == (0, 1)
        assert shown.stdout == failed.stdout
        assert shown.stdout.startswith("unknown.py:5:12: strict[NAN103] division-by-zero: ")

    @pytest.mark.parametrize(
        "arguments", [["--fail-on", "fatal"], ["--output-format", "xml"], ["--no-such-flag"], ["--select"]]
    )
    def test_a_wrong_command_line_is_2_and_reports_nothing(self, project: Path, arguments: list[str]) -> None:
        ran = nanlint(*arguments, cwd=project)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr

    def test_a_wrong_format_is_told_the_formats(self, project: Path) -> None:
        ran = nanlint("--output-format", "xml", cwd=project)
        assert ran.stderr == f"error: --output-format: 'xml' is none of {', '.join(formats.names())}\n"

    def test_an_interrupt_is_130(self, tmp_path: Path) -> None:
        functions = (NOTED.replace("entropy", f"entropy_{number}") for number in range(700))
        lay_out(tmp_path, {"noted.py": "".join(functions)})
        command = [sys.executable, "-m", "nanlint", "--output-format", "concise"]
        listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what runs in the background ignores it
        with subprocess.Popen(
            command, cwd=tmp_path, env=plain_environment(), stdout=-1, stderr=-1, preexec_fn=listen
        ) as process:
            assert process.stdout is not None
            process.stdout.read(1)  # the report is larger than a pipe: from here on the command waits for its reader
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (130, b"")


class TestPaths:
    def test_the_default_is_the_current_directory(self, project: Path) -> None:
        lay_out(project, {"src/deep/proven.py": PROVEN, ".venv/proven.py": PROVEN})
        ran = nanlint("--output-format", "concise", cwd=project)
        assert [line.split(":")[0] for line in ran.stdout.splitlines()] == [
            "noted.py",
            "proven.py",
            "src/deep/proven.py",
        ]

    def test_what_git_ignores_is_not_linted_unless_it_is_named(self, project: Path) -> None:
        git(project, "init", "--quiet")
        lay_out(project, {".gitignore": "proven.py\n"})
        assert nanlint(cwd=project).returncode == 0
        assert nanlint("proven.py", cwd=project).returncode == 1

    def test_a_missing_path_is_2_and_the_others_are_linted(self, project: Path) -> None:
        ran = nanlint("gone", "proven.py", cwd=project)
        assert ran.returncode == 2
        assert ran.stderr == "error: gone: does not exist\n"
        assert ran.stdout.splitlines()[-1] == "1 error in 1 of 1 file; 1 fixable with --fix; 1 failed"

    def test_a_file_that_does_not_parse_is_2_and_the_others_are_linted(self, project: Path) -> None:
        lay_out(project, {"broken.py": BROKEN})
        ran = nanlint(cwd=project)
        assert ran.returncode == 2
        assert re.fullmatch(r"error: broken\.py:1:\d+: .+\n", ran.stderr)
        assert "proven.py:5:12: error[NAN201]" in ran.stdout
        assert ran.stdout.splitlines()[-1].endswith(
            "in 2 of 4 files; 1 fixable with --fix, 1 more with --unsafe-fixes; 1 failed"
        )

    def test_unreadable_files_and_directories_are_2_and_the_others_are_linted(self, project: Path) -> None:
        lay_out(project, {"secret.py": PROVEN, "secrets/a.py": PROVEN})
        for name in ("secret.py", "secrets"):
            (project / name).chmod(0)
        ran = nanlint(cwd=project, obey_permissions=True)
        (project / "secrets").chmod(0o700)
        assert ran.returncode == 2
        assert [line.split(":")[1].strip() for line in ran.stderr.splitlines()] == ["secrets", "secret.py"]
        assert ran.stderr.count(": cannot be read: Permission denied\n") == 2
        assert "proven.py:5:12: error[NAN201]" in ran.stdout

    def test_an_unreadable_ignore_file_is_2_and_ignores_nothing(self, project: Path) -> None:
        lay_out(project, {".gitignore": "*.py"})
        (project / ".gitignore").chmod(0)
        ran = nanlint(".", "proven.py", cwd=project, obey_permissions=True)
        assert ran.returncode == 2
        assert ran.stderr == f"error: {project}/.gitignore: cannot be read: Permission denied\n"
        assert "proven.py:5:12: error[NAN201]" in ran.stdout

    def test_a_directory_loop_is_2_and_one_line(self, project: Path) -> None:
        (project / "loop").symlink_to(".")
        ran = nanlint("--output-format", "concise", cwd=project)
        assert ran.returncode == 2
        assert re.fullmatch(r"error: loop: is a symbolic link that leads back to .+: a loop\n", ran.stderr)
        assert ran.stdout.count("proven.py") == 1

    def test_a_directory_without_python_files_is_said(self, tmp_path: Path) -> None:
        ran = nanlint(cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (0, "No findings in 0 files\n")
        assert ran.stderr == "warning: no Python files in .\n"

    def test_directories_with_the_names_of_commands_are_linted_with_a_dot(self, tmp_path: Path) -> None:
        lay_out(tmp_path, {"rule/proven.py": PROVEN, "rules/proven.py": PROVEN})
        assert nanlint("./rule", "rules", cwd=tmp_path).stdout.splitlines()[-1].startswith("2 errors in 2 of 2 files")


class TestSelection:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            pytest.param([], ["NAN101", "NAN201"], id="all"),
            pytest.param(["--select", "NAN201"], ["NAN201"], id="select a code"),
            pytest.param(["--select", "NAN1"], ["NAN101", "NAN101"], id="select a prefix"),
            pytest.param(["--select", "log-of-softmax"], ["NAN201"], id="select a name"),
            pytest.param(["--select", "NAN4, nan2"], ["NAN201"], id="select a list"),
            pytest.param(["--select", "NAN4", "--select", "NAN2"], ["NAN201"], id="select twice"),
            pytest.param(["--ignore", "NAN1"], ["NAN201"], id="ignore a prefix"),
            pytest.param(["--ignore", "log-of-zero,NAN201"], [], id="ignore a list"),
            pytest.param(["--select", "NAN2", "--extend-select", "NAN101"], ["NAN101", "NAN201"], id="extend"),
        ],
    )
    def test_rules_by_code_prefix_and_name(self, project: Path, arguments: list[str], expected: list[str]) -> None:
        ran = nanlint("noted.py", "proven.py", "--output-format", "json", *arguments, cwd=project)
        assert codes(ran) == expected

    @pytest.mark.parametrize("flag", ["--select", "--ignore", "--extend-select"])
    def test_an_unknown_rule_is_one_line_with_the_nearest(self, project: Path, flag: str) -> None:
        ran = nanlint(flag, "log-of-sofmax", cwd=project)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert re.fullmatch(r"error: .*log-of-sofmax.*log-of-softmax.*\n", ran.stderr)


class TestFormats:
    def test_json_is_alone_on_stdout(self, project: Path) -> None:
        lay_out(project, {"broken.py": BROKEN})
        ran = nanlint("--output-format", "json", cwd=project, environment={"FORCE_COLOR": "1"})
        report = json.loads(ran.stdout)
        assert report["version"] == __version__
        assert [(finding["path"], finding["code"]) for finding in report["findings"]] == [
            ("noted.py", "NAN101"),
            ("proven.py", "NAN201"),
        ]
        (error,) = report["errors"]
        assert (error["path"], error["line"]) == ("broken.py", 1)
        assert ran.stderr.count("\n") == 1

    def test_the_edits_of_a_json_fix_do_what_fix_does(self, project: Path) -> None:
        ran = nanlint("proven.py", "--output-format", "json", cwd=project)
        fix = json.loads(ran.stdout)["findings"][0]["fix"]
        assert fix["applicability"] == "safe"
        lines = PROVEN.splitlines(keepends=True)
        for edit in sorted(fix["edits"], key=lambda edit: (edit["line"], edit["column"]), reverse=True):
            assert edit["line"] == edit["end_line"]
            line = lines[edit["line"] - 1]
            lines[edit["line"] - 1] = line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :]
        assert "".join(lines) == FIXED

    def test_concise_is_findings_and_nothing_else(self, project: Path) -> None:
        ran = nanlint("--output-format", "concise", cwd=project)
        noted, proven = ran.stdout.splitlines()
        assert noted.startswith("noted.py:5:12: note NAN101 ")
        assert proven.startswith("proven.py:5:12: error NAN201 [*] ")

    @pytest.mark.parametrize(
        ("environment", "coloured"),
        [
            pytest.param({}, False, id="a pipe"),
            pytest.param({"FORCE_COLOR": "1"}, True, id="forced"),
            pytest.param({"FORCE_COLOR": "0"}, False, id="not forced"),
            pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="forced and forbidden"),
        ],
    )
    def test_colour_in_a_pipe(self, project: Path, environment: dict[str, str], coloured: bool) -> None:
        ran = nanlint("proven.py", "gone.py", cwd=project, environment=environment)
        assert ("\x1b[" in ran.stdout, "\x1b[" in ran.stderr) == (coloured, coloured)

    @pytest.mark.parametrize(
        ("environment", "coloured"),
        [
            pytest.param({"TERM": "xterm"}, True, id="colour"),
            pytest.param({"TERM": "dumb"}, False, id="dumb"),
            pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, False, id="forbidden"),
        ],
    )
    def test_colour_in_a_terminal(self, project: Path, environment: dict[str, str], coloured: bool) -> None:
        terminal, stdout = pty.openpty()
        nanlint("clean.py", cwd=project, environment=environment, stdout=stdout)
        os.close(stdout)
        shown = os.read(terminal, 1000).decode()
        os.close(terminal)
        assert "No findings in 1 file" in shown
        assert ("\x1b[" in shown) == coloured

    def test_a_stream_without_the_characters_gets_escapes(self, tmp_path: Path) -> None:
        lay_out(tmp_path, {"损失.py": PROVEN})
        ran = nanlint("损失.py", "没有.py", cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"})
        assert ran.stdout.startswith("\\u635f\\u5931.py:5:12: error[NAN201]")
        assert ran.stderr == "error: \\u6ca1\\u6709.py: does not exist\n"

    def test_a_reader_that_goes_away_changes_nothing(self, project: Path) -> None:
        read, write = os.pipe()
        os.close(read)
        ran = subprocess.run(
            [sys.executable, "-m", "nanlint"],
            cwd=project,
            env=plain_environment(),
            stdout=write,
            stderr=-1,
            check=False,
        )
        os.close(write)
        assert (ran.returncode, ran.stderr) == (1, b"")

    def test_a_full_disk_is_2_and_said(self, project: Path) -> None:
        with Path("/dev/full").open("w") as full:
            ran = nanlint(cwd=project, stdout=full.fileno())
        assert (ran.returncode, ran.stderr) == (2, "error: cannot write the report: No space left on device\n")


class TestFixes:
    def test_diff_shows_the_safe_fix_and_writes_nothing(self, project: Path) -> None:
        before = (project / "proven.py").stat()
        ran = nanlint("--diff", cwd=project)
        assert ran.returncode == 1
        assert ran.stdout.splitlines()[:2] == ["--- a/proven.py", "+++ b/proven.py"]
        assert ran.stderr == "Would fix 1 finding in 1 file; 1 more with --unsafe-fixes\n"
        after = (project / "proven.py").stat()
        assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
        assert (project / "proven.py").read_text() == PROVEN

    def test_git_applies_the_diff_and_gets_what_fix_writes(self, project: Path) -> None:
        (project / "changes").write_text(nanlint("--diff", "--unsafe-fixes", cwd=project).stdout)
        git(project, "apply", "changes")
        applied = {path.name: path.read_text() for path in project.glob("*.py")}
        lay_out(project, {"proven.py": PROVEN, "noted.py": NOTED})
        assert nanlint("--fix", "--unsafe-fixes", cwd=project).stderr == "Fixed 2 findings in 2 files\n"
        assert {path.name: path.read_text() for path in project.glob("*.py")} == applied
        assert applied["proven.py"] == FIXED
        assert applied["noted.py"] != NOTED

    def test_diff_of_nothing_is_0(self, project: Path) -> None:
        ran = nanlint("clean.py", "noted.py", "--diff", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "Would fix nothing; 1 more with --unsafe-fixes\n")

    def test_diff_with_fix_writes_nothing(self, project: Path) -> None:
        assert nanlint("--diff", "--fix", cwd=project).returncode == 1
        assert (project / "proven.py").read_text() == PROVEN

    def test_diff_of_a_broken_file_is_2_and_shows_the_others(self, project: Path) -> None:
        lay_out(project, {"broken.py": BROKEN})
        ran = nanlint("--diff", cwd=project)
        assert ran.returncode == 2
        assert ran.stdout.startswith("--- a/proven.py\n")
        assert ran.stderr.startswith("error: broken.py:1:")

    def test_fix_applies_safe_fixes_and_reports_what_remains(self, project: Path) -> None:
        ran = nanlint("--fix", cwd=project)
        assert ran.returncode == 0
        assert ran.stderr == "Fixed 1 finding in 1 file\n"
        assert (project / "proven.py").read_text() == FIXED
        assert (project / "noted.py").read_text() == NOTED
        assert ran.stdout.splitlines()[-1] == "1 note in 1 of 4 files; 1 fixable with --fix --unsafe-fixes"

    def test_a_second_fix_changes_nothing(self, project: Path) -> None:
        nanlint("--fix", "--unsafe-fixes", cwd=project)
        texts = {path.name: path.read_text() for path in project.glob("*.py")}
        assert nanlint("--fix", "--unsafe-fixes", cwd=project).stderr == "Fixed nothing\n"
        assert {path.name: path.read_text() for path in project.glob("*.py")} == texts

    def test_fix_of_selected_rules_only(self, project: Path) -> None:
        assert nanlint("--fix", "--ignore", "NAN201", cwd=project).stderr == "Fixed nothing\n"
        assert (project / "proven.py").read_text() == PROVEN

    def test_json_after_a_fix_holds_what_remains(self, project: Path) -> None:
        ran = nanlint("--fix", "--output-format", "json", cwd=project)
        assert codes(ran) == ["NAN101"]

    def test_a_file_that_cannot_be_written_stays_and_is_2(self, project: Path) -> None:
        lay_out(project, {"locked/proven.py": PROVEN})
        (project / "locked").chmod(0o500)
        ran = nanlint("--fix", "locked", cwd=project, obey_permissions=True)
        (project / "locked").chmod(0o700)
        assert ran.returncode == 2
        assert "Fixed nothing\n" in ran.stderr
        assert (project / "locked/proven.py").read_text() == PROVEN
        assert [path.name for path in (project / "locked").iterdir()] == ["proven.py"]

    def test_unsafe_fixes_alone_does_nothing_and_says_so(self, project: Path) -> None:
        ran = nanlint("--unsafe-fixes", cwd=project)
        assert ran.stderr == "warning: --unsafe-fixes does nothing without --fix or --diff\n"
        assert (project / "proven.py").read_text() == PROVEN


class TestDocumentation:
    def test_a_rule_by_name_and_by_code(self, tmp_path: Path) -> None:
        by_name, by_code = nanlint("rule", "log-of-softmax", cwd=tmp_path), nanlint("rule", "NAN201", cwd=tmp_path)
        assert by_name.returncode == 0
        assert by_name.stdout == by_code.stdout
        assert by_name.stdout.startswith("NAN201 log-of-softmax\n")
        assert max(map(len, by_name.stdout.splitlines())) <= 120

    def test_an_unknown_rule_is_2_with_the_nearest(self, tmp_path: Path) -> None:
        ran = nanlint("rule", "log-of-sofmax", cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert re.fullmatch(r"error: .*log-of-sofmax.*log-of-softmax.*\n", ran.stderr)

    def test_rules_lists_each_rule(self, tmp_path: Path) -> None:
        ran = nanlint("rules", cwd=tmp_path)
        assert ran.returncode == 0
        assert re.search(r"^NAN101 +log-of-zero +unsafe +\w", ran.stdout, re.MULTILINE)
        assert re.search(r"^NAN201 +log-of-softmax +safe +\w", ran.stdout, re.MULTILINE)

    def test_help_has_examples_and_fits_a_screen(self, tmp_path: Path) -> None:
        ran = nanlint("--help", cwd=tmp_path, environment={"COLUMNS": "80"})
        assert ran.returncode == 0
        assert ran.stdout.index("nanlint train.py src/") < ran.stdout.index("--select")
        lines = ran.stdout.splitlines()
        assert max(map(len, lines)) <= 80
        flags = "--select --ignore --extend-select --strict --fail-on --output-format --diff --fix --unsafe-fixes"
        assert all(flag in ran.stdout for flag in [*flags.split(), "--no-cache", "--version"])

    def test_version(self, tmp_path: Path) -> None:
        ran = nanlint("--version", cwd=tmp_path)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"nanlint {__version__}\n", "")

    @pytest.mark.parametrize("flag", ["--version", "--help"])
    def test_neither_version_nor_help_imports_what_is_slow(self, tmp_path: Path, flag: str) -> None:
        command = [sys.executable, "-X", "importtime", "-m", "nanlint", flag]
        ran = subprocess.run(
            command, cwd=tmp_path, env=plain_environment(), capture_output=True, encoding="utf-8", check=True
        )
        modules = [line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()]
        assert "typer" in modules
        assert not [name for name in modules if name.split(".")[0] in ("libcst", "pathspec", "torch", "numpy")]


def test_no_cache_is_accepted(project: Path) -> None:
    assert nanlint("--no-cache", cwd=project).stdout == nanlint(cwd=project).stdout
