"""Notebook files: what is read of them, and that new code goes to its place and nothing else changes."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.notebooks.ipynb import NotebookError, parse, rewritten
from tests.notebooks.tools import PROSE, content

CODE = '{"cell_type": "code", "source": %s}'
BOOK = '{"cells": [%s], "nbformat": 4}'


def of_source(source: str) -> str:
    """A notebook with one cell whose source is spelled so."""
    return BOOK % CODE % source


def test_code_cells_have_their_number_among_all_cells() -> None:
    cells = parse(content(PROSE, "x = 1", PROSE, "y = 2\nz = 3", "")).cells
    assert [(cell.number, cell.source) for cell in cells] == [(2, "x = 1"), (4, "y = 2\nz = 3"), (5, "")]


def test_lines_of_code_know_their_line_in_the_file() -> None:
    text = content(PROSE, "x = 1\n\ny = 2")
    (cell,) = parse(text).cells
    lines = text.splitlines()
    assert [json.loads(lines[line - 1].strip().rstrip(",")) for line in cell.lines] == ["x = 1\n", "\n", "y = 2"]
    assert parse(of_source('"a\\nb"')).cells[0].lines == (1, 1)
    assert parse(of_source('["a\\nb",\n "c"]')).cells[0].lines == (1, 1)
    assert parse(of_source('["a\\n",\n "b\\r\\n", \n\n"c\\n"]')).cells[0].lines == (1, 2, 4, 4)
    assert parse(of_source("[]")).cells[0].lines == ()


def test_only_cells_in_python_count() -> None:
    sql = '{"cell_type": "code", "source": "select", "metadata": {"vscode": {"languageId": "sql"}}}'
    raw = '{"cell_type": "raw", "source": "x"}'
    assert [cell.number for cell in parse(BOOK % ", ".join([sql, raw, CODE % '"x"'])).cells] == [3]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ("{}", "python"),
        ('{"language_info": {"name": "R"}}', "r"),
        ('{"kernelspec": {"language": "julia"}}', "julia"),
        ('{"kernelspec": {"name": "ir"}, "language_info": {"version": "3"}}', "python"),
        ('{"language_info": {"name": "python"}, "kernelspec": {"language": "scala"}}', "python"),
    ],
)
def test_the_language_is_the_kernel_s(metadata: str, language: str) -> None:
    assert parse(f'{{"metadata": {metadata}, "cells": []}}').language == language


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "is empty: a notebook is JSON with a list of cells", None, None),
        ("  \n", "is empty: a notebook is JSON with a list of cells", None, None),
        ("import torch\n", "is no notebook: invalid JSON, Expecting value", 1, 1),
        ('{"cells": [\n', "is no notebook: invalid JSON, Expecting value", 2, 1),
        ('{"cells": []\n "a": 1}', "is no notebook: invalid JSON, Expecting ','", 2, 2),
        ('{"cells": [],}', "is no notebook: invalid JSON, Trailing comma", 1, 14),
        ('{"cells": []} x', "is no notebook: invalid JSON, Extra data", 1, 15),
        ('{"cells" []}', "is no notebook: invalid JSON, Expecting ':'", 1, 10),
        ("{1: 2}", "is no notebook: invalid JSON, Expecting a name in double quotes", 1, 3),
        ("[1, 2]", "is no notebook: it is no object", None, None),
        ('{"a": 1}', "is no notebook: it has no list of cells", None, None),
        ('{"cells": 3}', "is no notebook: `cells` is no list", None, None),
        ('{"cells": [3]}', "is no notebook: cell 1 is no object", None, None),
        (BOOK % '{"cell_type": "code"}', "is no notebook: cell 1 has no source", None, None),
        (of_source("3"), "is no notebook: the source of cell 1 is no text", 1, None),
        (of_source('[\n"x",\n3]'), "is no notebook: the source of cell 1 is no text", 3, None),
        ("[" * 100_000, "is no notebook: JSON nested too deeply", None, None),
    ],
)
def test_what_is_no_notebook_says_why_and_where(text: str, message: str, line: int | None, column: int | None) -> None:
    with pytest.raises(NotebookError) as caught:
        parse(text)
    assert (str(caught.value), caught.value.line, caught.value.column) == (message, line, column)


def test_an_old_format_is_told_the_way_to_the_new_one() -> None:
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("x = 1")])])
    with pytest.raises(NotebookError, match="format 3, and nanlint reads format 4: convert it with `jupyter nbconvert"):
        parse(nbformat.v3.writes_json(old))


STYLES = {
    "as Jupyter writes": ('[\n    "a\\n",\n    "b"\n   ]', "a\nc", '[\n    "a\\n",\n    "c"\n   ]'),
    "a line more": ('[\n  "a\\n",\n  "b"\n ]', "a\nx\nb", '[\n  "a\\n",\n  "x\\n",\n  "b"\n ]'),
    "a line more than one": ('[\n\t"a"\n]', "a\nb", '[\n\t"a\\n",\n\t"b"\n]'),
    "a line less": ('[\r\n  "a\\n",\r\n  "b"]', "b", '[\r\n  "b"]'),
    "compact": ('["a\\n","b"]', "a\nc", '["a\\n","c"]'),
    "compact with one line": ('["a"]', "a\nb", '["a\\n", "b"]'),
    "one text": ('"a\\nb"', "a\nc", '"a\\nc"'),
    "nothing": ("[ ]", "a\nb", '["a\\n", "b"]'),
    "carriage returns in the code": ('["a\\r\\n", "b"]', "a\r\nc", '["a\\r\\n", "c"]'),
    "escapes in lines that stay": ('["\\u00e9\\n", "\\/b\\n", "c"]', "é\n/b\nd", '["\\u00e9\\n", "\\/b\\n", "d"]'),
    "escapes where there are some": ('["# \\u00e9 b\\n"]', "# é c\n", '["# \\u00e9 c\\n"]'),
    "none where there are none": ('["# é b\\n"]', "# é c\n", '["# é c\\n"]'),
    "an escaped backslash is no escape": ('["\\\\u00e9 é"]', "é c", '["é c"]'),
    "a character beyond the first 65,536": ('"\\ud83d\\ude00"', "😀 x", '"\\ud83d\\ude00 x"'),
}


@pytest.mark.parametrize(("before", "source", "after"), STYLES.values(), ids=STYLES.keys())
def test_new_code_is_spelled_as_the_old_was(before: str, source: str, after: str) -> None:
    assert rewritten(of_source(before), {1: source}) == of_source(after)


def test_a_source_without_a_hint_follows_the_rest_of_the_file() -> None:
    escaping = BOOK % ", ".join([CODE % '"a"', CODE % '"\\u00e9"'])
    assert rewritten(escaping, {1: "é"}) == BOOK % ", ".join([CODE % '"\\u00e9"', CODE % '"\\u00e9"'])
    coloured = BOOK % ", ".join([CODE % '"a"', CODE % '"\\u001b[0m"'])  # an escape that JSON demands
    assert rewritten(coloured, {1: "é"}) == BOOK % ", ".join([CODE % '"é"', CODE % '"\\u001b[0m"'])


def test_what_is_not_asked_for_stays() -> None:
    text = content(PROSE, "x = 1", "y = 2")
    assert rewritten(text, {}) == text
    assert rewritten(text, {2: "x = 1"}) == text
    assert rewritten(text, {3: "y = 3"}) == text.replace("y = 2", "y = 3")


CODES = st.lists(st.text(st.sampled_from('a"\\\n\r\té😀\x0c\u2028 #'), max_size=12), max_size=4)


@given(CODES, CODES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_the_new_code_is_what_jupyter_reads(
    old: list[str], new: list[str], indent: int | str | None, escape: bool
) -> None:
    cells = [
        {"cell_type": "code", "source": code.splitlines(keepends=True), "outputs": [1, {"a": None}]} for code in old
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=indent, ensure_ascii=escape)
    wanted = dict(enumerate(new[: len(old)], 1))
    after = json.loads(rewritten(text, wanted))
    assert ["".join(cell["source"]) for cell in after["cells"]] == [*new[: len(old)], *old[len(new) :]]
    assert {**after, "cells": []} == {**json.loads(text), "cells": []}
