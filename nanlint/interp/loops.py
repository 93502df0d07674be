"""`for` and `while`: names that the body changes are widened, then the body runs once."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from nanlint.domain.value import Value
from nanlint.interp.activation import Loop
from nanlint.interp.containers import rows
from nanlint.interp.datasets import rows_of
from nanlint.interp.guards import implied
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.names import assign
from nanlint.interp.store import Outcome

MAX_UNROLLED_STATEMENTS = 4
_SIMPLE_LINES = (cst.SimpleStatementLine, cst.SimpleStatementSuite)
_LEAVES = (cst.Break, cst.Continue, cst.Return, cst.Raise)
MAX_ANCESTORS = 300  # operations looked through before a value counts as carried on


def for_loop(machine: Machine, node: cst.For) -> bool:
    iterable = machine.evaluate(node.iter)
    known = rows(machine, iterable)
    if known is not None and _straight(node.body):
        return _unrolled(machine, node, known)

    def step() -> bool:
        assign(machine, node.target, rows_of(machine, iterable))
        return machine.execute(node.body)

    return _loop(machine, node, step, lambda: None, endless=False)


def _straight(body: cst.BaseSuite) -> bool:
    """A few simple statements, none of which leaves the loop."""
    lines = [body] if isinstance(body, cst.SimpleStatementSuite) else body.body
    parts = [part for line in lines if isinstance(line, _SIMPLE_LINES) for part in line.body]
    simple = all(isinstance(line, _SIMPLE_LINES) for line in lines)
    return simple and len(parts) <= MAX_UNROLLED_STATEMENTS and not any(isinstance(part, _LEAVES) for part in parts)


def _unrolled(machine: Machine, node: cst.For, known: tuple[Value, ...]) -> bool:
    """A short body is run for each of a few known items."""
    machine.active.loops.append(Loop(node))
    for item in known:
        assign(machine, node.target, item)
        machine.execute(node.body)
    machine.active.loops.pop()
    return node.orelse is None or machine.execute(node.orelse)


def while_loop(machine: Machine, node: cst.While) -> bool:
    def step() -> bool:
        machine.store.learn(implied(machine.evaluate(node.test), True))
        return machine.execute(node.body)

    def after() -> None:
        machine.store.learn(implied(machine.evaluate(node.test), False))

    endless = (isinstance(node.test, cst.Name) and node.test.value == "True") or _constant_truth(node.test)
    return _loop(machine, node, step, after, endless)


def _constant_truth(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Integer) and test.value != "0"


def _loop(
    machine: Machine, node: cst.For | cst.While, step: Callable[[], bool], after: Callable[[], None], endless: bool
) -> bool:
    if not machine.dry:
        _widen(machine, node, step)
    before = machine.store.attempt(lambda: True)
    once = _run(machine, node, step)
    ends = [outcome for outcome in (once.normal, *once.loop.continues) if outcome.live]

    def finished() -> bool:
        machine.store.merge([before, *ends], machine.join)
        after()
        return node.orelse is None or machine.execute(node.orelse)

    outcomes = list(once.loop.breaks)
    if not endless:
        outcomes.append(machine.store.attempt(finished))
    live = [outcome for outcome in outcomes if outcome.live]
    machine.store.merge(live, machine.join)
    return bool(live)


class _Once:
    """One run of a loop's body."""

    __slots__ = ("loop", "normal")

    def __init__(self, loop: Loop, normal: Outcome) -> None:
        self.loop, self.normal = loop, normal


def _run(machine: Machine, node: cst.For | cst.While, step: Callable[[], bool]) -> _Once:
    loop = Loop(node)
    machine.active.loops.append(loop)
    normal = machine.store.attempt(step)
    machine.active.loops.pop()
    return _Once(loop, normal)


def _widen(machine: Machine, node: cst.For | cst.While, step: Callable[[], bool]) -> None:
    """Tries the body out without a trace and widens every cell that it changed."""
    active = machine.active
    returned, yielded, exits = len(active.returned), len(active.yielded), len(active.exits)
    machine.dry += 1
    once = _run(machine, node, step)
    machine.dry -= 1
    del active.returned[returned:], active.yielded[yielded:], active.exits[exits:]
    objects: dict[tuple[int, int], Value] = {}  # two names of one object name one object afterwards
    for outcome in (once.normal, *once.loop.continues):
        for (_, key), (cells, value) in outcome.writes.items():
            before = cells.get(key)
            if before is None or value is None or before.same(value):
                continue
            grown = objects.get((id(before.made_by), id(value.made_by)))
            if grown is None:
                grown = machine.widen(before, value) if depends_on(value, before) else machine.join([before, value])
                objects[id(before.made_by), id(value.made_by)] = grown
            machine.store.write(cells, key, grown)


def depends_on(value: Value, before: Value) -> bool:
    """`value` was computed from `before`, so that each iteration can move it on."""
    pending, seen = [value], set()
    while pending:
        operation = pending.pop().made_by
        if operation is before.made_by:
            return True
        if id(operation) not in seen:
            seen.add(id(operation))
            pending.extend(operation.operands)
        if len(seen) > MAX_ANCESTORS:
            return True
    return False


STATEMENTS.update({cst.For: for_loop, cst.While: while_loop})
