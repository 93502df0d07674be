"""Tests that are asked again: what one branch chose is what the next one under the same test finds.

`loss = BCELoss() if binary else MSELoss()` and later `if binary: x = sigmoid(x)` go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.containers import is_exact, items_of
from nanlint.interp.guards import implied
from nanlint.interp.machine import Machine
from nanlint.interp.store import Fact, Facts, conjunction

Answer = frozenset[object] | None
"""The constants with which a test compares what it asks about; None for any other test."""
BOTH_WAYS = 2


def correlate(machine: Machine, test: Value, joined: Iterable[tuple[Value, Sequence[Value]]]) -> None:
    """Remembers of what two branches left, the first where the test held, which of them a name holds since."""
    subject, answer, straight = _question(test)
    for value, ways in joined:
        if value.op is Op.JOIN and len(ways) == BOTH_WAYS:
            known = machine.chosen.setdefault(subject, {})
            for way, outcome in zip(ways, (straight, not straight), strict=True):
                known.setdefault((answer, outcome), {})[value.number] = Fact(choice=way)


def learned(machine: Machine, test: Value, truth: bool) -> Facts:
    """What holds where the test came out so, by what it says and by what it chose before."""
    facts = implied(test, truth)
    for part, outcome in _parts(test, truth):
        for before in _answers(machine, part, outcome):
            facts = conjunction(facts, before)
    return facts


def _parts(test: Value, truth: bool) -> Iterator[tuple[Value, bool]]:
    """The tests that came out one way for certain."""
    if test.op is Op.LOGICAL_NOT:
        yield from _parts(test.made_by.x, not truth)
    elif test.op in (Op.LOGICAL_AND, Op.LOGICAL_OR) and (test.op is Op.LOGICAL_AND) == truth:
        for side in test.made_by.operands:
            yield from _parts(side, truth)
    yield test, truth


def _answers(machine: Machine, test: Value, truth: bool) -> Iterator[Facts]:
    subject, answer, straight = _question(test)
    for (other, outcome), facts in machine.chosen.get(subject, {}).items():
        if _follows(answer, truth is straight, other) is outcome:
            yield facts


def _follows(answer: Answer, holds: bool, other: Answer) -> bool | None:
    """Whether the subject is one of the other constants, where it is (or is not) one of the answer's."""
    if answer == other:
        return holds
    if answer is None or other is None:
        return None
    if holds:
        return True if answer <= other else False if answer.isdisjoint(other) else None
    return False if other <= answer else None


def _question(test: Value) -> tuple[int, Answer, bool]:
    """What the test asks about, the constants with which it compares that, and whether it is true for one of them."""
    if test.op is Op.LOGICAL_NOT:
        subject, answer, straight = _question(test.made_by.x)
        return subject, answer, not straight
    if test.op in (Op.EQUAL, Op.NOT_EQUAL, Op.CONTAINS):
        asked, other = test.made_by.x, test.made_by.y
        constants = items_of(other) if test.op is Op.CONTAINS and is_exact(other) else (other,)
        if constants and all(isinstance(each.constant, (str, int, float)) for each in constants):
            return asked.number, frozenset(each.constant for each in constants), test.op is not Op.NOT_EQUAL
    return test.number, None, True
