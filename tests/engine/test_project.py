"""Which file of a run an import means."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from nanlint.program.project import Project
from nanlint.text.bindings import bindings

PATHS = (
    "/repo/train.py",
    "/repo/utils.py",
    "/repo/pkg/__init__.py",
    "/repo/pkg/net.py",
    "/repo/pkg/utils.py",
    "/repo/pkg/sub/__init__.py",
    "/repo/pkg/sub/head.py",
    "/repo/data/reader.py",
    "/repo/tests/test_net.py",
    "/repo/src/lib/core.py",
    "/repo/src/lib/sub/one.py",
    "/repo/other/lib2/sub/one.py",
    "/repo/random.py",
    "/repo/torch/nn.py",
)
PROJECT = Project(PATHS)


@pytest.mark.parametrize(
    ("importer", "name", "found"),
    [
        ("train.py", "utils", "utils.py"),
        ("train.py", "pkg", "pkg/__init__.py"),
        ("train.py", "pkg.net", "pkg/net.py"),
        ("train.py", "pkg.net.Net", None),
        ("train.py", "data", "data"),
        ("train.py", "data.reader", "data/reader.py"),
        ("pkg/net.py", "utils", "utils.py"),
        ("pkg/net.py", ".utils", "pkg/utils.py"),
        ("pkg/net.py", ".", "pkg/__init__.py"),
        ("pkg/net.py", "sub", "pkg/sub/__init__.py"),
        ("pkg/sub/head.py", "..utils", "pkg/utils.py"),
        ("pkg/sub/head.py", "...utils", "utils.py"),
        ("pkg/sub/head.py", "......utils", None),
        ("pkg/sub/__init__.py", ".head", "pkg/sub/head.py"),
        ("pkg/sub/__init__.py", "..net", "pkg/net.py"),
        ("tests/test_net.py", "pkg.net", "pkg/net.py"),
        ("tests/test_net.py", "lib.core", "src/lib/core.py"),
        ("tests/test_net.py", "sub.one", None),
        ("train.py", "core", None),
        ("train.py", "random", None),
        ("train.py", "torch.nn", None),
        ("train.py", "absent", None),
        ("elsewhere.py", "utils", None),
    ],
    ids=lambda it: str(it),
)
def test_import_means_the_file_that_python_would_find(importer: str, name: str, found: str | None) -> None:
    assert PROJECT.find(f"/repo/{importer}", name) == (None if found is None else f"/repo/{found}")


def test_order_of_the_files_does_not_matter() -> None:
    backwards = Project(PATHS[::-1])
    names = ("utils", "pkg", "pkg.net", ".utils", "..utils", "sub", "lib.core", "sub.one", "data")
    questions = [(path, name) for path in PATHS for name in names]
    assert [PROJECT.find(*question) for question in questions] == [backwards.find(*question) for question in questions]


def test_relative_paths_and_dots_are_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(("train.py", "./pkg/../model.py", str(tmp_path / "loss.py")))
    assert project.find("train.py", "model") == "./pkg/../model.py"
    assert project.find("train.py", "loss") == str(tmp_path / "loss.py")


def test_what_cannot_be_read_or_parsed_has_no_tree_and_no_names(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n")
    missing = str(tmp_path / "missing.py")
    project = Project((str(broken), missing))
    assert [project.tree(path) for path in (str(broken), missing, str(tmp_path))] == [None, None, None]
    assert [project.names(path) for path in (str(broken), missing, str(tmp_path))] == [frozenset()] * 3


def test_a_tree_is_parsed_again_only_for_another_text() -> None:
    project = Project(("a.py",), {"a.py": "x = 1\n"})
    source = project.source("a.py")
    tree = project.tree("a.py")
    assert project.parsed(source) is tree
    assert project.parsed(source.with_text("x = 2\n")) is not tree


def test_names_follow_star_imports_and_end_in_a_cycle() -> None:
    project = Project(
        ("a.py", "b.py"),
        {"a.py": "from b import *\nx = 1\n", "b.py": "from a import *\nimport torch as t\n_hidden = y = 2\n"},
    )
    assert project.names("a.py") == {"x", "t", "y"}


def test_bindings_are_those_of_the_top_level() -> None:
    text = """\
