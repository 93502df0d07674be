"""What became of the rules' reports on an operation: shown, or kept back, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nanlint.baseline import Baseline
from nanlint.comments.suppress import suppressions
from nanlint.domain.vocabulary import Op
from nanlint.engine import Drafted, drafts, merge, most_specific, nodes, placed_report
from nanlint.explain.model import Verdict
from nanlint.explain.views import View
from nanlint.findings import Finding, Level
from nanlint.interp.trace import Event, Trace
from nanlint.policy import judged
from nanlint.program.atlas import Atlas
from nanlint.reports import FileReport
from nanlint.roster import complaint
from nanlint.rule import Rule
from nanlint.rules.registry import all_rules
from nanlint.settings import Settings
from nanlint.text.source import Source


class Watched(Trace):
    """A trace that notes which operations a rule asks for."""

    __slots__ = ("asked",)
    asked: set[Op]

    def of(self, *ops: Op) -> Iterator[Event]:
        self.asked.update(ops)
        return super().of(*ops)


def watched(trace: Trace) -> Watched:
    """The same trace, watched."""
    names = [name for name in Trace.__slots__ if name != "__weakref__"]
    copy = Watched(**{name: getattr(trace, name) for name in names})
    copy.asked = set[Op]()
    return copy


@dataclass(frozen=True, slots=True)
class Judgement:
    """All reports of all rules on what one view shows.

    looked: the operations that each rule asked for; passed: (rule, event, why) where a rule says why it is silent;
    baseline: the known findings, if the run has some.
    """

    reports: tuple[Drafted, ...]
    chosen: tuple[Drafted, ...]
    looked: dict[str, frozenset[Op]]
    passed: tuple[tuple[Rule, Event, str], ...]
    baseline: Baseline | None = None


def judge(view: View, settings: Settings, baseline: Baseline | None = None) -> Judgement:
    """Asks all rules, those that are off, too."""
    trace = watched(view.trace)
    reports: list[Drafted] = []
    looked: dict[str, frozenset[Op]] = {}
    passed: list[tuple[Rule, Event, str]] = []
    for rule in all_rules():
        trace.asked.clear()
        before = len(trace.remarks)
        reports += [Drafted(rule, draft) for draft in drafts(rule, trace, settings)]
        looked[rule.code] = frozenset(trace.asked)
        passed += [(rule, event, why) for event, why in trace.remarks[before:]]
    merged = tuple(merge(reports, view.trace))
    heard = [report for report in merged if _on(report, settings) and _loud(report, settings)]
    return Judgement(merged, tuple(most_specific(heard)), looked, tuple(passed), baseline)


def _on(report: Drafted, settings: Settings) -> bool:
    return settings.selects(report.rule.code, report.rule.name)


def _loud(report: Drafted, settings: Settings) -> bool:
    return settings.strict or report.draft.level > Level.STRICT


def verdicts(events: Iterable[Event], view: View, judgement: Judgement, settings: Settings) -> Iterator[Verdict]:
    """What the rules say of one operation, all its activations together; the gravest first."""
    here = {id(event.node) for event in events}
    about = [report for report in judgement.reports if report.node in here]
    for report in sorted(about, key=lambda report: report.rank):
        yield _verdict(report, view, judgement, settings)
    told = {report.rule.code for report in about}
    reasons = {(rule, why) for rule, event, why in judgement.passed if id(event.node) in here}
    for rule, why in sorted(reasons, key=lambda pair: pair[0].code):
        if rule.code not in told:
            yield Verdict(rule.code, rule.name, "silent", "", "", why)


def _verdict(report: Drafted, view: View, judgement: Judgement, settings: Settings) -> Verdict:
    finding = _finding(report, view)
    verdict = Verdict(finding.code, finding.rule, "reported", finding.level.label, finding.message)
    if not _on(report, settings):
        return replace(verdict, status="off", why="the settings of this file turn the rule off")
    if not _loud(report, settings):
        return replace(verdict, status="strict", why="shown with --strict only")
    if report not in judgement.chosen:
        return _overruled(report, verdict, view, judgement)
    if view.home.path != report.path and finding.level < Level.WARNING:
        return replace(verdict, status="kept back", why="of another file's code, only errors and warnings are told")
    source = view.source(report.path)
    for comment in suppressions(source, complaint).comments:
        if comment.silences(finding):
            return replace(verdict, status="ignored", why=f"a comment silences it, at line {comment.line}")
    if judgement.baseline is not None and _is_known(finding, source, judgement.baseline):
        return replace(verdict, status="known", why="the baseline has it")
    final = judged(finding, settings)
    why = "" if final.level is finding.level else f"{finding.level.label} by its evidence; the settings set its level"
    return replace(verdict, level=final.level.label, why=why)


def _overruled(report: Drafted, verdict: Verdict, view: View, judgement: Judgement) -> Verdict:
    """Names the report that explains the operation better."""
    for other in judgement.chosen:
        explains = {other.node, *(id(event.node) for event in other.draft.claims)}
        if report.node in explains and other.rule is not report.rule:
            place = view.place(other.draft.event.node, other.path)
            why = f"{other.rule.code} {other.rule.name} explains it better"
            return replace(verdict, status="overruled", why=why, at=place)
    return replace(verdict, status="overruled", why="another report explains it better")


def _is_known(finding: Finding, source: Source, baseline: Baseline) -> bool:
    file = FileReport(source.path, (finding,), text=source.written, cells=source.cells)
    return all(entry in baseline.known for entry, _ in baseline.entries(file))


def _finding(report: Drafted, view: View) -> Finding:
    atlas = Atlas(view.home, view.trace, view.project)
    atlas.add(nodes(report, view.home.path, view.trace.module))
    return placed_report(report, atlas, view.home).finding
