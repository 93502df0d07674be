"""The report for people: each error and warning with its code, evidence and remedy, each note on one line."""

from __future__ import annotations

import textwrap

from nanlint.findings import Applicability, Finding, Fix, Level, Step
from nanlint.formats import View
from nanlint.formats._edited import Hunk, hunks, split_lines
from nanlint.formats._frame import Frame, excerpt
from nanlint.formats._summary import summary
from nanlint.reports import FileReport
from nanlint.terminal import Paint, one_line

_STYLES = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan", Level.STRICT: "magenta"}
_APPLY = {
    Applicability.SAFE: "safe, --fix",
    Applicability.UNSAFE: "unsafe, --fix --unsafe-fixes",
    Applicability.SUGGESTION: "suggestion, never applied",
}
_SMALL_DIFF = 8
_REMARK_WIDTH = 110


def render(view: View) -> str:
    """Findings in order of the files, then the summary."""
    paint = Paint(view.colour)
    text = ""
    compact_before = True
    for file in view.report.files:
        lines = split_lines(file.text)
        for finding in file.findings:
            compact = finding.level <= Level.NOTE
            text += "" if not text or (compact and compact_before) else "\n"
            text += (_compact(finding, paint) if compact else _framed(finding, file, lines, paint)) + "\n"
            compact_before = compact
    return f"{text}\n{summary_line(view, paint)}" if text else summary_line(view, paint)


def summary_line(view: View, paint: Paint) -> str:
    return paint(summary(view.report, view.unsafe_fixes), "bold") + "\n"


def _header(finding: Finding, paint: Paint) -> str:
    place = f"{one_line(finding.place.path)}:{finding.place.line}:{finding.place.column}:"
    level = paint(f"{finding.level.label}[{finding.code}]", _STYLES[finding.level])
    return f"{paint(place, 'bold')} {level} {paint(f'{finding.rule}:', 'bold')} {one_line(finding.message)}"


def _compact(finding: Finding, paint: Paint) -> str:
    fix = "" if finding.fix is None else paint(f" [fix: {finding.fix.applicability.value}]", "dim")
    return _header(finding, paint) + fix


def _framed(finding: Finding, file: FileReport, lines: list[str], paint: Paint) -> str:
    changes = [] if finding.fix is None else hunks(file.text, finding.fix.edits)
    frame = Frame(lines, _margin(finding, changes), paint)
    frame.add("", "")
    _show_evidence(finding, frame)
    frame.add("", "")
    if finding.remedy:
        frame.remark("help", _wrapped(finding.remedy, frame.margin + len(" = help: ")))
    if finding.fix is not None:
        _show_fix(finding.fix, changes, frame)
    return "\n".join([_header(finding, paint), *frame.text])


def _margin(finding: Finding, changes: list[Hunk]) -> int:
    places = [finding.place, *(step.place for step in finding.evidence)]
    marked = [place.end_line for place in places if place.path == finding.place.path]
    changed = [end - 1 for hunk in changes for end in (hunk.line + len(hunk.removed), hunk.new_line + len(hunk.added))]
    return len(str(max(marked + changed)))


def _show_evidence(finding: Finding, frame: Frame) -> None:
    """The steps in order, and the finding itself with the step that is at its place, or after all of them."""
    style = _STYLES[finding.level]
    shown = False
    for number, step in enumerate(finding.evidence, 1):
        label = f"{number}. {_said(step)}"
        if step.place.path != finding.place.path:
            frame.remark(f"{one_line(step.place.path)}:{step.place.line}:{step.place.column}", label)
        elif step.place == finding.place:
            frame.mark(step.place, "^", style, label)
            shown = True
        else:
            frame.mark(step.place, "-", "blue", label)
    if not shown:
        frame.mark(finding.place, "^", style)


def _said(step: Step) -> str:
    if step.range is None or step.text.endswith(step.range):
        return one_line(step.text)
    return f"{one_line(step.text)} {'in' if step.range[:1] in '[(' else '='} {step.range}"


def _show_fix(fix: Fix, changes: list[Hunk], frame: Frame) -> None:
    size = sum(len(hunk.removed) + len(hunk.added) for hunk in changes)
    hint = "" if size <= _SMALL_DIFF else f"; {size} lines, --diff shows them"
    frame.remark("fix", f"{_APPLY[fix.applicability]}: {one_line(fix.title)}{hint}")
    if not 0 < size <= _SMALL_DIFF:
        return
    frame.add("", "")
    for hunk in changes:
        for number, line in enumerate(hunk.removed, hunk.line):
            frame.add(str(number), frame.paint(f"- {excerpt(line, 0, 1)[0]}", "removed"))
        for number, line in enumerate(hunk.added, hunk.new_line):
            frame.add(str(number), frame.paint(f"+ {excerpt(line, 0, 1)[0]}", "green"))


def _wrapped(text: str, indent: int) -> str:
    lines = textwrap.wrap(
        one_line(text), max(_REMARK_WIDTH - indent, 40), break_long_words=False, break_on_hyphens=False
    )
    return f"\n{' ' * indent}".join(lines)
