"""Old code: `--baseline` and its kin, `--add-ignores`, and comments that are unused, as users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tools import lay_out, nanlint

SOFTMAX = """\
import torch


def loss(z: torch.Tensor) -> torch.Tensor:
    return torch.log(torch.softmax(z, dim=-1))
"""
LOG = """\
import torch


def entropy(p: torch.Tensor) -> torch.Tensor:
    return torch.log(p)
"""
BROKEN = "def f(:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"src/softmax.py": SOFTMAX, "src/log.py": LOG})
    return tmp_path


def rules(path: Path) -> list[str]:
    """The rules that a baseline has entries of."""
    return [row["rule"] for row in json.loads(path.read_text(encoding="utf-8"))["findings"]]


class TestBaseline:
    def test_what_is_known_is_not_told_and_what_is_new_fails(self, project: Path) -> None:
        wrote = nanlint("--write-baseline", "known.json", cwd=project)
        assert (wrote.returncode, wrote.stdout) == (0, "")
        assert wrote.stderr == "known.json: 2 findings in 2 files written\n"
        quiet = nanlint("--baseline", "known.json", cwd=project)
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "No findings in 2 files\n", "")
        lay_out(project, {"src/softmax.py": f"# moved\n\n{SOFTMAX}\n\n{SOFTMAX.replace('loss', 'other')}"})
        ran = nanlint("--baseline", "known.json", "--output-format", "concise", cwd=project)
        assert ran.returncode == 1
        assert [line.split(":")[:2] for line in ran.stdout.splitlines()] == [["src/softmax.py", "14"]]

    def test_it_is_a_key_of_the_settings_relative_to_their_file(self, project: Path) -> None:
        nanlint("--write-baseline", "known.json", cwd=project)
        lay_out(project, {"pyproject.toml": '[tool.nanlint]\nbaseline = "known.json"\n'})
        for directory in (project, project / "src"):
            ran = nanlint(cwd=directory)
            assert (ran.returncode, ran.stdout) == (0, "No findings in 2 files\n")
        assert nanlint("--isolated", cwd=project).returncode == 1

    def test_what_is_no_longer_found_is_told_in_a_line_and_pruned(self, project: Path) -> None:
        nanlint("--write-baseline", "known.json", cwd=project)
        lay_out(project, {"src/softmax.py": "import torch\n"})
        ran = nanlint("--baseline", "known.json", cwd=project)
        assert (ran.returncode, ran.stdout) == (0, "No findings in 2 files\n")
        told = "warning: 1 finding of known.json is no longer found; --prune-baseline takes it out\n"
        assert ran.stderr == told
        pruned = nanlint("--baseline", "known.json", "--prune-baseline", cwd=project)
        assert (pruned.returncode, pruned.stderr) == (0, "known.json: 1 finding taken out, no longer found\n")
        assert rules(project / "known.json") == ["NAN101"]
        assert nanlint("--baseline", "known.json", cwd=project).stderr == ""

    def test_fixes_take_out_what_they_fix_and_what_they_rewrite_stays_known(self, project: Path) -> None:
        ratio = SOFTMAX.replace("z: torch.Tensor", "z: torch.Tensor, n: torch.Tensor").replace("-1))", "-1)) / n")
        lay_out(project, {"src/softmax.py": ratio})
        nanlint("--write-baseline", "known.json", cwd=project)
        assert nanlint("--diff", "--baseline", "known.json", cwd=project).returncode == 1
        assert rules(project / "known.json") == ["NAN101", "NAN103", "NAN201"]
        fixed = nanlint("--fix", "--baseline", "known.json", cwd=project)
        assert (fixed.returncode, fixed.stdout) == (0, "No findings in 2 files\n")
        assert fixed.stderr.splitlines() == [
            "known.json: 2 findings taken out, 1 put in that this leaves in their place",
            "Fixed 1 finding in 1 file",
        ]
        assert rules(project / "known.json") == ["NAN101", "NAN103"]
        again = nanlint("--baseline", "known.json", cwd=project)
        assert (again.returncode, again.stdout, again.stderr) == (0, "No findings in 2 files\n", "")

    @pytest.mark.parametrize("arguments", [["src/log.py"], ["--select", "NAN1"]], ids=["some files", "some rules"])
    def test_what_a_run_did_not_look_for_is_neither_stale_nor_pruned(self, project: Path, arguments: list[str]) -> None:
        nanlint("--write-baseline", "known.json", cwd=project)
        lay_out(project, {"src/softmax.py": "import torch\n"})
        before = (project / "known.json").read_bytes()
        ran = nanlint(*arguments, "--baseline", "known.json", "--prune-baseline", cwd=project)
        assert (ran.returncode, ran.stderr) == (0, "")
        again = nanlint(*arguments, "--write-baseline", "known.json", cwd=project)
        assert (again.returncode, (project / "known.json").read_bytes()) == (0, before)

    def test_entries_of_a_strict_run_are_not_stale_in_another(self, project: Path) -> None:
        lay_out(project, {"src/ratio.py": "import torch\n\n\ndef ratio(a, b):\n    return a / b\n"})
        nanlint("--strict", "--write-baseline", "known.json", cwd=project)
        assert rules(project / "known.json") == ["NAN101", "NAN103", "NAN201"]
        ran = nanlint("--baseline", "known.json", cwd=project)
        assert (ran.returncode, ran.stderr) == (0, "")

    def test_it_hides_no_file_that_cannot_be_linted(self, project: Path) -> None:
        nanlint("--write-baseline", "known.json", cwd=project)
        lay_out(project, {"src/log.py": BROKEN})
        for arguments in (["--baseline", "known.json"], ["--write-baseline", "known.json"]):
            ran = nanlint(*arguments, cwd=project)
            assert ran.returncode == 2
            assert ran.stderr.startswith("error: src/log.py:1:")
            assert rules(project / "known.json") == ["NAN101", "NAN201"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (None, "error: known.json: there is no such baseline; `--write-baseline known.json` writes one\n"),
            (
                '{"nanlint-baseline": 9}',
                "error: known.json: is of format 9, newer than this nanlint, which knows 1: update it\n",
            ),
            ('{"runs": []}', 'error: known.json: is no baseline: it has no "nanlint-baseline": 1\n'),
        ],
    )
    def test_one_that_cannot_be_used_is_one_line_and_2(self, project: Path, content: str | None, told: str) -> None:
        if content is not None:
            lay_out(project, {"known.json": content})
        ran = nanlint("--baseline", "known.json", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", told)

    def test_a_foreign_file_is_not_overwritten(self, project: Path) -> None:
        lay_out(project, {"package.json": '{"name": "x"}'})
        ran = nanlint("--write-baseline", "package.json", cwd=project)
        assert ran.returncode == 2
        assert (project / "package.json").read_text(encoding="utf-8") == '{"name": "x"}'

    def test_pruning_needs_one(self, project: Path) -> None:
        ran = nanlint("--prune-baseline", cwd=project)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr == "error: --prune-baseline needs a baseline: give it --baseline FILE\n"


class TestIgnores:
    def test_each_finding_gets_a_comment_and_the_next_run_finds_nothing(self, project: Path) -> None:
        ran = nanlint("--add-ignores", "src", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "Ignored 2 findings in 2 files\n")
        log = (project / "src/log.py").read_text(encoding="utf-8")
        assert log == LOG.replace("torch.log(p)", "torch.log(p)  # nanlint: ignore[log-of-zero]")
        assert nanlint(cwd=project).stdout == "No findings in 2 files\n"
        assert nanlint("--add-ignores", cwd=project).stderr == "Ignored nothing\n"

    def test_with_a_reason_for_the_selected_rules_beside_a_baseline(self, project: Path) -> None:
        nanlint("--write-baseline", "known.json", "src/log.py", cwd=project)
        ran = nanlint("--add-ignores=old code, see #12", "--baseline", "known.json", "--ignore", "NAN4", cwd=project)
        assert ran.stderr == "Ignored 1 finding in 1 file\n"
        softmax = (project / "src/softmax.py").read_text(encoding="utf-8")
        assert softmax.endswith("  # nanlint: ignore[log-of-softmax] old code, see #12\n")
        assert (project / "src/log.py").read_text(encoding="utf-8") == LOG

    def test_after_the_fixes_for_what_remains(self, project: Path) -> None:
        ran = nanlint("--fix", "--add-ignores", cwd=project)
        assert (ran.returncode, ran.stderr) == (0, "Fixed 1 finding in 1 file\nIgnored 1 finding in 1 file\n")

    def test_what_cannot_be_linted_or_written_is_2_and_the_rest_is_done(self, project: Path) -> None:
        lay_out(project, {"src/broken.py": BROKEN})
        (project / "src").chmod(0o500)
        try:
            ran = nanlint("--add-ignores", cwd=project, obey_permissions=True)
        finally:
            (project / "src").chmod(0o700)
        assert ran.returncode == 2
        assert [line.split(":")[1].strip() for line in ran.stderr.splitlines()[:-1]] == [
            "src/broken.py",
            "src/log.py",
            "src/softmax.py",
        ]
        assert ran.stderr.splitlines()[-1] == "Ignored nothing"
        assert (project / "src/log.py").read_text(encoding="utf-8") == LOG


class TestUnusedIgnores:
    def test_they_are_told_and_removed(self, project: Path) -> None:
        unused = "import torch\n\nx = torch.ones(3)  # nanlint: ignore[NAN101] was a log\n"
        lay_out(project, {"src/unused.py": unused})
        ran = nanlint("src/unused.py", cwd=project)
        assert ran.returncode == 0
        assert ran.stdout.splitlines()[0] == (
            "src/unused.py:3:20: note[NAN001] unused-ignore: unused comment: there is nothing to silence for NAN101"
            " [fix: safe]"
        )
        assert nanlint("src/unused.py", "--fail-on", "note", cwd=project).returncode == 1
        assert nanlint("src/unused.py", "--diff", cwd=project).returncode == 1
        fixed = nanlint("src/unused.py", "--fix", cwd=project)
        assert (fixed.returncode, fixed.stderr) == (0, "Fixed 1 finding in 1 file\n")
        assert (project / "src/unused.py").read_text(
            encoding="utf-8"
        ) == "import torch\n\nx = torch.ones(3)  # was a log\n"

    def test_ranges_silence_and_an_end_that_is_missing_is_told(self, project: Path) -> None:
        begin, end = "# nanlint: off[NAN101]", "# nanlint: on[NAN101]"
        lay_out(project, {"src/log.py": f"{begin}\n{LOG}{end}\n", "src/open.py": f"{begin}\n{LOG}"})
        ran = nanlint("src/log.py", "src/open.py", cwd=project)
        assert (ran.returncode, ran.stdout) == (0, "No findings in 2 files\n")
        assert ran.stderr.startswith("warning: src/open.py:1:1: this `off` holds to the end of its block")
        assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--write-baseline", "known.json", "--add-ignores"],
        ["--write-baseline", "known.json", "--prune-baseline"],
        ["--add-ignores", "--diff"],
        ["--prune-baseline", "--baseline", "known.json", "--diff"],
    ],
)
def test_what_does_not_go_together_is_one_line_and_2(project: Path, arguments: list[str]) -> None:
    ran = nanlint(*arguments, cwd=project)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1 and ran.stderr.endswith("do not go together\n")
    assert not (project / "known.json").exists()
