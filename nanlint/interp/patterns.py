"""`match`: cases as branches, and the names that patterns bind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from nanlint.domain.value import Value
from nanlint.interp.containers import element
from nanlint.interp.guards import implied
from nanlint.interp.machine import STATEMENTS, Machine
from nanlint.interp.statements import join_branches


def matched(machine: Machine, node: cst.Match) -> bool:
    subject = machine.evaluate(node.subject)

    def arm(case: cst.MatchCase) -> Callable[[], bool]:
        return lambda: _case(machine, case, subject)

    outcomes = [machine.store.attempt(arm(case)) for case in node.cases]
    if not any(_irrefutable(case) for case in node.cases):
        outcomes.append(machine.store.attempt(lambda: True))
    return join_branches(machine, outcomes)


def _irrefutable(case: cst.MatchCase) -> bool:
    return isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None


def _case(machine: Machine, case: cst.MatchCase, subject: Value) -> bool:
    capture(machine, case.pattern, subject)
    if case.guard is not None:
        machine.store.learn(implied(machine.evaluate(case.guard), True))
    return machine.execute(case.body)


def capture(machine: Machine, pattern: cst.MatchPattern, subject: Value) -> None:
    """Binds the names of a pattern."""
    handler = _PATTERNS.get(type(pattern))
    if handler is not None:
        handler(machine, pattern, subject)


def _as(machine: Machine, pattern: cst.MatchAs, subject: Value) -> None:
    if pattern.pattern is not None:
        capture(machine, pattern.pattern, subject)
    if pattern.name is not None:
        machine.bind(pattern.name.value, subject)


def _or(machine: Machine, pattern: cst.MatchOr, subject: Value) -> None:
    for option in pattern.patterns:
        capture(machine, option.pattern, subject)


def _sequence(machine: Machine, pattern: cst.MatchList | cst.MatchTuple, subject: Value) -> None:
    for i, item in enumerate(pattern.patterns):
        if isinstance(item, cst.MatchStar):
            _rest(machine, item.name, subject)
        else:
            capture(machine, item.value, element(machine, subject, i))


def _mapping(machine: Machine, pattern: cst.MatchMapping, subject: Value) -> None:
    for entry in pattern.elements:
        capture(machine, entry.pattern, machine.unknown(subject))
    _rest(machine, pattern.rest, subject)


def _class(machine: Machine, pattern: cst.MatchClass, subject: Value) -> None:
    for item in pattern.patterns:
        capture(machine, item.value, machine.unknown(subject))
    for keyword in pattern.kwds:
        capture(machine, keyword.pattern, machine.unknown(subject))


def _rest(machine: Machine, name: cst.Name | None, subject: Value) -> None:
    if name is not None:
        machine.bind(name.value, machine.unknown(subject))


_PATTERNS: dict[type[cst.MatchPattern], Callable[[Machine, Any, Value], None]] = {
    cst.MatchAs: _as,
    cst.MatchOr: _or,
    cst.MatchList: _sequence,
    cst.MatchTuple: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
}
STATEMENTS[cst.Match] = matched
