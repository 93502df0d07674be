"""Tests that are asked again: what one branch chose is what the next one under the same test finds.

`loss = BCELoss() if binary else MSELoss()` and later `if binary: x = sigmoid(x)` go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nanlint.domain.value import Constant, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.guards import implied
from nanlint.interp.machine import Machine
from nanlint.interp.store import Fact, Facts, conjunction

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
    holds = truth is straight
    for (other, outcome), facts in machine.chosen.get(subject, {}).items():
        different = isinstance(answer, Constant) and isinstance(other, Constant) and other != answer
        if (other == answer and outcome is holds) or (holds and different and not outcome):
            yield facts


def _question(test: Value) -> tuple[int, object, bool]:
    """What the test asks about, the constant with which it compares that, if it does, and whether it is true for it."""
    if test.op is Op.LOGICAL_NOT:
        subject, answer, straight = _question(test.made_by.x)
        return subject, answer, not straight
    if test.op in (Op.EQUAL, Op.NOT_EQUAL) and isinstance(test.made_by.y.payload, Constant):
        return test.made_by.x.number, test.made_by.y.payload, test.op is Op.EQUAL
    return test.number, None, True
