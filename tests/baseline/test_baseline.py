"""The baseline itself: what it hides, what it counts as no longer needed, how it is written and read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nanlint.api import lint_paths, lint_texts
from nanlint.baseline import Baseline, BaselineError, Entry, Known, filtered, read, text_of, updated, write, written
from nanlint.findings import Level, Problem
from nanlint.reports import FileReport, Report
from nanlint.settings import Settings

OLD = """\
import torch


class Head:
    def entropy(self, p: torch.Tensor):
        return -(p * torch.log(p)).sum()


def twice(p: torch.Tensor, q: torch.Tensor):
    return torch.log(p) + torch.log(p) + torch.log(q)
"""
SUM = "torch.log(p) + torch.log(p) + torch.log(q)"


def lint(tmp_path: Path, text: str = OLD, name: str = "a.py", *, strict: bool = False) -> Report:
    return lint_texts({str(tmp_path / name): text}, Settings(strict=strict))


def always(path: str, rule: str, level: Level) -> bool:
    return True


def codes(report: Report, known: Baseline) -> list[str]:
    return [finding.code for finding in filtered(report, known, always).report.findings]


def test_an_entry_is_path_scope_rule_and_code_and_says_how_often(tmp_path: Path) -> None:
    known = written(lint(tmp_path), tmp_path).known
    assert known == {
        Entry("a.py", "Head.entropy", "NAN115", "p*torch.log(p)"): Known(1, Level.NOTE),
        Entry("a.py", "twice", "NAN101", "torch.log(p)"): Known(2, Level.NOTE),
        Entry("a.py", "twice", "NAN101", "torch.log(q)"): Known(1, Level.NOTE),
    }


@pytest.mark.parametrize(
    "text",
    [
        OLD,
        OLD.replace("torch.log(p) +", "torch.log(\n        p,  # the policy's\n    ) +"),
        f"# moved down\n\n{OLD}\n\ndef last():\n    return 1\n",
        OLD.replace("import torch\n", 'import torch\n\nNAME = "new"\n'),
        OLD.replace(
            "    return torch.log(p) + torch.log(p) + torch.log(q)",
            "    a = torch.log(q)\n    return a + torch.log(p) + torch.log(p)",
        ),
        OLD.replace("\n", "\r\n"),
    ],
    ids=["the same", "formatted", "moved", "a line more", "in another order", "other line ends"],
)
def test_what_is_known_is_hidden_wherever_it_stands(tmp_path: Path, text: str) -> None:
    known = written(lint(tmp_path), tmp_path)
    found = filtered(lint(tmp_path, text), known, always)
    assert (found.report.findings, found.hidden, found.stale) == ((), 4, 0)
    assert found.pruned == known


def test_one_more_of_the_same_is_told(tmp_path: Path) -> None:
    known = written(lint(tmp_path), tmp_path)
    more = OLD.replace("torch.log(q)", "torch.log(q) + torch.log(p)")
    (finding,) = filtered(lint(tmp_path, more), known, always).report.findings
    assert finding.place.column == 57, "the last of the three"


def test_of_more_than_are_known_the_gravest_is_told(tmp_path: Path) -> None:
    report = lint(tmp_path)
    known = written(report, tmp_path)
    (file,) = report.files
    worse = replace(file.findings[1], level=Level.ERROR)
    graver = Report((replace(file, findings=(file.findings[0], worse, *file.findings[1:])),))
    assert filtered(graver, known, always).report.findings == (worse,)


@pytest.mark.parametrize(
    ("old", "new"),
    [("def twice", "def thrice"), ("class Head", "class Tail"), ("torch.log(q)", "torch.log(p.abs())")],
    ids=["another function", "another class", "other code"],
)
def test_what_is_elsewhere_or_otherwise_is_new(tmp_path: Path, old: str, new: str) -> None:
    known = written(lint(tmp_path), tmp_path)
    changed = lint(tmp_path, OLD.replace(old, new))
    assert changed.findings
    found = filtered(changed, known, always)
    assert found.report.findings and found.stale


def test_what_is_fixed_is_stale_and_pruned_to_what_is_left(tmp_path: Path) -> None:
    known = written(lint(tmp_path), tmp_path)
    found = filtered(
        lint(tmp_path, OLD.replace("torch.log(p) + torch.log(p) + torch.log(q)", "torch.log(p)")), known, always
    )
    assert (found.report.findings, found.hidden, found.stale) == ((), 2, 2)
    assert found.pruned.known == {
        Entry("a.py", "Head.entropy", "NAN115", "p*torch.log(p)"): Known(1, Level.NOTE),
        Entry("a.py", "twice", "NAN101", "torch.log(p)"): Known(1, Level.NOTE),
    }


def test_files_that_were_not_linted_are_not_judged_but_files_that_are_gone_are(tmp_path: Path) -> None:
    (tmp_path / "there.py").touch()
    there, gone = (Entry(name, "f", "NAN101", "torch.log(p)") for name in ("there.py", "gone.py"))
    known = Baseline(tmp_path, {there: Known(1, Level.NOTE), gone: Known(3, Level.NOTE)})
    found = filtered(lint(tmp_path), known, always)
    assert found.stale == 3
    assert set(found.pruned.known) == {there}


def test_files_that_failed_are_not_judged_and_their_problems_stay(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    known = written(lint(tmp_path), tmp_path)
    broken = FileReport(str(tmp_path / "a.py"), problems=(Problem("a.py", "does not parse", 1),))
    found = filtered(Report((broken,)), known, always)
    assert found.report.problems == broken.problems
    assert (found.stale, found.pruned) == (0, known)


def test_what_the_run_did_not_ask_for_is_not_judged(tmp_path: Path) -> None:
    known = written(lint(tmp_path, strict=True), tmp_path)
    clean = lint(tmp_path, "x = 1\n")

    def asked(path: str, rule: str, level: Level) -> bool:
        return rule == "NAN101"

    assert filtered(clean, known, asked).stale == 3
    assert {entry.rule for entry in filtered(clean, known, asked).pruned.known} == {"NAN115"}


def test_writing_again_keeps_what_the_run_could_not_find_and_drops_the_rest(tmp_path: Path) -> None:
    (tmp_path / "b.py").touch()
    elsewhere = Entry("b.py", "f", "NAN101", "torch.log(p)")
    gone = Entry("a.py", "f", "NAN101", "torch.log(p)")
    old = Baseline(tmp_path, {elsewhere: Known(1, Level.NOTE), gone: Known(1, Level.NOTE)})
    new = written(lint(tmp_path), tmp_path)
    assert set(updated(old, new, [str(tmp_path / "a.py")], always).known) == {elsewhere, *new.known}


def test_paths_are_relative_to_the_baseline_whoever_runs_from_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "ci").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    report = lint_texts({"a.py": OLD})
    known = written(report, Path("../ci"))
    assert {entry.path for entry in known.known} == {"../src/a.py"}
    monkeypatch.chdir(tmp_path)
    assert codes(lint_texts({"src/a.py": OLD}), Baseline(Path("ci"), known.known)) == []


def test_the_file_has_an_entry_a_line_sorted_and_reads_back(tmp_path: Path) -> None:
    known = written(lint(tmp_path), tmp_path)
    write(tmp_path / "known.json", known)
    content = (tmp_path / "known.json").read_text(encoding="utf-8")
    assert content.splitlines() == [
        "{",
        ' "nanlint-baseline": 1,',
        ' "findings": [',
        '  {"path": "a.py", "scope": "Head.entropy", "rule": "NAN115", "code": "p*torch.log(p)", "level": "note"},',
        '  {"path": "a.py", "scope": "twice", "rule": "NAN101", "code": "torch.log(p)", "level": "note", "count": 2},',
        '  {"path": "a.py", "scope": "twice", "rule": "NAN101", "code": "torch.log(q)", "level": "note"}',
        " ]",
        "}",
    ]
    assert content.endswith("}\n") and json.loads(content)
    assert read(tmp_path / "known.json") == known
    assert text_of(Baseline(tmp_path, dict(reversed([*known.known.items()])))) == content


def test_an_empty_one_reads_back(tmp_path: Path) -> None:
    write(tmp_path / "known.json", Baseline(tmp_path))
    assert read(tmp_path / "known.json") == Baseline(tmp_path)


def test_entries_twice_as_after_a_merge_are_the_larger_count(tmp_path: Path) -> None:
    rows = [{"path": "a.py", "scope": "", "rule": "NAN101", "code": "x", "count": count} for count in (2, 3)]
    (tmp_path / "known.json").write_text(json.dumps({"nanlint-baseline": 1, "findings": rows}), encoding="utf-8")
    assert read(tmp_path / "known.json").known == {Entry("a.py", "", "NAN101", "x"): Known(3, Level.NOTE)}


def test_long_code_is_its_beginning_and_a_digest(tmp_path: Path) -> None:
    """Two that begin alike are told apart."""
    terms = " + ".join(f"x{number}" for number in range(100))
    texts = [f"import torch\n\n\ndef f(p: torch.Tensor):\n    return torch.log(p + {terms} + {end})\n" for end in "ab"]
    one, other = (next(iter(written(lint(tmp_path, text, strict=True), tmp_path).known)).code for text in texts)
    assert one.startswith("torch.log(p+x0+x1") and len(one) < 200
    assert one[:120] == other[:120] and one != other


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is no baseline: Expecting property name enclosed in double quotes in line 1"),
        (b"\xff", "is no baseline: it is not UTF-8"),
        (b"[]", 'is no baseline: it has no "nanlint-baseline": 1'),
        (b'{"findings": []}', 'is no baseline: it has no "nanlint-baseline": 1'),
        (b'{"nanlint-baseline": true}', 'is no baseline: it has no "nanlint-baseline": 1'),
        (b'{"nanlint-baseline": 2}', "is of format 2, newer than this nanlint, which knows 1: update it"),
        (b'{"nanlint-baseline": 1}', 'is no baseline: it has no list "findings"'),
        (b'{"nanlint-baseline": 1, "findings": [{}]}', "is no baseline: its finding 1 is not one"),
        (b'{"nanlint-baseline": 1, "findings": [3]}', "is no baseline: its finding 1 is not one"),
    ],
)
def test_what_is_no_baseline_is_one_clear_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(content)
    with pytest.raises(BaselineError) as told:
        read(path)
    assert str(told.value).startswith(f"{path}: {reason}")
    assert "\n" not in str(told.value)


def test_what_is_not_there_or_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"there is no such baseline; `--write-baseline .*known\.json` writes one"):
        read(tmp_path / "known.json")
    with pytest.raises(BaselineError, match="cannot be read: Is a directory"):
        read(tmp_path)
    with pytest.raises(BaselineError, match="cannot be written: No such file or directory"):
        write(tmp_path / "no" / "known.json", Baseline(tmp_path))


def test_in_a_notebook_cells_may_come_before(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"

    def lint_cells(*cells: str) -> Report:
        code = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}
        sources = [{**code, "source": cell} for cell in cells]
        path.write_text(
            json.dumps({"cells": sources, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
        )
        return lint_paths([path])

    log = "import torch\n\ndef f(p: torch.Tensor):\n    return torch.log(p)"
    known = written(lint_cells(log), tmp_path)
    assert set(known.known) == {Entry("a.ipynb", "f", "NAN101", "torch.log(p)")}
    assert codes(lint_cells("%matplotlib inline\n", "x = 1\n", log), known) == []
