"""Packages that add rules and frameworks: a worked example, installed by pip, and what is said of broken ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.formats import names
from nanlint.frameworks.collection import claims
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.rules.registry import misnamed
from tests.cli.tools import lay_out, nanlint, plain_environment
from tests.doors.tools import ROOT, register
from tests.plugins.pebbles import FIXED, FOUND, PROJECT, SCRIPT

OWN = (26, "PEB101", "warning")
MANY = 30
"""Files for which a run takes several processes."""

SPAWNING = """\
import multiprocessing, sys
from nanlint.__main__ import main

multiprocessing.set_start_method("spawn")
main()
"""


EXAMPLES = """\
from nanlint import fix_source, lint_source
from nanlint_pebble.rules.peb101_stalled_rounding import RULE

assert RULE.bad and RULE.good
for bad in RULE.bad:
    assert [(one.code, one.level) for one in lint_source(bad.code).findings] == [(RULE.code, bad.level)]
    assert fix_source(bad.code, unsafe=True).text == bad.fixed
for good in RULE.good:
    assert lint_source(good.code).findings == ()
"""
"""What the author of a plugin may test."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of packages in which pip has installed the example."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(site), str(PROJECT)], check=True)
    return site


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"stones.py": SCRIPT})
    return tmp_path


def with_packages(*sites: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(map(str, (*sites, ROOT)))}


def found(directory: Path, site: Path, *arguments: str) -> list[tuple[int, str, str]]:
    """Line, code and level of each finding."""
    ran = nanlint("--output-format", "json", *arguments, cwd=directory, environment=with_packages(site))
    assert ran.stderr == ""
    return [(one["line"], one["code"], one["level"]) for one in json.loads(ran.stdout)["findings"]]


def test_the_plugins_table_and_rule_are_used_like_nanlints_own(project: Path, site: Path) -> None:
    assert found(project, site) == [*FOUND, OWN]
    assert found(project, site, "--select", "PEB") == found(project, site, "--select", "stalled-rounding") == [OWN]
    assert found(project, site, "--ignore", "peb101") == FOUND


def test_its_fixes_are_applied_in_its_spelling(project: Path, site: Path) -> None:
    nanlint("--fix", "--unsafe-fixes", cwd=project, environment=with_packages(site))
    rounded = "pb.round(pb.relu(x))"
    assert (project / "stones.py").read_text(encoding="utf-8") == FIXED.replace(rounded, "pb.relu(x)")


def test_comments_silence_its_rules(project: Path, site: Path) -> None:
    for comment in ("# nanlint: ignore[stalled-rounding] on purpose", "# nanlint: ignore[PEB1]", "# noqa: PEB101"):
        lay_out(project, {"stones.py": f"{SCRIPT.rstrip()}  {comment}\n"})
        assert found(project, site) == FOUND


def test_its_examples_are_so(project: Path, site: Path) -> None:
    command = [sys.executable, "-c", EXAMPLES]
    environment = plain_environment() | with_packages(site)
    subprocess.run(command, cwd=project, env=environment, check=True)


def test_its_rules_are_listed_and_explained_under_its_name(project: Path, site: Path) -> None:
    listed = nanlint("rules", cwd=project, environment=with_packages(site)).stdout
    assert "\nnanlint-pebble 1.2.0\nPEB101  stalled-rounding" in listed
    explained = nanlint("rule", "peb101", cwd=project, environment=with_packages(site)).stdout
    assert explained.startswith("PEB101 stalled-rounding\n")
    assert "pebble, warning:" in explained
    assert explained.endswith("Package\n  nanlint-pebble 1.2.0\n")


def test_every_format_takes_its_findings(project: Path, site: Path) -> None:
    formats = [argument for name in names() for argument in ("--output-format", f"{name}=out/{name}")]
    (project / "out").mkdir()
    ran = nanlint("--select", "PEB", *formats, cwd=project, environment=with_packages(site))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert [name for name in names() if "PEB101" not in (project / "out" / name).read_text(encoding="utf-8")] == []
    assert "rules.md#peb101" not in (project / "out" / "sarif").read_text(encoding="utf-8").lower()


