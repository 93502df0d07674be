"""Objects and their names: what changes in place changes for everything that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nanlint.domain.value import Operation, Value
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Cells, Elements, Entries, Instance, Scope

MAX_NESTING = 3  # containers within containers that are searched


def replace_everywhere(machine: Machine, old: Value, new: Value) -> None:
    """Every visible name, attribute and container that holds the object `old` holds `new`."""
    if old.made_by is new.made_by and old.payload is new.payload:
        return
    change = _Change(machine, old.made_by, new)
    own = machine.active.scope.cells
    for cells in list(_reachable(machine)):
        for key, value in list(cells.items()):
            if value.made_by is not old.made_by and not isinstance(value.payload, (Elements, Entries)):
                continue
            changed = change.applied(value, MAX_NESTING)
            if changed is not value:
                machine.store.write(cells, key, changed)
                if cells is not own:
                    machine.store.heap_version += 1  # seen outside of this activation


def _reachable(machine: Machine) -> Iterator[Cells]:
    """The names of the running functions and of what encloses them, and the attributes of the objects they hold."""
    seen: set[int] = set()
    pending = [cells for active in (machine.active, *machine.stack) for cells in _enclosing(active.scope)]
    while pending:
        cells = pending.pop()
        if id(cells) not in seen:
            seen.add(id(cells))
            yield cells
            pending.extend(v.payload.cells for v in cells.values() if isinstance(v.payload, Instance))


def _enclosing(scope: Scope | None) -> Iterator[Cells]:
    while scope is not None:
        yield scope.cells
        scope = scope.parent


@dataclass(slots=True)
class _Change:
    """What `old` made is `new`; a container that holds it becomes another one, the same for all of its names."""

    machine: Machine
    old: Operation
    new: Value
    containers: dict[int, Value] = field(default_factory=dict)

    def applied(self, value: Value, depth: int) -> Value:
        if value.made_by is self.old:
            return self.new
        payload = value.payload
        if depth == 0 or not isinstance(payload, (Elements, Entries)):
            return value
        if id(value.made_by) in self.containers:
            return self.containers[id(value.made_by)]
        changed = self._inside(payload, depth - 1)
        if changed is payload:
            return value
        made_by = replace(value.made_by, number=next(self.machine.fresh_numbers))
        return self.containers.setdefault(id(value.made_by), replace(value, made_by=made_by, payload=changed))

    def _inside(self, payload: Elements | Entries, depth: int) -> Elements | Entries:
        if isinstance(payload, Elements):
            items = tuple(self.applied(item, depth) for item in payload.items)
            same = all(a is b for a, b in zip(items, payload.items, strict=True))
            return payload if same else replace(payload, items=items)
        entries = {key: self.applied(item, depth) for key, item in payload.items.items()}
        same = all(entries[key] is item for key, item in payload.items.items())
        return payload if same else replace(payload, items=entries)
