"""Scripts in Python 2 are read at their own places, linted and fixed; scripts of today are not touched."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.explain import explain
from nanlint.explain.place import Asked
from nanlint.text.older import respelled
from nanlint.text.parsing import parse
from nanlint.text.source import from_text

SCRIPT = """\
import tensorflow as tf

def f(x, verbose=0755):
    try:
        print "entropy of", `x`, 10L
    except (ValueError, KeyError), e:
        raise RuntimeError, "no %s" % e
    if verbose <> 0: print ur"\\d"
    return tf.log(tf.nn.softmax(x))
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', x\n", "print,'a', x\n"),
        ("print'a'\n", "prin,'a'\n"),
        ("print\n", "print\n"),
        ("print >>log, 'a'\n", "print >>log, 'a'\n"),
        ("if x: print x; print -1,\n", "if x: print,x; print,-1,\n"),
        ("print 'a' \\\n  'b'\n", "print,'a' \\\n  'b'\n"),
        ("exec code in names\n", "exec,code in names\n"),
        ("raise E, 'text', trace\n", "raise E; 'text'; trace\n"),
        ("try: f(x)\nexcept E, e: pass\n", "try: f(x)\nexcept E   : pass\n"),
        ("try: f(x)\nexcept (E, F), e:\n  pass\n", "try: f(x)\nexcept (E, F)   :\n  pass\n"),
        ("x = `y` + 7L + 0xfL\n", "x = (y) + 7  + 0xf \n"),
        ("x = 0755 <> 1\n", "x = _755 != 1\n"),
        ("x = ur'a' + Ur'b'\n", "x =  r'a' +  r'b'\n"),
        ("x = sorted(d, key=lambda (a, b): b)\n", "x = sorted(d, key=lambda  a, b : b)\n"),
        ("x = x.cuda(async=True)\n", "x = x.cuda(_sync=True)\n"),
    ],
)
def test_each_old_spelling_has_one_of_its_length(old: str, new: str) -> None:
    assert respelled(old) == new
    assert len(old) == len(new)
    ast.parse(new)
    assert parse(from_text(old)).body


@pytest.mark.parametrize(
    "text",
    [
        "print(x, 'print y')\nprint ('a', end='')\n",
        "'''\nprint x\n'''  # print `x` <> 1\n",
        "x = {print: 1, 'raise a, b': 2}\n",
        "y = lambda a, b: (a, b)\n",
        "x = 1e-08 + 0x1e-1 + 0.01 + 00 + 1_000\n",
        "async def f():\n    async with a, b:\n        async for x in y:\n            pass\n",
        "print = log\nprint[0]\nprint.x\n",
        "try:\n    pass\nexcept (A, B):\n    raise E(1, 2)\n",
    ],
)
def test_what_is_written_for_today_stays(text: str) -> None:
    ast.parse(text)
    assert respelled(text) == text


def test_no_module_of_ours_changes() -> None:
    files = sorted(Path(__file__).parents[2].glob("nanlint/**/*.py"))
    assert len(files) > 100
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert respelled(text) == text


def test_a_script_in_python_2_is_linted_at_its_places() -> None:
    with warnings.catch_warnings(), pytest.raises(SyntaxError):
        compile(SCRIPT, "<old>", "exec")
    report = lint_source(SCRIPT)
    assert not report.problems
    assert [(finding.code, finding.place.line, finding.place.column) for finding in report.findings] == [
        ("NAN201", 9, 12)
    ]


def test_a_fix_leaves_the_rest_as_it_was_written() -> None:
    fixed = fix_source(SCRIPT)
    assert fixed.text == SCRIPT.replace("tf.log(tf.nn.softmax(x))", "tf.nn.log_softmax(x)")
    assert not fixed.report.problems


def test_comments_silence_in_it() -> None:
    text = SCRIPT.replace("softmax(x))", "softmax(x))  # nanlint: ignore[NAN201]")
    assert not lint_source(text).findings


def test_its_operations_are_explained(tmp_path: Path) -> None:
    script = tmp_path / "old.py"
    script.write_text(SCRIPT)
    told = explain(Asked(str(script), 9))
    assert [operation.source for operation in told.operations] == ["tf.nn.softmax(x)", "tf.log(tf.nn.softmax(x))"]


def test_a_cell_in_python_2_is_a_cell() -> None:
    cells = ",".join(
        f'{{"cell_type": "code", "metadata": {{}}, "outputs": [], "execution_count": null, "source": [{text}]}}'
        for text in (
            '"import torch\\n", "print \'a\'"',
            '"x = torch.log(torch.softmax(torch.randn(3), 0))\\n", "print x"',
        )
    )
    notebook = f'{{"cells": [{cells}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    report = lint_source(notebook, "old.ipynb")
    assert not report.problems
    assert [(finding.code, finding.place.cell, finding.place.line) for finding in report.findings] == [("NAN201", 2, 1)]


def test_an_error_beside_it_is_the_one_that_python_names() -> None:
    (problem,) = lint_source(SCRIPT + "x = $\n").problems
    assert "syntax error" in problem.message
