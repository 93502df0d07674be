"""The action for GitHub: its steps run here by bash, as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from nanlint import __version__
from nanlint.formats import names
from tests.cli.tools import lay_out, plain_environment
from tests.doors.tools import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step.get("id", "upload"): step for step in ACTION["runs"]["steps"]}
INPUTS = {name: details["default"] for name, details in ACTION["inputs"].items()}

TRAIN = "import torch\n\n\ndef rate(x):\n    return torch.log(torch.relu(x))\n"
CLEAN = "import torch\n\n\ndef rate(x):\n    return torch.log(torch.relu(x) + 3)\n"


@dataclass(frozen=True)
class Ran:
    """What a step leaves behind."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


class Runner:
    """A machine with a checkout on which steps of the action run."""

    def __init__(self, temporary: Path, workspace: Path) -> None:
        self.temporary, self.workspace = temporary, workspace
        self.known: dict[str, str] = {}
        """What `${{ ... }}` may ask for."""

    def run(self, step: str, variables: Mapping[str, str] | None = None, **inputs: str) -> Ran:
        """Runs a step with these inputs. A composite action's shell is `bash --noprofile --norc -eo pipefail`."""
        self.known |= {f"inputs.{name}": value for name, value in {**INPUTS, **inputs}.items()}
        files = {name: self.temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        own = {name: self._filled(value) for name, value in STEPS[step]["env"].items()}
        runner = {"RUNNER_TEMP": str(self.temporary), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_ACTIONS": "true"}
        environment = plain_environment() | runner | {name: str(file) for name, file in files.items()} | own
        del environment["PYTHONPATH"]
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]],
            cwd=self.workspace,
            env=environment | dict(variables or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        self.known |= {f"steps.{step}.outputs.{name}": value for name, value in outputs.items()}
        return Ran(ran.returncode, ran.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"))

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda asked: self.known[asked[1]], text)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of programs into which the action has installed this version of itself."""
    runner = Runner(tmp_path_factory.mktemp("runner"), tmp_path_factory.mktemp("checkout"))
    installed = runner.run("install")
    assert installed.code == 0, installed.log
    return Path(installed.outputs["bin"])


@pytest.fixture
def runner(program: Path, tmp_path: Path) -> Runner:
    lay_out(tmp_path, {"checkout/train.py": TRAIN, "checkout/two words/clean.py": CLEAN, "temporary/.keep": ""})
    runner = Runner(tmp_path / "temporary", tmp_path / "checkout")
    runner.known["steps.install.outputs.bin"] = str(program)
    return runner


def test_annotations_and_a_summary_unless_told_otherwise(runner: Runner) -> None:
    ran = runner.run("lint")
    assert ran.code == 1
    (annotation,) = [line for line in ran.log.splitlines() if line.startswith("::error ")]
    assert "file=train.py,line=5," in annotation
    assert "NAN101" in ran.summary
    assert ran.outputs == {}


def test_a_clean_checkout_passes(runner: Runner) -> None:
    ran = runner.run("lint", src="'two words'")
    assert (ran.code, "::error" in ran.log) == (0, False)


def test_arguments_are_split_as_in_a_shell(runner: Runner) -> None:
    ran = runner.run("lint", args="--config 'fail-on = \"error\"' --ignore NAN1", src="train.py 'two words'")
    assert ran.code == 0, ran.log
    harmless = runner.run("lint", args="$(touch broken) ; touch broken")
    assert not (runner.workspace / "broken").exists()
    assert harmless.code == 2


def test_arguments_that_cannot_be_split_fail(runner: Runner) -> None:
    ran = runner.run("lint", args="--select 'NAN1")
    assert ran.code != 0
    assert "No closing quotation" in ran.log
    assert "train.py" not in ran.log


def test_sarif_is_written_for_the_step_that_uploads_it(runner: Runner) -> None:
    ran = runner.run("lint", format="sarif")
    assert ran.code == 1
    assert "train.py:5:12: error NAN101" in ran.log
    report = json.loads(Path(ran.outputs["sarif"]).read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["NAN101"]
    assert runner.run("lint").outputs == {}, "what an earlier use of the action has left is not uploaded again"
    upload = STEPS["upload"]
    assert upload["with"]["sarif_file"] == ACTION["outputs"]["sarif"]["value"] == "${{ steps.lint.outputs.sarif }}"
    assert upload["if"] == "${{ always() && steps.lint.outputs.sarif != '' }}"
    assert re.fullmatch(r"github/codeql-action/upload-sarif@v\d+", upload["uses"])


def test_a_file_that_cannot_be_linted_fails_the_job(runner: Runner) -> None:
    lay_out(runner.workspace, {"broken.py": "import torch\ndef (:\n"})
    assert runner.run("lint", format="concise").code == 2


def test_a_version_is_taken_from_the_index(tmp_path: Path) -> None:
    """Here the index is a directory that holds a single one."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path / "wheels"), str(ROOT)], check=True)
    runner = Runner(tmp_path, tmp_path)
    index = {"PIP_FIND_LINKS": str(tmp_path / "wheels"), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    assert runner.run("install", index, version="9.9.9").code != 0
    installed = runner.run("install", index, version=__version__)
    assert installed.code == 0, installed.log
    assert os.access(Path(installed.outputs["bin"]) / "nanlint", os.X_OK)


def test_every_input_is_used_and_described() -> None:
    steps = "".join(json.dumps(step) for step in STEPS.values())
    assert set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", steps)) == set(INPUTS) == {"args", "format", "src", "version"}
    assert all(details["description"] for details in ACTION["inputs"].values())
    assert not [step for step in STEPS.values() if "${{" in step.get("run", "")], "what is given is never run as code"
    assert {"github", "sarif", "markdown", "concise"} <= set(names())
    assert all(step["shell"] == "bash" for step in STEPS.values() if "run" in step)
