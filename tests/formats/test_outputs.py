"""Where reports go: standard output, files, terminals; the real command with its flags."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nanlint.formats import names
from nanlint.settings import SettingsError
from nanlint.showing.outputs import STDOUT, Destination, destinations
from nanlint.showing.terminal import columns, wants_links
from tests.cli.terminal import Session
from tests.cli.tools import lay_out, nanlint

PROVEN = """\
import torch


def loss(logits: torch.Tensor) -> torch.Tensor:
    return torch.log(torch.softmax(logits, dim=-1))
"""
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n"]},
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": ["import torch\n"]},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": ["z = torch.randn(4)\n", "torch.log(torch.softmax(z, dim=-1))"],
        },
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 2,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"proven.py": PROVEN, "broken.py": "def f(:\n"})
    return tmp_path


class TestFiles:
    def test_several_formats_in_one_run(self, project: Path) -> None:
        formats = [f"{name}=out/{name}" for name in names()]
        flags = [flag for text in formats for flag in ("--output-format", text)]
        ran = nanlint(*flags, "--output-format", "full", cwd=project, environment={"FORCE_COLOR": "1"})
        assert ran.returncode == 2
        assert "\x1b[1;31merror[NAN201]" in ran.stdout
        written = {path.name: path.read_text(encoding="utf-8") for path in (project / "out").iterdir()}
        assert set(written) == set(names())
        for name, text in written.items():
            assert "NAN201" in text, name
            assert ("log-of-softmax" in text) == (name not in {"azure", "concise", "grouped", "rdjson"}), name
            assert "\x1b" not in text, name
        assert [json.loads(written[name]) and name for name in ("json", "sarif", "gitlab", "rdjson")]
        assert ElementTree.fromstring(written["junit"]).tag == "testsuites"

    def test_output_file_takes_the_report_and_leaves_standard_output_empty(self, project: Path) -> None:
        ran = nanlint("proven.py", "--output-file", "deep/er/report.txt", cwd=project)
        assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")
        report = project / "deep" / "er" / "report.txt"
        assert report.read_text().startswith("proven.py:5:12: error[NAN201]")
        assert nanlint("proven.py", "--diff", "-o", report, cwd=project).stdout == ""
        assert report.read_text().startswith("--- a/proven.py")

    def test_a_file_is_replaced_at_once_and_keeps_its_mode(self, project: Path) -> None:
        (project / "report.json").write_text("old")
        (project / "report.json").chmod(0o640)
        (project / "link.json").symlink_to("report.json")
        before = (project / "report.json").stat()
        assert nanlint("proven.py", "--output-format", "json=link.json", cwd=project).returncode == 1
        after = (project / "report.json").stat()
        assert (stat.S_IMODE(after.st_mode), after.st_ino != before.st_ino) == (0o640, True)
        assert (project / "link.json").is_symlink()
        assert json.loads((project / "report.json").read_text())["findings"]
        assert {path.name for path in project.iterdir()} >= {"report.json"}
        assert not list(project.glob(".nanlint-*"))

    @pytest.mark.parametrize(
        ("flags", "reason"),
        [
            pytest.param(["--output-file", "folder"], "folder: cannot be written: it is a directory", id="directory"),
            pytest.param(
                ["--output-format", "json=secret/x.json"],
                "secret/x.json: cannot be written: permission denied",
                id="forbidden",
            ),
            pytest.param(["--output-file", "proven.py/x.txt"], "proven.py is not a directory", id="below a file"),
        ],
    )
    def test_what_cannot_be_written_is_one_line_before_anything_is_done(
        self, project: Path, flags: list[str], reason: str
    ) -> None:
        (project / "folder").mkdir()
        (project / "secret").mkdir(mode=0o500)
        ran = nanlint("--fix", "proven.py", *flags, cwd=project, obey_permissions=True)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert re.fullmatch(r"error: .*\n", ran.stderr)
        assert reason in ran.stderr
        assert (project / "proven.py").read_text() == PROVEN

    def test_a_device_is_written_to(self, project: Path) -> None:
        ran = nanlint("proven.py", "--output-file", "/dev/full", cwd=project)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr == "error: /dev/full: cannot be written: No space left on device\n"
        assert Path("/dev/full").is_char_device()


class TestDestinations:
    def test_formats_with_and_without_a_file(self) -> None:
        assert destinations(["full", "sarif=out.sarif"]) == (Destination("full"), Destination("sarif", "out.sarif"))
        assert destinations(["full"], "report") == (Destination("full", "report"),)
        assert destinations(["full=-", "json"], "x.json") == (Destination("full"), Destination("json", "x.json"))
        assert destinations(["full"], STDOUT) == (Destination("full"),)

    @pytest.mark.parametrize(
        ("formats", "file", "reason"),
        [
            pytest.param(["xml"], None, f"'xml' is none of {', '.join(names())}", id="unknown"),
            pytest.param(["json", "full"], None, "json and full both go to standard output", id="two on stdout"),
            pytest.param(["json", "full"], "x", "json and full both go to x", id="two in the file"),
            pytest.param(["json=x", "full=./x"], None, r"json and full both go to ./x", id="two names of a file"),
            pytest.param(["json="], None, "there is no file after the =", id="empty"),
            pytest.param(["json=a"], "b", "--output-file b: every output format has a file", id="nothing for it"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, formats: list[str], file: str | None, reason: str) -> None:
        with pytest.raises(SettingsError, match=re.escape(reason)):
            destinations(formats, file)


class TestTerminals:
    def test_codes_are_links_and_lines_are_as_wide_as_the_terminal(self, project: Path) -> None:
        (project / "broken.py").unlink()
        with Session("proven.py", cwd=project) as plain:
            plain.until("1 fixable with --fix")
        assert "\x1b]8;;" not in plain.shown
        shown = re.sub(r"\x1b\[[\d;]*[mK]", "", plain.shown)
        assert max(map(len, re.split(r"[\r\n]+", shown))) <= 100
        ran = nanlint("proven.py", cwd=project, environment={"FORCE_HYPERLINK": "1"})
        target = r"\x1b]8;;file://[^\x1b]*/nan201_log_of_softmax\.py\x1b\\"
        assert re.search(rf"error\[{target}NAN201\x1b]8;;\x1b\\]", ran.stdout)

    def test_columns_sets_the_width_of_a_pipe_too(self, project: Path) -> None:
        ran = nanlint("proven.py", cwd=project, environment={"COLUMNS": "50"})
        assert max(map(len, ran.stdout.splitlines()[:-1])) <= 50

    @pytest.mark.parametrize(
        ("environment", "linked"),
        [
            pytest.param({"TERM": "xterm-kitty"}, True, id="kitty"),
            pytest.param({"TERM": "xterm", "TERM_PROGRAM": "vscode"}, True, id="VS Code"),
            pytest.param({"TERM": "xterm", "VTE_VERSION": "7600"}, True, id="GNOME"),
            pytest.param({"TERM": "xterm", "VTE_VERSION": "4800"}, False, id="old GNOME"),
            pytest.param({"TERM": "xterm", "VTE_VERSION": "new"}, False, id="odd version"),
            pytest.param({"TERM": "xterm", "WT_SESSION": "a-b"}, True, id="Windows Terminal"),
            pytest.param({"TERM": "xterm"}, False, id="unknown"),
            pytest.param({"TERM": "dumb", "TERM_PROGRAM": "vscode"}, False, id="dumb"),
            pytest.param({"TERM": "xterm-kitty", "CI": "true"}, False, id="CI"),
            pytest.param({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False, id="forbidden"),
        ],
    )
    def test_terminals_that_take_links_are_known(
        self, environment: dict[str, str], linked: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in (
            "CI",
            "DOMTERM",
            "FORCE_HYPERLINK",
            "KONSOLE_VERSION",
            "TERM_PROGRAM",
            "VTE_VERSION",
            "WT_SESSION",
        ):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        inner, outer = os.openpty()
        with os.fdopen(inner, "wb", buffering=0), os.fdopen(outer, "w") as terminal:
            assert wants_links(terminal) == linked
        with open(os.devnull, "w") as pipe:  # noqa: PTH123 - a stream is what is wanted
            assert not wants_links(pipe)

    @pytest.mark.parametrize(("told", "expected"), [("72", 72), ("0", None), ("wide", None), ("", None)])
    def test_a_width_that_is_none_is_passed_over(
        self, told: str, expected: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("COLUMNS", told)
        with (tmp_path / "file").open("w") as file:
            assert columns(file) == expected


def test_every_format_shows_the_cell_of_a_notebook(tmp_path: Path) -> None:
    lay_out(tmp_path, {"nb.ipynb": json.dumps(NOTEBOOK, indent=1)})
    flags = [flag for name in names() for flag in ("--output-format", f"{name}=out/{name}")]
    ran = nanlint(*flags, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "")
    texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    for name, text in texts.items():
        assert re.search(r"cell 3|\"cell\": 3", text), name
    for name in ("concise", "full", "github"):
        assert "nb.ipynb:cell 3:2:1" in texts[name]
    (result,) = json.loads(texts["sarif"])["runs"][0]["results"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert (tmp_path / "nb.ipynb").read_text().splitlines()[line - 1].strip() == '"torch.log(torch.softmax(z, dim=-1))"'
