"""The formats for programs of one's own: JSON, and JSON by line."""

from __future__ import annotations

import json

from nanlint import __version__
from nanlint.findings import Applicability, Edit, Fix, Level
from nanlint.formats import View, render
from nanlint.reports import Report
from tests.formats.tools import BROKEN, NOTEBOOK, PROVEN, SOURCE, finding, report


def test_json_in_full() -> None:
    files = (*report(PROVEN, finding("x, y", Level.NOTE, message="nothing bounds x")).files, BROKEN)
    assert json.loads(render("json", View(Report(files), colour=True))) == {
        "version": __version__,
        "findings": [
            {
                "path": "train.py",
                "cell": None,
                "line": 7,
                "column": 7,
                "end_line": 7,
                "end_column": 19,
                "code": "NAN101",
                "rule": "log-of-zero",
                "level": "error",
                "message": "log of p, which is exactly 0 once a logit trails by 104",
                "remedy": PROVEN.remedy,
                "evidence": [
                    {
                        "path": "train.py",
                        "cell": None,
                        "line": 6,
                        "column": 6,
                        "end_line": 6,
                        "end_column": 33,
                        "text": "softmax of the logits",
                        "range": "[0, 1]",
                    },
                    {
                        "path": "train.py",
                        "cell": None,
                        "line": 7,
                        "column": 7,
                        "end_line": 7,
                        "end_column": 19,
                        "text": "its log",
                        "range": "(-inf, 0]",
                    },
                ],
                "fix": {
                    "applicability": "safe",
                    "title": "take the log_softmax instead",
                    "edits": [
                        {
                            "cell": None,
                            "line": 6,
                            "column": 6,
                            "end_line": 6,
                            "end_column": 33,
                            "text": "F.log_softmax(model(x), dim=-1)",
                        },
                        {"cell": None, "line": 7, "column": 7, "end_line": 7, "end_column": 19, "text": "p"},
                    ],
                },
            },
            {
                "path": "train.py",
                "cell": None,
                "line": 5,
                "column": 17,
                "end_line": 5,
                "end_column": 21,
                "code": "NAN101",
                "rule": "log-of-zero",
                "level": "note",
                "message": "nothing bounds x",
                "remedy": "",
                "evidence": [],
                "fix": None,
            },
        ],
        "errors": [
            {"path": "broken.py", "cell": None, "line": 1, "column": 2, "message": "invalid syntax"},
            {"path": "gone.py", "cell": None, "line": None, "column": None, "message": "no"},
        ],
    }


def test_a_fix_at_the_end_of_the_file_has_a_position() -> None:
    append = Fix("append", Applicability.SAFE, (Edit(len(SOURCE), len(SOURCE), "pass\n"),))
    parsed = json.loads(render("json", View(report(finding("x, y", fix=append)))))
    assert parsed["findings"][0]["fix"]["edits"] == [
        {"cell": None, "line": 9, "column": 1, "end_line": 9, "end_column": 1, "text": "pass\n"}
    ]


def test_json_lines_are_the_same_objects_and_then_the_errors() -> None:
    view = View(Report((*report(PROVEN).files, NOTEBOOK, BROKEN)))
    whole = json.loads(render("json", view))
    lines = render("json-lines", view).splitlines()
    assert list(map(json.loads, lines)) == [*whole["findings"], *({"error": error} for error in whole["errors"])]


def test_places_in_notebooks_have_a_cell() -> None:
    parsed = json.loads(render("json", View(Report((NOTEBOOK,)))))
    (found,), (error,) = parsed["findings"], parsed["errors"]
    edits, evidence = found["fix"]["edits"], found["evidence"]
    assert [(it["cell"], it["line"], it["column"]) for it in (found, *evidence, *edits, error)] == [
        (4, 2, 5),
        (4, 1, 5),
        (4, 2, 15),
        (2, 1, 1),
    ]
