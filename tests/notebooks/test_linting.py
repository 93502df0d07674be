"""Notebooks linted and fixed: one program, places in cells, JSON that is touched where the code changes only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nanlint.api import fix_file, fix_source, lint_file, lint_paths, lint_source
from nanlint.findings import Applicability, Fix, Level
from nanlint.fixing.fixer import apply
from nanlint.text.lines import Lines
from nanlint.text.source import MAX_NOTEBOOK_BYTES, SourceError, read, write
from tests.notebooks.tools import PROSE, content, save, sources

BUG = "loss = torch.log(torch.softmax(logits, dim=-1))"
FIXED = "loss = torch.log_softmax(logits, dim=-1)"
SETUP = "%matplotlib inline\nimport torch\nlogits = torch.randn(3, 4)"


def test_all_cells_are_one_program_and_places_are_in_cells() -> None:
    text = content(PROSE, SETUP, "%%bash\nls", "p = logits.softmax(-1)", "%%time\n!ls\nloss = p.log()")
    (finding,) = lint_source(text, "nb.ipynb").findings
    place = finding.place
    assert (place.cell, place.line, place.column, place.end_line, place.end_column) == (5, 3, 8, 3, 15)
    assert [(step.place.cell, step.place.line) for step in finding.evidence] == [(2, 3), (4, 1)]


def test_a_report_has_the_code_as_it_was_written_and_fixes_by_cell() -> None:
    report = lint_source(content(SETUP, PROSE, f"!ls\n{BUG}"), "nb.ipynb")
    (finding,) = report.findings
    assert report.code(1) == SETUP
    assert report.code(3).splitlines()[finding.place.line - 1] == BUG
    assert finding.fix is not None
    (part,) = report.parts(finding.fix)
    assert (part.cell, apply(part.text, [Fix("", Applicability.SAFE, part.edits)])) == (
        3,
        f"!ls\n{FIXED}",
    )
    assert apply(report.text, [finding.fix]) == report.text.replace(BUG, FIXED)
    first, last = finding.statement
    assert first == last == Lines(report.text).line(report.text.index(BUG))


def test_a_finding_knows_its_line_in_the_file() -> None:
    text = content(PROSE, SETUP, BUG)
    report = lint_source(text, "nb.ipynb")
    (cell,) = [cell for cell in report.cells if cell.number == 3]
    assert BUG in text.splitlines()[cell.json_lines[0] - 1]


def test_fixes_change_the_sources_of_their_cells_and_nothing_else(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", PROSE, SETUP, f"# ∇é\n{BUG};", "!ls\nx = 3")
    before = path.read_bytes().decode()
    assert fix_file(path).applied == {"NAN201": 1}
    assert path.read_bytes().decode() == before.replace(BUG, FIXED)
    assert sources(path) == [PROSE, SETUP, f"# ∇é\n{FIXED};", "!ls\nx = 3"]
    assert not fix_file(path).changed


@pytest.mark.parametrize(
    "dress",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.rstrip(), id="no newline at the end"),
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n ", "\n\t "), id="tabs"),
        pytest.param(lambda text: text.replace("∇", "\\u2207"), id="escapes"),
        pytest.param(lambda text: text.replace(": ", ":"), id="no blanks"),
        pytest.param(lambda text: text.replace('"nbformat": 4', '"x": "\\/", "nbformat": 4'), id="odd escapes"),
    ],
)
def test_whatever_the_file_looks_like_it_keeps_its_looks(tmp_path: Path, dress: Callable[[str], str]) -> None:
    path = tmp_path / "nb.ipynb"
    before = dress(content(PROSE, SETUP, f"# ∇\n{BUG}"))
    path.write_bytes(before.encode())
    assert fix_file(path).changed
    assert path.read_bytes().decode() == before.replace(BUG, FIXED)


def test_a_source_in_one_text_stays_one() -> None:
    joined = '{"cells": [{"cell_type": "code", "source": "import torch\\ndef f(x):\\n    return %s"}]}'
    before, after = "torch.log(torch.softmax(x, dim=1))", "torch.log_softmax(x, dim=1)"
    assert fix_source(joined % before, "nb.ipynb").text == joined % after


def test_a_fix_of_the_text_is_a_fix_of_the_notebook() -> None:
    text = content(SETUP, BUG)
    result = fix_source(text, "nb.ipynb")
    assert (result.before, result.text) == (text, text.replace(BUG, FIXED))
    assert result.cells == ((1, SETUP, SETUP), (2, BUG, FIXED))


def test_an_import_goes_to_the_cell_of_imports(tmp_path: Path) -> None:
    head = "%cd ..\nfrom tensorflow.keras import backend as K"
    path = save(tmp_path / "nb.ipynb", PROSE, head, "def f(x):\n    return K.log(K.softmax(x))")
    fix_file(path)
    assert sources(path)[1:] == [f"{head}\nimport tensorflow", "def f(x):\n    return tensorflow.nn.log_softmax(x)"]


def test_an_import_stands_above_its_use_though_a_later_cell_has_its_like(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, "x = torch.exp(logits).mean(dim=0).log()", "from math import pi")
    fix_file(path)
    assert sources(path)[1:] == [
        "import math\nx = torch.logsumexp(logits, dim=0) - math.log(logits.shape[0])",
        "from math import pi",
    ]


def test_a_fix_that_needs_two_cells_is_none() -> None:
    """Cells are run in any order, and one of them alone."""
    head = "import torch\nmodel = torch.nn.Linear(2, 2)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.01)"
    clip = "loss = model(torch.randn(3, 2)).square().mean()\ntorch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
    end = "loss.backward()\noptimizer.step()"
    for cells, fixable in (((head, f"{clip}\n{end}"), True), ((head, clip, end), False)):
        findings = lint_source(content(*cells), "nb.ipynb").findings
        assert [finding.fix is not None for finding in findings if finding.code == "NAN402"] == [fixable]


def test_suppression_comments_hold_in_their_cell() -> None:
    ignored = f"{BUG}  # nanlint: ignore[log-of-softmax] for show"
    assert lint_source(content(SETUP, ignored), "nb.ipynb").findings == ()
    above = lint_source(content(SETUP, "# nanlint: ignore[NAN201]", BUG), "nb.ipynb")
    assert [(finding.code, finding.place.cell) for finding in above.findings] == [("NAN001", 2), ("NAN201", 3)]
    whole = content(SETUP, BUG, "# nanlint: ignore-file[NAN201]\nx = 1")
    assert lint_source(whole, "nb.ipynb").findings == ()


def test_an_unused_comment_is_taken_out_of_its_cell(tmp_path: Path) -> None:
    path = save(
        tmp_path / "nb.ipynb", SETUP, "x = 1  # nanlint: ignore[NAN201]", "y = 2\n# nanlint: ignore[NAN201]", "z = 3"
    )
    fix_file(path)
    assert sources(path) == [SETUP, "x = 1", "y = 2", "z = 3"]


def test_a_wrong_comment_is_told_with_its_cell() -> None:
    (warning,) = lint_source(content(SETUP, PROSE, "x = 1\ny = 2  # nanlint: ignore[NAN9999]"), "nb.ipynb").warnings
    assert str(warning).startswith("nb.ipynb:cell 3:2:8: ")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("import torch", PROSE, "x = 1\ndef f(:\n    pass"), "cell 3:2:7: syntax error: "),
        (("import os", PROSE, "x = 1\ndef f(:\n    pass"), "cell 3:2:7: syntax error: "),
        (("import torch\nx = (", "1)"), "cell 1:2:5: syntax error: "),
        (("import torch", "if x:", "    y = 1"), "cell 2:1:6: syntax error: "),
        (("import torch", 'x = """', '"""'), "cell 2:1:5: syntax error: "),
        (("import torch", "!ls\n  x = 1"), "cell 2:2:2: syntax error: "),
        (("import torch", "x = " + "(" * 201), "cell 2:1: nested too deeply"),
        (("x = 'a\0b'",), "cell 1:1: holds NUL"),
    ],
)
def test_a_syntax_error_has_its_cell(cells: tuple[str, ...], expected: str) -> None:
    (problem,) = lint_source(content(*cells), "nb.ipynb").problems
    assert str(problem).startswith(f"nb.ipynb:{expected}")


def test_what_the_top_level_of_a_notebook_may_do() -> None:
    cell = f"await f()\nasync with g() as h:\n    pass\n{BUG};\ndisplay(loss);\nloss?"
    (finding,) = lint_source(content(SETUP, cell), "nb.ipynb").findings
    assert (finding.code, finding.place.line) == ("NAN201", 4)


def test_values_of_magics_are_not_known() -> None:
    head = "import torch\nx = torch.tensor(0.0)"
    assert [finding.code for finding in lint_source(content(head, "torch.log(x)"), "nb.ipynb").findings] == ["NAN101"]
    assert lint_source(content(head, "x = !ls", "torch.log(x)"), "nb.ipynb").findings == ()
    assert lint_source(content(head, "x = 1\n%store -r x", "torch.log(torch.tensor(x))"), "nb.ipynb").findings == ()


def test_a_timed_statement_is_linted_and_fixed(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, f"%time {BUG}\nloss.mean()")
    fix_file(path)
    assert sources(path) == [SETUP, f"%time {FIXED}\nloss.mean()"]


def test_a_notebook_sees_the_modules_beside_it(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import torch\n\ndef head(x):\n    return torch.softmax(x, -1)\n")
    (tmp_path / "losses.py").write_text("import torch\n\ndef entropy(p):\n    return -(p * torch.log(p)).sum()\n")
    book = save(
        tmp_path / "nb.ipynb",
        "import torch\nfrom model import head\nfrom losses import entropy",
        "loss = entropy(head(torch.randn(3, 4)))",
    )
    report = lint_paths([book, tmp_path / "model.py", tmp_path / "losses.py"])
    (finding,) = [finding for finding in report.findings if finding.level.label == "error"]
    assert (Path(finding.place.path).name, finding.place.cell) == ("losses.py", None)
    assert {(Path(step.place.path).name, step.place.cell) for step in finding.evidence} >= {
        ("nb.ipynb", 2),
        ("model.py", None),
    }


def test_nothing_imports_a_notebook(tmp_path: Path) -> None:
    save(tmp_path / "model.ipynb", "import torch", "def head(x):\n    return torch.softmax(x, -1)")
    text = "import torch\nfrom model import head\ndef f(x):\n    return torch.log(head(torch.randn(3)))\n"
    (tmp_path / "a.py").write_text(text)
    findings = lint_paths([tmp_path / "a.py", tmp_path / "model.ipynb"]).findings
    assert {finding.level.label for finding in findings} <= {"note"}
    (tmp_path / "model.py").write_text("import torch\ndef head(x):\n    return torch.softmax(x, -1)\n")
    found = lint_paths([tmp_path / "a.py", tmp_path / "model.ipynb", tmp_path / "model.py"]).findings
    assert [(finding.code, finding.level.label) for finding in found] == [("NAN201", "error")]


def test_another_language_is_passed_over() -> None:
    report = lint_source(content("x <- log(0)", language="R"), "nb.ipynb")
    assert (report.findings, report.problems, report.language) == ((), (), "r")
    assert not fix_source(content("x <- log(0)", language="R"), "nb.ipynb").changed


@pytest.mark.parametrize("cells", [(), ("",), (PROSE,), ("\n\n",), ("%%html\n<b>",)])
def test_empty_notebooks_are_fine(cells: tuple[str, ...]) -> None:
    report = lint_source(content(*cells), "nb.ipynb")
    assert (report.findings, report.problems) == ((), ())


def test_what_is_no_notebook_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text("import torch\n")
    (problem,) = lint_file(path).problems
    assert str(problem) == f"{path}:1:1: is no notebook: invalid JSON, Expecting value"
    path.write_bytes(b'{"cells": [\xff]}')
    (problem,) = lint_file(path).problems
    assert "is not utf-8 (byte 0xff)" in str(problem)
    with path.open("wb") as file:
        file.truncate(MAX_NOTEBOOK_BYTES + 1)
    (problem,) = lint_file(path).problems
    assert "is too large: 100.0 MB, the limit is 100 MB" in str(problem)


def test_outputs_may_be_larger_than_any_code(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, BUG)
    picture = '"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "%s"}}]' % (
        "A" * 3_000_000
    )
    path.write_text(path.read_text().replace('"outputs": []', picture, 1))
    before = path.read_text()
    assert fix_file(path).changed
    assert path.read_text() == before.replace(BUG, FIXED)
    assert sources(path) == [SETUP, FIXED]


def test_a_notebook_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = save(tmp_path / "nb.ipynb", SETUP, BUG)
    source = read(path)
    save(path, SETUP, BUG, "x = 1")
    with pytest.raises(SourceError, match="has changed on disk since it was read"):
        write(source, source.text.replace(BUG, FIXED))
    assert sources(path) == [SETUP, BUG, "x = 1"]


LOSS = "def loss(logits, y):\n    return -(y * torch.log(torch.softmax(logits, -1))).sum()"


@pytest.mark.parametrize(
    ("last", "level"),
    [("", Level.NOTE), ("loss(logits, 1)", Level.ERROR), ("train(loss)", Level.ERROR), ("loss = None", Level.NOTE)],
)
def test_a_function_that_a_notebook_never_names_again_is_a_note(last: str, level: Level) -> None:
    cells = [SETUP, LOSS, *([last] if last else [])]
    assert {finding.level for finding in lint_source(content(*cells), "nb.ipynb").findings} == {level}


def test_a_module_is_there_to_be_imported() -> None:
    (finding,) = lint_source(f"import torch\n\n\n{LOSS}\n", "losses.py").findings
    assert finding.level is Level.ERROR
