"""Statements in order: assignments, branches, tests, try, with, match, return."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from nanlint.domain.value import Kind
from nanlint.interp.containers import appended, items_of
from nanlint.interp.contexts import entered
from nanlint.interp.correlation import correlate, learned
from nanlint.interp.guards import implied
from nanlint.interp.logic import decided_test, fixed_test, for_other_callers
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.names import assign, change
from nanlint.interp.operators import BINARY, binary
from nanlint.interp.parameters import annotated
from nanlint.interp.store import Outcome


def simple_line(machine: Machine, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> bool:
    return all(machine.execute(part) for part in node.body)


def block(machine: Machine, node: cst.IndentedBlock) -> bool:
    return machine.execute_all(node.body)


def expression(machine: Machine, node: cst.Expr) -> bool:
    machine.evaluate(node.value)
    return True


def assignment(machine: Machine, node: cst.Assign) -> bool:
    value = machine.evaluate(node.value)
    for target in node.targets:
        assign(machine, target.target, value)
    return True


def annotated_assignment(machine: Machine, node: cst.AnnAssign) -> bool:
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(node.value))
    elif machine.active.scope.is_class:
        assign(machine, node.target, annotated(machine, node.annotation))
    return True


def augmented_assignment(machine: Machine, node: cst.AugAssign) -> bool:
    before = machine.evaluate(node.target)
    value = machine.evaluate(node.value)
    items = items_of(value)
    if before.kind is Kind.SEQUENCE and isinstance(node.operator, cst.AddAssign) and items is not None:
        change(machine, node.target, before, appended(machine, before, items))
        return True
    operator = type(node.operator)
    result = (
        binary(machine, operator, before, value, node, (node.target, node.value))
        if operator in BINARY
        else machine.unknown(before, value)
    )
    if before.kind in (Kind.TENSOR, Kind.MAPPING):
        change(machine, node.target, before, result)
    else:
        assign(machine, node.target, result)
    return True


# control that leaves the block


def returned(machine: Machine, node: cst.Return) -> bool:
    value = machine.constant(None) if node.value is None else machine.evaluate(node.value)
    machine.active.returned.append(value)
    machine.active.exits.append(machine.store.so_far(live=False))
    return False


def raised(machine: Machine, node: cst.Raise) -> bool:
    if node.exc is not None:
        machine.evaluate(node.exc)
    return False


def broken(machine: Machine, _: cst.Break) -> bool:
    if machine.active.loops:
        machine.active.loops[-1].breaks.append(machine.store.so_far())
    return False


def continued(machine: Machine, _: cst.Continue) -> bool:
    if machine.active.loops:
        machine.active.loops[-1].continues.append(machine.store.so_far())
    return False


# branches


def branch(machine: Machine, node: cst.If) -> bool:
    """`if`/`elif`/`else`; a chain of `elif` is walked in the stack no deeper than Python allows it to be written."""
    test = machine.evaluate(node.test)
    decided = decided_test(machine, test)

    def taken() -> bool:
        machine.store.learn(learned(machine, test, True))
        return machine.execute(node.body)

    def skipped() -> bool:
        machine.store.learn(learned(machine, test, False))
        if node.orelse is None:
            return True
        return machine.execute(node.orelse)

    fixed = fixed_test(machine, test) if decided is None else None
    if fixed is not None:
        _only_looked_at(machine, skipped if fixed else taken, dormant=True)
        decided = fixed
    elif decided is False and for_other_callers(test):
        _only_looked_at(machine, taken, dormant=False)
    arms = [taken] if decided is True else [skipped] if decided is False else [taken, skipped]
    outcomes = [machine.store.attempt(arm) for arm in arms]
    live = [outcome for outcome in outcomes if outcome.live]
    correlate(machine, test, machine.store.merge(live, machine.join))
    return bool(live)


def _only_looked_at(machine: Machine, arm: Callable[[], bool], *, dormant: bool) -> None:
    """Code that does not run as the file stands, or not here: its operations are known, nothing goes on from it."""
    active = machine.active
    left = len(active.returned), len(active.yielded), len(active.exits)
    loops = [(loop, len(loop.breaks), len(loop.continues)) for loop in active.loops]
    outer, active.dormant = active.dormant, active.dormant or dormant
    machine.store.attempt(arm)
    active.dormant = outer
    del active.returned[left[0] :], active.yielded[left[1] :], active.exits[left[2] :]
    for loop, breaks, continues in loops:
        del loop.breaks[breaks:], loop.continues[continues:]


def join_branches(machine: Machine, outcomes: list[Outcome]) -> bool:
    """Control goes on with the branches that end normally."""
    live = [outcome for outcome in outcomes if outcome.live]
    machine.store.merge(live, machine.join)
    return bool(live)


def otherwise(machine: Machine, node: cst.Else) -> bool:
    return machine.execute(node.body)


def asserted(machine: Machine, node: cst.Assert) -> bool:
    test = machine.evaluate(node.test)
    if node.msg is not None:
        machine.evaluate(node.msg)
    machine.store.learn(implied(test, True))
    return True


def tried(machine: Machine, node: cst.Try | cst.TryStar) -> bool:
    """A handler starts from what held before the body or after some of it."""
    before = machine.store.attempt(lambda: True)
    body = machine.store.attempt(lambda: machine.execute(node.body))

    def handled(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Callable[[], bool]:
        return lambda: _handled(machine, handler, [before, body])

    def normal() -> bool:
        machine.store.merge([body], machine.join)
        return node.orelse is None or machine.execute(node.orelse)

    outcomes = [machine.store.attempt(handled(handler)) for handler in node.handlers]
    if body.live:
        outcomes.append(machine.store.attempt(normal))
    live = join_branches(machine, outcomes)
    if node.finalbody is None:
        return live
    return machine.execute(node.finalbody.body) and live


def _handled(machine: Machine, handler: cst.ExceptHandler | cst.ExceptStarHandler, before: list[Outcome]) -> bool:
    machine.store.merge(before, machine.join)
    if handler.type is not None:
        machine.evaluate(handler.type)
    if handler.name is not None and isinstance(handler.name.name, cst.Name):
        machine.bind(handler.name.name.value, machine.unknown(kind=Kind.OBJECT))
    return machine.execute(handler.body)


def with_block(machine: Machine, node: cst.With) -> bool:
    outer = machine.active.no_gradient, machine.active.autocast
    for item in node.items:
        value = machine.evaluate(item.item)
        entered(machine, value)
        if item.asname is not None:
            assign(machine, item.asname.name, value)
    live = machine.execute(node.body)
    machine.active.no_gradient, machine.active.autocast = outer
    return live


STATEMENTS.update(
    {
        cst.SimpleStatementLine: simple_line,
        cst.SimpleStatementSuite: simple_line,
        cst.IndentedBlock: block,
        cst.Expr: expression,
        cst.Assign: assignment,
        cst.AnnAssign: annotated_assignment,
        cst.AugAssign: augmented_assignment,
        cst.Return: returned,
        cst.Raise: raised,
        cst.Break: broken,
        cst.Continue: continued,
        cst.If: branch,
        cst.Else: otherwise,
        cst.Assert: asserted,
        cst.Try: tried,
        cst.TryStar: tried,
        cst.With: with_block,
    }
)