def test_settings_name_its_rules(project: Path, site: Path) -> None:
    lay_out(project, {"nanlint.toml": 'select = ["PEB"]\n[levels]\nstalled-rounding = "error"\n'})
    assert found(project, site) == [(26, "PEB101", "error")]
    lay_out(project, {"nanlint.toml": '[per-file-ignores]\n"st*.py" = ["PEB101"]\n'})
    assert found(project, site) == FOUND
    lay_out(project, {"nanlint.toml": '[rules.stalled-rounding]\nharmless = ["relu"]\n'})
    assert found(project, site) == FOUND


def test_it_can_be_left_out(project: Path, site: Path) -> None:
    assert found(project, site, "--no-plugins") == []
    ran = nanlint("--no-plugins", "--select", "PEB101", cwd=project, environment=with_packages(site))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "unknown rule 'PEB101'" in ran.stderr
    assert "PEB101" not in nanlint("rules", "--no-plugins", cwd=project, environment=with_packages(site)).stdout


def test_a_plugin_that_comes_later_is_not_kept_out_by_what_is_remembered(project: Path, site: Path) -> None:
    assert found(project, ROOT) == []
    assert found(project, site) == [*FOUND, OWN]
    assert found(project, ROOT) == []


@pytest.mark.parametrize("start", [["-m", "nanlint"], ["-c", SPAWNING]], ids=["as it comes", "spawned"])
def test_processes_that_share_the_work_have_it_too(tmp_path: Path, site: Path, start: list[str]) -> None:
    lay_out(tmp_path, {f"stones{number}.py": SCRIPT for number in range(MANY)})

    def codes(*arguments: str) -> list[str]:
        command = [sys.executable, *start, "--no-cache", "--output-format", "json", *arguments]
        environment = plain_environment() | with_packages(site)
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert ran.stderr == ""
        return [one["code"] for one in json.loads(ran.stdout)["findings"]]

    assert codes("--select", "PEB101") == ["PEB101"] * MANY
    assert codes("--no-plugins") == []


RULE = """\
from nanlint.rule import Rule

RULE = Rule(code="{code}", name="{name}", summary="", why="", check={check}, specific=1)
"""
TABLE = """\
from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.formats import names
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework("{name}", ("acme",), Dtype.FLOAT32, Kind.TENSOR, True, functions={{"acme.log": call(Op.LOG)}})
"""


def rule(code: str = "ACME101", name: str = "acme-rule", check: str = "lambda trace, limits: iter(())") -> str:
    return RULE.format(code=code, name=name, check=check)


def table(name: str) -> str:
    return TABLE.format(name=name)


def installed(site: Path, files: Mapping[str, str], name: str = "acme", target: str = "acme_nanlint") -> Path:
    """A directory of packages that holds a plugin of these files."""
    lay_out(site / target, files)
    register(site, name, "0.3", {"nanlint.rules": {name: target}})
    return site


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "acme_nanlint cannot be imported: ModuleNotFoundError: No module named 'acme_nanlint'"),
        ({"__init__.py": ""}, "there is neither acme_nanlint.frameworks nor acme_nanlint.rules"),
        ({"__init__.py": "", "rules/a.py": "1 / 0"}, "acme_nanlint.rules.a cannot be imported: ZeroDivisionError: "),
        ({"__init__.py": "", "rules.py": "RULE = {}"}, "acme_nanlint.rules.RULE is a dict, not a nanlint.rule.Rule"),
        (
            {"__init__.py": "", "frameworks.py": "FRAMEWORK = 3"},
            "acme_nanlint.frameworks.FRAMEWORK is a int, not a nanlint.frameworks.model.Framework",
        ),
        ({"__init__.py": "", "rules.py": rule("NAN909")}, "'NAN909' is no code for its rule: it wants a prefix"),
        ({"__init__.py": "", "frameworks.py": table("torch")}, "there is a framework 'torch' already"),
    ],
)
def test_a_broken_plugin_is_one_line(project: Path, tmp_path: Path, files: dict[str, str], message: str) -> None:
    site = installed(tmp_path / "site", files)
    ran = nanlint(cwd=project, environment=with_packages(site))
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"error: plugin acme 0.3: {message}")
    assert line.endswith("; repair it, uninstall it, or leave it out with --no-plugins")


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("acme1", "acme-rule", "'acme1' is no code for its rule"),
        ("NAN909", "acme-rule", "'NAN909' is no code for its rule"),
        ("ACME101", "All", "'All' is no name for its rule"),
        ("ACME101", "all", "'all' is no name for its rule"),
        ("ACME101", "log-of-zero", "its rule ACME101 log-of-zero clashes with log-of-zero of nanlint"),
        ("BCME101", "acme-rule", "its rule BCME101 acme-rule clashes with BCME101 of bcme 1.0"),
        ("ACME101", "acme-rule", ""),
    ],
)
def test_codes_and_names_of_rules_are_wellformed_and_free(code: str, name: str, message: str) -> None:
    wrong = misnamed(code, name, {"NAN101": "nanlint", "log-of-zero": "nanlint", "BCME101": "bcme 1.0"})
    assert wrong.startswith(message)
    assert bool(wrong) == bool(message)


