"""What is kept and what is not, one examination at a time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nanlint.api import lint_paths
from nanlint.caching import cache
from nanlint.caching.cache import Cache
from nanlint.comments.unused import CODE, NAME, REMEDY
from nanlint.program.project import Project
from nanlint.roster import known
from nanlint.rules.nan001_unused_ignore import RULE
from nanlint.rules.registry import builtin_rules
from nanlint.running.aids import Aids
from nanlint.running.work import Examination, died, examine_file
from nanlint.settings import Settings

SETTINGS = Settings()
TEXT = "import torch\n\n\ndef f(x):\n    return torch.log(torch.relu(x))\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "a.py"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def kept(directory: Path, path: str, settings: Settings = SETTINGS) -> Examination | None:
    """What a new run would find."""
    return Cache(directory).find(path, settings, Project((path,)))


def keep(directory: Path, examination: Examination) -> None:
    Cache(directory).keep(examination, SETTINGS, Project((examination.path,)))


def test_what_is_kept_is_what_was_examined(tmp_path: Path, path: str) -> None:
    done = examine_file(path, SETTINGS, Project((path,)))
    keep(tmp_path / "cache", done)
    assert done.examined.own
    assert kept(tmp_path / "cache", path) == done


@pytest.mark.parametrize("change", [{"strict": True}, {"epsilon": 1e-3}, {"select": ("NAN1",)}])
def test_other_settings_have_other_results(tmp_path: Path, path: str, change: dict[str, object]) -> None:
    keep(tmp_path / "cache", examine_file(path, SETTINGS, Project((path,))))
    assert kept(tmp_path / "cache", path, replace(SETTINGS, **change)) is None  # type: ignore[arg-type]


def test_another_nanlint_trusts_nothing(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path / "cache", examine_file(path, SETTINGS, Project((path,))))
    monkeypatch.setattr(cache, "fingerprint", lambda: "another")
    assert kept(tmp_path / "cache", path) is None


def test_a_file_that_does_not_parse_is_kept_with_its_problem(tmp_path: Path, path: str) -> None:
    Path(path).write_text("def f(:\n", encoding="utf-8")
    done = examine_file(path, SETTINGS, Project((path,)))
    keep(tmp_path / "cache", done)
    assert done.problems
    assert kept(tmp_path / "cache", path) == done


def test_a_notebook_is_kept_like_a_file(tmp_path: Path) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": TEXT,
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    file = tmp_path / "nb.ipynb"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    done = examine_file(str(file), SETTINGS, Project((str(file),)))
    keep(tmp_path / "cache", done)
    assert [report.finding.place.cell for report in done.examined.own] == [1]
    found = kept(tmp_path / "cache", str(file))
    assert found is not None
    assert found.light == done


def test_settings_of_the_files_that_were_looked_into_count(tmp_path: Path) -> None:
    """A finding in another file is for that file's settings to switch off."""
    losses, train = str(tmp_path / "losses.py"), str(tmp_path / "train.py")
    Path(losses).write_text("import torch\n\n\ndef nll(p):\n    return -torch.log(p)\n", encoding="utf-8")
    Path(train).write_text(
        "import torch\nfrom losses import nll\n\nloss = nll(torch.softmax(torch.randn(3), -1))\n", encoding="utf-8"
    )
    found = []
    for ignored in ((), ("NAN1", "NAN2"), ()):
        settings = {losses: Settings(ignore=ignored), train: SETTINGS}
        report = lint_paths([losses, train], settings, aids=Aids(Cache(tmp_path / "cache")))
        assert report == lint_paths([losses, train], settings)
        found.append([finding.code for finding in report.findings])
    assert found == [["NAN201"], [], ["NAN201"]]


def test_a_default_of_float64_that_a_user_of_the_file_sets_counts(tmp_path: Path) -> None:
    used, script = tmp_path / "used.py", tmp_path / "script.py"
    used.write_text("import torch\n\n\ndef f(x):\n    return torch.log(x.clamp(1e-9, 1 - 1e-9))\n", encoding="utf-8")
    script.write_text("import torch\nimport used\n", encoding="utf-8")
    paths = (str(used), str(script))
    before = examine_file(str(used), SETTINGS, Project(paths))
    Cache(tmp_path / "cache").keep(before, SETTINGS, Project(paths))
    assert Cache(tmp_path / "cache").find(str(used), SETTINGS, Project(paths)) == before
    with script.open("a", encoding="utf-8") as file:
        file.write("\ntorch.set_default_dtype(torch.float64)\n")
    assert Cache(tmp_path / "cache").find(str(used), SETTINGS, Project(paths)) is None
    assert before.examined.own and not examine_file(str(used), SETTINGS, Project(paths)).examined.own


def test_failures_that_may_pass_are_not_kept(tmp_path: Path, path: str) -> None:
    keep(tmp_path / "cache", Examination(path, problems=(died(path),)))
    Path(path).unlink()
    keep(tmp_path / "cache", examine_file(path, SETTINGS, Project((path,))))
    assert not (tmp_path / "cache").exists()


def test_a_text_in_the_place_of_a_file_is_another_file(tmp_path: Path, path: str) -> None:
    keep(tmp_path / "cache", examine_file(path, SETTINGS, Project((path,))))
    assert Cache(tmp_path / "cache").find(path, SETTINGS, Project((path,), {path: "x = 1\n"})) is None


def test_the_roster_is_that_of_the_rules() -> None:
    assert [tuple(rule) for rule in known()] == [(rule.code, rule.name) for rule in builtin_rules()]
    assert (RULE.code, RULE.name, RULE.remedy) == (CODE, NAME, REMEDY)
