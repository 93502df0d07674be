"""From a tree to findings: interpretation, every rule, one finding for one operation, positions, suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.atlas import Atlas
from nanlint.domain.vocabulary import Op
from nanlint.edits import Editor, nodes_of
from nanlint.findings import Finding, Fix, Level, Step
from nanlint.interp import interpret
from nanlint.interp.trace import Event, Trace
from nanlint.project import Project
from nanlint.reasoning.context import in_test
from nanlint.rule import Clue, Draft, Insert, Limits, Remove, Replace, Rewrite, Rule
from nanlint.rules.registry import complaint
from nanlint.settings import Settings
from nanlint.source import Source
from nanlint.suppress import suppressions
from nanlint.verdicts import Examined, Linted, Region, Report, verdict

ALONE = Project()


@dataclass(frozen=True, slots=True)
class _Report:
    """A draft and the rule that made it."""

    rule: Rule
    draft: Draft

    @property
    def node(self) -> int:
        return id(self.draft.event.node)

    @property
    def path(self) -> str:
        """The file of the operation."""
        return self.draft.event.site.frame.path

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the report that explains an operation best first."""
        return -self.rule.specific, -self.draft.level, self.rule.code


def lint_module(source: Source, module: cst.Module, rules: Sequence[Rule], settings: Settings) -> Linted:
    """What the rules find in a module parsed from `source`, by itself."""
    return verdict(examine(source, module, rules, settings))


def examine(
    source: Source, module: cst.Module, rules: Sequence[Rule], settings: Settings, project: Project = ALONE
) -> Examined:
    """What the rules find in a module parsed from `source`, and in the files of the project that it uses."""
    trace = interpret(module, source.text, source.path, project)
    merged = _merged((_Report(rule, draft) for rule in rules for draft in _drafts(rule, trace, settings)), trace)
    chosen = _most_specific(report for report in merged if settings.strict or report.draft.level > Level.STRICT)
    told = [report for report in chosen if report.path == source.path or report.draft.level >= Level.WARNING]
    atlas = Atlas(source, trace, project)
    atlas.add(node for report in told for node in _nodes(report, source.path, module))
    placed = [_placed(report, atlas, source) for report in told]
    return Examined(
        tuple(report for report in placed if report.finding.place.path == source.path),
        tuple(report for report in placed if report.finding.place.path != source.path),
        suppressions(source, complaint),
        frozenset(trace.trees),
    )


def _drafts(rule: Rule, trace: Trace, settings: Settings) -> Iterator[Draft]:
    """What the rule finds; of an optional rule that is asked for by name, nothing is too vague to be a note.

    What only a test runs is made to be met with odd numbers, and trains nothing that is kept: a note at most. So is
    what the file itself has switched off.
    """
    asked_for = {selector.lower() for selector in (*settings.select, *settings.extend_select)}
    raised = rule.optional and not asked_for.isdisjoint((rule.code.lower(), rule.name.lower()))
    for draft in rule.check(trace, Limits(settings.epsilon, settings.max_learning_rate, settings.max_grad_norm)):
        site = draft.event.site
        if (raised and draft.level is Level.STRICT) or (draft.level > Level.NOTE and (site.dormant or in_test(site))):
            yield replace(draft, level=Level.NOTE)
        else:
            yield draft


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


def _nodes(report: _Report, home: str, module: cst.Module) -> Iterator[cst.CSTNode]:
    draft = report.draft
    yield draft.event.node
    yield draft.event.site.statement
    yield from (clue.node for clue in draft.evidence)
    yield from (claim.node for claim in draft.claims)
    if draft.rewrite is not None and report.path == home:
        yield from nodes_of(draft.rewrite, module)


def _placed(report: _Report, atlas: Atlas, source: Source) -> Report:
    rule, draft = report.rule, report.draft
    finding = Finding(
        place=atlas.place(draft.event.node),
        code=rule.code,
        rule=rule.name,
        level=draft.level,
        message=draft.message,
        remedy=draft.remedy or rule.remedy,
        evidence=tuple(_step(clue, atlas) for clue in draft.evidence),
        fix=_fix(draft, atlas, source) if report.path == source.path else None,
        statement=_statement(draft.event, atlas),
    )
    return Report(
        finding, rule.specific, _region(draft.event, atlas), tuple(_region(claim, atlas) for claim in draft.claims)
    )


def _region(event: Event, atlas: Atlas) -> Region:
    path, span = atlas.span(event.node)
    return path, span.start, span.end


def _statement(event: Event, atlas: Atlas) -> tuple[int, int]:
    """First and last line of the statement or header, and of the expression, which may stand in a default."""
    path, inner = atlas.span(event.node)
    _, statement = atlas.span(event.site.statement)
    lines = atlas.lines(path)
    if isinstance(event.site.statement, cst.Module) or not statement.start <= inner.start < statement.header_end:
        return lines.line(inner.start), lines.line(inner.end)
    return lines.line(statement.start), lines.line(statement.header_end)


def _step(clue: Clue, atlas: Atlas) -> Step:
    return Step(atlas.place(clue.node), clue.text, None if clue.value is None else str(clue.value.range))


def _fix(draft: Draft, atlas: Atlas, source: Source) -> Fix | None:
    """The rewrite as edits; one that touches another file is refused."""
    rewrite = draft.rewrite
    if rewrite is None:
        return None
    editor = Editor(atlas.module, source.text, source.newline, atlas.at_home)
    try:
        edits = editor.edits(rewrite, draft.event.site.statement)
    except KeyError:
        return None
    return None if edits is None else Fix(rewrite.title, rewrite.applicability, edits)