def test_a_framework_claims_what_no_other_has() -> None:
    mine = Framework(
        "acme", ("acme",), Dtype.FLOAT32, Kind.TENSOR, gradients=True, functions={"acme.log": call(Op.LOG)}
    )
    assert claims(mine, FRAMEWORKS) == ""
    assert claims(replace(mine, name="torch"), FRAMEWORKS) == "there is a framework 'torch' already"
    rooted = replace(mine, roots=("numpy",))
    assert claims(rooted, FRAMEWORKS) == "its framework 'acme' claims imports of 'numpy', which 'numpy' has"
    spelled = replace(mine, layers={"torch.nn.ReLU": call(Op.RELU)})
    assert claims(spelled, FRAMEWORKS) == "its framework 'acme' claims the name 'torch.nn.ReLU', which 'torch' has"


def test_who_does_not_need_a_plugin_is_not_stopped_by_a_broken_one(project: Path, tmp_path: Path) -> None:
    site = installed(tmp_path / "site", {"__init__.py": "1 / 0"})
    for arguments in (["--version"], ["--help"], ["rules", "--no-plugins"], ["--no-plugins"]):
        ran = nanlint(*arguments, cwd=project, environment=with_packages(site))
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_module_is_no_package(project: Path, tmp_path: Path) -> None:
    lay_out(tmp_path / "site", {"acme_nanlint.py": ""})
    register(tmp_path / "site", "acme", "0.3", {"nanlint.rules": {"acme": "acme_nanlint"}})
    ran = nanlint("rules", cwd=project, environment=with_packages(tmp_path / "site"))
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: plugin acme 0.3: its entry point names acme_nanlint, which is no package;")


def test_a_rule_that_a_package_hands_on_is_one(project: Path, tmp_path: Path) -> None:
    handing_on = "from acme_nanlint.rules.first import RULE\n"
    site = installed(tmp_path / "site", {"__init__.py": "", "rules/__init__.py": handing_on, "rules/first.py": rule()})
    ran = nanlint("rules", cwd=project, environment=with_packages(site))
    assert (ran.returncode, ran.stdout.count("ACME101")) == (0, 1)


def test_two_plugins_do_not_share_a_code(project: Path, tmp_path: Path) -> None:
    site = installed(tmp_path / "site", {"__init__.py": "", "rules.py": rule()})
    installed(site, {"__init__.py": "", "rules.py": rule(name="another")}, "bcme", "bcme_nanlint")
    ran = nanlint(cwd=project, environment=with_packages(site))
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: plugin bcme 0.3: its rule ACME101 another clashes with ACME101 of acme 0.3;")


def test_a_rule_that_fails_at_work_is_told_with_its_package(tmp_path: Path) -> None:
    failing = rule(check="lambda trace, limits: iter([trace.events[0].nothing])")
    site = installed(tmp_path / "site", {"__init__.py": "", "rules/acme101.py": failing})
    lay_out(tmp_path / "work", {"plain.py": "x = 1\n", "train.py": "import torch\n\ntorch.log(torch.relu(x))\n"})
    ran = nanlint(cwd=tmp_path / "work", environment=with_packages(site))
    assert ran.returncode == 2
    assert ran.stderr == (
        "error: train.py: internal error in plugin acme 0.3: AttributeError: 'Event' object has no attribute 'nothing' "
        "(rules/acme101.py:3)\n"
    )
