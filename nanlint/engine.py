"""From a tree to findings: interpretation, every rule, one finding for one operation, positions, suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.edits import Editor, nodes_of
from nanlint.findings import Finding, Fix, Level, Place, Problem, Step
from nanlint.interp import interpret
from nanlint.interp.trace import Event, Trace
from nanlint.positions import Span, locate
from nanlint.rules.model import Clue, Draft, Insert, Limits, Remove, Replace, Rewrite, Rule
from nanlint.rules.registry import complaint
from nanlint.settings import Settings
from nanlint.source import Lines, Source
from nanlint.suppress import Suppression, Suppressions, suppressions


@dataclass(frozen=True, slots=True)
class Linted:
    """Findings sorted by place, what is wrong with suppression comments, and which of these silenced something."""

    findings: tuple[Finding, ...]
    warnings: tuple[Problem, ...] = ()
    suppressions: Suppressions = field(default_factory=Suppressions)
    used: frozenset[Suppression] = frozenset()


@dataclass(frozen=True, slots=True)
class _Report:
    """A draft and the rule that made it."""

    rule: Rule
    draft: Draft

    @property
    def node(self) -> int:
        return id(self.draft.event.node)

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the report that explains an operation best first."""
        return -self.rule.specific, -self.draft.level, self.rule.code


def lint_module(source: Source, module: cst.Module, rules: Sequence[Rule], settings: Settings) -> Linted:
    """What the rules find in a module parsed from `source`."""
    trace = interpret(module, source.text)
    lowest = Level.STRICT if settings.strict else Level.NOTE
    limits = Limits(settings.epsilon, settings.max_learning_rate, settings.max_grad_norm)
    merged = _merged((_Report(rule, draft) for rule in rules for draft in rule.check(trace, limits)), trace)
    chosen = _most_specific(report for report in merged if report.draft.level >= lowest)
    comments = suppressions(source, complaint)
    kept, used = comments.split(_placed(chosen, source, module))
    return Linted(tuple(kept), comments.warnings, comments, used)


def _merged(reports: Iterable[_Report], trace: Trace) -> Iterator[_Report]:
    """One report for each rule and node, whatever the number of activations that passed there.

    The gravest speaks. The rewrite stays only if all events of the operation at that node asked for the same one:
    the code runs in every context.
    """
    groups: dict[tuple[str, int], list[_Report]] = {}
    for report in reports:
        groups.setdefault((report.rule.code, report.node), []).append(report)
    happened: dict[tuple[int, Op], set[int]] = {}
    for event in trace.events:
        happened.setdefault((id(event.node), event.op), set()).add(id(event))
    for group in groups.values():
        gravest = max(group, key=lambda report: report.draft.level)
        rewrites = {_identity(report.draft.rewrite) for report in group}
        reported = {id(report.draft.event) for report in group}
        event = gravest.draft.event
        unanimous = len(rewrites) == 1 and happened[id(event.node), event.op] <= reported
        claims = tuple(claim for report in group for claim in report.draft.claims)
        rewrite = gravest.draft.rewrite if unanimous else None
        yield _Report(gravest.rule, replace(gravest.draft, claims=claims, rewrite=rewrite))


def _identity(rewrite: Rewrite | None) -> object:
    """Equal for rewrites that do the same to the same nodes."""
    if rewrite is None:
        return None
    return rewrite.title, rewrite.applicability, rewrite.imports, tuple(map(_edit_identity, rewrite.edits))


def _edit_identity(edit: Replace | Insert | Remove) -> tuple[object, ...]:
    match edit:
        case Replace(node, text):
            return "replace", id(node), text
        case Insert(statement, text, after):
            return "insert", id(statement), text, after
        case Remove(statement):
            return "remove", id(statement)


def _most_specific(reports: Iterable[_Report]) -> list[_Report]:
    """No operation is reported that a better report of another rule is about, or claims to explain."""
    explained: dict[int, set[str]] = {}
    chosen: list[_Report] = []
    for report in sorted(reports, key=lambda report: report.rank):
        if explained.get(report.node, set()) <= {report.rule.code}:
            chosen.append(report)
            for node in (report.node, *(id(event.node) for event in report.draft.claims)):
                explained.setdefault(node, set()).add(report.rule.code)
    return chosen


def _placed(reports: Sequence[_Report], source: Source, module: cst.Module) -> list[Finding]:
    """The findings, with positions from one code generation."""
    if not reports:
        return []
    spans = locate(module, source.text, (node for report in reports for node in _nodes(report.draft, module)))
    places = _Places(source.path, Lines(source.text), spans)
    editor = Editor(module, source.text, source.newline, spans)
    findings = [_finding(report, places, editor) for report in reports]
    return sorted(findings, key=lambda finding: (finding.place.line, finding.place.column, finding.code))


def _nodes(draft: Draft, module: cst.Module) -> Iterator[cst.CSTNode]:
    yield draft.event.node
    yield draft.event.site.statement
    yield from (clue.node for clue in draft.evidence)
    if draft.rewrite is not None:
        yield from nodes_of(draft.rewrite, module)


@dataclass(frozen=True, slots=True)
class _Places:
    path: str
    lines: Lines
    spans: Mapping[int, Span]

    def of(self, node: cst.CSTNode) -> Place:
        span = self.spans[id(node)]
        return self.lines.place(self.path, span.start, span.end)

    def statement(self, event: Event) -> tuple[int, int]:
        """First and last line of the statement or header, and of the expression, which may stand in a default."""
        statement = self.spans[id(event.site.statement)]
        inner = self.spans[id(event.node)]
        if isinstance(event.site.statement, cst.Module) or not statement.start <= inner.start < statement.header_end:
            return self.lines.line(inner.start), self.lines.line(inner.end)
        return self.lines.line(statement.start), self.lines.line(statement.header_end)


def _finding(report: _Report, places: _Places, editor: Editor) -> Finding:
    rule, draft = report.rule, report.draft
    return Finding(
        place=places.of(draft.event.node),
        code=rule.code,
        rule=rule.name,
        level=draft.level,
        message=draft.message,
        remedy=draft.remedy or rule.remedy,
        evidence=tuple(_step(clue, places) for clue in draft.evidence),
        fix=_fix(draft, editor),
        statement=places.statement(draft.event),
    )


def _step(clue: Clue, places: _Places) -> Step:
    return Step(places.of(clue.node), clue.text, None if clue.value is None else str(clue.value.range))


def _fix(draft: Draft, editor: Editor) -> Fix | None:
    rewrite = draft.rewrite
    edits = None if rewrite is None else editor.edits(rewrite, draft.event.site.statement)
    return None if rewrite is None or edits is None else Fix(rewrite.title, rewrite.applicability, edits)