import a.b, c as d
from .e import f, g as h
from ..i import *
j: int = 1
k, (l, *m) = n = range(3)
o += 1
if j:
    def p(): q = 1
else:
    class R: s = 1
try:
    t = 1
except ValueError:
    u = 2
finally:
    v = 3
with open(a) as w:
    x = 1
for y in z:
    aa = 1
"""
    assert bindings(text) >= {*"adfhjklmnopRtuvwxy", "aa"} | {"..i*"}
    assert not bindings(text) & {"q", "s", "c", "g", "b"}


def test_a_file_matters_if_it_or_a_file_that_it_imports_has_a_framework() -> None:
    texts = {
        "model.py": "import torch\n",
        "nets/__init__.py": "from .deep import Net\n",
        "nets/deep.py": "import torch\n",
        "direct.py": "import os, model as m\n",
        "through.py": "from nets import Net\n",
        "sub.py": "from nets import (deep,\n  other)\n",
        "far.py": "import direct\n",
        "plain.py": "import os\nfrom plain import plain\n",
        "fails.py": "import broken\n",
    }
    project = Project((*texts, "broken.py"), texts)
    matter = {path for path in texts if project.matters(project.source(path))}
    assert matter == {"model.py", "nets/__init__.py", "nets/deep.py", "direct.py", "through.py", "sub.py"}


def test_project_travels_to_another_process() -> None:
    PROJECT.find("/repo/train.py", "utils")
    copy = pickle.loads(pickle.dumps(PROJECT))
    assert copy == PROJECT
    assert copy.find("/repo/train.py", "pkg.net") == "/repo/pkg/net.py"


_SETTING = "import torch\nimport geometry\n\n\ndef main():\n    torch.set_default_dtype(torch.float64)\n"
_USING = "import geometry\n"


@pytest.mark.parametrize(
    ("scripts", "answer"),
    [
        ((), False),
        ((_USING,), False),
        ((_SETTING,), True),
        ((_SETTING, _SETTING), True),
        ((_SETTING, _USING), None),
        ((_USING, _SETTING.replace("import geometry\n", "")), False),
        ((_SETTING.replace("float64", "float32"),), False),
        ((_SETTING.replace("    torch.set", "    if double:\n        torch.set"),), False),
        (("import jax\nimport geometry\njax.config.update('jax_enable_x64', True)\n",), True),
        (("import jax\nimport geometry\njax.config.update('jax_enable_x64', False)\n",), False),
        (("import keras\nimport geometry\nkeras.backend.set_floatx('float64')\n",), True),
        (("import torch\nimport geometry\ntorch.set_default_tensor_type('torch.DoubleTensor')\n",), True),
    ],
)
def test_the_scripts_that_use_a_file_say_whether_float64_is_the_default(
    scripts: tuple[str, ...], answer: bool | None
) -> None:
    texts = {"/repo/geometry.py": "import torch\n", **{f"/repo/s{i}.py": text for i, text in enumerate(scripts)}}
    assert Project(tuple(texts), texts).doubled("/repo/geometry.py") is answer


def test_an_answer_is_that_of_the_texts_of_now() -> None:
    texts = {"/repo/geometry.py": "import torch\n", "/repo/script.py": _USING}
    project = Project(tuple(texts), texts)
    assert project.doubled("/repo/geometry.py") is False
    texts["/repo/script.py"] = _SETTING
    project.refresh()
    assert project.doubled("/repo/geometry.py") is True


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("import model\nmodel.Net()\n", False),
        ("import model\nmodel.Net().load_state_dict(saved)\n", True),
        ("import model\nnet = model.Net()\nnet.load_state_dict(saved)\nnet(x).backward()\n", False),
        ("import model\nnet = model.Net()\nnet.apply(init_weights)\nnet(x).backward()\n", True),
        ("import model\nfor p in model.Net().parameters():\n    nn.init.normal_(p)\nloss.backward()\n", True),
        ("import model\n\n\ndef init_weights(m):\n    pass\n", False),
        ("model.Net().load_state_dict(saved)\n", False),
    ],
)
def test_the_files_that_use_a_model_say_whether_they_fill_it(script: str, answer: bool) -> None:
    texts = {"/repo/model.py": "import torch\n", "/repo/script.py": script}
    assert Project(tuple(texts), texts).filled("/repo/model.py") is answer
