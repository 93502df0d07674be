"""A baseline after fixes: what is fixed leaves it, what a fix rewrites or uncovers is known, what was new stays new."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.api import fix_paths, lint_paths
from nanlint.baseline import Baseline, Enabled, filtered, written
from nanlint.carrying import Carried, carried
from nanlint.findings import Finding, Level, Place
from nanlint.reports import FileReport, Report

HEAD = "import torch\n\n\n"
LOSS = "def loss(z: torch.Tensor, n: torch.Tensor):\n    return torch.log(torch.softmax(z, dim=-1)) / n\n"
OTHER = LOSS.replace("loss", "other")


def fixed(path: Path, known: str, now: str) -> tuple[Carried, Report]:
    """The baseline of the findings in `known` after the safe fixes of `now`, and what is found then."""
    path.write_text(known, encoding="utf-8")
    baseline = written(lint_paths([path]), path.parent)
    path.write_text(now, encoding="utf-8")
    before = lint_paths([path])
    after = Report(tuple(result.report for result in fix_paths([path])))
    return carried(baseline, before, after), after


def told(report: Report, baseline: Baseline) -> list[tuple[str, int]]:
    """Rule and line of what the baseline does not know."""
    every: Enabled = lambda path, code, level: True  # noqa: E731
    return [(finding.code, finding.place.line) for finding in filtered(report, baseline, every).report.findings]


def codes(baseline: Baseline) -> list[tuple[str, str, int]]:
    return sorted((entry.rule, entry.code, known.count) for entry, known in baseline.known.items())


def test_what_a_fix_rewrites_is_known_by_its_new_code(tmp_path: Path) -> None:
    done, after = fixed(tmp_path / "a.py", HEAD + LOSS, HEAD + LOSS)
    assert codes(done.baseline) == [("NAN103", "torch.log_softmax(z,dim=-1)/n", 1)]
    assert (done.lost, done.gained) == (2, 1)
    assert told(after, done.baseline) == []


def test_what_was_new_is_new_after_a_fix(tmp_path: Path) -> None:
    """Of the same rule as what the fix has rewritten, in the same function, and in another one."""
    now = HEAD + LOSS.replace("return", "m = z / n\n    return") + "\n\n" + OTHER
    done, after = fixed(tmp_path / "a.py", HEAD + LOSS, now)
    assert told(after, done.baseline) == [("NAN103", 5), ("NAN103", 10)]
    assert codes(done.baseline) == [("NAN103", "torch.log_softmax(z,dim=-1)/n", 1)]


def test_of_two_alike_that_a_fix_parts_both_stay_known(tmp_path: Path) -> None:
    twice = HEAD + LOSS.replace("    return", "    m = torch.log(torch.softmax(z, dim=-1)) / n\n    return m +")
    done, after = fixed(tmp_path / "a.py", twice, twice)
    assert codes(done.baseline) == [("NAN103", "torch.log_softmax(z,dim=-1)/n", 2)]
    assert (done.lost, done.gained) == (4, 2)
    assert told(after, done.baseline) == []


def test_what_a_known_finding_has_hidden_is_known_after_its_fix(tmp_path: Path) -> None:
    """That of a finding that was new is not: the same text in another function."""
    first, second = (f"def {name}(x: torch.Tensor):\n    return torch.log(1 + x)\n" for name in ("first", "second"))
    done, after = fixed(tmp_path / "a.py", HEAD + first, f"{HEAD}{first}\n\n{second}")
    assert codes(done.baseline) == [("NAN101", "torch.log1p(x)", 1)]
    assert (done.lost, done.gained) == (1, 1)
    assert told(after, done.baseline) == [("NAN101", 9)]


def report(path: Path, *levels: Level) -> Report:
    """A finding of each of these levels, all in one function, each with a line of its own."""
    text = "".join(f"{level.label}()\n" for level in levels)
    places = [Place(str(path), line, 1, line, len(level.label) + 3) for line, level in enumerate(levels, 1)]
    found = [
        Finding(place, "NAN101", "log-of-zero", level, "", "", (), None, (place.line, place.line), scope="f")
        for place, level in zip(places, levels, strict=True)
    ]
    return Report((FileReport(str(path), tuple(found), text=text),))


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        (Level.NOTE, Level.ERROR, 1),
        (Level.WARNING, Level.ERROR, 1),
        (Level.ERROR, Level.WARNING, 0),
        (Level.STRICT, Level.NOTE, 0),
        (Level.STRICT, Level.WARNING, 1),
    ],
)
def test_what_is_graver_than_what_was_known_is_told(tmp_path: Path, before: Level, after: Level, new: int) -> None:
    path = tmp_path / "a.py"
    old, now = report(path, before), report(path, after)
    done = carried(written(old, tmp_path), old, now)
    assert (done.lost, done.gained, len(told(now, done.baseline))) == (1, 1 - new, new)


def test_what_nobody_fixed_stays_as_it_is(tmp_path: Path) -> None:
    """A stale entry, too: taking it out is asked for by name."""
    log = HEAD + "def entropy(p: torch.Tensor):\n    return torch.log(p)\n"
    done, after = fixed(tmp_path / "a.py", log, HEAD + LOSS)
    assert codes(done.baseline) == [("NAN101", "torch.log(p)", 1)]
    assert (done.lost, done.gained) == (0, 0)
    assert told(after, done.baseline) == [("NAN103", 5)]


@pytest.mark.parametrize("broken", ["before", "after"])
def test_a_file_that_cannot_be_linted_keeps_its_entries(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "a.py"
    path.write_text(HEAD + LOSS, encoding="utf-8")
    good = lint_paths([path])
    baseline = written(good, tmp_path)
    path.write_text("def f(:\n", encoding="utf-8")
    bad = lint_paths([path])
    done = carried(baseline, bad, good) if broken == "before" else carried(baseline, good, bad)
    assert done == Carried(baseline, 0, 0)
