"""The mutable state of an interpretation: cells with an undo log, and facts about value numbers.

Branches run one after the other on the same cells; each one's writes are taken back and joined afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.records import equal_record
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Cells


@equal_record
class Fact:
    """What a test has shown of a value: its range, that it is no NaN, of what kind it is.

    filled: an array or container has an element; some: an element of it is not 0.
    choice: which of several things it is.
    made_by: the operation that made it, by which it belongs to the framework that took it for one of its arrays.
    """

    range: Interval = EVERYTHING
    not_nan: bool = False
    kind: Kind | None = None
    filled: bool = False
    some: bool = False
    choice: Value | None = None
    made_by: Operation | None = None

    def both(self, other: Fact) -> Fact:
        met = self.range.meet(other.range)
        return Fact(
            self.range if met.empty else met,
            self.not_nan or other.not_nan,
            other.kind or self.kind,
            self.filled or other.filled,
            self.some or other.some,
            other.choice or self.choice,
            self.made_by or other.made_by,
        )

    def either(self, other: Fact) -> Fact:
        return Fact(
            self.range.join(other.range),
            self.not_nan and other.not_nan,
            self.kind if self.kind is other.kind else None,
            self.filled and other.filled,
            self.some and other.some,
            self.choice if self.choice is other.choice else None,
            self.made_by if self.made_by is other.made_by else None,
        )


Facts = Mapping[int | tuple[int, int], Fact]
"""By value number; by two of them what is known of the first less the second."""
NO_FACTS: Facts = {}


def narrow(value: Value, facts: Facts) -> Value:
    """The value with what is known about its number."""
    if not facts:
        return value
    fact = facts.get(value.number)
    if fact is None and value.op is Op.SUBTRACT and len(value.made_by.operands) == 2:
        fact = facts.get((value.made_by.x.number, value.made_by.y.number))
    if fact is None:
        return value
    if fact.choice is not None and fact.choice.number != value.number:
        value = narrow(fact.choice, facts)
    narrowed = value.within(fact.range)
    if fact.kind is not None and value.kind is Kind.UNKNOWN:
        narrowed = replace(narrowed, kind=fact.kind)
    if fact.made_by is not None and not value.made_by.framework:
        narrowed = replace(narrowed, made_by=fact.made_by)
    if fact.not_nan and value.may_nan:
        narrowed = replace(narrowed, may_nan=False)
    return narrowed


def conjunction(a: Facts, b: Facts) -> Facts:
    if not a or not b:
        return a or b
    merged = dict(a)
    for number, fact in b.items():
        merged[number] = merged[number].both(fact) if number in merged else fact
    return merged


def disjunction(a: Facts, b: Facts) -> Facts:
    if a is b:
        return a
    return {number: fact.either(b[number]) for number, fact in a.items() if number in b}


@equal_record
class Outcome:
    """What a branch left: the cells it wrote with their last values, the facts that hold, whether control goes on."""

    writes: Mapping[tuple[int, object], tuple[Cells, Value | None]]
    facts: Facts
    live: bool


Join = Callable[[Sequence[Value]], Value]


class Store:
    """Cells are written only here, so that a branch can be undone."""

    def __init__(self) -> None:
        self.facts: Facts = NO_FACTS
        self.heap_version = 0
        self._log: list[tuple[Cells, object, Value | None]] = []

    def write(self, cells: Cells, key: object, value: Value) -> None:
        self._log.append((cells, key, cells.get(key)))
        cells[key] = value
        self._touched(cells)

    def delete(self, cells: Cells, key: object) -> None:
        if key in cells:
            self._log.append((cells, key, cells.pop(key)))
            self._touched(cells)

    def _touched(self, cells: Cells) -> None:
        cells.snapshot = None
        if cells.heap:
            self.heap_version += 1

    def learn(self, facts: Facts) -> None:
        self.facts = conjunction(self.facts, facts)

    def attempt(self, body: Callable[[], bool]) -> Outcome:
        """Runs `body` (which says whether control goes on), notes what it wrote, and takes it back."""
        outer, self._log = self._log, []
        facts = self.facts
        live = body()
        outcome = self.so_far(live)
        for cells, key, old in reversed(self._log):
            if old is None:
                cells.pop(key, None)
            else:
                cells[key] = old
            self._touched(cells)
        self._log, self.facts = outer, facts
        return outcome

    def so_far(self, live: bool = True) -> Outcome:
        """What the current branch has written up to now."""
        writes = {(id(cells), key): (cells, cells.get(key)) for cells, key, _ in self._log}
        return Outcome(writes, self.facts, live)

    def _adopt(self, outcome: Outcome) -> None:
        """Goes on with the only branch that there is."""
        for (_, key), (cells, value) in outcome.writes.items():
            if value is not None and cells.get(key) is not value:
                self.write(cells, key, narrow(value, outcome.facts))
        self.facts = outcome.facts

    def merge(self, outcomes: Sequence[Outcome], join: Join) -> list[tuple[Value, list[Value]]]:
        """Goes on with whatever the outcomes have in common; what was joined, and of which values."""
        if len(outcomes) == 1:
            self._adopt(outcomes[0])
        if len(outcomes) < 2:
            return []
        made: list[tuple[Value, list[Value]]] = []
        changed = {place: cells for outcome in outcomes for place, (cells, _) in outcome.writes.items()}
        objects: dict[object, Value] = {}  # two names of one object name one object afterwards
        for (identity, key), cells in changed.items():
            values = []
            for outcome in outcomes:
                written = outcome.writes.get((identity, key))
                value = written[1] if written else cells.get(key)
                if value is not None:
                    values.append(narrow(value, outcome.facts))
            if values:
                identity_of = tuple((id(value.made_by), id(value.payload)) for value in values)
                joined = objects.get(identity_of)
                if joined is None:
                    joined = objects[identity_of] = join(values)
                    made.append((joined, values))
                self.write(cells, key, joined)
        facts = outcomes[0].facts
        for outcome in outcomes[1:]:
            facts = disjunction(facts, outcome.facts)
        self.facts = facts
        return made
