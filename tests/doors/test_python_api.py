"""The Python API: what it names is there, documented and typed, and what the documentation shows is so."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import nanlint
import nanlint.api
from tests.cli.tools import lay_out, plain_environment

FUNCTIONS = [name for name in nanlint.__all__ if inspect.isfunction(getattr(nanlint, name))]
CLASSES = [name for name in nanlint.__all__ if inspect.isclass(getattr(nanlint, name))]

TYPED = """\
import nanlint
from nanlint import Finding, Level, Settings, fix_source, lint_paths

settings = Settings(select=("NAN2",), fail_on=Level.NOTE)
report = lint_paths(["train.py"], settings)
worst: list[Finding] = [finding for finding in report.findings if finding.level is Level.ERROR]
text: str = fix_source("x = 1", "train.py", nanlint.settings_for("train.py"), unsafe=True).text
reveal_type(report.exit_code(settings.fail_on))
"""


def test_every_name_is_there_and_documented() -> None:
    assert sorted([*FUNCTIONS, *CLASSES, "__version__"]) == sorted(nanlint.__all__)
    assert [name for name in (*FUNCTIONS, *CLASSES) if not getattr(nanlint, name).__doc__] == []
    assert nanlint.__all__ == sorted(nanlint.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_typed_from_end_to_end(name: str) -> None:
    signature = inspect.signature(getattr(nanlint, name))
    parameters = signature.parameters.values()
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'nanlint' has no attribute 'lint_everything'"):
        nanlint.lint_everything  # noqa: B018


def test_the_examples_in_the_documentation_are_so() -> None:
    for module, least in ((nanlint, 2), (nanlint.api, 5)):
        ran = doctest.testmod(module)
        assert ran.attempted >= least
        assert ran.failed == 0


def test_the_api_prints_nothing_and_reads_no_settings_unless_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import torch\n\n\ndef f(x):\n    return torch.log(torch.relu(x))\n"
    lay_out(tmp_path, {"train.py": code, "nanlint.toml": 'ignore = ["NAN101"]\n'})
    monkeypatch.chdir(tmp_path)
    assert [finding.code for finding in nanlint.lint_paths(["train.py"]).findings] == ["NAN101"]
    told = {"train.py": nanlint.settings_for("train.py")}
    assert nanlint.lint_paths(["train.py"], told).findings == ()
    assert nanlint.fix_file("train.py", unsafe=True, write=False).changed
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == code
    assert capfd.readouterr() == ("", "")


def test_type_checkers_see_the_types(tmp_path: Path) -> None:
    lay_out(tmp_path, {"user.py": TYPED})
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "user.py"],
        cwd=tmp_path,
        env=plain_environment() | {"MYPYPATH": str(Path(nanlint.__file__).parents[1])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert 'user.py:8: note: Revealed type is "int"' in ran.stdout.replace("builtins.int", "int")
    assert ran.returncode == 0, ran.stdout
    assert (Path(nanlint.__file__).parent / "py.typed").is_file()
