"""The options of the command line that have to do with settings, files, fixes and exit codes; its help."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.tools import git, lay_out, nanlint
from tests.config.test_keys import FILES, NOTED, PROVEN, reported

PROVEN_FOUND = {"proven.py": ["error NAN201"]}
NOTED_FOUND = {"noted.py": ["note NAN101"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"proven.py": PROVEN, "noted.py": NOTED})
    return tmp_path


class TestConfig:
    def test_a_setting_on_the_command_line_is_above_files_and_below_its_own_option(self, project: Path) -> None:
        lay_out(project, {"nanlint.toml": 'select = ["NAN1"]\noutput-format = "json"'})
        assert reported(nanlint(cwd=project)) == NOTED_FOUND | {"proven.py": ["error NAN101"]}
        inline = ("--config", "select = ['NAN2']")
        assert reported(nanlint(*inline, cwd=project)) == PROVEN_FOUND
        assert reported(nanlint(*inline, "--select", "NAN4", cwd=project)) == {}
        assert reported(nanlint(*inline, "--config", "levels.NAN201 = 'off'", cwd=project)) == {}

    def test_a_file_is_read_instead_of_all_others(self, project: Path) -> None:
        text = 'select = ["NAN2"]\noutput-format = "json"'
        lay_out(project, {"nanlint.toml": 'select = ["NAN4"]', "ci/strict.toml": text})
        assert reported(nanlint("--config", "ci/strict.toml", cwd=project)) == PROVEN_FOUND

    def test_isolated_reads_none(self, project: Path) -> None:
        lay_out(project, {"nanlint.toml": "nonsense"})
        assert nanlint(cwd=project).returncode == 2
        ran = nanlint("--isolated", "--config", 'output-format = "json"', cwd=project)
        assert reported(ran) == NOTED_FOUND | PROVEN_FOUND

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--config", "gone.toml"], "--config gone.toml: no such file; a setting is written as 'key = value'"),
            (
                ["--config", "selct = ['NAN1']"],
                "--config \"selct = ['NAN1']\": unknown key 'selct'; did you mean select?",
            ),
            (
                ["--config", "extend = 'a.toml'"],
                "--config \"extend = 'a.toml'\": extend is for settings files; give the file itself to --config",
            ),
            (["--config", "strict = "], "--config 'strict = ': no valid TOML: Invalid value"),
            (["--config", "a.toml", "--config", "b.toml"], "--config takes one settings file, not a.toml and b.toml"),
            (
                ["--config", "a.toml", "--isolated"],
                "--config a.toml: --isolated reads no settings file; drop one of them",
            ),
            (["--fail-on", "fatl"], "--fail-on: 'fatl' is none of error, warning, note, strict"),
            (["--select", "NAN1O1"], "--select: unknown rule 'NAN1O1'; did you mean NAN101?"),
            (["--per-file-ignores", "NAN1"], "--per-file-ignores: 'NAN1' wants a colon between a pattern and a rule"),
        ],
    )
    def test_what_is_wrong_is_one_line(self, project: Path, arguments: list[str], message: str) -> None:
        lay_out(project, {"a.toml": "", "b.toml": ""})
        ran = nanlint(*arguments, cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"error: {message}\n")

    def test_a_wrong_settings_file_is_one_line_with_its_place(self, project: Path) -> None:
        lay_out(project, {"pyproject.toml": "[tool.nanlint]\nstrict = true\n\nfail_on = 'note'\n"})
        ran = nanlint("noted.py", cwd=project)
        message = "error: pyproject.toml:4: unknown key 'fail_on'; did you mean fail-on?\n"
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", message)


class TestShowing:
    def test_settings_are_toml_with_who_gave_them(self, project: Path) -> None:
        lay_out(
            project,
            {
                "pyproject.toml": '[tool.nanlint]\nselect = [\n  "NAN1",\n]\n'
                'levels = { NAN101 = "error" }\nstrict = true\n',
                "sub/nanlint.toml": 'extend = "../pyproject.toml"\nlevels = { NAN102 = "off" }',
                "sub/a.py": NOTED,
            },
        )
        ran = nanlint("--show-settings", "--ignore", "NAN104", "--config", "epsilon = 1e-6", cwd=project)
        top, sub = ran.stdout.split("\n\n")
        assert top.startswith("# 2 files: pyproject.toml\n")
        assert sub.startswith("# 1 file: sub/nanlint.toml\nextend = ")
        origins = {line.partition(" = ")[0]: line for line in sub.splitlines()[1:]}
        for key, value, origin in (
            ("select", '["NAN1"]', "pyproject.toml:2"),
            ("ignore", '["NAN104"]', "--ignore"),
            ("levels", '{ NAN101 = "error", NAN102 = "off" }', "pyproject.toml:5, sub/nanlint.toml:2"),
            ("strict", "true", "pyproject.toml:6"),
            ("epsilon", "1e-06", "--config 'epsilon = 1e-6'"),
            ("fail-on", '"warning"', "default"),
        ):
            assert re.fullmatch(rf"{key} = {re.escape(value)} +# {re.escape(origin)}", origins[key])

    def test_what_is_shown_is_a_settings_file_that_says_the_same(self, project: Path) -> None:
        lay_out(
            project,
            {
                "nanlint.toml": 'per-file-ignores = { "a b/*.py" = ["NAN1"] }\nrules.NAN409.max-decoupled = 0.1\n'
                'framework-aliases = { "my.torch" = "torch" }\nexclude = ["x"]\nextend-select = ["NAN4"]'
            },
        )
        shown = nanlint("--show-settings", cwd=project).stdout
        lay_out(project, {"nanlint.toml": shown})
        again = nanlint("--show-settings", cwd=project).stdout
        without_origins = [re.sub(r" +# .*", "", text) for text in (shown, again)]
        assert without_origins[0] == without_origins[1]
        assert "rules = { decay-out-of-range.max-decoupled = 0.1 }" in shown

    def test_files(self, project: Path) -> None:
        ran = nanlint("--show-files", "--extend-exclude", "noted.py", ".", "gone", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "proven.py\n", "error: gone: does not exist\n")


class TestFiles:
    def test_options_for_files(self, project: Path) -> None:
        git(project, "init", "--quiet")
        lay_out(project, {".gitignore": "noted.py\n", "build/a.py": PROVEN, "gen/a.py": PROVEN})
        for arguments, expected in (
            (["--no-respect-gitignore"], ["gen/a.py", "noted.py", "proven.py"]),
            (["--exclude", "gen,p*"], ["build/a.py"]),
            (["--extend-exclude", "gen", "--extend-exclude", "p*"], []),
            (["gen/a.py", "build", "proven.py"], ["build/a.py", "gen/a.py", "proven.py"]),
            (["--force-exclude", "gen/a.py", "build", "build/a.py"], ["gen/a.py"]),
        ):
            assert nanlint("--show-files", *arguments, cwd=project).stdout.split() == expected

    def test_per_file_ignores(self, project: Path) -> None:
        ran = nanlint("--per-file-ignores", "p*.py:NAN2,p*.py:NAN1,noted.py:NAN101", cwd=project)
        assert ran.stdout == "No findings in 2 files\n"


class TestExits:
    def test_exit_zero(self, project: Path) -> None:
        ran = nanlint("--exit-zero", "--quiet", cwd=project)
        assert ran.returncode == 0
        assert ran.stdout.startswith("noted.py:5:12: note[NAN101]")
        assert nanlint("--exit-zero", "gone.py", cwd=project).returncode == 2

    def test_exit_non_zero_on_fix(self, project: Path) -> None:
        flags = ("--fix", "--exit-non-zero-on-fix")
        assert [nanlint(*flags, cwd=project).returncode for _ in range(2)] == [1, 0]

    def test_fix_only_reports_nothing_and_shows_what_it_did(self, project: Path) -> None:
        ran = nanlint("--fix-only", "--unsafe-fixes", "--show-fixes", "--fail-on", "note", cwd=project)
        assert (ran.returncode, ran.stdout) == (0, "")
        assert ran.stderr.splitlines() == [
            "Fixed 2 findings in 2 files:",
            "- noted.py: 1 x NAN101 log-of-zero",
            "- proven.py: 1 x NAN201 log-of-softmax",
        ]
        assert {name: (project / name).read_text() == FILES[name] for name in ("noted.py", "proven.py")} == {
            "noted.py": False,
            "proven.py": False,
        }


class TestQuiet:
    def test_quiet_shows_findings_and_errors_alone(self, project: Path) -> None:
        lay_out(project, {"broken.py": "def f(:\n"})
        ran = nanlint("--quiet", "--unsafe-fixes", cwd=project)
        assert [line[:10] for line in ran.stdout.splitlines() if ": error[" in line or ": note[" in line] == [
            "noted.py:5",
            "proven.py:",
        ]
        assert "in 2 of 3 files" not in ran.stdout
        assert re.fullmatch(r"error: broken\.py:1:.*\n", ran.stderr)
        assert nanlint("-q", "--select", "NAN4", "noted.py", cwd=project).stdout == ""

    def test_silent_shows_errors_alone_and_still_writes_files(self, project: Path) -> None:
        ran = nanlint("-s", "--fix", "--output-format", "json=out.json", "--fail-on", "note", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")
        found = json.loads((project / "out.json").read_text())["findings"]
        assert [finding["code"] for finding in found] == ["NAN101"]
        assert (project / "proven.py").read_text() != PROVEN
        assert nanlint("-s", "gone.py", cwd=project).stderr == "error: gone.py: does not exist\n"


class TestHelp:
    def test_each_group_of_options_fits_a_screen_behind_the_examples(self, tmp_path: Path) -> None:
        ran = nanlint("--help", cwd=tmp_path, environment={"COLUMNS": "80"})
        lines = ran.stdout.splitlines()
        assert ran.returncode == 0
        assert max(map(len, lines)) <= 80
        groups = re.split(r"\n\n(?=\S)", ran.stdout)
        headings = [group.partition(":")[0] for group in groups[1:]]
        assert headings[0].startswith("Rules")
        assert {"Fixes", "Files", "Configuration", "Output", "Other"} <= set(headings)
        assert max(len(group.splitlines()) for group in groups) <= 24
        assert groups[0].index("nanlint train.py src/") > 0
        flags = "--config --isolated --show-settings --show-files --force-exclude --exit-zero --fix-only --silent"
        assert all(flag in ran.stdout for flag in flags.split())
        assert "nanlint config " in ran.stdout

    @pytest.mark.parametrize(
        "name", ["rule", "rules", "explain", "clean", "config", "schema", "lsp", "generate-shell-completion"]
    )
    def test_each_command_fits_a_screen_with_its_examples_before_its_options(self, tmp_path: Path, name: str) -> None:
        ran = nanlint(name, "-h", cwd=tmp_path, environment={"COLUMNS": "80"})
        lines = ran.stdout.splitlines()
        assert (ran.returncode, ran.stderr) == (0, "")
        assert lines[0].startswith(f"Usage: nanlint {name} ")
        assert (max(map(len, lines)), len(lines)) <= (80, 40)
        examples = [number for number, line in enumerate(lines) if f"  nanlint {name} " in line or "eval " in line]
        assert name in ("rules", "clean") or (examples and examples[-1] < lines.index("Options:"))

    def test_keys_are_listed_and_explained(self, tmp_path: Path) -> None:
        assert "safe-functions" in nanlint("config", cwd=tmp_path).stdout
        explained = nanlint("config", "fail-on", cwd=tmp_path).stdout
        assert explained.startswith("fail-on\n  The lowest level that fails the run.\n")
        assert 'fail-on = "error"' in explained
        ran = nanlint("config", "fail_on", cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (2, "error: unknown key 'fail_on'; did you mean fail-on?\n")

    def test_the_schema_is_printed(self, tmp_path: Path) -> None:
        assert "fail-on" in json.loads(nanlint("schema", cwd=tmp_path).stdout)["properties"]
