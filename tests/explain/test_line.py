"""What is shown of a line: its operations in order, where values come from, every way in which they are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.explain import UnexplainedError, asked, explain
from tests.explain.tools import MARK, explained, text

NET = f"""\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.head = nn.Linear(3, 2)
        self.eps = eps

    def forward(self, x):
        p = torch.softmax(self.head(x), dim=-1)
        return torch.log(p + self.eps).half(){MARK}
"""


def test_operations_are_told_in_the_order_in_which_they_run(tmp_path: Path) -> None:
    found = explained(tmp_path, NET)
    assert [(one.name, one.source, one.place.column) for one in found.operations] == [
        ("add", "p + self.eps", 26),
        ("log", "torch.log(p + self.eps)", 16),
        ("cast", "torch.log(p + self.eps).half()", 16),
    ]
    assert found.code == "        return torch.log(p + self.eps).half()"


def test_values_have_ranges_dtypes_and_an_origin(tmp_path: Path) -> None:
    add, _, cast = explained(tmp_path, NET).operations
    p, eps = add.contexts[0].operands
    assert (p.value.text, p.value.range, p.value.dtype, p.value.known, p.value.gradient) == (
        "p",
        "[0, 1]",
        "float32",
        True,
        True,
    )
    assert [(link.text, link.range, link.place and link.place.line) for link in p.origin] == [
        ("Linear", "(-inf, inf)", 12),
        ("softmax", "[0, 1]", 12),
    ]
    assert (eps.value.range, eps.value.kind) == ("1e-06", "number")
    assert cast.contexts[0].result.dtype == "float16"


def test_text_is_aligned_and_complete(tmp_path: Path) -> None:
    shown = text(explained(tmp_path, NET)).replace(str(tmp_path), "dir")
    assert shown.splitlines()[:18] == [
        "dir/a.py:13",
        "13 |         return torch.log(p + self.eps).half()",
        "",
        "13:26  p + self.eps  (add, torch)",
        "    in Net.forward, which nothing in sight calls: its parameters can be anything",
        "    p         [0, 1], float32, gradient",
        "                from Linear (-inf, inf) 12:27",
        "                from softmax [0, 1] 12:13",
        "    self.eps  1e-06, a Python number",
        "                from a parameter 1e-06",
        "    result    [1e-06, 1], float32, gradient",
        "    no finding: this operation has no pole that nanlint knows",
        "",
        "13:16  torch.log(p + self.eps)  (log, torch)",
        "    in Net.forward, which nothing in sight calls: its parameters can be anything",
        "    p + self.eps  [1e-06, 1], float32, gradient",
        "                    from add [1e-06, 1] 13:26",
        "    result        [-13.82, 9.537e-07], float32, gradient",
    ]


def test_a_column_chooses_the_innermost_operation(tmp_path: Path) -> None:
    explained(tmp_path, NET)
    at = {column: explain(asked(f"{tmp_path / 'a.py'}:13:{column}")).operations for column in (16, 28, 41)}
    assert [[one.name for one in found] for found in at.values()] == [["log"], ["add"], ["cast"]]


def test_every_call_with_other_values_is_a_context(tmp_path: Path) -> None:
    calls = "\n".join(f"    ratio(x, {number}.0)" for number in range(1, 6))
    program = (
        f"import torch\n\n\ndef ratio(a, b):\n    return a / b{MARK}\n\n\n"
        f"def main(x: torch.Tensor):\n    ratio(x, 1.0)\n{calls}\n"
    )
    found = explained(tmp_path, program)
    (divide,) = found.operations
    assert [context.operands[1].value.range for context in divide.contexts] == ["1", "2", "3"]
    assert divide.more == 2
    assert divide.contexts[0].calls == (
        "in ratio, called at 9:5",
        "in main, which nothing in sight calls: its parameters can be anything",
    )
    assert "    and 2 more ways in which it is met" in text(found)


def test_files_of_the_program_that_use_it_count(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text("import torch\n\n\ndef nll(p):\n    return torch.log(p)\n", encoding="utf-8")
    (tmp_path / "train.py").write_text(
        "import torch\nfrom losses import nll\n\n\ndef step(x):\n    return nll(torch.softmax(x, -1)).mean()\n",
        encoding="utf-8",
    )
    place = asked(f"{tmp_path / 'losses.py'}:5")
    (alone,) = explain(place).operations
    beside = [str(tmp_path / "train.py"), str(tmp_path / "." / "sub" / ".." / "losses.py")]
    (together,) = explain(place, beside).operations
    assert [context.operands[0].value.range for context in alone.contexts] == ["(-inf, inf)"]
    assert [context.operands[0].value.range for context in together.contexts] == ["(-inf, inf)", "[0, 1]"]
    assert {verdict.code for verdict in together.verdicts if verdict.status == "reported"} >= {"NAN201"}


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("3", "no operation that nanlint knows of is on this line; the nearest is at line 6"),
        ("7", "no operation begins or ends on this line; one around it begins at line 6"),
        ("6:1", "no operation at this column; there are some at 12"),
    ],
)
def test_where_there_is_no_operation_the_way_to_one_is_shown(tmp_path: Path, place: str, hint: str) -> None:
    program = "import torch\n\n\ndef f(x):\n    y = 1\n    return torch.clamp(\n        x,\n        min=0,\n    )\n"
    (tmp_path / "a.py").write_text(program, encoding="utf-8")
    found = explain(asked(f"{tmp_path / 'a.py'}:{place}"))
    assert (found.operations, found.hint) == ((), hint)
    assert text(found).endswith(f"\n\n{hint}\n")


def test_a_file_without_operations(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    assert explain(asked(f"{tmp_path / 'a.py'}:1")).hint == "nanlint sees no numeric operation in this file"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("a.py", "'a.py': say a file and a line, as in train.py:30 or train.py:30:12"),
        ("a.py:x", "'a.py:x': say a file and a line, as in train.py:30 or train.py:30:12"),
        ("{}/a.py:9", "{}/a.py: has no line 9, only 1"),
        ("{}/a.py:0", "{}/a.py: has no line 0, only 1"),
        ("{}/gone.py:1", "{}/gone.py: cannot be read: No such file or directory"),
        ("{}/broken.py:1", "{}/broken.py:1:"),
        ("{}/a.py:cell 2:1", "{}/a.py: is no notebook; leave `cell 2` out"),
    ],
)
def test_what_cannot_be_explained_is_said(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("import torch\ndef f(:\n", encoding="utf-8")
    with pytest.raises(UnexplainedError) as raised:
        explain(asked(place.format(tmp_path)))
    assert str(raised.value).startswith(message.format(tmp_path).removesuffix("1:"))
