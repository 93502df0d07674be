"""Where a call stands in its function: on a line of its own, in which block, loop and arm of a branch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.interp.store import narrow
from nanlint.interp.trace import Event, Frame
from nanlint.reasoning.moving import contains
from nanlint.reasoning.nodes import children, walk

LOOPS = (cst.For, cst.While)


def stands_alone(event: Event) -> bool:
    """The call is a statement of its own: an environment's `step` gives something back."""
    statement = event.site.statement
    for line in (statement, getattr(statement, "body", None), getattr(statement, "orelse", None)):
        if isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            return any(isinstance(small, cst.Expr) and small.value is event.node for small in line.body)
    return False


def own_line(event: Event) -> bool:
    """The call is all that its line does, so that lines may be put before it, or it be moved."""
    statement = event.site.statement
    return stands_alone(event) and isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1


def surroundings(event: Event) -> cst.CSTNode | None:
    """The function in which the event happens; of a script, the loop."""
    node, loops = event.site.frame.node, event.site.loops
    return loops[0] if isinstance(node, cst.Module) and loops else node


def loop_around(event: Event) -> tuple[cst.CSTNode, Frame] | None:
    """The innermost loop that runs the event again, in its function or around a call of it, and who loops."""
    again = [loop for loop in event.site.loops if not _one_round(loop, event)]
    if again:
        return again[-1], event.site.frame
    frame = event.site.frame
    while frame.parent is not None and frame.call_node is not None and frame.parent.node is not None:
        path = path_to(frame.parent.node, frame.call_node)
        loops = [node for node in path if isinstance(node, LOOPS)]
        if loops:
            return loops[-1], frame.parent
        frame = frame.parent
    return None


def _one_round(loop: cst.CSTNode, event: Event) -> bool:
    """What the loop counts is a single number there: `if i == 0`."""
    held, facts = event.site.names, event.site.facts
    names = (
        {node.value for node in walk(loop.target) if isinstance(node, cst.Name)} if isinstance(loop, cst.For) else ()
    )
    counters = [held[name] for name in names if name in held and held[name].op is Op.ARANGE]
    return any(narrow(counter, facts).range.point is not None for counter in counters)


def exclusive(a: Event, b: Event) -> bool:
    """No run of their function comes to both: they stand in different arms of one `if`."""
    if a.site.frame is not b.site.frame:
        return False
    mine, others = arms(a), arms(b)
    return any(arm is not others[test] for test, arm in mine.items() if test in others)


def arms(event: Event) -> dict[int, cst.CSTNode]:
    """The `if` statements around the event, by identity, and in which of their two parts it stands."""
    around = event.site.frame.node
    if around is None:
        return {}
    path = [*path_to(around, event.site.statement), event.site.statement]
    return {
        id(node): below
        for node, below in pairwise(path)
        if isinstance(node, cst.If) and below in (node.body, node.orelse)
    }


def path_to(outer: cst.CSTNode, wanted: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes from `outer` down to what holds `wanted`; empty if it is not in there."""
    parts = outer.body if isinstance(outer, cst.Module) else (outer,)
    above = next((held for part in parts if id(wanted) in (held := _above(part))), {})
    path: list[cst.CSTNode] = []
    node = above.get(id(wanted))
    while node is not None:
        path.append(node)
        node = above[id(node)]
    return [*((outer,) if above and outer not in parts else ()), *reversed(path)]


@lru_cache(maxsize=500)
def _above(outer: cst.CSTNode) -> dict[int, cst.CSTNode | None]:
    """What holds each node, by identity; kept, since many ask, and after an edit most statements are the same."""
    found: dict[int, cst.CSTNode | None] = {id(outer): None}
    pending = [outer]
    while pending:
        node = pending.pop()
        below = children(node)
        found.update((id(child), node) for child in below)
        pending += below
    return found


def block_of(statement: cst.CSTNode, around: cst.CSTNode | None) -> Sequence[cst.CSTNode]:
    """The statements among which `statement` stands; empty when it is not found."""
    pending: list[object] = [around]
    while pending:
        node = pending.pop()
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            part = getattr(node, name, None)
            if isinstance(part, Sequence) and not isinstance(part, str):
                if any(item is statement for item in part):
                    return part
                pending.extend(part)
            elif isinstance(part, cst.CSTNode):
                pending.append(part)
    return ()


def is_handled(event: Event) -> bool:
    """The event is in a `try`, whose handler takes what it raises."""
    pending: list[cst.CSTNode] = [event.site.frame.node] if event.site.frame.node is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.Try, cst.TryStar)) and contains(node.body, event.site.statement):
            return True
        pending.extend(child for child in children(node) if isinstance(child, _COMPOUND))
    return False


_COMPOUND = (cst.BaseCompoundStatement, cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler)
