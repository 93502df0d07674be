"""A finding in the HTML report: what, where, why with the code, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from nanlint.findings import Applicability, Finding, Fix, Place, Step
from nanlint.formats._edited import changes
from nanlint.formats._html_code import Mark, code_block, diff_block
from nanlint.formats._places import portable, same_text, within
from nanlint.formats.full import said
from nanlint.reports import FileReport

_APPLIED = {
    Applicability.SAFE: "Safe fix: <code>--fix</code> applies it.",
    Applicability.UNSAFE: "Unsafe fix: it changes values or training; <code>--fix --unsafe-fixes</code> applies it.",
    Applicability.SUGGESTION: "Suggestion: nothing applies it.",
}


def article(finding: Finding, file: FileReport, files: Mapping[str, FileReport], root: str) -> str:
    """The finding as an article; its data attributes are what the filters read."""
    level, path = finding.level.label, escape(portable(finding.place.path, root), quote=True)
    data = f'data-level="{level}" data-rule="{escape(finding.code)}" data-file="{path}"'
    head = (
        f'<h4><span class="level {level}">{level}</span> <a class="rule" href="#{escape(finding.code)}">'
        f"{escape(finding.code)} {escape(finding.rule)}</a> "
        f'<span class="place">{path}:{within(finding.place)}</span></h4>'
    )
    parts = [head, f'<p class="message">{inline(finding.message)}</p>', *_evidence(finding, file, files, root)]
    if finding.remedy:
        parts.append(f'<p class="remedy"><strong>What to do.</strong> {inline(finding.remedy)}</p>')
    if finding.fix is not None:
        parts += _fix(finding.fix, file)
    return f'<article class="finding {level}" {data}>{"".join(parts)}</article>'


def inline(text: str) -> str:
    """Plain text with what is between backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{escape(it)}</code>" if index % 2 else escape(it) for index, it in enumerate(pieces))


def _evidence(finding: Finding, file: FileReport, files: Mapping[str, FileReport], root: str) -> Iterator[str]:
    """The code with its marks, text by text, and what each mark says."""
    marks = [Mark(finding.place, 0), *(Mark(step.place, number) for number, step in enumerate(finding.evidence, 1))]
    texts: list[list[Mark]] = []
    for mark in marks:
        group = next((group for group in texts if same_text(group[0].place, mark.place)), None)
        if group is None:
            texts.append([mark])
        else:
            group.append(mark)
    for group in sorted(texts, key=lambda group: min(mark.number or len(marks) for mark in group)):
        yield from _text(group, finding.place, files.get(group[0].place.path, file), root)
    if finding.evidence:
        steps = "".join(f"<li>{_step(step, finding.place, root)}</li>" for step in finding.evidence)
        yield f'<ol class="evidence">{steps}</ol>'


def _text(marks: list[Mark], here: Place, file: FileReport, root: str) -> Iterator[str]:
    place = marks[0].place
    text = file.code(place.cell) if file.path == place.path else ""
    if not text:
        return
    if not same_text(place, here):
        cell = "" if place.cell is None else f", cell {place.cell}"
        yield f'<p class="elsewhere">{escape(portable(place.path, root))}{cell}</p>'
    yield code_block(text, marks)


def _step(step: Step, here: Place, root: str) -> str:
    path = "" if step.place.path == here.path else f"{escape(portable(step.place.path, root))}:"
    return f'{inline(said(step))} <span class="place">{path}{within(step.place)}</span>'


def _fix(fix: Fix, file: FileReport) -> Iterator[str]:
    yield f'<p class="fix"><strong>{inline(fix.title)}.</strong> {_APPLIED[fix.applicability]}</p>'
    yield diff_block(changes(fix, file))
