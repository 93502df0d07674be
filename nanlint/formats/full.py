"""The report for people: each error and warning with its code, evidence and remedy, each note on one line."""

from __future__ import annotations

import sys

from nanlint.findings import Applicability, Finding, Fix, Level, Place, Step
from nanlint.formats import View
from nanlint.formats._edited import Changed, changes, split_lines
from nanlint.formats._frame import Frame, excerpt, wrapped
from nanlint.formats._marks import coded
from nanlint.formats._places import same_text, where
from nanlint.formats._summary import summary
from nanlint.reports import FileReport
from nanlint.showing.terminal import LEVEL_STYLES, Paint, one_line

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
        for finding in file.findings:
            compact = finding.level <= Level.NOTE
            text += "" if not text or (compact and compact_before) else "\n"
            text += (_compact(finding, view, paint) if compact else framed(finding, file, view)) + "\n"
            compact_before = compact
    if view.quiet:
        return text
    return f"{text}\n{summary_line(view, paint)}" if text else summary_line(view, paint)


def summary_line(view: View, paint: Paint) -> str:
    return paint(summary(view.report, view.unsafe_fixes), "bold") + "\n"


def framed(finding: Finding, file: FileReport, view: View) -> str:
    """One finding with its code, evidence, remedy and fix, as lines without a last line end."""
    return "\n".join([_header(finding, view, Paint(view.colour)), *frame_lines(finding, file, view)])


def frame_lines(finding: Finding, file: FileReport, view: View) -> list[str]:
    """What stands under the first line of a finding."""
    paint = Paint(view.colour)
    changed = changes(finding.fix, file)
    lines = split_lines(file.code(finding.place.cell))
    frame = Frame(lines, _margin(finding, changed), paint, view.width)
    frame.add("", "")
    _show_evidence(finding, frame)
    frame.add("", "")
    if finding.remedy:
        frame.remark("help", one_line(finding.remedy), _REMARK_WIDTH)
    if finding.fix is not None:
        _show_fix(finding.fix, finding.place.cell, changed, frame, view.whole)
    return frame.text


def _header(finding: Finding, view: View, paint: Paint, tail: str = "") -> str:
    place, level = f"{where(finding.place)}:", finding.level.label
    indent = len(f"{place} {level}[{finding.code}] {finding.rule}: ")
    message = wrapped(one_line(finding.message) + tail, indent, view.width, hanging=2)
    code = paint(f"{level}[{coded(finding, view)}]", LEVEL_STYLES[finding.level])
    gap = "" if message.startswith("\n") else " "
    return f"{paint(place, 'bold')} {code} {paint(f'{finding.rule}:', 'bold')}{gap}{message}"


def _compact(finding: Finding, view: View, paint: Paint) -> str:
    fix = "" if finding.fix is None else f" [fix: {finding.fix.applicability.value}]"
    header = _header(finding, view, paint, fix)
    return header if not fix or not header.endswith(fix) else header.removesuffix(fix) + paint(fix, "dim")


def _margin(finding: Finding, changed: list[Changed]) -> int:
    places = [finding.place, *(step.place for step in finding.evidence)]
    marked = [place.end_line for place in places if same_text(place, finding.place)]
    shown = [hunk for part in changed for hunk in part.hunks]
    ends = [end - 1 for hunk in shown for end in (hunk.line + len(hunk.removed), hunk.new_line + len(hunk.added))]
    return len(str(max(marked + ends)))


def _show_evidence(finding: Finding, frame: Frame) -> None:
    """The steps in order, and the finding itself with the step that is at its place, or after all of them."""
    style = LEVEL_STYLES[finding.level]
    shown = False
    for number, step in enumerate(finding.evidence, 1):
        label = f"{number}. {said(step)}"
        if not same_text(step.place, finding.place):
            frame.remark(_elsewhere(step.place, finding.place), label)
        elif step.place == finding.place:
            frame.mark(step.place, "^", style, label)
            shown = True
        else:
            frame.mark(step.place, "-", "blue", label)
    if not shown:
        frame.mark(finding.place, "^", style)


def _elsewhere(place: Place, here: Place) -> str:
    """The place, without the path if it is that of the finding."""
    return where(place) if place.path != here.path else where(place).removeprefix(f"{one_line(place.path)}:")


def said(step: Step) -> str:
    """What a step says, with the range of its value."""
    if step.range is None or step.text.endswith(step.range):
        return one_line(step.text)
    return f"{one_line(step.text)} {'in' if step.range[:1] in '[(' else '='} {step.range}"


def _show_fix(fix: Fix, cell: int | None, changed: list[Changed], frame: Frame, whole: bool) -> None:
    size = sum(len(hunk.removed) + len(hunk.added) for part in changed for hunk in part.hunks)
    small = whole or size <= _SMALL_DIFF
    hint = "" if small else f"; {size} lines, --diff shows them"
    frame.remark("fix", f"{_APPLY[fix.applicability]}: {one_line(fix.title)}{hint}")
    if not size or not small:
        return
    room = sys.maxsize if whole else frame.room(2)
    for part in changed:
        frame.add("", "" if part.cell == cell else f"cell {part.cell}")
        for hunk in part.hunks:
            for number, line in enumerate(hunk.removed, hunk.line):
                frame.add(str(number), frame.paint(f"- {excerpt(line, 0, 1, room)[0]}", "removed"))
            for number, line in enumerate(hunk.added, hunk.new_line):
                frame.add(str(number), frame.paint(f"+ {excerpt(line, 0, 1, room)[0]}", "green"))
