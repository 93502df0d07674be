"""Findings, evidence and edits in the words of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
    OptionalVersionedTextDocumentIdentifier,
    Position,
    Range,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)
from pygls.uris import from_fs_path

from nanlint.findings import Finding, Level, Place, Problem, Step
from nanlint.lsp.shown import Shown
from nanlint.lsp.text import Text
from nanlint.lsp.units import Unit
from nanlint.showing.links import rule_link
from nanlint.text.lines import Lines

SOURCE = "nanlint"
UNUSED = "NAN001"
_SEVERITIES = {
    Level.ERROR: DiagnosticSeverity.Error,
    Level.WARNING: DiagnosticSeverity.Warning,
    Level.NOTE: DiagnosticSeverity.Information,
    Level.STRICT: DiagnosticSeverity.Hint,
}
TextOf = Callable[[str], Text | None]
"""The text of another file, open or on disk."""


@dataclass(frozen=True, slots=True)
class Converter:
    """Makes diagnostics. related, links: whether the client takes related information, and the addresses of rules;

    tags: the tags that it takes.
    """

    text_of: TextOf
    related: bool = True
    links: bool = True
    tags: frozenset[DiagnosticTag] = frozenset()

    def diagnostics(self, unit: Unit, shown: Shown) -> dict[str, list[Diagnostic]]:
        """By document; every document of the unit has a list, perhaps an empty one."""
        found: dict[str, list[Diagnostic]] = {document.uri: [] for document in unit.documents}
        for finding, start, end in shown.findings:
            if (at := unit.locate(start, end)) is not None:
                found[at[0].uri].append(self._finding(finding, at[1], unit, shown))
        lines = Lines(unit.text)
        for problem, severity in _problems(shown):
            if (at := unit.locate(*_stretch(problem, lines, unit.text))) is not None:
                found[at[0].uri].append(Diagnostic(at[1], problem.message, severity, source=SOURCE))
        return found

    def _finding(self, finding: Finding, area: Range, unit: Unit, shown: Shown) -> Diagnostic:
        wanted = {DiagnosticTag.Unnecessary} if finding.code == UNUSED else set()
        tags = sorted(wanted & self.tags)
        return Diagnostic(
            range=area,
            message=f"{finding.rule}: {finding.message}",
            severity=_SEVERITIES[finding.level],
            code=finding.code,
            code_description=self._link(finding) if self.links else None,
            source=SOURCE,
            tags=tags or None,
            related_information=self._related(finding, unit, shown) if self.related else None,
            data={"fixable": finding.fix is not None},
        )

    def _link(self, finding: Finding) -> CodeDescription | None:
        address = rule_link(finding.code, finding.rule)
        return None if address is None else CodeDescription(address)

    def _related(self, finding: Finding, unit: Unit, shown: Shown) -> list[DiagnosticRelatedInformation] | None:
        steps = ((step, self.location(step.place, unit, shown)) for step in finding.evidence)
        return [DiagnosticRelatedInformation(at, said(step)) for step, at in steps if at is not None] or None

    def location(self, place: Place, unit: Unit, shown: Shown) -> Location | None:
        """Where a place is, in this unit or in another file; None if that is not there any more."""
        if place.path == unit.path:
            area = shown.moved(place)
            at = None if area is None else unit.locate(*area)
            return None if at is None else Location(at[0].uri, at[1])
        text, uri = self.text_of(place.path), from_fs_path(place.path)
        if uri is not None and place.cell is not None:  # of a notebook that is not open: its file has other lines
            return Location(uri, Range(Position(0, 0), Position(0, 0)))
        if text is None or uri is None or place.end_line > len(text.lines.starts):
            return None
        start = text.lines.offset(place.line, place.column)
        return Location(uri, text.range(start, text.lines.offset(place.end_line, place.end_column)))


def said(step: Step) -> str:
    """A step of the evidence in one line, as the command line says it."""
    if step.range is None or step.text.endswith(step.range):
        return step.text
    return f"{step.text} {'in' if step.range[:1] in '[(' else '='} {step.range}"


def _problems(shown: Shown) -> Iterator[tuple[Problem, DiagnosticSeverity]]:
    for problem in shown.problems:
        yield problem, DiagnosticSeverity.Error
    if not shown.problems:
        for problem in shown.report.warnings:
            yield problem, DiagnosticSeverity.Warning


def _stretch(problem: Problem, lines: Lines, text: str) -> tuple[int, int]:
    """From where a problem is to the end of its line; the first line if it says no place."""
    line = min(problem.line or 1, len(lines.starts))
    start = lines.starts[line - 1]
    end = lines.starts[line] if line < len(lines.starts) else len(text)
    end = start + len(text[start:end].rstrip("\r\n"))
    return min(start + (problem.column or 1) - 1, end), end


def workspace_edit(changes: Iterable[tuple[str, int | None, list[TextEdit]]], versioned: bool) -> WorkspaceEdit:
    """One edit of several documents: URI, version and edits of each."""
    if not versioned:
        return WorkspaceEdit(changes={uri: edits for uri, _, edits in changes})
    return WorkspaceEdit(
        document_changes=[
            TextDocumentEdit(OptionalVersionedTextDocumentIdentifier(uri=uri, version=version), list(edits))
            for uri, version, edits in changes
        ]
    )


def touches(area: Range, other: Range) -> bool:
    """The two have a place in common, be it where one ends and the other begins."""
    return _key(area.start) <= _key(other.end) and _key(other.start) <= _key(area.end)


def _key(position: Position) -> tuple[int, int]:
    return position.line, position.character
