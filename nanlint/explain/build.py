"""From a question to its answer: the operations on a line, over all interpretations that meet it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nanlint.baseline import Baseline
from nanlint.domain.vocabulary import Op
from nanlint.explain.judgement import Judgement, judge, verdicts
from nanlint.explain.model import Context, Explanation, Operation, Verdict
from nanlint.explain.place import Asked
from nanlint.explain.sight import context
from nanlint.explain.views import View, views
from nanlint.findings import Place
from nanlint.interp.trace import Event
from nanlint.ops.poles import poles_of
from nanlint.reasoning.texts import code
from nanlint.settings import Settings
from nanlint.text.positions import Span

MAX_CONTEXTS = 3
_Key = tuple[int, int, Op]


@dataclass(slots=True)
class _Gathered:
    """One operation as it is met again and again."""

    first: Event
    place: Place
    contexts: dict[tuple[object, ...], Context] = field(default_factory=dict)
    verdicts: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)

    def meet(self, events: Sequence[Event], view: View, judgement: Judgement, settings: Settings) -> None:
        for event in events:
            found = context(event, view)
            self.contexts.setdefault(_alike(found), found)
        for verdict in verdicts(events, view, judgement, settings):
            self.verdicts.setdefault((verdict.code, verdict.status, verdict.message), verdict)
        self.looked |= {code for code, ops in judgement.looked.items() if self.first.op in ops}

    def told(self) -> Operation:
        spoken = {verdict.code for verdict in self.verdicts.values()}
        event, shown = self.first, tuple(self.contexts.values())
        return Operation(
            self.place,
            " ".join(code(event.node).split()),
            event.op.value,
            event.framework,
            shown[:MAX_CONTEXTS],
            len(shown[MAX_CONTEXTS:]),
            tuple(self.verdicts.values()),
            tuple(sorted(self.looked - spoken)) if poles_of(event.operation) else (),
        )


def _alike(context: Context) -> tuple[object, ...]:
    """Equal where the same values meet the same fate, whichever way they came."""
    values = tuple(operand.value for operand in context.operands)
    poles = tuple((pole.where, pole.harmless, pole.why) for pole in context.poles)
    return values, context.result, poles, context.remarks


def build(asked: Asked, beside: Iterable[str], settings: Settings, baseline: Baseline | None = None) -> Explanation:
    """What there is to tell of a place. Raises UnexplainedError for a line that cannot be read."""
    gathered: dict[_Key, _Gathered] = {}
    line, hint, written, place = 0, "", "", Place(asked.path, 0, 0, 0, 0)
    for view in views(asked, beside, settings):
        source = view.source(asked.path)
        if not line:
            line = asked.line_in(source)
            written = source.written.splitlines()[line - 1] if source.text else ""
            start = view.lines(asked.path).offset(line, 1)
            place = view.lines(asked.path).place(asked.path, start, start + len(written))
        found = _on_line(view, asked, line)
        judgement = judge(view, settings, baseline) if found else None
        for key, events in found.items():
            first = events[0]
            node_place = view.place(first.node, asked.path)
            if judgement is not None and node_place is not None:
                gathered.setdefault(key, _Gathered(first, node_place)).meet(events, view, judgement, settings)
        hint = hint or ("" if gathered else _hint(view, asked, line))
    return Explanation(str(asked), place, written, tuple(one.told() for one in gathered.values()), hint)


def _on_line(view: View, asked: Asked, line: int) -> dict[_Key, list[Event]]:
    """The operations of the line in the order in which they run; only the innermost at a column."""
    lines = view.lines(asked.path)
    found: dict[_Key, list[Event]] = {}
    for event, span in _placed(view, asked.path):
        if line in (lines.line(span.start), lines.line(span.end)):
            found.setdefault((span.start, span.end, event.op), []).append(event)
    if asked.column is None or not found:
        return found
    offset = lines.offset(line, asked.column)
    around = [key for key in found if key[0] <= offset < key[1]]
    size = min((end - start for start, end, _ in around), default=0)
    return {key: found[key] for key in around if key[1] - key[0] == size}


def _placed(view: View, path: str) -> Iterator[tuple[Event, Span]]:
    for event in view.events_in(path):
        span = view.span(event.node, path)
        if span is not None:
            yield event, span


def _hint(view: View, asked: Asked, line: int) -> str:
    """What is on the line instead."""
    lines = view.lines(asked.path)
    spans = [span for _, span in _placed(view, asked.path)]
    if asked.column is not None and any(line in (lines.line(span.start), lines.line(span.end)) for span in spans):
        columns = sorted({lines.position(span.start)[1] for span in spans if lines.line(span.start) == line})
        return f"no operation at this column; there are some at {', '.join(map(str, columns))}"
    around = [span for span in spans if lines.line(span.start) < line < lines.line(span.end)]
    if around:
        inner = max(around, key=lambda span: span.start)
        return f"no operation begins or ends on this line; one around it begins at line {lines.line(inner.start)}"
    if not spans:
        return "nanlint sees no numeric operation in this file"
    nearest = min((lines.line(span.start) for span in spans), key=lambda other: abs(other - line))
    return f"no operation that nanlint knows of is on this line; the nearest is at line {nearest}"
