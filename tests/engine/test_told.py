"""What the user says of the code: functions that guard, names that stand for a framework's, settings per file."""

from __future__ import annotations

import pytest

from nanlint import Settings, fix_source, lint_source, lint_texts

GUARDS = """\
import torch
from torch import nn

from lib.guards import off_zero, split


class Net(nn.Module):
    def safe(self, x):
        return x

    def forward(self, x):
        p = torch.softmax(x, -1)
        {line}
"""


def codes(line: str, *safe: str) -> list[str]:
    settings = Settings(safe_functions=safe)
    return [finding.code for finding in lint_source(GUARDS.format(line=line), "a.py", settings).findings]


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        pytest.param("return torch.log(self.safe(p))", "safe", id="a method"),
        pytest.param("return torch.log(self.safe(p))", "Net.safe", id="a method of a class"),
        pytest.param("return torch.log(self.safe(p))", "a.Net.safe", id="a method of a class of a file"),
        pytest.param("return torch.log(off_zero(p.abs()))", "off_zero", id="a function by its name"),
        pytest.param("return torch.log(off_zero(p.abs()))", "lib.guards.off_zero", id="by its whole name"),
        pytest.param("return torch.log(off_zero(p.abs()))", "guards.off_zero", id="by the end of its name"),
        pytest.param("return torch.log(self.safe(p)[:, 0].sum().detach())", "safe", id="elements and their sum"),
        pytest.param("return torch.log(1 - self.safe(p))", "safe", id="the rest to 1"),
        pytest.param("return torch.log(self.safe(p) * self.safe(x))", "safe", id="a product of two"),
        pytest.param("return torch.sqrt(self.safe(p - 1))", "safe", id="a root"),
        pytest.param("q = self.safe(p - 1)\n        return x / q.sum()", "safe", id="a divisor"),
    ],
)
def test_results_of_safe_functions_are_away_from_every_pole(line: str, safe: str) -> None:
    reported = [code for code in codes(line) if code.startswith(("NAN1", "NAN2"))]
    trusted = [code for code in codes(line, safe) if code not in ("NAN105", "NAN209")]
    assert reported
    assert trusted == []


@pytest.mark.parametrize(
    "line",
    [
        "return torch.log(self.safe(p) * p)",
        "return torch.log(p) + self.safe(p)",
        "return torch.log(self.safe(p) - self.safe(p) + p)",
        "return torch.log(torch.softmax(self.safe(p), -1))",
    ],
)
def test_what_else_is_in_there_is_not(line: str) -> None:
    assert codes(line, "safe") != []


@pytest.mark.parametrize("safe", ["afe", "Safe", "other.off_zero", "off_zero.guards", "lib"])
def test_another_name_is_not_meant(safe: str) -> None:
    assert codes("return torch.log(off_zero(p.abs()))", safe) == codes("return torch.log(off_zero(p.abs()))") != []


def test_the_body_of_a_safe_function_is_linted() -> None:
    text = "import torch\n\ndef safe(x: torch.Tensor):\n    return torch.log(torch.softmax(x, -1))\n"
    assert [finding.code for finding in lint_source(text, "a.py", Settings(safe_functions=("safe",))).findings] == [
        "NAN201"
    ]


ALIASED = """\
import mytorch
import mytorch.nn.functional as F
from mylib.backend import log, nn


class Net(nn.Module):
    def forward(self, x: mytorch.Tensor):
        return log(mytorch.softmax(x, dim=-1)) + F.softmax(x, dim=-1).log()
"""
ALIASES = Settings(framework_aliases=(("mytorch", "torch"), ("mylib.backend", "torch")))


def test_aliases_are_read_as_the_framework_and_written_as_they_are() -> None:
    assert lint_source(ALIASED, "a.py").findings == ()
    assert [finding.code for finding in lint_source(ALIASED, "a.py", ALIASES).findings] == ["NAN201", "NAN201"]
    fixed = fix_source(ALIASED, "a.py", ALIASES).text
    assert "return mytorch.log_softmax(x, dim=-1) + F.log_softmax(x, dim=-1)\n" in fixed


def test_a_function_may_stand_for_a_function() -> None:
    text = "from ops import lg, softplus\nimport torch\n\ndef f(x: torch.Tensor):\n    return lg(torch.relu(x))\n"
    assert lint_source(text, "a.py").findings == ()
    aliased = Settings(framework_aliases=(("ops.lg", "torch.log"),))
    assert [finding.code for finding in lint_source(text, "a.py", aliased).findings] == ["NAN101"]


def test_an_alias_counts_through_another_file_and_before_a_file_of_that_name() -> None:
    texts = {
        "mytorch.py": "def log(x):\n    return x\n",
        "names.py": "import mytorch as T\n",
        "use.py": "from names import T\n\ndef f(x):\n    return T.log(T.softmax(x, dim=-1))\n",
    }
    assert lint_texts(texts).findings == ()
    found = lint_texts(texts, Settings(framework_aliases=(("mytorch", "torch"),))).findings
    assert [(finding.place.path, finding.code) for finding in found] == [("use.py", "NAN201")]


HEAD = "import torch\n\ndef head(x):\n    return torch.log(x)\n"
USE = """\
import torch
from head import head

def loss(x: torch.Tensor):
    return head(torch.sigmoid(x))
"""


@pytest.mark.parametrize(
    ("head", "use", "expected"),
    [
        pytest.param(Settings(), Settings(), ["error NAN202"], id="alike"),
        pytest.param(Settings(), Settings(ignore=("NAN202",)), ["error NAN202"], id="off where it is used"),
        pytest.param(Settings(ignored=("NAN202",)), Settings(), ["error NAN101"], id="off where it is"),
        pytest.param(Settings(levels=(("NAN2", "note"),)), Settings(), ["note NAN202"], id="another level where it is"),
        pytest.param(Settings(), Settings(levels=(("NAN2", "note"),)), ["error NAN202"], id="or where it is used"),
    ],
)
def test_a_finding_is_judged_by_the_settings_of_the_file_it_is_in(
    head: Settings, use: Settings, expected: list[str]
) -> None:
    findings = lint_texts({"head.py": HEAD, "use.py": USE}, {"head.py": head, "use.py": use}).findings
    assert [
        f"{finding.level.label} {finding.code}" for finding in findings if finding.place.path == "head.py"
    ] == expected
