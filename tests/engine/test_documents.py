"""Configuration files that a script loads by a literal path: their numbers count as the script's hyper-parameters."""

from pathlib import Path

import pytest

from nanlint.api import lint_file, lint_source
from nanlint.program.documents import MAX_BYTES, load

CONTENTS = {
    "config.yaml": "optim:\n  lr: 2.5\n  betas: [0.9, 0.999]\namp: true\nname: run\ntext: 1e-3\n",
    "config.json": '{"optim": {"lr": 2.5}}',
    "config.toml": "[optim]\nlr = 2.5\n",
}
LOADS = {
    "yaml": 'yaml.safe_load(open("config.yaml"))',
    "yaml with a loader": 'yaml.load(open("config.yaml"), Loader=yaml.FullLoader)',
    "yaml, text": 'yaml.safe_load(Path("config.yaml").read_text())',
    "json": 'json.load(open("config.json"))',
    "json, text": 'json.loads(Path("config.json").read_text(encoding="utf-8"))',
    "toml": 'tomllib.load(open("config.toml", "rb"))',
    "toml, text": 'tomllib.loads(open("config.toml").read())',
    "omegaconf": 'OmegaConf.load("config.yaml")',
    "beside the script": 'json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.json")))',
    "beside the script, pathlib": 'json.loads((Path(__file__).resolve().parent / "config.json").read_text())',
}
SCRIPT = """\
import json, os, tomllib, yaml
from pathlib import Path
import torch
from omegaconf import OmegaConf

config = {load}
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=config["optim"]["lr"])
"""


def rates(path: Path) -> list[str]:
    """What is said of learning rates."""
    report = lint_file(path)
    assert report.problems == ()
    return [finding.message for finding in report.findings if finding.rule == "high-learning-rate"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, content in CONTENTS.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("load_call", LOADS.values(), ids=LOADS.keys())
def test_number_in_a_file_beside_the_script_is_known(directory: Path, load_call: str) -> None:
    script = directory / "train.py"
    script.write_text(SCRIPT.format(load=load_call), encoding="utf-8")
    assert [message.partition(" for ")[0] for message in rates(script)] == ["learning rate of 2.5"]


def test_evidence_names_the_file_and_the_key(directory: Path) -> None:
    script = directory / "train.py"
    script.write_text(SCRIPT.format(load=LOADS["yaml"]), encoding="utf-8")
    (finding,) = lint_file(script).findings
    assert [step.text for step in finding.evidence] == ["optim.lr of config.yaml", "the rate is 2.5"]


def test_with_statement(directory: Path) -> None:
    script = directory / "train.py"
    script.write_text(
        'import torch, yaml\nwith open("config.yaml") as f:\n    config = yaml.safe_load(f)\n'
        'torch.optim.Adam(torch.nn.Linear(2, 1).parameters(), lr=config["optim"]["lr"])\n',
        encoding="utf-8",
    )
    assert len(rates(script)) == 1


def test_text_that_only_omegaconf_takes_for_a_number(directory: Path) -> None:
    (directory / "config.yaml").write_text("lr: 5e+0\n", encoding="utf-8")
    script = directory / "train.py"
    for load_call, count in ((LOADS["omegaconf"], 1), (LOADS["yaml"], 0)):
        script.write_text(SCRIPT.format(load=load_call).replace('["optim"]', ""), encoding="utf-8")
        assert len(rates(script)) == count


def test_flag_in_a_file_decides_no_branch(directory: Path) -> None:
    script = directory / "train.py"
    script.write_text(
        'import torch, yaml\nconfig = yaml.safe_load(open("config.yaml"))\n\n\ndef f(x: torch.Tensor):\n'
        '    if config["amp"]:\n        return x\n    return torch.log(torch.softmax(x, -1))\n\n\nf(torch.randn(3))\n',
        encoding="utf-8",
    )
    assert [finding.rule for finding in lint_file(script).findings] == ["log-of-softmax"]


def test_source_without_a_file_reads_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    assert lint_source(SCRIPT.format(load=LOADS["yaml"])).findings == ()
    named = lint_source(SCRIPT.format(load=LOADS["yaml"]), str(directory / "train.py"))
    assert [finding.rule for finding in named.findings] == ["high-learning-rate"]


UNREADABLE = {
    "missing": None,
    "broken yaml": b"optim: [",
    "not text": b"\xff\xfe\x00",
    "objects": b"!!python/object/apply:os.getcwd []",
    "no mapping": b"5",
    "aliases": b"a: &a [1]\nb: [*a, *a]\n",
    "too large": b"optim:\n  lr: 2.5\n#" + b"x" * MAX_BYTES,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_file_is_simply_not_known(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "config.yaml").write_bytes(content)
    script = tmp_path / "train.py"
    script.write_text(SCRIPT.format(load=LOADS["yaml"]), encoding="utf-8")
    assert rates(script) == []


@pytest.mark.parametrize("name", ["config.ini", "data.csv", "weights.pt", "a\0.yaml", "", "."])
def test_other_files_are_not_opened(tmp_path: Path, name: str) -> None:
    assert load(str(tmp_path / "train.py"), name) is None


def test_working_directory_comes_after_the_script(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    scripts = directory / "scripts"
    scripts.mkdir()
    assert load(str(scripts / "train.py"), "config.json") == ("config.json", {"optim": {"lr": 2.5}})
    (scripts / "config.json").write_text("{}", encoding="utf-8")
    assert load(str(scripts / "train.py"), "config.json") == ("config.json", {})
    assert load(str(scripts / "train.py"), "<script>/../config.json") == ("../config.json", {"optim": {"lr": 2.5}})


def test_broken_json_and_toml_are_not_known(tmp_path: Path) -> None:
    for name in ("a.json", "a.toml"):
        (tmp_path / name).write_text("= {", encoding="utf-8")
        assert load(str(tmp_path / "train.py"), name) is None
