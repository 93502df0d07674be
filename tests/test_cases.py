"""Literate cases: `tests/cases/*.md` say by example what the interpreter knows of a program and what is reported.

Each fenced `python` block is a program of its own. Comments in it state facts:

- `reveal(x)  # revealed: [0, 1] float32`: the range of `x`, then any of: its dtype, its kind, `gradient` or
  `no-gradient`, `known` or `guessed`. What is not said is not compared. A call that runs more than once may have many
  answers, `a | b`.
- `# error: [rule-name]`, also `warning` and `note`: what is reported on this line. An unmarked line has no finding.
- `# events: backward step`: the steps of the optimisation protocol in the order of interpretation.
- `# file: model.py` begins a file; those of a block are linted together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from nanlint.api import lint_texts
from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp import interpret
from nanlint.interp.trace import Trace
from nanlint.program.project import Project

CASES = Path(__file__).parent / "cases"
PROTOCOL = {
    Op.ZERO_GRAD, Op.BACKWARD, Op.UNSCALE, Op.CLIP_GRADIENT, Op.STEP, Op.SCALER_STEP, Op.SCALER_UPDATE,
}  # fmt: skip
DTYPES = {dtype.value for dtype in Dtype}
KINDS = {kind.value for kind in Kind} - DTYPES

RANGE = re.compile(r"(nothing|[\[(][^\])]*[\])](?: except 0)?|-?(?:inf|\d[\d.e+-]*))(?:\s+|$)")
MARK = re.compile(r"(error|warning|note): ((?:\[[a-z0-9-]+\] ?)+)")


@dataclass(frozen=True, slots=True)
class Case:
    """A block of a case file: where it starts and what it says."""

    name: str
    code: str

    @property
    def lines(self) -> list[tuple[int, str]]:
        """(line number, comment) of the lines that have one."""
        split = (line.partition("  # ") for line in self.code.splitlines())
        return [(number, comment) for number, (_, _, comment) in enumerate(split, 1) if comment]

    def revealed(self) -> dict[int, set[str]]:
        answers = {line: answer for line, comment in self.lines for answer in re.findall(r"revealed: (.+)$", comment)}
        return {line: set(answer.split(" | ")) for line, answer in answers.items()}

    def marks(self) -> set[tuple[int, str, str]]:
        return {
            (line, level, rule)
            for line, comment in self.lines
            for level, rules in MARK.findall(comment)
            for rule in re.findall(r"[a-z0-9-]+", rules)
        }

    def events(self) -> list[str] | None:
        stated = re.search(r"^# events:(.*)$", self.code, re.MULTILINE)
        return None if stated is None else stated.group(1).split()

    def project(self) -> Project:
        """Its files, each with blank lines where the others stand, so that a line has one number."""
        texts: dict[str, list[str]] = {}
        current = "case.py"
        for number, line in enumerate(self.code.splitlines()):
            current = line.removeprefix("# file: ") if line.startswith("# file: ") else current
            lines = texts.setdefault(current, [])
            lines += [""] * (number - len(lines)) + [line]
        return Project(tuple(texts), {path: "\n".join(lines) + "\n" for path, lines in texts.items()})


def cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.md")):
        heading, block, count = path.stem, [""], 0
        inside = False
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#") and not inside:
                heading, count = line.lstrip("# "), 0
            elif line == "```python":
                inside, block, count = True, [], count + 1
            elif line == "```" and inside:
                inside = False
                yield Case(f"{path.stem}: {heading}" + (f" ({count})" if count > 1 else ""), "\n".join(block) + "\n")
            elif inside:
                block.append(line)
        assert not inside, f"{path.name}: a block is not closed"


every_case = pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)


def interpreted(case: Case) -> list[Trace]:
    """One for each file."""
    project = case.project()
    sources = [project.source(path) for path in project.paths]
    return [interpret(project.parsed(source), source.text, source.path, project) for source in sources]


def reveals(traces: list[Trace]) -> dict[int, list[Value]]:
    """The values of `reveal(...)` by line."""
    trees = [MetadataWrapper(trace.module, unsafe_skip_copy=True).resolve(PositionProvider) for trace in traces]
    positions = {node: position for tree in trees for node, position in tree.items()}
    found = defaultdict(list)
    for event in (event for trace in traces for event in trace.of(Op.OPAQUE)):
        if event.site.spelling == "builtins.reveal":
            found[positions[event.node].start.line].append(event.operands[-1])
    return found


def describe(value: Value) -> str:
    """Everything that an answer may say of a value."""
    words = (
        value.dtype.value,
        value.kind.value,
        "gradient" if value.gradient else "no-gradient",
        "known" if value.known else "guessed",
    )
    return " ".join((str(value.range), *words))


def fits(value: Value, answer: str) -> bool:
    found = RANGE.match(answer)
    words = set(answer[found.end() :].split() if found else answer.split())
    unknown = words - DTYPES - KINDS - {"gradient", "no-gradient", "known", "guessed"}
    assert not unknown, f"not words of an answer: {unknown}"
    bounds = str(value.range)
    return (found is None or found.group(1) == bounds) and words <= set(describe(value).removeprefix(bounds).split())


@every_case
def test_values_are_as_revealed(case: Case) -> None:
    found, stated = reveals(interpreted(case)), case.revealed()
    assert set(found) == set(stated), "lines with a call of reveal that is reached, and lines with an answer"
    for line, answers in stated.items():
        told = f"line {line} reveals {sorted({describe(value) for value in found[line]})}, not {answers}"
        assert all(any(fits(value, answer) for answer in answers) for value in found[line]), told
        assert all(any(fits(value, answer) for value in found[line]) for answer in answers), told


@every_case
def test_findings_are_as_marked(case: Case) -> None:
    report = lint_texts(case.project().texts)
    assert report.problems == ()
    found = {(finding.place.line, finding.level.label, finding.rule) for finding in report.findings}
    assert found == case.marks(), [finding.message for finding in report.findings]


@pytest.mark.parametrize("case", [case for case in cases() if case.events() is not None], ids=lambda case: case.name)
def test_optimisation_runs_in_the_stated_order(case: Case) -> None:
    events = [event for trace in interpreted(case) for event in trace.events]
    assert [event.op.value for event in events if event.op in PROTOCOL] == case.events()


@every_case
def test_case_states_something(case: Case) -> None:
    assert case.revealed() or case.marks() or case.events() or "no finding" in case.code
