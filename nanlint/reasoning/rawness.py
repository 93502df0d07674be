"""Whether what is taken for the raw output of a network is one on every way there."""

from __future__ import annotations

from functools import lru_cache

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import callers
from nanlint.reasoning.origins import alternatives, strip
from nanlint.reasoning.provenance import AFFINE, INITIAL, STEPS, above_zero, from_network


def raw_everywhere(event: Event, operand: Value, trace: Trace) -> bool:
    """No way through the branches bounds it, nor is it the layers' own order that says whether it is an output."""
    value = strip(operand)
    if any(map(above_zero, alternatives(value))):
        return False  # the other ways may be no way at all
    return not _bounded_on_some_way(operand, STEPS) and not (_mixed(operand, STEPS) and _one_of_several(event, trace))


def _bounded_on_some_way(value: Value, steps: int) -> bool:
    """What it is computed from is, on a way, something that an activation, say, keeps on one side."""
    value = strip(value)
    if steps == 0 or value.op not in AFFINE | {Op.JOIN, Op.CLAMP}:
        return False
    ways = value.made_by.operands
    if value.op is Op.JOIN and any(_one_sided(way) and not from_network(way) for way in ways):
        return True
    return any(_bounded_on_some_way(way, steps - 1) for way in ways)


def _one_sided(value: Value) -> bool:
    """What a loop starts with is no such way."""
    bounds = value.range
    bounded = bounds.lo >= 0.0 or bounds.hi <= 0.0 or bounds.bounded
    return bounded and bounds.point is None and strip(value).op not in INITIAL


def _mixed(value: Value, steps: int) -> bool:
    """On some way it is computed from no output at all."""
    value = strip(value)
    if steps == 0 or value.op not in AFFINE | {Op.JOIN, Op.CLAMP}:
        return False
    ways = value.made_by.operands
    if value.op is Op.JOIN and not all(map(from_network, ways)):
        return True
    return any(_mixed(way, steps - 1) for way in ways)


def _one_of_several(event: Event, trace: Trace) -> bool:
    """The call that leads there leads elsewhere as well: which of a list of layers comes first, the list decides."""
    called = _called(trace)
    return any(len(called.get(id(frame.call_node), ())) > 1 for frame in callers(event.site.frame))


@lru_cache(maxsize=1)
def _called(trace: Trace) -> dict[int, set[int]]:
    """By call, the functions that it ran."""
    found: dict[int, set[int]] = {}
    for event in trace.events:
        for frame in callers(event.site.frame):
            if frame.call_node is not None and frame.node is not None:
                found.setdefault(id(frame.call_node), set()).add(id(frame.node))
    return found
