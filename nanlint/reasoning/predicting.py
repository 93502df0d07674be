"""Whether a network is only asked here: its answer is drawn or printed, and trains nothing."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.destinations import LOSSES, handed_on, of_joined
from nanlint.reasoning.moving import contains
from nanlint.reasoning.placement import stands_alone
from nanlint.reasoning.provenance import MAX_VALUES

TRAINING = frozenset({Op.BACKWARD, Op.FIT, Op.STEP, Op.STORE, *LOSSES})


def arrived(event: Event, fit: Event) -> bool:
    """The operation runs because the model is fitted."""
    return event.node is fit.node or any(call is fit.node for call in _calls(event.site.frame))


def only_predicts(event: Event, trace: Trace) -> bool:
    """The result is seen to its end, and no loss takes it, nobody unseen does, nothing is differentiated or fitted."""
    if not event.result.gradient or any(arrived(event, fit) for fit in trace.of(Op.FIT)):
        return False
    joined = of_joined(trace)
    pending, seen = [event], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        if handed_on(current, trace) or _replayed(current):
            return False
        for user in (*trace.uses(current.result), *joined.get(id(current.operation), ())):
            if user.op in TRAINING:
                return False
            if id(user) not in seen and not (user.op is Op.OPAQUE and stands_alone(user)):
                seen.add(id(user))
                pending.append(user)
    return not pending


def _replayed(event: Event) -> bool:
    """It stands in the function that built a graph, and runs in another, which may return the graph's output."""
    node = event.site.frame.node
    return isinstance(node, cst.FunctionDef) and not contains(node, event.node)


def _calls(frame: Frame | None) -> list[cst.CSTNode | None]:
    found: list[cst.CSTNode | None] = []
    while frame is not None:
        found.append(frame.call_node)
        frame = frame.parent
    return found
