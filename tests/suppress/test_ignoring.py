"""Where ignore comments are written: the finding is gone, the program is the same, and nothing else is touched."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from nanlint.api import lint_paths, lint_source
from nanlint.comments.ignoring import ignore_in, with_ignores
from nanlint.findings import Finding
from nanlint.settings import Settings
from nanlint.text.source import from_text

HEAD = "import torch\n\n\ndef f(x: torch.Tensor, y: torch.Tensor):\n"
COMMENT = "  # nanlint: ignore[log-of-zero]"


def found(text: str, settings: Settings = Settings()) -> tuple[Finding, ...]:  # noqa: B008 - it is frozen
    report = lint_source(text, "a.py", settings)
    assert report.problems == ()
    return report.findings


def ignored(text: str, reason: str = "") -> str:
    """The text with comments; the findings are gone, and the program is the same."""
    findings = found(text)
    assert findings
    done = with_ignores(from_text(text, "a.py"), findings, reason)
    assert (done.number, done.failed) == (len(findings), ())
    assert found(done.text) == ()
    assert ast.dump(ast.parse(done.text)) == ast.dump(ast.parse(text))
    return done.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("    return torch.log(x)\n", f"    return torch.log(x){COMMENT}\n", id="a line"),
        pytest.param("    return torch.log(x)", f"    return torch.log(x){COMMENT}", id="no newline"),
        pytest.param("    return torch.log(x)  \t\n", f"    return torch.log(x){COMMENT}\n", id="blanks behind"),
        pytest.param("    return torch.log(x)\r\n", f"    return torch.log(x){COMMENT}\r\n", id="CRLF"),
        pytest.param(
            "    return torch.log(x)  # type: ignore\n",
            f"    return torch.log(x)  # type: ignore{COMMENT}\n",
            id="beside another",
        ),
        pytest.param(
            "    return f2(\n        1,\n        torch.log(x),\n    )\n",
            f"    return f2(\n        1,\n        torch.log(x),{COMMENT}\n    )\n",
            id="several lines",
        ),
        pytest.param(
            "    return torch.log(\n        x\n    )\n",
            f"    return torch.log({COMMENT}\n        x\n    )\n",
            id="an open bracket",
        ),
        pytest.param(
            "    return torch.log(x) + \\\n        y + \\\n        1\n",
            f"    return torch.log(x) + \\\n        y + \\\n        1{COMMENT}\n",
            id="backslashes",
        ),
        pytest.param(
            '    return torch.log(x), """\na\nb"""\n',
            f'    return torch.log(x), """\na\nb"""{COMMENT}\n',
            id="a string",
        ),
        pytest.param(
            '    return """\na""", torch.log(x)\n',
            f'    return """\na""", torch.log(x){COMMENT}\n',
            id="behind a string",
        ),
        pytest.param(
            "    return torch.log(x), 'a\\\nb'\n",
            f"    return torch.log(x), 'a\\\nb'{COMMENT}\n",
            id="a backslash in a string",
        ),
        pytest.param(
            '    return f"""\n{torch.log(x)}\n"""\n',
            f'    return f"""\n{{torch.log(x)}}\n"""{COMMENT}\n',
            id="a formatted string",
        ),
        pytest.param(
            "    return f'{torch.log(x)}#'\n", f"    return f'{{torch.log(x)}}#'{COMMENT}\n", id="a hash in a string"
        ),
        pytest.param(
            "    a = torch.log(x); b = torch.log(y)\n    return a + b\n",
            f"    a = torch.log(x); b = torch.log(y){COMMENT}\n    return a + b\n",
            id="two statements in a line",
        ),
        pytest.param(
            "    if torch.log(x).sum() > 0: return 1\n    return 2\n",
            f"    if torch.log(x).sum() > 0: return 1{COMMENT}\n    return 2\n",
            id="a block in the line",
        ),
        pytest.param(
            "    for a in torch.log(\n        x\n    ):\n        print(a)\n",
            f"    for a in torch.log({COMMENT}\n        x\n    ):\n        print(a)\n",
            id="a header",
        ),
        pytest.param(
            "    return (torch.log(x)\n        + torch.log(y))\n",
            f"    return (torch.log(x){COMMENT}\n        + torch.log(y)){COMMENT}\n",
            id="two lines of one statement",
        ),
        pytest.param(
            "    return x.log() + torch.log(torch.softmax(y, 1))\n",
            "    return x.log() + torch.log(torch.softmax(y, 1))  # nanlint: ignore[log-of-zero, log-of-softmax]\n",
            id="two rules",
        ),
    ],
)
def test_the_comment_is_at_the_end_of_a_line_of_the_statement(before: str, after: str) -> None:
    assert ignored(HEAD + before) == HEAD + after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "  # nanlint: ignore[division-by-zero] n is a count",
            "  # nanlint: ignore[division-by-zero, log-of-zero] n is a count",
        ),
        ("  # nanlint: ignore[NAN103]", "  # nanlint: ignore[NAN103, NAN101]"),
        ("  # noqa: E501  # nanlint: ignore[NAN103]", "  # noqa: E501  # nanlint: ignore[NAN103, NAN101]"),
        ("  # nanlint: ignore[NAN103", f"  # nanlint: ignore[NAN103{COMMENT}"),
    ],
)
def test_a_comment_that_is_there_gets_the_name(before: str, after: str) -> None:
    text = f"{HEAD}    return torch.log(x) / y.sum(){before}\n"
    findings = [finding for finding in found(text, Settings(ignore=("NAN103",))) if finding.code == "NAN101"]
    done = with_ignores(from_text(text, "a.py"), findings)
    assert done.text == f"{HEAD}    return torch.log(x) / y.sum(){after}\n"


def test_a_comment_on_the_line_above_gets_the_name() -> None:
    text = f"{HEAD}    # nanlint: ignore[NAN103] why\n    return torch.log(x)\n"
    done = with_ignores(from_text(text, "a.py"), found(text, Settings(ignore=("NAN0",))))
    assert done.text == text.replace("[NAN103]", "[NAN103, NAN101]")


def test_the_reason_is_one_line_behind_the_bracket() -> None:
    text = ignored(f"{HEAD}    return torch.log(x)\n", "simulated,\n never 0")
    assert text.splitlines()[-1].endswith("# nanlint: ignore[log-of-zero] simulated, never 0")


def test_a_byte_order_mark_and_an_encoding_stay(tmp_path: Path) -> None:
    text = f"# -*- coding: latin-1 -*-\n{HEAD}    return torch.log(x)  # é\n"
    path = tmp_path / "a.py"
    path.write_bytes(text.encode("latin-1"))
    (file,) = lint_paths([path]).files
    assert ignore_in(file).number == 1
    assert path.read_bytes() == text.replace("é", f"é{COMMENT}").encode("latin-1")


def test_in_a_notebook_the_comment_is_in_its_cell(tmp_path: Path) -> None:
    cells = ["import torch\n%matplotlib inline\n", "x = torch.rand(3)\ny = torch.log(x)", "y.sum()\n"]
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": code.splitlines(True),
            }
            for code in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    (file,) = lint_paths([path]).files
    assert ignore_in(file).number == len(file.findings) == 1
    after = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][1]["source"][1] += COMMENT  # type: ignore[index]
    assert after == notebook
    assert lint_paths([path]).findings == ()


def test_a_file_that_has_changed_since_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"{HEAD}    return torch.log(x)\n", encoding="utf-8")
    (file,) = lint_paths([path]).files
    path.write_text("# mine\n", encoding="utf-8")
    done = ignore_in(file)
    assert (done.number, [problem.message for problem in done.problems]) == (
        0,
        ["has changed on disk since it was linted; not written, run again"],
    )
    assert path.read_text(encoding="utf-8") == "# mine\n"


def test_unused_comments_are_left_to_their_fix(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1  # nanlint: ignore[NAN101]\n", encoding="utf-8")
    (file,) = lint_paths([path]).files
    assert [finding.code for finding in file.findings] == ["NAN001"]
    assert (ignore_in(file).number, ignore_in(file).problems) == (0, ())
    assert path.read_text(encoding="utf-8") == "x = 1  # nanlint: ignore[NAN101]\n"
