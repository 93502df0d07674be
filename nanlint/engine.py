"""From a tree to findings: interpretation, every rule, one finding for one operation, positions, suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import libcst as cst

from nanlint.comments.suppress import suppressions
from nanlint.domain.vocabulary import Op
from nanlint.findings import Finding, Fix, Level, Step
from nanlint.fixing.edits import Editor, nodes_of
from nanlint.interp import interpret
from nanlint.interp.told import Told
from nanlint.interp.trace import Event, Trace
from nanlint.program.atlas import Atlas
from nanlint.program.project import Project
from nanlint.program.verdicts import Examined, Linted, Region, Report, verdict
from nanlint.reasoning.context import in_test
from nanlint.reasoning.destinations import left_behind, only_reported
from nanlint.reasoning.trust import trusted
from nanlint.roster import complaint
from nanlint.rule import Clue, Draft, Insert, Limits, Remove, Replace, Rewrite, Rule
from nanlint.rules.selecting import judging
from nanlint.running.stopwatch import Stopwatch
from nanlint.settings import PerPath, Settings, of_path
from nanlint.text.source import Source, is_notebook

ALONE = Project()


@dataclass(frozen=True, slots=True)
class Drafted:
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


def lint_module(source: Source, module: cst.Module, rules: Sequence[Rule], settings: PerPath) -> Linted:
    """What the rules find in a module parsed from `source`, by itself."""
    return verdict(examine(source, module, rules, settings))


def examine(
    source: Source, module: cst.Module, rules: Sequence[Rule], settings: PerPath, project: Project = ALONE
) -> Examined:
    """What the rules find in a module parsed from `source`, and in the files of the project that it uses.

    Which rules are on, and whether strictly, is for the settings of the file that a finding is in to say.
    """
    asked = of_path(settings, source.path)
    own = judging(asked)
    for double in (False, True):
        with project.watch.stage("interpretation"):
            trace = traced(source, module, own, project, double)
        policies = {path: judging(of_path(settings, path)) for path in (source.path, *trace.trees)}
        merged = [*merge(_drafted(rules, trace, own, policies, project.watch), trace)]
        if not trace.doubled:
            break
    strict = {path for path, policy in policies.items() if policy.strict}
    chosen = most_specific(report for report in merged if report.path in strict or report.draft.level > Level.STRICT)
    told = [report for report in chosen if report.path == source.path or report.draft.level >= Level.WARNING]
    comments = suppressions(source, complaint)
    faint = _faint(merged, source.path) if comments.own and not own.strict else []
    with project.watch.stage("positions and fixes"):
        atlas = Atlas(source, trace, project)
        atlas.add(node for report in (*told, *faint) for node in nodes(report, source.path, module))
        placed = [placed_report(report, atlas, source) for report in told]
    return Examined(
        tuple(report for report in placed if report.finding.place.path == source.path),
        tuple(report for report in placed if report.finding.place.path != source.path),
        comments,
        frozenset(trace.trees),
        frozenset(rule.code for rule in rules if _selects(own, rule.code, rule.name)),
        tuple(placed_report(report, atlas, source) for report in faint),
        silent=own != asked,
    )


def traced(source: Source, module: cst.Module, settings: Settings, project: Project, double: bool = False) -> Trace:
    """The interpretation of a module parsed from `source`, by the settings of its file."""
    told = Told(settings.safe_functions, dict(settings.framework_aliases), double)
    return interpret(module, source.text, source.path, project, told)


def _faint(merged: Iterable[Drafted], path: str) -> list[Drafted]:
    """What a strict run would tell of the file beside the rest."""
    chosen = most_specific(merged)
    return [report for report in chosen if report.path == path and report.draft.level is Level.STRICT]


def _drafted(
    rules: Iterable[Rule], trace: Trace, own: Settings, policies: Mapping[str, Settings], watch: Stopwatch
) -> Iterator[Drafted]:
    """What the rules find in the files where they are on, one after the other, each timed."""
    distinct = set(policies.values())
    for rule in rules:
        if any(_selects(policy, rule.code, rule.name) for policy in distinct):
            with watch.stage(rule.code):
                found = [Drafted(rule, draft) for draft in drafts(rule, trace, own)]
            yield from (report for report in found if _selects(policies[report.path], rule.code, rule.name))


@cache
def _selects(settings: Settings, code: str, name: str) -> bool:
    return settings.selects(code, name)


def drafts(rule: Rule, trace: Trace, settings: Settings) -> Iterator[Draft]:
    """What the rule finds; of an optional rule that is asked for by name, nothing is too vague to be a note.

    What only a test runs is made to be met with odd numbers, and trains nothing that is kept: a note at most. So is
    what the file itself has switched off, what a notebook defines and never uses, and what is only logged. Of what the
    user knows to be safe there is nothing to say.
    """
    raised = rule.optional and settings.asks_for(rule.code, rule.name)
    for draft in rule.check(trace, _limits(rule, settings)):
        draft = replace(draft, level=min(draft.level, rule.ceiling))
        grave = draft.level > Level.NOTE
        if rule.about_poles and trusted(draft.event, trace):
            trace.pass_over(draft.event, "its operand comes from a function that `safe-functions` names")
        elif (raised and draft.level is Level.STRICT) or (grave and _matters_to_nobody(draft.event, trace)):
            yield replace(draft, level=Level.NOTE)
        else:
            yield draft


def _matters_to_nobody(event: Event, trace: Trace) -> bool:
    site = event.site
    unused = is_notebook(site.frame.path) and left_behind(site, trace)  # nothing imports a notebook
    return site.dormant or in_test(site) or unused or only_reported(event, trace)


def _limits(rule: Rule, settings: Settings) -> Limits:
    options = {option: value for name, option, value in settings.rule_options if name == rule.name}
    return Limits(settings.epsilon, settings.max_learning_rate, settings.max_grad_norm, options)


def merge(reports: Iterable[Drafted], trace: Trace) -> Iterator[Drafted]:
    """One report for each rule and node, whatever the number of activations that passed there.

    The gravest speaks. The rewrite stays only if all events of the operation at that node asked for the same one:
    the code runs in every context.
    """
    groups: dict[tuple[str, int], list[Drafted]] = {}
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
        yield Drafted(gravest.rule, replace(gravest.draft, claims=claims, rewrite=rewrite))


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


def most_specific(reports: Iterable[Drafted]) -> list[Drafted]:
    """No operation is reported that a better report of another rule is about, or claims to explain."""
    explained: dict[int, set[str]] = {}
    chosen: list[Drafted] = []
    for report in sorted(reports, key=lambda report: report.rank):
        if explained.get(report.node, set()) <= {report.rule.code}:
            chosen.append(report)
            for node in (report.node, *(id(event.node) for event in report.draft.claims)):
                explained.setdefault(node, set()).add(report.rule.code)
    return chosen


def nodes(report: Drafted, home: str, module: cst.Module) -> Iterator[cst.CSTNode]:
    draft = report.draft
    yield draft.event.node
    yield draft.event.site.statement
    yield from (clue.node for clue in draft.evidence)
    yield from (claim.node for claim in draft.claims)
    if draft.rewrite is not None and report.path == home:
        yield from nodes_of(draft.rewrite, module)


def placed_report(report: Drafted, atlas: Atlas, source: Source) -> Report:
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
        scope=_scope(draft.event, atlas),
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


def _scope(event: Event, atlas: Atlas) -> str:
    """The qualified name of the class or function that the operation stands in."""
    _, span = atlas.span(event.node)
    return ".".join(node.name.value for node in span.ancestors if isinstance(node, (cst.ClassDef, cst.FunctionDef)))


def _step(clue: Clue, atlas: Atlas) -> Step:
    return Step(atlas.place(clue.node), clue.text, None if clue.value is None else str(clue.value.range))


def _fix(draft: Draft, atlas: Atlas, source: Source) -> Fix | None:
    """The rewrite as edits; one that touches another file is refused, or two cells: they run in any order."""
    rewrite = draft.rewrite
    if rewrite is None:
        return None
    editor = Editor(atlas.module, source.text, source.newline, atlas.at_home)
    changed = [edit.node if isinstance(edit, Replace) else edit.statement for edit in rewrite.edits]
    try:
        if len({atlas.place(node).cell for node in changed}) > 1:
            return None
        edits = editor.edits(rewrite, draft.event.site.statement)
    except KeyError:
        return None
    edits = None if edits is None else source.fitted(edits)
    return None if edits is None else Fix(rewrite.title, rewrite.applicability, edits)
