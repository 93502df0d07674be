"""Tests behind an operation: what its statement binds is used only where a test says that it is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.guards import implied
from nanlint.interp.store import Facts
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.nodes import children, walk

Shows = Callable[[Facts], bool]
"""Whether facts say that the result is sound."""
LEAVING = (cst.Continue, cst.Break, cst.Return, cst.Raise)


def thrown_away(event: Event, shows: Shows, trace: Trace) -> bool:
    """Where no test shows it to be sound the result is not used: the code leaves, or binds the name anew."""
    statement, function = event.site.statement, event.site.frame.node
    names = _bound(statement)
    if function is None or not names or names & _loaded(statement):
        return False
    behind = used = False
    for path in _names(function, []):
        if any(node is statement for node in path):
            behind = True
        elif behind and _name(path) in names and not isinstance(path[-2], cst.AssignTarget):
            if any(_guarded(*step, shows, event, trace) for step in pairwise(path)):
                used = True
                continue
            line = next((node for node in path if isinstance(node, cst.SimpleStatementLine)), None)
            handed = set[str]() if line is None else _bound(line)
            if line is None or not handed or handed & _loaded(line):
                return False
            names |= handed
    return used


def chosen_where(event: Event, shows: Shows, trace: Trace) -> bool:
    """A `where` takes the result only where its condition shows it to be sound."""
    choices = (user for user in trace.uses(event.result) if user.op is Op.WHERE and len(user.operands) == 3)
    taken = (user for user in choices if user.x.made_by is not event.operation)
    return any(shows(implied(user.x, user.y.made_by is event.operation)) for user in taken)


def _guarded(outer: cst.CSTNode, inner: cst.CSTNode, shows: Shows, event: Event, trace: Trace) -> bool:
    """Control comes from the one to the other only where a test shows the result to be sound."""
    if isinstance(outer, (cst.If, cst.IfExp)):
        return inner is not outer.test and shows(_facts(outer.test, inner is outer.body, event, trace))
    before = _between(getattr(outer, "body", ()), event.site.statement, inner)
    tests = (line for line in before if isinstance(line, cst.If) and _departs(line.body, _bound(event.site.statement)))
    return any(shows(_facts(line.test, False, event, trace)) for line in tests)


def _between(block: object, start: cst.CSTNode, end: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The statements of the block from `start` to `end`; none if `start` is not among them."""
    lines = block if isinstance(block, Sequence) else ()
    places = {id(line): place for place, line in enumerate(lines)}
    return lines[places[id(start)] + 1 : places[id(end)]] if {id(start), id(end)} <= places.keys() else ()


def _departs(block: cst.BaseSuite, names: set[str]) -> bool:
    """It leaves the block around it, or binds all of the names anew."""
    lines = [line for line in block.body if isinstance(line, cst.SimpleStatementLine)]
    leaves = bool(lines) and lines[-1] is block.body[-1] and isinstance(lines[-1].body[-1], LEAVING)
    return leaves or names <= {name for line in lines for name in _bound(line)}


def _facts(test: cst.BaseExpression, truth: bool, event: Event, trace: Trace) -> Facts:
    """What the test says in this run of the function."""
    outcome = _results(trace).get((id(test), id(event.site.frame)))
    return {} if outcome is None else implied(outcome, truth)


@lru_cache(maxsize=1)
def _results(trace: Trace) -> dict[tuple[int, int], Value]:
    """By expression and activation."""
    return {(id(event.node), id(event.site.frame)): event.result for event in trace.events}


def _bound(statement: cst.CSTNode) -> set[str]:
    """The names that a line binds, if it does nothing else."""
    part = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    targets = [target.target for target in part.targets] if isinstance(part, cst.Assign) else []
    names = {target.value for target in targets if isinstance(target, cst.Name)}
    return names if len(names) == len(targets) else set()


def _loaded(statement: cst.CSTNode) -> set[str]:
    """The names on the right side."""
    part = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement
    value = part.value if isinstance(part, cst.Assign) else part
    return {node.value for node in walk(value) if isinstance(node, cst.Name)}


def _names(node: cst.CSTNode, above: list[cst.CSTNode]) -> Iterator[list[cst.CSTNode]]:
    """The way down to each name, in the order of the text."""
    path = [*above, node]
    if isinstance(node, cst.Name):
        yield path
    for child in children(node):
        yield from _names(child, path)


def _name(path: Sequence[cst.CSTNode]) -> str:
    node = path[-1]
    return node.value if isinstance(node, cst.Name) else ""
