"""An exponential divided by its sum, with no maximum subtracted."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.interp.trace import Event, Trace
from nanlint.rules.exponentials import has_scipy, level, limit, overflows, shifted
from nanlint.rules.formulas import Term, inside, plainly_written, plus, repeatable, result
from nanlint.rules.guarding import quoted
from nanlint.rules.model import Draft, Limits, Remove, Replace, Rewrite, Rule
from nanlint.rules.probabilities import Share, share
from nanlint.rules.reasoning import trail
from nanlint.rules.rewriting import contains, reachable_source, removable, spell, spell_name


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE):
        found = share(result(trace, event))
        if found is None or not (overflows(found.x) or _vanishes(event, found)):
            continue
        grade = level(event, found.x, trace)
        if grade is None:
            continue
        yield Draft(
            event,
            grade,
            _message(event, found),
            "Use softmax, or subtract the maximum before the exponential.",
            evidence=trail(event, trace, event.x),
            claims=inside(trace, event),
            rewrite=_rewrite(trace, event, found),
        )


def _vanishes(event: Event, found: Share) -> bool:
    """Every exponential of the sum can underflow."""
    return not shifted(found.x.value) and event.y.range.contains(0.0)


def _message(event: Event, found: Share) -> str:
    exp = quoted(found.x.node)
    if overflows(found.x):
        return f"softmax written out: exp of {exp} is infinite above {limit(event)}, and infinity over infinity is NaN"
    return f"softmax written out: where exp of {exp} underflows along the whole sum, 0 is divided by 0"


def _rewrite(trace: Trace, event: Event, found: Share) -> Rewrite | None:
    if not isinstance(event.node, cst.BaseExpression) or not plainly_written(found.total) or not found.aligned:
        return None
    if found.x.links or found.x.value.dtype.integer or not set(found.total.site.options) <= {"axis", "keepdim"}:
        return None
    axis_node, axis = found.total.site.options.get("axis"), found.total.options.get("axis")
    whole = axis is None or axis.is_none
    along = None if whole else reachable_source(axis_node, found.total, event)
    if not whole and along is None:
        return None
    if event.framework == "torch":
        return None if along is None else _library(event, found, {"axis": along}, "torch")
    if event.framework != "numpy":
        return None
    if has_scipy(event, "softmax"):
        return _library(event, found, {} if along is None else {"axis": along}, "scipy")
    return _subtracted(trace, event, found, along)


def _library(event: Event, found: Share, parts: dict[str, str], framework: str) -> Rewrite | None:
    text = plus(found.x, event)
    spelled = None if text is None else spell(event, Op.SOFTMAX, {"x": text, **parts}, framework)
    if spelled is None:
        return None
    exp = found.x.event
    line = None if exp is None or contains(event.node, exp.node) else removable(exp, [event.node])
    edits = (Replace(event.node, spelled.text), *([] if line is None else [Remove(line)]))
    return Rewrite("Use softmax", _applicability(found), edits, spelled.imports)


def _subtracted(trace: Trace, event: Event, found: Share, along: str | None) -> Rewrite | None:
    """The maximum subtracted in every exponential, if none of them is used for anything else."""
    exponentials = _exponentials(trace, event, found)
    places = [event.node] if contains(event.node, found.total.node) else [event.node, found.total.node]
    edits: dict[int, Replace] = {}
    for exp in exponentials:
        node = exp.site.operands[0] if exp.site.operands else None
        text = repeatable(Term(trace, exp.x, node, exp), exp)
        inline = any(contains(place, exp.node) for place in places)
        if node is None or text is None or not plainly_written(exp) or not (inline or removable(exp, places)):
            return None
        largest, imports = spell_name(exp.site, "numpy.max")
        options = "" if along is None else f", axis={along}, keepdims=True"
        edits[id(node)] = Replace(node, f"{text} - {largest}({text}{options})")
    return Rewrite("Subtract the maximum", _applicability(found), tuple(edits.values()), imports) if edits else None


def _exponentials(trace: Trace, event: Event, found: Share) -> list[Event]:
    events = [trace.origin(event.x), trace.origin(found.total.x)]
    return [event for event in events if event is not None and event.op is Op.EXP]


def _applicability(found: Share) -> Applicability:
    return Applicability.UNSAFE if found.guarded else Applicability.SAFE
